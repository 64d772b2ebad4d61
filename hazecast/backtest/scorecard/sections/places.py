"""Where and when: by station, season, hour of the day and observed level."""

import numpy as np

from hazecast.backtest.scorecard.blocks import Cell, Picture, Row, Section, Table
from hazecast.backtest.scorecard.evidence import Evidence
from hazecast.backtest.scorecard.explanations import OBSERVED_LEVEL
from hazecast.backtest.scorecard.pictures.curves import Axis, Curve, draw_curves
from hazecast.backtest.scorecard.pictures.target import TargetSpot, draw_target
from hazecast.backtest.scorecard.tables import ScoreTable, number_cell, share_cell, signed_cell
from hazecast.backtest.scorecard.wording import fixed, percent
from hazecast.backtest.verification.terms import FORECAST, PERSISTENCE

SEASONS = {"DJF": "December to February", "MAM": "March to May", "JJA": "June to August", "SON": "September to November"}


def places_section(evidence: Evidence, scores: ScoreTable) -> Section:
    """The scores of parts of the pairs."""
    names = {str(station): str(name) for station, name in evidence.verification.stations["name"].items()}
    tables = [
        _table(scores, "season", "By season", "Season", SEASONS),
        _table(scores, "level", "By observed level", "Level", {n: n.capitalize() for n in scores.names("level")}),
        _table(
            scores, "hour", "By hour of the day (local, of the valid time)", "Hour", {n: f"{n}:00" for n in scores.names("hour")}, "By hour"
        ),
        _stations(scores, names),
    ]
    return Section(
        anchor="where",
        title="Where and when",
        pictures=tuple(p for p in (_target(scores, names), _by_hour(scores)) if p is not None),
        tables=tuple(tables),
        notes=(OBSERVED_LEVEL,),
    )


def _table(scores: ScoreTable, kind: str, caption: str, what: str, labels: dict[str, str], folded: str = "") -> Table:
    rows = []
    for name in scores.names(kind):
        if scores.score("rmse", kind=kind, name=name).n:
            cells = _cells(scores, kind, name)
            rows.append(Row(labels.get(name, name), cells, name if kind == "season" else ""))
    return Table(f"{caption}; concentrations in µg/m³", (what, *_columns(scores)), tuple(rows), folded)


def _columns(scores: ScoreTable) -> tuple[str, ...]:
    return ("Observed mean", *(f"RMSE {f}" for f in scores.forecasts()), "Bias", "CRPS", "90 % band", "Pairs", "Missing pairs")


def _cells(scores: ScoreTable, kind: str, name: str) -> tuple[Cell, ...]:
    rmse = {f: scores.score("rmse", forecast=f, kind=kind, name=name) for f in scores.forecasts()}
    best = min((s.value for s in rmse.values() if s.n), default=np.nan)
    return (
        number_cell(scores.score("observed_mean", kind=kind, name=name)),
        *(number_cell(s, tone="own" if s.value == best else "") for s in rmse.values()),
        signed_cell(scores.score("bias", kind=kind, name=name)),
        number_cell(scores.score("crps", kind=kind, name=name)),
        share_cell(scores.score("coverage_90", kind=kind, name=name)),
        Cell(f"{rmse[FORECAST].n:,}"),
        Cell(f"{scores.missing(kind, name):,}"),
    )


def _stations(scores: ScoreTable, names: dict[str, str]) -> Table:
    rows = []
    for station in scores.names("station"):
        name = names.get(station, station)
        target = scores.score("fairmode_target", kind="station", name=station)
        tone = "good" if target.value <= 1 else "bad" if target.value > 1 else ""
        rows.append(Row(name, (*_cells(scores, "station", station), number_cell(target, 2, tone)), station if station != name else ""))
    return Table("By station; concentrations in µg/m³", ("Station", *_columns(scores), "FAIRMODE target"), tuple(rows), "By station")


def _target(scores: ScoreTable, names: dict[str, str]) -> Picture | None:
    spots = []
    for station in scores.names("station"):
        got = {s: scores.score(s, kind="station", name=station).value for s in ("bias", "unbiased_rmse", "forecast_sd", "observed_sd")}
        unit = scores.score("rmse", forecast=PERSISTENCE, kind="station", name=station).value
        if unit > 0:
            sign = 1.0 if got["forecast_sd"] >= got["observed_sd"] else -1.0
            spots.append(TargetSpot(names.get(station, station), sign * got["unbiased_rmse"] / unit, got["bias"] / unit))
    if not spots:
        return None
    inside = np.mean([np.hypot(s.unbiased, s.bias) <= 1.0 for s in spots])
    return Picture(
        "Target diagram of the stations",
        f"Bias against unbiased error of each station in units of the error of persistence; "
        f"{percent(float(inside))} of stations are better.",
        "The distance from the centre is RMSE ÷ RMSE of persistence (FAIRMODE's forecast target). To the left, forecasts vary less than "
        "observations.",
        draw_target(spots),
    )


def _by_hour(scores: ScoreTable) -> Picture:
    hours = scores.names("hour")
    curves = [Curve(f, *scores.series("rmse", "hour", hours, forecast=f)) for f in scores.forecasts()]
    worst = int(np.nanargmax(curves[0].value)) if np.isfinite(curves[0].value).any() else 0
    return Picture(
        "RMSE by hour of the day",
        f"Root mean square error by local hour; "
        f"the forecast's is largest at {hours[worst]} h with {fixed(float(curves[0].value[worst]))} µg/m³.",
        "Root mean square error by the local hour of the valid time, all lead times.",
        draw_curves(curves, Axis("RMSE (µg/m³)", "Local hour", hours)),
    )
