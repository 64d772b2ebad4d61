"""A puff that wind carries over a plane while turbulence stirs it between ground and lid, against its closed form in three dimensions."""

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.kernels.sweeps.streaming import Inflow, Scheme, advect
from hazecast.forecast.kernels.sweeps.substeps import once_along
from hazecast.forecast.kernels.vertical import mix_columns

Array = NDArray[np.float64]
WIDE_M, BROAD_M, DEEP_M = 400e3, 200e3, 1600.0
EASTWARD, NORTHWARD, DIFFUSIVITY = 10.0, 2.5, 20.0
SOURCE = 100e3, 70e3, 300.0
START_S, SECONDS = 900.0, 14_400.0


def means(edges: Array, middle: float, width: float) -> Array:
    """Means over cells of a Gaussian of unit mass and standard deviation `width`."""
    below = np.array([0.5 * erf((edge - middle) / (sqrt(2.0) * width)) for edge in edges])
    return np.diff(below) / np.diff(edges)


@dataclass
class Puff:
    """Cells of a plane, `fineness` layers of them, and 4 by 2 times as many columns."""

    fineness: int

    @property
    def edges(self) -> tuple[Array, Array, Array]:
        counts = self.fineness, 2 * self.fineness, 4 * self.fineness
        depth, breadth, width = (np.linspace(0.0, to, n + 1) for to, n in zip((DEEP_M, BROAD_M, WIDE_M), counts, strict=True))
        return depth, breadth, width

    def exact(self, seconds: float) -> Array:
        """Means over cells (layer, y, x): no turbulence along the ground, images beneath the ground and over the lid."""
        depth, breadth, width = self.edges
        x, y, z = SOURCE
        spread = sqrt(2.0 * DIFFUSIVITY * (START_S + seconds))
        upright = sum(means(depth, 2 * lid * DEEP_M + side * z, spread) for lid in (-1, 0, 1) for side in (-1, 1))
        along, across = means(width, x + EASTWARD * seconds, 20e3), means(breadth, y + NORTHWARD * seconds, 15e3)
        return 1e13 * np.einsum("k,y,x->kyx", upright, across, along)

    def carried(self, steps: int) -> Array:
        (deep, *_), (broad, *_), (wide, *_) = (np.diff(edges) for edges in self.edges)
        ratio = self.exact(0.0)[:, :, None, :].copy()
        layers, rows, _, columns = ratio.shape
        air = np.full((layers, rows), deep * broad * wide)
        moving = np.repeat(air[:, :, None], columns, axis=2)
        east, north = (
            np.full((layers, rows, columns + 1), EASTWARD * broad * deep),
            np.full((layers, rows + 1, columns), NORTHWARD * wide * deep),
        )
        exchange, spread = np.full((layers - 1, rows, columns), DIFFUSIVITY / deep), np.full((layers - 1, rows), broad * wide)
        beside, ahead = np.zeros((layers, rows, 1)), np.zeros((layers, 1, columns))
        seconds = SECONDS / steps
        sweeps = once_along(np.full(layers, int(np.ceil(EASTWARD * seconds / wide / 0.9))), rows)
        for step in range(steps):
            inflow = Inflow(beside, beside, ahead, ahead)
            advect(Scheme(True, False, False), (ratio,), moving, east, north, (inflow,), sweeps, seconds, step)
            mix_columns((ratio,), (np.zeros(1),), moving, air, exchange, spread, seconds)
        return ratio[:, :, 0, :]


def test_a_puff_in_the_wind_converges_to_its_closed_form() -> None:
    """Parabolas kept monotone clip the peak, so the order is between one and two."""
    errors = []
    for fineness, steps in ((8, 8), (16, 32), (32, 128)):
        puff = Puff(fineness)
        exact, found = puff.exact(SECONDS), puff.carried(steps)
        assert abs(found.sum() / exact.sum() - 1.0) < 1e-5
        assert (found >= 0.0).all()
        errors.append(np.sqrt(((found - exact) ** 2).sum() / (exact**2).sum()))
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert (orders > 1.3).all()
    assert errors[-1] < 0.02
