"""Fewer, wider cells hold the same air, emission and weather."""

from contextlib import ExitStack

import numpy as np
import pytest

from hazecast.forecast import base
from hazecast.forecast.base import own_base
from hazecast.forecast.transport.carrying import surface
from hazecast.forecast.transport.coarsening import Blocks, blocks_of, coarser, coarser_state
from hazecast.forecast.transport.state import clean_state
from hazecast.grids.lattice import Lattice
from tests.driving import LATTICE, driven, weather
from tests.unit.test_forecast_base import observed, task

EVEN = np.ones(LATTICE.shape)


def lattice(rows: int, columns: int, spacing: float = 0.25, south: float = 30.0) -> Lattice:
    return Lattice(south + spacing * np.arange(rows), 100.0 + spacing * np.arange(columns))


@pytest.mark.parametrize(
    ("fine", "most", "width"),
    [
        (lattice(20, 30), 600, 1),
        (lattice(20, 30), 599, 2),
        (lattice(20, 30), 40, 4),
        (lattice(4, 5), 3, 1),  # three rows are the fewest
        (lattice(30, 72, 5.0, -72.5), 700, 2),
        (lattice(30, 71, 360.0 / 71, -75.0), 700, 1),  # 71 columns round the globe meet in no blocks
        (lattice(20, 30, 1.0, 70.4), 149, 4),  # three by three would reach over the pole
    ],
)
def test_blocks_are_the_narrowest_that_are_few_enough(fine: Lattice, most: int, width: int) -> None:
    assert blocks_of(fine, most).width == width


def test_a_block_is_where_its_cells_are_and_their_mean() -> None:
    blocks = Blocks(lattice(5, 6), 2)
    np.testing.assert_allclose(blocks.coarse.latitude, [30.125, 30.625, 31.125])
    np.testing.assert_allclose(blocks.coarse.longitude, [100.125, 100.625, 101.125])
    fields = np.arange(30.0).reshape(5, 6)
    found = blocks.mean(fields)
    assert found[0, 0] == np.mean([0, 1, 6, 7])
    assert found[2, 2] == np.mean([28, 29])  # beyond the edge it goes on as at it
    fields[0, 1] = np.nan
    assert np.isnan(blocks.mean(fields)).sum() == 1


def test_what_drives_the_model_keeps_its_sums_and_its_hours() -> None:
    fine = driven(weather(3), EVEN)
    blocks = Blocks(LATTICE, 1)
    assert coarser(fine, blocks) is fine
    blocks = Blocks(LATTICE, 2)
    wide = coarser(fine, blocks)
    assert wide.weather.sizes["time"] == 3
    assert wide.air.lattice.shape == blocks.coarse.shape
    np.testing.assert_allclose(wide.shares.sum("region"), 1.0)
    hours = list(wide.hours(1, 3))
    assert all(hour is not None and hour.mixing_height.shape == blocks.coarse.shape for hour in hours)


def test_air_holds_the_same_on_wider_cells() -> None:
    fine = driven(weather(3), EVEN)
    state = clean_state(fine.air, fine.tags)
    state.pm25[:] = np.random.default_rng(0).uniform(0.0, 9.0, state.pm25.shape)
    blocks = Blocks(LATTICE, 2)
    wide = coarser_state(state, fine.air, blocks)
    expected = blocks.mean(np.moveaxis(surface(state, fine.air), 1, 0))
    found = np.moveaxis(surface(wide, coarser(fine, blocks).air), 1, 0)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_members_on_wider_cells_see_much_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    _, fine = own_base(task(), observed(), lambda _: None, ExitStack())
    monkeypatch.setattr(base, "MOST_CELLS_OF_MEMBERS", LATTICE.latitude.size * LATTICE.longitude.size - 1)
    _, wide = own_base(task(), observed(), lambda _: None, ExitStack())
    assert fine is not None
    assert wide is not None
    assert not np.array_equal(fine.members(), wide.members())
    np.testing.assert_allclose(wide.members().sum(axis=-1).mean(), fine.members().sum(axis=-1).mean(), rtol=0.2)
