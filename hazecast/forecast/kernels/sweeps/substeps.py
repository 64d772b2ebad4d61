"""Into how many equal steps each layer must be cut, for no cell to give away too much of its air in one sweep."""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hazecast.forecast.kernels.sweeps.limiters import FAST

Floats = NDArray[np.floating]
Index = NDArray[np.int64]

LARGEST_COURANT: Final = 0.9


def count_substeps(air: Floats, east_flux: Floats, north_flux: Floats, seconds: float, largest: float = LARGEST_COURANT) -> Index:
    """Equal steps that `seconds` must be cut into, (layer,), for no cell to lose more than `largest` of its air in one sweep.

    air        (layer, y, x) kg at the beginning
    east_flux  (layer, y, x + 1) kg s-1;  north_flux (layer, y + 1, x) kg s-1

    Raises ValueError where a number is not finite, or a cell has no air or would have none left after so many seconds however small
    the steps are. What leaves through all four faces is counted, sweep by sweep, and the air is that of the sweep when it is least,
    for winds that flow apart take some of it in each sweep.
    """
    need = np.empty(air.shape[0])
    _find_need(air, east_flux, north_flux, seconds, largest, need)
    if not np.isfinite(need).all():
        layer = int(np.argmin(np.isfinite(need)))
        raise ValueError(
            f"Winds would empty a cell of layer {layer} within {seconds:g} s, or its air or fluxes are not finite; "
            "expected air above zero and a shorter step."
        )
    return np.maximum(np.ceil(need), 1.0).astype(np.int64)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _find_need(air: Floats, east_flux: Floats, north_flux: Floats, seconds: float, largest: float, need: Floats) -> None:
    for k in range(air.shape[0]):
        worst = np.zeros(air.shape[2])
        for y in range(air.shape[1]):
            _find_need_of_row(air[k, y], east_flux[k, y], north_flux[k, y], north_flux[k, y + 1], seconds, largest, worst)
        need[k] = worst.max()
        for x in range(worst.size):
            if not np.isfinite(worst[x]):
                need[k] = np.inf


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _find_need_of_row(
    air: Floats, east_flux: Floats, south_flux: Floats, north_flux: Floats, seconds: float, largest: float, worst: Floats
) -> None:
    """The most so far of each column, into `worst`; infinite or not a number once it was."""
    for x in range(air.size):
        west, east, south, north = east_flux[x] * seconds, east_flux[x + 1] * seconds, south_flux[x] * seconds, north_flux[x] * seconds
        along, across = west - east, south - north
        least = min(air[x], air[x] + along + across)
        most_along = max(east, 0.0) + max(-west, 0.0) - largest * min(across, 0.0)
        most_across = max(north, 0.0) + max(-south, 0.0) - largest * min(along, 0.0)
        gain = largest * max(-(along + across), 0.0)  # in the last and poorest step the loss of that step itself is not yet done
        need = (max(most_along, most_across) - gain) / (largest * least)
        if not (least > 0.0):
            need = np.inf
        before = worst[x]
        worst[x] = before if before >= need or not np.isfinite(before) else need
