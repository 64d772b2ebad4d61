"""Facts, and how they lie in memory: a station, a key, an hour, a value, and the stamp of the batch that brought it.

Batches are numbered in the order in which they came. A stamp is twice the number of a fact's batch, one more where its arrival is
assumed and not recorded; 0 stands where there is no fact. No batch says two things of one cell (a key, an hour, a station), so a later
fact of a cell has a higher stamp. An arrival that was recorded is that of the batch, in the catalogue; an assumed one is the fact's
hour and a delay that whoever asks decides on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hazecast.records import require_utc

Values = NDArray[np.float32]
Stamps = NDArray[np.uint32]
Hours = NDArray[np.int64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]

LOOSE = np.dtype([("hour", "<i4"), ("station", "<u4"), ("key", "u1"), ("stamp", "<u4"), ("value", "<f4")])
VALUE, STAMP = np.dtype("<f4"), np.dtype("<u4")
MOST_KEYS = 255
SPARSE = 1 / 8  # an hour with a smaller share of its cells filled is not worth a row of the block

_EPOCH = np.datetime64("1970-01-01T00", "h")


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Facts of one calendar month (UTC).

    `values` and `stamps` are (key, hour, station) over `hours`, counted from 1970: the latest fact of every cell of these hours.
    `loose` (LOOSE, in the order of time) has all others: earlier ones of these cells, and those of hours with few facts.
    """

    keys: tuple[str, ...]
    hours: Hours
    stations: tuple[str, ...]
    values: Values
    stamps: Stamps
    loose: NDArray[np.void]

    def __post_init__(self) -> None:
        shape = (len(self.keys), self.hours.size, len(self.stations))
        if not self.values.shape == self.stamps.shape == shape or self.loose.dtype != LOOSE or len(self.keys) > MOST_KEYS:
            raise ValueError(f"{shape} keys, hours and stations, with values {self.values.shape} and stamps {self.stamps.shape}.")

    @property
    def count(self) -> int:
        """How many facts there are."""
        return int(np.count_nonzero(self.stamps)) + int(self.loose.size)

    def all_hours(self) -> Hours:
        """Every hour of which there may be a fact, in order."""
        return np.union1d(self.hours, self.loose["hour"].astype(np.int64))


def stamp_of(number: int, assumed: bool) -> int:
    """The stamp of the facts of a batch."""
    return 2 * number + assumed


def numbers_of(stamps: Stamps) -> Stamps:
    """The numbers of the batches that brought facts."""
    return stamps >> np.uint32(1)


def assumed_in(stamps: Stamps) -> Mask:
    """Where the arrival of a fact is assumed."""
    return (stamps & np.uint32(1)).astype(np.bool_)


def hours_of(times: NDArray[np.datetime64]) -> Hours:
    """Hours since 1970 of times without a zone."""
    return (times.astype("datetime64[h]") - _EPOCH).astype(np.int64)


def times_of(hours: Hours) -> NDArray[np.datetime64]:
    """The reverse of `hours_of`, in nanoseconds."""
    return (_EPOCH + hours.astype("timedelta64[h]")).astype("datetime64[ns]")


def hour_of(name: str, moment: datetime) -> int:
    """Hours since 1970 of a full hour; raises ValueError for another time, or one that is not in UTC."""
    require_utc(name, moment)
    hours = (moment.replace(tzinfo=None) - datetime(1970, 1, 1)) / timedelta(hours=1)
    if hours != int(hours):
        raise ValueError(f"{name} is {moment}; it must be a full hour.")
    return int(hours)


def moment_of(hour: int) -> datetime:
    """The reverse of `hour_of`."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)


def months_of(hours: Hours) -> Hours:
    """Months since 1970 in which hours lie. An hour that ends at midnight of the first of a month is the first of that month."""
    return (_EPOCH + hours.astype("timedelta64[h]")).astype("datetime64[M]").astype(np.int64)


def month_name(month: int) -> str:
    """Such as 2018-04."""
    return str(np.datetime64(month, "M"))


def positions(wanted: Sequence[str], held: Sequence[str]) -> tuple[Index, Index]:
    """Where in `wanted`, and where in `held`, stand those names that are in both."""
    if tuple(wanted) == tuple(held):
        same = np.arange(len(held))
        return same, same
    places = {name: i for i, name in enumerate(held)}
    pairs = [(i, places[name]) for i, name in enumerate(wanted) if name in places]
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def common(wanted: Hours, held: Hours) -> tuple[Index, Index]:
    """The same for hours, both in ascending order."""
    where = np.searchsorted(held, wanted)
    both = np.flatnonzero(held[np.minimum(where, held.size - 1)] == wanted) if held.size else np.empty(0, dtype=np.int64)
    return both, where[both]
