"""Warning levels hour by hour: contingency scores and the performance diagram."""

import numpy as np

from hazecast.backtest.scorecard.blocks import Cell, Picture, Row, Section, Table
from hazecast.backtest.scorecard.evidence import WITHOUT_CONTROL, Evidence
from hazecast.backtest.scorecard.explanations import LEVELS, ON_DAYS, PERFORMANCE
from hazecast.backtest.scorecard.pictures.performance import Spot, draw_performance
from hazecast.backtest.scorecard.tables import ALL_DAYS, ScoreTable, number_cell
from hazecast.backtest.scorecard.wording import fixed, level_in_words
from hazecast.backtest.verification.terms import FORECAST, PERSISTENCE
from hazecast.records import Level

SHORT = ("pod", "far", "csi", "ets", "hss", "pss", "sedi")
SCORES = (*((name.upper(), name) for name in SHORT), ("Frequency bias", "frequency_bias"))
COUNTS = ("hits", "misses", "false_alarms")
TOGETHER = (("Gerrity", "gerrity"), ("FIRM (less is better)", "firm"), ("Right level", "fraction_correct"))


def event_of(level: Level) -> str:
    """How a verification calls the event."""
    return f"{level.name.lower()} or above"


def warnings_section(evidence: Evidence, scores: ScoreTable) -> Section:
    """Scores of each level and of all together, by what the edition decides on."""
    observed = [
        level
        for level in evidence.levels
        if scores.score("hits", event=event_of(level)).value + scores.score("misses", event=event_of(level)).value > 0
    ]
    levels = {event_of(level): level_in_words(level) for level in evidence.levels}
    thresholds = {f"pm25 > {t:g}": f"PM2.5 > {t:g}" for t in evidence.verification.terms.thresholds}
    tables = [_contingency(scores, levels, f"Each warning level, {evidence.counted} by {evidence.counted}", ALL_DAYS)]
    if evidence.control:
        title = "The same without days of emission control"
        tables.append(_contingency(scores, levels, title, WITHOUT_CONTROL))
    tables += [_together(scores, evidence), *_confusion(evidence)]
    tables.append(
        _contingency(scores, thresholds, "PM2.5 above thresholds (µg/m³), hour by hour", ALL_DAYS, "Scores of PM2.5 above thresholds")
    )
    said = () if observed else (f"No {evidence.counted} at any warning level was observed; what follows tells of false alarms alone.",)
    return Section(
        anchor="levels",
        title="Warning levels",
        said=said,
        pictures=_pictures(scores, observed),
        tables=tuple(tables),
        notes=(LEVELS.format(counted=evidence.counted), *(() if evidence.counted == "hour" else (ON_DAYS,))),
    )


def _pictures(scores: ScoreTable, observed: list[Level]) -> tuple[Picture, ...]:
    if not observed:
        return ()
    by_level = [_spot(scores, f, level.name[0], event_of(level)) for f in scores.forecasts() for level in observed]
    lowest = event_of(observed[0])
    beside = [f for f in (FORECAST, PERSISTENCE) if f in scores.forecasts()]
    by_lead = [_spot(scores, f, name.replace("-", "–"), lowest, "lead", name) for f in beside for name in scores.names("lead")]
    letters = ", ".join(f"{level.name[0]}: {level_in_words(level)}" for level in observed)
    return (
        Picture(
            "Performance by level",
            _spoken(by_level),
            f"{letters}. {PERFORMANCE}",
            draw_performance([s for s in by_level if _known(s)], joined=False),
        ),
        Picture(
            f"Performance by lead time, {lowest}",
            _spoken(by_lead),
            f"From the first group of lead times to the last, in hours. {PERFORMANCE}",
            draw_performance([s for s in by_lead if _known(s)], joined=True),
        ),
    )


def _spot(scores: ScoreTable, forecast: str, mark: str, event: str, kind: str = "all", name: str = "all") -> Spot:
    found = [scores.score(s, forecast=forecast, kind=kind, name=name, event=event) for s in ("success_ratio", "pod")]
    ratio, pod = ((s.value, s.low, s.high) for s in found)
    return Spot(forecast, mark, ratio, pod)


def _known(spot: Spot) -> bool:
    return bool(np.isfinite(spot.success_ratio[0]) and np.isfinite(spot.pod[0]))


def _spoken(spots: list[Spot]) -> str:
    parts = [
        f"{s.forecast} {s.mark}: detection {fixed(s.pod[0], 2)}, success ratio {fixed(s.success_ratio[0], 2)}" for s in spots if _known(s)
    ]
    return f"Probability of detection against success ratio. {'; '.join(parts)}."


def _contingency(scores: ScoreTable, events: dict[str, str], caption: str, days: str, folded: str = "") -> Table:
    """`events` are called as a verification does, with the words for each."""
    rows = []
    for event, words in events.items():
        for at, forecast in enumerate(scores.forecasts()):
            found = {s: scores.score(s, forecast=forecast, event=event, days=days) for s in (*COUNTS, *(s for _, s in SCORES))}
            counts = [Cell(fixed(found[count].value, 0)) for count in COUNTS]
            cells = [number_cell(found[s], 2) for _, s in SCORES]
            rows.append(Row(forecast, (*counts, *cells), words, first=at == 0, own=at == 0))
    columns = ("Forecast, event", "Hits", "Misses", "False alarms", *(name for name, _ in SCORES))
    return Table(caption, columns, tuple(rows), folded)


def _together(scores: ScoreTable, evidence: Evidence) -> Table:
    rows = []
    treatments = ((ALL_DAYS, ""), (WITHOUT_CONTROL, "without control days")) if evidence.control else ((ALL_DAYS, ""),)
    for days, small in treatments:
        for at, forecast in enumerate(scores.forecasts()):
            cells = tuple(number_cell(scores.score(s, forecast=forecast, event="levels", days=days), 3) for _, s in TOGETHER)
            rows.append(Row(forecast, cells, small, first=at == 0, own=at == 0))
    return Table("All levels together", ("Forecast", *(name for name, _ in TOGETHER)), tuple(rows))


def _confusion(evidence: Evidence) -> tuple[Table, ...]:
    counts = evidence.verification.curves_of()["level_count"].sel(forecast=FORECAST)
    names = [str(n) for n in counts["forecast_level"].values]
    rows, unit = [], f"{evidence.counted}s"
    for observed in names:
        line = counts.sel(observed_level=observed)
        total = int(line.sum())
        cells = [
            Cell(f"{int(n):,}", f"{100 * int(n) / total:.0f} %" if total else "", "own" if n_name == observed else "")
            for n, n_name in zip(line.values, names, strict=True)
        ]
        rows.append(Row(observed.capitalize(), tuple(cells)))
    columns = ("Observed", *(f"{n} forecast" for n in names))
    return (
        Table(f"{unit.capitalize()} by observed and forecast level; shares are of the {unit} observed at the level", columns, tuple(rows)),
    )
