"""Output of the WRF model (wrfout), WRF-Chem included: winds turned from the grid's axes to the Earth's, near the ground and aloft.

WRF is a forecast: its run began at SIMULATION_START_DATE. Variables are those of the WRF Users' Guide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast import vocabulary as v
from hazecast.archive.netcdf import read_dataset
from hazecast.errors import UnreadableInput
from hazecast.intake.fields import dew_point, wrf_aloft
from hazecast.intake.fields.conversion import converted, units_of
from hazecast.intake.fields.curvilinear import Heading, heading_of, require_places, window_of
from hazecast.intake.fields.layout import FieldFormat, Part, Wanted, level_axis
from hazecast.intake.fields.netcdf_names import names_in
from hazecast.intake.fields.picking import picked
from hazecast.vocabulary import Variable

NEAR: Mapping[str, Variable] = MappingProxyType(
    {
        "U10": v.EASTWARD_WIND,
        "V10": v.NORTHWARD_WIND,
        "T2": v.AIR_TEMPERATURE,
        "PSFC": v.SURFACE_PRESSURE,
        "PBLH": v.MIXING_HEIGHT,
        "SWDOWN": v.SOLAR_RADIATION,
        "PM2_5_DRY": v.PM25,
        "PM10": v.PM10,
        "o3": v.O3,
        "no2": v.NO2,
        "so2": v.SO2,
        "co": v.CO,
    }
)
RAIN = ("RAINC", "RAINSH", "RAINNC")  # mm since the run began, of three schemes
BUCKETS = ("I_RAINC", "I_RAINNC")  # how often a bucket of BUCKET_MM was full and emptied
MIXING_RATIO = "Q2"
NEAR_NAMES = (*NEAR, *RAIN, *BUCKETS, MIXING_RATIO)
ONCE = ("XLAT", "XLONG", "COSALPHA", "SINALPHA", wrf_aloft.ETA)
TIME, ROWS, COLUMNS = "Time", "south_north", "west_east"
_REMEDY = "Deliver the file as WRF writes it."
Array = NDArray[np.float64]
Times = NDArray[np.datetime64]


def recognises(file: Path) -> bool:
    """Whether it has the places of WRF's cells and its times."""
    return {"XLAT", "XLONG", "Times"} <= names_in(file)


def read(file: Path, wanted: Wanted) -> Part:
    """The hours and the region that are wanted of one file."""
    clocks: list[_Clock] = []

    def chosen(raw: xr.Dataset) -> xr.Dataset:
        _require_dims(raw, file)
        clocks.append(_clock(raw, wanted, file))
        return _chosen(raw, clocks[0], wanted, file)

    loaded = read_dataset(file, chosen, decode_times=False)
    clock, heading = clocks[0], _heading(loaded)
    surface = _dataset(_near(loaded, heading, file), loaded, clock.times[clock.near], clock.run)
    high = wrf_aloft.fields(loaded, heading)
    rain = {v.PRECIPITATION.key: surface["init_time"].values} if v.PRECIPITATION.key in surface else {}
    return Part(surface, _aloft(high, loaded, clock) if high else None, clock.times, rain)


FORMAT = FieldFormat("WRF output", ("wrfout*", "*.nc", "*.nc4"), recognises, read)


@dataclass(frozen=True, slots=True, eq=False)
class _Clock:
    """The times of a file (UTC), when its run began, and which of the times are taken near the ground and aloft."""

    times: Times
    run: np.datetime64
    near: NDArray[np.int64]
    aloft: NDArray[np.int64]


def _clock(raw: xr.Dataset, wanted: Wanted, file: Path) -> _Clock:
    run = raw.attrs.get("SIMULATION_START_DATE", raw.attrs.get("START_DATE"))
    times = _moments([_text(t) for t in raw["Times"].values], file)
    full = times == times.astype("datetime64[h]")
    if times.size and not full.any():
        raise UnreadableInput(f"{file}: no hour is a full one; they begin {str(times[0])[:16]} UTC.", "Let WRF write full hours.")
    if run is None:
        raise UnreadableInput(f"{file} does not say when its run began; expected the attribute SIMULATION_START_DATE.", _REMEDY)
    near, aloft = full & wanted.hours_of(times), full & wanted.hours_aloft_of(times)
    return _Clock(times, _moments([_text(run)], file)[0], np.flatnonzero(near), np.flatnonzero(aloft))


def _text(value: object) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)


def _moments(texts: list[str], file: Path) -> Times:
    try:
        return np.array([text.replace("_", "T") for text in texts], dtype="datetime64[s]").astype("datetime64[ns]")
    except ValueError:
        raise UnreadableInput(f"{file}: {texts[0]!r} cannot be read as a time; expected such as 2015-11-28_00:00:00.", _REMEDY) from None


def _require_dims(raw: xr.Dataset, file: Path) -> None:
    if lacking := [dim for dim in (TIME, ROWS, COLUMNS) if dim not in raw.dims]:
        dims = ", ".join(f"{dim} ({size})" for dim, size in raw.sizes.items())
        raise UnreadableInput(f"{file} lacks the dimensions {', '.join(lacking)}; it has {dims}.", _REMEDY)


def _chosen(raw: xr.Dataset, clock: _Clock, wanted: Wanted, file: Path) -> xr.Dataset:
    latitude, longitude = (_cells(raw[name].isel({TIME: 0}, missing_dims="ignore")) for name in ("XLAT", "XLONG"))
    require_places(file, latitude, longitude)
    _require_fixed_places(raw, latitude, file)
    rows, columns = window_of(latitude, longitude, wanted.box)
    cells = {ROWS: rows, COLUMNS: columns, f"{ROWS}_stag": _faces(rows), f"{COLUMNS}_stag": _faces(columns)}
    placed = picked(raw.drop_vars(set(raw.variables) - {*ONCE, *NEAR_NAMES, *wrf_aloft.NAMES}), **cells)
    near = picked(placed[_there(placed, NEAR_NAMES)], **{TIME: clock.near})
    aloft = picked(placed[_there(placed, wrf_aloft.NAMES) if clock.aloft.size else []], **{TIME: clock.aloft})
    once = placed[_there(placed, ONCE)].isel({TIME: 0}, drop=True, missing_dims="ignore")
    lowest = near.isel({wrf_aloft.LEVEL: 0}, drop=True, missing_dims="ignore")
    high = aloft.rename({TIME: "Time_aloft"} if TIME in aloft.dims else {})
    return xr.Dataset({**lowest.variables, **high.variables, **once.variables}, attrs=raw.attrs)


def _there(data: xr.Dataset, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in data.variables]


def _faces(cells: slice) -> slice:
    return slice(cells.start, None if cells.stop is None else cells.stop + 1)


def _cells(values: xr.DataArray) -> Array:
    return np.asarray(values.values.reshape(values.shape[-2:]), dtype=np.float64)


def _require_fixed_places(raw: xr.Dataset, latitude: Array, file: Path) -> None:
    if TIME in raw["XLAT"].dims and not np.array_equal(_cells(raw["XLAT"].isel({TIME: -1})), latitude):
        raise UnreadableInput(f"{file}: the cells move from hour to hour; expected a domain that stays.", "Deliver a domain that stays.")


def _heading(loaded: xr.Dataset) -> Heading:
    """As WRF gives it, or else from the places of the cells."""
    if {"COSALPHA", "SINALPHA"} <= set(loaded.variables):
        return Heading(_cells(loaded["COSALPHA"]), _cells(loaded["SINALPHA"]))
    return heading_of(_cells(loaded["XLAT"]), _cells(loaded["XLONG"]))


def _near(loaded: xr.Dataset, heading: Heading, file: Path) -> dict[str, Array]:
    """By key, (time, y, x)."""
    made = {variable.key: _in_units(loaded, name, variable, file) for name, variable in NEAR.items() if name in loaded}
    if {"U10", "V10"} <= set(loaded.variables):
        turned = heading.to_earth(made[v.EASTWARD_WIND.key], made[v.NORTHWARD_WIND.key])
        made |= dict(zip((v.EASTWARD_WIND.key, v.NORTHWARD_WIND.key), turned, strict=True))
    if {MIXING_RATIO, "PSFC"} <= set(loaded.variables):
        made[v.DEW_POINT.key] = dew_point.of_mixing_ratio(loaded[MIXING_RATIO].values.astype(np.float64), made[v.SURFACE_PRESSURE.key])
    if rain := [name for name in RAIN if name in loaded]:
        fallen = sum(_in_units(loaded, name, v.PRECIPITATION, file) for name in rain)
        made[v.PRECIPITATION.key] = np.asarray(fallen) + _emptied(loaded)
    return made


def _in_units(loaded: xr.Dataset, name: str, variable: Variable, file: Path) -> Array:
    values = loaded[name].transpose(TIME, ROWS, COLUMNS)
    return converted(values.values, units_of(values), variable, f"{file}: {name}")


def _emptied(loaded: xr.Dataset) -> Array | float:
    """mm of rain in the buckets that were emptied."""
    size = float(loaded.attrs.get("BUCKET_MM", 0.0))
    return size * sum(loaded[name].values.astype(np.float64) for name in BUCKETS if name in loaded) if size > 0.0 else 0.0


def _dataset(fields: Mapping[str, Array], loaded: xr.Dataset, times: Times, run: np.datetime64) -> xr.Dataset:
    dims = {3: ("time", "y", "x"), 4: ("time", "level", "y", "x")}
    coords = {
        "time": times,
        "init_time": ("time", np.full(times.shape, run)),
        "latitude": (("y", "x"), _cells(loaded["XLAT"])),
        "longitude": (("y", "x"), _cells(loaded["XLONG"])),
    }
    return xr.Dataset({key: (dims[n.ndim], n, {"units": v.VARIABLES[key].units}) for key, n in fields.items()}, coords=coords)


def _aloft(fields: Mapping[str, Array], loaded: xr.Dataset, clock: _Clock) -> xr.Dataset:
    return _dataset(fields, loaded, clock.times[clock.aloft], clock.run).assign_coords(level=level_axis("hybrid", wrf_aloft.levels(loaded)))
