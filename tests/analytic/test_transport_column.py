"""A column of air against solutions in closed form: a mode that mixes away, deposition, wash-out."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.kernels.column import mix_column
from hazecast.forecast.transport.carrying import (
    BELOW_CLOUD_PER_MM,
    CENTRE_M,
    CLOUD_BASE_M,
    HOUR_S,
    IN_CLOUD_PER_MM,
    LAYER_TOPS_M,
    LEAST_DIFFUSIVITY,
    THICKNESS_M,
    _loss_rate,
    vertical_exchange,
)

Array = NDArray[np.float64]
DEPTH_M = 1000.0
DIFFUSIVITY = 20.0  # m2 s-1


def mixed_for(seconds: float, dt: float, ratio: Array, thickness: Array, exchange: Array, deposition: float = 0.0) -> Array:
    scratch = np.empty(ratio.size)
    for _ in range(round(seconds / dt)):
        mix_column(ratio, thickness, exchange, deposition, dt, scratch)
    return ratio


def even_column(layers: int) -> tuple[Array, Array, Array]:
    """Centres, thickness and exchange of equal layers with one diffusivity."""
    thickness = np.full(layers, DEPTH_M / layers)
    return (np.arange(layers) + 0.5) * thickness, thickness, np.full(layers - 1, DIFFUSIVITY / thickness[0])


@pytest.mark.parametrize("wave", [1, 2, 5])
def test_a_cosine_mode_shrinks_by_its_own_factor_in_every_step(wave: int) -> None:
    layers, dt = 20, 300.0
    height, thickness, exchange = even_column(layers)
    mode = np.cos(wave * np.pi * height / DEPTH_M)
    rate = 4 * DIFFUSIVITY / thickness[0] ** 2 * np.sin(wave * np.pi / (2 * layers)) ** 2
    after = mixed_for(5 * dt, dt, 10 + mode, thickness, exchange)
    np.testing.assert_allclose(after, 10 + mode / (1 + rate * dt) ** 5, rtol=1e-12)


def test_a_cosine_mode_decays_as_the_diffusion_equation_says() -> None:
    height, thickness, exchange = even_column(100)
    mode = np.cos(np.pi * height / DEPTH_M)
    after = mixed_for(3600.0, 1.0, 10 + mode, thickness, exchange) - 10
    assert (after * mode).sum() / (mode**2).sum() == pytest.approx(np.exp(-DIFFUSIVITY * (np.pi / DEPTH_M) ** 2 * 3600.0), rel=1e-3)


def test_mixing_keeps_mass_over_uneven_layers_and_ends_even() -> None:
    ratio = np.array([90.0, 0.0, 5.0, 0.0, 1.0, 0.0])
    mass = (ratio * THICKNESS_M).sum()
    after = mixed_for(1e6, 1e3, ratio, THICKNESS_M, np.full(5, 1.0))
    assert (after * THICKNESS_M).sum() == pytest.approx(mass, rel=1e-12)
    np.testing.assert_allclose(after, mass / LAYER_TOPS_M[-1], rtol=1e-6)


def test_deposition_empties_a_well_mixed_column_exponentially() -> None:
    height, thickness, exchange = even_column(10)
    velocity, seconds = 0.01, 36_000.0
    after = mixed_for(seconds, 1.0, np.full(height.size, 50.0), thickness, exchange * 1e4, velocity)
    np.testing.assert_allclose(after, 50.0 * np.exp(-velocity / DEPTH_M * seconds), rtol=1e-3)


def test_rain_washes_out_below_and_in_cloud_at_the_published_rates() -> None:
    rate = _loss_rate(np.array([[0.0, 1.0, 4.0]]))
    assert rate.shape == (CENTRE_M.size, 1, 3)
    np.testing.assert_array_equal(rate[..., 0], 0.0)
    below = CENTRE_M < CLOUD_BASE_M
    assert 0 < below.sum() < below.size
    left = np.exp(-rate[..., 2] * HOUR_S)
    np.testing.assert_allclose(left[below], np.exp(-BELOW_CLOUD_PER_MM * 4 * HOUR_S))
    np.testing.assert_allclose(left[~below], np.exp(-IN_CLOUD_PER_MM * 4 * HOUR_S))
    assert (left[below] > 0.9).all()
    assert (left[~below] < 0.02).all()


def test_air_mixes_inside_the_mixed_layer_and_hardly_above_it() -> None:
    depth = 500.0
    diffusivity = vertical_exchange(np.array([[4.0]]), np.array([[depth]]))[:, 0, 0] * np.diff(CENTRE_M)
    inside = LAYER_TOPS_M[:-1] < depth
    assert (diffusivity[inside] > 10 * LEAST_DIFFUSIVITY).all()
    np.testing.assert_allclose(diffusivity[~inside], LEAST_DIFFUSIVITY)


def test_diffusivity_has_the_shape_of_troen_and_mahrt() -> None:
    depth, speed = 2400.0, 6.0
    friction = 0.4 * speed / np.log(10.0 / 0.5)
    velocity = np.cbrt(friction**3 + 0.6 * (depth / 1200.0) ** 3)
    height = LAYER_TOPS_M[:-1]
    expected = 0.4 * velocity * height * (1 - height / depth) ** 2 / np.diff(CENTRE_M)
    np.testing.assert_allclose(vertical_exchange(np.array([[speed]]), np.array([[depth]]))[:, 0, 0], expected)


@pytest.mark.parametrize(("shallower", "deeper"), [(100.0, 300.0), (300.0, 900.0), (900.0, 2900.0)])
def test_a_deeper_layer_never_mixes_less(shallower: float, deeper: float) -> None:
    speed = np.array([[2.0]])
    assert (vertical_exchange(speed, np.array([[deeper]])) >= vertical_exchange(speed, np.array([[shallower]]))).all()
