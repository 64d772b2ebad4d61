"""How deep the air near the ground is mixed: as delivered, or diagnosed from wind, sun and sky."""

import numpy as np
import xarray as xr

from hazecast.forecast.winds.boundary_layer import HIGHEST_M, LOWEST_M, field_at, ground_under, warmth_of
from hazecast.grids.lattice import lattice_of_data

DIMS = ("time", "latitude", "longitude")


def mixing_height(weather: xr.Dataset) -> xr.DataArray:
    """The delivered mixing height in m, kept within bounds, and where none was delivered that which `ground_under` diagnoses.

    `weather` has (time, latitude, longitude) on a lattice, hourly, with `eastward_wind` and `northward_wind` in m s-1; a diagnosis
    gathers warmth from hour to hour, and is of the wind at the end of each. Where wind lacks it is NaN. Raises ValueError where the
    places are no lattice.
    """
    lattice = lattice_of_data(weather)
    out = np.empty((weather.sizes["time"], *lattice.shape), np.float32)
    for hour, warmth in enumerate(warmth_of(weather, lattice)):
        wind = field_at(weather, "eastward_wind", hour), field_at(weather, "northward_wind", hour)
        out[hour] = ground_under(*wind, field_at(weather, "mixing_height", hour), warmth, lattice).mixing_height
    np.clip(out, LOWEST_M, HIGHEST_M, out=out)
    return xr.DataArray(out, {dim: weather[dim].values for dim in DIMS}, DIMS, attrs={"units": "m"})
