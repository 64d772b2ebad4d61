"""Ranks and runs of draws: permutations, and what plain counting finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from hazecast.forecast.draws.ranks import ranks_of
from hazecast.forecast.draws.runs import probability_of_run

Array = NDArray[np.float64]
SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 4), st.integers(1, 15))


def sample(seed: int, shape: tuple[int, int, int], lacking: float) -> Array:
    chance = np.random.default_rng(seed)
    values = chance.integers(0, 8, shape).astype(np.float64)
    return np.where(chance.random(shape) < lacking, np.nan, values)


@given(st.integers(0, 2**32 - 1), SHAPES, st.sampled_from([0.0, 0.2, 0.9]))
def test_ranks_are_a_permutation_everywhere_and_keep_the_order_of_values(seed: int, shape: tuple[int, int, int], lacking: float) -> None:
    templates = sample(seed, shape, lacking)
    ranks = ranks_of(templates)
    np.testing.assert_array_equal(np.sort(ranks, axis=-1), np.broadcast_to(np.arange(shape[0]), ranks.shape))
    for station, lead in np.ndindex(shape[1:]):
        column = templates[:, station, lead][np.argsort(ranks[station, lead])]
        assert (np.diff(column[~np.isnan(column)]) >= 0).all()


@given(st.integers(0, 2**32 - 1), SHAPES, st.integers(1, 6), st.floats(-1.0, 8.0))
def test_a_run_is_as_likely_as_counting_finds(seed: int, shape: tuple[int, int, int], hours: int, threshold: float) -> None:
    draws = sample(seed, shape, 0.0)
    found = probability_of_run(draws, threshold, hours)
    if hours > shape[2]:
        assert (found == 0.0).all()
    else:
        runs = sliding_window_view(draws > threshold, hours, axis=-1).all(axis=-1).any(axis=-1)
        np.testing.assert_allclose(found, runs.mean(axis=0))
    np.testing.assert_array_equal(found, probability_of_run(draws.astype(np.float32), threshold, hours))


@given(st.integers(0, 2**32 - 1), SHAPES, st.integers(1, 6))
def test_a_station_that_lacks_an_hour_has_no_known_chance(seed: int, shape: tuple[int, int, int], hours: int) -> None:
    draws = sample(seed, shape, 0.1)
    lacks = np.isnan(draws).any(axis=(0, 2))
    np.testing.assert_array_equal(np.isnan(probability_of_run(draws, 4.0, hours)), lacks)


@pytest.mark.parametrize(("shape", "hours"), [((2, 1, 4), 0), ((4, 2), 3), ((0, 1, 4), 3)])
def test_what_is_no_run_or_no_draws_is_refused(shape: tuple[int, ...], hours: int) -> None:
    with pytest.raises(ValueError, match="draw, station, hour"):
        probability_of_run(np.ones(shape), 1.0, hours)
