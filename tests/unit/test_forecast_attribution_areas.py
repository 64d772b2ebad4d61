"""Shares of sources in areas: at their stations or, where none lies in one, over its ground."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.attribution.areas import attribution_of
from hazecast.grids.lattice import Lattice
from hazecast.grids.territories import ground_in_cells, territory_within
from hazecast.records import Area, PlaceName, SourceForecast, Station

LATTICE = Lattice(np.arange(36.0, 40.0), np.arange(114.0, 118.0))
SOURCES = ["edges", "west", "east"]
RING = np.array([[114.0, 36.0], [115.5, 36.0], [115.5, 38.5], [114.0, 38.5], [114.0, 36.0]])
STATION = Station("s", "S", 37.0, 117.0)
GROUND = Area("plain", (PlaceName("en", "Plain"),), (), "UTC", territory=territory_within("Area 'plain'", ((RING,),), LATTICE))
TOWN = Area("town", (PlaceName("en", "Town"),), ("s",), "UTC")


def gridded() -> Any:
    """What is asked of it: the region of each half of the grid, and the station."""
    west = np.broadcast_to(LATTICE.longitude < 116.0, LATTICE.shape).astype(float)
    places = {"latitude": LATTICE.latitude, "longitude": LATTICE.longitude}
    shares = xr.DataArray(
        np.stack([west, 1.0 - west, 0.0 * west]), {"region": ["west", "east", "elsewhere"], **places}, ("region", "latitude", "longitude")
    )
    return SimpleNamespace(region_shares=shares, gathered=SimpleNamespace(regions=(), stations=(STATION,)))


def sources(grid: np.ndarray) -> SourceForecast:
    """PM2.5 (source, latitude, longitude) in both of two hours, a tenth of it formed; at the station 1, 2 and 5 with three members."""
    lead = {"lead_time": [1, 2], "source": SOURCES, "valid_time": ("lead_time", np.array(["2026-01-10T01", "2026-01-10T02"], "M8[ns]"))}
    at_station, dims = np.broadcast_to([1.0, 2.0, 5.0], (1, 2, 3)), ("station", "lead_time", "source")
    members = np.stack([at_station * factor for factor in (0.9, 1.0, 1.1)])
    stations = {
        "pm25_source": (dims, at_station),
        "pm25_source_member": (("member", *dims), members),
        "pm25_secondary": (dims[:2], np.full((1, 2), 0.8)),
    }
    cells = {
        "pm25_source": (("lead_time", "source", "latitude", "longitude"), np.stack([grid, grid])),
        "pm25_secondary": (("lead_time", "latitude", "longitude"), np.stack([grid.sum(axis=0) / 10.0] * 2)),
    }
    strengths = xr.Dataset(coords={"season": ["DJF"], "source": SOURCES})
    places = {"latitude": LATTICE.latitude, "longitude": LATTICE.longitude}
    return SourceForecast(xr.Dataset(cells, {**lead, **places}), xr.Dataset(stations, {"station": ["s"], **lead}), strengths)


def test_an_area_without_a_station_has_the_shares_of_its_ground_and_no_range() -> None:
    grid = np.random.default_rng(2).uniform(1.0, 50.0, (3, *LATTICE.shape))
    told = attribution_of(sources(grid), (GROUND, TOWN), gridded())
    assert told is not None
    assert GROUND.territory is not None
    ground = ground_in_cells(GROUND.territory)
    parts = np.array([(part * ground).sum() for part in grid])
    plain, town = (told.areas.sel(area=id) for id in ("plain", "town"))
    np.testing.assert_allclose(plain["share"].isel(lead_time=1), parts / parts.sum())
    assert plain["secondary_share"].values == pytest.approx(0.1)
    assert np.isnan(plain["share_low"]).all()
    np.testing.assert_allclose(town["share"].isel(lead_time=0), [0.125, 0.25, 0.625])
    np.testing.assert_allclose(town["share_high"].isel(lead_time=0), [0.125, 0.25, 0.625])
    assert told.areas["own_source"].values.tolist() == ["west", "east"]
    assert told.areas["valid_time"].dims == ("lead_time",)


def test_of_ground_with_an_unknown_cell_the_shares_are_not_known() -> None:
    grid = np.ones((3, *LATTICE.shape))
    grid[1, 0, 0] = np.nan
    told = attribution_of(sources(grid), (GROUND,), gridded())
    assert told is not None
    assert np.isnan(told.areas["share"]).all()
    beyond = np.ones((3, *LATTICE.shape))
    beyond[:, -1, -1] = np.nan
    told = attribution_of(sources(beyond), (GROUND,), gridded())
    assert told is not None
    assert np.isfinite(told.areas["share"]).all()
