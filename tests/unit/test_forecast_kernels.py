"""The loops of the transport model against the same equations written out in numpy, compiled and as plain Python."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.kernels.advection import advect_line, limited_slope
from hazecast.forecast.kernels.column import mix_column, settle_column
from hazecast.forecast.kernels.hour import LARGEST_COURANT, advance, substeps

Array = NDArray[np.float64]
TO_ROUNDING = {"rtol": 1e-11, "atol": 1e-13}


# ---- the equations, in other words ----


def carried_along(air: Array, tracer: Array, flux: Array, inflow: float) -> tuple[Array, Array]:
    """Air and tracer of a line after one step, all faces at once."""
    ratio = np.concatenate([[inflow] * 2, tracer / air, [inflow] * 2])
    rise = np.diff(ratio)
    below, above = rise[:-1], rise[1:]
    limits = np.stack([2 * below, 2 * above, (below + above) / 2])
    slope = np.where((limits > 0).all(axis=0), limits.min(axis=0), np.where((limits < 0).all(axis=0), limits.max(axis=0), 0.0))
    slope[[0, -1]] = 0.0  # nothing is known of how the air outside varies
    holds = np.concatenate([[np.inf], air, [np.inf]])
    at_right_edge = ratio[1:-1] + (1 - np.append(flux, 0) / holds) / 2 * slope
    at_left_edge = ratio[1:-1] - (1 + np.append(0, flux) / holds) / 2 * slope
    carried = flux * np.where(flux >= 0, at_right_edge[:-1], at_left_edge[1:])
    return air - np.diff(flux), tracer - np.diff(carried)


def settled(air: Array, tracer: Array, wanted: Array, aloft: float) -> Array:
    """Tracer of a column once every layer holds the wanted air."""
    upward = np.cumsum(air - wanted)
    ratio = tracer / air
    carried = upward * np.where(upward >= 0, ratio, np.append(ratio[1:], aloft))
    return tracer - np.diff(carried, prepend=0.0)


def mixed(ratio: Array, thickness: Array, exchange: Array, deposition: float, dt: float) -> Array:
    """A column after one implicit step: the whole matrix, solved."""
    layers = ratio.size
    change = np.zeros((layers, layers))
    for k, velocity in enumerate(exchange):
        change[k : k + 2, k : k + 2] += velocity * np.array([[-1.0, 1.0], [1.0, -1.0]])
    change[0, 0] -= deposition
    return np.linalg.solve(np.eye(layers) - dt * change / thickness[:, None], ratio)


def steps_needed(air: Array, east: Array, north: Array, seconds: float) -> int:
    leaving_east = np.maximum(east[..., 1:], 0) + np.maximum(-east[..., :-1], 0)
    leaving_north = np.maximum(north[:, 1:], 0) + np.maximum(-north[:, :-1], 0)
    rising = np.cumsum(-np.diff(east, axis=2) - np.diff(north, axis=1), axis=0)
    over = np.concatenate([air[1:], air[-1:]])
    worst = max((np.maximum(leaving_east, leaving_north) / air).max(), (np.abs(rising) / np.minimum(air, over)).max())
    return max(1, math.ceil(worst * seconds / LARGEST_COURANT))


class Weather:
    """Random air, fluxes, mixing and losses on a few cells."""

    def __init__(self, seed: int, layers: int = 3, rows: int = 4, columns: int = 5) -> None:
        chance = np.random.default_rng(seed)
        self.shape = (layers, rows, columns)
        self.thickness = chance.uniform(50, 400, layers)
        self.air = self.thickness[:, None, None] * chance.uniform(0.5, 2.0, (1, rows, columns)) * 1e3
        self.tracer = self.air * chance.uniform(0, 9, self.shape)
        self.east = chance.normal(size=(layers, rows, columns + 1)) * self.air.mean() / 4e3
        self.north = chance.normal(size=(layers, rows + 1, columns)) * self.air.mean() / 4e3
        self.exchange = chance.uniform(0, 0.3, (layers - 1, rows, columns))
        self.deposition = chance.uniform(0, 0.02, (rows, columns))
        self.loss_rate = chance.uniform(0, 1e-4, self.shape)
        self.emission = chance.uniform(0, 40, (rows, columns))

    def advanced(self, inflow: float, seconds: float) -> Array:
        """As the kernel has it."""
        tracer = self.tracer.copy()
        advance(
            tracer, self.air, self.east, self.north, self.exchange, self.deposition,
            self.loss_rate, self.emission, self.thickness, inflow, seconds,
        )  # fmt: skip
        return tracer

    def written_out(self, inflow: float, seconds: float) -> Array:
        """The same, from the equations above."""
        tracer, steps = self.tracer.copy(), steps_needed(self.air, self.east, self.north, seconds)
        dt = seconds / steps
        for step in range(steps):
            moving = self.air.copy()
            for axis, flux in ((2, self.east), (1, self.north)) if step % 2 == 0 else ((1, self.north), (2, self.east)):
                lines = [np.moveaxis(a, axis, -1) for a in (moving, tracer, flux)]
                for place in np.ndindex(lines[0].shape[:-1]):
                    moved = carried_along(lines[0][place].copy(), lines[1][place].copy(), lines[2][place] * dt, inflow)
                    lines[0][place], lines[1][place] = moved
            for y, x in np.ndindex(self.shape[1:]):
                column = settled(moving[:, y, x], tracer[:, y, x], self.air[:, y, x], inflow)
                column[0] += self.emission[y, x] * dt
                ratio = mixed(column / self.air[:, y, x], self.thickness, self.exchange[:, y, x], self.deposition[y, x], dt)
                tracer[:, y, x] = ratio * self.air[:, y, x] * np.exp(-self.loss_rate[:, y, x] * dt)
        return tracer


# ---- along a line ----


@pytest.mark.parametrize(
    ("left", "centre", "right", "slope"),
    [(1, 2, 3, 1), (3, 2, 1, -1), (0, 1, 9, 2), (9, 1, 0, -2), (0, 8, 9, 2), (1, 3, 1, 0), (3, 1, 3, 0), (2, 2, 5, 0), (5, 5, 5, 0)],
)
def test_the_slope_is_central_but_never_twice_a_one_sided_difference(left: float, centre: float, right: float, slope: float) -> None:
    assert limited_slope(float(left), float(centre), float(right)) == slope


@pytest.mark.parametrize("seed", range(8))
def test_a_line_moves_as_written_out(seed: int) -> None:
    chance = np.random.default_rng(seed)
    n = int(chance.integers(1, 12))
    air = chance.uniform(1, 3, n)
    tracer = air * chance.uniform(0, 5, n)
    flux = chance.uniform(-0.5, 0.5, n + 1)
    expected_air, expected_tracer = carried_along(air.copy(), tracer.copy(), flux, 2.5)
    advect_line(air, tracer, flux, 2.5, np.empty(n + 4))
    np.testing.assert_allclose(air, expected_air, **TO_ROUNDING)
    np.testing.assert_allclose(tracer, expected_tracer, **TO_ROUNDING)


def test_a_whole_cell_of_air_takes_its_whole_tracer_along() -> None:
    air, tracer = np.ones(5), np.array([0.0, 7.0, 1.0, 3.0, 0.0])
    advect_line(air, tracer, np.ones(6), 4.0, np.empty(9))
    np.testing.assert_allclose(tracer, [4.0, 0.0, 7.0, 1.0, 3.0], atol=1e-15)
    np.testing.assert_array_equal(air, np.ones(5))


def test_without_flux_a_line_stays_bit_for_bit() -> None:
    air, tracer = np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.7, 0.3])
    advect_line(air, tracer, np.zeros(4), 9.0, np.empty(7))
    assert (air.tolist(), tracer.tolist()) == ([1.0, 2.0, 3.0], [0.1, 0.7, 0.3])


# ---- in a column ----


@pytest.mark.parametrize("seed", range(8))
def test_a_column_settles_as_written_out(seed: int) -> None:
    chance = np.random.default_rng(seed)
    layers = int(chance.integers(1, 7))
    air, wanted = chance.uniform(2, 3, layers), chance.uniform(2, 3, layers)
    tracer = air * chance.uniform(0, 5, layers)
    expected = settled(air.copy(), tracer.copy(), wanted, 1.5)
    settle_column(air, tracer, wanted, 1.5)
    np.testing.assert_array_equal(air, wanted)
    np.testing.assert_allclose(tracer, expected, **TO_ROUNDING)


def test_air_pressed_together_at_the_ground_rises_with_what_it_carries() -> None:
    air, tracer = np.array([3.0, 2.0]), np.array([30.0, 0.0])
    settle_column(air, tracer, np.array([2.0, 2.0]), 0.0)
    np.testing.assert_allclose(tracer, [20.0, 10.0])


def test_air_sinks_in_from_aloft_where_it_flows_apart() -> None:
    air, tracer = np.array([1.5, 2.0]), np.array([15.0, 8.0])
    settle_column(air, tracer, np.array([2.0, 2.0]), 6.0)
    np.testing.assert_allclose(tracer, [15.0 + 0.5 * 4.0, 8.0 - 0.5 * 4.0 + 0.5 * 6.0])


@pytest.mark.parametrize("seed", range(8))
def test_a_column_mixes_as_the_solved_matrix(seed: int) -> None:
    chance = np.random.default_rng(seed)
    layers = int(chance.integers(1, 8))
    ratio, thickness = chance.uniform(0, 9, layers), chance.uniform(20, 900, layers)
    exchange, deposition = chance.uniform(0, 2, layers - 1), float(chance.uniform(0, 0.05))
    expected = mixed(ratio, thickness, exchange, deposition, 600.0)
    mix_column(ratio, thickness, exchange, deposition, 600.0, np.empty(layers))
    np.testing.assert_allclose(ratio, expected, **TO_ROUNDING)


# ---- one hour of everything ----


@pytest.mark.parametrize("seed", range(6))
def test_steps_are_as_many_as_the_largest_courant_number_asks(seed: int) -> None:
    weather = Weather(seed)
    assert substeps(weather.air, weather.east, weather.north, 3600.0) == steps_needed(weather.air, weather.east, weather.north, 3600.0)


def test_calm_air_needs_one_step() -> None:
    assert substeps(np.ones((2, 3, 3)), np.zeros((2, 3, 4)), np.zeros((2, 4, 3)), 3600.0) == 1


@pytest.mark.parametrize(("flux", "steps"), [(0.5, 1), (0.51, 2), (-0.5, 1), (3.2, 7)])
def test_a_cell_loses_at_most_half_of_its_air_in_a_step(flux: float, steps: int) -> None:
    assert substeps(np.ones((1, 3, 3)), np.full((1, 3, 4), flux), np.zeros((1, 4, 3)), 1.0) == steps


def test_air_that_must_rise_counts_against_the_thinner_of_two_layers() -> None:
    air = np.ones((2, 1, 1)) * np.array([8.0, 1.0])[:, None, None]
    inward_below, outward_above = np.array([[[1.0, -1.0]], [[-1.0, 1.0]]]), np.zeros((2, 2, 1))
    assert substeps(air, inward_below, outward_above, 1.0) == 4


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("inflow", [0.0, 3.0])
def test_an_hour_goes_as_written_out(seed: int, inflow: float) -> None:
    weather = Weather(seed)
    assert steps_needed(weather.air, weather.east, weather.north, 1800.0) > 1
    np.testing.assert_allclose(weather.advanced(inflow, 1800.0), weather.written_out(inflow, 1800.0), **TO_ROUNDING)


def test_the_air_is_the_same_before_and_after() -> None:
    weather = Weather(3)
    before = weather.air.copy()
    weather.advanced(1.0, 1800.0)
    np.testing.assert_array_equal(weather.air, before)


def quiet(weather: Weather) -> Weather:
    """Without wind, mixing, loss or emission."""
    for calm in (weather.east, weather.north, weather.exchange, weather.deposition, weather.loss_rate, weather.emission):
        calm[:] = 0.0
    return weather


def test_with_nothing_going_on_nothing_changes() -> None:
    weather = quiet(Weather(4))
    np.testing.assert_allclose(weather.advanced(5.0, 3600.0), weather.tracer, rtol=1e-15)


def test_emission_adds_its_rate_times_the_time_to_the_lowest_layer() -> None:
    weather = quiet(Weather(5))
    weather.emission[:] = np.arange(weather.emission.size).reshape(weather.emission.shape)
    gained = weather.advanced(0.0, 3600.0) - weather.tracer
    np.testing.assert_allclose(gained[0], weather.emission * 3600.0, atol=1e-7)
    np.testing.assert_allclose(gained[1:], 0.0, atol=1e-9)


def test_emission_is_all_there_after_mixing() -> None:
    weather = quiet(Weather(6))
    weather.exchange[:], weather.emission[:] = 0.2, 11.0
    gained = (weather.advanced(0.0, 3600.0) - weather.tracer).sum(axis=0)
    np.testing.assert_allclose(gained, weather.emission * 3600.0, rtol=1e-9)


def test_loss_is_exponential_in_every_layer() -> None:
    weather = quiet(Weather(7))
    weather.loss_rate[:] = np.array([1e-5, 2e-4, 0.0])[:, None, None]
    left = weather.advanced(0.0, 3600.0) / weather.tracer
    np.testing.assert_allclose(left, np.exp(-weather.loss_rate * 3600.0), rtol=1e-14)


def test_what_leaves_by_deposition_is_the_velocity_times_the_new_ratio_at_the_ground() -> None:
    weather = quiet(Weather(8))
    weather.deposition[:], weather.exchange[:] = 0.03, 0.1
    after = weather.advanced(0.0, 900.0)
    area = weather.air[0] / weather.thickness[0]
    np.testing.assert_allclose((weather.tracer - after).sum(axis=0), 900.0 * 0.03 * area * after[0] / weather.air[0], rtol=1e-9)
