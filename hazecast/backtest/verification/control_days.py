"""Days of emission control, on which a warning that worked looks like a false alarm."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hazecast.errors import UnreadableInput

COLUMNS = ("first", "last", "where")


@dataclass(frozen=True, slots=True)
class ControlPeriod:
    """Local days from `first` to `last`, both included, at `stations`; everywhere without any."""

    first: date
    last: date
    stations: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"A control period lasts from {self.first} to {self.last}; expected a last day that is not before the first.")


@dataclass(frozen=True, slots=True)
class ControlDays:
    """All periods of a backtest."""

    periods: tuple[ControlPeriod, ...]

    def hold(self, local_times: NDArray[np.datetime64], stations: tuple[str, ...]) -> NDArray[np.bool_]:
        """Whether emissions were controlled, (cycle, station, lead), for local valid times (cycle, lead)."""
        day = local_times.astype("datetime64[D]")[:, None, :]
        held = np.zeros((local_times.shape[0], len(stations), local_times.shape[1]), dtype=bool)
        for period in self.periods:
            there = np.array([not period.stations or s in period.stations for s in stations])[None, :, None]
            held |= there & (day >= np.datetime64(period.first, "D")) & (day <= np.datetime64(period.last, "D"))
        return held


def read_control_days(path: Path, areas: Mapping[str, tuple[str, ...]], stations: tuple[str, ...]) -> ControlDays:
    """From a CSV file with the columns first, last (YYYY-MM-DD, local) and where; further columns are remarks.

    `where` names stations and areas (`areas` gives each one's stations), divided by blanks; empty is everywhere. Raises
    UnreadableInput for a file that is not so, or for a name that is neither station nor area: days dropped unnoticed would
    flatter or wrong the forecast.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        if rows and not set(COLUMNS) <= set(rows[0]):
            raise ValueError(f"its columns are {', '.join(map(str, rows[0]))}; expected {', '.join(COLUMNS)}")
        return ControlDays(tuple(_period(row, areas, stations) for row in rows))
    except (OSError, ValueError) as wrong:
        raise UnreadableInput(f"{path} cannot be read as days of emission control: {wrong}.", "Mend the file.") from wrong


def _period(row: Mapping[str, str | None], areas: Mapping[str, tuple[str, ...]], stations: tuple[str, ...]) -> ControlPeriod:
    names = (row["where"] or "").split()
    unknown = [name for name in names if name not in areas and name not in stations]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is neither a station nor an area")
    there = frozenset(s for name in names for s in areas.get(name, (name,)))
    if names and not there:
        raise ValueError(f"{names[0]!r} is an area without stations")
    return ControlPeriod(date.fromisoformat((row["first"] or "").strip()), date.fromisoformat((row["last"] or "").strip()), there)
