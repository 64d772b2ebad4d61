"""How high above the ground each sector emits, plume rise included."""

import numpy as np
from numpy.typing import NDArray

from hazecast.vocabulary import Sector

Array = NDArray[np.float64]

# Shares of a sector's emission by height: Bieser and others 2011, Environ. Pollut. 159, 2935, table 3, means over Europe.
EDGES_M = np.array([0.0, 20.0, 92.0, 184.0, 324.0, 522.0, 781.0, 1106.0])
_AT_GROUND = (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
_BANDS = {
    Sector.POWER: (0.0, 0.0, 0.0025, 0.51, 0.453, 0.0325, 0.002),
    Sector.INDUSTRY: (0.06, 0.16, 0.75, 0.03, 0.0, 0.0, 0.0),
}


def layer_shares(sector: Sector, tops: Array) -> Array:
    """How a sector's emission is spread over layers with these `tops` in m, (layer,): even within each band of height.

    What rises above the last layer is left in it. Sectors that no chimney carries aloft emit into the lowest layer.
    """
    bands = np.array(_BANDS.get(sector, _AT_GROUND))
    below = np.append(0.0, np.interp(tops, EDGES_M, np.append(0.0, np.cumsum(bands))))
    below[-1] = bands.sum()
    return np.asarray(np.diff(below) / bands.sum())


def at_ground(layers: int) -> Array:
    """All into the lowest of so many layers, (1, layer)."""
    return np.eye(1, layers)
