"""The sentences and numbers at the head of the page."""

import numpy as np

from hazecast.backtest.comparison.verdict import verdict
from hazecast.backtest.events.tally import Outcome
from hazecast.backtest.scorecard.blocks import Tile
from hazecast.backtest.scorecard.evidence import Evidence
from hazecast.backtest.scorecard.sections.warnings import event_of
from hazecast.backtest.scorecard.tables import Score, ScoreTable
from hazecast.backtest.scorecard.wording import counted, fixed, forecast_in_words, interval, lead_hours, level_in_words, listed, percent
from hazecast.backtest.verification import FORECAST


def headline(scores: ScoreTable) -> str:
    """One sentence: where the forecast beats every baseline beyond chance, and where it does not."""
    names = scores.names("lead")
    against = [f for f in scores.common if f != FORECAST]
    if not against or not names:
        return "There is nothing to hold the forecast against."
    verdicts = {name: _worst(scores, name, against) for name in names}
    beaten = [n for n in names if verdicts[n][1].low > 0]
    lost = [n for n in names if verdicts[n][1].high < 0]
    even = [n for n in names if n not in beaten and n not in lost]
    parts = []
    if beaten:
        gains = sorted(_saved(scores, n, against) for n in beaten)
        size = (
            f"{fixed(100 * gains[0], 0)} to {percent(gains[-1])}" if round(100 * gains[0]) != round(100 * gains[-1]) else percent(gains[0])
        )
        where = "at every lead time" if len(beaten) == len(names) else f"at {lead_hours(beaten)}"
        parts.append(
            f"The forecast beats {listed([forecast_in_words(f) for f in against])} {where}, with an RMSE {size} below the best of them"
        )
    subject = "it" if beaten else "the forecast"
    for group, what in ((even, f"{subject} cannot be told from {{}}"), (lost, "{} does better")):
        if group:
            named = listed(list(dict.fromkeys(forecast_in_words(verdicts[n][0]) for n in group)))
            parts.append(f"at {lead_hours(group)} {what.format(named)}")
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def sentences(evidence: Evidence, scores: ScoreTable) -> tuple[str, ...]:
    """What else a reader should know first."""
    said = [verdict(evidence.versus)] if evidence.versus is not None else []
    coverage = scores.score("coverage_90")
    if coverage.n:
        parts = [f"The 90 % band held {percent(coverage.value)} of what came"]
        above = [n for n in scores.names("forecast") if n.startswith("above")]
        if above and scores.score("coverage_90", kind="forecast", name=above[0]).n:
            parts.append(
                f"{percent(scores.score('coverage_90', kind='forecast', name=above[0]).value)} where {above[0]} µg/m³ was forecast"
            )
        said.append(f"{', '.join(parts)}.")
    return tuple(said)


def tiles(evidence: Evidence, scores: ScoreTable) -> tuple[Tile, ...]:
    """Some numbers: error, bias, coverage, levels and events."""
    rmse, bias, crps, coverage = (scores.score(s) for s in ("rmse", "bias", "crps", "coverage_90"))
    found = [
        Tile(f"{fixed(rmse.value)} µg/m³", "RMSE, all lead times", _range(rmse)),
        Tile(f"{fixed(bias.value)} µg/m³", "Bias", _range(bias)),
    ]
    if crps.n:
        found += [
            Tile(f"{fixed(crps.value)} µg/m³", "CRPS", _range(crps)),
            Tile(percent(coverage.value), "inside the 90 % band", _range(coverage, 100.0)),
        ]
    lowest = evidence.levels[0]
    csi = scores.score("csi", event=event_of(lowest))
    if np.isfinite(csi.value):
        found.append(Tile(fixed(csi.value, 2), f"CSI, {event_of(lowest)}", interval(csi.low, csi.high, 2)))
    if evidence.events.days:
        tally = evidence.events.row(lowest, evidence.events.days[0].strand.name, FORECAST)
        if tally.observed_events:
            detail = counted(tally.count(Outcome.FALSE), "false alarm")
            found.append(
                Tile(
                    f"{tally.count(Outcome.HIT)} of {tally.observed_events}",
                    f"events of {level_in_words(lowest)} hit a day ahead",
                    detail,
                )
            )
    return tuple(found)


def _worst(scores: ScoreTable, name: str, against: list[str]) -> tuple[str, Score]:
    """The baseline over which the forecast gains least at some lead times, or of which that is not known, and its skill over it."""
    skills = {f: scores.score(f"skill_over_{f.replace(' ', '_')}", kind="lead", name=name) for f in against}
    hardest = min(skills, key=lambda f: skills[f].value if np.isfinite(skills[f].value) else -np.inf)
    return hardest, skills[hardest]


def _saved(scores: ScoreTable, name: str, against: list[str]) -> float:
    own, *others = (scores.score("rmse", forecast=f, kind="lead", name=name).value for f in (FORECAST, *against))
    return 1.0 - own / float(np.nanmin(others))


def _range(score: Score, times: float = 1.0) -> str:
    return interval(times * score.low, times * score.high, 0 if times > 1 else 1) + (" %" if times > 1 and np.isfinite(score.low) else "")
