"""What happens in one column of air: the vertical motion that keeps air where it was, and turbulent mixing."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]


@njit(cache=True)
def settle_column(air: Array, tracer: Array, wanted: Array, aloft: float) -> None:
    """Move air vertically, in place, until each layer holds `wanted`; the tracer goes with it, upwind.

    All arrays have shape (layers,), lowest first. Nothing passes the ground; air entering at the top has the ratio `aloft`.
    """
    layers = air.size
    from_below = 0.0
    tracer_from_below = 0.0
    for k in range(layers):
        ratio = tracer[k] / air[k]
        above = tracer[k + 1] / air[k + 1] if k + 1 < layers else aloft
        upward = from_below + air[k] - wanted[k]
        tracer_upward = upward * (ratio if upward >= 0.0 else above)
        tracer[k] += tracer_from_below - tracer_upward
        from_below = upward
        tracer_from_below = tracer_upward
    for k in range(layers):
        air[k] = wanted[k]


@njit(cache=True)
def mix_column(ratio: Array, thickness: Array, exchange: Array, deposition: float, dt: float, upper: Array) -> None:
    """One implicit (backward Euler) step of vertical diffusion with a deposition velocity at the ground, in place.

    ratio       (layers,) concentration, lowest first
    thickness   (layers,) m
    exchange    (layers - 1,) diffusivity over the distance between layer centres, m s-1
    deposition  m s-1;  dt  s;  upper  scratch, (layers,)
    """
    layers = ratio.size
    for k in range(layers):
        below = (exchange[k - 1] if k > 0 else 0.0) * dt / thickness[k]
        above = (exchange[k] if k + 1 < layers else 0.0) * dt / thickness[k]
        loss = deposition * dt / thickness[0] if k == 0 else 0.0
        diagonal = 1.0 + below + above + loss
        if k > 0:
            diagonal -= below * upper[k - 1]
            ratio[k] = (ratio[k] + below * ratio[k - 1]) / diagonal
        else:
            ratio[k] = ratio[k] / diagonal
        upper[k] = above / diagonal
    for k in range(layers - 2, -1, -1):
        ratio[k] += upper[k] * ratio[k + 1]
