"""Beside another backtest: which is better, where, and whether by more than chance."""

import numpy as np

from hazecast.backtest.comparison.compared import RMSE, Compared, HeadToHead
from hazecast.backtest.comparison.losses import CRPS
from hazecast.backtest.comparison.verdict import verdict
from hazecast.backtest.scorecard.blocks import Cell, Picture, Row, Section, Table
from hazecast.backtest.scorecard.evidence import Evidence
from hazecast.backtest.scorecard.explanations import APART, PAIRED
from hazecast.backtest.scorecard.pictures.gains import Gain, draw_gains
from hazecast.backtest.scorecard.wording import fixed, p_value, percent, signed

KINDS = {"all": "All", "lead": "By lead time", "season": "By season", "level": "By observed level", "station": "By station"}


def versus_section(evidence: Evidence) -> Section | None:
    """None without another backtest."""
    versus = evidence.versus
    if versus is None:
        return None
    names = {str(i): str(n) for i, n in evidence.verification.stations["name"].items()}
    scores = tuple(dict.fromkeys(row.score for row in versus.rows))
    return Section(
        anchor="versus",
        title=f"{versus.names[0]} beside {versus.names[1]}",
        said=(verdict(versus),),
        pictures=_pictures(versus) if versus.rows else (),
        tables=tuple(_table(versus, score, names) for score in scores),
        notes=(PAIRED if versus.paired else APART,),
    )


def _pictures(versus: HeadToHead) -> tuple[Picture, ...]:
    rows = versus.of("lead", versus.main_score)
    first, second = versus.names
    gains = [Gain(f"{row.slice.label.replace('-', '–')} h", 100 * row.better, row.told) for row in rows]
    spoken = "; ".join(f"{gain.label}: {signed(gain.gain)}, {'beyond chance' if gain.told else 'not beyond chance'}" for gain in gains)
    unit = "RMSE saved (%)" if versus.paired else "Difference of skills (percentage points)"
    return (
        Picture(
            f"What {first} gains over {second}",
            f"{unit} by lead time. {spoken}.",
            f"To the right, {first} is better. Filled bars can be told from chance, open ones cannot.",
            draw_gains(gains, unit, (first, second)),
        ),
    )


def _table(versus: HeadToHead, score: str, names: dict[str, str]) -> Table:
    rows = []
    for kind, title in KINDS.items():
        for at, row in enumerate(versus.of(kind, score)):
            label = names.get(row.slice.label, row.slice.label) if kind == "station" else row.slice.label
            header = (
                "All"
                if kind == "all"
                else f"{label.replace('-', '–')} h"
                if kind == "lead"
                else label.capitalize()
                if kind == "level"
                else label
            )
            rows.append(Row(header, _cells(row, versus), title if at == 0 and kind != "all" else "", at == 0))
    columns = ("Pairs", *versus.names, "Gain", "Chance", "Days", "Pairs")
    unit = f"{score} in µg/m³" if score in (RMSE, CRPS) else score
    return Table(unit[0].upper() + unit[1:], columns, tuple(rows))


def _label(row: Compared, names: dict[str, str]) -> str:
    label = row.slice.label
    if row.slice.kind == "lead":
        return f"{label.replace('-', '–')} h"
    return names.get(label, label) if row.slice.kind in ("station", "season") else label.capitalize()


def _cells(row: Compared, versus: HeadToHead) -> tuple[Cell, ...]:
    scores = [Cell(fixed(s) if versus.paired else percent(s, 1)) for s in (row.first, row.second)]
    tone = "" if not row.told else "good" if row.better > 0 else "bad"
    gain = signed(100 * row.better) if np.isfinite(row.better) else fixed(row.better)
    return (
        *scores,
        Cell(f"{gain} {'%' if versus.paired else 'points'}", "", tone),
        Cell(p_value(row.p_value)),
        Cell(f"{row.days:,}"),
        Cell(f"{row.pairs:,}"),
    )
