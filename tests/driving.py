"""Small weather, emission and regions for runs of the transport model: five rows and six columns of a quarter of a degree."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.emissions.emission import Emission
from hazecast.forecast.emissions.heights import at_ground
from hazecast.forecast.transport.driving import Driving
from hazecast.forecast.transport.layers import air_of, default_layers
from hazecast.grids.lattice import Lattice
from hazecast.records import EmissionProxy

Array = NDArray[np.float64]

LATTICE = Lattice(np.linspace(39, 40, 5), np.linspace(115, 116.25, 6))
START = np.datetime64("2026-01-10T00", "ns")
DIMS = ("time", "latitude", "longitude")


def weather(hours: int, eastward: float = 0.0, northward: float = 0.0, depth: float = 500.0, rain: float | None = None) -> xr.Dataset:
    """The same everywhere and always."""
    values = {"eastward_wind": eastward, "northward_wind": northward, "mixing_height": depth}
    fields = {key: (DIMS, np.full((hours, *LATTICE.shape), value)) for key, value in values.items()}
    if rain is not None:
        fields["precipitation"] = (DIMS, np.full((hours, *LATTICE.shape), rain))
    times = START + np.arange(hours) * np.timedelta64(1, "h")
    return xr.Dataset(fields, coords={"time": times, "latitude": LATTICE.latitude, "longitude": LATTICE.longitude})


def one_cell(row: int, column: int) -> Array:
    emission = np.zeros(LATTICE.shape)
    emission[row, column] = 1.0
    return emission


def steady(density: Array, hours: int, gases: bool = False) -> Emission:
    """PM2.5 in µg m-2 s-1 (y, x), the same at all hours, near the ground; with gases, twice as much SO2 and three times as much NOx."""
    fields = density[None, None] * (np.array([1.0, 2.0, 3.0])[:, None, None, None] if gases else 1.0)
    return Emission(fields, np.ones((hours, 1)), at_ground(1), EmissionProxy.STATIONS)


def halves() -> xr.DataArray:
    """Two regions: the western three columns and the rest."""
    west = np.broadcast_to(np.arange(LATTICE.longitude.size) < 3, LATTICE.shape).astype(float)
    places = {"latitude": LATTICE.latitude, "longitude": LATTICE.longitude}
    return xr.DataArray(np.stack([west, 1.0 - west]), {"region": ["west", "elsewhere"], **places}, ("region", *places))


def whole() -> xr.DataArray:
    """One region that is everywhere."""
    shares = halves()
    return shares.sum("region").expand_dims(region=["elsewhere"])


def driven(data: xr.Dataset, density: Array, shares: xr.DataArray | None = None, gases: bool = False) -> Driving:
    emission = steady(density, data.sizes["time"], gases)
    return Driving(data, None, emission, halves() if shares is None else shares, air_of(LATTICE, default_layers()))


def is_known(result: Array) -> list[bool]:
    """By hour; every hour is known everywhere or nowhere."""
    axes: Sequence[int] = tuple(range(1, result.ndim))
    known = ~np.isnan(result)
    assert (known.all(axis=axes) == known.any(axis=axes)).all()
    return known.all(axis=axes).tolist()
