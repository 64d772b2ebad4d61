"""Sources on projections, whose cells have a latitude and a longitude each."""

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import InputError
from hazecast.grids.lattice import Lattice
from hazecast.grids.regridding import to_lattice, to_stations
from hazecast.records import Station

Array = NDArray[np.float64]
HOURS = np.datetime64("2026-01-10T00", "ns") + np.arange(3) * np.timedelta64(1, "h")
DIMS = ("time", "y", "x")


def turned(latitude: float, longitude: float, rows: int = 12, columns: int = 15, spacing: float = 0.5, seed: int = 1) -> xr.Dataset:
    """Noise on a square grid laid askew on the sphere, its middle at `latitude`, `longitude`."""
    y, x = np.meshgrid(np.arange(rows) - (rows - 1) / 2, np.arange(columns) - (columns - 1) / 2, indexing="ij")
    north, east = np.deg2rad(spacing * (0.9 * y + 0.4 * x)), np.deg2rad(spacing * (0.9 * x - 0.4 * y))
    phi, lam = np.deg2rad(latitude), np.deg2rad(longitude)
    up = np.sqrt(1 - north**2 - east**2)
    out, z = up * np.cos(phi) - north * np.sin(phi), up * np.sin(phi) + north * np.cos(phi)
    px, py = out * np.cos(lam) - east * np.sin(lam), out * np.sin(lam) + east * np.cos(lam)
    values = np.random.default_rng(seed).normal(size=(HOURS.size, rows, columns))
    coords = {
        "time": HOURS,
        "latitude": (("y", "x"), np.rad2deg(np.arcsin(z))),
        "longitude": (("y", "x"), np.rad2deg(np.arctan2(py, px))),
    }
    return xr.Dataset({"air_temperature": (DIMS, values, {"units": "K"})}, coords=coords)


def stations(latitude: Array, longitude: Array) -> list[Station]:
    return [Station(str(i), str(i), *place) for i, place in enumerate(zip(np.ravel(latitude), np.ravel(longitude), strict=True))]


def as_regular(source: xr.Dataset) -> xr.Dataset:
    """A source of latitude and longitude as if it were on a projection."""
    rows, columns = np.meshgrid(source["latitude"].values, source["longitude"].values, indexing="ij")
    plain = source.rename(latitude="y", longitude="x").drop_vars(["y", "x"])
    return plain.assign_coords(latitude=(("y", "x"), rows), longitude=(("y", "x"), columns))


def middle_of(cells: xr.Dataset) -> tuple[float, float]:
    """The place under the mean of the cells' unit vectors, in degrees."""
    phi, lam = np.deg2rad(cells["latitude"].values), np.deg2rad(cells["longitude"].values)
    x, y, z = (np.cos(phi) * np.cos(lam)).mean(), (np.cos(phi) * np.sin(lam)).mean(), np.sin(phi).mean()
    return float(np.rad2deg(np.arctan2(z, np.hypot(x, y)))), float(np.rad2deg(np.arctan2(y, x)))


CENTRES = [(40.0, 116.0), (-18.0, 179.9), (51.5, 0.0), (89.9, 30.0)]
PEKING = turned(40.0, 116.0)
LATTICE = Lattice(np.arange(39.0, 41.1, 0.25), np.arange(115.0, 117.1, 0.2))


@pytest.mark.parametrize(("latitude", "longitude"), CENTRES)
def test_a_station_on_a_cell_has_its_values(latitude: float, longitude: float) -> None:
    source = turned(latitude, longitude)
    got = to_stations(source, stations(source["latitude"].values, source["longitude"].values))["air_temperature"]
    np.testing.assert_allclose(got, source["air_temperature"].values.reshape(HOURS.size, -1), atol=1e-9)
    assert got.dims == ("time", "station")
    assert got.attrs == {"units": "K"}


@pytest.mark.parametrize(("latitude", "longitude"), CENTRES)
def test_halfway_between_four_cells_their_mean_is_met_in_whatever_turn(latitude: float, longitude: float) -> None:
    source = turned(latitude, longitude)
    corners = source.isel(y=slice(3, 5), x=slice(6, 8))
    north, east = middle_of(corners)
    mean = corners["air_temperature"].mean(("y", "x"))
    for turn in (0.0, 360.0 if east < 0 else 0.0):
        got = to_stations(source, [Station("a", "A", north, east + turn)])["air_temperature"]
        np.testing.assert_allclose(got[:, 0], mean, atol=1e-3)


def test_a_lattice_gets_what_its_cells_would_get_as_stations() -> None:
    on_lattice = to_lattice(PEKING, LATTICE)
    rows, columns = np.meshgrid(LATTICE.latitude, LATTICE.longitude, indexing="ij")
    at_cells = to_stations(PEKING, stations(rows, columns))
    assert on_lattice["air_temperature"].dims == ("time", "latitude", "longitude")
    np.testing.assert_array_equal(on_lattice["air_temperature"].values.reshape(HOURS.size, -1), at_cells["air_temperature"])
    assert not on_lattice["air_temperature"].isnull().any()


def test_a_regular_source_gives_nearly_the_same_as_a_projection() -> None:
    latitude, longitude = np.arange(38.0, 42.1, 0.1), np.arange(114.0, 118.1, 0.1)
    values = np.sin(latitude)[:, None] * np.cos(longitude) + np.arange(3)[:, None, None]
    coords = {"time": HOURS, "latitude": latitude, "longitude": longitude}
    source = xr.Dataset({"air_temperature": (("time", "latitude", "longitude"), values)}, coords=coords)
    ours, plain = to_lattice(as_regular(source), LATTICE), to_lattice(source, LATTICE)
    np.testing.assert_allclose(ours["air_temperature"], plain["air_temperature"], atol=1e-5)


def test_a_target_up_to_a_cell_outside_takes_the_edge_and_beyond_it_nothing() -> None:
    latitude, longitude = np.arange(-2.0, 3.0), np.arange(10.0, 15.0)
    values = np.random.default_rng(2).normal(size=(1, 5, 5))
    coords = {"time": HOURS[:1], "latitude": latitude, "longitude": longitude}
    source = as_regular(xr.Dataset({"wind": (("time", "latitude", "longitude"), values)}, coords=coords))
    places = np.array([(-2.6, 11.0), (2.0, 14.7), (2.9, 14.9), (-3.1, 12.0), (0.0, 15.1), (0.0, 8.9), (-40.0, 12.0), (0.0, -168.0)])
    got = to_stations(source, stations(*places.T))["wind"].values[0]
    np.testing.assert_allclose(got[:3], values[0][[0, 4, 4], [1, 4, 4]], atol=1e-3)
    assert np.isnan(got[3:]).all()


def test_the_cells_of_a_lattice_that_the_source_does_not_reach_are_unknown() -> None:
    got = to_lattice(PEKING, Lattice(np.arange(20.0, 60.1, 2.0), np.arange(96.0, 136.1, 2.0)))["air_temperature"].values
    known = ~np.isnan(got)
    assert (known == known[:1]).all()
    assert known[0, 10, 10]
    assert 5 < known[0].sum() < 40


def test_a_cell_that_lacks_leaves_its_weight_to_its_neighbours() -> None:
    latitude, longitude = np.arange(-1.0, 2.0), np.arange(10.0, 13.0)
    values = np.arange(9.0).reshape(1, 3, 3)
    values[0, 1, 1] = np.nan
    coords = {"time": HOURS[:1], "latitude": latitude, "longitude": longitude}
    source = as_regular(xr.Dataset({"wind": (("time", "latitude", "longitude"), values)}, coords=coords))
    got = to_stations(source, stations(np.array([-0.6, -0.1, -1.0]), np.array([10.4, 10.9, 11.0])))["wind"].values[0]
    weights = np.array([[0.6 * 0.6, 0.6 * 0.4], [0.4 * 0.6, 0.0]])
    assert got[0] == pytest.approx((weights * [[0, 1], [3, 0]]).sum() / weights.sum(), abs=1e-3)
    assert np.isnan(got[1])
    assert got[2] == pytest.approx(1.0, abs=1e-9)


def test_levels_and_precision_are_carried_through() -> None:
    aloft = PEKING.expand_dims(level=[850.0, 500.0], axis=1).astype(np.float32)
    on_lattice, at_stations = to_lattice(aloft, LATTICE), to_stations(aloft, stations(np.array([40.0]), np.array([116.0])))
    assert on_lattice["air_temperature"].dims == ("time", "level", "latitude", "longitude")
    assert at_stations["air_temperature"].dims == ("time", "level", "station")
    assert on_lattice["air_temperature"].dtype == np.float32
    np.testing.assert_allclose(on_lattice["air_temperature"][:, 1], to_lattice(PEKING, LATTICE)["air_temperature"], atol=1e-5)


def test_a_source_of_one_row_is_refused_with_a_remedy() -> None:
    with pytest.raises(InputError, match=r"single row or column.*two latitudes"):
        to_lattice(PEKING.isel(y=[0]), LATTICE)


def test_a_cell_that_is_nowhere_is_refused_with_a_remedy() -> None:
    nowhere = PEKING.copy(deep=True)
    nowhere["latitude"].values[2, 3:5] = np.nan
    with pytest.raises(InputError, match=r"lacks the latitude or longitude of 2 of its cells.*coordinates of every cell"):
        to_lattice(nowhere, LATTICE)
