"""When each sector emits: hourly, weekly and seasonal factors by civil time, kept as data in `profiles.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hazecast.vocabulary import Sector

Array = NDArray[np.float64]
Index = NDArray[np.int64]

MEAN_TOLERANCE = 1e-6
TROPIC_DEGREES = 23.5  # nearer to the equator no season is colder than another


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Factors with a mean of 1: `hourly` (24,) from midnight, `weekly` (7,) from Monday, `seasonal` (12,) of a northern year."""

    hourly: Array
    weekly: Array
    seasonal: Array

    def __post_init__(self) -> None:
        for name, size in (("hourly", 24), ("weekly", 7), ("seasonal", 12)):
            factors = getattr(self, name)
            if factors.shape != (size,) or not (factors >= 0.0).all() or abs(factors.mean() - 1.0) > MEAN_TOLERANCE:
                raise ValueError(f"{name} has {factors.size} factors with a mean of {factors.mean()}; expected {size} with a mean of 1.")

    def season(self, latitude: float) -> Array:
        """`seasonal` as it is at a latitude: half a year later in the south, none in the tropics."""
        if abs(latitude) < TROPIC_DEGREES:
            return np.ones(12)
        return self.seasonal if latitude > 0.0 else np.roll(self.seasonal, 6)


@dataclass(frozen=True, slots=True, eq=False)
class CivilTime:
    """Hour of the day, day of the week from Monday, and month from 0, each (time,), as the clocks of a zone show them."""

    hour: Index
    weekday: Index
    month: Index


def civil_time(times: NDArray[np.datetime64], zone: str) -> CivilTime:
    """Of the hours that end with `times` (UTC), at their beginning."""
    beginning = pd.DatetimeIndex(times - np.timedelta64(1, "h"), tz="UTC").tz_convert(ZoneInfo(zone))
    hour, weekday, month = (np.asarray(field, dtype=np.int64) for field in (beginning.hour, beginning.day_of_week, beginning.month))
    return CivilTime(hour, weekday, month - 1)


@cache
def profiles() -> Mapping[Sector, Profile]:
    """The profile of every sector."""
    table = tomllib.loads(files("hazecast.forecast").joinpath("profiles.toml").read_text(encoding="utf-8"))
    read = {Sector(name): Profile(**{key: np.array(row, dtype=np.float64) for key, row in rows.items()}) for name, rows in table.items()}
    if lacking := set(Sector) - set(read):
        raise ValueError(f"profiles.toml lacks {', '.join(sorted(lacking))}.")
    return MappingProxyType(read)
