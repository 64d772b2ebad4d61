"""What the transport keeps whatever the wind: mass, evenness, bounds and symmetry; compiled and as plain Python."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hazecast.forecast.kernels.hour import advance

Array = NDArray[np.float64]
Fields = tuple[Array, Array, Array, Array]
LAYERS, ROWS, COLUMNS = 3, 4, 5
THICKNESS = np.array([60.0, 120.0, 220.0])
SECONDS = 3600.0
SEEDS = st.integers(0, 2**32 - 1)
STRENGTHS = st.floats(0.0, 0.4)
FEW = settings(max_examples=25)


def cells(seed: int, strength: float) -> Fields:
    """Air, mixing ratio and divergent fluxes through all faces: up to a few Courant numbers within the time."""
    chance = np.random.default_rng(seed)
    air = THICKNESS[:, None, None] * chance.uniform(1.0, 1.5, (1, ROWS, COLUMNS))
    per_second = strength * THICKNESS.mean() / SECONDS
    east = chance.normal(size=(LAYERS, ROWS, COLUMNS + 1)) * per_second
    north = chance.normal(size=(LAYERS, ROWS + 1, COLUMNS)) * per_second
    ratio = chance.uniform(0.0, 9.0, air.shape) * (chance.random(air.shape) < 0.6)
    return air, ratio, east, north


def moved(fields: Fields, inflow: float, mixing: float = 0.0) -> Array:
    """The mixing ratio after an hour of wind and mixing alone."""
    air, ratio, east, north = fields
    tracer = ratio * air
    nothing = np.zeros((ROWS, COLUMNS))
    exchange = np.full((LAYERS - 1, ROWS, COLUMNS), mixing)
    advance(tracer, air, east, north, exchange, nothing, np.zeros(air.shape), nothing, THICKNESS, inflow, SECONDS)
    return tracer / air


def closed(fields: Fields) -> Fields:
    """Nothing flows through the edges, nor, since the layers make up for each other, through the top."""
    air, ratio, east, north = (f.copy() for f in fields)
    east[..., [0, -1]] = 0.0
    north[:, [0, -1]] = 0.0
    for flux in (east, north):
        flux[-1] = -flux[:-1].sum(axis=0)
    return air, ratio, east, north


@FEW
@given(SEEDS, STRENGTHS, st.floats(0.0, 0.5))
def test_mass_is_kept_between_closed_edges(seed: int, strength: float, mixing: float) -> None:
    fields = closed(cells(seed, strength))
    air, ratio = fields[:2]
    mass = (ratio * air).sum()
    assert (moved(fields, 5.0, mixing) * air).sum() == pytest.approx(mass, rel=1e-12)


@FEW
@given(SEEDS, STRENGTHS, st.floats(0.0, 0.5))
def test_an_even_ratio_stays_even_in_any_wind(seed: int, strength: float, mixing: float) -> None:
    air, _, east, north = cells(seed, strength)
    np.testing.assert_allclose(moved((air, np.full(air.shape, 7.3), east, north), 7.3, mixing), 7.3, rtol=1e-12)


@FEW
@given(SEEDS, STRENGTHS, st.floats(0.0, 9.0), st.floats(0.0, 0.5))
def test_no_ratio_leaves_the_range_of_those_before_and_the_inflow(seed: int, strength: float, inflow: float, mixing: float) -> None:
    fields = cells(seed, strength)
    after = moved(fields, inflow, mixing)
    assert after.min() >= min(fields[1].min(), inflow) - 1e-12
    assert after.max() <= max(fields[1].max(), inflow) + 1e-12


@FEW
@given(SEEDS, STRENGTHS, st.floats(0.0, 9.0))
def test_there_is_never_less_than_nothing(seed: int, strength: float, inflow: float) -> None:
    fields = cells(seed, strength)
    assert (fields[1] == 0.0).any()
    assert (moved(fields, inflow) >= 0.0).all()


def mirrored_east_west(fields: Fields) -> Fields:
    air, ratio, east, north = fields
    return air[..., ::-1].copy(), ratio[..., ::-1].copy(), -east[..., ::-1], north[..., ::-1].copy()


def mirrored_north_south(fields: Fields) -> Fields:
    air, ratio, east, north = fields
    return air[:, ::-1].copy(), ratio[:, ::-1].copy(), east[:, ::-1].copy(), -north[:, ::-1]


@FEW
@given(SEEDS, STRENGTHS)
def test_a_mirrored_world_goes_the_mirrored_way(seed: int, strength: float) -> None:
    fields = cells(seed, strength)
    after = moved(fields, 2.0, 0.1)
    np.testing.assert_allclose(moved(mirrored_east_west(fields), 2.0, 0.1), after[..., ::-1], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(moved(mirrored_north_south(fields), 2.0, 0.1), after[:, ::-1], rtol=1e-12, atol=1e-13)
    half_turned = mirrored_north_south(mirrored_east_west(fields))
    np.testing.assert_allclose(moved(half_turned, 2.0, 0.1), after[:, ::-1, ::-1], rtol=1e-12, atol=1e-13)


@FEW
@given(SEEDS, STRENGTHS, st.floats(0.1, 10.0))
def test_twice_the_tracer_in_the_same_air_gives_twice_the_result(seed: int, strength: float, factor: float) -> None:
    air, ratio, east, north = cells(seed, strength)
    once, more = moved((air, ratio, east, north), 1.0), moved((air, factor * ratio, east, north), factor)
    np.testing.assert_allclose(more, factor * once, rtol=1e-12, atol=1e-13)


@FEW
@given(SEEDS, STRENGTHS)
def test_a_ratio_raised_everywhere_comes_out_raised_everywhere(seed: int, strength: float) -> None:
    air, ratio, east, north = cells(seed, strength)
    once, raised = moved((air, ratio, east, north), 1.0), moved((air, ratio + 3.0, east, north), 4.0)
    np.testing.assert_allclose(raised, once + 3.0, rtol=1e-11, atol=1e-12)
