import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hazecast.quantiles import at_quantile, exceedance, require_quantiles, values_at

Array = NDArray[np.float64]
QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
NAN = np.nan


def test_between_quantiles_the_chance_is_linear() -> None:
    values = np.array([100.0, 200.0, 300.0, 400.0, 500.0])
    thresholds = [100.0, 150.0, 300.0, 360.0, 500.0]
    assert [float(exceedance(values, QUANTILES, t)) for t in thresholds] == pytest.approx([0.95, 0.85, 0.5, 0.35, 0.05])


def test_beyond_the_outermost_quantiles_the_chance_shrinks_but_never_to_nothing() -> None:
    values = np.array([100.0, 200.0, 300.0, 400.0, 500.0])
    upper = [float(exceedance(values, QUANTILES, t)) for t in (501.0, 600.0, 700.0, 5000.0)]
    assert upper == sorted(upper, reverse=True)
    assert upper[1] == pytest.approx(0.05 * np.exp(-np.log(10.0) / 2))
    assert upper[-1] == pytest.approx(0.0005)
    lower = [float(exceedance(values, QUANTILES, t)) for t in (99.0, 50.0, 1.0)]
    assert lower == sorted(lower)
    assert 0.95 < lower[0] < lower[-1] < 1.0


def test_a_distribution_of_one_value_jumps_there_within_its_quantiles() -> None:
    values = np.full(5, 250.0)
    assert float(exceedance(values, QUANTILES, 249.9)) == pytest.approx(0.9995)
    assert float(exceedance(values, QUANTILES, 250.0)) == pytest.approx(0.05)


@pytest.mark.parametrize(("wanted", "expected"), [(0.05, 1.0), (0.5, 3.0), (0.6, 3.4), (0.95, 5.0), (0.96, NAN), (0.01, NAN)])
def test_a_quantile_is_read_between_but_not_beyond_those_given(wanted: float, expected: float) -> None:
    values = np.array([[1.0, 2.0, 3.0, 4.0, 5.0]])
    assert at_quantile(values, QUANTILES, wanted) == pytest.approx(np.array([expected]), nan_ok=True)
    stored = QUANTILES.astype(np.float32).astype(np.float64)
    assert at_quantile(values, stored, wanted) == pytest.approx(np.array([expected]), nan_ok=True, rel=1e-6)


@pytest.mark.parametrize("quantiles", [[0.5], [0.1, 0.2], [0.6, 0.9], [0.0, 0.5, 0.9], [0.1, 0.5, 1.0], [0.9, 0.5, 0.1], [0.1, 0.1, 0.9]])
def test_quantiles_that_do_not_ascend_round_the_median_are_refused(quantiles: list[float]) -> None:
    with pytest.raises(ValueError, match="quantiles"):
        require_quantiles(np.array(quantiles))
    require_quantiles(QUANTILES)


def test_values_at_the_quantiles_are_those_given_and_linear_between() -> None:
    values = np.array([[1.0, 2.0, 4.0, 8.0, 16.0]])
    np.testing.assert_allclose(values_at(values, QUANTILES, QUANTILES), values, rtol=1e-12)
    np.testing.assert_allclose(values_at(values, QUANTILES, np.array([0.15, 0.375, 0.85])), [[1.5, 3.0, 12.0]])


def test_a_median_between_two_quantiles_scales_the_tails_too() -> None:
    values, quantiles = np.array([0.0, 10.0, 30.0, 40.0]), np.array([0.1, 0.4, 0.6, 0.9])
    found = values_at(values, quantiles, np.array([0.02, 0.98]))
    np.testing.assert_allclose(found, [-20.0, 60.0])


def test_a_value_that_lacks_leaves_the_whole_distribution_unknown() -> None:
    assert np.isnan(values_at(np.array([1.0, 2.0, NAN, 4.0, 5.0]), QUANTILES, np.array([0.01, 0.5, 0.99]))).all()


QUANTILE_FUNCTIONS = st.lists(st.floats(0.0, 2000.0), min_size=QUANTILES.size, max_size=QUANTILES.size).map(lambda v: np.array(sorted(v)))


@given(QUANTILE_FUNCTIONS, st.floats(0.0, 3000.0), st.floats(0.0, 3000.0))
def test_an_exceedance_is_a_probability_that_falls_with_the_threshold(values: Array, one: float, other: float) -> None:
    lower, higher = (float(exceedance(values, QUANTILES, t)) for t in sorted((one, other)))
    assert 0.0 < higher <= lower < 1.0


@given(QUANTILE_FUNCTIONS, st.integers(0, QUANTILES.size - 1))
def test_an_exceedance_agrees_with_the_quantiles(values: Array, i: int) -> None:
    assert float(exceedance(values, QUANTILES, float(values[i]))) <= 1.0 - QUANTILES[i] + 1e-12
    assert float(exceedance(values, QUANTILES, float(np.nextafter(values[i], -1.0)))) >= 1.0 - QUANTILES[i] - 1e-9


@given(QUANTILE_FUNCTIONS, st.lists(st.floats(0.001, 0.999), min_size=1, max_size=20).map(sorted))
def test_values_ascend_with_their_probability_and_are_exceeded_by_what_is_left(values: Array, wanted: list[float]) -> None:
    probabilities = np.array(wanted)
    found = values_at(values, QUANTILES, probabilities)
    assert (np.diff(found) >= -1e-9).all()
    for value, probability in zip(found, probabilities, strict=True):
        if (np.diff(values) > 1e-3).all():
            assert float(exceedance(values, QUANTILES, float(value))) == pytest.approx(1.0 - probability, abs=1e-6)
