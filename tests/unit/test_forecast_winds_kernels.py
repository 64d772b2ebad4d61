"""The formulas of the air near the ground against worked values and limits, and the loops round them."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.kernels import depth, heat, similarity
from hazecast.forecast.kernels.boundary_layer import deepen, rub, warm
from hazecast.forecast.kernels.mass_consistency import eliminated, solve_rows
from hazecast.forecast.kernels.wind_profile import HOLDS_TO_M, layer_winds, lower_wind, mean_or_later

Array = NDArray[np.float64]
ZERO_C = 273.15
TOPS = np.array([60.0, 180.0, 400.0, 800.0, 1500.0, 3000.0])
THICKNESS = np.diff(TOPS, prepend=0.0)
HEIGHTS = (TOPS - THICKNESS / 2)[:, None] + THICKNESS[:, None] * np.array([-0.5, 0.5]) / np.sqrt(3.0)
ROUGHNESS = 0.1


# ---- sun, sky and ground ----


def test_clear_sky_radiation() -> None:
    assert heat.radiation_under_clear_sky(1.0) == 960.0
    assert heat.radiation_under_clear_sky(0.5) == 465.0
    assert heat.radiation_under_clear_sky(0.03) == heat.radiation_under_clear_sky(-0.4) == 0.0


def test_radiation_through_cloud() -> None:
    assert heat.share_through_cloud(0.0) == 1.0
    assert heat.share_through_cloud(0.5) == pytest.approx(0.92895, abs=1e-5)
    assert heat.share_through_cloud(1.0) == 0.25


def test_net_radiation() -> None:
    assert heat.net_radiation(600.0, 293.15, 0.0, 0.2) == pytest.approx((480.0 + 337.01 - 418.74) / 1.12, abs=0.05)
    assert heat.net_radiation(0.0, 283.15, 1.0, 0.2) == pytest.approx((-364.46 + 273.65 + 60.0) / 1.12, abs=0.05)


def test_psychrometric_ratio() -> None:
    assert heat.psychrometric_ratio(ZERO_C) == pytest.approx(1.44)
    assert heat.psychrometric_ratio(ZERO_C + 2.5) == pytest.approx((1.44 + 1.06) / 2)
    assert heat.psychrometric_ratio(ZERO_C - 40.0) == pytest.approx(2.01)
    assert heat.psychrometric_ratio(ZERO_C + 35.0) == heat.psychrometric_ratio(ZERO_C + 50.0) == pytest.approx(0.21)


@pytest.mark.parametrize("celsius", [0.0, 10.0, 20.0, 30.0])
def test_psychrometric_ratio_is_that_of_saturated_air(celsius: float) -> None:
    """Of Magnus' formula for the pressure of saturated vapour."""
    pressure = 6.112 * math.exp(17.62 * celsius / (243.12 + celsius))
    slope = 0.622 / 1013.25 * pressure * 17.62 * 243.12 / (243.12 + celsius) ** 2
    assert heat.psychrometric_ratio(ZERO_C + celsius) == pytest.approx(1005.0 / 2.47e6 / slope, rel=0.05)


def test_sensible_heat() -> None:
    assert heat.sensible_heat(400.0, 0.45, 0.0) == pytest.approx(360.0)  # dry: all that the soil leaves
    assert heat.sensible_heat(400.0, 0.45, 1.0) == pytest.approx(0.45 / 1.45 * 360.0 - 20.0)
    assert heat.sensible_heat(400.0, 0.45, 0.5) == pytest.approx(0.95 / 1.45 * 360.0 - 10.0)


# ---- similarity ----


def test_stability_function_of_stable_air() -> None:
    assert similarity.stability_function(10.0, 1e-6) == pytest.approx(-4.93 * 1e-5, rel=1e-4)
    assert similarity.stability_function(100.0, 0.01) == pytest.approx(-17.0 * (1.0 - math.exp(-0.29)))
    assert similarity.stability_function(1e4, 1.0) == pytest.approx(-17.0)


def test_stability_function_of_unstable_air_is_near_that_of_paulson() -> None:
    assert similarity.stability_function(100.0, -0.01) == pytest.approx(17.0**0.25 - 1.0)
    for zeta in (0.05, 0.2, 0.5, 1.0, 2.0):
        x = (1.0 + 16.0 * zeta) ** 0.25
        paulson = 2 * math.log((1 + x) / 2) + math.log((1 + x * x) / 2) - 2 * math.atan(x) + math.pi / 2
        assert similarity.stability_function(zeta, -1.0) == pytest.approx(paulson, abs=0.2)


def test_neutral_air_has_the_logarithmic_profile() -> None:
    assert similarity.profile(100.0, 0.1, 0.0) == pytest.approx(math.log(1000.0))
    assert similarity.friction_velocity(5.0, 0.5, 0.0) == pytest.approx(0.4 * 5.0 / math.log(20.0))
    assert similarity.friction_velocity(5.0, 0.5, 0.02) < similarity.friction_velocity(5.0, 0.5, 0.0)
    assert similarity.friction_velocity(5.0, 0.5, -0.02) > similarity.friction_velocity(5.0, 0.5, 0.0)


def test_wind_is_weaker_over_rougher_land() -> None:
    assert similarity.exposure_factor(0.1, 0.1) == pytest.approx(1.0)
    expected = math.log(600) / math.log(100) * math.log(20) / math.log(120)
    assert similarity.exposure_factor(0.1, 0.5) == pytest.approx(expected)


def test_obukhov_length() -> None:
    assert 1.0 / similarity.inverse_obukhov_of(0.3, 100.0, 290.0) == pytest.approx(-1.2 * 1005 * 290 * 0.027 / (0.4 * 9.81 * 100), rel=1e-9)


@pytest.mark.parametrize("given", [5.0, 50.0, 150.0, 300.0])
@pytest.mark.parametrize("speed", [2.0, 4.0, 8.0])
def test_unstable_air_is_consistent_with_its_friction(speed: float, given: float) -> None:
    friction = similarity.friction_velocity(speed, 0.5, similarity.unstable(speed, 0.5, given, 290.0, 10.0))
    exact = friction
    for _ in range(60):
        exact = similarity.friction_velocity(speed, 0.5, similarity.inverse_obukhov_of(exact, given, 290.0))
    assert friction == pytest.approx(exact, rel=0.01)


def test_unstable_air_has_a_limit() -> None:
    assert similarity.unstable(0.5, 0.5, 300.0, 290.0, 0.2) == -0.2


def test_temperature_scale_at_night() -> None:
    assert similarity.temperature_scale_at_night(0.0) == 0.09
    assert similarity.temperature_scale_at_night(1.0) == pytest.approx(0.045)


@pytest.mark.parametrize("speed", [3.0, 5.0, 12.0])
def test_stable_air_obeys_the_log_linear_profile(speed: float) -> None:
    found = similarity.stable(speed, 0.5, 0.09, 285.0, 1.0)
    friction = math.sqrt(0.4 * 9.81 * 0.09 / (285.0 * found))
    assert friction / 0.4 * (math.log(20.0) + 4.93 * 10.0 * found) == pytest.approx(speed, rel=1e-9)


def test_weak_wind_at_night_scales_friction_and_temperature_alike() -> None:
    drag = 0.4 / math.log(20.0)
    critical = 2.0 * math.sqrt(4.93 * 10.0 * 9.81 * 0.09 / 285.0 / drag)
    at, half = (similarity.stable(speed, 0.5, 0.09, 285.0, 10.0) for speed in (critical * 1.000001, critical / 2))
    assert half == pytest.approx(2.0 * at, rel=1e-2)
    assert similarity.stable(0.1, 0.5, 0.09, 285.0, 1 / 30) == 1 / 30


def test_turn_of_the_wind() -> None:
    for length, degrees in (
        (-30.0, 12.0),
        (-100.0, 10.0),
        (-370.0, 9.0),
        (1e4, 12.0),
        (350.0, 18.0),
        (130.0, 28.0),
        (60.0, 35.0),
        (20.0, 38.0),
    ):
        assert math.degrees(similarity.turn_at_200_m(1.0 / length)) == pytest.approx(degrees)
    assert math.degrees(similarity.turn_at_200_m(-3.0)) == pytest.approx(12.0)
    assert math.degrees(similarity.turn_at_200_m(5.0)) == pytest.approx(39.0)
    assert similarity.share_of_turn(200.0) == similarity.share_of_turn(900.0) == pytest.approx(0.9987, abs=1e-4)


# ---- depth ----


def test_depth_of_neutral_and_very_stable_air() -> None:
    assert depth.stable_depth(0.4, 0.0, 1e-4) == pytest.approx(0.3 * 0.4 / 1e-4)
    assert depth.stable_depth(0.1, 10.0, 1e-4) == pytest.approx(0.4 * math.sqrt(0.1 * 0.1 / 1e-4), rel=0.02)


def test_depth_of_stable_air_is_as_it_was_published() -> None:
    length = 50.0
    assert depth.stable_depth(0.2, 1.0 / length, 1e-4) == pytest.approx(length / 3.8 * (-1 + math.sqrt(1 + 2.28 * 0.2 / (1e-4 * length))))


def test_depth_by_wind_under_stratified_air() -> None:
    assert depth.mechanical_depth(0.5, 1e-4, 0.005, 290.0) == pytest.approx(math.sqrt(2) * 0.5 / math.sqrt(1e-4 * 0.013005), rel=1e-4)


def test_depth_of_a_warmed_layer() -> None:
    assert depth.convective_depth(1000.0, 0.005) == pytest.approx(math.sqrt(2.8 * 1000 / 0.005))
    assert depth.convective_depth(0.0, 0.005) == 0.0


# ---- over the lattice ----


def full(*values: float) -> Array:
    return np.array([values])


def test_warmth_gathers_by_day_and_is_forgotten_when_the_ground_cools() -> None:
    heats, gathered = np.empty((1, 3)), full(500.0, 500.0, 500.0)
    unknown = full(*[np.nan] * 3)
    warm(full(0.8, -0.2, 0.8), full(290.0, 290.0, 290.0), full(0.0, 0.0, 0.0), full(np.nan, np.nan, 0.0), 0.2, 0.5, 3600.0, heats, gathered)
    net = heat.net_radiation(762.0, 290.0, 0.0, 0.2)
    assert heats[0, 0] == pytest.approx(heat.sensible_heat(net, heat.psychrometric_ratio(290.0), 0.5))
    assert gathered[0].tolist() == pytest.approx([500.0 + heats[0, 0] * 3600 / 1206, 0.0, 0.0])
    warm(full(0.8, 0.8, 0.8), unknown, full(2.0, 1.0, np.nan), unknown, 0.2, 0.5, 3600.0, heats, gathered)
    assert heats[0, 0] == heats[0, 1] < heats[0, 2]


def test_friction_and_stability_over_the_lattice() -> None:
    friction, stability = np.empty((1, 3)), np.empty((1, 3))
    rub(
        full(3.0, 3.0, 0.0),
        full(4.0, 4.0, 0.0),
        full(200.0, -5.0, 9.0),
        full(*[np.nan] * 3),
        full(0.0, 0.0, 0.0),
        0.1,
        0.5,
        0.5,
        0.03,
        0.2,
        friction,
        stability,
    )
    wind = 5.0 * similarity.exposure_factor(0.1, 0.5)
    assert stability[0, 0] == pytest.approx(similarity.unstable(wind, 0.5, 200.0, 288.15, 0.2))
    assert stability[0, 1] == pytest.approx(similarity.stable(wind, 0.5, 0.09, 288.15, 0.03))
    assert friction[0, 1] == pytest.approx(similarity.friction_velocity(wind, 0.5, stability[0, 1]))
    assert 0.0 < friction[0, 2] < 0.1


def test_depth_over_the_lattice() -> None:
    known = full(np.nan, np.nan, np.nan, 20.0, 9000.0)
    friction, stability, heats = full(0.3, 0.3, 0.3, 0.3, 0.3), full(0.02, -0.1, -0.1, 0.0, 0.0), full(-5.0, 50.0, 50.0, 50.0, 50.0)
    deepen(friction, stability, heats, full(0.0, 0.0, 3000.0, 0.0, 0.0), full(*[290.0] * 5), np.array([1e-4]), 0.005, 60.0, 3000.0, known)
    expected = depth.stable_depth(0.3, 0.02, 1e-4), depth.mechanical_depth(0.3, 1e-4, 0.005, 290.0), depth.convective_depth(3000.0, 0.005)
    assert known[0].tolist() == pytest.approx([*expected, 60.0, 3000.0])


# ---- wind of the layers ----


def winds(
    near: tuple[float, float] = (4.0, 0.0),
    stability: float = 0.0,
    mixed: float = 500.0,
    turning: float = 0.0,
    levels: tuple[tuple[float, float, float], ...] = (),
) -> tuple[Array, Array, int]:
    """Eastward and northward wind of each layer of one column, and whether it had two levels, each (height, eastward, northward)."""
    table = np.array(levels, dtype=np.float64).reshape(-1, 3)
    height, east, north = (np.ascontiguousarray(column).reshape(-1, 1, 1) for column in table.T)
    out, layered = np.empty((2, TOPS.size, 1, 1)), np.empty(1, np.int64)
    one = [np.array([[value]]) for value in (*near, stability, mixed)]
    layer_winds(*one, np.array([turning]), east, north, height, HEIGHTS, ROUGHNESS, out[0], out[1], layered)
    return out[0, :, 0, 0], out[1, :, 0, 0], int(layered[0])


def test_without_levels_a_layer_has_the_mean_of_the_profile() -> None:
    east, north, layered = winds(mixed=1500.0)
    for k, (low, high) in enumerate(zip([1.0, *TOPS[:4]], TOPS[:5], strict=True)):
        fine = np.linspace(low, high, 2001)
        assert east[k] == pytest.approx(4.0 * np.mean(np.log(fine / ROUGHNESS)) / math.log(100.0), rel=0.02)
    assert not north.any()
    assert layered == 0


def test_above_the_mixing_height_the_wind_stays_as_it_is_there() -> None:
    east, _, _ = winds(mixed=400.0)
    assert (east[3:] == east[3]).all()
    assert east[3] == pytest.approx(4.0 * math.log(4000.0) / math.log(100.0))
    shallow, _, _ = winds(mixed=60.0, stability=0.02)
    at_200 = similarity.profile(HOLDS_TO_M, ROUGHNESS, 0.02) / similarity.profile(10.0, ROUGHNESS, 0.02)
    assert shallow[-1] == pytest.approx(4.0 * at_200, rel=1e-2)


def test_the_wind_rises_more_in_stable_air_and_less_in_unstable() -> None:
    unstable, neutral, stable = (winds(stability=value)[0] for value in (-0.05, 0.0, 0.02))
    assert (unstable[1:] < neutral[1:]).all()
    assert (neutral[1:] < stable[1:]).all()


def test_the_wind_veers_with_height_on_the_northern_half_and_backs_on_the_southern() -> None:
    east, north, _ = winds(stability=1 / 60, turning=1.0)
    angle = np.degrees(np.arctan2(-north, east))  # clockwise from a wind to the east
    expected = 35.0 * 1.58 * (math.exp(-10 / 200) - math.exp(-30 / 200))
    assert angle[0] == pytest.approx(expected)
    assert angle[-1] == pytest.approx(35.0 * 1.58 * (math.exp(-10 / 200) - math.exp(-1.0)))
    south_east, south_north, _ = winds(stability=1 / 60, turning=-1.0)
    np.testing.assert_allclose([south_east, south_north], [east, -north], rtol=1e-12)
    np.testing.assert_allclose(np.hypot(east, north), winds(stability=1 / 60)[0], rtol=1e-12)


def test_between_levels_the_wind_is_linear_in_height_and_above_them_constant() -> None:
    levels = tuple((height, 2.0 + 0.01 * height, 1.0 - 0.002 * height) for height in (30.0, 500.0, 1900.0))
    east, north, layered = winds(near=(2.1, 0.98), levels=levels)
    middles = (HEIGHTS.mean(axis=1))[1:5]
    np.testing.assert_allclose(east[1:5], 2.0 + 0.01 * middles)
    np.testing.assert_allclose(north[1:5], 1.0 - 0.002 * middles)
    low = 2.0 + 0.01 * np.minimum(HEIGHTS[5], 1900.0)
    assert east[5] == pytest.approx(low.mean())
    assert layered == 1


def test_below_the_lowest_level_the_wind_joins_it_along_the_profile() -> None:
    to_540 = math.log(5400.0) / math.log(100.0)
    east, north, layered = winds(near=(3.0, 1.0), mixed=800.0, levels=((540.0, 3.0 * to_540, to_540),))
    alone, _, _ = winds(near=(3.0, 0.0), mixed=540.0)
    np.testing.assert_allclose(east, alone, rtol=1e-12)  # as if the level were not there, for it agrees
    np.testing.assert_allclose(north, alone / 3.0, rtol=1e-12)
    assert layered == 0


def test_one_level_alike_to_the_ground_leaves_an_even_wind() -> None:
    east, north, _ = winds(near=(3.0, 1.0), stability=0.01, levels=((540.0, 3.0, 1.0),))
    np.testing.assert_allclose([east, north], [[3.0] * 6, [1.0] * 6], rtol=1e-12)


def lowered(levels: tuple[tuple[float, float, float], ...], stability: float, mixed: float, turning: float) -> tuple[float, float]:
    height, east, north = (np.ascontiguousarray(column).reshape(-1, 1, 1) for column in np.array(levels).T)
    near = np.array([[7.0]]), np.array([[8.0]])
    lower_wind(np.array([[stability]]), np.array([[mixed]]), np.array([turning]), east, north, height, ROUGHNESS, *near)
    return float(near[0][0, 0]), float(near[1][0, 0])


@pytest.mark.parametrize(("stability", "mixed"), [(0.0, 800.0), (-0.05, 800.0), (0.02, 80.0)])
def test_a_wind_lowered_from_a_level_is_raised_to_it_again(stability: float, mixed: float) -> None:
    east, north, _ = winds((3.0, 1.0), stability, mixed, turning=1.0)
    levels = ((float(HEIGHTS[4].mean()), east[-1], north[-1]),)  # above all that changes with height
    np.testing.assert_allclose(lowered(levels, stability, mixed, 1.0), (3.0, 1.0), rtol=1e-9)


def test_without_a_level_nothing_is_lowered() -> None:
    assert lowered(((-20.0, 1.0, 1.0), (300.0, np.nan, 1.0)), 0.0, 500.0, 1.0) == (7.0, 8.0)


def test_levels_that_lack_or_lie_below_the_ground_do_not_count() -> None:
    good = ((200.0, 5.0, 1.0), (900.0, 9.0, 2.0))
    bad = ((-60.0, 99.0, 99.0), (5.0, 99.0, 99.0), good[0], (400.0, np.nan, 0.0), (600.0, 0.0, np.nan), good[1], (np.nan, 99.0, 99.0))
    for got, expected in zip(winds(levels=bad), winds(levels=good), strict=True):
        np.testing.assert_array_equal(got, expected)
    for got, expected in zip(winds(levels=((-5.0, 99.0, 99.0), (300.0, np.nan, 1.0))), winds(), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_the_mean_of_two_moments() -> None:
    out = np.empty(3)
    mean_or_later(np.array([1.0, np.nan, 2.0]), np.array([3.0, 5.0, np.nan]), out)
    np.testing.assert_array_equal(out, [2.0, 5.0, np.nan])


# ---- rows of the Poisson equation ----


@pytest.mark.parametrize("count", [1, 3, 70])
def test_rows_are_solved_as_a_whole_matrix_is(count: int) -> None:
    chance = np.random.default_rng(5)
    rows = 7
    below, above = np.append(0.0, chance.uniform(0.5, 1.0, rows - 1)), np.append(chance.uniform(0.5, 1.0, rows - 1), 0.0)
    diagonal = -chance.uniform(2.5, 5.0, (rows, count))
    wanted = chance.normal(size=(rows, count))
    solved = wanted.copy()
    solve_rows(below, *eliminated(below, diagonal, above), solved)
    for wave in range(count):
        matrix = np.diag(diagonal[:, wave]) + np.diag(below[1:], -1) + np.diag(above[:-1], 1)
        np.testing.assert_allclose(matrix @ solved[:, wave], wanted[:, wave], atol=1e-12)
