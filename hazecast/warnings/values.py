"""The dimensions of a forecast, and a variable along them."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from hazecast.warnings.chances import Array

GRID_DIMS = ("lead_time", "latitude", "longitude")
STATION_DIMS = ("station", "lead_time")
QUANTILE_DIMS = (*STATION_DIMS, "quantile")
DRAW_DIMS = ("draw", *STATION_DIMS)


def values_of(data: xr.Dataset, name: str, dims: Sequence[str]) -> Array:
    """A variable along `dims`, NaN throughout if there is none."""
    if name not in data:
        return np.full([data.sizes[d] for d in dims], np.nan)
    return np.asarray(data[name].transpose(*dims).values)
