"""What is put into the store: batches of values that arrived together, and the stations they are of."""

from dataclasses import dataclass
from datetime import datetime
from math import isnan

import numpy as np
import xarray as xr

from hazecast.records import Arrivals, require_dims, require_utc


@dataclass(frozen=True, slots=True)
class KnownStation:
    """A station as a source told of it: where it stood from `since` on (None: always), in degrees, NaN where no place was given.

    `listed` is one of a list of stations, the others come with values; a batch that has any such brings a whole list.
    """

    id: str
    name: str
    latitude: float
    longitude: float
    since: datetime | None = None
    listed: bool = False

    def __post_init__(self) -> None:
        if self.since is not None:
            require_utc("since", self.since)
        placed = -90 <= self.latitude <= 90 and -180 <= self.longitude <= 360
        if not placed and not (isnan(self.latitude) or isnan(self.longitude)):
            raise ValueError(f"Station {self.id!r} lies at {self.latitude}, {self.longitude}; expected degrees north and east, or NaN.")


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Values that arrived at one time.

    `data` has (time, station): full hours in UTC without a zone, ascending; a variable a key; NaN where nothing is said. `withdrawn`,
    if there is any, has some of its variables as booleans: true where the source says that there is no value. With
    `Arrivals.RECORDED` each value arrived at `arrived_at`. With `Arrivals.ASSUMED` it is history, known some delay after its hour,
    unless the store has another value for that hour: then it is a correction, and arrived at `arrived_at`.
    """

    data: xr.Dataset
    arrived_at: datetime
    arrivals: Arrivals
    withdrawn: xr.Dataset | None = None
    stations: tuple[KnownStation, ...] = ()

    def __post_init__(self) -> None:
        require_utc("arrived_at", self.arrived_at)
        require_dims("A batch", self.data, ("time", "station"))
        times = self.data["time"].values
        if (times != times.astype("datetime64[h]")).any() or (np.diff(times) <= np.timedelta64(0)).any():
            raise ValueError(f"The hours of a batch must be full and ascending; got {times[:4]} … {times[-4:]}.")
        names = self.data["station"].values.tolist()
        if len(set(names)) != len(names):
            raise ValueError("A station stands in a batch twice.")
        if self.withdrawn is not None and not self.withdrawn.sizes == self.data[["time", "station"]].sizes:
            raise ValueError(f"What is withdrawn has {dict(self.withdrawn.sizes)}, the values {dict(self.data.sizes)}.")


@dataclass(frozen=True, slots=True)
class Appended:
    """How many facts a batch brought, and how many values were known already.

    `new` are first values, `late` those of an hour of which the store held values of the same key already, and that are known to have
    come after them; `corrected` are those that differ from what was there, withdrawn ones among them.
    """

    new: int = 0
    late: int = 0
    corrected: int = 0
    unchanged: int = 0

    @property
    def facts(self) -> int:
        """All that was not known before."""
        return self.new + self.late + self.corrected

    def __add__(self, other: "Appended") -> "Appended":
        return Appended(self.new + other.new, self.late + other.late, self.corrected + other.corrected, self.unchanged + other.unchanged)
