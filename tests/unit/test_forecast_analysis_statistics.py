"""Error statistics from departures that were made with known ones."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.analysis.consistency import consistent
from hazecast.forecast.analysis.correlation import Correlation, exponentials, gaspari_cohn, tapered
from hazecast.forecast.analysis.covariances import covariances
from hazecast.forecast.analysis.error_statistics import Basis, ErrorStatistics, default_statistics, error_statistics
from hazecast.grids.distance import distance

Array = NDArray[np.float64]

BACKGROUND, OBSERVATION, LENGTH_M = 0.25, 0.05, 120e3
INDEPENDENT = 12.0  # hours between departures that have nothing in common in time


def places(count: int, degrees: float, seed: int = 0) -> tuple[Array, Array]:
    chance = np.random.default_rng(seed)
    return 38.0 + chance.uniform(0, degrees, count), 113.0 + chance.uniform(0, degrees, count)


def made_up(times: int, where: tuple[Array, Array], seed: int, length_m: float = LENGTH_M) -> Array:
    """Departures with the variances above; one of ten is missing."""
    chance = np.random.default_rng(seed)
    latitude, longitude = where
    apart = distance(latitude[:, None], longitude[:, None], latitude[None], longitude[None])
    root = np.linalg.cholesky(BACKGROUND * tapered(length_m).at(apart) + 1e-10 * np.eye(latitude.size))
    out = chance.normal(size=(times, latitude.size)) @ root.T + np.sqrt(OBSERVATION) * chance.normal(size=(times, latitude.size))
    out[chance.random(out.shape) < 0.1] = np.nan
    return out


# ---- what is known is found again ----


@pytest.mark.parametrize("length_m", [60e3, 120e3, 250e3])
@pytest.mark.parametrize("seed", range(2))
def test_known_variances_and_length_are_found_again(length_m: float, seed: int) -> None:
    where = places(40, 5.0, seed)
    found = error_statistics(made_up(1200, where, seed + 10, length_m), *where, INDEPENDENT)
    assert found.basis is Basis.DEPARTURES
    assert found.background_variance == pytest.approx(BACKGROUND, rel=0.15)
    assert found.observation_variance == pytest.approx(OBSERVATION, abs=0.1 * BACKGROUND)
    assert found.length_m == pytest.approx(length_m, rel=0.2)


@pytest.mark.parametrize("seed", range(4))
def test_a_short_history_of_three_stations_stays_between_itself_and_the_defaults(seed: int) -> None:
    where = places(3, 1.5, seed)
    found, default = error_statistics(made_up(15, where, seed, 400e3), *where, INDEPENDENT), default_statistics(Basis.DEPARTURES)
    assert found.basis is Basis.DEPARTURES
    assert 80e3 < found.length_m < 600e3
    assert 0.4 < found.background_variance / default.background_variance < 2.0
    assert 0.2 < found.noise / default.noise < 5.0


def test_more_departures_are_believed_more() -> None:
    where = places(6, 3.0)
    departures = 2.0 * made_up(600, where, 3)  # four times the variance
    few, many = error_statistics(departures[:8], *where, INDEPENDENT), error_statistics(departures, *where, INDEPENDENT)
    hourly = error_statistics(departures[:96], *where, 1.0)  # as independent as the few
    assert few.background_variance < hourly.background_variance * 1.5
    assert abs(many.background_variance - 1.0) < abs(few.background_variance - 1.0)


def test_a_constant_error_of_the_background_is_the_backgrounds() -> None:
    where = places(12, 3.0)
    plain, shifted = (error_statistics(made_up(300, where, 2) + shift, *where, INDEPENDENT) for shift in (0.0, 0.5))
    assert 0.1 < shifted.background_variance - plain.background_variance < 0.3
    assert shifted.length_m > 2.0 * plain.length_m
    assert shifted.noise < 0.35


def test_a_few_wild_departures_hardly_matter() -> None:
    where = places(20, 4.0)
    clean = made_up(400, where, 4)
    wild = clean.copy()
    wild[::100, 3] = 60.0
    one, other = error_statistics(clean, *where, INDEPENDENT), error_statistics(wild, *where, INDEPENDENT)
    assert other.background_variance == pytest.approx(one.background_variance, rel=0.05)
    assert other.observation_variance == pytest.approx(one.observation_variance, rel=0.25)


def test_departures_that_are_all_nothing_give_little_variance_and_no_fault() -> None:
    found = error_statistics(np.zeros((100, 5)), *places(5, 3.0), INDEPENDENT)
    assert found.basis is Basis.DEPARTURES
    assert found.background_variance < 0.01


# ---- where there is too little ----


@pytest.mark.parametrize(
    ("departures", "degrees", "basis"),
    [
        (np.full((50, 4), np.nan), 1.0, Basis.NO_DEPARTURES),
        (np.empty((0, 4)), 1.0, Basis.NO_DEPARTURES),
        (np.where(np.arange(4) < 2, 0.3, np.nan) * np.ones((50, 1)), 1.0, Basis.FEW_STATIONS),
        (np.full((23, 4), 0.3), 1.0, Basis.SHORT_HISTORY),
        (np.full((50, 4), 0.3), 80.0, Basis.FAR_STATIONS),
        (np.where(np.eye(4)[np.arange(80) % 4] > 0, 0.3, np.nan), 1.0, Basis.SHORT_HISTORY),
        (np.where(np.eye(4)[np.arange(400) % 4] > 0, 0.3, np.nan), 1.0, Basis.FAR_STATIONS),
    ],
)
def test_with_too_little_the_defaults_come_back_and_say_why(departures: Array, degrees: float, basis: Basis) -> None:
    where = -60.0 + degrees * np.arange(4.0) / 3.0 * 1.5, np.linspace(0.0, degrees, 4)
    assert error_statistics(departures, *where) == default_statistics(basis)


def test_no_stations_at_all() -> None:
    nowhere = np.empty(0)
    assert error_statistics(np.empty((50, 0)), nowhere, nowhere).basis is Basis.NO_DEPARTURES
    assert consistent(np.empty((50, 0)), nowhere, nowhere, default_statistics(Basis.NO_DEPARTURES)).iterations == 0


def test_variances_and_lengths_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        ErrorStatistics(0.3, 0.0, 1e5, Basis.DEPARTURES)
    with pytest.raises(ValueError, match="lengths must be above 0"):
        gaspari_cohn(0.0)


# ---- Desroziers ----


@pytest.mark.parametrize("seed", range(2))
def test_iteration_finds_the_variances_from_wrong_ones(seed: int) -> None:
    where = places(30, 4.0, seed)
    wrong = ErrorStatistics(0.1, 0.4, LENGTH_M, Basis.DEPARTURES)
    found = consistent(made_up(500, where, seed), *where, wrong)
    assert found.converged
    assert found.background_variance == pytest.approx(BACKGROUND, rel=0.15)
    assert found.observation_variance == pytest.approx(OBSERVATION, rel=0.2)


def test_both_methods_agree_on_the_same_departures() -> None:
    where = places(30, 4.0)
    departures = made_up(900, where, 7)
    fitted = error_statistics(departures, *where, INDEPENDENT)
    found = consistent(departures, *where, fitted)
    assert found.background_variance == pytest.approx(fitted.background_variance, rel=0.15)


def test_the_two_variances_add_up_to_that_of_the_departures() -> None:
    where = places(5, 3.0)
    departures = made_up(60, where, 1)
    found = consistent(departures, *where, default_statistics(Basis.DEPARTURES))
    assert found.background_variance + found.observation_variance == pytest.approx(np.nanmean(departures**2))


def test_without_departures_the_given_variances_come_back() -> None:
    given = default_statistics(Basis.NO_DEPARTURES)
    found = consistent(np.full((4, 3), np.nan), *places(3, 1.0), given)
    assert (found.background_variance, found.observation_variance) == (given.background_variance, given.observation_variance)
    assert (found.iterations, found.converged) == (0, False)


# ---- covariances and correlations ----


def test_covariances_are_means_of_products_by_distance() -> None:
    latitude, longitude = np.array([40.0, 40.0, 40.0]), np.array([116.0, 116.1, 118.0])
    departures = np.array([[1.0, 2.0, 0.5], [0.5, np.nan, 1.0], [-1.0, -1.0, 2.0], [1.0, 1.0, -1.0]])
    found = covariances(departures, latitude, longitude, INDEPENDENT)
    assert (found.stations, found.pairs) == (3, 3)
    assert found.apart_m.size == 1
    products = [2.0, 1.0, 1.0, 0.5, 0.5, -2.0, -1.0, 1.0, -2.0, -1.0]
    assert found.covariance[0] == pytest.approx(np.mean(products))
    assert found.variance == pytest.approx(np.nanmean(departures**2))


@pytest.mark.parametrize("model", [gaspari_cohn(100e3), tapered(60e3), exponentials(30e3, 200e3, 0.5)])
def test_correlations_fall_from_one(model: Correlation) -> None:
    apart = np.linspace(0.0, 500e3, 60).reshape(6, 10)
    likeness = model.at(apart)
    assert likeness.shape == apart.shape
    assert likeness[0, 0] == 1.0
    assert (np.diff(likeness.ravel()) <= 0.0).all()
    assert (likeness[apart > model.end_m * 1.001] == 0.0).all()
