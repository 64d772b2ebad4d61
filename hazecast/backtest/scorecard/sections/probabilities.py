"""Whether probabilities were true: reliability, spread and coverage."""

import numpy as np

from hazecast.backtest.scorecard.blocks import Cell, Picture, Row, Section, Table
from hazecast.backtest.scorecard.evidence import Evidence
from hazecast.backtest.scorecard.explanations import PROBABILITIES, RELIABILITY
from hazecast.backtest.scorecard.pictures.histograms import draw_coverage, draw_pit, draw_ranks
from hazecast.backtest.scorecard.pictures.reliability import Reliability, draw_reliability
from hazecast.backtest.scorecard.tables import ScoreTable, number_cell, share_cell
from hazecast.backtest.scorecard.wording import fixed, percent

BANDS = (50, 80, 90)
LEAST_EVENTS = 50  # with fewer a reliability diagram shows chance
MOST_DIAGRAMS = 2
TRUE_COVERAGE = (0.87, 0.93)


def probabilities_section(evidence: Evidence, scores: ScoreTable) -> Section | None:
    """None where nothing but one number was forecast."""
    if not scores.score("crps").n:
        return None
    return Section(
        anchor="probabilities",
        title="Probabilities",
        pictures=(*_diagrams(evidence, scores), _coverage(scores), *_histograms(evidence)),
        tables=(_coverage_table(scores), _brier(evidence, scores)),
        notes=(PROBABILITIES,),
    )


def _diagrams(evidence: Evidence, scores: ScoreTable) -> tuple[Picture, ...]:
    curves, found = evidence.verification.curves_of(), []
    for threshold in evidence.verification.terms.thresholds:
        event = f"pm25 > {threshold:g}"
        base = scores.score("base_rate", event=event)
        if base.value * base.n >= LEAST_EVENTS:
            own = curves.sel(threshold=threshold)
            count = own["reliability_count"].values.astype(np.float64)
            line = Reliability(
                probability=own["forecast_probability"].values,
                frequency=own["observed_frequency"].values,
                low=own["observed_frequency_low"].values,
                high=own["observed_frequency_high"].values,
                count=count,
                base_rate=base.value,
            )
            parts = [f"{percent(p)} came {percent(f)}" for p, f, n in zip(line.probability, line.frequency, count, strict=True) if n]
            found.append(
                Picture(
                    f"Reliability, PM2.5 above {threshold:g} µg/m³",
                    f"How often it came by forecast probability: {', '.join(parts)}.",
                    RELIABILITY,
                    draw_reliability(line),
                )
            )
    return tuple(found[:: max(1, len(found) - 1)][:MOST_DIAGRAMS])


def _coverage(scores: ScoreTable) -> Picture:
    names = scores.names("lead")
    bands = [(b, *scores.series(f"coverage_{b}", "lead", names)) for b in BANDS if scores.score(f"coverage_{b}").n]
    spoken = "; ".join(f"{b} % band: {', '.join(percent(float(v)) for v in share)}" for b, share, _, _ in bands)
    return Picture(
        "Coverage of the bands",
        f"Share of observations inside each band by lead time ({', '.join(names)} h). {spoken}.",
        "Bars should end at the dashed lines of 50, 80 and 90 %.",
        draw_coverage([n.replace("-", "–") for n in names], bands),
    )


def _histograms(evidence: Evidence) -> tuple[Picture, ...]:
    curves = evidence.verification.curves_of()
    pit, ranks = (curves[name].values.astype(np.float64) for name in ("pit_count", "rank_count"))
    quantiles = evidence.backtest.forecasts["quantile"].values
    outside = percent(float((ranks[0] + ranks[-1]) / max(ranks.sum(), 1.0)), 1)
    return (
        Picture(
            "Probability integral transform",
            f"Histogram of where observations fell in the forecast distribution: from {fixed(float(pit.min()), 0)} to "
            f"{fixed(float(pit.max()), 0)} in a bin, {fixed(float(pit.mean()), 0)} expected in each.",
            "Flat is right; high ends: too narrow; a hump: too wide; a slope: biased.",
            draw_pit(pit),
        ),
        Picture(
            "Ranks between quantiles",
            f"Observed over expected share between neighbouring quantiles; {outside} lie outside the outermost two.",
            "1 where as many observations fall between two quantiles as should.",
            draw_ranks(ranks, curves["rank_expected"].values, [float(q) for q in quantiles]),
        ),
    )


def _coverage_table(scores: ScoreTable) -> Table:
    rows = []
    places = [("all", "all", "All")]
    places += [("lead", n, f"{n.replace('-', '–')} h") for n in scores.names("lead")]
    places += [("observed", n, f"Observed {n}") for n in scores.names("observed")]
    places += [("forecast", n, f"Forecast {n}") for n in scores.names("forecast")]
    for at, (kind, name, header) in enumerate(places):
        got = {s: scores.score(s, kind=kind, name=name) for s in ("crps", "width_90", "pit_deviation", *(f"coverage_{b}" for b in BANDS))}
        held = got["coverage_90"].value
        tone = "" if np.isnan(held) or kind == "observed" else "good" if TRUE_COVERAGE[0] <= held <= TRUE_COVERAGE[1] else "bad"
        cells = [share_cell(got[f"coverage_{b}"], 1, tone if b == 90 else "") for b in BANDS]
        cells += [number_cell(got["width_90"], 0), number_cell(got["crps"]), number_cell(got["pit_deviation"], 2)]
        rows.append(Row(header, (*cells, Cell(f"{got['crps'].n:,}")), first=at == 0 or kind != places[at - 1][0]))
    columns = ("Pairs", *(f"{b} % band" for b in BANDS), "Width of 90 % (µg/m³)", "CRPS (µg/m³)", "PIT deviation", "Pairs")
    return Table("Share of observations inside the bands", columns, tuple(rows))


def _brier(evidence: Evidence, scores: ScoreTable) -> Table:
    parts = ("brier", "brier_skill", "brier_reliability", "brier_resolution", "brier_uncertainty")
    rows = []
    for threshold in evidence.verification.terms.thresholds:
        event = f"pm25 > {threshold:g}"
        cells = tuple(number_cell(scores.score(s, event=event), 3) for s in parts)
        rows.append(Row(f"PM2.5 > {threshold:g}", (share_cell(scores.score("base_rate", event=event), 1), *cells)))
    columns = ("Event", "Base rate", "Brier score", "Skill", "Reliability", "Resolution", "Uncertainty")
    return Table("Brier score and its parts", columns, tuple(rows))
