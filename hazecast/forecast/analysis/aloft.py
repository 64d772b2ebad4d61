"""How a correction of the surface goes up the layers: whole within the mixed layer, fading above."""

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.analysis.start import Analysis

Array = NDArray[np.float64]

FADES_WITHIN = 1.0  # mixing heights above the mixing height: yesterday's mixed layer shares part of what the surface says of today's


def shares_aloft(tops: Array, mixing_height: Array) -> Array:
    """How much of the surface's correction each layer gets, (layer, y, x) from 1 to 0.

    tops (layer,) upper bounds in m, lowest first;  mixing_height (y, x) m

    The lowest layer gets all. Above, the mean over the layer of what is 1 up to the mixing height and falls evenly to 0 at twice it.
    """
    bottoms = np.concatenate([[0.0], tops[:-1]])
    depth = np.maximum(mixing_height, tops[0])[None]
    below = _integral(tops[:, None, None], depth) - _integral(bottoms[:, None, None], depth)
    shares = below / (tops - bottoms)[:, None, None]
    shares[0] = 1.0
    return np.asarray(np.clip(shares, 0.0, 1.0))


def aloft(analysis: Analysis, tops: Array, mixing_height: Array, density: float) -> tuple[Array, Array]:
    """What the parts of each cell are to be multiplied by, and what is to be added, both (layer, y, x), as `scale_tags` takes them.

    tops (layer,) m;  mixing_height (y, x) m;  density of the lowest layer, kg m-3, by which what is added becomes µg per kg of air
    """
    shares = shares_aloft(tops, mixing_height)
    return 1.0 + shares * (analysis.ratio - 1.0), shares * (analysis.added / density)


def _integral(height: Array, depth: Array) -> Array:
    """Of the weight from the ground to `height`."""
    fade = FADES_WITHIN * depth
    above = np.clip(height - depth, 0.0, fade)
    return np.asarray(np.minimum(height, depth) + above - above**2 / (2.0 * fade))
