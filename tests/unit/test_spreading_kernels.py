"""Likeness by wind and ground against its formula, and its spreading against the sums that it stands for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hazecast.forecast.analysis.geometry import cells_of, directions_of
from hazecast.forecast.kernels.spreading import explained_rows, spread_rows
from hazecast.forecast.spreading.likeness import DEFAULT, MOST_STRETCH, REACH_M, Likeness
from hazecast.grids.distance import distance
from hazecast.grids.lattice import EARTH_RADIUS_M

Array = NDArray[np.float64]
WINDY = Likeness(local_m=60e3, regional_m=300e3, regional_share=0.4, noise=0.1, ground_ratio=150.0, stretch=0.2)


def drawn_places(seed: int, count: int, west: float = 110.0, south: float = 35.0) -> tuple[Array, ...]:
    chance = np.random.default_rng(seed)
    return (
        chance.uniform(south, south + 4.0, count),
        chance.uniform(west, west + 5.0, count),
        chance.uniform(0.0, 800.0, count),
        chance.normal(0.0, 5.0, count),
        chance.normal(0.0, 5.0, count),
    )


def by_formula(likeness: Likeness, one: tuple[Array, ...], other: tuple[Array, ...]) -> float:
    """Of two places by matrices of three rows, as Paciorek and Schervish write it."""
    shapes, places = [], []
    for latitude, longitude, ground, east, north in (one, other):
        phi, lam = np.deg2rad(latitude), np.deg2rad(longitude)
        eastward, northward = (
            np.array([-np.sin(lam), np.cos(lam), 0.0]),
            np.array([-np.sin(phi) * np.cos(lam), -np.sin(phi) * np.sin(lam), np.cos(phi)]),
        )
        speed = np.hypot(east, north)
        wind = (east * eastward + north * northward) / max(speed, 1e-12)
        stretch = min(1.0 + likeness.stretch * speed, MOST_STRETCH)
        shapes.append(np.eye(3) + (stretch**2 - 1.0) * np.outer(wind, wind))
        places.append((directions_of(latitude, longitude) * EARTH_RADIUS_M, likeness.ground_ratio * ground))
    mean = 0.5 * (shapes[0] + shapes[1])
    way, climb = places[0][0] - places[1][0], places[0][1] - places[1][1]
    apart = np.sqrt(way @ np.linalg.inv(mean) @ way + climb**2)
    share = likeness.regional_share
    alike = (1.0 - share) * np.exp(-apart / likeness.local_m) + share * np.exp(-apart / likeness.regional_m)
    size = (np.linalg.det(shapes[0]) * np.linalg.det(shapes[1])) ** 0.25 / np.sqrt(np.linalg.det(mean))
    r = min(np.linalg.norm(way) / REACH_M, 1.0)
    return float(size * alike * (1.0 - r) ** 4 * (1.0 + 4.0 * r))


def test_the_likeness_of_two_places_is_that_of_the_formula() -> None:
    drawn = drawn_places(1, 7)
    got = WINDY.among(WINDY.places(*drawn))
    columns = list(zip(*drawn, strict=True))
    expected = [[by_formula(WINDY, one, other) for other in columns] for one in columns]
    np.testing.assert_allclose(got, expected, rtol=1e-9)
    np.testing.assert_allclose(np.diag(got), 1.0)


@given(st.integers(0, 10_000), st.floats(0.0, 1.0), st.floats(0.0, 400.0), st.floats(10e3, 500e3), st.floats(0.0, 1.0))
def test_whatever_the_winds_and_the_ground_the_likeness_is_positive_definite(
    seed: int, stretch: float, ground: float, length: float, share: float
) -> None:
    likeness = Likeness(length, 2.0 * length, share, 0.1, ground, stretch)
    matrix = likeness.among(likeness.places(*drawn_places(seed, 25)))
    np.testing.assert_allclose(matrix, matrix.T, rtol=1e-9)
    assert np.linalg.eigvalsh(matrix)[0] > -1e-10


def alike_across(east: float, north: float, climb: float, degrees: tuple[float, float], likeness: Likeness = WINDY) -> float:
    latitude, longitude = np.array([40.0, 40.0 + degrees[0]]), np.array([116.0, 116.0 + degrees[1]])
    places = likeness.places(latitude, longitude, np.array([0.0, climb]), np.full(2, east), np.full(2, north))
    return float(likeness.among(places)[0, 1])


def test_the_wind_carries_likeness_along_itself_and_not_across() -> None:
    calm = alike_across(0.0, 0.0, 0.0, (0.5, 0.0))
    assert alike_across(0.0, 5.0, 0.0, (0.5, 0.0)) > calm + 0.05
    assert alike_across(5.0, 0.0, 0.0, (0.5, 0.0)) == pytest.approx(calm, rel=1e-4)
    assert alike_across(0.0, 9.0, 0.0, (0.5, 0.0)) > alike_across(0.0, 5.0, 0.0, (0.5, 0.0))
    assert alike_across(0.0, 90.0, 0.0, (0.5, 0.0)) == alike_across(0.0, 80.0, 0.0, (0.5, 0.0))


def test_height_counts_like_a_way_of_so_many_metres() -> None:
    level = alike_across(0.0, 0.0, 0.0, (0.01, 0.0))
    assert level > 0.95
    climb = 0.01 * 111_195.0, 200.0 * WINDY.ground_ratio
    way = np.hypot(*climb)
    expected = 0.6 * np.exp(-way / WINDY.local_m) + 0.4 * np.exp(-way / WINDY.regional_m)
    assert alike_across(0.0, 0.0, 200.0, (0.01, 0.0)) == pytest.approx(expected, rel=1e-3)
    assert alike_across(0.0, 0.0, 200.0, (0.01, 0.0), Likeness(60e3, 300e3, 0.4, 0.1, 0.0, 0.0)) == pytest.approx(level)


def test_nothing_is_left_beyond_the_reach() -> None:
    beyond, within = (REACH_M + 10e3) / 111_195.0, (REACH_M - 100e3) / 111_195.0
    assert alike_across(0.0, 9.0, 0.0, (-beyond, 0.0)) == 0.0
    assert alike_across(0.0, 9.0, 0.0, (-within, 0.0)) > 0.0


def test_an_unknown_wind_is_a_calm_and_an_unknown_height_is_none() -> None:
    nothing, unknown = np.zeros(1), np.full(1, np.nan)
    at = np.array([40.0]), np.array([116.0])
    np.testing.assert_array_equal(WINDY.places(*at, unknown, unknown, nothing), WINDY.places(*at, nothing, nothing, nothing))


@pytest.mark.parametrize(
    "wrong", [{"local_m": 0.0}, {"regional_m": -1.0}, {"regional_share": 1.1}, {"noise": 0.0}, {"ground_ratio": -1.0}, {"stretch": -0.1}]
)
def test_a_likeness_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    values = {"local_m": 1e4, "regional_m": 1e5, "regional_share": 0.5, "noise": 0.1, "ground_ratio": 0.0, "stretch": 0.0}
    Likeness(**values)
    with pytest.raises(ValueError, match=r"must be above 0|may be below 0"):
        Likeness(**{**values, **wrong})


@pytest.mark.parametrize(
    ("south", "west", "shape", "step"), [(33.0, 108.0, (9, 23), 0.4), (30.0, 175.0, (5, 30), 1.0), (80.0, 0.0, (6, 60), 6.0)]
)
def test_spreading_is_the_sum_over_stations_wherever_the_lattice_lies(
    south: float, west: float, shape: tuple[int, int], step: float
) -> None:
    chance = np.random.default_rng(3)
    latitude, longitude = south + step / 4 * np.arange(shape[0]), west + step * np.arange(shape[1])
    stations = drawn_places(5, 11, west=west + (0.4 * shape[1] * step) - 360.0, south=south)
    east, north, ground = (chance.normal(0.0, 4.0, shape) for _ in range(3))
    cells, places = cells_of(latitude, longitude), WINDY.places(*stations)
    drawn = chance.normal(size=(3, 11))
    got = np.full((3, *shape), np.nan)
    over = WINDY.beside_direction(latitude[:, None], longitude, 100.0 * ground, east, north)
    spread_rows(np.stack([cells.level, cells.height]), cells.towards, cells.west, cells.step, over, places, drawn, WINDY.parameters, got)
    everywhere = [a.ravel() for a in (*np.meshgrid(latitude, longitude, indexing="ij"), 100.0 * ground, east, north)]
    both = np.hstack([places, WINDY.places(*everywhere)])
    expected = drawn @ WINDY.among(both)[:11, 11:]
    np.testing.assert_allclose(got, expected.reshape(got.shape), atol=1e-9)
    assert (got != 0.0).any()


@pytest.mark.parametrize("nearest", [4, 10])
def test_what_is_explained_is_that_of_the_members(nearest: int) -> None:
    latitude, longitude = np.linspace(35.0, 39.0, 4), np.linspace(110.0, 115.0, 6)
    stations = drawn_places(8, 10)
    cells, places = cells_of(latitude, longitude), DEFAULT.places(*stations)
    among = DEFAULT.among(places)
    apart = distance(latitude[:, None, None], longitude[None, :, None], stations[0], stations[1])
    members = np.sort(np.argsort(apart, axis=-1)[..., :nearest], axis=-1)
    still = np.zeros((4, 6))
    over = DEFAULT.beside_direction(latitude[:, None], longitude, still, still, still + 3.0)
    got = np.empty((4, 6))
    rows = np.stack([cells.level, cells.height])
    explained_rows(rows, cells.towards, over, places, members, among, DEFAULT.noise, DEFAULT.parameters, got)
    for y, x in ((0, 0), (2, 3), (3, 5)):
        here = members[y, x]
        cell = DEFAULT.places(latitude[[y]], longitude[[x]], np.zeros(1), np.zeros(1), np.full(1, 3.0))
        c = DEFAULT.among(np.hstack([cell, places[:, here]]))[0, 1:]
        expected = c @ np.linalg.solve(among[np.ix_(here, here)] + DEFAULT.noise * np.eye(nearest), c)
        assert got[y, x] == pytest.approx(expected, rel=1e-9)
