"""The transport model: unit emission carried by wind through a few layers, hour by hour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.emissions.emission import Emission
from hazecast.forecast.kernels.hour import advance
from hazecast.forecast.mixing_height import friction_velocity, mixing_height
from hazecast.grids.lattice import Lattice, lattice_of_data

Array = NDArray[np.float64]
Progress = Callable[[float], None]

LAYER_TOPS_M = np.array([60.0, 180.0, 400.0, 800.0, 1500.0, 3000.0])
THICKNESS_M = np.diff(LAYER_TOPS_M, prepend=0.0)
CENTRE_M = LAYER_TOPS_M - THICKNESS_M / 2
WIND_EXPONENT = 0.2  # power law of wind with height over suburban land, near-neutral (Counihan 1975)
LEAST_DIFFUSIVITY = 0.1  # m2 s-1, above the mixed layer and in calm
CONVECTIVE_TURNOVER_S = 1200.0  # a deep layer overturns in about twenty minutes
FASTEST_CONVECTION = 2.0  # m s-1
DEPOSITION_OVER_FRICTION = 0.002  # fine particles, EMEP v5.6
IN_CLOUD_PER_MM = 2.8e-4  # s-1 per mm h-1, EMEP rv4.17
BELOW_CLOUD_PER_MM = 5.8e-6
CLOUD_BASE_M = 800.0
HOUR_S = 3600.0
SPIN_UP_HOURS = 24


def carry(weather: xr.Dataset, emission: Emission, progress: Progress) -> xr.DataArray:
    """Concentration in the lowest layer from `emission` alone, at the end of every hour.

    weather   (time, latitude, longitude), hourly: wind in m s-1, mixing height if delivered (m), precipitation if any (mm)
    emission  over the same hours and cells, amount per m2 and s

    Returns (time, latitude, longitude) in amount per m3. Hours without wind, and the `SPIN_UP_HOURS` after such hours and
    after the start, are NaN: what the air held then is not known. The wind of an hour is that at its end.
    """
    lattice = lattice_of_data(weather)
    air = np.multiply.outer(THICKNESS_M, np.broadcast_to(lattice.cell_area[:, None], lattice.shape))
    tracer = np.zeros(air.shape)
    surface = np.full((weather.sizes["time"], *lattice.shape), np.nan)
    hours_carried = 0
    for t, hour in enumerate(_hours(weather)):
        if hour is None:
            tracer[:] = 0.0
            hours_carried = 0
        else:
            _carry_one_hour(tracer, air, hour, emission.during(t)[:, 0].sum(axis=0) * lattice.cell_area[:, None], lattice)
            hours_carried += 1
        if hours_carried > SPIN_UP_HOURS:
            surface[t] = tracer[0] / air[0]
        progress((t + 1) / surface.shape[0])
    coords = {dim: weather[dim].values for dim in ("time", "latitude", "longitude")}
    return xr.DataArray(surface, coords=coords, dims=tuple(coords), attrs={"units": "m-3"})


@dataclass(frozen=True, slots=True, eq=False)
class _Hour:
    """What drives the transport for one hour, on the lattice (y, x): wind in m s-1, depth in m, rain in mm."""

    eastward: Array
    northward: Array
    depth: Array
    rain: Array


def _hours(weather: xr.Dataset) -> Iterator[_Hour | None]:
    """Hour by hour; None where wind or depth lack anywhere."""
    eastward, northward = weather["eastward_wind"].values, weather["northward_wind"].values
    depth, rain = mixing_height(weather).values, _rain(weather)
    for t in range(weather.sizes["time"]):
        if np.isnan(eastward[t] + northward[t] + depth[t]).any():
            yield None
        else:
            yield _Hour(eastward[t], northward[t], depth[t], rain[t])


def _carry_one_hour(tracer: Array, air: Array, hour: _Hour, source: Array, lattice: Lattice) -> None:
    speed = np.hypot(hour.eastward, hour.northward)
    advance(
        tracer,
        air,
        *air_fluxes(hour.eastward, hour.northward, lattice),
        exchange=vertical_exchange(speed, hour.depth),
        deposition=DEPOSITION_OVER_FRICTION * friction_velocity(speed),
        loss_rate=_loss_rate(hour.rain),
        emission=source,
        thickness=THICKNESS_M,
        inflow=0.0,
        seconds=HOUR_S,
    )


def air_fluxes(eastward: Array, northward: Array, lattice: Lattice) -> tuple[Array, Array]:
    """Air through the eastern and northern faces of every layer, m3 s-1: (layer, y, x + 1) and (layer, y + 1, x).

    The wind at 10 m (y, x) is raised to each layer's centre by a power law.
    """
    with_height = (CENTRE_M / 10.0) ** WIND_EXPONENT
    at_east = np.concatenate([eastward[:, :1], 0.5 * (eastward[:, 1:] + eastward[:, :-1]), eastward[:, -1:]], axis=1)
    at_north = np.concatenate([northward[:1], 0.5 * (northward[1:] + northward[:-1]), northward[-1:]], axis=0)
    per_layer = (with_height * THICKNESS_M)[:, None, None]
    return per_layer * (at_east * lattice.east_face_length[:, None]), per_layer * (at_north * lattice.north_face_length[:, None])


def vertical_exchange(speed: Array, depth: Array) -> Array:
    """Diffusivity over the distance of layer centres, m s-1, shape (layer - 1, y, x).

    K = 0.4 w z (1 - z/h)² inside the mixed layer of depth h (Troen and Mahrt 1986, Boundary-Layer Meteorol. 37, 129), with w from
    friction and, in a deep layer, convection.
    """
    convection = np.minimum(depth / CONVECTIVE_TURNOVER_S, FASTEST_CONVECTION)
    scale = np.cbrt(friction_velocity(speed) ** 3 + 0.6 * convection**3)
    height = LAYER_TOPS_M[:-1, None, None]
    inside = np.clip(1.0 - height / depth, 0.0, 1.0)
    diffusivity = np.maximum(0.4 * scale * height * inside**2, LEAST_DIFFUSIVITY)
    return np.asarray(diffusivity / np.diff(CENTRE_M)[:, None, None])


def _rain(weather: xr.Dataset) -> Array:
    if "precipitation" not in weather:
        return np.zeros(weather["eastward_wind"].shape)
    return np.nan_to_num(weather["precipitation"].values.astype(np.float64))


def _loss_rate(rain: Array) -> Array:
    """First-order wash-out, s-1, (layer, y, x), from rain in mm h-1 (y, x)."""
    rate = np.where(CENTRE_M > CLOUD_BASE_M, IN_CLOUD_PER_MM, BELOW_CLOUD_PER_MM)
    return np.asarray(rate[:, None, None] * rain, dtype=np.float64)
