"""What every reader of gridded fields gives, whatever its format: one layout, the vocabulary's keys and units."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import UnreadableInput

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the Earth in degrees; `west` to `east` may run across the date line with `east` above 180."""

    south: float
    north: float
    west: float
    east: float

    def __post_init__(self) -> None:
        if not (self.south <= self.north and self.west <= self.east):
            raise ValueError(f"A box from {self.south} to {self.north} and {self.west} to {self.east} degrees is empty.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a file: valid times from `first` to `last` inclusive (UTC, None: no bound) inside `box` (None: all).

    A reader loads no more than that, but keeps at least one row and column of cells outside the box on each side, where the file
    has them, so that everything inside can be interpolated. What is aloft is wanted from `aloft_first` on only (None: from `first`),
    and of a file of many runs those up to `latest_run` (None: all); a reader that gives more is trimmed.
    """

    first: np.datetime64 | None = None
    last: np.datetime64 | None = None
    box: Box | None = None
    aloft_first: np.datetime64 | None = None
    latest_run: np.datetime64 | None = None

    def hours_of(self, times: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Which of `times` are wanted."""
        return self._from(self.first, times)

    def hours_aloft_of(self, times: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Which of `times` are wanted aloft."""
        return self._from(self.first if self.aloft_first is None else self.aloft_first, times)

    def runs_of(self, init_times: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Which of the runs that began at `init_times` are wanted; analyses, which are NaT, always are."""
        return np.isnat(init_times) | (True if self.latest_run is None else init_times <= self.latest_run)

    def _from(self, first: np.datetime64 | None, times: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        wanted = np.ones(times.shape, dtype=bool)
        if first is not None:
            wanted &= times >= first
        if self.last is not None:
            wanted &= times <= self.last
        return wanted


@dataclass(frozen=True, slots=True)
class Part:
    """What one file gave.

    `surface` has (time, latitude, longitude) with both axes ascending or, on another projection, (time, y, x) with the coordinates
    `latitude` and `longitude` along both; winds are eastward and northward on the Earth. `aloft` has the same with `level` after
    `time`, and the coordinate `level` of `level_axis`, from the ground up. Along `time` both carry `init_time`, the run that a value
    comes from: NaT where it is an analysis. `offered` are all valid times of the file, also those not wanted.

    `accumulated_from` names the fields of `surface` that are sums, with the time since when each value along `time` was summed; such
    a field is in its variable's unit times hours (mm; W m-2 h), and the mean of each hour is made of it once all files are read.
    NaT stands for "the past hour, or since midnight UTC": reanalyses do not say which, and the values themselves must tell.
    """

    surface: xr.Dataset
    aloft: xr.Dataset | None
    offered: NDArray[np.datetime64]
    accumulated_from: Mapping[str, NDArray[np.datetime64]] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for data in (self.surface, self.aloft):
            if data is not None and ("time" not in data.dims or "init_time" not in data.coords):
                raise ValueError(f"A part has the dimensions {dict(data.sizes)} and coordinates {list(data.coords)}.")


@dataclass(frozen=True, slots=True)
class FieldFormat:
    """A format of gridded fields.

    `recognises` looks at the beginning of a file and never raises for one of another format; `read` raises UnreadableInput,
    UnknownUnits or MissingVariable, each naming the file.
    """

    name: str
    patterns: tuple[str, ...]
    recognises: Callable[[Path], bool]
    read: Callable[[Path, Wanted], Part]


LevelKind = Literal["pressure", "height", "hybrid"]
_LEVEL_UNITS: Mapping[LevelKind, str] = MappingProxyType({"pressure": "Pa", "height": "m", "hybrid": "1"})


def level_axis(kind: LevelKind, values: Array) -> tuple[str, Array, dict[str, str]]:
    """The coordinate `level` as xarray takes it; `kind` stands in its attributes: pressure in Pa, height in m above ground, or hybrid."""
    return "level", values, {"kind": kind, "units": _LEVEL_UNITS[kind]}


def unrolled(longitude: Array) -> Array:
    """Degrees east from -180 on or, for a region across the date line, from its western edge on: neighbours stay side by side."""
    west_to_east = np.where(longitude >= 180.0, longitude - 360.0, longitude)
    circle = np.unique(west_to_east)
    gaps = np.diff(circle, append=circle[0] + 360.0)
    edge = int(np.argmax(gaps))
    across_the_date_line = gaps[edge] > 1.5 * gaps[-1]
    return np.where(west_to_east <= circle[edge], west_to_east + 360.0, west_to_east) if across_the_date_line else west_to_east


def rows_and_columns(latitude: Array, longitude: Array, box: Box | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of the rows and columns of a regular grid that `box` needs, one more on each side included, in ascending order.

    `longitude` is as the file has it, in whatever turn; a column whose longitude stands there twice is taken once. Where the box
    misses the grid altogether, all of the grid is given: whoever asked says so better.
    """
    columns = np.argsort(unrolled(longitude), kind="stable")
    west_to_east = unrolled(longitude)[columns]
    kept = np.append(True, np.diff(west_to_east) > 0)
    columns, west_to_east = columns[kept], west_to_east[kept]
    rows = np.argsort(latitude, kind="stable")
    if box is None:
        return rows, columns
    turns = 360.0 * np.round(((west_to_east[0] + west_to_east[-1]) - (box.west + box.east)) / 720.0)
    return rows[_needed(latitude[rows], box.south, box.north)], columns[_needed(west_to_east, box.west + turns, box.east + turns)]


def _needed(axis: Array, low: float, high: float) -> slice:
    if high < axis[0] or low > axis[-1]:
        return slice(None)
    first = max(int(np.searchsorted(axis, low, side="right")) - 2, 0)
    last = min(int(np.searchsorted(axis, high, side="left")) + 2, axis.size)
    return slice(first, last) if last - first >= 2 else slice(None)


def require_axis(file: Path, name: str, axis: NDArray[np.generic], furthest: float) -> None:
    """Raise UnreadableInput unless `axis` is two or more numbers within ±`furthest` degrees."""
    if axis.dtype.kind not in "iuf" or axis.size < 2 or not (np.abs(axis) <= furthest).all():
        raise UnreadableInput(
            f"{file}: {name} is {axis[:4]}{' …' if axis.size > 4 else ''}; expected two or more values in degrees within ±{furthest:g}.",
            "Deliver the file as its source writes it.",
        )
