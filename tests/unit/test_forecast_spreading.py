import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.spreading import LEAST_PM25, NOISE_SHARE, correlation, spread
from hazecast.grids.distance import distance

Array = NDArray[np.float64]
CELLS = np.arange(36.0, 44.1, 0.5), np.arange(112.0, 120.1, 0.5)
PLACES = np.array([40.0, 40.5, 38.0]), np.array([116.0, 116.5, 114.0])
HERE = (8, 8)  # the cell of the first station
FAR = (0, 16)


def drawn(base: Array, at_stations: Array, corrected: Array) -> Array:
    return spread(base, at_stations, corrected, CELLS, PLACES)


def even(value: float, leads: int = 1) -> Array:
    return np.full((leads, CELLS[0].size, CELLS[1].size), value)


def test_without_a_correction_the_base_stays() -> None:
    np.testing.assert_allclose(drawn(even(80.0), np.full((1, 3), 80.0), np.full((1, 3), 80.0)), 80.0)


def test_one_station_draws_its_cell_most_of_the_way_and_the_far_ones_hardly() -> None:
    got = drawn(even(80.0), np.full((1, 3), 80.0), np.array([[160.0, np.nan, np.nan]]))[0]
    assert got[HERE] == pytest.approx(80.0 * 2 ** (1 / (1 + NOISE_SHARE)))
    assert got[FAR] == pytest.approx(80.0, rel=0.03)
    beside = float(distance(np.array(40.0), np.array(116.0), np.array(40.0), np.array(117.0)))
    assert np.log(got[8, 10] / 80) == pytest.approx(np.log(2) * float(correlation(np.array(beside))) / (1 + NOISE_SHARE))


def alike(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(correlation(distance(*(np.array(v) for v in (*a, *b)))))


def test_several_stations_weigh_as_simple_kriging_has_it() -> None:
    chance = np.random.default_rng(4)
    base, at_stations, corrected = chance.uniform(5, 90, even(0.0, 2).shape), chance.uniform(5, 90, (2, 3)), chance.uniform(5, 400, (2, 3))
    corrected[1, 1] = np.nan
    got = drawn(base, at_stations, corrected)
    for lead, y, x in ((0, 8, 8), (0, 3, 5), (1, 8, 9), (1, 16, 0)):
        known = [s for s in range(3) if not np.isnan(corrected[lead, s])]
        places = [(float(PLACES[0][s]), float(PLACES[1][s])) for s in known]
        system = np.array([[alike(a, b) + NOISE_SHARE * (a == b) for b in places] for a in places])
        weights = np.linalg.inv(system) @ [alike((CELLS[0][y], CELLS[1][x]), place) for place in places]
        ratio = np.log(corrected[lead, known] / at_stations[lead, known])
        assert got[lead, y, x] == pytest.approx(base[lead, y, x] * np.exp(weights @ ratio), rel=1e-9)


def test_likeness_falls_from_one_to_nothing_with_distance() -> None:
    likeness = correlation(np.array([0.0, 1e4, 5e4, 2e5, 1e7]))
    assert likeness[0] == 1.0
    assert (np.diff(likeness) < 0).all()
    assert likeness[-1] == pytest.approx(0.0, abs=1e-6)


def test_hours_are_spread_each_by_its_own_stations() -> None:
    got = drawn(even(80.0, 2), np.full((2, 3), 80.0), np.array([[160.0, 160.0, 160.0], [np.nan, np.nan, np.nan]]))
    assert got[0][HERE] > 120
    np.testing.assert_allclose(got[1], 80.0)


def test_where_the_base_is_unknown_so_is_the_result() -> None:
    base = even(80.0)
    base[0, 2, 3] = np.nan
    got = drawn(base, np.full((1, 3), 80.0), np.full((1, 3), 120.0))
    assert np.argwhere(np.isnan(got)).tolist() == [[0, 2, 3]]


def test_a_station_without_base_draws_nothing() -> None:
    got = drawn(even(80.0), np.array([[np.nan, np.nan, np.nan]]), np.full((1, 3), 500.0))
    np.testing.assert_allclose(got, 80.0)


def test_a_base_or_correction_near_nothing_gives_no_wild_ratio() -> None:
    got = drawn(even(0.0), np.zeros((1, 3)), np.full((1, 3), 50.0))
    assert got[0][HERE] < 60
    assert got.min() >= LEAST_PM25 - 1e-12


def test_two_stations_in_one_place_are_no_trouble() -> None:
    twins = np.array([40.0, 40.0]), np.array([116.0, 116.0])
    got = spread(even(80.0), np.full((1, 2), 80.0), np.array([[40.0, 160.0]]), CELLS, twins)
    np.testing.assert_allclose(got, 80.0)
