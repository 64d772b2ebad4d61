"""The vertical step of every column: motion that brings the air back to where it was, and turbulent mixing, solved together.

With m_k the air of a layer as the horizontal sweeps left it, a_k the air that it shall hold, W_k = Σ_{j≤k} (m_j - a_j) the air that must
rise through its top, and D_k what turbulence exchanges there, one backward Euler step, upwind and written for ratios q, is

    m_k (q'_k - q_k) = (max(W_{k-1}, 0) + D_{k-1}) (q'_{k-1} - q'_k) + (max(-W_k, 0) + D_k) (q'_{k+1} - q'_k).

Every new ratio is a mean of old ones. Elimination keeps that form: going up, z_k = q_k + below_k (z_{k-1} - q_k); going down,
q'_k = z_k + above_k (q'_{k+1} - z_k), with shares between 0 and 1. So a constant stays constant to the last bit, nothing falls below
zero, no step is too long, and the tracer is conserved to rounding.
"""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Array = NDArray[np.float64]


@njit(parallel=True, cache=True)
def mix_columns(
    loads: tuple[Floats, ...],
    aloft: tuple[Floats, ...],
    moving: Floats,
    air: Array,
    exchange: Floats,
    spread: Array,
    seconds: float,
) -> None:
    """Mix and settle every column by one implicit step of `seconds`, in place; afterwards `moving` equals `air`.

    loads     arrays of mixing ratios, each (layer, y, tracer, x), lowest layer first; all share one factorisation a column
    aloft     for each of them the ratios (tracer,) of air that enters through the top
    moving    (layer, y, x) kg of air in each cell, above zero;  air (layer, y) kg that each shall hold
    exchange  (layer - 1, y, x) diffusivity over the distance between layer centres, m s-1
    spread    (layer - 1, y) density of air at the interface times the area of a cell, kg m-1

    `loads`, `aloft`, `moving` and `exchange` are all of 32 or all of 64 bits. Nothing passes the ground.
    """
    layers, rows, columns = moving.shape
    for y in prange(rows):
        below = np.empty((layers, columns), moving.dtype)
        above = np.empty((layers, columns), moving.dtype)
        _find_shares(moving, air, exchange, spread, seconds, y, below, above)
        for i in range(len(loads)):
            _solve_row(loads[i], aloft[i], y, below, above)


@njit(cache=True)
def _find_shares(moving: Floats, air: Array, exchange: Floats, spread: Array, seconds: float, y: int, below: Floats, above: Floats) -> None:
    """The shares of one row, (layer, x) each: the tracers have no part in them. Sets `moving` to `air` on the way."""
    layers, columns = above.shape
    real = moving.dtype.type
    zero = real(0.0)
    rising, fed = np.zeros(columns, moving.dtype), np.zeros(columns, moving.dtype)
    for k in range(layers):
        _find_exchanged(exchange, spread, seconds, k, y, above)
        wanted = real(air[k, y])
        for x in range(columns):
            held = moving[k, y, x]
            upward = rising[x] + (held - wanted)
            exchanged = above[k, x]
            own = held + fed[x]
            total = own + (exchanged + max(-upward, zero))
            below[k, x] = fed[x] / own
            above[k, x] = (exchanged + max(-upward, zero)) / total
            fed[x] = (exchanged + max(upward, zero)) * (own / total)
            rising[x] = upward
            moving[k, y, x] = wanted


@njit(cache=True)
def _find_exchanged(exchange: Floats, spread: Array, seconds: float, k: int, y: int, above: Floats) -> None:
    """Air in kg that turbulence exchanges through the top of layer k during the step, into `above[k]`; none through the model's top."""
    layers, columns = above.shape
    if k + 1 < layers:
        factor = above.dtype.type(spread[k, y] * seconds)
        for x in range(columns):
            above[k, x] = exchange[k, y, x] * factor
    else:
        above[k, :] = above.dtype.type(0.0)


@njit(cache=True)
def _solve_row(load: Floats, aloft: Floats, y: int, below: Floats, above: Floats) -> None:
    """Up and down the columns of one row, tracer by tracer."""
    layers, _, tracers, columns = load.shape
    top = layers - 1
    for n in range(tracers):
        for k in range(1, layers):
            for x in range(columns):
                here = load[k, y, n, x]
                load[k, y, n, x] = here + below[k, x] * (load[k - 1, y, n, x] - here)
        entering = aloft[n]
        for x in range(columns):
            here = load[top, y, n, x]
            load[top, y, n, x] = here + above[top, x] * (entering - here)
        for j in range(1, layers):
            k = top - j
            for x in range(columns):
                here = load[k, y, n, x]
                load[k, y, n, x] = here + above[k, x] * (load[k + 1, y, n, x] - here)
