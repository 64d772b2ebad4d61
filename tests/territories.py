"""A forecast on a small grid with stations and draws, and areas on its ground."""

from datetime import UTC, datetime, timedelta

import numpy as np
import xarray as xr

from hazecast.forecast.draws.copula import gaussian_scores
from hazecast.forecast.draws.drawing import shuffled
from hazecast.forecast.draws.ranks import ranks_of
from hazecast.forecast.series import series_of
from hazecast.forecast.uncertainty import QUANTILES
from hazecast.grids.lattice import Lattice
from hazecast.grids.territories import territory_within
from hazecast.records import Area, Cycle, Forecast, PlaceName, Station, Territory

INIT = datetime(2026, 1, 10, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT, timedelta(hours=24))
LATTICE = Lattice(36.0 + np.arange(9) * 0.5, 112.0 + np.arange(13) * 0.5)
STATIONS = (Station("a", "Aville", 38.0, 113.0), Station("b", "Beton", 38.2, 113.4), Station("c", "Cham", 37.0, 114.0))
DRAWS = 200


def box(west: float, south: float, east: float, north: float) -> Territory:
    ring = np.array([[west, south], [east, south], [east, north], [west, north], [west, south]])
    return territory_within("Area 'x'", ((ring,),), LATTICE)


def area(territory: Territory | None, stations: tuple[str, ...] = ()) -> Area:
    return Area("x", (PlaceName("en", "X"),), stations, "UTC", territory=territory)


def forecast(pm25: np.ndarray | float, seed: int = 0, at_stations: float = 60.0) -> Forecast:
    """PM2.5 (latitude, longitude) of every hour with a band of a quarter of it, at 60 % humidity; stations as they are told."""
    leads = np.arange(1, 25)
    start = np.datetime64(INIT.replace(tzinfo=None), "ns")
    axis = {"lead_time": leads, "init_time": start, "valid_time": ("lead_time", start + leads * np.timedelta64(1, "h"))}
    cells = np.broadcast_to(pm25, (24, *LATTICE.shape)).astype(np.float32)
    dims = ("lead_time", "latitude", "longitude")
    fields = {"pm25": cells, "pm25_low": 0.75 * cells, "pm25_high": 1.25 * cells, "relative_humidity": np.full_like(cells, 60.0)}
    grid = xr.Dataset({k: (dims, v) for k, v in fields.items()}, {"latitude": LATTICE.latitude, "longitude": LATTICE.longitude, **axis})
    ids = [station.id for station in STATIONS]
    at = np.full((len(ids), 24), at_stations)
    quantile = at[..., None] * np.linspace(0.6, 1.4, QUANTILES.size)
    stations = xr.Dataset(
        {
            "pm25": (("station", "lead_time"), at),
            "relative_humidity": (("station", "lead_time"), np.full_like(at, 60.0)),
            "visibility": (("station", "lead_time"), 6e5 / at),
            "pm25_quantile": (("station", "lead_time", "quantile"), quantile),
            "visibility_quantile": (("station", "lead_time", "quantile"), 6e5 / quantile),
        },
        coords={
            "station": ids,
            "latitude": ("station", [s.latitude for s in STATIONS]),
            "longitude": ("station", [s.longitude for s in STATIONS]),
            "quantile": QUANTILES,
            **axis,
        },
    )
    drawn = shuffled(quantile, ranks_of(_scores(seed)))
    draws = xr.Dataset(
        {"pm25": (("draw", "station", "lead_time"), drawn), "visibility": (("draw", "station", "lead_time"), 6e5 / drawn)},
        coords={"station": ids, **axis},
    )
    return Forecast(CYCLE, grid, stations, (), draws=draws)


def _scores(seed: int) -> np.ndarray:
    """Of a plain past, which the copula is for."""
    places = {axis: ("station", [getattr(s, axis) for s in STATIONS]) for axis in ("latitude", "longitude")}
    times = np.datetime64("2026-01-01", "ns") + np.arange(48) * np.timedelta64(1, "h")
    past = xr.Dataset({"pm25": (("time", "station"), np.full((48, 3), np.nan))}, {"time": times, **places})
    return gaussian_scores(series_of(past), 20, 1, range(1, 25), DRAWS, np.random.default_rng(seed))
