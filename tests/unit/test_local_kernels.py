"""Emission, loss and conversion in each cell, compiled and as plain Python."""

import numba
import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from hazecast.forecast.kernels.local import convert, emit, lose

Array = NDArray[np.float64]
SHAPE = (4, 3, 5, 6)  # layer, y, tracer, x


def some_load(seed: int, tracers: int = SHAPE[2]) -> Array:
    return np.random.default_rng(seed).uniform(0.0, 9.0, (*SHAPE[:2], tracers, SHAPE[3]))


def test_emission_adds_its_mass_to_its_tracers_and_layers() -> None:
    chance = np.random.default_rng(1)
    load, air, rates = some_load(1), chance.uniform(1e8, 1e9, SHAPE[:2]), chance.uniform(0.0, 1e6, (2, 3, 3, 6))
    before = load.copy()
    emit(load, rates, 2, air, 900.0)
    gained = (load - before) * air[:, :, None, None]
    np.testing.assert_allclose(gained[:2, :, 2:], rates * 900.0, rtol=1e-6)
    np.testing.assert_array_equal(load[2:], before[2:])
    np.testing.assert_array_equal(load[:, :, :2], before[:, :, :2])


@pytest.mark.parametrize("emitting", [[], [0], [127], [128], [299], [5, 290]])
def test_emission_finds_the_cells_where_something_is_emitted(emitting: list[int]) -> None:
    load, rates = np.random.default_rng(9).uniform(0.0, 9.0, (2, 3, 2, 300)), np.zeros((2, 3, 2, 300))
    rates[1, 2, 1, emitting] = 2.0
    expected = load + rates * 3.0
    emit(load, rates, 0, np.ones((2, 3)), 3.0)
    np.testing.assert_array_equal(load, expected)


def test_without_sources_nothing_is_added() -> None:
    load = some_load(2)
    before = load.copy()
    emit(load, np.empty((2, 3, 0, 6)), 0, np.ones(SHAPE[:2]), 900.0)
    np.testing.assert_array_equal(load, before)


def test_loss_leaves_its_share_in_its_layers() -> None:
    several, remaining = (some_load(3), some_load(4, 0), some_load(5, 2)), np.random.default_rng(3).uniform(0.0, 1.0, (2, 2, 3, 6))
    expected = several[0].copy()
    expected[1:3] *= remaining[0, 0, :, None, :]
    expected[3:4] *= remaining[1, 0, :, None, :]
    lose(several, np.array([1, 3, 4]), remaining)
    np.testing.assert_array_equal(several[0], expected)
    np.testing.assert_array_equal(several[2], some_load(5, 2))


@pytest.mark.parametrize("rainy", [[], [0], [127], [128], [299], [5, 290]])
def test_loss_finds_the_cells_where_something_goes(rainy: list[int]) -> None:
    load, remaining = np.random.default_rng(4).uniform(0.0, 9.0, (2, 3, 2, 300)), np.ones((3, 300))
    remaining[1, rainy] = 0.5
    expected = load * remaining[:, None, :]
    lose((load,), np.array([0, 2]), remaining[None, None])
    np.testing.assert_array_equal(load, expected)


def test_an_empty_span_of_layers_loses_nothing() -> None:
    load = some_load(5)
    before = load.copy()
    lose((load,), np.array([4, 4]), np.zeros((1, 1, 3, 6)))
    np.testing.assert_array_equal(load, before)


def test_conversion_moves_mass_region_by_region() -> None:
    gas, particles, share = some_load(6, 2), some_load(7), np.random.default_rng(6).uniform(0.0, 1.0, (3, 6))
    before_gas, before = gas.copy(), particles.copy()
    convert(gas, share, 2.0, particles, 3)
    turned = before_gas * share[:, None, :]
    np.testing.assert_allclose(gas, before_gas - turned, rtol=1e-14)
    np.testing.assert_allclose(particles[:, :, 3:5], before[:, :, 3:5] + 2.0 * turned, rtol=1e-14)
    np.testing.assert_array_equal(particles[:, :, :3], before[:, :, :3])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_everything_may_be_converted_and_nothing_falls_below_zero(dtype: DTypeLike) -> None:
    gas, particles = some_load(8, 2).astype(dtype), np.zeros(SHAPE, dtype)
    convert(gas, np.ones((3, 6), dtype), 1.0, particles, 0)
    assert (gas == 0.0).all()
    assert particles.dtype == dtype


def test_the_number_of_threads_does_not_matter() -> None:
    def all_three() -> list[Array]:
        load, gas = some_load(10), some_load(11, 2)
        emit(load, some_load(12, 3)[:2], 1, np.full(SHAPE[:2], 7.0), 60.0)
        convert(gas, np.full((3, 6), 0.3), 2.0, load, 2)
        lose((load,), np.array([0, 2]), np.full((1, 1, 3, 6), 0.7))
        return [load, gas]

    threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = all_three()
    finally:
        numba.set_num_threads(threads)
    for one, other in zip(alone, all_three(), strict=True):
        np.testing.assert_array_equal(one, other)
