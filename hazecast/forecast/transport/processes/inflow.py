"""What the air carries that flows in over the edges of the domain and through its top."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.transport.layers import Layers
from hazecast.forecast.transport.state import EDGES, Tags

Array = NDArray[np.float64]
Floats = NDArray[np.floating]

SCALE_HEIGHT_M = 2000.0  # of continental aerosol: Hess, Koepke and Schult 1998, Bull. Amer. Meteor. Soc. 79, 831, table 5


@dataclass(frozen=True, slots=True, eq=False)
class Inflow:
    """PM2.5 of the air beyond the edges as a mixing ratio in µg per kg: `ratio` (layer,) beside the layers, `aloft` over the last."""

    ratio: Array
    aloft: float

    def parts(self, tags: Tags) -> Array:
        """The ratios of every part of PM2.5 beside the layers, (layer, part): all of what flows in is of the edges."""
        out = np.zeros((self.ratio.size, tags.count))
        out[:, EDGES] = self.ratio
        return out


def inflow_of(layers: Layers, background: float) -> Inflow:
    """With `background` in µg m-3 in the lowest layer, falling with height by `SCALE_HEIGHT_M`."""
    falling = np.exp(-(layers.centres - layers.centres[0]) / SCALE_HEIGHT_M)
    top = float(np.exp(-(layers.tops[-1] - layers.centres[0]) / SCALE_HEIGHT_M))
    ratio = background / layers.density[0]
    return Inflow(ratio * falling, ratio * top)
