"""Trajectories in flows whose paths are known in closed form, and the order at which they are reached."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.kernels.lockstep import RADIUS
from hazecast.forecast.kernels.trajectories import follow
from hazecast.forecast.kernels.wind_at_point import Axes

Array = NDArray[np.float64]
DAY = 86_400.0


def axes_of(spacing: float, seconds: float, south: float = -90.0, west: float = 0.0, *, around: bool = True) -> Axes:
    return Axes(south, 1.0 / spacing, west, 1.0 / spacing, 1.0 / seconds, around)


def globe(spacing: float) -> tuple[Array, Array]:
    """Latitude and longitude in radians, both (y, x)."""
    rows, columns = np.arange(-90.0, 90.0 + spacing / 2, spacing), np.arange(0.0, 360.0 - spacing / 2, spacing)
    latitude, longitude = np.meshgrid(np.radians(rows), np.radians(columns), indexing="ij")
    return latitude, longitude


def ends(winds: Array, levels: Array, axes: Axes, points: Array, start: float, seconds: float, steps: int) -> Array:
    paths = np.full((len(points), 2, 3), np.nan)
    paths[:, 0] = points
    follow(paths, winds, levels, axes, start, seconds / steps, steps)
    return paths[:, 1]


def metres(a: Array, b: Array) -> Array:
    """Great-circle distance."""
    (y1, x1), (y2, x2) = (np.radians(p[:, :2]).T for p in (a, b))
    root = np.sin((y1 - y2) / 2) ** 2 + np.cos(y1) * np.cos(y2) * np.sin((x1 - x2) / 2) ** 2
    return np.asarray(2 * RADIUS * np.arcsin(np.sqrt(root)))


def orders(errors: list[float]) -> Array:
    """Of halved steps."""
    return np.log2(np.array(errors[:-1]) / np.array(errors[1:]))


STARTS = np.array([(y, x, 0.0) for y in (-60.0, -10.0, 35.0, 80.0) for x in (5.0, 130.0, 255.0)])


@pytest.mark.parametrize("tilt", [0.0, 45.0, 90.0])
def test_a_rigid_turn_of_the_sphere_brings_all_back_in_the_fourth_order_of_the_step(tilt: float) -> None:
    """Williamson et al. 1992, J. Comput. Phys. 102, 211, test 1: once round in twelve days; tilted by 90 degrees, over the poles."""
    latitude, longitude = globe(0.5)
    slope, speed, turn = np.radians(tilt), 2 * np.pi * RADIUS / (12 * DAY), 12 * DAY
    eastward = np.cos(latitude) * np.cos(slope) + np.sin(latitude) * np.cos(longitude) * np.sin(slope)
    winds = speed * np.stack([eastward, -np.sin(longitude) * np.sin(slope)], axis=-1)
    winds = np.stack([winds, winds])[:, None]
    found = [ends(winds, np.zeros(1), axes_of(0.5, turn), STARTS, 0.0, turn, steps) for steps in (20, 40, 80, 1024)]
    errors = [float(metres(end, found[-1]).max()) for end in found[:-1]]
    assert metres(found[-1], STARTS).max() < 1e-4 * 2 * np.pi * RADIUS, "what the winds' own lattice of half a degree costs"
    assert errors[-1] < 600.0
    assert (orders([e for e in errors if e > 20.0]) > 3.6).all()


def test_a_steady_wind_of_one_direction_follows_its_loxodrome() -> None:
    """tan(course) = change of longitude over that of Mercator's latitude; the winds are exact between the points."""
    u, v, seconds = 12.0, 9.0, 3 * DAY
    winds = np.tile(np.array([u, v]), (2, 1, 61, 91, 1))
    start = np.array([[20.0, 100.0, 0.0]])
    north = np.radians(20.0) + v * seconds / RADIUS
    stretched = [np.log(np.tan(np.pi / 4 + y / 2)) for y in (np.radians(20.0), north)]
    exact = np.array([[np.degrees(north), 100.0 + np.degrees(u / v * (stretched[1] - stretched[0])), 0.0]])
    axes = axes_of(1.0, seconds, 10.0, 90.0, around=False)
    errors = [float(metres(ends(winds, np.zeros(1), axes, start, 0.0, seconds, n), exact)[0]) for n in (2, 4, 8)]
    assert (orders(errors) > 3.8).all()
    assert errors[-1] < 10.0


def test_air_that_rises_through_a_steady_shear_goes_as_far_as_the_mean_of_what_it_crosses() -> None:
    levels = np.array([0.0, 500.0, 2000.0])
    winds = np.zeros((2, 3, 21, 21, 3))
    winds[..., 0] = 5.0 + 0.01 * levels[:, None, None]
    winds[..., 2] = 0.05
    hours = 6 * 3600.0
    axes = axes_of(1.0, hours, 30.0, 100.0, around=False)
    [end] = ends(winds, levels, axes, np.array([[40.0, 105.0, 200.0]]), 0.0, hours, 12)
    went = (5.0 + 0.01 * 200.0) * hours + 0.01 * 0.05 * hours**2 / 2
    assert end[2] == pytest.approx(200.0 + 0.05 * hours, rel=1e-12)
    assert end[0] == pytest.approx(40.0, abs=1e-12)
    assert end[1] - 105.0 == pytest.approx(np.degrees(went / RADIUS / np.cos(np.radians(40.0))), rel=1e-12)


@pytest.mark.parametrize("forth", [1.0, -1.0])
def test_a_wind_that_changes_from_hour_to_hour_carries_by_the_sum_of_its_trapezoids(forth: float) -> None:
    hourly = 10.0 * np.sin(np.arange(25) * 2 * np.pi / 13.0) + 3.0
    winds = np.zeros((25, 1, 21, 41, 2))
    winds[..., 0] = hourly[:, None, None, None]
    axes = axes_of(1.0, 3600.0, 30.0, 100.0, around=False)
    [end] = ends(winds, np.zeros(1), axes, np.array([[40.0, 120.0, 0.0]]), 0.0 if forth > 0 else DAY, forth * DAY, 48)
    went = forth * 3600.0 * ((hourly[1:] + hourly[:-1]) / 2).sum()
    assert end[1] - 120.0 == pytest.approx(np.degrees(went / RADIUS / np.cos(np.radians(40.0))), rel=1e-11)


def deformation(spacing: float, period: float, times: int) -> Array:
    """Nair and Lauritzen 2010, J. Comput. Phys. 229, 8868, case 2: it deforms until half its period, and then back."""
    latitude, longitude = globe(spacing)
    scale = 2.0 * RADIUS / (period / 5.0)
    eastward, northward = np.sin(longitude) ** 2 * np.sin(2 * latitude), np.sin(2 * longitude) * np.cos(latitude)
    with_time = np.cos(np.pi * np.arange(times) / (times - 1))
    return scale * with_time[:, None, None, None, None] * np.stack([eastward, northward], axis=-1)[None, None]


def test_nair_lauritzen_2010_parcels_are_back_at_the_end_of_the_period() -> None:
    period = 12 * DAY
    winds = deformation(2.0, period, 49)
    points = np.array([(y, x, 0.0) for y in (-55.0, -20.0, 15.0, 50.0) for x in (20.0, 100.0, 190.0, 310.0)])
    axes = axes_of(2.0, period / 48)
    away = ends(winds, np.zeros(1), axes, points, 0.0, period / 2, 24 * 32)
    found = [float(metres(ends(winds, np.zeros(1), axes, points, 0.0, period, 48 * n), points).max()) for n in (2, 8, 32)]
    assert np.median(metres(away, points)) > 1e6, "they are far away in the middle of it"
    assert found[0] > 16 * found[1] > 64 * found[2]
    assert found[-1] < 500.0


def test_forth_and_back_through_the_same_winds_ends_where_it_began() -> None:
    rng = np.random.default_rng(8)
    t, z, y, x = np.meshgrid(np.arange(25), [0.0, 500.0, 1500.0], np.linspace(0, 3, 41), np.linspace(0, 5, 61), indexing="ij")
    waves = [8.0 * np.sin(x * a + y * b + t / 6.0 + z / 900.0 + c) + m for a, b, c, m in ((1.0, 0.7, 0.3, 4.0), (0.8, -1.1, 1.0, -1.0))]
    winds = np.stack([*waves, 0.01 * np.cos(x + y)], axis=-1)
    points = np.stack([rng.uniform(35, 45, 60), rng.uniform(110, 120, 60), rng.uniform(500, 900, 60)], axis=-1)
    axes, levels = axes_of(0.5, 3600.0, 30.0, 100.0, around=False), np.array([0.0, 500.0, 1500.0])
    errors = []
    for steps in (24, 96, 384):
        there = ends(winds, levels, axes, points, 0.0, DAY, steps)
        back = ends(winds, levels, axes, there, DAY, -DAY, steps)
        errors.append(float(np.nanmedian(metres(back, points))))
        assert np.isfinite(back).mean() > 0.8
    assert errors[0] < 2_000.0
    assert errors[2] < 1.0
