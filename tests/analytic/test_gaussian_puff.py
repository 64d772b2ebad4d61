"""A puff from an elevated source under constant diffusivity, against the Gaussian with its image beneath the reflecting ground."""

from math import erf, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.kernels.vertical import mix_columns

Array = NDArray[np.float64]
DEPTH_M, SOURCE_M, DIFFUSIVITY = 2400.0, 300.0, 20.0
START_S, SECONDS = 300.0, 3600.0  # the puff begins as it is after START_S, for layers cannot hold a point


def puff(edges: Array, seconds: float) -> Array:
    """Means over layers of a unit released at `SOURCE_M`, reflected by the ground, `seconds` later."""
    width = sqrt(4.0 * DIFFUSIVITY * seconds)
    above = np.array([0.5 * (erf((z - SOURCE_M) / width) + erf((z + SOURCE_M) / width)) for z in edges])
    return np.diff(above) / np.diff(edges)


def error(edges: Array, steps: int) -> float:
    """Largest error at the end, as a share of the largest value there."""
    centres, thickness = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    load, air = puff(edges, START_S).reshape(-1, 1, 1, 1), thickness[:, None]
    exchange, spread = (DIFFUSIVITY / np.diff(centres)).reshape(-1, 1, 1), np.ones((thickness.size - 1, 1))
    for _ in range(steps):
        mix_columns((load,), (np.zeros(1),), air[:, :, None].copy(), air, exchange, spread, SECONDS / steps)
    exact = puff(edges, START_S + SECONDS)
    assert float((load[:, 0, 0, 0] * thickness).sum()) == pytest.approx(puff(edges, START_S) @ thickness, rel=1e-12)
    return float(np.abs(load[:, 0, 0, 0] - exact).max() / exact.max())


def test_a_puff_converges_to_its_closed_form_at_second_order() -> None:
    errors = [error(np.linspace(0.0, DEPTH_M, layers + 1), layers**2 // 16) for layers in (24, 48, 96)]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert (orders > 1.8).all()
    assert errors[-1] < 0.002


def test_on_layers_that_grow_with_height_it_still_converges() -> None:
    errors = [error(DEPTH_M * np.linspace(0.0, 1.0, layers + 1) ** 1.5, layers**2 // 16) for layers in (24, 48, 96)]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert (orders > 1.7).all()


def test_with_the_models_own_steps_the_puff_is_right_to_a_few_hundredths() -> None:
    assert error(np.linspace(0.0, DEPTH_M, 97), 4) < 0.06
