"""Optimal interpolation against what is known of it in closed form, and against the exact solution on a lattice of a country's kind."""

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.analysis.correlation import Correlation, exponentials, gaspari_cohn, tapered
from hazecast.forecast.analysis.geometry import Cells, cells_of, directions_of
from hazecast.forecast.analysis.interpolation import Departures, interpolated, interpolated_locally
from hazecast.grids.distance import distance

Array = NDArray[np.float64]

MODELS = [gaspari_cohn(200e3), tapered(100e3), exponentials(30e3, 200e3, 0.5)]
LATITUDE, LONGITUDE = np.arange(30.0, 42.05, 0.25), np.arange(108.0, 122.05, 0.25)


class Case:
    """Stations with errors of their own that observe a field with the correlations of the model."""

    def __init__(self, correlation: Correlation, stations: int = 120, seed: int = 0, noise: float = 0.1) -> None:
        chance = np.random.default_rng(seed)
        self.latitude, self.longitude = chance.uniform(30.0, 42.0, stations), chance.uniform(108.0, 122.0, stations)
        grid = [a.ravel() for a in np.meshgrid(LATITUDE, LONGITUDE, indexing="ij")]
        self.to_cells = correlation.at(distance(grid[0][:, None], grid[1][:, None], self.latitude, self.longitude))
        apart = distance(self.latitude[:, None], self.longitude[:, None], self.latitude, self.longitude)
        self.among = correlation.at(apart) + noise * np.eye(stations)
        values = np.linalg.cholesky(self.among) @ chance.normal(size=stations)
        directions = directions_of(self.latitude, self.longitude)
        self.departures = Departures(directions, values, np.full(stations, noise))
        self.cells: Cells = cells_of(LATITUDE, LONGITUDE)

    def exact(self) -> tuple[Array, Array]:
        """Mean and what is left of the variance, from all stations."""
        weights = np.linalg.solve(self.among, self.to_cells.T)
        shape = LATITUDE.size, LONGITUDE.size
        return (self.departures.values @ weights).reshape(shape), (1.0 - (weights * self.to_cells.T).sum(axis=0)).reshape(shape)


@pytest.mark.parametrize("correlation", MODELS, ids=["gaspari-cohn", "tapered", "exponentials"])
def test_the_mean_is_the_exact_solution(correlation: Correlation) -> None:
    case = Case(correlation)
    np.testing.assert_allclose(interpolated(case.cells, case.departures, correlation), case.exact()[0], atol=1e-9)


@pytest.mark.parametrize("correlation", MODELS, ids=["gaspari-cohn", "tapered", "exponentials"])
def test_sixteen_neighbours_are_nearly_all_that_matters(correlation: Correlation) -> None:
    case = Case(correlation)
    (mean, left), (exact_mean, exact_left) = interpolated_locally(case.cells, case.departures, correlation), case.exact()
    assert np.sqrt(((mean - exact_mean) ** 2).mean()) < 0.08 * exact_mean.std()
    assert (left >= exact_left - 1e-12).all()  # what is left out cannot make the analysis better
    np.testing.assert_allclose(left, exact_left, atol=0.06)


@pytest.mark.parametrize("correlation", MODELS, ids=["gaspari-cohn", "tapered", "exponentials"])
def test_results_are_the_same_to_the_bit_with_one_thread(correlation: Correlation) -> None:
    case, threads = Case(correlation), numba.get_num_threads()
    many = interpolated(case.cells, case.departures, correlation), *interpolated_locally(case.cells, case.departures, correlation)
    try:
        numba.set_num_threads(1)
        one = interpolated(case.cells, case.departures, correlation), *interpolated_locally(case.cells, case.departures, correlation)
    finally:
        numba.set_num_threads(threads)
    for mine, other in zip(many, one, strict=True):
        np.testing.assert_array_equal(mine, other)


def test_one_station_draws_by_its_share_and_the_correlation() -> None:
    correlation, cells = tapered(100e3), cells_of(LATITUDE, LONGITUDE)
    departures = Departures(directions_of(np.array([36.0]), np.array([115.0])), np.array([2.0]), np.array([0.25]))
    grid = np.meshgrid(LATITUDE, LONGITUDE, indexing="ij")
    alike = correlation.at(distance(grid[0], grid[1], np.array(36.0), np.array(115.0)))
    mean, left = interpolated_locally(cells, departures, correlation)
    np.testing.assert_allclose(interpolated(cells, departures, correlation), 2.0 * alike / 1.25, atol=1e-12)
    np.testing.assert_allclose(mean, 2.0 * alike / 1.25, atol=1e-12)
    np.testing.assert_allclose(left, 1.0 - alike**2 / 1.25, atol=1e-12)


def test_many_stations_in_one_place_are_one_with_less_noise() -> None:
    correlation, cells = tapered(100e3), cells_of(LATITUDE, LONGITUDE)
    place = directions_of(np.array([36.0]), np.array([115.0]))
    values = np.array([1.0, 2.0, 3.0, 6.0])
    four = interpolated_locally(cells, Departures(np.repeat(place, 4, axis=1), values, np.full(4, 0.4)), correlation)
    one = interpolated_locally(cells, Departures(place, np.array([3.0]), np.array([0.1])), correlation)
    for mine, other in zip(four, one, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-12)


def test_mirrored_stations_give_the_mirrored_analysis() -> None:
    correlation = gaspari_cohn(300e3)
    latitude, longitude = np.arange(-3.0, 3.05, 0.25), np.arange(100.0, 106.05, 0.25)
    chance, cells = np.random.default_rng(2), cells_of(latitude, longitude)
    places, values, noise = (chance.uniform(-3, 3, 30), chance.uniform(100, 106, 30)), chance.normal(size=30), np.full(30, 0.1)
    one = interpolated(cells, Departures(directions_of(*places), values, noise), correlation)
    south = interpolated(cells, Departures(directions_of(-places[0], places[1]), values, noise), correlation)
    east = interpolated(cells, Departures(directions_of(places[0], 206.0 - places[1]), values, noise), correlation)
    np.testing.assert_allclose(south[::-1], one, atol=1e-12)
    np.testing.assert_allclose(east[:, ::-1], one, atol=1e-12)


def test_the_stated_variance_is_that_of_the_errors() -> None:
    """Fields drawn with the model's own statistics at stations and at places that none observes."""
    correlation, stations, others, noise = tapered(150e3), 60, 40, 0.15
    chance = np.random.default_rng(5)
    latitude, longitude = chance.uniform(30, 42, stations + others), chance.uniform(108, 122, stations + others)
    latitude[stations:], longitude[stations:] = chance.choice(LATITUDE, others), chance.choice(LONGITUDE, others)
    apart = distance(latitude[:, None], longitude[:, None], latitude, longitude)
    root = np.linalg.cholesky(correlation.at(apart) + 1e-9 * np.eye(stations + others))
    rows, columns = np.searchsorted(LATITUDE, latitude[stations:]), np.searchsorted(LONGITUDE, longitude[stations:])
    errors = []
    for _ in range(200):
        truth = root @ chance.normal(size=stations + others)
        values = truth[:stations] + np.sqrt(noise) * chance.normal(size=stations)
        departures = Departures(directions_of(latitude[:stations], longitude[:stations]), values, np.full(stations, noise))
        mean, left = interpolated_locally(cells_of(LATITUDE, LONGITUDE), departures, correlation)
        errors.append((mean[rows, columns] - truth[stations:]) ** 2 / left[rows, columns])
    assert np.mean(errors) == pytest.approx(1.0, abs=0.05)
