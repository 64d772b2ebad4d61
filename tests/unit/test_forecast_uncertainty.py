import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.uncertainty import LEAST_ERRORS, QUANTILES, VALUE_GROUPS, error_bands, lead_group

Array = NDArray[np.float64]
MEDIAN = QUANTILES.tolist().index(0.5)


def pairs(count: int, seed: int) -> tuple[Array, Array, NDArray[np.int64]]:
    """Predictions, truths and leads; the error grows with the prediction and with the lead, and is skewed."""
    chance = np.random.default_rng(seed)
    predicted, lead = chance.uniform(2, 20, count), chance.integers(1, 97, count)
    scale = 0.05 * predicted * (1 + lead / 24)
    return predicted, predicted + scale * (chance.gamma(2.0, 1.0, count) - 2.0), lead


def test_leads_fall_into_groups_that_end_with_their_bounds() -> None:
    assert lead_group(np.array([1, 6, 7, 12, 13, 24, 25, 48, 49, 240])).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_bands_are_the_error_quantiles_of_their_group() -> None:
    predicted, truth, lead = pairs(4000, 0)
    bands = error_bands(predicted, truth, lead)
    inside = lead_group(lead) == 2
    low, high = np.quantile(predicted[inside], [0.25, 0.5])
    group = inside & (predicted > low) & (predicted <= high)
    got = bands.around(np.array([(low + high) / 2]), np.array([20]))[0]
    np.testing.assert_allclose(got, (low + high) / 2 + np.quantile((truth - predicted)[group], QUANTILES))


def test_they_cover_what_comes_as_often_as_they_say() -> None:
    bands = error_bands(*pairs(20_000, 1))
    predicted, truth, lead = pairs(20_000, 2)
    below = truth[:, None] <= bands.around(predicted, lead)
    np.testing.assert_allclose(below.mean(axis=0), QUANTILES, atol=0.02)
    far, high = lead > 48, predicted > 15
    np.testing.assert_allclose(below[far & high].mean(axis=0), QUANTILES, atol=0.05)


def test_they_widen_with_lead_and_with_the_value() -> None:
    bands = error_bands(*pairs(20_000, 3))
    width = np.ptp(bands.around(np.array([5.0, 5.0, 19.0, 19.0]), np.array([3, 90, 3, 90])), axis=1)
    assert width[0] < width[1] < width[3]
    assert width[0] < width[2] < width[3]


def test_quantiles_are_in_order() -> None:
    predicted, truth, lead = pairs(3000, 4)
    assert (np.diff(error_bands(predicted, truth, lead).around(predicted, lead), axis=-1) >= 0).all()


def test_a_steady_error_is_taken_out() -> None:
    predicted, _, lead = pairs(2000, 5)
    got = error_bands(predicted, predicted + 1.5, lead).around(np.array([7.0]), np.array([10]))
    np.testing.assert_allclose(got, 8.5)


def test_a_group_with_few_errors_takes_those_of_all() -> None:
    predicted, truth, lead = pairs(600, 6)
    lead = np.where(np.arange(600) < LEAST_ERRORS - 1, 3, 60)
    bands = error_bands(predicted, truth, lead)
    everywhere = np.quantile(truth - predicted, QUANTILES)
    np.testing.assert_allclose(bands.around(np.array([5.0, 15.0]), np.array([3, 3])), np.array([[5.0], [15.0]]) + everywhere)
    assert not np.allclose(bands.around(np.array([5.0]), np.array([60])), 5.0 + everywhere)


def test_a_thin_value_group_takes_those_of_all_too() -> None:
    predicted = np.repeat([1.0, 2.0, 3.0, 4.0], 30)
    truth = predicted + np.tile(np.linspace(-1, 1, 30), VALUE_GROUPS)
    got = error_bands(predicted, truth, np.full(120, 3)).around(np.array([2.0]), np.array([3]))[0]
    np.testing.assert_allclose(got, 2.0 + np.quantile(truth - predicted, QUANTILES))


def test_bands_keep_the_shape_of_the_predictions() -> None:
    bands = error_bands(*pairs(500, 7))
    assert bands.around(np.ones((3, 4)), np.ones((3, 4), dtype=np.int64)).shape == (3, 4, QUANTILES.size)


def test_the_median_is_among_the_quantiles() -> None:
    assert pytest.approx(0.5) == QUANTILES[MEDIAN]
    assert (np.diff(QUANTILES) > 0).all()
