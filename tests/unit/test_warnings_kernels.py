"""The kernels of deciding are the same, value by value and count by count, as numpy array by array."""

import math

import numpy as np
import pytest

from benchmarks.deciding import of_area, window_chances
from hazecast.records import Level
from hazecast.warnings.deciding import level_bounds
from hazecast.warnings.drawn import area_chances, drawn_levels, hourly_chances
from hazecast.warnings.edition import known_editions, load_edition, load_hourly_edition
from hazecast.warnings.hourly_edition import HourlyEdition

EDITIONS = [e for e in map(load_edition, known_editions()) if isinstance(e, HourlyEdition)]
AT_BOUNDS = np.array([0.0, 115.0, 150.0, 250.0, 500.0, 80.0, np.nan, np.inf, -1.0])
SEEN = np.array([0.0, 1000.0, 2000.0, 3000.0, 5000.0, 10_000.0, 30_000.0, np.nan, np.inf])
WINDOWS = (slice(0, 24), slice(24, 47), slice(47, 50))


def drawn(seed: int, draws: int = 5, stations: int = 6, hours: int = 50) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """PM2.5, visibility and humidity with every bound, its neighbours, and what is no value among them."""
    chance = np.random.default_rng(seed)
    shape = (draws, stations, hours)
    pm25 = np.where(chance.random(shape) < 0.3, chance.choice(AT_BOUNDS, shape), chance.lognormal(5.0, 0.8, shape)).astype(np.float32)
    seen = np.where(chance.random(shape) < 0.3, chance.choice(SEEN, shape), chance.lognormal(8.0, 0.8, shape)).astype(np.float32)
    near = chance.choice(np.array([0.0, 1.0, -1.0], dtype=np.float32), shape)
    pm25 = np.where(near == 0, pm25, np.nextafter(pm25, np.where(near > 0, np.inf, 0.0).astype(np.float32)))
    humidity = chance.choice(np.array([40.0, 80.0, 90.0, np.nan], dtype=np.float32), shape[1:])
    return pm25, seen, humidity


@pytest.mark.parametrize("edition", EDITIONS, ids=[e.name for e in EDITIONS])
def test_levels_of_draws_are_those_of_numpy(edition: HourlyEdition) -> None:
    pm25, seen, humidity = drawn(seed=1)
    lowest, highest = level_bounds(edition, pm25, seen, humidity[None])
    found = drawn_levels(edition, pm25, seen, humidity)
    np.testing.assert_array_equal(found.lowest, lowest)
    np.testing.assert_array_equal(found.highest, highest)
    assert (lowest < highest).any()
    assert set(np.unique(lowest)) == {0, *(row.level for row in edition.levels)}


@pytest.mark.parametrize("edition", EDITIONS, ids=[e.name for e in EDITIONS])
@pytest.mark.parametrize(("share", "least"), [(0.3, 3), (1.0, 1), (0.6, 30)])
def test_areas_are_counted_as_in_numpy(edition: HourlyEdition, share: float, least: int) -> None:
    chance = np.random.default_rng(2)
    levels = chance.choice([0, *(row.level for row in edition.levels)], (7, 6, 50)).astype(np.int8)
    levels = np.repeat(levels[:, :, ::5], 5, axis=2)  # so that some last
    areas = [[0, 1, 2, 3, 4, 5], [2], [5, 0]]
    needed = [math.ceil(share * len(area) - 1e-9) for area in areas]
    hourly, window = area_chances(levels, edition, areas, needed, WINDOWS, least)
    for a, (area, k) in enumerate(zip(areas, needed, strict=True)):
        of_draws = of_area(levels[:, area], k)
        np.testing.assert_allclose(hourly[a], hourly_chances(of_draws, [row.level for row in edition.levels]))
        for w, hours in enumerate(WINDOWS):
            np.testing.assert_allclose(window[a, w], window_chances(of_draws[:, hours], edition, least))
    assert window.any()


def test_an_area_reaches_a_level_by_the_weight_of_its_places() -> None:
    edition = load_hourly_edition("cma-haze-2013")
    levels = np.zeros((2, 3, 6), dtype=np.int8)
    levels[0, 0], levels[1, 1:] = Level.RED, Level.RED
    weights = np.array([5.0, 1.0, 2.0])
    hourly, window = area_chances(levels, edition, [[0, 1, 2], [1, 2]], [4.0, 3.0], [slice(0, 6)], 3, weights)
    np.testing.assert_array_equal(window[:, 0], np.full((2, 3), 0.5))
    np.testing.assert_array_equal(hourly, np.full((2, 3, 6), 0.5))
