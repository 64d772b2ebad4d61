"""What is forecast on the ground of an area over time: the cells of the grid in the place of stations, by how much ground each has."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.grids.medians import weighted_median
from hazecast.grids.territories import ground_in_cells
from hazecast.records import Territory

Array = NDArray[np.float64]
QUANTILES = np.array([0.05, 0.5, 0.95])
_PM25 = ("pm25_low", "pm25", "pm25_high")


def ground_quantiles(territory: Territory, grid: xr.Dataset) -> Array:
    """PM2.5 (quantile, hour) in µg m-3 at `QUANTILES`, each the median over the ground; NaN where less than half of it has a value.

    `grid` is that of a `Forecast`. The peak of a window is taken from the same medians, but that of very many cells one stands there for
    its neighbours.
    """
    return np.stack([ground_median(territory, grid, key) for key in _PM25])


def ground_median(territory: Territory, grid: xr.Dataset, key: str) -> Array:
    """The median (hour) over the ground of one field of a forecast's grid, NaN throughout where there is no such field."""
    if key not in grid:
        return np.full(grid.sizes["lead_time"], np.nan)
    ground = ground_in_cells(territory)
    rows, columns = np.nonzero(ground > 0.0)
    cells = grid[key].transpose("latitude", "longitude", "lead_time").values[rows, columns]
    return weighted_median(cells, ground[rows, columns])
