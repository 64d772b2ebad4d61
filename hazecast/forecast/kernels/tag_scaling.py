"""The tagged parts of a cell, drawn to an analysis of their sum."""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Floats = NDArray[np.floating]


@njit(parallel=True, cache=True)
def scale_tags(pm25: Floats, ratio: Floats, added: Floats, initial_tag: int) -> None:
    """Multiply all tags by `ratio` and give what is `added` to the tag `initial_tag`, in place.

    pm25   [layer, y, tag, x] mixing ratio
    ratio  [layer, y, x];  added  [layer, y, x] in the unit of pm25
    """
    layers, rows, tags, columns = pm25.shape
    for y in prange(rows):
        for k in range(layers):
            for tag in range(tags):
                for x in range(columns):
                    pm25[k, y, tag, x] *= ratio[k, y, x]
            for x in range(columns):
                pm25[k, y, initial_tag, x] += added[k, y, x]
