"""How far corrections reach, learnt from a past that is known to the maker."""

from dataclasses import fields, replace

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.analysis.scale import OFFSET_PM25
from hazecast.forecast.spreading.ground import ground_of
from hazecast.forecast.spreading.learning import CANDIDATES, FEWEST_HOURS, NEIGHBOURS, learnt_reach
from hazecast.forecast.spreading.leaving_out import Hour, left_out
from hazecast.forecast.spreading.likeness import DEFAULT, Likeness
from hazecast.forecast.spreading.reach import DEFAULT_VARIANCE, Past, Reach, default_reach

Array = NDArray[np.float64]
VARIANCE = 0.25
SHORT = Likeness(15e3, 200e3, 0.1, 0.2, 0.0, 0.0)


def made(likeness: Likeness, pattern: float, stations: int = 20, hours: int = 400, seed: int = 0) -> Past:
    """A base of plumes that count by `pattern`, and errors that are alike as `likeness` says, in winds that turn."""
    chance = np.random.default_rng(seed)
    latitude, longitude = chance.uniform(39.3, 40.8, stations), chance.uniform(115.5, 117.5, stations)
    ground = chance.uniform(0.0, 900.0, stations)
    level = 4.0 + 0.3 * chance.normal(size=(hours, 1))
    plume = 0.5 * chance.normal(size=(hours, stations))
    east, north = (np.repeat(chance.normal(0.0, 5.0, (hours, 1)), stations, axis=1) for _ in range(2))
    errors = np.empty((hours, stations))
    for hour in range(hours):
        matrix = likeness.among(likeness.places(latitude, longitude, ground, east[hour], north[hour])) + likeness.noise * np.eye(stations)
        errors[hour] = np.linalg.cholesky(VARIANCE * matrix) @ chance.normal(size=stations)
    observed, base = np.exp(level + pattern * plume + errors) - OFFSET_PM25, np.exp(level + plume) - OFFSET_PM25
    return Past(observed, base, east, north, latitude, longitude, ground)


@pytest.mark.parametrize("pattern", [0.1, 0.8])
def test_what_the_bases_pattern_is_worth_is_found(pattern: float) -> None:
    assert learnt_reach(made(DEFAULT, pattern)).pattern == pytest.approx(pattern, abs=0.1)


def test_variances_are_found() -> None:
    got = learnt_reach(made(DEFAULT, 1.0))
    assert got.variance == pytest.approx(VARIANCE, rel=0.35)
    assert got.base_variance == pytest.approx(VARIANCE * (1.0 + DEFAULT.noise), rel=0.35)
    assert got.stations == 20


def test_defaults_that_are_right_stay_and_wrong_ones_go() -> None:
    right, short = learnt_reach(made(DEFAULT, 1.0)).likeness, learnt_reach(made(SHORT, 1.0)).likeness
    assert right.local_m == DEFAULT.local_m
    assert short.local_m < DEFAULT.local_m
    assert short.noise > DEFAULT.noise
    assert short.ground_ratio < DEFAULT.ground_ratio


def test_the_way_the_wind_stretches_is_found() -> None:
    windy = replace(DEFAULT, stretch=0.4, noise=0.02, ground_ratio=0.0)
    assert learnt_reach(made(windy, 1.0, stations=30)).likeness.stretch > DEFAULT.stretch


def test_few_stations_tell_the_patterns_worth_and_the_variance_alone() -> None:
    got = learnt_reach(made(SHORT, 0.1, stations=5))
    assert got.likeness == DEFAULT
    assert got.pattern < 0.5
    assert got.stations == 5


@pytest.mark.parametrize(("stations", "hours"), [(2, 400), (20, FEWEST_HOURS - 1)])
def test_too_little_leaves_the_defaults_with_the_bases_error(stations: int, hours: int) -> None:
    past = made(DEFAULT, 1.0, stations, hours)
    got = learnt_reach(past)
    errors = np.log((past.observed.clip(0.0) + OFFSET_PM25) / (past.base.clip(0.0) + OFFSET_PM25))
    assert got == default_reach(got.base_variance)
    assert got.base_variance == pytest.approx(float((errors**2).mean()))


def test_without_any_past_all_is_by_default() -> None:
    nothing = np.full((50, 4), np.nan)
    for past in (nothing, nothing[:0]):
        got = learnt_reach(Past(past, past, past, past, np.full(4, 40.0), np.arange(4.0), np.zeros(4)))
        assert got == default_reach()
        assert got.base_variance == DEFAULT_VARIANCE


def test_of_many_stations_neighbourhoods_are_left_out() -> None:
    assert learnt_reach(made(DEFAULT, 0.5, stations=60, hours=60)).stations == NEIGHBOURS


def test_a_fault_of_one_station_does_not_spoil_the_variance() -> None:
    past = made(DEFAULT, 1.0)
    past.observed[7, 3] = 1e6
    assert learnt_reach(past).variance < 2.0 * VARIANCE


def test_leaving_out_by_the_inverse_is_leaving_out() -> None:
    past = made(DEFAULT, 0.5, stations=6)
    observed, base = (np.log(a[0] + OFFSET_PM25) for a in (past.observed, past.base))
    where = past.latitude, past.longitude, past.ground, past.east[0], past.north[0]
    without, with_pattern, variance = left_out(Hour(0, observed, base, where), DEFAULT)
    matrix = DEFAULT.among(DEFAULT.places(*where))
    for out in range(6):
        rest = np.delete(np.arange(6), out)
        weights = np.linalg.solve(matrix[np.ix_(rest, rest)] + DEFAULT.noise * np.eye(5), matrix[rest, out])
        for pattern in (0.0, 0.3, 1.0):
            foretold = base[out] * (1.0 - (1.0 - pattern) * weights.sum()) + weights @ (observed[rest] - pattern * base[rest])
            assert without[out] + pattern * with_pattern[out] == pytest.approx(observed[out] - foretold, rel=1e-8)
        assert variance[out] == pytest.approx(1.0 + DEFAULT.noise - weights @ matrix[rest, out], rel=1e-8)


def test_candidates_are_of_every_property_and_hold_its_default() -> None:
    assert [name for name, _ in CANDIDATES] == [field.name for field in fields(Likeness)]
    assert all(getattr(DEFAULT, name) in values for name, values in CANDIDATES)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        Reach(DEFAULT, 0.5, 0.0, 1.0)
    with pytest.raises(ValueError, match="expected"):
        Past(np.ones((3, 2)), np.ones((3, 2)), np.ones((3, 2)), np.ones((3, 2)), np.ones(3), np.ones(3), np.ones(3))


def weather(**values: Array) -> xr.Dataset:
    return xr.Dataset({key: (("time", "station"), field) for key, field in values.items()})


def test_the_ground_is_told_by_the_pressure_on_it() -> None:
    low = np.full((5, 3), [101_325.0, 100_129.0, 89_875.0])
    low[2] -= 800.0  # a weather system over all
    got = ground_of(weather(surface_pressure=low, air_temperature=np.full((5, 3), 288.0)))
    np.testing.assert_allclose(got - got[0], [0.0, 100.0, 1000.0], rtol=0.03)


def test_a_delivered_height_goes_before_and_none_is_level() -> None:
    heights, pressure = np.full((5, 2), [10.0, np.nan]), np.full((5, 2), 9e4)
    np.testing.assert_array_equal(ground_of(weather(surface_altitude=heights, surface_pressure=pressure)), [10.0, 10.0])
    np.testing.assert_array_equal(ground_of(weather(eastward_wind=pressure)), [0.0, 0.0])
    np.testing.assert_array_equal(ground_of(weather(surface_pressure=np.full((5, 2), np.nan))), [0.0, 0.0])
