"""Advection as a process of the model: every load goes with the same air, and what does not fit is refused."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Air, Layers, air_of
from hazecast.forecast.transport.processes.advection import SIDES, advection
from hazecast.forecast.transport.state import State, Tags, clean_state
from hazecast.grids.lattice import Lattice

TAGS = Tags(("a", "b"), secondary=True)


def air() -> Air:
    lattice = Lattice(30 + 0.25 * np.arange(6), 110 + 0.25 * np.arange(7))
    return air_of(lattice, Layers(np.array([60.0, 200.0, 600.0])))


def hour(air: Air, strength: float = 0.05, kind: type[np.floating] = np.float32) -> Hour:
    """Random winds that move a part of a cell's air in half an hour."""
    chance, (layers, rows, columns) = np.random.default_rng(1), air.shape
    rate = strength * air.mass.min() / 1800.0
    east, north = (rate * chance.normal(size=s) for s in ((layers, rows, columns + 1), (layers, rows + 1, columns)))
    surface = [np.ones((rows, columns), kind)] * 5
    return Hour(east.astype(kind), north.astype(kind), *surface)


def filled(air: Air) -> State:
    state, chance = clean_state(air, TAGS), np.random.default_rng(2)
    for load in (state.pm25, state.so2, state.nox):
        load[:] = chance.random(load.shape)
    return state


def inflow(air: Air, ratio: float = 0.0) -> list[NDArray[np.float64]]:
    return [np.full((air.layers.count, TAGS.count), ratio)] * len(SIDES)


@pytest.mark.parametrize("scheme", ["ppm", "van-leer"])
def test_air_is_moved_once_and_all_loads_with_it(scheme: str) -> None:
    the_air = air()
    state, swapped = filled(the_air), filled(the_air)
    swapped.so2[:] = state.nox
    for one in (state, swapped):
        advection(scheme, inflow(the_air))(hour(the_air), the_air)(one, 1800.0)
    np.testing.assert_array_equal(swapped.so2, state.nox)
    gained = -np.diff(hour(the_air).east_flux, axis=2) - np.diff(hour(the_air).north_flux, axis=1)
    np.testing.assert_allclose(state.moving, the_air.mass[:, :, None] + 1800.0 * gained, rtol=1e-5)
    assert min(load.min() for load in (state.pm25, state.so2, state.nox)) >= 0.0


def test_parts_sum_to_what_one_gas_does() -> None:
    the_air = air()
    state = filled(the_air)
    state.nox[:, :, 0], state.nox[:, :, 1] = state.pm25.sum(axis=2), 0.0
    advection("ppm", inflow(the_air))(hour(the_air), the_air)(state, 1800.0)
    np.testing.assert_allclose(state.pm25.sum(axis=2), state.nox[:, :, 0], rtol=2e-6)


def test_sweeps_take_turns_from_step_to_step() -> None:
    the_air = air()
    alternating, alone = filled(the_air), filled(the_air)
    step = advection("ppm", inflow(the_air))(hour(the_air), the_air)
    step(alternating, 900.0)
    advection("ppm", inflow(the_air))(hour(the_air), the_air)(alone, 900.0)
    np.testing.assert_array_equal(alternating.pm25, alone.pm25)
    for state in (alternating, alone):
        state.moving[:] = the_air.mass[:, :, None]
    step(alternating, 900.0)
    advection("ppm", inflow(the_air))(hour(the_air), the_air)(alone, 900.0)
    assert (alternating.pm25 != alone.pm25).any()
    np.testing.assert_allclose(alternating.pm25, alone.pm25, atol=0.02)


def test_a_constant_that_flows_in_too_stays_constant() -> None:
    the_air = air()
    state, ratios = filled(the_air), inflow(the_air, 2.5)
    state.pm25[:] = 2.5
    advection("ppm", ratios)(hour(the_air, kind=np.float64), the_air)(state, 1800.0)
    assert (state.pm25 == np.float32(2.5)).all()


def test_what_does_not_fit_is_refused() -> None:
    the_air = air()
    with pytest.raises(ValueError, match="no scheme 'upwind'"):
        advection("upwind", inflow(the_air))
    with pytest.raises(ValueError, match="Inflow has the shape"):
        advection("ppm", [side[:, :2] for side in inflow(the_air)])(hour(the_air), the_air)(filled(the_air), 900.0)
    with pytest.raises(ValueError, match="would empty a cell"):
        advection("ppm", inflow(the_air))(hour(the_air, strength=50.0), the_air)(filled(the_air), 1800.0)
