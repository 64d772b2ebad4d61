"""Cholesky's method for a symmetric positive definite matrix that is zero away from its diagonal."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def solve_band(band: Array, values: Array) -> None:
    """Solve matrix · x = `values` (row,), in place; `band[s, d]` is the matrix's element in column s and row s + d, and is overwritten.

    What lies beyond the last row must be zero. On one thread, so that the result is the same however many there are.
    """
    size, width = band.shape[0], band.shape[1] - 1
    for s in range(size):
        inverse = 1.0 / math.sqrt(band[s, 0])
        last = min(width, size - 1 - s)
        band[s, 0] = inverse
        for d in range(1, last + 1):
            band[s, d] *= inverse
        for d in range(1, last + 1):
            share = band[s, d]
            for i in range(last + 1 - d):
                band[s + d, i] -= share * band[s, d + i]
        values[s] *= inverse
        for d in range(1, last + 1):
            values[s + d] -= band[s, d] * values[s]
    for s in range(size - 1, -1, -1):
        for d in range(1, min(width, size - 1 - s) + 1):
            values[s] -= band[s, d] * values[s + d]
        values[s] *= band[s, 0]
