"""The sweeps of advection against the same scheme written out in numpy, and what must hold for any winds and any tags."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hazecast.forecast.kernels.sweeps.streaming import Inflow, Scheme, advect, share_out
from hazecast.forecast.kernels.sweeps.substeps import LARGEST_COURANT, MOST_ALONG, Sweeps, count_sweeps

Floats = NDArray[np.floating]
VAN_LEER, PPM = False, True
SCHEMES = pytest.mark.parametrize("parabolic", [VAN_LEER, PPM], ids=["van-leer", "ppm"])
KINDS = pytest.mark.parametrize("kind", [np.float32, np.float64])


# ---- the scheme, in other words ----


def limited_differences(q: Floats) -> Floats:
    """Of every cell but the first and last: the monotonized central difference."""
    down, up = q[1:-1] - q[:-2], q[2:] - q[1:-1]
    size = np.minimum(np.minimum(2 * abs(down), 2 * abs(up)), abs(down + up) / 2)
    return np.where(down * up > 0, np.sign(up) * size, 0.0)


def parabolas(q: Floats) -> tuple[Floats, Floats]:
    """Left and right edge values of every cell but three at each end, made monotone."""
    slope = limited_differences(q)
    edge = (q[1:-2] + q[2:-1]) / 2 - np.diff(slope) / 6
    left, mean, right = edge[1:-2].copy(), q[3:-3], edge[2:-1].copy()
    jump, curve = right - left, 6 * (mean - (left + right) / 2)
    extreme = (right - mean) * (mean - left) <= 0
    too_far_left, too_far_right = jump * curve > jump**2, jump * curve < -(jump**2)
    left, right = np.where(too_far_left, 3 * mean - 2 * right, left), np.where(too_far_right, 3 * mean - 2 * left, right)
    return np.where(extreme, mean, left), np.where(extreme, mean, right)


def swept_line(parabolic: bool, q: Floats, air: Floats, flux: Floats, before: float, after: float) -> tuple[Floats, Floats]:
    """A line after `flux` kg went through its faces."""
    padded = np.concatenate([np.full(4, before), q, np.full(4, after)])
    holds = np.concatenate([[np.inf], air, [np.inf]])
    eastward, westward = np.maximum(flux, 0) / holds[:-1], np.maximum(-flux, 0) / holds[1:]
    mean = padded[3:-3]
    if parabolic:
        left, right = parabolas(padded)
        jump, curve = right - left, 6 * (mean - (left + right) / 2)
        from_west = right[:-1] - eastward / 2 * (jump[:-1] - (1 - 2 / 3 * eastward) * curve[:-1])
        from_east = left[1:] + westward / 2 * (jump[1:] + (1 - 2 / 3 * westward) * curve[1:])
    else:
        slope = limited_differences(padded)[2:-2]
        from_west = mean[:-1] + (1 - eastward) / 2 * slope[:-1]
        from_east = mean[1:] - (1 - westward) / 2 * slope[1:]
    carried = flux * np.where(flux >= 0, from_west, from_east)
    moved = air - np.diff(flux)
    return (q * air - np.diff(carried)) / moved, moved


class Case:
    """Random air, winds and tracers on a few cells, with what flows in."""

    def __init__(self, seed: int, shape: tuple[int, int, int, int] | None = None, kind: type[np.floating] = np.float64) -> None:
        chance = np.random.default_rng(seed)
        layers, rows, tracers, columns = shape or tuple(int(n) for n in chance.integers((1, 1, 1, 1), (3, 7, 4, 9)))
        self.kind, gappy = kind, lambda *s: (chance.random(s) ** 3 * (chance.random(s) > 0.4)).astype(kind)
        self.ratio = gappy(layers, rows, tracers, columns) * (chance.random((layers, rows, 1, columns)) > 0.2)
        self.air = chance.uniform(0.5, 2, (layers, rows, columns)).astype(kind)
        strength = float(chance.choice([0.02, 0.3, 1.0]))
        self.east = (strength * chance.normal(size=(layers, rows, columns + 1))).astype(kind)
        self.north = (strength * chance.normal(size=(layers, rows + 1, columns))).astype(kind)
        sides = gappy(layers, rows, tracers), gappy(layers, rows, tracers), gappy(layers, tracers, columns), gappy(layers, tracers, columns)
        self.inflow = Inflow(*sides)
        lost = np.maximum(np.diff(self.east, axis=2) + np.diff(self.north, axis=1), 1e-9)
        self.seconds = min(0.8 * float((self.air / lost).min()), 3.0)
        self.sweeps = count_sweeps(self.air, self.east, self.north, self.seconds)

    def advected(self, parabolic: bool, coupled: bool, first: int = 0) -> tuple[Floats, Floats]:
        """Ratios and air afterwards, by the kernels."""
        ratio, air = self.ratio.copy(), self.air.copy()
        scheme = Scheme(parabolic, coupled, False)
        advect(scheme, (ratio,), air, self.east, self.north, (self.inflow,), self.sweeps, self.seconds, first)
        return ratio, air

    def written_out(self, parabolic: bool, first: int) -> tuple[Floats, Floats]:
        """The same, line by line."""
        ratio, air = self.ratio.copy(), self.air.copy()
        for k, steps in enumerate(self.sweeps.steps):
            for step in range(steps):
                for axis in (1, 0) if (first + step) % 2 == 0 else (0, 1):
                    for line in range(air.shape[2 - axis]):
                        for _ in range(self.sweeps.along[k, line] if axis else 1):
                            self._sweep(parabolic, ratio[k], air[k], k, line, axis)
        return ratio, air

    def _sweep(self, parabolic: bool, ratio: Floats, air: Floats, k: int, line: int, axis: int) -> None:
        at = (line, slice(None)) if axis else (slice(None), line)
        seconds = self.seconds / self.sweeps.steps[k] / (self.sweeps.along[k, line] if axis else 1)
        flux = (self.east if axis else self.north)[k][at] * seconds
        sides = (self.inflow.west, self.inflow.east) if axis else (self.inflow.south, self.inflow.north)
        before = air[at].copy()
        for t in range(ratio.shape[1]):
            ends = [float(side[k, line, t] if axis else side[k, t, line]) for side in sides]
            ratio[:, t][at], air[at] = swept_line(parabolic, ratio[:, t][at], before, flux, *ends)

    def of_the_whole(self) -> "Case":
        """The same winds with the sum of the tags as the only tracer."""
        whole = Case.__new__(Case)
        whole.__dict__.update(self.__dict__)
        whole.ratio = self.ratio.sum(axis=2, keepdims=True)
        axes = (2, 2, 1, 1)
        whole.inflow = Inflow(*(side.sum(axis=axis, keepdims=True) for side, axis in zip(self.inflow, axes, strict=True)))
        return whole


@SCHEMES
@pytest.mark.parametrize("seed", range(12))
def test_tracers_move_as_written_out(parabolic: bool, seed: int) -> None:
    case = Case(seed)
    ratio, air = case.advected(parabolic, coupled=False, first=seed)
    expected, expected_air = case.written_out(parabolic, first=seed)
    np.testing.assert_allclose(air, expected_air, rtol=1e-12)
    np.testing.assert_allclose(ratio, expected, rtol=1e-10, atol=1e-13)


@SCHEMES
@pytest.mark.parametrize("coupled", [False, True])
def test_a_single_tracer_moves_alike_as_a_tag(parabolic: bool, coupled: bool) -> None:
    case = Case(5, (2, 5, 1, 6))
    np.testing.assert_allclose(case.advected(parabolic, coupled)[0], case.advected(parabolic, False)[0], rtol=1e-12, atol=1e-14)


# ---- what must hold ----


@SCHEMES
@KINDS
@pytest.mark.parametrize("coupled", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_a_constant_stays_exactly_constant_in_any_winds(parabolic: bool, kind: type[np.floating], coupled: bool, seed: int) -> None:
    case = Case(seed, kind=kind)
    for field in (case.ratio, *case.inflow):
        field[:] = 0.7
    ratio, _ = case.advected(parabolic, coupled, seed)
    assert (ratio == kind(0.7)).all()


@given(seed=st.integers(0, 10**6), parabolic=st.booleans(), kind=st.sampled_from([np.float32, np.float64]), first=st.integers(0, 1))
@settings(max_examples=25)
def test_tags_sum_to_what_the_whole_does_and_none_is_negative(seed: int, parabolic: bool, kind: type[np.floating], first: int) -> None:
    case = Case(seed, kind=kind)
    tags, _ = case.advected(parabolic, True, first)
    whole, _ = case.of_the_whole().advected(parabolic, False, first)
    rounding = 60 * np.finfo(kind).eps * max(1.0, float(case.ratio.sum(axis=2).max()))
    np.testing.assert_allclose(tags.sum(axis=2), whole[:, :, 0], rtol=0, atol=rounding)
    assert tags.min() >= 0.0


@given(seed=st.integers(0, 10**6), parabolic=st.booleans(), coupled=st.booleans())
@settings(max_examples=20)
def test_within_closed_edges_each_tag_keeps_its_mass(seed: int, parabolic: bool, coupled: bool) -> None:
    case = Case(seed)
    case.east[:, :, [0, -1]] = 0.0
    case.north[:, [0, -1], :] = 0.0
    lost = np.maximum(np.diff(case.east, axis=2) + np.diff(case.north, axis=1), 1e-9)
    case.seconds = min(case.seconds, 0.8 * float((case.air / lost).min()))
    case.sweeps = count_sweeps(case.air, case.east, case.north, case.seconds)
    ratio, air = case.advected(parabolic, coupled)
    before, after = ((q * a[:, :, None]).sum(axis=(1, 3)) for q, a in ((case.ratio, case.air), (ratio, air)))
    np.testing.assert_allclose(after, before, rtol=1e-13, atol=1e-15)


@SCHEMES
@pytest.mark.parametrize("seed", range(5))
def test_no_new_extremes_where_nothing_is_compressed_within_a_sweep(parabolic: bool, seed: int) -> None:
    case = Case(seed)
    ratio, _ = case.advected(parabolic, coupled=False)
    seen = [np.concatenate([a[k].ravel() for a in (case.ratio, *case.inflow)]) for k in range(case.ratio.shape[0])]
    for k, values in enumerate(seen):
        assert ratio[k].min() >= values.min() - 1e-14
        assert ratio[k].max() <= values.max() + 1e-14


@SCHEMES
def test_a_tag_with_nothing_anywhere_near_gets_nothing(parabolic: bool) -> None:
    case = Case(3, (1, 5, 3, 8))
    case.ratio[:, :, 1] = 0.0
    for side in case.inflow[:2]:
        side[:, :, 1] = 0.0
    for side in case.inflow[2:]:
        side[:, 1] = 0.0
    assert (case.advected(parabolic, True)[0][:, :, 1] == 0.0).all()


@SCHEMES
def test_what_is_not_a_number_does_not_vanish(parabolic: bool) -> None:
    case = Case(4, (1, 5, 2, 6))
    case.ratio[0, 2, 0, 3] = np.nan
    for coupled in (False, True):
        assert np.isnan(case.advected(parabolic, coupled)[0][0, 2, 0, 3])


@SCHEMES
def test_next_to_nothing_becomes_nothing(parabolic: bool) -> None:
    case = Case(6, (1, 4, 2, 5), np.float32)
    case.ratio *= np.float32(1e-36)
    for side in case.inflow:
        side[:] = 0.0
    assert (case.advected(parabolic, False)[0] < 1e-30).all()


def test_nothing_to_carry_is_no_fault() -> None:
    case = Case(1, (2, 4, 1, 5))
    air = case.air.copy()
    nothing = Inflow(*(np.zeros((2, n, m)) for n, m in ((4, 0), (4, 0), (0, 5), (0, 5))))
    advect(Scheme(PPM, True, False), (np.zeros((2, 4, 0, 5)),), air, case.east, case.north, (nothing,), case.sweeps, case.seconds, 0)
    np.testing.assert_array_equal(air, case.air)


# ---- rings ----


@SCHEMES
@pytest.mark.parametrize("coupled", [False, True])
def test_on_a_ring_it_does_not_matter_where_the_row_is_cut(parabolic: bool, coupled: bool) -> None:
    case = Case(8, (1, 4, 2, 7))
    case.east[:, :, -1] = case.east[:, :, 0]
    case.sweeps = Sweeps(np.array([4]), np.array([[1, 2, 1, 3]]))
    case.seconds = 0.5 / float(np.abs(case.east).max())
    ratio, _ = advected_on_ring(case, parabolic, coupled, 0)
    turned, _ = advected_on_ring(case, parabolic, coupled, 3)
    np.testing.assert_allclose(np.roll(turned, -3, axis=-1), ratio, rtol=1e-12, atol=1e-14)


def advected_on_ring(case: Case, parabolic: bool, coupled: bool, turn: int) -> tuple[Floats, Floats]:
    ratio, air, north = (np.roll(a, turn, axis=-1) for a in (case.ratio, case.air, case.north))
    east = np.roll(case.east[:, :, :-1], turn, axis=-1)
    east = np.concatenate([east, east[:, :, :1]], axis=-1)
    south, far_north = (np.roll(side, turn, axis=-1) for side in case.inflow[2:])
    inflow = Inflow(case.inflow.west, case.inflow.east, south, far_north)
    advect(Scheme(parabolic, coupled, True), (ratio,), air, east, north, (inflow,), case.sweeps, case.seconds, 0)
    return ratio, air


# ---- steps and threads ----


@pytest.mark.parametrize(("flux", "sweeps"), [(0.9, 1), (0.91, 2), (-0.9, 1), (1.81, 3)])
def test_a_cell_loses_at_most_nine_tenths_of_its_air_in_a_sweep(flux: float, sweeps: int) -> None:
    east, north, air = np.full((1, 3, 4), flux), np.zeros((1, 4, 3)), np.ones((1, 3, 3))
    along, across = count_sweeps(air, east, north, 1.0), count_sweeps(air, *turned(east, north), 1.0)
    assert (along.steps.tolist(), along.along.tolist()) == ([1], [[sweeps] * 3])
    assert (across.steps.tolist(), across.along.tolist()) == ([sweeps], [[1] * 3])


def turned(east: Floats, north: Floats) -> tuple[Floats, Floats]:
    return north.swapaxes(1, 2), east.swapaxes(1, 2)


def test_layers_and_rows_have_sweeps_of_their_own_and_calm_ones_take_one() -> None:
    east = np.zeros((3, 2, 4)) + np.array([[0.0, 0.0], [0.5, 2.0], [0.0, 5.0]])[:, :, None]
    counted = count_sweeps(np.ones((3, 2, 3)), east, np.zeros((3, 3, 3)), 1.0)
    assert counted.steps.tolist() == [1, 1, 2]  # six along a row would be more than between two across it
    assert counted.along.tolist() == [[1, 1], [1, 3], [1, 3]]
    assert counted.effort.tolist() == [4, 6, 12]


@pytest.mark.parametrize("seed", range(20))
def test_the_sweeps_are_enough_for_winds_that_flow_apart_and_together(seed: int) -> None:
    case = Case(seed)
    assert case.sweeps.along.max() <= MOST_ALONG + 1  # rounding
    for k, steps in enumerate(case.sweeps.steps):
        along = -np.diff(case.east[k], axis=1) * case.seconds / steps
        across = -np.diff(case.north[k], axis=0) * case.seconds / steps
        east, north = case.east[k] * case.seconds / steps, case.north[k] * case.seconds / steps
        leaving_along = np.maximum(east[:, 1:], 0) + np.maximum(-east[:, :-1], 0)
        leaving_across = np.maximum(north[1:], 0) + np.maximum(-north[:-1], 0)
        count = case.sweeps.along[k][:, None]
        for step in range(steps):
            air = case.air[k] + step * (along + across)
            poorest = air + np.minimum(across, 0) + np.minimum(along, 0) * (count - 1) / count
            assert (leaving_along / count <= LARGEST_COURANT * poorest * (1 + 1e-12)).all()
            assert (leaving_across <= LARGEST_COURANT * (air + np.minimum(along, 0)) * (1 + 1e-12)).all()


@pytest.mark.parametrize("fault", ["emptied", "not a number"])
def test_winds_that_empty_a_cell_or_are_not_numbers_are_refused(fault: str) -> None:
    air, east, north = np.ones((2, 3, 3)), np.zeros((2, 3, 4)), np.zeros((2, 4, 3))
    east[1, 1, 1:3] = (-0.6, 0.6) if fault == "emptied" else (np.nan, 0.0)
    with pytest.raises(ValueError, match="layer 1"):
        count_sweeps(air, east, north, 1.0)


def test_layers_are_shared_out_longest_first() -> None:
    assert share_out(np.array([1, 1, 2, 5, 2, 1]), 2).tolist() == [1, 0, 1, 0, 1, 1]
    assert share_out(np.array([3, 1]), 1).tolist() == [0, 0]


@SCHEMES
@pytest.mark.parametrize("coupled", [False, True])
def test_the_number_of_threads_changes_no_bit(parabolic: bool, coupled: bool) -> None:
    case = Case(9, (5, 6, 3, 19), np.float32)
    alone = numba.get_num_threads()
    results = []
    try:
        for threads in {1, alone}:
            numba.set_num_threads(threads)
            results.append(case.advected(parabolic, coupled)[0])
    finally:
        numba.set_num_threads(alone)
    for result in results:
        np.testing.assert_array_equal(result, results[0])
