"""How far off forecasts were by lead time, beside what they must beat."""

from hazecast.backtest.scorecard.blocks import Cell, Picture, Row, Section, Table
from hazecast.backtest.scorecard.evidence import Evidence
from hazecast.backtest.scorecard.explanations import INTERVALS
from hazecast.backtest.scorecard.pictures.curves import Axis, Curve, draw_curves
from hazecast.backtest.scorecard.tables import ScoreTable, number_cell, share_cell, signed_cell
from hazecast.backtest.scorecard.wording import fixed, listed
from hazecast.backtest.verification import FORECAST

LEAD = "Lead time (h)"


def skill_section(evidence: Evidence, scores: ScoreTable) -> Section:
    """RMSE, CRPS, bias and skill by group of lead times."""
    own, terms = evidence.verification.comparison.own, evidence.verification.terms
    notes = [
        INTERVALS.format(confidence=100 * terms.confidence, block_days=terms.block_days),
    ]
    if own:
        notes.append(f"Fewer than half of the pairs have {listed(own)}; scored on pairs of its own, not to be compared with the rest.")
    return Section(
        anchor="skill",
        title="Skill by lead time",
        pictures=tuple(p for p in (_rmse(scores), _crps(scores), _skill(scores), _bias(scores)) if p is not None),
        tables=(_by_lead(scores), *_skill_table(scores)),
        notes=tuple(notes),
    )


def _curves(scores: ScoreTable, score: str, forecasts: tuple[str, ...], kind: str = "lead") -> list[Curve]:
    names = scores.names(kind)
    return [Curve(f, *scores.series(score, kind, names, forecast=f)) for f in forecasts]


def _rmse(scores: ScoreTable) -> Picture:
    curves = _curves(scores, "rmse", scores.forecasts())
    return Picture(
        "RMSE by lead time",
        f"Root mean square error of PM2.5 by lead time. {_spoken(curves[0], scores)}; the baselines are in the table below.",
        "Root mean square error of PM2.5, with intervals. Lower is better.",
        draw_curves(curves, Axis("RMSE (µg/m³)", LEAD, scores.names("lead"))),
    )


def _crps(scores: ScoreTable) -> Picture | None:
    own = _curves(scores, "crps", (FORECAST,))
    if not (own[0].value == own[0].value).any():
        return None
    beside = _curves(scores, "mae", tuple(f for f in scores.forecasts() if f != FORECAST))
    return Picture(
        "CRPS by lead time",
        f"Continuous ranked probability score by lead time. {_spoken(own[0], scores)}.",
        "Continuous ranked probability score; of baselines, which give one number, it is the mean absolute error. Lower is better.",
        draw_curves([*own, *beside], Axis("CRPS (µg/m³)", LEAD, scores.names("lead"))),
    )


def _bias(scores: ScoreTable) -> Picture:
    curves = _curves(scores, "bias", scores.forecasts())
    return Picture(
        "Bias by lead time",
        f"Mean error of PM2.5 by lead time. {_spoken(curves[0], scores)}.",
        "Mean error: above zero, too much was forecast.",
        draw_curves(curves, Axis("Bias (µg/m³)", LEAD, scores.names("lead"), from_zero=False, zero_line=True)),
    )


def _skill(scores: ScoreTable) -> Picture:
    names = scores.names("lead")
    found = [(f, scores.series(f"skill_over_{f.replace(' ', '_')}", "lead", names)) for f in scores.forecasts()[1:]]
    curves = [Curve(f, *(100 * part for part in series)) for f, series in found]
    return Picture(
        "Skill over each baseline",
        "Share of each baseline's mean square error that the forecast takes away, by lead time; the numbers are in the table below.",
        "1 − MSE ÷ MSE of the baseline. Above zero, the baseline is beaten; with its whole interval above zero, beyond chance.",
        draw_curves(curves, Axis("Skill (%)", LEAD, names, from_zero=False, zero_line=True)),
    )


def _spoken(curve: Curve, scores: ScoreTable) -> str:
    parts = [f"{fixed(float(v))} at {name.replace('-', ' to ')} h" for v, name in zip(curve.value, scores.names("lead"), strict=True)]
    return f"{curve.name}: {', '.join(parts)} (µg/m³)"


def _by_lead(scores: ScoreTable) -> Table:
    rows = []
    for name in scores.names("lead"):
        for at, forecast in enumerate(scores.forecasts()):
            got = {
                s: scores.score(s, forecast=forecast, kind="lead", name=name)
                for s in ("rmse", "mae", "bias", "correlation", "fac2", "crps")
            }
            score = got["crps"] if at == 0 else got["mae"]
            cells = (
                number_cell(got["rmse"]),
                number_cell(score),
                number_cell(got["mae"]),
                signed_cell(got["bias"]),
                number_cell(got["correlation"], 2),
                share_cell(got["fac2"]),
                Cell(f"{got['rmse'].n:,}"),
            )
            rows.append(Row(forecast, cells, f"{name.replace('-', '–')} h", first=at == 0, own=at == 0))
    return Table(
        "Scores by group of lead times; concentrations in µg/m³",
        ("Forecast, lead time", "RMSE", "CRPS", "MAE", "Bias", "Correlation", "Within factor 2", "Pairs"),
        tuple(rows),
    )


def _skill_table(scores: ScoreTable) -> tuple[Table, ...]:
    baselines = scores.forecasts()[1:]
    if not baselines:
        return ()
    rows = []
    for name in ("all", *scores.names("lead")):
        kind = "all" if name == "all" else "lead"
        cells = [share_cell(scores.score(f"skill_over_{f.replace(' ', '_')}", kind=kind, name=name)) for f in baselines]
        target = scores.score("fairmode_target", kind=kind, name=name)
        met = scores.score("fairmode_share", kind=kind, name=name)
        tone = "good" if target.value <= 1 else "bad" if target.value > 1 else ""
        rows.append(Row("All" if name == "all" else f"{name.replace('-', '–')} h", (*cells, number_cell(target, 2, tone), share_cell(met))))
    return (
        Table(
            "Skill over each baseline (1 − MSE ÷ MSE of the baseline), and FAIRMODE's forecast target (RMSE ÷ RMSE of persistence, "
            "1 or less at 90 % of stations)",
            ("Lead time", *(f"over {f}" for f in baselines), "FAIRMODE target", "Stations that meet it"),
            tuple(rows),
        ),
    )
