"""Winds for trajectories: checked and laid out for the kernel, and those that the transport model itself is driven by."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import InputError, MissingVariable, UnknownUnits
from hazecast.forecast.kernels.wind_at_point import Axes
from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Air, Layers, air_of
from hazecast.forecast.winds.hours import hours_of
from hazecast.grids.lattice import Lattice, lattice_of_data

Array = NDArray[np.float64]
Floats = NDArray[np.floating]
EASTWARD, NORTHWARD = "eastward_wind_aloft", "northward_wind_aloft"
UPWARD = MappingProxyType({"height": ("upward_wind_aloft", "m s-1", 1.0), "pressure": ("vertical_velocity_aloft", "Pa s-1", -1.0)})
DIMS = ("time", "level", "latitude", "longitude")
MOST_NUMBERS = 2**31
HALF_AN_HOUR = np.timedelta64(30, "m")


@dataclass(frozen=True, slots=True, eq=False)
class Winds:
    """Winds as the kernel takes them; its levels are `upward` times those that were given, so that they ascend: -1 for pressure."""

    values: Floats
    levels: Array
    axes: Axes
    first_time: np.datetime64
    last_time: np.datetime64
    kind: Literal["height", "pressure"]

    @property
    def upward(self) -> float:
        """1 where levels grow upwards."""
        return UPWARD[self.kind][2]


def winds_for_kernel(winds: xr.Dataset) -> Winds:
    """Check labelled winds and lay their components side by side, in 32 bits.

    winds   (time, level, latitude, longitude) in any order of these: `eastward_wind_aloft` and `northward_wind_aloft` in m s-1 and, for
            motion off the levels, `vertical_velocity_aloft` in Pa s-1 on levels of pressure in Pa, or `upward_wind_aloft` in m s-1 on
            levels of height in m; `kind` in the attributes of `level` says which. Levels from the ground up, latitude and longitude
            ascending, these and time evenly spaced. Longitudes that close a circle do so for the particles too.

    A lattice round the globe whose rows end half a cell from a pole gets one more row over it, made of those that lie across.
    Raises MissingVariable, UnknownUnits, or InputError for axes that are not so.
    """
    kind = _kind_of(winds)
    names = [EASTWARD, NORTHWARD, *([UPWARD[kind][0]] if UPWARD[kind][0] in winds else [])]
    _require_fields(winds, names, kind)
    latitude, longitude, seconds = _even_axes(winds)
    levels = winds["level"].values.astype(np.float64) * UPWARD[kind][2]
    if not (np.diff(levels) > 1e-6 * (levels[-1] - levels[0])).all():
        raise InputError(f"Levels are {winds['level'].values.tolist()}; expected them from the ground up.", "Sort the winds by level.")
    _require_room(winds, len(names))
    values = np.stack([winds[name].transpose(*DIMS).values for name in names], axis=-1).astype(np.float32)
    values[..., 2:] *= np.float32(UPWARD[kind][2])
    around = abs(longitude.size * (longitude[1] - longitude[0]) - 360.0) < 1e-6 * 360.0
    if around:
        latitude, values = _over_the_poles(latitude, values)
    steps = (latitude[-1] - latitude[0]) / (latitude.size - 1), (longitude[-1] - longitude[0]) / (longitude.size - 1)
    axes = Axes(float(latitude[0]), 1.0 / float(steps[0]), float(longitude[0]), 1.0 / float(steps[1]), 1.0 / seconds, bool(around))
    times = winds["time"].values
    return Winds(np.ascontiguousarray(values), levels, axes, times[0], times[-1], kind)


def _kind_of(winds: xr.Dataset) -> Literal["height", "pressure"]:
    lacking = [name for name in (*DIMS, EASTWARD, NORTHWARD) if name not in winds.variables]
    if lacking:
        raise MissingVariable(f"Winds for trajectories lack {', '.join(lacking)}.", f"Give both components over {', '.join(DIMS)}.")
    kind = winds["level"].attrs.get("kind")
    if kind == "height" or kind == "pressure":
        return "height" if kind == "height" else "pressure"
    raise InputError(
        f"The levels of the winds are of the kind {kind!r}; expected 'height' (m above the ground) or 'pressure' (Pa).",
        "Bring the winds to such levels, and say which in the attribute `kind` of level.",
    )


def _require_fields(winds: xr.Dataset, names: Iterable[str], kind: str) -> None:
    for name in names:
        expected = UPWARD[kind][1] if name == UPWARD[kind][0] else "m s-1"
        if set(winds[name].dims) != set(DIMS):
            raise InputError(f"{name} has the dimensions {winds[name].dims}; expected {', '.join(DIMS)}.", "Give one wind per point.")
        if (found := winds[name].attrs.get("units")) != expected:
            raise UnknownUnits(f"{name} is in {found!r}; expected {expected!r}.", "Convert it, and say so in its attribute `units`.")


def _require_room(winds: xr.Dataset, components: int) -> None:
    """The kernel counts the numbers of one time in 32 bits."""
    points = winds.sizes["level"] * winds.sizes["latitude"] * winds.sizes["longitude"]
    if points * components >= MOST_NUMBERS:
        raise InputError(f"The winds have {points:,} points; expected fewer than {MOST_NUMBERS // components:,}.", "Cut out a region.")


def _even_axes(winds: xr.Dataset) -> tuple[Array, Array, float]:
    """Latitude and longitude in degrees, and seconds from time to time."""
    for name in ("time", "latitude", "longitude"):
        values = winds[name].values
        steps = np.diff(values).astype(np.float64)
        if values.ndim != 1 or values.size < 2 or steps[0] <= 0.0 or not np.allclose(steps, steps[0], rtol=1e-3):
            raise InputError(
                f"The {name} of the winds has {values.size} values, {values[:3]} …; expected two or more that ascend in even steps.",
                f"Sort the winds by {name}, or bring them to an even lattice.",
            )
    seconds = (winds["time"].values[1] - winds["time"].values[0]) / np.timedelta64(1, "s")
    return winds["latitude"].values.astype(np.float64), winds["longitude"].values.astype(np.float64), float(seconds)


def _over_the_poles(latitude: Array, values: Floats) -> tuple[Array, Floats]:
    """One more row beyond a pole where the outermost lies half a cell before it: across the pole, east is west and north is south."""
    spacing, half_way = latitude[1] - latitude[0], values.shape[3] // 2
    if values.shape[3] % 2:
        return latitude, values
    for end, beyond in ((0, latitude[0] - spacing), (-1, latitude[-1] + spacing)):
        if abs(abs(beyond) - 90.0 - spacing / 2) < 1e-3 * spacing:
            row = np.roll(values[:, :, end], half_way, axis=2) * np.array([-1, -1, 1][: values.shape[4]], values.dtype)
            place = 0 if end == 0 else latitude.size
            latitude, values = np.insert(latitude, place, beyond), np.insert(values, place, row, axis=2)
    return latitude, values


def winds_of_transport(weather: xr.Dataset, aloft: xr.Dataset | None, layers: Layers) -> xr.Dataset:
    """The winds that the transport model is driven by, at the middle of every cell, layer and hour, for `winds_for_kernel`.

    weather, aloft   as `hours_of` takes them: wind at 10 m is enough

    Horizontal winds are the means of the fluxes through opposite faces over the air that is there; the vertical one closes the balance
    of each layer from the ground up, as the model's own does. NaN in hours in which wind lacks anywhere. The last half hour has the wind
    of the hour that it ends.
    """
    lattice = lattice_of_data(weather)
    air = air_of(lattice, layers)
    shape = weather.sizes["time"], layers.count, *lattice.shape
    east, north, up = (np.full(shape, np.nan, np.float32) for _ in range(3))
    for t, hour in enumerate(hours_of(weather, aloft, layers)):
        if hour is not None:
            east[t], north[t], up[t] = _at_centres(hour, lattice, air)
    times = weather["time"].values
    coords = {
        "time": np.append(times - HALF_AN_HOUR, times[-1] + HALF_AN_HOUR),
        "level": ("level", layers.centres, {"kind": "height", "units": "m"}),
        "latitude": lattice.latitude,
        "longitude": lattice.longitude,
    }
    fields = {EASTWARD: east, NORTHWARD: north, UPWARD["height"][0]: up}
    return xr.Dataset({name: (DIMS, np.concatenate([of, of[-1:]]), {"units": "m s-1"}) for name, of in fields.items()}, coords)


def _at_centres(hour: Hour, lattice: Lattice, air: Air) -> tuple[Floats, Floats, Floats]:
    """Winds in m s-1, (layer, y, x)."""
    east, north, layers = hour.east_flux, hour.north_flux, air.layers
    across = (layers.density * layers.thickness)[:, None, None]
    eastward = 0.5 * (east[..., 1:] + east[..., :-1]) / (across * lattice.east_face_length[:, None])
    length = lattice.north_face_length
    northward = 0.5 * (north[:, 1:] + north[:, :-1]) / (across * 0.5 * (length[1:] + length[:-1])[:, None])
    gained = east[..., :-1] - east[..., 1:] + north[:, :-1] - north[:, 1:]
    through_top = np.cumsum(gained, axis=0, dtype=np.float64)
    through_middle = through_top - 0.5 * gained
    return eastward, northward, through_middle / (layers.density[:, None, None] * lattice.cell_area[:, None])
