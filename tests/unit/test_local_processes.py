"""The processes of columns and cells: what each does to a small state, by its own formula."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.kernels.deposition import gas_velocity, particle_velocity
from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Air, air_of, default_layers
from hazecast.forecast.transport.processes.dry_deposition import dry_deposition
from hazecast.forecast.transport.processes.emission import Rates, emission
from hazecast.forecast.transport.processes.sulfate_nitrate import rate_by_sun, sulfate_nitrate
from hazecast.forecast.transport.processes.vertical import Aloft, aloft_without_gases, vertical
from hazecast.forecast.transport.processes.wet_deposition import wet_deposition
from hazecast.forecast.transport.state import EDGES, INITIAL, SIDES, State, Tags, clean_state
from hazecast.grids.lattice import Lattice

Array = NDArray[np.float64]
AIR = air_of(Lattice(np.array([39.0, 39.5, 40.0]), np.array([115.0, 115.5, 116.0, 116.5])), default_layers())
TAGS = Tags(("city", "province"), secondary=True)
PRIMARY_ALONE = Tags(("city", "province"), secondary=False)


def an_hour(air: Air = AIR) -> Hour:
    layers, rows, columns = air.shape
    chance = np.random.default_rng(1)
    return Hour(
        east_flux=np.zeros((layers, rows, columns + 1)),
        north_flux=np.zeros((layers, rows + 1, columns)),
        friction_velocity=chance.uniform(0.1, 0.6, (rows, columns)),
        inverse_obukhov=chance.uniform(-0.03, 0.03, (rows, columns)),
        mixing_height=chance.uniform(100.0, 1500.0, (rows, columns)),
        rain=chance.uniform(0.1, 3.0, (rows, columns)),
        cosine_of_zenith=chance.uniform(-0.5, 1.0, (rows, columns)),
    )


def a_state(tags: Tags = TAGS, dtype: type[np.floating] = np.float64) -> State:
    state, chance = clean_state(AIR, tags, dtype), np.random.default_rng(2)
    for load in (state.pm25, state.so2, state.nox):
        load[:] = chance.uniform(0.0, 99.0, load.shape)
    return state


def loads(state: State) -> list[Array]:
    return [state.pm25.copy(), state.so2.copy(), state.nox.copy()]


def aloft(tags: Tags, ratio: float, dtype: type[np.floating]) -> Aloft:
    """`ratio` in all, the same from every side."""
    pm25 = np.zeros(tags.count)
    pm25[EDGES] = ratio / len(SIDES)
    return aloft_without_gases(pm25, tags, dtype)


# ---- vertical ----


def test_columns_are_mixed_and_their_mass_is_kept() -> None:
    state = a_state()
    before = loads(state)
    vertical(aloft(TAGS, 0.0, np.float64))(an_hour(), AIR)(state, 900.0)
    weight = AIR.mass[:, :, None, None]
    for old, new in zip(before, loads(state), strict=True):
        np.testing.assert_allclose((weight * new).sum(axis=0), (weight * old).sum(axis=0), rtol=1e-13)
        assert ((weight * new**2).sum(axis=0) < (weight * old**2).sum(axis=0)).all()


def test_air_that_sinks_in_brings_what_is_aloft_as_from_the_edges() -> None:
    state = clean_state(AIR, TAGS, np.float64)
    state.moving[:] *= 0.8
    vertical(aloft(TAGS, 50.0, np.float64))(an_hour(), AIR)(state, 900.0)
    weight = AIR.mass[:, :, None]
    brought = 50.0 * np.broadcast_to(0.2 * weight, state.moving.shape).sum(axis=0)
    for side in range(len(SIDES)):
        np.testing.assert_allclose((weight * state.pm25[:, :, side]).sum(axis=0), brought / len(SIDES), rtol=1e-13)
    assert not state.pm25[:, :, INITIAL:].any()
    np.testing.assert_array_equal(state.moving, np.broadcast_to(weight, state.moving.shape))


@pytest.mark.parametrize("other", [aloft(TAGS, 0.0, np.float32), aloft(PRIMARY_ALONE, 0.0, np.float64)])
def test_air_aloft_of_another_make_is_refused(other: Aloft) -> None:
    with pytest.raises(ValueError, match="expected as many, of one precision"):
        vertical(other)(an_hour(), AIR)(a_state(), 900.0)


def test_air_aloft_is_one_ratio_a_tracer() -> None:
    with pytest.raises(ValueError, match="one ratio a tracer"):
        Aloft(np.zeros((2, 2)), np.zeros(2), np.zeros(2))


# ---- emission ----


def some_rates(layers: int = 2, gases: int = 2) -> Rates:
    chance, (_, rows, columns) = np.random.default_rng(3), AIR.shape
    return Rates(*(chance.uniform(0.0, 1e9, (layers, rows, regions, columns)) for regions in (2, gases, gases)))


def test_emission_goes_into_the_primary_part_of_its_region() -> None:
    state, rates = a_state(), some_rates()
    before = loads(state)
    emission(lambda _: rates)(an_hour(), AIR)(state, 600.0)
    weight = AIR.mass[:2, :, None, None]
    for old, new, rate, into in zip(
        before, loads(state), (rates.pm25, rates.so2, rates.nox), (TAGS.primary, slice(0, 2), slice(0, 2)), strict=True
    ):
        gained = new - old
        np.testing.assert_allclose(weight * gained[:2, :, into], rate * 600.0, rtol=1e-6)
        assert np.count_nonzero(gained) == np.count_nonzero(gained[:2, :, into])


def test_emission_is_asked_once_an_hour() -> None:
    asked: list[Hour] = []

    def rates(hour: Hour) -> Rates:
        asked.append(hour)
        return some_rates()

    hour = an_hour()
    step = emission(rates)(hour, AIR)
    for _ in range(3):
        step(a_state(), 900.0)
    assert asked == [hour]


@pytest.mark.parametrize(("layers", "gases"), [(7, 2), (2, 3)])
def test_emission_that_does_not_fit_is_refused(layers: int, gases: int) -> None:
    with pytest.raises(ValueError, match="Emission has the shape"):
        emission(lambda _: some_rates(layers, gases))(an_hour(), AIR)(a_state(), 900.0)


def test_rates_have_layers_rows_regions_and_columns() -> None:
    with pytest.raises(ValueError, match="lowest layers, y, region, x"):
        Rates(np.zeros((3, 4)), np.zeros((1, 3, 2, 4)), np.zeros((1, 3, 2, 4)))


# ---- deposition ----


def test_dry_deposition_is_exponential_in_the_lowest_layer() -> None:
    state, hour = a_state(), an_hour()
    before = loads(state)
    dry_deposition(hour, AIR)(state, 900.0)
    velocities = (
        np.vectorize(particle_velocity)(hour.friction_velocity, hour.inverse_obukhov),
        *(np.vectorize(gas_velocity)(hour.friction_velocity, r) for r in (150.0, 1500.0)),
    )
    for old, new, velocity in zip(before, loads(state), velocities, strict=True):
        np.testing.assert_allclose(new[0] / old[0], np.broadcast_to(np.exp(-velocity * 900.0 / 60.0)[:, None], old[0].shape), rtol=1e-13)
        np.testing.assert_array_equal(new[1:], old[1:])


def test_particles_settle_faster_over_warm_ground() -> None:
    velocity = [particle_velocity(0.5, inverse) for inverse in (0.01, 0.0, -1.0 / 300.0, -0.04)]
    np.testing.assert_allclose(velocity, [0.001, 0.001, 0.002, 0.001 * (1 + 12 ** (2 / 3))])
    assert particle_velocity(0.5, -5.0) == velocity[3]


def test_gases_go_as_fast_as_the_air_and_the_ground_let_them() -> None:
    np.testing.assert_allclose([gas_velocity(friction, 150.0) for friction in (0.34, 1e9)], [1.0 / 200.0, 1.0 / 150.0])
    assert gas_velocity(0.0, 150.0) > 0.0


def test_rain_takes_more_out_of_clouds_than_out_of_the_air_below() -> None:
    state, hour = a_state(), an_hour()
    before = loads(state)
    wet_deposition()(hour, AIR)(state, 900.0)
    rates = (np.array([5.8e-6] * 4 + [2.8e-4] * 2), np.array([4.2e-5] * 4 + [8.3e-5] * 2), np.zeros(6))
    for old, new, rate in zip(before, loads(state), rates, strict=True):
        expected = np.exp(-np.multiply.outer(rate, hour.rain) * 900.0)[:, :, None, :]
        np.testing.assert_allclose(new / old, np.broadcast_to(expected, old.shape), rtol=1e-13)


def test_above_the_cloud_and_without_rain_nothing_is_washed_out() -> None:
    state, hour = a_state(), an_hour()
    before = loads(state)
    wet_deposition(cloud_base=300.0, cloud_top=700.0)(hour, AIR)(state, 900.0)
    np.testing.assert_array_equal(state.pm25[4:], before[0][4:])
    assert (state.pm25[3] < before[0][3]).all()
    dry, before = replace(hour, rain=np.zeros_like(hour.rain)), loads(state)
    wet_deposition()(dry, AIR)(state, 900.0)
    for old, new in zip(before, loads(state), strict=True):
        np.testing.assert_array_equal(new, old)


def test_a_cloud_has_its_top_over_its_base() -> None:
    with pytest.raises(ValueError, match="expected a top above the base"):
        wet_deposition(900.0, 900.0)


# ---- formation ----


def test_gas_becomes_the_secondary_part_of_its_region() -> None:
    state, hour = a_state(), an_hour()
    pm25, so2, nox = loads(state)
    sulfate_nitrate(hour, AIR)(state, 900.0)
    sun = np.maximum(hour.cosine_of_zenith, 0.0)[:, None, :]
    np.testing.assert_allclose(state.so2, so2 * np.exp(-0.25 * (0.002 + 0.018 * sun)), rtol=1e-13)
    np.testing.assert_allclose(state.nox, nox * np.exp(-0.25 * (0.02 + 0.13 * sun)), rtol=1e-13)
    gained = 132.14 / 64.06 * (so2 - state.so2) + 80.04 / 46.01 * (nox - state.nox)
    np.testing.assert_allclose(state.pm25[:, :, TAGS.formed], pm25[:, :, TAGS.formed] + gained, rtol=1e-13)
    np.testing.assert_array_equal(state.pm25[:, :, : TAGS.formed.start], pm25[:, :, : TAGS.formed.start])


def test_rates_grow_with_the_sun_and_are_least_at_night() -> None:
    np.testing.assert_allclose(rate_by_sun(np.array([-1.0, 0.0, 0.5, 1.0]), 0.02, 0.15) * 3600.0, [0.02, 0.02, 0.085, 0.15])


# ---- all of them ----


def every_process(tags: Tags, dtype: type[np.floating]) -> list[Callable[[Hour, Air], Callable[[State, float], None]]]:
    rates = some_rates(gases=tags.gases)
    return [vertical(aloft(tags, 5.0, dtype)), emission(lambda _: rates), dry_deposition, wet_deposition(), sulfate_nitrate]


def test_without_secondary_parts_there_are_no_gases_and_no_errors() -> None:
    state = a_state(PRIMARY_ALONE)
    for process in every_process(PRIMARY_ALONE, np.float64):
        process(an_hour(), AIR)(state, 900.0)
    assert (state.pm25 > 0.0).all()


def test_in_32_bits_an_hour_is_right_to_a_hundred_thousandth() -> None:
    states = [a_state(TAGS, dtype) for dtype in (np.float32, np.float64)]
    for state in states:
        steps = [process(an_hour(), AIR) for process in every_process(TAGS, state.pm25.dtype.type)]
        for step in steps * 4:
            step(state, 900.0)
    for narrow, wide in zip(loads(states[0]), loads(states[1]), strict=True):
        assert narrow.dtype == np.float32
        assert np.abs(narrow - wide).max() < 1e-5 * wide.max()
