"""Two cycles side by side: the hours that both have, and the map of what one says of an hour less what the other says of it."""

import io
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hazecast.archive.cycle_files import GRID_FILE
from hazecast.archive.netcdf import read_dataset
from hazecast.bulletins.palette import Classes
from hazecast.desk.frames import WIDTH, Field, Hours, hours_of, nearest, painted
from hazecast.records import Level

FIELDS = (Field.PM25, Field.VISIBILITY, Field.LEVEL)
_CLEANER = ("#1f4e79", "#4f86b8", "#95bcdc", "#d3e3f0")
_SAME = "#f7f7f5"
_FOULER = ("#f6ddc9", "#e5a878", "#c26a3a", "#7a2f14")
PM25 = Classes((-inf, -150.0, -75.0, -35.0, -10.0, 10.0, 35.0, 75.0, 150.0), (*_CLEANER, _SAME, *_FOULER))
VISIBILITY = Classes((-inf, -10.0, -5.0, -2.0, -0.5, 0.5, 2.0, 5.0, 10.0), (*_FOULER[::-1], _SAME, *_CLEANER[::-1]))
LEVEL = Classes((-inf, -0.5, 0.5), (_CLEANER[1], _SAME, _FOULER[2]))
Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shared:
    """The hours that two cycles both have maps of: their times, and where in each cycle the first is; `alike` if on one lattice."""

    valid_times: tuple[datetime, ...]
    first: int
    first_of_other: int
    alike: bool


def shared_hours(one: Hours, other: Hours) -> Shared | None:
    """What two cycles share; None where they share no hour."""
    times = tuple(sorted(set(one.valid_times) & set(other.valid_times)))
    if not times:
        return None
    return Shared(times, one.valid_times.index(times[0]), other.valid_times.index(times[0]), one.frame == other.frame)


def classes_of(field: Field) -> Classes:
    """The colours of a difference, in µg m-3, km or steps of the level: blue where the air is cleaner, brown where it is fouler."""
    return {Field.PM25: PM25, Field.VISIBILITY: VISIBILITY}.get(field, LEVEL)


@lru_cache(maxsize=256)
def difference_png(folder: Path, hour: int, other: Path, field: Field) -> bytes | None:
    """One hour, from 0, of a cycle less the same hour of another, as PNG; striped where either does not know it.

    None where the other has no map of that hour, or not on the same lattice. Raises UnreadableInput where one cannot be read.
    """
    hours, others = hours_of(folder), hours_of(other)
    time = hours.valid_times[hour]
    if time not in others.valid_times:
        return None
    now, then = _cells(folder, field, hour), _cells(other, field, others.valid_times.index(time))
    if now.shape != then.shape or hours.frame != others.frame:
        return None
    classes = classes_of(field)
    less, size = now - then, (WIDTH, hours.frame.height)
    numbers = np.digitize(np.where(np.isfinite(less), less, 0.0), classes.starts) - 1
    unknown = nearest((~np.isfinite(less)).astype(np.uint8), size) == 1
    png = io.BytesIO()
    painted(nearest(numbers.astype(np.uint8), size), unknown, classes.colours).save(png, "PNG", compress_level=4)
    return png.getvalue()


def _cells(folder: Path, field: Field, hour: int) -> Array:
    """North first, NaN where not known; visibility in km."""
    one = read_dataset(folder / GRID_FILE, lambda whole: whole[[field.value]].isel(lead_time=hour))[field.value]
    values = one.sortby("longitude").sortby("latitude", ascending=False).transpose("latitude", "longitude").values.astype(np.float32)
    if field is Field.LEVEL:
        return np.where(values == Level.UNKNOWN, np.float32(np.nan), values)
    return values / np.float32(1000.0 if field is Field.VISIBILITY else 1.0)
