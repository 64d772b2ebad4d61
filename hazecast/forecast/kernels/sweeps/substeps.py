"""Into how many equal sweeps the motion of each layer must be cut, for no cell to give away too much of its air in one of them."""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hazecast.forecast.kernels.sweeps.limiters import FAST

Floats = NDArray[np.floating]
Index = NDArray[np.int64]

LARGEST_COURANT: Final = 0.9
MOST_ALONG: Final = 4  # sweeps along a row between two across it: where winds ask for more, the layer takes more steps


class Sweeps(NamedTuple):
    """Equal steps to take in each layer, (layer,), and in every one of them equal sweeps along each row, (layer, y).

    Cells are narrow where meridians are near each other, and winds blow mostly along them: so a row asks for sweeps of its own.
    """

    steps: Index
    along: Index

    @property
    def effort(self) -> Index:
        """Sweeps over single rows that each layer takes, (layer,)."""
        return np.asarray(self.steps * (self.along.shape[1] + self.along.sum(axis=1)))


def once_along(steps: Index, rows: int) -> Sweeps:
    """So many steps of each layer, (layer,), with one sweep along each row."""
    return Sweeps(steps, np.ones((steps.size, rows), np.int64))


def count_sweeps(air: Floats, east_flux: Floats, north_flux: Floats, seconds: float, most_along: int = MOST_ALONG) -> Sweeps:
    """The fewest sweeps for no cell to lose more than `LARGEST_COURANT` of its air in one, with at most `most_along` along a row a step.

    air        (layer, y, x) kg at the beginning
    east_flux  (layer, y, x + 1) kg s-1;  north_flux (layer, y + 1, x) kg s-1

    Raises ValueError where a number is not finite, or a cell has no air or would have none left after so many seconds however small
    the steps are. What leaves through all four faces is counted, sweep by sweep, and the air is that of the sweep when it is least,
    for winds that flow apart take some of it in each sweep.
    """
    need = np.empty(air.shape[0])
    _find_need(air, east_flux, north_flux, seconds, most_along, need)
    if not np.isfinite(need).all():
        layer = int(np.argmin(np.isfinite(need)))
        raise ValueError(
            f"Winds would empty a cell of layer {layer} within {seconds:g} s, or its air or fluxes are not finite; "
            "expected air above zero and a shorter step."
        )
    steps = np.maximum(np.ceil(need), 1.0).astype(np.int64)
    along = np.empty(air.shape[:2])
    _find_along(air, east_flux, north_flux, seconds, steps, along)
    return Sweeps(steps, np.maximum(np.ceil(along), 1.0).astype(np.int64))


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _find_need(air: Floats, east_flux: Floats, north_flux: Floats, seconds: float, most_along: int, need: Floats) -> None:
    for k in range(air.shape[0]):
        worst = np.zeros(air.shape[2])
        for y in range(air.shape[1]):
            _find_need_of_row(air[k, y], east_flux[k, y], north_flux[k, y], north_flux[k, y + 1], seconds, most_along, worst)
        need[k] = worst.max()
        for x in range(worst.size):
            if not np.isfinite(worst[x]):
                need[k] = np.inf


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _find_need_of_row(
    air: Floats, east_flux: Floats, south_flux: Floats, north_flux: Floats, seconds: float, most_along: int, worst: Floats
) -> None:
    """The most steps so far of each column, into `worst`; infinite or not a number once it was."""
    for x in range(air.size):
        west, east, south, north = east_flux[x] * seconds, east_flux[x + 1] * seconds, south_flux[x] * seconds, north_flux[x] * seconds
        along, across = west - east, south - north
        least = min(air[x], air[x] + along + across)
        leaving_along = (max(east, 0.0) + max(-west, 0.0)) / LARGEST_COURANT
        leaving_across = (max(north, 0.0) + max(-south, 0.0)) / LARGEST_COURANT
        gain = max(-(along + across), 0.0)  # in the last and poorest step the loss of that step itself is not yet done
        thinned_along, thinned_across = min(along, 0.0), min(across, 0.0)
        of_along = (leaving_along + thinned_along) / most_along - thinned_across - thinned_along
        need = (max(of_along, leaving_across - thinned_along) - gain) / least
        if not (least > 0.0):
            need = np.inf
        before = worst[x]
        worst[x] = before if before >= need or not np.isfinite(before) else need


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _find_along(air: Floats, east_flux: Floats, north_flux: Floats, seconds: float, steps: Index, need: Floats) -> None:
    for k in range(air.shape[0]):
        for y in range(air.shape[1]):
            need[k, y] = _along_row(air[k, y], east_flux[k, y], north_flux[k, y], north_flux[k, y + 1], seconds, steps[k])


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _along_row(air: Floats, east_flux: Floats, south_flux: Floats, north_flux: Floats, seconds: float, steps: int) -> float:
    """The most sweeps that a cell of the row asks for in a step."""
    most = 0.0
    for x in range(air.size):
        west, east, south, north = east_flux[x] * seconds, east_flux[x + 1] * seconds, south_flux[x] * seconds, north_flux[x] * seconds
        along, across = west - east, south - north
        thinned, gain = min(along, 0.0), max(-(along + across), 0.0)
        leaving = (max(east, 0.0) + max(-west, 0.0)) / LARGEST_COURANT
        left = steps * min(air[x], air[x] + along + across) + gain + min(across, 0.0) + thinned
        most = max(most, (leaving + thinned) / left)
    return most
