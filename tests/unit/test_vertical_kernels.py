"""The vertical step against the balance of each cell written out as one matrix, compiled and as plain Python."""

from dataclasses import dataclass

import numba
import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from hazecast.forecast.kernels.vertical import mix_columns

Array = NDArray[np.float64]


@dataclass
class Columns:
    """Some columns with everything going on in them."""

    load: Array
    aloft: Array
    moving: Array
    air: Array
    exchange: Array
    spread: Array
    seconds: float

    def copied(self, dtype: DTypeLike = np.float64) -> "Columns":
        return Columns(
            self.load.astype(dtype), self.aloft.astype(dtype), self.moving.astype(dtype),
            self.air.copy(), self.exchange.astype(dtype), self.spread.copy(), self.seconds,
        )  # fmt: skip

    def after(self) -> Array:
        """The ratios after one step of the kernel; these columns stay as they are."""
        new = self.copied(self.load.dtype)
        mix_columns((new.load,), (new.aloft,), new.moving, new.air, new.exchange, new.spread, new.seconds)
        return new.load

    @property
    def upward(self) -> Array:
        """Air through the top of each layer, kg."""
        return np.cumsum(self.moving - self.air[:, :, None], axis=0)


def some_columns(seed: int, layers: int = 6, rows: int = 3, tracers: int = 2, columns: int = 4, stirring: float = 0.3) -> Columns:
    chance = np.random.default_rng(seed)
    air = chance.uniform(1e9, 9e9, (layers, rows))
    return Columns(
        load=chance.uniform(0.0, 9.0, (layers, rows, tracers, columns)),
        aloft=chance.uniform(0.0, 9.0, tracers),
        moving=air[:, :, None] * chance.uniform(1.0 - stirring, 1.0 + stirring, (layers, rows, columns)),
        air=air,
        exchange=chance.uniform(0.0, 2.0, (layers - 1, rows, columns)),
        spread=chance.uniform(1e6, 9e7, (layers - 1, rows)),
        seconds=900.0,
    )


def balanced(columns: Columns, y: int, n: int, x: int) -> Array:
    """One column: what it holds afterwards is what it held plus what came through its two interfaces, at the new ratios."""
    layers = columns.air.shape[0]
    holds, upward = np.diag(columns.air[:, y]), columns.upward[:, y, x]
    brought = columns.moving[:, y, x] * columns.load[:, y, n, x]
    for k in range(layers):
        turbulent = columns.exchange[k, y, x] * columns.spread[k, y] * columns.seconds if k + 1 < layers else 0.0
        leaving = np.zeros(layers)
        leaving[k] = max(upward[k], 0.0) + turbulent
        if k + 1 < layers:
            leaving[k + 1] = min(upward[k], 0.0) - turbulent
            holds[k + 1] -= leaving
        else:
            brought[k] -= min(upward[k], 0.0) * columns.aloft[n]
        holds[k] += leaving
    return np.linalg.solve(holds, brought)


@pytest.mark.parametrize("layers", [1, 2, 6, 10])
@pytest.mark.parametrize("seed", range(3))
def test_a_column_obeys_its_balance(seed: int, layers: int) -> None:
    columns = some_columns(seed, layers)
    after = columns.after()
    for y, n, x in np.ndindex(after.shape[1:]):
        np.testing.assert_allclose(after[:, y, n, x], balanced(columns, y, n, x), rtol=1e-11)


@pytest.mark.parametrize("seed", range(3))
def test_what_a_column_holds_changes_by_what_passes_the_top(seed: int) -> None:
    columns = some_columns(seed)
    after = columns.after()
    before = (columns.moving[:, :, None, :] * columns.load).sum(axis=0)
    through = columns.upward[-1][:, None, :]
    lost = np.where(through > 0.0, through * after[-1], through * columns.aloft[:, None])
    now = (columns.air[:, :, None, None] * after).sum(axis=0)
    np.testing.assert_allclose(now, before - lost, rtol=1e-13)


def test_nothing_is_lost_or_won_under_a_closed_top() -> None:
    columns = some_columns(7)
    columns.moving[-1] -= columns.upward[-1]
    before, after = (columns.moving[:, :, None, :] * columns.load).sum(), (columns.air[:, :, None, None] * columns.after()).sum()
    assert abs(after / before - 1.0) < 1e-14


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("value", [1.0, 0.1, 123.456, 3e-7])
def test_a_constant_stays_to_the_last_bit(value: float, dtype: DTypeLike) -> None:
    columns = some_columns(1).copied(dtype)
    columns.load[:], columns.aloft[:] = value, value
    np.testing.assert_array_equal(columns.after(), columns.load)


def test_calm_air_that_nothing_stirs_stays_to_the_last_bit() -> None:
    columns = some_columns(2, stirring=0.0)
    columns.exchange[:] = 0.0
    np.testing.assert_array_equal(columns.after(), columns.load)


def test_the_air_is_where_it_was_afterwards() -> None:
    columns = some_columns(3)
    mix_columns((columns.load,), (columns.aloft,), columns.moving, columns.air, columns.exchange, columns.spread, 900.0)
    np.testing.assert_array_equal(columns.moving, np.broadcast_to(columns.air[:, :, None], columns.moving.shape))


def test_ratios_next_to_nothing_become_nothing_and_unknown_ones_stay_unknown() -> None:
    columns = some_columns(3, layers=4, columns=2)
    columns.load[:], columns.aloft[:], columns.load[0, :, :, 1] = 1e-31, 0.0, np.nan
    after = columns.after()
    assert (after[..., 0] == 0.0).all()
    assert np.isnan(after[..., 1]).all()


def test_several_loads_go_as_each_of_them_alone() -> None:
    columns, gases = some_columns(4), some_columns(5, tracers=3)
    loads = columns.load.copy(), gases.load.copy(), np.zeros((6, 3, 0, 4))
    aloft = columns.aloft, gases.aloft, np.zeros(0)
    gases.moving, gases.air, gases.exchange, gases.spread = columns.moving, columns.air, columns.exchange, columns.spread
    mix_columns(loads, aloft, columns.moving.copy(), columns.air, columns.exchange, columns.spread, 900.0)
    np.testing.assert_array_equal(loads[0], columns.after())
    np.testing.assert_array_equal(loads[1], gases.after())


def test_tracers_add_up() -> None:
    columns = some_columns(6, tracers=3)
    columns.load[:, :, 2], columns.aloft[2] = columns.load[:, :, 0] + columns.load[:, :, 1], columns.aloft[:2].sum()
    after = columns.after()
    np.testing.assert_allclose(after[:, :, 2], after[:, :, 0] + after[:, :, 1], rtol=1e-14)


def test_an_hour_of_the_strongest_stirring_leaves_one_ratio() -> None:
    columns = some_columns(8, stirring=0.0)
    columns.exchange[:] = 1e9
    after, weight = columns.after(), columns.air[:, :, None, None]
    mean = (weight * columns.load).sum(axis=0) / weight.sum(axis=0)
    np.testing.assert_allclose(after, np.broadcast_to(mean, after.shape), rtol=1e-7)


@pytest.mark.parametrize("seed", range(3))
def test_in_32_bits_it_is_right_to_a_millionth_of_the_largest_ratio(seed: int) -> None:
    columns = some_columns(seed)
    narrow = columns.copied(np.float32).after()
    assert narrow.dtype == np.float32
    assert np.abs(narrow - columns.after()).max() < 1e-6 * 9.0


def test_the_number_of_threads_does_not_matter() -> None:
    columns = some_columns(9, rows=7)
    threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = columns.after()
    finally:
        numba.set_num_threads(threads)
    np.testing.assert_array_equal(alone, columns.after())
