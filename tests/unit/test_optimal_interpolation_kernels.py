"""The loops of optimal interpolation against the same written out with whole matrices, compiled and as plain Python."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.kernels.banded import solve_band
from hazecast.forecast.kernels.correlations import EXPONENTIALS, GASPARI_COHN, TAPERED, correlations, largest_square
from hazecast.forecast.kernels.nearest_stations import local_analysis
from hazecast.forecast.kernels.optimal_interpolation import among_neighbours, among_stations, spread_mean
from hazecast.forecast.kernels.tag_scaling import scale_tags

Array = NDArray[np.float64]

MODELS = {
    "Gaspari-Cohn": (GASPARI_COHN, (0.05, 0.0, 0.0)),
    "exponentials": (EXPONENTIALS, (0.01, 0.06, 0.4)),
    "tapered": (TAPERED, (0.06, 0.03, 0.0)),
}
TO_ROUNDING = {"rtol": 1e-10, "atol": 1e-12}


# ---- in other words ----


def gaspari_cohn(z: float) -> float:
    """Eq. 4.10, as it is printed."""
    if z <= 1:
        return -(z**5) / 4 + z**4 / 2 + 5 / 8 * z**3 - 5 / 3 * z**2 + 1
    return z**5 / 12 - z**4 / 2 + 5 / 8 * z**3 + 5 / 3 * z**2 - 5 * z + 4 - 2 / 3 / z if z < 2 else 0.0


def alike(chord: float, kind: int, parameters: Array) -> float:
    one, other, share = parameters
    if kind == EXPONENTIALS:
        arc = 2 * math.asin(min(chord / 2, 1.0))
        return float((1 - share) * math.exp(-arc / one) + share * math.exp(-arc / other))
    return gaspari_cohn(chord / one) * (math.exp(-chord / other) if kind == TAPERED else 1.0)


def matrix(these: Array, those: Array, kind: int, parameters: Array) -> Array:
    chords = np.linalg.norm(these[:, :, None] - those[:, None, :], axis=0)
    return np.vectorize(lambda chord: alike(chord, kind, parameters), otypes=[np.float64])(chords)


class Network:
    """Stations at random among a few cells."""

    def __init__(self, seed: int, count: int = 9, rows: int = 6, columns: int = 11, west: float = 1.9, south: float = 0.6) -> None:
        chance = np.random.default_rng(seed)
        self.latitude = south + 0.02 * np.arange(rows)
        self.west, self.step = west, 0.025
        self.longitude = self.west + self.step * np.arange(columns)
        phi = chance.uniform(self.latitude[0] - 0.02, self.latitude[-1] + 0.02, count)
        lam = chance.uniform(self.longitude[0] - 0.02, self.longitude[-1] + 0.02, count)
        self.stations = self.directions(phi, lam)
        self.departures, self.noise = chance.normal(size=count), chance.uniform(0.05, 0.5, count)
        self.rows = np.cos(self.latitude), np.sin(self.latitude), np.stack([np.cos(self.longitude), np.sin(self.longitude)])
        grid_phi, grid_lam = (a.ravel() for a in np.meshgrid(self.latitude, self.longitude, indexing="ij"))
        self.cells = self.directions(grid_phi, grid_lam)
        self.shape = rows, columns

    @staticmethod
    def directions(phi: Array, lam: Array) -> Array:
        return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest) -> tuple[int, Array]:
    kind, parameters = MODELS[request.param]
    return kind, np.array(parameters)


# ---- correlations ----


def test_correlations_are_as_printed_at_any_distance(model: tuple[int, Array]) -> None:
    chords = np.concatenate(
        [[0.0, 1e-9, 0.05, 0.1, 0.1 + 1e-12, 0.12, 1.0, 1.0 + 1e-9, 2.0], np.linspace(0.0, 0.15, 60), np.linspace(0.2, 2.0, 40)]
    )
    got = np.empty(chords.size)
    correlations(chords**2, *model, got)
    np.testing.assert_allclose(got, [alike(chord, *model) for chord in chords], rtol=3e-10, atol=2e-15)
    assert got[0] == 1.0


def test_exponentials_are_exact_where_a_lattice_needs_them() -> None:
    arcs = np.linspace(0.0, 1.5, 200)
    got = np.empty(arcs.size)
    correlations((2 * np.sin(arcs / 2)) ** 2, EXPONENTIALS, np.array([0.1, 0.3, 0.5]), got)
    np.testing.assert_allclose(got, 0.5 * np.exp(-arcs / 0.1) + 0.5 * np.exp(-arcs / 0.3), rtol=1e-12)


def test_nothing_is_left_from_the_end_on(model: tuple[int, Array]) -> None:
    end = largest_square(*model)
    got = np.ones(3)
    correlations(end * np.array([1.0, 1.01, 1.5]), *model, got)
    if model[0] == EXPONENTIALS:
        assert end == 4.0
    else:
        assert end == pytest.approx((2 * model[1][0]) ** 2)
        np.testing.assert_array_equal(got[1:], 0.0)
        assert abs(got[0]) < 1e-30


def test_an_end_beyond_antipodes_is_antipodes() -> None:
    assert largest_square(GASPARI_COHN, np.array([3.0, 0.0, 0.0])) == 4.0


# ---- all stations at once ----


@pytest.mark.parametrize("seed", range(3))
def test_stations_among_each_other(model: tuple[int, Array], seed: int) -> None:
    network = Network(seed)
    expected = matrix(network.stations, network.stations, *model)
    whole, band = np.empty((9, 9)), np.full((9, 4), np.nan)
    among_stations(network.stations, *model, whole)
    among_neighbours(network.stations, *model, band)
    np.testing.assert_allclose(whole, expected, **TO_ROUNDING)
    for apart in range(4):
        np.testing.assert_allclose(band[: 9 - apart, apart], np.diagonal(expected, -apart), **TO_ROUNDING)
        np.testing.assert_array_equal(band[9 - apart :, apart], 0.0)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("west", "south"), [(1.9, 0.6), (-3.3, -0.05), (3.05, 1.47), (6.2, -1.57)])
def test_the_mean_is_the_sum_over_all_stations(model: tuple[int, Array], seed: int, west: float, south: float) -> None:
    network = Network(seed, west=west, south=south)
    got = np.full(network.shape, np.nan)
    spread_mean(*network.rows, network.west, network.step, network.stations, network.departures, *model, got)
    expected = network.departures @ matrix(network.stations, network.cells, *model)
    np.testing.assert_allclose(got, expected.reshape(network.shape), **TO_ROUNDING)


@pytest.mark.parametrize("half", [0.3, 0.9, 0.99, 1.0, 1.5])
def test_round_the_globe_no_cell_counts_twice(half: float) -> None:
    network = Network(0, count=3)
    longitude = 2 * np.pi * np.arange(24) / 24
    towards, parameters = np.stack([np.cos(longitude), np.sin(longitude)]), np.array([half, 0.0, 0.0])
    got = np.empty((6, 24))
    spread_mean(*network.rows[:2], towards, 0.0, longitude[1], network.stations, network.departures, GASPARI_COHN, parameters, got)
    phi, lam = np.meshgrid(network.latitude, longitude, indexing="ij")
    cells = network.directions(phi.ravel(), lam.ravel())
    expected = network.departures @ matrix(network.stations, cells, GASPARI_COHN, parameters)
    np.testing.assert_allclose(got.ravel(), expected, **TO_ROUNDING)


def test_cells_out_of_reach_get_exactly_nothing() -> None:
    network = Network(1, count=2)
    got = np.full(network.shape, np.nan)
    parameters = np.array([0.01, 0.0, 0.0])
    spread_mean(*network.rows, network.west, network.step, network.stations, network.departures, GASPARI_COHN, parameters, got)
    near = np.linalg.norm(network.cells[:, :, None] - network.stations[:, None, :], axis=0).min(axis=1).reshape(network.shape) < 0.02
    assert near.any()
    np.testing.assert_array_equal(got[~near], 0.0)


@pytest.mark.parametrize(("size", "width"), [(1, 0), (5, 0), (8, 2), (8, 7), (30, 11)])
def test_a_band_is_solved_as_the_whole_matrix(size: int, width: int) -> None:
    chance = np.random.default_rng(size + width)
    lower = np.tril(np.triu(chance.normal(size=(size, size)), -width)) + 3.0 * np.eye(size)
    whole, wanted = lower @ lower.T, chance.normal(size=size)
    band = np.zeros((size, width + 1))
    for apart in range(width + 1):
        band[: size - apart, apart] = np.diagonal(whole, -apart)
    got = wanted.copy()
    solve_band(band, got)
    np.testing.assert_allclose(got, np.linalg.solve(whole, wanted), rtol=1e-9, atol=1e-11)


# ---- the nearest stations ----


def by_hand(network: Network, nearest: int, kind: int, parameters: Array) -> tuple[Array, Array]:
    chords = np.linalg.norm(network.cells[:, :, None] - network.stations[:, None, :], axis=0)
    mean, left = np.empty(chords.shape[0]), np.empty(chords.shape[0])
    for cell, chord in enumerate(chords):
        near = np.argsort(chord, kind="stable")[:nearest]
        system = matrix(network.stations[:, near], network.stations[:, near], kind, parameters) + np.diag(network.noise[near])
        here = matrix(network.cells[:, [cell]], network.stations[:, near], kind, parameters)[0]
        weights = np.linalg.solve(system, here)
        mean[cell], left[cell] = weights @ network.departures[near], 1.0 - weights @ here
    return mean.reshape(network.shape), left.reshape(network.shape)


@pytest.mark.parametrize("nearest", [1, 4, 9])
@pytest.mark.parametrize("seed", range(2))
def test_the_local_analysis_is_the_exact_one_of_the_nearest(model: tuple[int, Array], nearest: int, seed: int) -> None:
    network = Network(seed, rows=9, columns=18)  # more than a tile each way, and not a whole number of them
    mean, left = np.empty(network.shape), np.empty(network.shape)
    local_analysis(*network.rows, network.stations, network.departures, network.noise, nearest, *model, mean, left)
    expected_mean, expected_left = by_hand(network, nearest, *model)
    np.testing.assert_allclose(mean, expected_mean, **TO_ROUNDING)
    np.testing.assert_allclose(left, expected_left, **TO_ROUNDING)


def test_stations_in_one_place_are_no_trouble() -> None:
    network = Network(3)
    network.stations[:, 1:5] = network.stations[:, [0]]
    network.departures[:5] = 1.0, 2.0, 3.0, 4.0, 5.0
    mean, left = np.empty(network.shape), np.empty(network.shape)
    local_analysis(*network.rows, network.stations, network.departures, network.noise, 3, *map_of("tapered"), mean, left)
    expected = by_hand(network, 3, *map_of("tapered"))
    assert np.isfinite(mean).all()
    at_home = np.linalg.norm(network.cells - network.stations[:, [0]], axis=0).argmin()
    assert mean.ravel()[at_home] == pytest.approx(expected[0].ravel()[at_home])  # the first three of five equally near ones


def map_of(name: str) -> tuple[int, Array]:
    kind, parameters = MODELS[name]
    return kind, np.array(parameters)


# ---- tags ----


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_tags_are_scaled_and_the_rest_is_initial(kind: type) -> None:
    chance = np.random.default_rng(5)
    pm25 = chance.uniform(0, 9, (2, 3, 4, 5)).astype(kind)
    ratio, added = chance.uniform(0, 3, (2, 3, 5)).astype(kind), chance.uniform(0, 9, (2, 3, 5)).astype(kind)
    expected = pm25 * ratio[:, :, None, :]
    expected[:, :, 1] += added
    scale_tags(pm25, ratio, added, 1)
    assert pm25.dtype == kind
    np.testing.assert_allclose(pm25, expected, rtol=1e-6 if kind is np.float32 else 1e-14)
