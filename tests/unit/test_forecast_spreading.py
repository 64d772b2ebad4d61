"""Corrected stations on the lattice: what is drawn, what shows through, and how sure it is."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.analysis.scale import on_scale
from hazecast.forecast.spreading.leaving_out import Hour, left_out
from hazecast.forecast.spreading.likeness import DEFAULT
from hazecast.forecast.spreading.reach import Reach, default_reach
from hazecast.forecast.spreading.spread import BAND, LEADS_TOGETHER, AtStations, OnLattice, Spread, spread

Array = NDArray[np.float64]
LATITUDE, LONGITUDE = np.arange(36.0, 44.1, 0.5), np.arange(112.0, 132.1, 0.5)
SHAPE = LATITUDE.size, LONGITUDE.size
PLACES = np.array([40.0, 40.5, 38.0]), np.array([116.0, 116.5, 114.0])
HERE, FAR = (8, 8), (0, 40)  # the cell of the first station, and one 1,300 km off
REACH = Reach(DEFAULT, pattern=1.0, variance=0.3, base_variance=0.6)


def lattice(base: Array, wind: tuple[float, float] = (0.0, 0.0), ground: Array | None = None) -> OnLattice:
    east, north = (np.full(base.shape, part) for part in wind)
    return OnLattice(LATITUDE, LONGITUDE, base, east, north, np.zeros(SHAPE) if ground is None else ground)


def stations(base: Array, corrected: Array, width: float = 1.0, wind: tuple[float, float] = (0.0, 0.0)) -> AtStations:
    east, north = (np.full(base.shape, part) for part in wind)
    return AtStations(*PLACES, base, east, north, np.zeros(3), corrected, corrected / width, corrected * width)


def even(value: float, leads: int = 1) -> Array:
    return np.full((leads, *SHAPE), value)


def drawn(base: Array, at_stations: Array, corrected: Array, reach: Reach = REACH, width: float = 1.0) -> Spread:
    return spread(lattice(base), stations(at_stations, corrected, width), reach)


def test_without_a_correction_the_base_stays() -> None:
    np.testing.assert_allclose(drawn(even(80.0), np.full((1, 3), 80.0), np.full((1, 3), 80.0)).pm25, 80.0)


def test_one_station_draws_its_cell_most_of_the_way_and_the_far_ones_not_at_all() -> None:
    got = drawn(even(80.0), np.full((1, 3), 80.0), np.array([[160.0, np.nan, np.nan]])).pm25[0]
    assert on_scale(got[HERE]) - on_scale(np.array(80.0)) == pytest.approx(np.log(170 / 90) / (1 + DEFAULT.noise))
    assert got[FAR] == 80.0
    assert got[HERE] > got[8, 10] > got[8, 12] > 80.0


def test_far_from_all_stations_the_base_shows_through_to_the_bit_and_the_band_is_its_own() -> None:
    base = np.random.default_rng(2).uniform(5.0, 90.0, (2, *SHAPE))
    got = drawn(base, np.full((2, 3), 40.0), np.full((2, 3), 200.0), width=1.2)
    assert (got.pm25[:, *FAR] == base[:, *FAR]).all()
    middle = on_scale(base[:, *FAR])
    for side, sign in ((got.low, -1.0), (got.high, 1.0)):
        wide = sign * (on_scale(side[:, *FAR].astype(np.float64)) - middle)
        held = sign < 0.0 and bool((side[:, *FAR] == 0.0).any())
        assert held or wide == pytest.approx(BAND * np.sqrt(0.6), rel=1e-5)


@pytest.mark.parametrize("pattern", [0.0, 0.4, 1.0])
def test_what_a_station_would_be_foretold_is_what_leaving_it_out_says(pattern: float) -> None:
    chance = np.random.default_rng(4)
    base, corrected = chance.uniform(20.0, 90.0, (1, 3)), chance.uniform(20.0, 300.0, (1, 3))
    reach = replace(REACH, pattern=pattern)
    hour = Hour(0, on_scale(corrected[0]), on_scale(base[0]), (*PLACES, np.zeros(3), np.zeros(3), np.zeros(3)))
    without, with_pattern, variance = left_out(hour, reach.likeness)
    field = even(50.0)
    field[0][HERE] = base[0, 0]
    seen = corrected.copy()
    seen[0, 0] = np.nan
    got = spread(lattice(field), stations(base, seen), reach)
    foretold = on_scale(corrected[0, 0]) - without[0] - pattern * with_pattern[0]
    assert on_scale(got.pm25[0][HERE]) == pytest.approx(float(foretold), rel=1e-9)
    share = 1.0 - np.clip(_sum_of_weights(), 0.0, 1.0)
    beyond = 0.6 - 0.3 * (1.0 + DEFAULT.noise)
    expected = 0.3 * variance[0] + share**2 * beyond
    wide = on_scale(got.high[0][HERE].astype(np.float64)) - on_scale(got.pm25[0][HERE])
    assert wide == pytest.approx(BAND * np.sqrt(expected), rel=1e-4)


def _sum_of_weights() -> float:
    places = DEFAULT.places(*PLACES, np.zeros(3), np.zeros(3), np.zeros(3))
    among = DEFAULT.among(places)
    return float(among[0, 1:] @ np.linalg.solve(among[1:, 1:] + DEFAULT.noise * np.eye(2), np.ones(2)))


def test_where_the_pattern_is_worth_nothing_the_base_counts_far_away_alone() -> None:
    base = even(30.0)
    base[0, 8, 8:10] = 60.0, 240.0  # a plume between the stations that they know nothing of
    at, corrected = np.array([[60.0, 30.0, 30.0]]), np.full((1, 3), 100.0)
    flat, full = (drawn(base, at, corrected, replace(REACH, pattern=worth)).pm25[0] for worth in (0.0, 1.0))
    assert full[8, 9] / full[8, 10] > 4.0
    assert flat[8, 9] / flat[8, 10] < 2.0
    assert flat[FAR] == full[FAR] == 30.0


def test_the_wind_draws_out_what_a_station_says() -> None:
    corrected = np.array([[160.0, np.nan, np.nan]])
    base = np.full((1, 3), 80.0)
    still, windy = (
        spread(lattice(even(80.0), wind), stations(base, corrected, wind=wind), REACH).pm25[0] for wind in ((0.0, 0.0), (8.0, 0.0))
    )
    assert windy[8, 12] > still[8, 12] + 2.0
    assert windy[10, 8] == pytest.approx(still[10, 8], rel=1e-3)


def test_a_mountain_hears_less_of_the_plain() -> None:
    ground = np.zeros(SHAPE)
    ground[8, 10] = 1500.0
    corrected = np.array([[160.0, np.nan, np.nan]])
    got = spread(lattice(even(80.0), ground=ground), stations(np.full((1, 3), 80.0), corrected), REACH)
    assert got.pm25[0, 8, 10] < got.pm25[0, 8, 11] < got.pm25[0, 8, 9]
    assert got.high[0, 8, 10] / got.pm25[0, 8, 10] > got.high[0, 8, 9] / got.pm25[0, 8, 9]


def test_the_band_has_the_stations_own_width_where_they_stand_on_either_side() -> None:
    sure = drawn(even(80.0), np.full((1, 3), 80.0), np.full((1, 3), 80.0))
    corrected = np.full((1, 3), 80.0)
    known = AtStations(*PLACES, corrected, *np.zeros((2, 1, 3)), np.zeros(3), corrected, corrected, corrected * 3.0)
    got = spread(lattice(even(80.0)), known, REACH)
    np.testing.assert_array_equal(got.low, sure.low)
    up, before = (on_scale(band.high[0][HERE].astype(np.float64)) - on_scale(np.array(80.0)) for band in (got, sure))
    own = on_scale(np.array(240.0)) - on_scale(np.array(80.0))
    assert before < 0.6 * own
    assert 0.9 * np.hypot(own, before) < up <= np.hypot(own, before)


def test_each_lead_has_its_own_share_of_the_stations_bands() -> None:
    corrected = np.full((3, 3), 80.0)
    width = np.array([1.2, 1.5, 3.0])[:, None]
    known = AtStations(*PLACES, corrected, *np.zeros((2, 3, 3)), np.zeros(3), corrected, corrected / width, corrected * width)
    high = spread(lattice(even(80.0, 3)), known, REACH).high[:, *HERE]
    assert (np.diff(high) > 1.0).all()


def test_hours_are_spread_each_by_its_own_stations() -> None:
    got = drawn(even(80.0, 2), np.full((2, 3), 80.0), np.array([[160.0, 160.0, 160.0], [np.nan, np.nan, np.nan]]))
    assert got.pm25[0][HERE] > 120
    assert (got.pm25[1] == 80.0).all()
    np.testing.assert_allclose(on_scale(got.high[1].astype(np.float64)), np.log(90.0) + BAND * np.sqrt(0.6), rtol=1e-6)


def test_each_block_of_leads_has_its_own_wind() -> None:
    leads = 2 * LEADS_TOGETHER
    over, at = lattice(even(80.0, leads)), stations(np.full((leads, 3), 80.0), np.tile([160.0, np.nan, np.nan], (leads, 1)))
    over.east[LEADS_TOGETHER:], at.east[LEADS_TOGETHER:] = 8.0, 8.0
    beside = spread(over, at, REACH).pm25[:, 8, 12]
    assert np.ptp(beside[:LEADS_TOGETHER]) == np.ptp(beside[LEADS_TOGETHER:]) == 0.0
    assert beside[-1] > beside[0] + 2.0


def test_where_the_base_is_unknown_so_is_the_result() -> None:
    base = even(80.0)
    base[0, 2, 3] = np.nan
    got = drawn(base, np.full((1, 3), 80.0), np.full((1, 3), 120.0))
    for field in (got.pm25, got.low, got.high):
        assert np.argwhere(np.isnan(field)).tolist() == [[0, 2, 3]]


def test_a_station_without_base_draws_nothing() -> None:
    got = drawn(even(80.0), np.array([[np.nan, np.nan, np.nan]]), np.full((1, 3), 500.0))
    np.testing.assert_array_equal(got.pm25, 80.0)


def test_a_base_of_nothing_is_drawn_to_what_stations_say() -> None:
    got = drawn(even(0.0), np.zeros((1, 3)), np.full((1, 3), 50.0)).pm25[0]
    assert 40.0 < got[HERE] < 50.0
    assert got[FAR] == 0.0


def test_the_band_holds_the_value_and_never_falls_below_nothing() -> None:
    chance = np.random.default_rng(9)
    base, at = chance.uniform(0.0, 90.0, (4, *SHAPE)), chance.uniform(0.0, 90.0, (4, 3))
    got = drawn(base, at, chance.uniform(0.0, 400.0, (4, 3)), default_reach(), 1.5)
    assert (got.low >= 0.0).all()
    assert (got.low <= got.pm25).all()
    assert (got.high > got.pm25).all()


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="on a lattice of"):
        OnLattice(LATITUDE, LONGITUDE, even(1.0), even(1.0, 2), even(1.0), np.zeros(SHAPE))
    with pytest.raises(ValueError, match="expected"):
        stations(np.ones((2, 3)), np.ones((1, 3)))
