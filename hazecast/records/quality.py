"""How far observations can be trusted, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, IntFlag, StrEnum, auto

import numpy as np
import xarray as xr

from hazecast.records.checks import require_dims, require_utc
from hazecast.vocabulary import VARIABLES


class Trust(IntEnum):
    """How far a value can be trusted. What is rejected is never used."""

    GOOD = 0
    DOUBTFUL = 1
    REJECTED = 2


class Origin(IntEnum):
    """Where a value comes from."""

    OBSERVED = 0
    FILLED = 1
    MODELLED = 2


class Reason(IntFlag):
    """Why a value is not good: one bit a check, and a value can have several."""

    RANGE = auto()
    SENTINEL = auto()
    BELOW_DETECTION = auto()
    UNITS = auto()
    CUMULATED = auto()
    FLAT = auto()
    NETWORK_FROZEN = auto()
    DUPLICATE = auto()
    SPIKE = auto()
    STEP = auto()
    NEIGHBOURS = auto()
    PARTICLES = auto()
    TIME_BASE = auto()
    FOREIGN = auto()
    DEW_POINT = auto()
    WIND_CODE = auto()


class FindingKind(StrEnum):
    """What was found about a whole series; its values are reported and marked, never changed."""

    TIME_SHIFTED = "time-shifted"
    DAY_SHIFTED = "day-shifted"
    DUPLICATE = "duplicate"
    FOREIGN = "foreign"
    NETWORK_FROZEN = "network-frozen"
    UNITS = "units"
    CUMULATED = "cumulated"
    WIND_CODE = "wind-code"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A number that a finding rests on; the name carries its unit, as in `lag_hours`."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a whole series between two times (UTC): `station_ids` begins with the station concerned, none means all of them.

    `key` is the variable's, empty where it concerns all that the stations measure.
    """

    kind: FindingKind
    station_ids: tuple[str, ...]
    key: str
    first: datetime
    last: datetime
    evidence: tuple[Evidence, ...]

    def __post_init__(self) -> None:
        require_utc("first", self.first)
        require_utc("last", self.last)

    def number(self, name: str) -> float:
        """The evidence of that name, NaN where there is none."""
        return next((e.value for e in self.evidence if e.name == name), float("nan"))


@dataclass(frozen=True, slots=True)
class Vetted:
    """Observations (time, station) as they came, and for every value how far it can be trusted (int8), why (uint32), and its origin (int8).

    The numbers are those of `Trust`, `Reason` and `Origin`; where `raw` is NaN nothing was measured, and trust is GOOD without a reason.
    """

    raw: xr.Dataset
    trust: xr.Dataset
    reason: xr.Dataset
    origin: xr.Dataset
    findings: tuple[Finding, ...]

    def __post_init__(self) -> None:
        for name in ("raw", "trust", "reason", "origin"):
            data = getattr(self, name)
            require_dims(name, data, ("time", "station"))
            if set(data.data_vars) != set(self.raw.data_vars):
                raise ValueError(f"{name} has {list(data.data_vars)}, the observations have {list(self.raw.data_vars)}.")

    def between(self, first: np.datetime64 | None, last: np.datetime64 | None) -> "Vetted":
        """Of the hours from `first` to `last` (UTC) alone, None for no bound; findings that reach into them stay whole."""
        hours = slice(first, last)
        raw, trust, reason, origin = (data.sel(time=hours) for data in (self.raw, self.trust, self.reason, self.origin))
        inside = tuple(f for f in self.findings if (last is None or _naive(f.first) <= last) and (first is None or _naive(f.last) >= first))
        return Vetted(raw, trust, reason, origin, inside)

    def usable(self) -> xr.Dataset:
        """What may be computed with: rejected values are NaN, doubtful ones stay, and a little below the detection limit is at it."""
        return self.raw.assign({key: self._usable(str(key)) for key in self.raw.data_vars})

    def _usable(self, key: str) -> xr.DataArray:
        below = (self.reason[key] & int(Reason.BELOW_DETECTION)) != 0
        return self.raw[key].where(~below, VARIABLES[key].lowest).where(self.trust[key] < Trust.REJECTED)


def _naive(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.replace(tzinfo=None), "ns")
