"""Diffusion and vertical motion in a column against exact solutions: cosine modes, the well-mixed limit, a steady updraught."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.kernels.vertical import mix_columns
from hazecast.forecast.transport.layers import air_of, default_layers
from hazecast.grids.lattice import Lattice

Array = NDArray[np.float64]
DEPTH_M, DIFFUSIVITY = 1000.0, 50.0
AREA_M2 = 1e8
NOTHING = np.zeros(1)


def diffused(column: Array, diffusivity: float, seconds: float, steps: int) -> Array:
    """A column of even layers of air of 1 kg m-3 over `DEPTH_M`, stirred for so long."""
    layers, thickness = column.size, DEPTH_M / column.size
    load = column.reshape(layers, 1, 1, 1).copy()
    air = np.full((layers, 1), AREA_M2 * thickness)
    exchange, spread = np.full((layers - 1, 1, 1), diffusivity / thickness), np.full((layers - 1, 1), AREA_M2)
    for _ in range(steps):
        mix_columns((load,), (NOTHING,), air[:, :, None].copy(), air, exchange, spread, seconds / steps)
    return load[:, 0, 0, 0]


def mode(layers: int, number: int) -> Array:
    """Means over layers of cos(nπz/H)."""
    edges = np.linspace(0.0, number * np.pi, layers + 1)
    return np.diff(np.sin(edges)) / np.diff(edges)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_a_cosine_mode_decays_as_the_scheme_says_it_does(number: int) -> None:
    """Cosines are modes of even layers too: a step divides them by 1 + λ dt, λ = 4K/d² sin²(nπ/2N)."""
    layers, seconds, steps = 20, 3600.0, 4
    rate = 4.0 * DIFFUSIVITY / (DEPTH_M / layers) ** 2 * np.sin(number * np.pi / (2 * layers)) ** 2
    start = mode(layers, number)
    np.testing.assert_allclose(diffused(start, DIFFUSIVITY, seconds, steps), start / (1 + rate * seconds / steps) ** steps, atol=1e-14)


@pytest.mark.parametrize("number", [1, 2])
def test_cosine_modes_converge_to_their_exact_decay_at_second_order(number: int) -> None:
    seconds, errors = 1800.0, []
    for layers in (10, 20, 40):
        exact = mode(layers, number) * np.exp(-DIFFUSIVITY * (number * np.pi / DEPTH_M) ** 2 * seconds)
        errors.append(np.abs(diffused(mode(layers, number), DIFFUSIVITY, seconds, layers**2 // 10) - exact).max())
    assert np.log2(errors[0] / errors[1]) > 1.9
    assert np.log2(errors[1] / errors[2]) > 1.9


def test_in_time_alone_it_converges_at_first_order() -> None:
    exact = mode(20, 1) * np.exp(-3600.0 * 4.0 * DIFFUSIVITY / 50.0**2 * np.sin(np.pi / 40) ** 2)
    coarse, fine = (np.abs(diffused(mode(20, 1), DIFFUSIVITY, 3600.0, steps) - exact).max() for steps in (16, 32))
    assert 0.9 < np.log2(coarse / fine) < 1.1


def test_in_the_end_the_column_is_well_mixed_by_mass() -> None:
    air = air_of(Lattice(np.array([39.0, 40.0, 41.0]), np.array([115.0, 116.0, 117.0])), default_layers())
    load = np.random.default_rng(1).uniform(0.0, 9.0, (6, 3, 1, 3))
    moving = np.repeat(air.mass[:, :, None], 3, axis=2)
    mean = (air.mass[:, :, None] * load[:, :, 0]).sum(axis=0) / air.mass.sum(axis=0)[:, None]
    spread = np.multiply.outer(air.layers.interface_density, air.lattice.cell_area)
    for _ in range(200):
        mix_columns((load,), (NOTHING,), moving, air.mass, np.full((5, 3, 3), 0.2), spread, 3600.0)
    np.testing.assert_allclose(load[:, :, 0], np.broadcast_to(mean, (6, 3, 3)), rtol=1e-12)


def test_an_updraught_carries_a_layer_up_as_fast_as_it_blows() -> None:
    """Clean air is brought together at the ground and leaves at the top; upwind steps smear the layer, and its middle moves exactly."""
    layers, courant, steps = 120, 0.5, 40
    air, load = np.ones((layers, 1)), np.zeros((layers, 1, 1, 1))
    load[:10] = 1.0
    still, spread = np.zeros((layers - 1, 1, 1)), np.ones((layers - 1, 1))
    for _ in range(steps):
        moving = air[:, :, None].copy()
        moving[0] += courant
        load[0] /= 1.0 + courant
        mix_columns((load,), (NOTHING,), moving, air, still, spread, 900.0)
    ratio = load[:, 0, 0, 0]
    assert ratio.sum() == pytest.approx(10.0, rel=1e-9)
    assert (ratio * (np.arange(layers) + 0.5)).sum() / ratio.sum() == pytest.approx(5.0 + courant * steps, rel=1e-9)
    assert (ratio >= 0.0).all()


def test_rising_air_dilutes_nothing_that_is_the_same_below() -> None:
    layers = 10
    load = np.full((layers, 1, 1, 1), 3.3)
    moving = np.ones((layers, 1, 1))
    moving[0], moving[-1] = 1.4, 0.6
    mix_columns((load,), (NOTHING,), moving, np.ones((layers, 1)), np.full((layers - 1, 1, 1), 0.1), np.ones((layers - 1, 1)), 900.0)
    assert (load == 3.3).all()
