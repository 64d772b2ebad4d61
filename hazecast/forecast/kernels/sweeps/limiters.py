"""The formulas of one cell and one face: limited slopes, edges between cells, and what a face passes of its donor cell.

Branch-free, on the numbers of one place, so that loops over a row become vectors. Constants come in as numbers of the row's own type.
"""

from typing import Any, Final

import numpy as np
from numba import njit

Number = float | np.floating[Any]  # a number of the type of the row that it stands in

# Fused multiply-adds, and zeros of either sign; nothing that would let a NaN vanish or a quotient be other than the nearest.
FAST: Final = {"contract", "nsz"}


@njit(cache=True, error_model="numpy", fastmath=FAST)
def half_slope(before: Number, here: Number, after: Number, quarter: Number, zero: Number) -> Number:
    """Half the slope across a cell: central, at most the difference to either neighbour, zero at extrema.

    The monotonized central limiter (van Leer 1977, J. Comput. Phys. 23, 276; Colella and Woodward 1984, J. Comput. Phys. 54, 174, eq. 1.8).
    """
    down = here - before
    up = after - here
    central = quarter * (after - before)
    least = down if down > up else up
    least = least if least < zero else zero
    most = down if down < up else up
    most = most if most > zero else zero
    central = central if central > least else least
    return central if central < most else most


@njit(cache=True, error_model="numpy", fastmath=FAST)
def edge_value(before: Number, after: Number, slope_before: Number, slope_after: Number, half: Number, third: Number) -> Number:
    """The value between two cells by the cubic through their means, of half slopes (Colella and Woodward 1984, eq. 1.6)."""
    return half * (before + after) - third * (slope_after - slope_before)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def between(value: Number, other_end: Number, zero: Number) -> Number:
    """`value`, held between zero and `other_end`."""
    least = other_end if other_end < zero else zero
    most = other_end if other_end > zero else zero
    value = value if value > least else least
    return value if value < most else most


@njit(cache=True, error_model="numpy", fastmath=FAST)
def swept_mean(donor: Number, near: Number, far: Number, near_weight: Number, far_weight: Number, zero: Number) -> Number:
    """Mean over the part of the donor cell that crosses a face, of a monotone parabola between the cell's edges.

    near, far               values at the edge that is the face and at the opposite one
    near_weight, far_weight (1 - c)^2 and -c (1 - c), where c is the part of the donor's air that crosses

    With both edges as differences from the mean, the parabola is monotone where each is at most twice the other and of opposite
    sign (Colella and Woodward 1984, eq. 1.10), and its mean over the swept part is the sum here (their eq. 1.12).
    """
    near -= donor
    far -= donor
    steep = between(near, -(far + far), zero)
    flat = between(far, -(near + near), zero)
    return donor + near_weight * steep + far_weight * flat
