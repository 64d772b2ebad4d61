"""Loaded CF fields brought to the layout, the keys and the units of hazecast."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast import vocabulary as v
from hazecast.errors import UnknownUnits, UnreadableInput
from hazecast.intake.fields import dew_point
from hazecast.intake.fields.cf_axes import Grid, Levels, pressures_in_pa
from hazecast.intake.fields.cf_fields import Field
from hazecast.intake.fields.cf_lexicon import SPECIFIC_HUMIDITY
from hazecast.intake.fields.conversion import converted, units_of
from hazecast.intake.fields.curvilinear import Heading, heading_of
from hazecast.intake.fields.layout import Part, level_axis, unrolled
from hazecast.intake.fields.picking import in_order
from hazecast.intake.units import is_sum

_SUMMED_OVER = re.compile(r"_(\d+)hr?$")
LONGEST_SPACING = np.timedelta64(6, "h")
HOUR = np.timedelta64(1, "h")
Array = NDArray[np.float64]
Times = NDArray[np.datetime64]


def translated(loaded: xr.Dataset, fields: Sequence[Field], grid: Grid, offered: Times, file: Path) -> Part:
    """The part that chosen fields give: of those near the ground along `time`, of those aloft, named `…_aloft`, along `time_aloft`.

    Raises UnknownUnits, and UnreadableInput for wind on a projection that does not say which way it points.
    """
    near = [f for f in fields if f.levels is None]
    surface = _placed(_values(loaded, near, "time", file), loaded, grid, "time")
    sums = {f.variable.key: _summed_from(loaded, f, offered) for f in near if f.variable.key in surface and _is_sum(loaded, f)}
    order = np.argsort(surface["time"].values, kind="stable")
    return Part(
        _with_dew_point(surface.isel(time=order)),
        _aloft(loaded, [f for f in fields if f.levels is not None], grid, file),
        offered,
        {key: start[order] for key, start in sums.items()},
    )


def _aloft(loaded: xr.Dataset, fields: Sequence[Field], grid: Grid, file: Path) -> xr.Dataset | None:
    """On the levels that most fields have."""
    levels = [f.levels for f in fields if f.levels is not None]
    if not levels:
        return None
    most = max(dict.fromkeys(levels), key=levels.count)
    kept = [f for f in fields if f.levels == most]
    placed = _placed(_values(loaded, kept, "time_aloft", file), loaded, grid, "time_aloft")
    upward = placed.assign_coords(level=level_axis(most.kind, _level_values(loaded, most))).isel(level=_from_the_ground_up(loaded, most))
    return upward.sortby("time")


def _level_values(loaded: xr.Dataset, levels: Levels) -> Array:
    axis = loaded[levels.name].variable
    return pressures_in_pa(axis, levels.name) if levels.kind == "pressure" else np.atleast_1d(axis.values.astype(np.float64))


def _from_the_ground_up(loaded: xr.Dataset, levels: Levels) -> NDArray[np.int64]:
    """Heights grow upwards; pressures, and model levels unless they say otherwise, downwards."""
    values = _level_values(loaded, levels)
    grows_upward = levels.kind == "height" or (levels.kind == "hybrid" and loaded[levels.name].attrs.get("positive") == "up")
    return np.argsort(values if grows_upward else -values, kind="stable")


def _values(loaded: xr.Dataset, fields: Sequence[Field], time: str, file: Path) -> dict[str, Array]:
    """By key, in the unit of the vocabulary: (time, rows, columns), or (time, level, rows, columns) aloft."""
    numbers = {f.variable.key: values for f in fields if (values := _in_units(loaded, f, time, file)) is not None}
    for eastward, northward in ((v.EASTWARD_WIND, v.NORTHWARD_WIND), (v.EASTWARD_WIND_ALOFT, v.NORTHWARD_WIND_ALOFT)):
        pair = [f for f in fields if f.variable in (eastward, northward)]
        heading = _heading(loaded, pair, file)
        if heading is not None and len(pair) == 2:
            turned = heading.to_earth(numbers[eastward.key], numbers[northward.key])
            numbers |= dict(zip((eastward.key, northward.key), turned, strict=True))
    return numbers


def _in_units(loaded: xr.Dataset, field: Field, time: str, file: Path) -> Array | None:
    """None for a pollutant in units that cannot be converted: the weather beside it is still of use."""
    values = loaded[field.name if field.levels is None else f"{field.name}_aloft"]
    level = [field.levels.name] if field.levels is not None else []
    values = values.expand_dims([dim for dim in level if dim not in values.dims])
    order = (time, *level, field.grid.rows, field.grid.columns)
    plain = values.squeeze([dim for dim in values.dims if dim not in order]).transpose(*order)
    try:
        return converted(plain.values, units_of(values), field.variable, f"{file}: {field.name}")
    except UnknownUnits:
        if field.variable in v.POLLUTANTS:
            return None
        raise


def _heading(loaded: xr.Dataset, winds: Sequence[Field], file: Path) -> Heading | None:
    """Which way the grid's x grows, where the wind must be turned by it."""
    if not winds or loaded[winds[0].grid.latitude].ndim == 1:
        return None
    said = {f.along_grid for f in winds}
    if None in said or len(said) > 1:
        raise UnreadableInput(
            f"{file}: {' and '.join(f.name for f in winds)} do not say whether they point along the axes of the grid or to the east and "
            "north of the Earth; expected a standard name x_wind and y_wind, or eastward_wind and northward_wind.",
            "Add the standard names.",
        )
    if said == {False}:
        return None
    grid = winds[0].grid
    cells = _cells(loaded, grid)
    heading = heading_of(cells["latitude"].values, cells["longitude"].values)
    axis = loaded[grid.columns].values if grid.columns in loaded.variables else np.arange(2.0)
    return Heading(-heading.cosine, -heading.sine) if axis[0] > axis[-1] else heading


def _placed(numbers: dict[str, Array], loaded: xr.Dataset, grid: Grid, time: str) -> xr.Dataset:
    """With the axes latitude and longitude, ascending, or with those of a curvilinear grid and the places along both."""
    when = {name: ("time", loaded[time.replace("time", name)].values) for name in ("time", "init_time")}
    places = _axes(loaded, grid) if loaded[grid.latitude].ndim == 1 else _cells(loaded, grid)
    across = places["latitude"].dims if places["latitude"].ndim == 2 else ("latitude", "longitude")
    fields = {
        key: (("time", "level", *across) if values.ndim == 4 else ("time", *across), values, {"units": _units(key)})
        for key, values in numbers.items()
    }
    data = xr.Dataset(fields, coords={**when, **places})
    return in_order(data, "latitude", "longitude") if places["latitude"].ndim == 1 else data


def _axes(loaded: xr.Dataset, grid: Grid) -> dict[str, xr.Variable]:
    latitude, longitude = (loaded[name].values.astype(np.float64) for name in (grid.latitude, grid.longitude))
    return {"latitude": xr.Variable("latitude", latitude), "longitude": xr.Variable("longitude", unrolled(longitude))}


def _cells(loaded: xr.Dataset, grid: Grid) -> dict[str, xr.Variable]:
    named = {"latitude": grid.latitude, "longitude": grid.longitude}
    cells = {key: loaded[name].transpose(grid.rows, grid.columns).values.astype(np.float64) for key, name in named.items()}
    return {key: xr.Variable(("y", "x"), values) for key, values in cells.items()}


def _units(key: str) -> str:
    return v.VARIABLES[key].units if key in v.VARIABLES else SPECIFIC_HUMIDITY.units


def _is_sum(loaded: xr.Dataset, field: Field) -> bool:
    return is_sum(field.variable, units_of(loaded[field.name]))


def _summed_from(loaded: xr.Dataset, field: Field, offered: Times) -> Times:
    """Since when each value was summed: by the bounds of time, by what the name or the attributes say, or over the spacing of the hours;
    NaT where that is an hour, which may also be a sum that goes on.
    """
    time, init = loaded["time"].values, loaded["init_time"].values
    begin = loaded["begin"].values
    if not np.isnat(begin).any():
        return np.asarray(begin)
    if (said := _SUMMED_OVER.search(field.name.lower())) is not None:
        return np.asarray(time - int(said[1]) * HOUR)
    if loaded[field.name].attrs.get("GRIB_stepType") == "accum" and not np.isnat(init).any():
        return np.asarray(init)
    spacing = np.diff(offered).min() if offered.size > 1 else HOUR
    if np.isnat(init).all() and HOUR < spacing <= LONGEST_SPACING:
        return np.asarray(time - spacing)
    return np.full(time.shape, np.datetime64("NaT"), dtype="datetime64[ns]")


def _with_dew_point(surface: xr.Dataset) -> xr.Dataset:
    """The dew point from the moisture as it was given, where it was not given itself."""
    temperature, pressure = surface.get(v.AIR_TEMPERATURE.key), surface.get(v.SURFACE_PRESSURE.key)
    relative, specific = surface.get(v.RELATIVE_HUMIDITY.key), surface.get(SPECIFIC_HUMIDITY.key)
    plain = surface.drop_vars([v.RELATIVE_HUMIDITY.key, SPECIFIC_HUMIDITY.key], errors="ignore")
    if v.DEW_POINT.key in surface:
        return plain
    if relative is not None and temperature is not None:
        return plain.assign({v.DEW_POINT.key: temperature.copy(data=dew_point.of_relative_humidity(relative.values, temperature.values))})
    if specific is not None and pressure is not None:
        found = dew_point.of_specific_humidity(specific.values, pressure.values)
        return plain.assign({v.DEW_POINT.key: pressure.copy(data=found).assign_attrs(units=v.DEW_POINT.units)})
    return plain
