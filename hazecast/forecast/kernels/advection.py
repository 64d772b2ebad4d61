"""Monotone, mass-conserving advection along one line of cells, with the air carried beside the tracer."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]


@njit(cache=True, inline="always")
def limited_slope(left: float, centre: float, right: float) -> float:
    """The monotonized central slope of van Leer (1977): zero at extrema, never beyond twice either one-sided difference."""
    down = centre - left
    up = right - centre
    if down * up <= 0.0:
        return 0.0
    steepest = min(2.0 * abs(down), 2.0 * abs(up), 0.5 * abs(down + up))
    return steepest if up > 0.0 else -steepest


@njit(cache=True)
def advect_line(air: Array, tracer: Array, flux: Array, inflow: float, ratio: Array) -> None:
    """Move `air` and `tracer` (amounts in n cells) by `flux` (air through the n + 1 faces in this step), in place.

    The tracer goes with the air at the mixing ratio upwind of each face, by a limited linear reconstruction within the donor
    cell. Air entering at the ends carries the ratio `inflow`. `ratio` is scratch of length n + 4. No face may pass more than
    its donor cell holds. A uniform mixing ratio stays uniform to rounding (van Leer 1977, J. Comput. Phys. 23, 276).
    """
    n = air.size
    for i in range(n):
        ratio[i + 2] = tracer[i] / air[i]
    ratio[0] = ratio[1] = inflow
    ratio[n + 2] = ratio[n + 3] = inflow
    incoming = _tracer_flux(air, flux, ratio, 0)
    for i in range(n):
        outgoing = _tracer_flux(air, flux, ratio, i + 1)
        tracer[i] += incoming - outgoing
        incoming = outgoing
    for i in range(n):
        air[i] += flux[i] - flux[i + 1]


@njit(cache=True, inline="always")
def _tracer_flux(air: Array, flux: Array, ratio: Array, face: int) -> float:
    amount = flux[face]
    donor = face - 1 if amount >= 0.0 else face
    value = ratio[donor + 2]
    if 0 <= donor < air.size:
        slope = limited_slope(ratio[donor + 1], value, ratio[donor + 3])
        courant = abs(amount) / air[donor]
        if amount >= 0.0:
            value += 0.5 * (1.0 - courant) * slope
        else:
            value -= 0.5 * (1.0 - courant) * slope
    return float(amount * value)
