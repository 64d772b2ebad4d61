import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.grids.hours import LONGEST_BRIDGE_HOURS, bridged, hours_between, onto_hours

START = np.datetime64("2026-01-10T00", "ns")
DIMS = ("time", "latitude", "longitude")
ROWS, COLUMNS = 4, 5


def hours(count: int) -> NDArray[np.datetime64]:
    return START + np.arange(count) * np.timedelta64(1, "h")


def weather(values: NDArray[np.float64], times: NDArray[np.datetime64] | None = None, key: str = "air_temperature") -> xr.Dataset:
    """One field: `values` by hour, with a pattern over the cells on top."""
    pattern = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    coords = {"time": hours(values.size) if times is None else times, "latitude": np.arange(ROWS), "longitude": np.arange(COLUMNS)}
    return xr.Dataset({key: (DIMS, values[:, None, None] + pattern, {"units": "K"})}, coords=coords)


def without(data: xr.Dataset, absent: list[int]) -> xr.Dataset:
    return data.drop_isel(time=absent)


CURVE = np.random.default_rng(3).normal(size=40)


@pytest.mark.parametrize(
    ("first", "last", "count"), [("2026-01-10T00", "2026-01-10T00", 1), ("2026-01-10T00", "2026-01-11T00", 25), ("T05:40", "T07:20", 3)]
)
def test_hours_are_full_and_include_both_ends(first: str, last: str, count: int) -> None:
    begin, end = (np.datetime64(f"2026-01-10{moment}" if moment.startswith("T") else moment, "ns") for moment in (first, last))
    got = hours_between(begin, end)
    assert got.size == count
    assert got.dtype == np.dtype("datetime64[ns]")
    assert (got == got.astype("datetime64[h]")).all()
    assert got[0] == begin.astype("datetime64[h]")


def test_hours_that_are_not_there_are_unknown() -> None:
    got = onto_hours(without(weather(CURVE), [0, 7]), hours(42))["air_temperature"]
    assert np.flatnonzero(got.isnull().all(DIMS[1:])).tolist() == [0, 7, 40, 41]


@pytest.mark.parametrize("absent", range(1, LONGEST_BRIDGE_HOURS))
def test_a_short_gap_is_bridged_in_a_straight_line(absent: int) -> None:
    whole = weather(CURVE)
    gap = list(range(10, 10 + absent))
    filled = bridged(without(whole, gap), hours(40))
    expected = without(whole, gap).interp(time=hours(40))
    np.testing.assert_allclose(filled.data["air_temperature"], expected["air_temperature"], rtol=1e-9)
    assert (filled.hours_bridged, filled.cells_filled) == (absent, 0)
    assert filled.data["air_temperature"].attrs == {"units": "K"}


def test_a_longer_gap_stays_a_gap_as_a_whole() -> None:
    gap = list(range(10, 10 + LONGEST_BRIDGE_HOURS))
    filled = bridged(without(weather(CURVE), gap), hours(40))
    assert np.flatnonzero(filled.data["air_temperature"].isnull().all(DIMS[1:])).tolist() == gap
    assert (filled.hours_bridged, filled.cells_filled) == (0, 0)


def test_nothing_is_extrapolated_before_the_first_hour_or_after_the_last() -> None:
    filled = bridged(weather(CURVE[3:37], hours(40)[3:37]), hours(40))
    assert np.flatnonzero(filled.data["air_temperature"].isnull().all(DIMS[1:])).tolist() == [0, 1, 2, 37, 38, 39]
    assert filled.hours_bridged == 0


def test_weather_in_steps_of_three_hours_becomes_hourly() -> None:
    whole = weather(np.arange(40.0))
    filled = bridged(whole.isel(time=slice(0, None, 3)), hours(40))
    xr.testing.assert_allclose(filled.data, whole)
    assert filled.hours_bridged == 40 - 14


def test_an_hour_delivered_without_any_value_counts_as_an_hour() -> None:
    holed = weather(CURVE)
    holed["air_temperature"][10] = np.nan
    filled = bridged(holed, hours(40))
    assert not filled.data["air_temperature"].isnull().any()
    assert (filled.hours_bridged, filled.cells_filled) == (1, 0)


def test_a_variable_that_lacks_in_an_hour_is_bridged_and_its_values_are_counted() -> None:
    whole = xr.merge([weather(CURVE), weather(CURVE, key="dew_point")])
    whole["dew_point"][10:12] = np.nan
    filled = bridged(whole, hours(40))
    assert not filled.data["dew_point"].isnull().any()
    assert (filled.hours_bridged, filled.cells_filled) == (0, 2 * ROWS * COLUMNS)


def test_a_variable_without_any_value_stays_so_and_hides_no_bridge() -> None:
    data = xr.merge([weather(CURVE), weather(np.full(40, np.nan), key="dew_point")])
    filled = bridged(without(data, [10]), hours(40))
    assert filled.data["dew_point"].isnull().all()
    assert (filled.hours_bridged, filled.cells_filled) == (1, 0)


def test_single_cells_lacking_all_along_take_the_mean_of_their_neighbours() -> None:
    holed = weather(CURVE)
    holed["air_temperature"][:, 1, 2] = np.nan
    holed["air_temperature"][:, 3, 4] = np.nan
    filled = bridged(holed, hours(40))
    np.testing.assert_allclose(filled.data["air_temperature"][:, 1, 2], CURVE + 7)  # the pattern is even: 2, 6, 8 and 12 round 7
    np.testing.assert_allclose(filled.data["air_temperature"][:, 3, 4], CURVE + (14 + 18) / 2)
    assert (filled.hours_bridged, filled.cells_filled) == (0, 80)


def test_a_cell_that_lacks_for_a_short_time_takes_its_own_values_before_and_after() -> None:
    holed = weather(CURVE)
    holed["air_temperature"][10, 1, 2] = np.nan
    filled = bridged(holed, hours(40))
    assert float(filled.data["air_temperature"][10, 1, 2]) == pytest.approx((CURVE[9] + CURVE[11]) / 2 + 7)
    assert filled.cells_filled == 1


def test_wider_holes_are_filled_from_their_rim_inwards() -> None:
    holed = weather(np.zeros(10))
    holed["air_temperature"][:, 0:3, 0:3] = np.nan
    values = bridged(holed, hours(10)).data["air_temperature"].values
    assert not np.isnan(values).any()
    known = holed["air_temperature"].values
    assert (values >= np.nanmin(known)).all()
    assert (values <= np.nanmax(known)).all()
    assert values[0, 2, 2] == pytest.approx((17 + 13) / 2)


def test_an_hour_of_which_half_or_more_lacks_is_not_made_up() -> None:
    holed = weather(CURVE)
    holed["air_temperature"][:, :2] = np.nan
    filled = bridged(holed, hours(40))
    xr.testing.assert_identical(filled.data, holed)
    assert filled.cells_filled == 0


def test_what_was_handed_in_is_not_changed() -> None:
    holed = without(weather(CURVE), [5])
    holed["air_temperature"][8, 1, 1] = np.nan
    before = holed.copy(deep=True)
    bridged(holed, hours(40))
    xr.testing.assert_identical(holed, before)
