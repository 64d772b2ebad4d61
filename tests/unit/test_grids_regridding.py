import numba
import numpy as np
import pytest
import xarray as xr
import xarray_regrid  # noqa: F401  gives datasets their accessor
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator

from hazecast.errors import InputError
from hazecast.grids.lattice import Lattice
from hazecast.grids.regridding import to_lattice, to_stations
from hazecast.records import Station

HOURS = np.datetime64("2026-01-10T00", "ns") + np.arange(3) * np.timedelta64(1, "h")
DIMS = ("time", "latitude", "longitude")


def field(latitude: NDArray[np.float64], longitude: NDArray[np.float64], seed: int = 1) -> xr.Dataset:
    values = np.random.default_rng(seed).normal(size=(HOURS.size, latitude.size, longitude.size))
    coords = {"time": HOURS, "latitude": latitude, "longitude": longitude}
    return xr.Dataset({"air_temperature": (DIMS, values, {"units": "K"})}, coords=coords)


def stations(*places: tuple[float, float]) -> list[Station]:
    return [Station(f"s{i}", f"Station {i}", latitude, longitude) for i, (latitude, longitude) in enumerate(places)]


SOURCE = field(np.arange(38.0, 42.1, 0.5), np.arange(114.0, 118.1, 0.4))
LATTICE = Lattice(np.arange(38.1, 41.9, 0.13), np.arange(114.05, 117.9, 0.17))


def test_a_lattice_gets_what_xarray_interpolates() -> None:
    ours = to_lattice(SOURCE, LATTICE)
    xarrays = SOURCE.interp(latitude=LATTICE.latitude, longitude=LATTICE.longitude)
    np.testing.assert_allclose(ours["air_temperature"], xarrays["air_temperature"], rtol=1e-9, atol=1e-12)
    assert ours["air_temperature"].dims == DIMS
    assert ours["air_temperature"].attrs == {"units": "K"}
    np.testing.assert_array_equal(ours["time"], HOURS)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_lattice_gets_what_xarray_regrid_and_plain_numpy_give(kind: type) -> None:
    source = SOURCE.astype(kind)
    ours = to_lattice(source, LATTICE)["air_temperature"]
    onto = xr.Dataset(coords={"latitude": LATTICE.latitude, "longitude": LATTICE.longitude})
    np.testing.assert_allclose(ours, source.regrid.linear(onto)["air_temperature"], atol=1e-6)
    plain = np.array(
        [
            [np.interp(LATTICE.longitude, SOURCE["longitude"], across) for across in up_and_down.T]
            for up_and_down in (
                np.array([np.interp(LATTICE.latitude, SOURCE["latitude"], along) for along in hour.T])
                for hour in SOURCE["air_temperature"].values
            )
        ]
    )
    np.testing.assert_allclose(ours, plain, atol=1e-6)


def test_stations_get_what_scipy_interpolates_even_on_an_uneven_source() -> None:
    source = field(np.array([38.0, 38.4, 39.5, 41.0]), np.array([114.0, 115.5, 115.6, 118.0]))
    places = [(38.2, 114.7), (39.9, 115.55), (40.999, 117.0), (38.0, 118.0)]
    ours = to_stations(source, stations(*places))["air_temperature"]
    for hour in range(HOURS.size):
        grid = RegularGridInterpolator((source["latitude"], source["longitude"]), source["air_temperature"].values[hour])
        np.testing.assert_allclose(ours[hour], grid(places), rtol=1e-12)
    assert ours.dims == ("time", "station")
    assert ours["station"].values.tolist() == ["s0", "s1", "s2", "s3"]


def test_the_source_on_its_own_cells_is_unchanged() -> None:
    same = to_lattice(SOURCE, Lattice(SOURCE["latitude"].values, SOURCE["longitude"].values))
    np.testing.assert_array_equal(same["air_temperature"], SOURCE["air_temperature"])


def test_the_order_of_the_dimensions_does_not_matter() -> None:
    turned = SOURCE.transpose("longitude", "time", "latitude")
    xr.testing.assert_identical(to_lattice(turned, LATTICE), to_lattice(SOURCE, LATTICE))


def test_a_plane_is_met_exactly() -> None:
    plane = SOURCE.assign(air_temperature=2 * SOURCE["latitude"] - 3 * SOURCE["longitude"] + 0 * SOURCE["air_temperature"])
    got = to_lattice(plane, LATTICE)["air_temperature"].transpose(*DIMS)
    expected = 2 * LATTICE.latitude[:, None] - 3 * LATTICE.longitude
    np.testing.assert_allclose(got, np.broadcast_to(expected, got.shape), rtol=1e-12)


def test_a_target_up_to_a_cell_outside_takes_the_edge_and_beyond_it_nothing() -> None:
    edge = SOURCE["air_temperature"].values[:, 0, 0]
    got = to_stations(SOURCE, stations((37.6, 113.7), (37.4, 114.0), (38.0, 113.5), (42.4, 118.3), (42.6, 118.0)))["air_temperature"]
    np.testing.assert_array_equal(got[:, 0], edge)
    np.testing.assert_array_equal(got[:, 3], SOURCE["air_temperature"].values[:, -1, -1])
    assert np.isnan(got[:, [1, 2, 4]]).all()


def test_cells_outside_the_source_are_unknown_and_the_others_are_not() -> None:
    wide = Lattice(np.arange(36.0, 41.1, 0.5), np.arange(115.0, 121.1, 0.5))
    got = to_lattice(SOURCE, wide)["air_temperature"].values
    expected = (wide.latitude >= 37.5)[:, None] & (wide.longitude <= 118.4)[None, :]
    np.testing.assert_array_equal(~np.isnan(got), np.broadcast_to(expected, got.shape))


def test_a_cell_that_lacks_leaves_its_weight_to_its_neighbours() -> None:
    holed = SOURCE.copy(deep=True)
    holed["air_temperature"][:, 2, 3] = np.nan
    row, column = SOURCE["latitude"].values[2], SOURCE["longitude"].values[3]
    got = to_stations(holed, stations((row + 0.2, column + 0.1), (row + 0.01, column), (row + 0.3, column)))["air_temperature"]
    corners = holed["air_temperature"].values[:, 2:4, 3:5]
    weights = np.array([[np.nan, 0.6 * 0.25], [0.4 * 0.75, 0.4 * 0.25]])
    assert np.nansum(weights) > 0.5
    np.testing.assert_allclose(got[:, 0], np.nansum(corners * weights, axis=(1, 2)) / np.nansum(weights), rtol=1e-9)
    assert np.isnan(got[:, 1]).all()
    np.testing.assert_allclose(got[:, 2], corners[:, 1, 0])


def test_longitudes_a_whole_turn_apart_are_one_place() -> None:
    london = field(np.arange(50.0, 53.0, 0.5), np.arange(-2.0, 2.1, 0.5))
    west, turned = Lattice(np.arange(50.5, 52.1, 0.25), np.arange(-1.5, 0.6, 0.25)), np.arange(358.5, 360.6, 0.25)
    np.testing.assert_allclose(
        to_lattice(london, Lattice(west.latitude, turned))["air_temperature"], to_lattice(london, west)["air_temperature"], rtol=1e-9
    )
    got = to_stations(london, stations((51.5, -0.12), (51.5, 359.88)))["air_temperature"]
    np.testing.assert_allclose(got[:, 0], got[:, 1], rtol=1e-9)
    assert to_lattice(london, Lattice(west.latitude, turned))["longitude"].values[0] == 358.5


def test_a_source_across_the_date_line_meets_stations_on_both_sides() -> None:
    fiji = field(np.arange(-20.0, -15.0), np.arange(176.0, 185.0))
    got = to_stations(fiji, stations((-18.0, 178.0), (-18.0, -178.0)))["air_temperature"]
    np.testing.assert_array_equal(got, fiji["air_temperature"].values[:, 2, [2, 6]])


@pytest.mark.parametrize("dim", ["latitude", "longitude"])
def test_a_source_of_one_row_or_column_is_refused_with_a_remedy(dim: str) -> None:
    with pytest.raises(InputError, match=r"single row or column.*two latitudes"):
        to_stations(SOURCE.isel({dim: [0]}), stations((38.0, 114.0)))


def test_a_source_round_the_globe_is_closed_behind_its_last_column() -> None:
    globe = field(np.arange(-10.0, 11.0), np.arange(0.0, 360.0, 1.5))
    values = globe["air_temperature"].values
    got = to_stations(globe, stations((0.0, 359.25), (0.0, -0.75), (0.0, 358.5)))["air_temperature"]
    np.testing.assert_allclose(got[:, 0], (values[:, 10, -1] + values[:, 10, 0]) / 2, rtol=1e-12)
    np.testing.assert_array_equal(got[:, 1], got[:, 0])
    np.testing.assert_array_equal(got[:, 2], values[:, 10, -1])
    greenwich = Lattice(np.arange(-2.0, 2.1), np.arange(-0.75, 0.8, 0.25))
    turned = field(globe["latitude"].values, np.arange(-180.0, 180.0, 1.5))
    turned["air_temperature"].values[:] = np.roll(values, 120, axis=2)
    np.testing.assert_allclose(to_lattice(globe, greenwich)["air_temperature"], to_lattice(turned, greenwich)["air_temperature"])


def test_a_source_of_a_region_is_not_closed() -> None:
    got = to_stations(field(np.arange(-10.0, 11.0), np.arange(0.0, 330.0, 10.0)), stations((0.0, 331.0), (0.0, 325.0)))
    assert np.isnan(got["air_temperature"][:, 0]).all()
    assert not np.isnan(got["air_temperature"][:, 1]).any()


def test_levels_are_carried_through() -> None:
    level = xr.Variable("level", [85000.0, 50000.0], {"standard_name": "air_pressure", "units": "Pa"})
    aloft = xr.concat([SOURCE, 2 * SOURCE], dim=level).transpose("time", "level", ...)
    on_lattice, at_stations = to_lattice(aloft, LATTICE), to_stations(aloft, stations((38.2, 114.7), (41.0, 117.0)))
    assert on_lattice["air_temperature"].dims == ("time", "level", "latitude", "longitude")
    assert at_stations["air_temperature"].dims == ("time", "level", "station")
    assert on_lattice["level"].attrs == at_stations["level"].attrs == level.attrs
    for factor, got in ((1, on_lattice.isel(level=0)), (2, on_lattice.isel(level=1))):
        np.testing.assert_allclose(got["air_temperature"], factor * to_lattice(SOURCE, LATTICE)["air_temperature"], rtol=1e-12)
    xr.testing.assert_identical(to_lattice(aloft.transpose("level", ..., "time"), LATTICE), on_lattice)


def test_fields_with_a_level_and_without_may_stand_together() -> None:
    both = SOURCE.assign(wind=SOURCE["air_temperature"].expand_dims(level=[1, 2, 3], axis=1))
    got = to_stations(both, stations((38.2, 114.7)))
    assert (got["air_temperature"].dims, got["wind"].dims) == (("time", "station"), ("time", "level", "station"))


@pytest.mark.parametrize(("kind", "becomes"), [("f4", "f4"), ("f8", "f8"), (">f4", "f8"), ("i2", "f8"), ("f2", "f8")])
def test_fields_keep_their_precision(kind: str, becomes: str) -> None:
    source = (100 * SOURCE).astype(kind)
    for got in (to_lattice(source, LATTICE), to_stations(source, stations((38.2, 114.7)))):
        assert got["air_temperature"].dtype == np.dtype(becomes)
    expected = to_lattice(source.astype("f8"), LATTICE)["air_temperature"]
    np.testing.assert_allclose(to_lattice(source, LATTICE)["air_temperature"], expected, rtol=1e-5, atol=1e-4)


def test_fields_that_may_not_be_written_to_are_read() -> None:
    sealed = SOURCE.copy(deep=True)
    sealed["air_temperature"].values.flags.writeable = False
    xr.testing.assert_identical(to_lattice(sealed, LATTICE), to_lattice(SOURCE, LATTICE))


def test_without_hours_or_stations_there_is_nothing_and_no_fault() -> None:
    assert to_lattice(SOURCE.isel(time=slice(0)), LATTICE)["air_temperature"].shape == (0, *LATTICE.shape)
    assert to_stations(SOURCE, [])["air_temperature"].shape == (HOURS.size, 0)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_one_thread_and_two_give_the_same_bits(kind: type) -> None:
    holed = SOURCE.where(np.random.default_rng(4).random(SOURCE["air_temperature"].shape) > 0.1).astype(kind)
    places = stations(*np.random.default_rng(5).uniform((38, 114), (42, 118), (50, 2)).tolist())
    results = []
    for threads in (1, 2):
        numba.set_num_threads(threads)
        results.append((to_lattice(holed, LATTICE), to_stations(holed, places)))
    for one, two in zip(*results, strict=True):
        assert one["air_temperature"].values.tobytes() == two["air_temperature"].values.tobytes()
