"""The profile of eddy diffusivity against Holtslag and Boville's formulas in numpy, its limits and its order."""

import math

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.kernels.exchange import diffusivity, fill_exchange, outer_velocity, stable_velocity, surface_velocity

Array = NDArray[np.float64]
INTERFACES = np.array([60.0, 180.0, 400.0, 800.0, 1500.0])
DISTANCES = np.array([90.0, 170.0, 310.0, 550.0, 1100.0])
LEAST = 0.1


def formulas(friction: Array, inverse: Array, depth: Array, height: float) -> Array:
    """K at one height, by the functions φ and the Prandtl number themselves."""
    phi_stable = np.where(height * inverse <= 1.0, 1.0 + 5.0 * height * inverse, 5.0 + height * inverse)
    heating = np.minimum(inverse, 0.0)
    phi_h, phi_m = (1 - 15 * height * heating) ** -0.5, (1 - 1.5 * depth * heating) ** (-1 / 3)
    heat_flux = -(friction**3) * heating / 0.4  # times g/θ
    w_star = (heat_flux * depth) ** (1 / 3)
    w_m = (friction**3 + 0.6 * w_star**3) ** (1 / 3)
    prandtl = (1 - 1.5 * depth * heating) ** -0.5 / phi_m + 7.2 * 0.4 * 0.1 * w_star / w_m
    velocity = np.where(inverse >= 0, friction / phi_stable, np.where(height < 0.1 * depth, friction / phi_h, w_m / prandtl))
    return np.where(height < depth, np.maximum(0.4 * velocity * height * (1 - height / depth) ** 2, LEAST), LEAST)


def some_ground(seed: int, shape: tuple[int, int] = (5, 8)) -> tuple[Array, Array, Array]:
    chance = np.random.default_rng(seed)
    return chance.uniform(0.02, 1.0, shape), chance.uniform(-0.05, 0.05, shape), chance.uniform(50.0, 2500.0, shape)


def filled(friction: Array, inverse: Array, depth: Array) -> Array:
    exchange = np.empty((INTERFACES.size, *depth.shape), friction.dtype)
    fill_exchange(friction, inverse, depth, INTERFACES, DISTANCES, LEAST, exchange)
    return exchange


def k_at(height: float, friction: float, inverse: float, depth: float) -> float:
    outer = outer_velocity(friction, inverse, depth) if inverse < 0.0 else 0.0
    return diffusivity(height, friction, inverse, depth, outer, LEAST)


@pytest.mark.parametrize("seed", range(4))
def test_exchange_is_as_the_formulas_say(seed: int) -> None:
    ground = some_ground(seed)
    expected = [formulas(*ground, height) / distance for height, distance in zip(INTERFACES, DISTANCES, strict=True)]
    np.testing.assert_allclose(filled(*ground), expected, rtol=1e-12)


def test_in_32_bits_it_is_right_to_a_hundred_thousandth() -> None:
    ground = some_ground(9, (20, 30))
    narrow = filled(*(field.astype(np.float32) for field in ground))
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, filled(*ground), rtol=1e-5, atol=1e-6)


def test_the_number_of_threads_does_not_matter() -> None:
    ground, threads = some_ground(3, (11, 6)), numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = filled(*ground)
    finally:
        numba.set_num_threads(threads)
    np.testing.assert_array_equal(alone, filled(*ground))


def test_neutral_air_has_the_logarithmic_profile_near_the_ground() -> None:
    assert k_at(10.0, 0.3, 0.0, 1e6) == pytest.approx(0.4 * 0.3 * 10.0, rel=1e-4)


@pytest.mark.parametrize("height", [20.0, 200.0])
def test_from_stable_to_unstable_there_is_no_jump(height: float) -> None:
    neutral = k_at(height, 0.4, 0.0, 1000.0)
    assert k_at(height, 0.4, 1e-9, 1000.0) == pytest.approx(neutral, rel=1e-5)
    assert k_at(height, 0.4, -1e-13, 1000.0) == pytest.approx(neutral, rel=1e-3)


def test_free_convection_stirs_by_the_convective_velocity_alone() -> None:
    """With w* kept and u* going to nothing, w_m/Pr goes to w* · 0.6^(2/3) / 0.288."""
    w_star, depth, friction = 1.5, 1000.0, 1e-8
    inverse = -(w_star**3) * 0.4 / (friction**3 * depth)
    assert outer_velocity(friction, inverse, depth) == pytest.approx(w_star * 0.6 ** (2 / 3) / 0.288, rel=1e-3)


def test_stable_functions_meet_at_one() -> None:
    assert stable_velocity(0.3, 10.0, 0.1) == pytest.approx(0.05)
    assert stable_velocity(0.3, 10.0, 0.1 + 1e-12) == pytest.approx(0.05)


def test_above_the_mixed_layer_there_is_the_least() -> None:
    for inverse in (-0.02, 0.0, 0.02):
        assert k_at(500.0, 0.5, inverse, 500.0) == LEAST
        assert k_at(900.0, 0.5, inverse, 500.0) == LEAST


def test_calm_air_has_the_least_and_no_error() -> None:
    for inverse in (-10.0, -1e-9, 0.0, 10.0):
        assert k_at(60.0, 0.0, inverse, 800.0) == LEAST
    assert outer_velocity(0.0, -1.0, 800.0) == 0.0


@pytest.mark.parametrize("inverse", [-0.03, 0.0, 0.03])
def test_more_friction_stirs_more(inverse: float) -> None:
    values = [k_at(180.0, friction, inverse, 900.0) for friction in np.linspace(0.05, 1.0, 30)]
    assert (np.diff(values) > 0.0).all()


@pytest.mark.parametrize("height", [30.0, 300.0])
def test_a_more_stable_layer_is_stirred_less(height: float) -> None:
    values = [k_at(height, 0.3, inverse, 900.0) for inverse in np.linspace(-0.05, 0.05, 41)]
    assert (np.diff(values) < 0.0).all()


@pytest.mark.parametrize("inverse", [-0.03, 0.0, 0.03])
def test_a_deeper_layer_is_stirred_more(inverse: float) -> None:
    values = [k_at(180.0, 0.3, inverse, depth) for depth in np.linspace(200.0, 3000.0, 40)]
    assert (np.diff(values) > 0.0).all()


def test_the_surface_layer_is_a_tenth_of_the_mixed_layer() -> None:
    room = (1 - 99.0 / 1000.0) ** 2
    assert k_at(99.0, 0.3, -0.01, 1000.0) == pytest.approx(0.4 * surface_velocity(0.3, 99.0, -0.01) * 99.0 * room)
    assert math.isclose(k_at(101.0, 0.3, -0.01, 1000.0), 0.4 * outer_velocity(0.3, -0.01, 1000.0) * 101.0 * (1 - 0.101) ** 2)
