"""The months that a NetCDF file's times stand for."""

import re
from pathlib import Path

import numpy as np
import xarray as xr

from hazecast.archive.netcdf import read_dataset
from hazecast.errors import UnreadableInput

YEARS = range(1700, 2301)
MOST_COUNT = 1e11  # seconds of three thousand years
_MONTHS_SINCE = re.compile(r"^\s*months? since (?P<year>\d{4})-(?P<month>\d{1,2})", re.IGNORECASE)


def months_of(file: Path) -> tuple[tuple[int, int], ...]:
    """(year, month) of each entry along `time`; raises UnreadableInput for times that cannot be read or have a month twice."""
    raw = read_dataset(file, lambda whole: whole[["time"]] if "time" in whole.variables else xr.Dataset(), decode_times=False)
    if "time" not in raw.variables or raw["time"].dims != ("time",) or raw["time"].dtype.kind not in "iuf":
        raise _unreadable(file, "there is no time along the dimension of that name")
    if not raw["time"].size or not (np.abs(raw["time"].values) < MOST_COUNT).all():
        raise _unreadable(file, f"they are {raw['time'].values[:3]}")
    units = str(raw["time"].attrs.get("units", ""))
    counted = _MONTHS_SINCE.match(units)
    months = _from_months(raw["time"], counted) if counted else _from_moments(file, raw["time"], units)
    if not all(year in YEARS for year, _ in months):
        raise _unreadable(file, f"they run from the year {months[0][0]} to {months[-1][0]}")
    if len(set(months)) != len(months):
        raise _unreadable(file, f"a month is there twice, from {months[0]} to {months[-1]}")
    return months


def _from_months(time: xr.DataArray, counted: re.Match[str]) -> tuple[tuple[int, int], ...]:
    first = int(counted["year"]) * 12 + int(counted["month"]) - 1
    counts = first + np.floor(time.values.astype(np.float64)).astype(np.int64)
    return tuple((int(count) // 12, int(count) % 12 + 1) for count in counts)


def _from_moments(file: Path, time: xr.DataArray, units: str) -> tuple[tuple[int, int], ...]:
    try:
        moments = xr.decode_cf(time.to_dataset(name="moment"))["time"]
        return tuple(zip(moments.dt.year.values.tolist(), moments.dt.month.values.tolist(), strict=True))
    except (ValueError, OverflowError, AttributeError, TypeError) as broken:
        raise _unreadable(file, f"they are in {units!r}: {broken}") from broken


def _unreadable(file: Path, reason: str) -> UnreadableInput:
    return UnreadableInput(
        f"{file}: its times cannot be read, for {reason}; expected one entry a month, such as 'days since 2000-01-01'.",
        "Deliver the file as its source writes it.",
    )
