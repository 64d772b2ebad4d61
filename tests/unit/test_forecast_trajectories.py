"""The gate of trajectories: which winds it takes, what it says of others, and what it gives."""

import numpy as np
import pytest
import xarray as xr

from hazecast.errors import HazecastError, InputError, MissingVariable, NoDataInPeriod, UnknownUnits
from hazecast.forecast.footprints import residence_time, starts_around
from hazecast.forecast.trajectories import Starts, trajectories
from hazecast.forecast.trajectory_winds import winds_for_kernel, winds_of_transport
from hazecast.forecast.transport.layers import default_layers
from hazecast.grids.lattice import EARTH_RADIUS_M, Lattice

DEGREE_M = np.pi / 180.0 * EARTH_RADIUS_M
FIRST = np.datetime64("2020-01-01T00", "ns")
HOUR = np.timedelta64(1, "h")
DIMS = ("time", "level", "latitude", "longitude")


def winds(levels: tuple[float, ...] = (90_000.0, 85_000.0), kind: str = "pressure", **speeds: float) -> xr.Dataset:
    """Steady and alike everywhere, over seven hours and 11 × 21 degrees."""
    shape = 7, len(levels), 11, 21
    units = {"vertical_velocity_aloft": "Pa s-1"}
    fields = {"eastward_wind_aloft": 0.0, "northward_wind_aloft": 0.0} | speeds
    return xr.Dataset(
        {name: (DIMS, np.full(shape, value), {"units": units.get(name, "m s-1")}) for name, value in fields.items()},
        {
            "time": FIRST + np.arange(7) * HOUR,
            "level": ("level", np.array(levels), {"kind": kind, "units": {"pressure": "Pa"}.get(kind, "m")}),
            "latitude": 30.0 + np.arange(11.0),
            "longitude": 100.0 + np.arange(21.0),
        },
    )


def one(level: float, latitude: float = 35.0, longitude: float = 110.0) -> Starts:
    return Starts(*(np.array([value]) for value in (latitude, longitude, level)))


def test_back_in_time_through_levels_of_pressure() -> None:
    paths = trajectories(winds(northward_wind_aloft=10.0, vertical_velocity_aloft=-0.1), one(86_000.0), FIRST + 5 * HOUR, -4 * HOUR)
    assert paths["latitude"].dims == ("trajectory", "time")
    assert paths["latitude"].values[0] == pytest.approx(35.0 - np.arange(5) * 36_000 / DEGREE_M, rel=1e-6)
    assert paths["pressure"].values[0] == pytest.approx(86_000.0 + 360.0 * np.arange(5), rel=1e-6)
    assert (paths["time"].values == FIRST + (5 - np.arange(5)) * HOUR).all()
    assert paths["pressure"].attrs["positive"] == "down"


def test_on_levels_of_height_what_sinks_stays_on_the_lowest() -> None:
    given = winds((10.0, 100.0, 1000.0), "height", upward_wind_aloft=-0.05)
    paths = trajectories(given, one(400.0), FIRST, 4 * HOUR)
    assert paths["height"].values[0] == pytest.approx([400.0, 220.0, 40.0, 10.0, 10.0], abs=1e-3)


def test_the_order_of_the_dimensions_is_of_no_matter() -> None:
    given = winds(northward_wind_aloft=10.0, eastward_wind_aloft=3.0)
    straight, turned = (trajectories(w, one(88_000.0), FIRST, 2 * HOUR) for w in (given, given.transpose(*reversed(DIMS))))
    xr.testing.assert_identical(straight, turned)


def test_round_the_globe_longitudes_stay_in_the_turn_of_the_winds() -> None:
    given = winds(eastward_wind_aloft=200.0).isel(longitude=[0] * 36).assign_coords(longitude=np.arange(0.0, 360.0, 10.0))
    paths = trajectories(given, one(88_000.0, longitude=355.0), FIRST, 6 * HOUR)
    longitude = paths["longitude"].values[0]
    assert ((longitude >= 0.0) & (longitude < 360.0)).all()
    assert longitude[-1] == pytest.approx((355.0 + 6 * 720_000 / DEGREE_M / np.cos(np.radians(35.0))) % 360.0, rel=1e-5)


def test_over_a_pole_that_lies_between_the_outermost_rows() -> None:
    """Rows of 0.5, 1.5, … degrees: a wind over the pole along the meridians of 0 and 180 degrees is continued across."""
    latitude, longitude = np.arange(-89.5, 90.0), np.arange(360.0)
    across = np.meshgrid(np.radians(latitude), np.radians(longitude), indexing="ij")
    fields = {"eastward_wind_aloft": -np.sin(across[0]) * np.sin(across[1]), "northward_wind_aloft": np.cos(across[1])}
    given = xr.Dataset(
        {name: (DIMS, np.tile(30.0 * of, (7, 1, 1, 1)), {"units": "m s-1"}) for name, of in fields.items()},
        {
            "time": FIRST + np.arange(7) * HOUR,
            "level": ("level", np.array([500.0]), {"kind": "height"}),
            "latitude": latitude,
            "longitude": longitude,
        },
    )
    paths = trajectories(given, one(500.0, 88.0, 0.0), FIRST, 6 * HOUR)
    assert float(paths["latitude"][0, -1]) == pytest.approx(180.0 - 88.0 - 6 * 108_000 / DEGREE_M, abs=0.01)
    assert winds_for_kernel(given).values.shape[2] == 182


@pytest.mark.parametrize(
    ("spoilt", "error", "told"),
    [
        (winds().drop_vars("northward_wind_aloft"), MissingVariable, "lack northward_wind_aloft"),
        (winds(kind="hybrid"), InputError, "kind 'hybrid'; expected 'height'"),
        (winds((85_000.0, 90_000.0)), InputError, "expected them from the ground up"),
        (winds((90.0, 10.0), "height"), InputError, "expected them from the ground up"),
        (winds().isel(latitude=slice(None, None, -1)), InputError, "The latitude of the winds has 11 values"),
        (winds().isel(longitude=[0, 1, 3]), InputError, "expected two or more that ascend in even steps"),
        (winds().isel(time=[0]), InputError, "The time of the winds has 1 values"),
        (winds().isel(latitude=3, drop=True), MissingVariable, "lack latitude"),
    ],
)
def test_winds_that_are_not_so_are_refused_with_what_was_found_and_expected(
    spoilt: xr.Dataset, error: type[HazecastError], told: str
) -> None:
    with pytest.raises(error, match=told) as raised:
        trajectories(spoilt, one(88_000.0), FIRST, HOUR)
    assert raised.value.remedy


def test_winds_in_other_units_are_refused() -> None:
    given = winds()
    given["eastward_wind_aloft"].attrs["units"] = "knots"
    with pytest.raises(UnknownUnits, match="eastward_wind_aloft is in 'knots'; expected 'm s-1'"):
        trajectories(given, one(88_000.0), FIRST, HOUR)


@pytest.mark.parametrize("length", [np.timedelta64(0, "h"), np.timedelta64(90, "m")])
def test_a_length_that_is_no_multiple_of_what_is_kept_is_refused(length: np.timedelta64) -> None:
    with pytest.raises(InputError, match="expected a length that is a multiple"):
        trajectories(winds(), one(88_000.0), FIRST, length)


def test_a_start_before_the_winds_is_refused() -> None:
    with pytest.raises(NoDataInPeriod, match="have no wind; there is wind from"):
        trajectories(winds(), one(88_000.0), FIRST - HOUR, HOUR)


def test_starts_must_be_numbers_on_the_globe() -> None:
    for latitude in (95.0, np.nan):
        with pytest.raises(ValueError, match="not a number, or lies beyond a pole"):
            one(1.0, latitude)
    with pytest.raises(ValueError, match="expected the same number of each"):
        Starts(np.zeros(2), np.zeros(2), np.zeros(3))


def test_a_footprint_adds_up_to_the_time_followed() -> None:
    lattice = Lattice(np.arange(31.0, 40.0), np.arange(101.0, 120.0))
    given = winds((50.0, 500.0), "height", eastward_wind_aloft=3.0, northward_wind_aloft=-2.0)
    starts = starts_around(36.0, 110.0, 20_000.0, np.array([100.0, 300.0]), 30)
    paths = trajectories(given, starts, FIRST + 6 * HOUR, -6 * HOUR)
    footprint = residence_time(paths, lattice)
    assert footprint.dims == ("latitude", "longitude")
    assert float(footprint.sum()) == pytest.approx(6 * 3600.0, rel=1e-12)
    assert float(residence_time(paths, lattice, highest=200.0).sum()) == pytest.approx(3 * 3600.0, rel=1e-12)
    assert float(footprint.sel(latitude=slice(36.0, None)).sum()) > 0.8 * float(footprint.sum()), "the air came from the north"


def test_a_footprint_below_a_pressure_is_that_nearer_to_the_ground() -> None:
    lattice = Lattice(np.arange(31.0, 40.0), np.arange(101.0, 120.0))
    starts = Starts(np.full(2, 35.0), np.full(2, 110.0), np.array([89_000.0, 86_000.0]))
    paths = trajectories(winds(), starts, FIRST, 2 * HOUR)
    assert float(residence_time(paths, lattice, highest=88_000.0).sum()) == pytest.approx(3600.0)


def test_a_footprint_of_what_are_no_paths_is_refused() -> None:
    lattice = Lattice(np.arange(31.0, 40.0), np.arange(101.0, 120.0))
    with pytest.raises(MissingVariable, match="lack latitude, longitude, time or a level"):
        residence_time(xr.Dataset(), lattice)
    paths = trajectories(winds(), one(88_000.0), FIRST, 3 * HOUR)
    with pytest.raises(InputError, match="evenly apart"):
        residence_time(paths.isel(time=[0, 1, 3]), lattice)


def test_starts_about_a_place_cover_a_disc_evenly_on_each_level() -> None:
    starts = starts_around(60.0, 10.0, 30_000.0, np.array([10.0, 200.0]), 500)
    east = (starts.longitude - 10.0) * DEGREE_M * np.cos(np.radians(60.0))
    out = np.hypot(east, (starts.latitude - 60.0) * DEGREE_M)
    assert out.max() == pytest.approx(30_000.0, rel=0.01)
    assert (out < 15_000.0).mean() == pytest.approx(0.25, abs=0.01)
    assert abs(east.mean()) < 100.0
    assert np.unique(starts.level, return_counts=True)[1].tolist() == [500, 500]


def test_the_winds_of_the_transport_are_those_at_10_m_raised_and_close_the_balance_of_air() -> None:
    rng = np.random.default_rng(7)
    lattice = Lattice(30.0 + 0.25 * np.arange(9), 110.0 + 0.25 * np.arange(12))
    shape = 5, *lattice.shape
    across = ("time", "latitude", "longitude")
    weather = xr.Dataset(
        {
            "eastward_wind": (across, 4.0 + rng.normal(0.0, 0.5, shape)),
            "northward_wind": (across, rng.normal(0.0, 0.5, shape)),
        },
        {"time": FIRST + np.arange(5) * HOUR, "latitude": lattice.latitude, "longitude": lattice.longitude},
    )
    found = winds_of_transport(weather, None, default_layers())
    assert found["level"].values == pytest.approx(default_layers().centres)
    assert (found["time"].values[:2] == FIRST + np.array([-30, 30]) * np.timedelta64(1, "m")).all()
    assert found["time"].values[-1] == FIRST + 4 * HOUR + np.timedelta64(30, "m")
    mean = found["eastward_wind_aloft"].mean(("time", "latitude", "longitude")).values
    assert (np.diff(mean) >= 0.0).all(), "wind grows with height"
    assert mean[0] == pytest.approx(5.0, abs=1.5)
    assert np.abs(found["upward_wind_aloft"]).max() < 1.0
    winds_for_kernel(found)
    weather["eastward_wind"][2, 0, 0] = np.nan
    lacking = winds_of_transport(weather, None, default_layers())["eastward_wind_aloft"].isnull().all(("level", "latitude", "longitude"))
    assert lacking.values.tolist() == [False, False, True, False, False, False]
