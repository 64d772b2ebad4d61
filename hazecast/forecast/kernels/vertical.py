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

NEXT_TO_NOTHING = 1e-30  # smaller ratios become zero: arithmetic on numbers too small for their type is very slow


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
    rising, fed = np.zeros(columns, moving.dtype), np.zeros(columns, moving.dtype)
    for k in range(layers):
        if k + 1 < layers:
            _scale(above[k], exchange[k, y], spread[k, y] * seconds)
        else:
            above[k, :] = 0.0  # turbulence ends at the top of the model
        _find_layer_shares(moving[k, y], air[k, y], rising, fed, below[k], above[k])


@njit(cache=True)
def _scale(out: Floats, values: Floats, factor: float) -> None:
    narrow = out.dtype.type(factor)
    for x in range(out.size):
        out[x] = values[x] * narrow


@njit(cache=True)
def _find_layer_shares(held: Floats, wanted: float, rising: Floats, fed: Floats, below: Floats, above: Floats) -> None:
    """The shares of one layer of a row, all (x,); `above` comes with the air in kg that turbulence exchanges through its top.

    `rising` is the air that rises from beneath and `fed` what couples the layer to what is beneath; both are left as the next needs them.
    """
    zero, target = held.dtype.type(0.0), held.dtype.type(wanted)
    for x in range(held.size):
        upward = rising[x] + (held[x] - target)
        up, down = above[x] + max(upward, zero), above[x] + max(-upward, zero)
        own = held[x] + fed[x]
        total = own + down
        below[x] = fed[x] / own
        above[x] = down / total
        fed[x] = up * (own / total)
        rising[x] = upward
        held[x] = target


@njit(cache=True)
def _solve_row(load: Floats, aloft: Floats, y: int, below: Floats, above: Floats) -> None:
    """Up and down the columns of one row, tracer by tracer."""
    layers, _, tracers, columns = load.shape
    entering = np.empty(columns, load.dtype)
    for n in range(tracers):
        for k in range(1, layers):
            _draw(load[k, y, n], load[k - 1, y, n], below[k])
        entering[:] = aloft[n]
        _draw(load[layers - 1, y, n], entering, above[layers - 1])
        for k in range(layers - 2, -1, -1):
            _draw(load[k, y, n], load[k + 1, y, n], above[k])


@njit(cache=True)
def _draw(values: Floats, towards: Floats, shares: Floats) -> None:
    """Move values by their shares of the way towards others, (x,) each. Over slices, for with indices it is not vectorised as well."""
    zero, tiny = values.dtype.type(0.0), values.dtype.type(NEXT_TO_NOTHING)
    for x in range(values.size):
        drawn = values[x] + shares[x] * (towards[x] - values[x])
        values[x] = zero if abs(drawn) < tiny else drawn
