"""The transport model: unit emission carried by wind through a few layers, hour by hour."""

from collections.abc import Callable

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.emissions import DIURNAL_PROFILE
from hazecast.forecast.kernels.hour import advance
from hazecast.forecast.mixing_height import friction_velocity, mixing_height
from hazecast.forecast.sun import solar_hour
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


def carry(weather: xr.Dataset, emission: Array, progress: Progress) -> xr.DataArray:
    """Concentration in the lowest layer from a steady `emission` alone, at the end of every hour.

    weather   (time, latitude, longitude), hourly: wind in m s-1, mixing height if delivered (m), precipitation if any (mm)
    emission  (latitude, longitude) amount per m2 and s

    Returns (time, latitude, longitude) in amount per m3. Hours without wind, and the `SPIN_UP_HOURS` after such hours and
    after the start, are NaN: what the air held then is not known. The wind of an hour is that at its end.
    """
    lattice = lattice_of_data(weather)
    winds = weather["eastward_wind"].values, weather["northward_wind"].values
    depth, rain = mixing_height(weather).values, _rain(weather)
    usable = ~(np.isnan(winds[0]) | np.isnan(winds[1]) | np.isnan(depth)).any(axis=(1, 2))
    air = np.ascontiguousarray(np.broadcast_to((THICKNESS_M[:, None] * lattice.cell_area)[:, :, None], (THICKNESS_M.size, *lattice.shape)))
    source = emission * lattice.cell_area[:, None]
    hour_of_day = solar_hour(weather["time"].values, weather["longitude"].values.mean()).astype(int)
    surface = np.full(winds[0].shape, np.nan)
    tracer = np.zeros(air.shape)
    since_start = 0
    for t in range(usable.size):
        if not usable[t]:
            tracer[:] = 0.0
            since_start = 0
            continue
        flux = air_fluxes(winds[0][t], winds[1][t], lattice)
        speed = np.hypot(winds[0][t], winds[1][t])
        loss = _loss_rate(rain[t])
        now = source * DIURNAL_PROFILE[hour_of_day[t]]
        deposition = DEPOSITION_OVER_FRICTION * friction_velocity(speed)
        advance(tracer, air, *flux, vertical_exchange(speed, depth[t]), deposition, loss, now, THICKNESS_M, 0.0, HOUR_S)
        since_start += 1
        if since_start > SPIN_UP_HOURS:
            surface[t] = tracer[0] / air[0]
        progress((t + 1) / usable.size)
    return weather["eastward_wind"].copy(data=surface).assign_attrs(units="m-3")


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
    return np.nan_to_num(weather["precipitation"].values)


def _loss_rate(rain: Array) -> Array:
    """First-order wash-out, s-1, (layer, y, x), from rain in mm h-1 (y, x)."""
    rate = np.where(CENTRE_M > CLOUD_BASE_M, IN_CLOUD_PER_MM, BELOW_CLOUD_PER_MM)
    return np.asarray(rate[:, None, None] * rain, dtype=np.float64)
