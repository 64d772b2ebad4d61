"""Deposition, formation and emission together against the closed forms of first-order chains and of their steady states."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.kernels.local import convert, emit, lose
from hazecast.forecast.kernels.vertical import mix_columns

Array = NDArray[np.float64]
SULFATE_OF_SO2 = 132.14 / 64.06
DAY_S = 86400.0


def chain(seconds: float, steps: int, formation: float, gas_loss: float, particle_loss: float) -> tuple[float, float]:
    """Gas from 100 µg kg-1 on and what forms of it, by the kernels in turn."""
    gas, particles = np.full((1, 1, 1, 1), 100.0), np.zeros((1, 1, 1, 1))
    share, *remaining = (
        np.array([[f]]) for f in (-np.expm1(-formation * seconds / steps), *np.exp(-np.array([gas_loss, particle_loss]) * seconds / steps))
    )
    for _ in range(steps):
        convert(gas, share, SULFATE_OF_SO2, particles, 0)
        lose((gas, particles), np.array([0, 1]), np.stack(remaining)[None])
    return gas.item(), particles.item()


def bateman(seconds: float, formation: float, gas_loss: float, particle_loss: float) -> tuple[float, float]:
    """The chain's exact solution (Bateman 1910, Proc. Cambridge Phil. Soc. 15, 423)."""
    gone = formation + gas_loss
    formed = SULFATE_OF_SO2 * formation * 100.0 * (np.exp(-gone * seconds) - np.exp(-particle_loss * seconds)) / (particle_loss - gone)
    return 100.0 * np.exp(-gone * seconds), formed


@pytest.mark.parametrize("steps", [1, 7, 96])
def test_loss_is_exponential_whatever_the_steps(steps: int) -> None:
    gas, _ = chain(DAY_S, steps, formation=0.0, gas_loss=3e-5, particle_loss=0.0)
    assert gas == pytest.approx(100.0 * np.exp(-3e-5 * DAY_S), rel=1e-13)


@pytest.mark.parametrize("steps", [1, 7, 96])
def test_what_is_formed_is_exact_and_sulfur_is_kept(steps: int) -> None:
    gas, sulfate = chain(DAY_S, steps, formation=5e-6, gas_loss=0.0, particle_loss=0.0)
    assert gas == pytest.approx(100.0 * np.exp(-5e-6 * DAY_S), rel=1e-13)
    assert gas / 64.06 + sulfate / 132.14 == pytest.approx(100.0 / 64.06, rel=1e-13)


def test_a_chain_converges_to_batemans_solution() -> None:
    rates = {"formation": 5e-6, "gas_loss": 1e-5, "particle_loss": 3e-5}
    exact = bateman(DAY_S, **rates)
    errors = []
    for steps in (24, 48, 96, 192):
        gas, formed = chain(DAY_S, steps, **rates)
        assert gas == pytest.approx(exact[0], rel=1e-12)
        errors.append(abs(formed / exact[1] - 1.0))
    assert errors[2] < 0.01  # with the model's own steps of a quarter of an hour
    np.testing.assert_allclose(np.log2(np.array(errors[:-1]) / np.array(errors[1:])), 1.0, atol=0.05)


def emitted_and_deposited(column: Array, seconds: float, velocity: float, exchange: float, steps: int) -> Array:
    """A column over 1 m² of even layers of 100 m and 1 kg m-3 into which 1 µg s-1 is emitted at the ground."""
    layers = column.size
    load, air = column.reshape(layers, 1, 1, 1).copy(), np.full((layers, 1), 100.0)
    stirring, spread = np.full((layers - 1, 1, 1), exchange), np.ones((layers - 1, 1))
    remaining = np.array([[np.exp(-velocity * seconds / 100.0)]])
    for _ in range(steps):
        emit(load, np.ones((1, 1, 1, 1)), 0, air, seconds)
        mix_columns((load,), (np.zeros(1),), air[:, :, None].copy(), air, stirring, spread, seconds)
        lose((load,), np.array([0, 1]), remaining[None, None])
    return load[:, 0, 0, 0]


def test_emission_and_deposition_come_to_their_steady_state() -> None:
    """One layer: q → E/(ρ v) as the steps grow short; for a step it is E dt/m · r/(1 - r), r = exp(-v dt/Δz)."""
    velocity = 0.01
    for seconds in (900.0, 90.0):
        remains = np.exp(-velocity * seconds / 100.0)
        steady = emitted_and_deposited(np.zeros(1), seconds, velocity, 0.0, int(3e5 / seconds))
        assert steady[0] == pytest.approx(seconds / 100.0 * remains / (1.0 - remains), rel=1e-10)
    assert steady[0] == pytest.approx(1.0 / velocity, rel=0.01)


def test_in_a_stirred_column_the_steady_state_is_the_same_at_every_height() -> None:
    """Nothing rises any more: above the lowest layer there is what that one has before it loses its share of a step, E dt/m / (1 - r)."""
    velocity, seconds = 0.01, 100.0
    remains = np.exp(-velocity * seconds / 100.0)
    steady = np.full(8, seconds / 100.0 / (1.0 - remains))
    steady[0] *= remains
    np.testing.assert_allclose(emitted_and_deposited(np.linspace(0.0, 150.0, 8), seconds, velocity, 0.05, 20_000), steady, rtol=1e-7)


def test_a_transient_follows_its_exponential() -> None:
    """dq/dt = E/m - (v/Δz) q, from nothing."""
    velocity, hours = 0.005, 5
    reached = emitted_and_deposited(np.zeros(1), 10.0, velocity, 0.0, hours * 360)[0]
    assert reached == pytest.approx(1.0 / velocity * (1.0 - np.exp(-velocity / 100.0 * hours * 3600.0)), rel=1e-3)
