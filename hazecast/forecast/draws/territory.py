"""The forecast on the ground of an area: at the cells of the grid that belong to it, with whole trajectories that go with the stations'."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import ndtri

from hazecast.config import VisibilitySettings
from hazecast.forecast.analysis.scale import OFFSET_PM25, on_scale
from hazecast.forecast.draws.between_stations import DrawnStations, scores_between, scores_of
from hazecast.forecast.draws.drawing import shuffled
from hazecast.forecast.spreading.spread import BAND
from hazecast.forecast.uncertainty import QUANTILES
from hazecast.forecast.visibility import visibility
from hazecast.grids.distance import distance
from hazecast.grids.lattice import lattice_of_data
from hazecast.records import Forecast, Territory, TerritoryForecast

Array = NDArray[np.float64]
Index = NDArray[np.int64]

MOST_CELLS = 2_000  # of more, one stands for its neighbours
MOST_KNOTS = 400  # places where scores are drawn; the cells about one share them
MOST_STATIONS = 200  # the nearest to the area's middle
CELLS_TOGETHER = 256
STREAM = 7  # of the seed's random numbers, apart from those of other rooms
STATION_DIMS = ("station", "lead_time")
DRAW_DIMS = ("draw", *STATION_DIMS)
QUANTILE_DIMS = (*STATION_DIMS, "quantile")


class _Cells(NamedTuple):
    """Rows and columns of the grid, and the ground in m2 that each stands for."""

    rows: Index
    columns: Index
    ground: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Fields:
    """Of the cells: PM2.5 and its 5 % and 95 % in µg m-3, and humidity in %, (cell, lead)."""

    pm25: Array
    low: Array
    high: Array
    humidity: Array


def forecast_on_territory(
    area_id: str, territory: Territory, forecast: Forecast, optics: VisibilitySettings, seed: int
) -> TerritoryForecast:
    """What `forecast` says of an area's ground, cell by cell: quantiles of PM2.5, visibility, humidity, and draws of both where it has any.

    A cell's distribution is what the grid has of it: the middle, and 5 % and 95 % on the scale of errors, normal on either side. A cell
    without a value is unknown. In which order its draws are, those of the stations say; see docs/warnings.md. The same forecast and seed
    give the same draws.
    """
    cells = _cells_of(territory, forecast.grid)
    fields = _Fields(*(_at(forecast.grid, name, cells) for name in ("pm25", "pm25_low", "pm25_high", "relative_humidity")))
    quantiles = _quantiles(fields)
    own = _station_fields(forecast, cells, fields, quantiles, optics)
    draws = None
    if forecast.draws is not None:
        hour = int(forecast.cycle.init_time.timestamp()) // 3600
        ranks, of_cell = _ranks(forecast, cells, np.random.default_rng([seed, STREAM, hour]))
        draws = _draws(forecast.draws, own, quantiles, ranks, of_cell, fields.humidity, optics)
    return TerritoryForecast(area_id, Forecast(forecast.cycle, forecast.grid, own, forecast.notes, draws=draws), cells.ground)


def _cells_of(territory: Territory, grid: xr.Dataset) -> _Cells:
    share = territory.share.values
    if share.shape != (grid.sizes["latitude"], grid.sizes["longitude"]):
        raise ValueError(f"A territory on a grid of {share.shape} for a forecast on one of {dict(grid.sizes)}.")
    ground = share * lattice_of_data(grid).cell_area[:, None]
    rows, columns = np.nonzero(ground > 0.0)
    whole = ground[rows, columns]
    block, _ = _blocks(rows, columns, MOST_CELLS)
    order = np.lexsort((-whole, block))
    first = order[np.unique(block[order], return_index=True)[1]]
    return _Cells(rows[first], columns[first], np.bincount(block, whole).astype(np.float64))


def _blocks(rows: Index, columns: Index, most: int) -> tuple[Index, int]:
    """For each cell its square block, numbered, at most so many of them, and how many cells wide these are."""
    width = 1
    while True:
        numbers, block = np.unique(np.stack([rows // width, columns // width]), axis=1, return_inverse=True)
        if numbers.shape[1] <= most:
            return block.ravel().astype(np.int64), width
        width += 1


def _at(grid: xr.Dataset, name: str, cells: _Cells) -> Array:
    """(cell, lead), NaN throughout where the grid has no such field."""
    if name not in grid:
        return np.full((cells.rows.size, grid.sizes["lead_time"]), np.nan)
    values = grid[name].transpose("latitude", "longitude", "lead_time").values
    return np.asarray(values[cells.rows, cells.columns], dtype=np.float64)


def _quantiles(fields: _Fields) -> Array:
    """PM2.5 (cell, lead, quantile) at `QUANTILES`."""
    middle, low, high = (on_scale(np.maximum(values, 0.0))[..., None] for values in (fields.pm25, fields.low, fields.high))
    scores = ndtri(QUANTILES) / BAND
    found = middle + np.where(scores < 0.0, scores * np.maximum(middle - low, 0.0), scores * np.maximum(high - middle, 0.0))
    return np.asarray(np.maximum(np.exp(found) - OFFSET_PM25, 0.0))


def _station_fields(forecast: Forecast, cells: _Cells, fields: _Fields, quantiles: Array, optics: VisibilitySettings) -> xr.Dataset:
    latitude, longitude = (forecast.grid[axis].values.astype(np.float64) for axis in ("latitude", "longitude"))
    places = latitude[cells.rows], longitude[cells.columns]
    return xr.Dataset(
        {
            "pm25": (STATION_DIMS, fields.pm25.astype(np.float32)),
            "pm25_quantile": (QUANTILE_DIMS, quantiles.astype(np.float32)),
            "relative_humidity": (STATION_DIMS, fields.humidity.astype(np.float32)),
            "visibility": (STATION_DIMS, visibility(fields.pm25, fields.humidity, optics).astype(np.float32)),
            "visibility_quantile": (QUANTILE_DIMS, visibility(quantiles, fields.humidity[..., None], optics).astype(np.float32)),
            "visibility_log_error": ((), np.float64(optics.log_error)),
        },
        coords={
            "station": ("station", [f"cell {north:g} {east:g}" for north, east in zip(*places, strict=True)]),
            "latitude": ("station", places[0]),
            "longitude": ("station", places[1]),
            "quantile": QUANTILES,
            **{name: forecast.grid[name] for name in ("init_time", "lead_time", "valid_time")},
        },
    )


def _ranks(forecast: Forecast, cells: _Cells, random: np.random.Generator) -> tuple[Index, Index]:
    """Ranks (knot, lead, draw) among the draws, and the knot of each cell."""
    block, _ = _blocks(cells.rows, cells.columns, MOST_KNOTS)
    count = np.bincount(block)
    latitude, longitude = (
        np.bincount(block, forecast.grid[axis].values.astype(np.float64)[at]) / count
        for axis, at in (("latitude", cells.rows), ("longitude", cells.columns))
    )
    scores = scores_between(_drawn_stations(forecast, latitude.mean(), longitude.mean()), latitude, longitude, random)
    return np.argsort(np.argsort(np.moveaxis(scores, 0, -1), axis=-1), axis=-1), block


def _drawn_stations(forecast: Forecast, latitude: float, longitude: float) -> DrawnStations:
    """Those nearest to a place whose draws are known at every hour."""
    if forecast.draws is None:
        raise ValueError("A forecast without draws has no drawn stations.")
    drawn = forecast.draws["pm25"].transpose(*DRAW_DIMS)
    places = forecast.stations.reindex(station=drawn["station"].values)
    north, east = (places[axis].values.astype(np.float64) for axis in ("latitude", "longitude"))
    known = np.flatnonzero(~(np.isnan(drawn.values).any(axis=(0, 2)) | np.isnan(north + east)))
    apart = distance(north[known], east[known], np.float64(latitude), np.float64(longitude))
    nearest = known[np.argsort(apart, kind="stable")[:MOST_STATIONS]]
    return DrawnStations(scores_of(drawn.values[:, nearest].astype(np.float64)), north[nearest], east[nearest])


def _draws(
    drawn: xr.Dataset, own: xr.Dataset, quantiles: Array, ranks: Index, of_cell: Index, humidity: Array, optics: VisibilitySettings
) -> xr.Dataset:
    """A draw's particles dim the view here as they do at the stations."""
    factor = drawn["extinction_factor"].values if "extinction_factor" in drawn else np.ones(drawn.sizes["draw"])
    shape = drawn.sizes["draw"], of_cell.size, humidity.shape[1]
    pm25, seen = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.float32)
    for begin in range(0, of_cell.size, CELLS_TOGETHER):
        part = slice(begin, begin + CELLS_TOGETHER)
        values = shuffled(quantiles[part], ranks[of_cell[part]])
        pm25[:, part] = values
        seen[:, part] = visibility(values, humidity[part], optics, factor[:, None, None])
    coords = {name: own[name] for name in ("station", "init_time", "lead_time", "valid_time")}
    return xr.Dataset({"pm25": (DRAW_DIMS, pm25), "visibility": (DRAW_DIMS, seen)}, coords=coords)
