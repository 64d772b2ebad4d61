"""The loops of the checks against plain numpy."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.quality.kernels import (
    around,
    block_medians,
    climbs,
    flat_runs,
    floors,
    lagged_correlations,
    median_of,
    of_neighbours,
    same_stretches,
    spread_of_neighbours,
)

NAN = np.nan
Array = NDArray[np.float64]


@pytest.fixture
def series() -> Array:
    chance = np.random.default_rng(1)
    values = np.round(chance.gamma(2.0, 20.0, (4, 40)), 1)
    values[chance.random(values.shape) < 0.15] = NAN
    return values


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_the_median_of_a_few_is_numpys(count: int) -> None:
    values = np.random.default_rng(count).normal(size=10)
    assert median_of(values.copy(), count) == pytest.approx(float(np.median(values[:count])))


def test_the_median_of_none_is_not_known() -> None:
    assert np.isnan(median_of(np.empty(3), 0))


def test_around_is_the_median_of_the_steps_beside_without_the_step_itself(series: Array) -> None:
    out = np.empty(series.shape)
    where = np.ones(series.shape, np.bool_)
    where[0, :5] = False
    around(series, where, 2, 2, out)
    for s in range(4):
        for t in range(40):
            beside = np.array([series[s, i] for i in range(max(0, t - 2), min(40, t + 3)) if i != t])
            beside = beside[~np.isnan(beside)]
            expected = np.median(beside) if beside.size >= 2 and where[s, t] else NAN
            assert out[s, t] == pytest.approx(expected, nan_ok=True)


def test_of_neighbours_is_the_median_of_those_that_have_a_value(series: Array) -> None:
    neighbours = np.array([[1, 2, 3], [0, 2, -1], [0, -1, -1], [2, 1, 0]])
    out, spread = np.empty(series.shape), np.empty(series.shape)
    everywhere = np.ones(series.shape, np.bool_)
    of_neighbours(series, neighbours, everywhere, 2, out)
    spread_of_neighbours(series, neighbours, everywhere, out, spread)
    for s in range(4):
        heard = series[neighbours[s][neighbours[s] >= 0]]
        for t in range(40):
            known = heard[:, t][~np.isnan(heard[:, t])]
            expected = np.median(known) if known.size >= 2 else NAN
            assert out[s, t] == pytest.approx(expected, nan_ok=True)
            if known.size >= 2:
                assert spread[s, t] == pytest.approx(float(np.median(np.abs(known - expected))))


def test_a_floor_is_the_lowest_frequent_value_unless_it_is_most_of_them() -> None:
    rows = np.array([[2.0] * 3 + list(np.arange(5.0, 22.0)), list(np.arange(5.0, 25.0)), [2.0, 3.0] + [9.0] * 18])
    out = np.empty(rows.shape)
    floors(rows, 20, 0.1, 0.05, out)
    assert (out[0] == 2.0).all()
    assert np.isneginf(out[1]).all()
    assert np.isneginf(out[2]).all()


def test_a_flat_run_carries_its_whole_surprise_and_may_have_short_gaps() -> None:
    row = np.array([[1.0, 5.0, 5.0, NAN, 5.0, 7.0, 7.0, NAN, NAN, NAN, 7.0]])
    out = np.empty(row.shape)
    flat_runs(row, np.full(row.shape, 2.0), 2, out)
    assert out[0].tolist() == [0.0, 0.0, 4.0, 0.0, 4.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0]


def test_a_climb_ends_where_the_series_falls() -> None:
    row = np.array([[3.0, 1.0, 2.0, 2.0, 5.0, NAN, 6.0, 4.0]])
    rises, first = np.empty(row.shape, np.int64), np.empty(row.shape, np.int64)
    climbs(row, 1, rises, first)
    assert rises[0].tolist() == [0, 3, 3, 3, 3, 0, 3, 0]
    assert first[0].tolist() == [0, 1, 1, 1, 1, -1, 1, 7]


def test_the_longest_common_stretch_of_two_stations_is_found() -> None:
    chance = np.random.default_rng(4)
    rows = np.round(chance.normal(50.0, 10.0, (3, 60)))
    rows[2] += 1000.0
    rows[1, 10:40] = rows[0, 10:40]
    rows[1, 9], rows[1, 40] = -1.0, -1.0
    pairs = np.zeros((5, 5), np.int64)
    assert same_stretches(rows, 20, 10, 5, pairs) == 1
    assert pairs[0].tolist() == [0, 1, 10, 39, 30]
    assert same_stretches(rows, 31, 10, 5, pairs) == 0


def test_two_stations_that_never_change_are_not_taken_for_one() -> None:
    assert same_stretches(np.full((2, 60), 7.0), 20, 10, 5, np.zeros((5, 5), np.int64)) == 0


def test_lagged_correlations_are_numpys(series: Array) -> None:
    reference = np.roll(np.nan_to_num(series, nan=30.0), -1, axis=1)
    out, counts = np.empty((4, 7)), np.empty((4, 7), np.int64)
    lagged_correlations(series, reference, 3, out, counts)
    for s in range(4):
        for place, lag in enumerate(range(-3, 4)):
            x = series[s, max(0, lag) : 40 + min(0, lag)]
            y = reference[s, max(0, -lag) : 40 - max(0, lag)]
            known = ~np.isnan(x)
            assert counts[s, place] == known.sum()
            assert out[s, place] == pytest.approx(np.corrcoef(x[known], y[known])[0, 1])
    assert int(np.argmax(out[0])) == 3 + 1


def test_a_series_that_does_not_vary_correlates_with_nothing() -> None:
    out, counts = np.empty((1, 1)), np.empty((1, 1), np.int64)
    lagged_correlations(np.full((1, 9), 4.0), np.arange(9.0)[None, :], 0, out, counts)
    assert np.isnan(out[0, 0])


def test_a_short_rest_belongs_to_the_block_before() -> None:
    row = np.array([[1.0, 2.0, 3.0, NAN, 10.0, 20.0, 30.0, 90.0, NAN]])
    out = np.empty(row.shape)
    block_medians(row, 4, out)
    assert out[0].tolist() == [2.0] * 4 + [25.0] * 5
