"""Standard tests of advection on the unit square: shapes carried round once in a turning wind, and torn and mended by a swirl.

The norms are those of a van Leer scheme with the monotonized central limiter, dimension-split with the air carried along, at Courant
numbers up to one half (LeVeque 1996, SIAM J. Numer. Anal. 33, 627, describes the tests).
"""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.kernels.hour import advance

Array = NDArray[np.float64]
Shape = Callable[[Array, Array], Array]
SAMPLES_A_CELL = 8


def slotted_cylinder(x: Array, y: Array) -> Array:
    slot = (np.abs(x - 0.5) < 0.025) & (y < 0.85)
    return ((np.hypot(x - 0.5, y - 0.75) <= 0.15) & ~slot).astype(np.float64)


def cosine_hill(x: Array, y: Array) -> Array:
    return (1 + np.cos(np.pi * np.minimum(np.hypot(x - 0.5, y - 0.75) / 0.15, 1.0))) / 2


def cell_means(shape: Shape, n: int) -> Array:
    fine = (np.arange(n * SAMPLES_A_CELL) + 0.5) / (n * SAMPLES_A_CELL)
    return shape(*np.meshgrid(fine, fine)).reshape(n, SAMPLES_A_CELL, n, SAMPLES_A_CELL).mean(axis=(1, 3))


def fluxes(stream: Array) -> tuple[Array, Array]:
    """Through the faces between the corners on which the stream function is given (y, x)."""
    return -np.diff(stream, axis=0)[None], np.diff(stream, axis=1)[None]


def corners(n: int) -> tuple[Array, Array]:
    edge = np.linspace(0.0, 1.0, n + 1)
    x, y = np.meshgrid(edge, edge)
    return x, y


def carried(ratio: Array, stream: Array, seconds: float) -> Array:
    n = ratio.shape[0]
    air = np.full((1, n, n), 1.0 / n**2)
    tracer, nothing = ratio[None] * air, np.zeros((n, n))
    advance(tracer, air, *fluxes(stream), np.zeros((0, n, n)), nothing, np.zeros((1, n, n)), nothing, np.ones(1), 0.0, seconds)
    return (tracer / air)[0]


def rotated_once(shape: Shape, n: int) -> tuple[Array, Array]:
    """Before and after one turn of the whole square round its centre."""
    x, y = corners(n)
    before = cell_means(shape, n)
    return before, carried(before, np.pi * ((x - 0.5) ** 2 + (y - 0.5) ** 2), 1.0)


def norms(before: Array, after: Array) -> tuple[float, float]:
    error = after - before
    return float(np.abs(error).sum() / np.abs(before).sum()), float(np.sqrt((error**2).sum() / (before**2).sum()))


@pytest.mark.parametrize(("shape", "l1", "l2"), [(slotted_cylinder, 0.36, 0.34), (cosine_hill, 0.045, 0.042)])
def test_a_rotating_shape_comes_round_with_the_norms_of_the_scheme(shape: Shape, l1: float, l2: float) -> None:
    before, after = rotated_once(shape, 100)
    assert norms(before, after) == pytest.approx((l1, l2), rel=0.03)
    assert after.min() >= 0.0
    assert after.max() <= before.max()
    assert after.sum() == pytest.approx(before.sum(), rel=1e-11)


def test_the_error_of_a_smooth_hill_falls_with_the_square_of_the_cell_width() -> None:
    error = [norms(*rotated_once(cosine_hill, n))[0] for n in (40, 80)]
    assert np.log2(error[0] / error[1]) > 1.8


def test_a_hill_turned_by_a_quarter_ends_where_the_turned_hill_began() -> None:
    n = 60
    x, y = corners(n)
    quarter = carried(cell_means(cosine_hill, n), np.pi * ((x - 0.5) ** 2 + (y - 0.5) ** 2), 0.25)
    assert norms(np.rot90(cell_means(cosine_hill, n), -1), quarter)[1] < 0.05


def test_the_two_directions_are_alike() -> None:
    n = 60
    x, y = corners(n)
    stream = np.pi * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    hill = cell_means(cosine_hill, n)
    as_it_is, transposed = carried(hill, stream, 0.5), carried(hill.T.copy(), -stream, 0.5).T
    assert np.abs(as_it_is - transposed).max() < 0.01


def test_a_swirl_that_is_reversed_brings_the_hill_back() -> None:
    n, parts = 60, 30
    x, y = corners(n)
    stream = np.sin(np.pi * x) ** 2 * np.sin(np.pi * y) ** 2 / np.pi
    hill = before = cell_means(cosine_hill, n)
    for part in range(parts):
        hill = carried(hill, stream * np.cos(np.pi * (part + 0.5) / parts), 1.5 / parts)
    assert hill.sum() == pytest.approx(before.sum(), rel=1e-12)
    assert norms(before, hill)[1] < 0.25
