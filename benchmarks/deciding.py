"""What counties can expect, from whole trajectories: the kernels beside the same in numpy, and 3,000 counties by themselves.

A county is a station with 120 hours in five windows; the level of every value of every draw is decided by the table of 2013, then the
draws are counted that keep a level up for three hours on end.
"""

import time
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import Row, in_turn
from hazecast.warnings.deciding import level_bounds
from hazecast.warnings.drawn import chances_of_bounds, drawn_levels, hourly_chances, sustained, within_horizon
from hazecast.warnings.edition import load_hourly_edition
from hazecast.warnings.hourly_edition import HourlyEdition

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Levels = NDArray[np.int8]
HOURS, DRAWS, LEAST_HOURS = 120, 500, 3
COUNTIES, BESIDE_NUMPY = 3000, 150  # numpy's intermediate arrays of all of them would not fit into memory
WINDOWS = tuple(slice(begin, begin + 24) for begin in range(0, HOURS, 24))
GOAL_SECONDS, GOAL_TIMES = 2.0, 20.0
ROUNDS = 3


def rows(small: bool) -> list[Row]:
    """Times as fast as numpy, and two seconds over what all counties take."""
    edition = load_hourly_edition("cma-haze-2013")
    few = _counties(10 if small else BESIDE_NUMPY, 20 if small else DRAWS)
    times = in_turn(lambda: by_kernels(edition, *few), {"numpy": lambda: by_numpy(edition, *few)}, ROUNDS)
    many = _counties(30 if small else COUNTIES, 20 if small else DRAWS)
    seconds = [_seconds(edition, *many) for _ in range(ROUNDS)]
    counties = few[0].shape[1] / median(times.ours)
    return [
        Row(
            f"deciding, {few[0].shape[1]} counties × {HOURS} h × {few[0].shape[0]} draws",
            counties,
            "counties/s",
            "numpy",
            times.ratio("numpy"),
            GOAL_TIMES,
        ),
        Row(
            f"deciding, {many[0].shape[1]} counties × {HOURS} h × {many[0].shape[0]} draws",
            median(seconds),
            "s",
            f"{GOAL_SECONDS:g} s",
            GOAL_SECONDS / median(seconds),
            1.0,
        ),
    ]


def by_kernels(edition: HourlyEdition, pm25: Floats, visibility: Floats, humidity: Floats) -> tuple[Array, Array]:
    """Least and greatest chance (county, window, level)."""
    drawn = drawn_levels(edition, pm25, visibility, humidity)
    counties = [[i] for i in range(pm25.shape[1])]
    least, greatest = chances_of_bounds(drawn, edition, counties, [1] * len(counties), WINDOWS, LEAST_HOURS)
    return least[1], greatest[1]


def by_numpy(edition: HourlyEdition, pm25: Floats, visibility: Floats, humidity: Floats) -> tuple[Array, Array]:
    """The same, array by array; counted once, too, where nothing lacks."""
    lowest, highest = level_bounds(edition, pm25, visibility, humidity[None])
    least = _of_counties(edition, lowest)
    return least, least if np.array_equal(lowest, highest) else _of_counties(edition, highest)


def of_area(levels: Levels, needed: int) -> Levels:
    """The highest level (draw, hour) that `needed` of the stations reach together, from levels (draw, station, hour)."""
    return np.asarray(np.sort(levels, axis=1)[:, -needed])


def window_chances(of_draws: Levels, edition: HourlyEdition, minimum_hours: int) -> Array:
    """The share of draws (level) in which each level or a higher one is sustained, within its own horizon, from levels (draw, hour)."""
    reached = np.zeros(of_draws.shape[0], dtype=np.int8)
    for row in edition.levels:
        runs = sustained(within_horizon(of_draws, row.horizon_hours), max(minimum_hours, row.least_hours))
        reached[runs.max(axis=-1) >= row.level] = row.level
    return np.array([(reached >= row.level).mean() for row in edition.levels])


def _of_counties(edition: HourlyEdition, levels: Levels) -> Array:
    counties = [levels[:, i] for i in range(levels.shape[1])]
    for county in counties:
        hourly_chances(county, [row.level for row in edition.levels])
    return np.array([[window_chances(county[:, w], edition, LEAST_HOURS) for w in WINDOWS] for county in counties])


def _seconds(edition: HourlyEdition, pm25: Floats, visibility: Floats, humidity: Floats) -> float:
    start = time.perf_counter()
    by_kernels(edition, pm25, visibility, humidity)
    return time.perf_counter() - start


def _counties(counties: int, draws: int) -> tuple[Floats, Floats, Floats]:
    """PM2.5 and visibility (draw, county, hour) and humidity (county, hour): days of haze and clean ones, in 32 bit as they are stored."""
    chance = np.random.default_rng(1)
    level = chance.uniform(3.0, 6.0, (1, counties, 1)).astype(np.float32)
    course = np.sin(np.linspace(0.0, 6.0, HOURS, dtype=np.float32)) * 0.6
    pm25 = chance.standard_normal((draws, counties, HOURS), dtype=np.float32)
    pm25 *= 0.3
    pm25 += level + course
    np.exp(pm25, out=pm25)
    return pm25, 6e5 / pm25, chance.uniform(40.0, 95.0, (counties, HOURS)).astype(np.float32)
