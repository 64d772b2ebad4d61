"""What the air carries that flows in over the edges of the domain and through its top."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.transport.layers import Layers
from hazecast.forecast.transport.state import SIDES, Tags

Array = NDArray[np.float64]

SCALE_HEIGHT_M = 2000.0  # of continental aerosol: Hess, Koepke and Schult 1998, Bull. Amer. Meteor. Soc. 79, 831, table 5


@dataclass(frozen=True, slots=True, eq=False)
class Inflow:
    """PM2.5 of the air outside as mixing ratios in µg per kg, all of it counted as of the edge that it comes over.

    beside  (side, layer), the sides in the order of `SIDES`;  aloft  (side,) over the last layer, where each side's air has its share
    """

    beside: Array
    aloft: Array

    @property
    def mean(self) -> Array:
        """Of all sides, (layer,)."""
        return np.asarray(self.beside.mean(axis=0))

    def parts_beside(self, side: int, tags: Tags) -> Array:
        """The ratios of every part of PM2.5 beside the layers of one side, (layer, part)."""
        out = np.zeros((self.beside.shape[1], tags.count))
        out[:, tags.edge(side)] = self.beside[side]
        return out

    def parts_aloft(self, tags: Tags) -> Array:
        """The same over the last layer, (part,)."""
        out = np.zeros(tags.count)
        for side, ratio in enumerate(self.aloft):
            out[tags.edge(side)] += ratio
        return out


def inflow_of(layers: Layers, background: Array) -> Inflow:
    """With `background` (side,) in µg m-3 in the lowest layer, falling with height by `SCALE_HEIGHT_M`."""
    if background.shape != (len(SIDES),):
        raise ValueError(f"There are backgrounds of the shape {background.shape}; expected one for each of {', '.join(SIDES)}.")
    falling = np.exp(-(layers.centres - layers.centres[0]) / SCALE_HEIGHT_M)
    top = float(np.exp(-(layers.tops[-1] - layers.centres[0]) / SCALE_HEIGHT_M))
    ratio = background / layers.density[0]
    return Inflow(np.multiply.outer(ratio, falling), ratio * top / len(SIDES))
