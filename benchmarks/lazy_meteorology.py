"""Weather read for one domain out of a large set, beside a file that holds only that domain and those hours.

Each reading runs in a process of its own, for its memory: the most of it since the reading began.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import netCDF4
import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import Row, peak_mib
from hazecast.intake.fields.layout import Box, rows_and_columns
from hazecast.intake.fields.reading import read_weather

AT_MOST_TWICE_AS_MUCH = 0.5
FIELDS = {"u10": ("m s**-1", 2.0), "v10": ("m s**-1", -1.0), "t2m": ("K", 280.0)}
BEGINS = np.datetime64("2026-01-01T00", "h")
SOUTH, WEST = 20.1, 100.1
LEAST_TOLD_MIB = 1.0  # what the allocator holds in reserve hides less
Axis = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Size:
    """The set's spacing in degrees and its hours, the first and last hour that are wanted, cells of the domain, chunks, and rounds."""

    spacing: float
    hours: int
    first: int
    last: int
    domain: tuple[int, int]
    chunks: tuple[int, int, int]
    rounds: int

    @property
    def box(self) -> Box:
        """The domain."""
        reach = [self.spacing * (cells - 1) for cells in self.domain]
        return Box(SOUTH, SOUTH + reach[0], WEST, WEST + reach[1])

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """Latitudes and longitudes of the whole globe, from north to south and from Greenwich on."""
        return 90.0 - self.spacing * np.arange(round(180 / self.spacing) + 1), self.spacing * np.arange(round(360 / self.spacing))

    @property
    def set_bytes(self) -> int:
        """How large the set is when unpacked."""
        latitude, longitude = self.axes
        return self.hours * latitude.size * longitude.size * len(FIELDS) * np.dtype(np.float32).itemsize


FULL = Size(spacing=0.1, hours=144, first=36, last=107, domain=(200, 280), chunks=(12, 100, 150), rounds=5)
SMALL = Size(spacing=2.0, hours=48, first=12, last=35, domain=(6, 8), chunks=(12, 20, 30), rounds=1)


def rows(small: bool) -> list[Row]:
    """Every line of the table, in its order."""
    size = SMALL if small else FULL
    with tempfile.TemporaryDirectory(prefix="hazecast-bench-") as folder:
        return list(_rows(size, Path(folder)))


def _rows(size: Size, home: Path) -> Iterator[Row]:
    whole, part = home / "whole" / "era5.nc", home / "part" / "era5.nc"
    latitude, longitude = size.axes
    _write(whole, size, latitude, longitude, range(size.hours))
    its_rows, its_columns = rows_and_columns(latitude, longitude, size.box)
    _write(part, size, latitude[its_rows[::-1]], longitude[its_columns], range(size.first, size.last + 1))
    measured = [(_apart(whole, part, size), _apart(part, whole, size)) for _ in range(size.rounds)]
    if len({reading["sum"] for pair in measured for reading in pair}) != 1:
        raise AssertionError(f"{whole} and {part} do not give the same weather.")
    hours = size.last - size.first + 1
    what = f"weather of {size.domain[0]} × {size.domain[1]} cells, {hours} h, out of {size.set_bytes / 1e9:.3g} GB"
    for name, key, unit in ((f"{what}: time", "seconds", "s"), (f"{what}: memory", "mib", "MiB")):
        ratio = median(of_part[key] / of_whole[key] for of_whole, of_part in measured)
        yield Row(name, median(ours[key] for ours, _ in measured), unit, "a file of only that", ratio, AT_MOST_TWICE_AS_MUCH)


def _write(file: Path, size: Size, latitude: Axis, longitude: Axis, hours: range) -> None:
    """Fields that change with the hour, the row and the column, in whole steps that pack well; chunk by chunk of hours."""
    file.parent.mkdir()
    with netCDF4.Dataset(file, "w") as data:
        time_axis = _axis(data, "time", np.array(hours, dtype=np.int64))
        time_axis.units = f"hours since {BEGINS}:00:00"
        _axis(data, "latitude", latitude).units = "degrees_north"
        _axis(data, "longitude", longitude).units = "degrees_east"
        shape = len(hours), latitude.size, longitude.size
        chunks = tuple(min(most, there) for most, there in zip(size.chunks, shape, strict=True))
        ground = (np.floor(latitude / 10)[:, None] / 8 + np.floor(longitude / 10) / 16).astype(np.float32)
        for name, (units, base) in FIELDS.items():
            field = data.createVariable(name, "f4", ("time", "latitude", "longitude"), zlib=True, complevel=1, chunksizes=chunks)
            field.units = units
            for first in range(0, len(hours), chunks[0]):
                of_slab = np.array(hours[first : first + chunks[0]], dtype=np.float32) % 24 / 4 + np.float32(base)
                field[first : first + of_slab.size] = of_slab[:, None, None] + ground


def _axis(data: netCDF4.Dataset, name: str, values: NDArray[np.generic]) -> netCDF4.Variable:
    data.createDimension(name, values.size)
    axis = data.createVariable(name, values.dtype, (name,))
    axis[:] = values
    return axis


def _apart(asked: Path, other: Path, size: Size) -> dict[str, float]:
    box = size.box
    numbers = (size.first, size.last, box.south, box.north, box.west, box.east)
    code = "import sys; from benchmarks import lazy_meteorology; lazy_meteorology.read_one(*sys.argv[1:])"
    command = [sys.executable, "-c", code, str(asked), str(other), *map(str, numbers)]
    measured: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return measured


def read_one(asked: str, other: str, first: str, last: str, *box: str) -> None:
    """Read the weather of `asked`, once one hour of `other` has been read; prints seconds, the growth of the peak of memory in MiB and
    the sum of what was read, as JSON.
    """
    domain = Box(*map(float, box))
    begin, end = (BEGINS.astype("datetime64[ns]") + np.timedelta64(int(hour), "h") for hour in (first, last))
    read_weather(Path(other), begin, begin, domain)
    before, start = _forgottenpeak_mib(), time.perf_counter()
    fields = read_weather(Path(asked), begin, end, domain)
    seconds, grown = time.perf_counter() - start, max(peak_mib() - before, LEAST_TOLD_MIB)
    total = sum(float(values.sum()) for values in fields.data.data_vars.values())
    print(json.dumps({"seconds": seconds, "mib": grown, "sum": total}))


def _forgottenpeak_mib() -> float:
    """The memory that is held now, from which on the kernel counts the peak anew."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_mib()
