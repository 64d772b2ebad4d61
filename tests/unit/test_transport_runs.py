"""Runs of the whole transport model on a small lattice: what is known when, where it goes, and that its parts are told apart."""

from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import TransportSettings
from hazecast.forecast.transport.carrying import SPIN_UP_HOURS, as_one, carried, scaled, surface
from hazecast.forecast.transport.learning import run_unscaled
from hazecast.forecast.transport.state import EDGES, FIRST_REGION, INITIAL, Tags
from hazecast.grids.sampling import sampling
from hazecast.records import Station
from tests.driving import LATTICE, driven, is_known, one_cell, weather, whole

Array = NDArray[np.float64]
SETTINGS = TransportSettings()
STATIONS = (Station("a", "A", 39.5, 115.5), Station("b", "B", 39.6, 116.0))
EVEN = np.ones(LATTICE.shape)


def parts(data: xr.Dataset, density: Array, gases: bool = False) -> Array:
    """Of each part at the stations, (time, station, part)."""
    drive, hours = driven(data, density, gases=gases), slice(0, data.sizes["time"])
    return run_unscaled(drive, SETTINGS, sampling(LATTICE, STATIONS), hours, (), lambda _: None).parts


def fields(data: xr.Dataset, density: Array, gases: bool = False) -> Array:
    """Of each part near the ground after the last hour, (part, y, x)."""
    drive = driven(data, density, gases=gases)
    carrier = drive.carrier(SETTINGS, np.ones(2), np.zeros(4))
    state = carrier.clean()
    for _ in carried(carrier, state, drive.hours(0, data.sizes["time"])):
        pass
    return np.moveaxis(surface(state, drive.air), 1, 0)


# ---- what is known when ----


def test_the_first_hours_are_unknown_until_the_air_has_filled() -> None:
    assert is_known(parts(weather(SPIN_UP_HOURS + 3), EVEN)) == [False] * SPIN_UP_HOURS + [True] * 3


@pytest.mark.parametrize("key", ["eastward_wind", "northward_wind"])
def test_an_hour_without_wind_and_a_spin_up_after_it_are_unknown(key: str) -> None:
    data = weather(2 * SPIN_UP_HOURS + 10)
    data[key][SPIN_UP_HOURS + 5, 2, 3] = np.nan
    expected = [False] * SPIN_UP_HOURS + [True] * 5 + [False] * (SPIN_UP_HOURS + 1) + [True] * 4
    assert is_known(parts(data, EVEN)) == expected


def test_after_a_gap_the_air_starts_empty_and_not_with_what_it_held() -> None:
    gap = 30
    data = weather(gap + 1 + SPIN_UP_HOURS + 2, eastward=1.0)
    data["eastward_wind"][gap] = np.nan
    after_gap = data.isel(time=slice(gap + 1, None))
    np.testing.assert_array_equal(parts(data, EVEN)[gap + 1 :], parts(after_gap, EVEN))


def test_without_any_wind_at_all_nothing_is_known() -> None:
    assert not any(is_known(parts(weather(30, eastward=np.nan), EVEN)))


def test_progress_rises_to_one_even_where_weather_lacks() -> None:
    data = weather(5)
    data["eastward_wind"][3:] = np.nan
    told: list[float] = []
    run_unscaled(driven(data, EVEN), SETTINGS, sampling(LATTICE, STATIONS), slice(0, data.sizes["time"]), (), told.append)
    assert told == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


def test_a_run_that_begins_later_is_unknown_before() -> None:
    run = run_unscaled(driven(weather(40), EVEN), SETTINGS, sampling(LATTICE, STATIONS), slice(10, 40), (35,), lambda _: None)
    assert is_known(run.parts) == [False] * (10 + SPIN_UP_HOURS) + [True] * (40 - 10 - SPIN_UP_HOURS)
    assert run.snapshots[35].since == 26


# ---- where it goes, and how much ----


def test_the_result_is_proportional_to_the_emission() -> None:
    data = weather(10, eastward=3.0, northward=-2.0)
    emission = np.random.default_rng(0).uniform(0.1, 1, LATTICE.shape)
    np.testing.assert_allclose(fields(data, 3 * emission), 3 * fields(data, emission), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("eastward", "northward", "row", "column"), [(3, 0, 2, 4), (-3, 0, 2, 1), (0, 3, 3, 2), (0, -3, 1, 2)], ids=["W", "E", "S", "N"]
)
def test_the_plume_lies_downwind_of_its_source(eastward: float, northward: float, row: int, column: int) -> None:
    last = fields(weather(20, eastward, northward), one_cell(2, 3 if eastward else 2)).sum(axis=0)
    upwind = 2 * np.array([2, 3 if eastward else 2]) - np.array([row, column])
    assert last[row, column] > 10 * last[tuple(upwind)]
    assert (last >= 0).all()


def test_wind_thins_what_calm_air_gathers() -> None:
    calm, windy = (fields(weather(20, eastward=speed), EVEN).sum(axis=0) for speed in (0.5, 8.0))
    assert windy.mean() < 0.5 * calm.mean()


def test_a_deep_mixed_layer_thins_it_too() -> None:
    shallow, deep = (fields(weather(20, 1.0, depth=depth), EVEN).sum(axis=0) for depth in (100.0, 2000.0))
    assert (deep < 0.9 * shallow).all()
    assert deep.mean() < 0.7 * shallow.mean()


def test_rain_washes_the_air_and_rain_that_is_not_known_does_not() -> None:
    dry, wet = fields(weather(20, 1.0), EVEN), fields(weather(20, 1.0, rain=5.0), EVEN)
    assert wet.sum() < 0.8 * dry.sum()
    np.testing.assert_array_equal(fields(weather(20, 1.0, rain=np.nan), EVEN), dry)


# ---- parts ----


@pytest.mark.parametrize("scheme", ["ppm", "van-leer"])
@pytest.mark.parametrize("gases", [False, True])
def test_regions_sum_to_what_one_region_alone_would_be(scheme: str, gases: bool) -> None:
    data = weather(30, eastward=4.0, northward=2.0)
    data["eastward_wind"][:] = 4.0 * np.cos(np.arange(30) / 4.0)[:, None, None]
    emission = np.random.default_rng(0).uniform(0.0, 1.0, LATTICE.shape)
    settings = TransportSettings(scheme=scheme)  # type: ignore[arg-type]
    where = sampling(LATTICE, STATIONS)
    told_apart, as_one = (
        run_unscaled(driven(data, emission, shares, gases), settings, where, slice(0, data.sizes["time"]), (), lambda _: None).parts
        for shares in (None, whole())
    )
    np.testing.assert_allclose(told_apart[25:].sum(axis=2), as_one[25:].sum(axis=2), rtol=3e-5)


@pytest.mark.parametrize("gases", [False, True])
def test_air_that_is_not_told_apart_is_the_sum_of_its_parts(gases: bool) -> None:
    data, emission = weather(30, eastward=4.0, northward=-2.0), np.random.default_rng(5).uniform(0.0, 3.0, LATTICE.shape)
    drive, strengths, background = driven(data, emission, gases=gases), np.array([1.0, 2.5]), np.array([40.0, 10.0, 25.0, 5.0])
    runs = drive.carrier(SETTINGS, strengths, background), drive.carrier_of_all(SETTINGS, strengths, background)
    told_apart, as_a_whole = (run.clean() for run in runs)
    np.testing.assert_array_equal(as_one(told_apart).pm25, as_a_whole.pm25)
    for run, state in zip(runs, (told_apart, as_a_whole), strict=True):
        assert list(carried(run, state, drive.hours(0, 30)))[-1] == 30
    assert as_a_whole.pm25.shape[2] == 1
    for name in ("pm25", "so2", "nox"):
        np.testing.assert_allclose(getattr(as_one(told_apart), name), getattr(as_a_whole, name), rtol=3e-5)


@pytest.mark.parametrize("fault", [{"regions": ()}, {"regions": ("a", "a")}, {"regions": ("a", "b"), "told_apart": False}])
def test_source_regions_that_cannot_be_told_apart_are_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"The source regions are .*; expected "):
        Tags(**{"secondary": False, **fault})


def test_each_region_is_what_lies_upwind() -> None:
    from_west, from_east = (parts(weather(40, eastward=speed), EVEN)[-1, 1] for speed in (5.0, -5.0))
    west, elsewhere = FIRST_REGION, FIRST_REGION + 1
    assert from_west[west] > 0.5 * from_west[elsewhere]
    assert from_east[west] < 0.02 * from_east[elsewhere]


def test_what_is_formed_on_the_way_is_told_apart() -> None:
    without, with_gases = parts(weather(40, 3.0), EVEN)[-1], parts(weather(40, 3.0), EVEN, gases=True)[-1]
    assert without.shape == (2, FIRST_REGION + 2)
    assert with_gases.shape == (2, FIRST_REGION + 4)
    np.testing.assert_allclose(with_gases[:, FIRST_REGION : FIRST_REGION + 2], without[:, FIRST_REGION:], rtol=0.02)
    assert (with_gases[0, FIRST_REGION + 2] > 0.0).all()


def test_what_was_there_at_the_start_gives_way_to_what_comes_over_the_edges() -> None:
    data = weather(60, eastward=6.0)
    drive = driven(data, 0.0 * EVEN)
    carrier = drive.carrier(SETTINGS, np.ones(2), np.full(4, 50.0))
    state = carrier.clean()
    first = surface(state, drive.air)
    np.testing.assert_allclose(first[:, INITIAL], 50.0, rtol=1e-5)
    assert not first[:, EDGES].any()
    for _ in carried(carrier, state, drive.hours(0, 60)):
        pass
    last = surface(state, drive.air)
    from_edges = last[:, EDGES].sum(axis=1)
    assert (from_edges > 20.0).all()
    assert last[:, 0].mean() > 0.7 * from_edges.mean()  # from the west; wind turns with height, and brings some from the north
    assert last[:, 1].mean() < 0.001 * from_edges.mean()
    assert (last[:, INITIAL] < 0.05 * from_edges).all()
    assert (last.sum(axis=1) <= 50.0 * (1 + 1e-5)).all()  # nothing adds to it; some settles


def test_scaling_a_state_scales_its_parts_and_leaves_it_alone() -> None:
    drive = driven(weather(5, 2.0), EVEN, gases=True)
    carrier = drive.carrier(SETTINGS, np.ones(2), np.full(4, 10.0))
    state = carrier.clean()
    for _ in carried(carrier, state, drive.hours(0, 5)):
        pass
    before = state.pm25.copy()
    twice = scaled(state, np.array([1.0] * FIRST_REGION + [2.0, 3.0, 2.0, 3.0]), np.array([2.0, 3.0]))
    np.testing.assert_array_equal(state.pm25, before)
    np.testing.assert_allclose(twice.pm25[:, :, FIRST_REGION + 1], 3 * state.pm25[:, :, FIRST_REGION + 1], rtol=1e-6)
    np.testing.assert_allclose(twice.so2[:, :, 0], 2 * state.so2[:, :, 0], rtol=1e-6)
    assert twice.moving is not state.moving
