"""Whatever the winds and however strong the stirring: nothing below zero, nothing beyond what was there, no mass from nowhere."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from hazecast.forecast.kernels.local import convert, emit, lose
from hazecast.forecast.kernels.vertical import NEXT_TO_NOTHING, mix_columns

Array = NDArray[np.float64]
LAYERS = 5
RATIO = st.one_of(st.just(0.0), st.floats(2.0**-96, 1e4, width=32))  # smaller ones become zero
FLOATS = st.sampled_from([np.float32, np.float64])


def of(values: st.SearchStrategy[float], *shape: int) -> st.SearchStrategy[Array]:
    return arrays(np.float64, shape, elements=values)


@st.composite
def columns(draw: st.DrawFn) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Loads, ratios aloft, air in motion, air that shall be, exchange and spread of three columns."""
    air = draw(of(st.floats(1e8, 1e10), LAYERS, 1))
    moving = air[:, :, None] * draw(of(st.floats(0.1, 1.9), LAYERS, 1, 3))
    exchange = draw(of(st.one_of(st.just(0.0), st.floats(1e-6, 1e6)), LAYERS - 1, 1, 3))
    return draw(of(RATIO, LAYERS, 1, 2, 3)), draw(of(RATIO, 2)), moving, air, exchange, draw(of(st.floats(1e5, 1e8), LAYERS - 1, 1))


@given(columns(), st.floats(1.0, 1e5), FLOATS)
def test_new_ratios_lie_between_the_old_ones(drawn: tuple[Array, ...], seconds: float, dtype: type[np.floating]) -> None:
    load, aloft, moving, exchange = (field.astype(dtype) for field in (drawn[0], drawn[1], drawn[2], drawn[4]))
    lowest = np.minimum(load.min(axis=(0, 1, 3)), aloft)
    highest = np.maximum(load.max(axis=(0, 1, 3)), aloft)
    mix_columns((load,), (aloft,), moving, drawn[3], exchange, drawn[5], seconds)
    slack = 8 * np.finfo(dtype).eps * highest
    assert (load >= 0.0).all()
    assert ((load >= (lowest - slack)[:, None]) & (load <= (highest + slack)[:, None])).all()


@given(columns(), st.floats(1.0, 1e5))
def test_the_mass_of_a_column_changes_by_what_passes_its_top(drawn: tuple[Array, ...], seconds: float) -> None:
    load, aloft, moving, air, exchange, spread = drawn
    before, moving_air = (moving[:, :, None, :] * load).sum(axis=0), moving.sum()
    through = (moving - air[:, :, None]).sum(axis=0)[:, None, :]
    mix_columns((load,), (aloft,), moving, air, exchange, spread, seconds)
    after = (air[:, :, None, None] * load).sum(axis=0) + np.where(through > 0.0, through * load[-1], through * aloft[:, None])
    atol = 1e-12 * (before.max() + np.abs(through).max() * aloft.max()) + 4 * NEXT_TO_NOTHING * (air.sum() + moving_air)
    np.testing.assert_allclose(after, before, rtol=1e-11, atol=atol)


@given(RATIO, columns(), st.floats(1.0, 1e5), FLOATS)
def test_a_constant_stays_whatever_happens(value: float, drawn: tuple[Array, ...], seconds: float, dtype: type[np.floating]) -> None:
    load, aloft = np.full_like(drawn[0], value, dtype), np.full(2, value, dtype)
    mix_columns((load,), (aloft,), drawn[2].astype(dtype), drawn[3], drawn[4].astype(dtype), drawn[5], seconds)
    assert (load == dtype(value)).all()


@given(of(RATIO, 2, 1, 2, 3), of(RATIO, 2, 1, 2, 3), of(st.floats(0.0, 1.0), 1, 3), st.floats(0.1, 3.0), FLOATS)
def test_conversion_keeps_what_both_hold_together(
    gas: Array, particles: Array, share: Array, gained: float, dtype: type[np.floating]
) -> None:
    narrow_gas, narrow_particles = gas.astype(dtype), particles.astype(dtype)
    held = gained * narrow_gas.astype(np.float64) + narrow_particles
    convert(narrow_gas, share.astype(dtype), gained, narrow_particles, 0)
    assert (narrow_gas >= 0.0).all()
    assert (narrow_particles >= 0.0).all()
    np.testing.assert_allclose(gained * narrow_gas.astype(np.float64) + narrow_particles, held, rtol=8 * np.finfo(dtype).eps, atol=1e-30)


@given(of(RATIO, 2, 2, 2, 3), of(st.one_of(st.just(1.0), st.floats(0.0, 1.0)), 2, 3), of(st.floats(0.0, 1e9), 2, 2, 2, 3))
def test_emission_adds_and_loss_takes_away(load: Array, remaining: Array, rates: Array) -> None:
    before = load.copy()
    lose((load,), np.array([0, 2]), remaining[None, None])
    assert ((load >= 0.0) & (load <= before)).all()
    np.testing.assert_array_equal(load, before * remaining[:, None, :])
    left = load.copy()
    emit(load, rates, 0, np.full((2, 2), 1e9), 900.0)
    assert (load >= left).all()
