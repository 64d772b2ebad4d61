"""Where the fields of a CF file lie: their latitudes and longitudes, and their levels."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from hazecast.intake.fields.layout import LevelKind

_NORTH = frozenset({"degrees_north", "degree_north", "degrees_n", "degree_n", "degreesn", "degreen"})
_EAST = frozenset({"degrees_east", "degree_east", "degrees_e", "degree_e", "degreese", "degreee"})
_LATITUDES = frozenset({"latitude", "lat", "lats", "nav_lat", "xlat", "gridlat_0"})
_LONGITUDES = frozenset({"longitude", "lon", "lons", "long", "nav_lon", "xlong", "gridlon_0"})
_PRESSURE_UNITS = frozenset({"pa", "hpa", "mbar", "mb", "millibar", "millibars", "hectopascal"})
_PRESSURES = frozenset({"pressure_level", "isobaricinhpa", "isobaricinpa", "plev", "isobaric", "pressure"})
_HYBRIDS = frozenset({"hybrid", "model_level", "eta", "sigma", "bottom_top"})
_HEIGHTS = frozenset({"height", "heightaboveground", "height_above_ground", "height_2", "height_10m", "height_2m", "height10m", "height2m"})


@dataclass(frozen=True, slots=True)
class Grid:
    """The names of the coordinates of places and of the dimensions that the rows and columns run along."""

    latitude: str
    longitude: str
    rows: str
    columns: str

    @property
    def dims(self) -> frozenset[str]:
        """Rows and columns."""
        return frozenset((self.rows, self.columns))


@dataclass(frozen=True, slots=True)
class Levels:
    """The coordinate of a field's levels, along a dimension or a single number, and what it counts."""

    name: str
    kind: LevelKind


def grids_in(raw: xr.Dataset) -> tuple[Grid, ...]:
    """Every pair of coordinates that gives places, regular grids first."""
    return (*_regular(raw), *_curvilinear(raw))


def _regular(raw: xr.Dataset) -> Iterator[Grid]:
    for latitude in _places(raw, "latitude", 1):
        for longitude in _places(raw, "longitude", 1):
            rows, columns = str(raw[latitude].dims[0]), str(raw[longitude].dims[0])
            if rows != columns:
                yield Grid(latitude, longitude, rows, columns)


def _curvilinear(raw: xr.Dataset) -> Iterator[Grid]:
    for latitude in _places(raw, "latitude", 2):
        for longitude in _places(raw, "longitude", 2):
            if raw[latitude].dims == raw[longitude].dims:
                yield Grid(latitude, longitude, *_rows_and_columns(raw, [str(dim) for dim in raw[latitude].dims]))


def _rows_and_columns(raw: xr.Dataset, dims: list[str]) -> list[str]:
    """Columns run along x, which is the last dimension unless an axis says otherwise."""
    first = raw[dims[0]].attrs if dims[0] in raw.coords else {}
    is_x = first.get("axis") == "X" or first.get("standard_name") in ("projection_x_coordinate", "grid_longitude")
    return dims[::-1] if is_x else dims


def _places(raw: xr.Dataset, which: str, ndim: int) -> list[str]:
    units, names = (_NORTH, _LATITUDES) if which == "latitude" else (_EAST, _LONGITUDES)
    bounds = {str(value.attrs.get("bounds", value.encoding.get("bounds"))) for value in raw.variables.values()}
    found = []
    for name, values in raw.variables.items():
        said = str(values.attrs.get("standard_name", ""))
        fits = said == which or (not said.startswith("grid_") and (_units(values) in units or (not said and str(name).lower() in names)))
        if fits and values.ndim == ndim and values.dtype.kind in "iuf" and name not in bounds:
            found.append(str(name))
    return found


def _units(values: xr.Variable) -> str:
    return str(values.attrs.get("units", "")).strip().lower().replace(" ", "_")


def levels_of(raw: xr.Dataset, field: str, grid: Grid) -> Levels | None:
    """The levels of a field: those along one of its dimensions, or the single one that its `coordinates` name."""
    names = [str(dim) for dim in raw[field].dims if dim not in grid.dims]
    for name in (*names, *_named_scalars(raw, field)):
        kind = _kind(raw.variables[name], name) if name in raw.variables else None
        if kind is not None:
            return Levels(name, kind)
    return None


def heights_of(raw: xr.Dataset, field: str) -> tuple[float, ...]:
    """The single heights in m that the field's `coordinates` name; a file merged of others may name those of its neighbours too."""
    named = (name for name in _named_scalars(raw, field) if _kind(raw.variables[name], name) == "height")
    return tuple(float(raw.variables[name].values) for name in named)


def _named_scalars(raw: xr.Dataset, field: str) -> list[str]:
    said = raw[field].encoding.get("coordinates") or raw[field].attrs.get("coordinates") or ""
    return [name for name in str(said).split() if name in raw.variables and raw.variables[name].ndim == 0]


def _kind(values: xr.Variable, name: str) -> LevelKind | None:
    said, units, plain = str(values.attrs.get("standard_name", "")), _units(values), name.lower()
    if values.dtype.kind not in "iuf":
        return None
    if said == "air_pressure" or units in _PRESSURE_UNITS or plain in _PRESSURES or _is_bare_pressure(values, said, plain):
        return "pressure"
    if said.startswith("atmosphere_") or said == "model_level_number" or plain in _HYBRIDS:
        return "hybrid"
    if said == "height" or (plain in _HEIGHTS and units in ("m", "metre", "metres", "meter", "meters", "")):
        return "height"
    return None


def _is_bare_pressure(values: xr.Variable, said: str, plain: str) -> bool:
    """A `level` of which nothing is said counts hPa where it goes beyond the number of any model's levels."""
    return (
        plain in ("level", "lev")
        and not said
        and not _units(values)
        and values.size > 0
        and 500.0 <= float(np.max(values.values)) <= 1100.0
    )


def pressures_in_pa(levels: xr.Variable, name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The values of a pressure axis in Pa; without units they are hPa, as all names in use say or mean."""
    in_pa = _units(levels) == "pa" or name.lower() == "isobaricinpa" or (not _units(levels) and float(np.max(levels.values)) > 2000.0)
    return np.atleast_1d(levels.values.astype(np.float64)) * (1.0 if in_pa else 100.0)
