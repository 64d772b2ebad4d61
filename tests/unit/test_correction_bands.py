"""Bands from standardised errors, against what is known of made-up ones."""

import numpy as np
import pytest

from hazecast.forecast.correction.bands import LEAST_ERRORS, StandardBands, standard_bands
from hazecast.forecast.uncertainty import QUANTILES

ROWS = 60_000


@pytest.fixture(scope="module")
def pairs() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Errors that are normal, with a size that differs from row to row and is known, and half as large beyond 48 hours."""
    chance = np.random.default_rng(0)
    lead = chance.integers(1, 73, ROWS)
    centre, spread = chance.uniform(4, 16, ROWS), chance.uniform(0.5, 2.0, ROWS)
    return centre, spread, centre + spread * np.where(lead > 48, 0.5, 1.0) * chance.normal(size=ROWS), lead


@pytest.fixture(scope="module")
def bands(pairs) -> StandardBands:  # type: ignore[no-untyped-def]
    return standard_bands(*pairs)


def test_each_lead_group_has_its_own_quantiles(bands: StandardBands) -> None:
    from scipy.special import ndtri

    np.testing.assert_allclose(bands.quantiles[0].mean(axis=0), ndtri(QUANTILES), atol=0.12)
    np.testing.assert_allclose(bands.quantiles[-1].mean(axis=0), ndtri(QUANTILES) / 2, atol=0.06)


def test_they_hold_what_they_promise_whatever_the_size_of_the_errors(bands: StandardBands, pairs) -> None:  # type: ignore[no-untyped-def]
    centre, spread, truth, lead = pairs
    quantiles = bands.around(centre, spread, lead)
    for rough in (spread < 1.0, spread > 1.5):
        inside = (truth[rough] ** 2 >= quantiles[rough, 1]) & (truth[rough] ** 2 <= quantiles[rough, -2])
        assert abs(inside.mean() - 0.9) < 0.015


def test_what_is_expected_is_the_mean_of_the_squares_and_not_the_square_of_the_mean(bands: StandardBands, pairs) -> None:  # type: ignore[no-untyped-def]
    centre, spread, truth, lead = pairs
    expected = bands.mean(centre, spread, lead)
    assert abs((expected - truth**2).mean()) < 0.02 * (truth**2).mean()
    assert (centre**2).mean() < expected.mean() - 0.5


def test_a_level_with_few_errors_takes_those_of_its_lead_group_and_a_group_those_of_all() -> None:
    lead = np.repeat([1, 30], [LEAST_ERRORS - 1, 5 * LEAST_ERRORS])
    centre = np.linspace(5, 6, lead.size)
    bands = standard_bands(centre, np.ones(lead.size), centre + np.random.default_rng(1).normal(size=lead.size), lead)
    assert np.isfinite(bands.quantiles).all()
    assert (np.ptp(bands.quantiles[0], axis=0) == 0).all()
    np.testing.assert_array_equal(bands.quantiles[0, 0], bands.quantiles[1, 0])
