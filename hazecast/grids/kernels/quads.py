"""Between which four cells of a grid on any projection a place lies, by walking from cell to cell."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]

MOST_STEPS = 50
MOST_ITERATIONS = 20
CONVERGED = 1e-12
FAR = 2.5  # cells from the middle of a quadrilateral: there its map need not have an inverse
EDGE = 1e-9  # a place this little outside a quadrilateral, in its own size, is in it: two neighbours must not pass it to and fro


@njit(cache=True)
def find_quads(nodes: Array, targets: Array, row: Index, column: Index, row_share: Array, column_share: Array) -> None:
    """The quadrilateral of cell centres round each target, and where in it the target lies.

    nodes                    (y, x, 3) cell centres as unit vectors
    targets                  (target, 3) likewise
    row, column              (target,) a guess on entry; on return the quadrilateral from this cell to the next row and column
    row_share, column_share  (target,) between 0 and 1 inside; beyond where no quadrilateral holds the target, and NaN where it is far
    """
    for p in range(targets.shape[0]):
        for _ in range(MOST_STEPS):
            i, j = row[p], column[p]
            row_share[p], column_share[p] = _shares(nodes, i, j, targets[p])
            row[p] = _next(i, row_share[p], nodes.shape[0] - 2)
            column[p] = _next(j, column_share[p], nodes.shape[1] - 2)
            if row[p] == i and column[p] == j:
                break


@njit(cache=True)
def _next(index: int, share: float, last: int) -> int:
    """The quadrilateral that a share points to, at most three away: further off the shares mean little."""
    if np.isnan(share) or -EDGE <= share <= 1.0 + EDGE:
        return index
    return min(max(index + int(min(max(np.floor(share), -3.0), 3.0)), 0), last)


@njit(cache=True)
def _shares(nodes: Array, i: int, j: int, target: Array) -> tuple[float, float]:
    """Shares along rows and columns at which the bilinear map of a quadrilateral meets the target, by Newton's method.

    All are seen from the centre of the Earth on the plane that touches it at the target (gnomonic), where great circles are straight.
    A target that lies far outside has the shares of the first step, which show the way to it.
    """
    x00, y00 = _on_plane(nodes[i, j], target)
    x01, y01 = _on_plane(nodes[i, j + 1], target)
    x10, y10 = _on_plane(nodes[i + 1, j], target)
    x11, y11 = _on_plane(nodes[i + 1, j + 1], target)
    xa, ya, xb, yb = x10 - x00, y10 - y00, x01 - x00, y01 - y00
    xc, yc = x11 - x10 - xb, y11 - y10 - yb
    a, b = _newton(0.5, 0.5, x00, y00, xa, ya, xb, yb, xc, yc)
    first_a, first_b = a, b
    for _ in range(MOST_ITERATIONS):
        if not max(abs(a - 0.5), abs(b - 0.5)) < FAR:
            break
        was_a, was_b = a, b
        a, b = _newton(a, b, x00, y00, xa, ya, xb, yb, xc, yc)
        if abs(a - was_a) + abs(b - was_b) < CONVERGED:
            return a, b
    return first_a, first_b


@njit(cache=True)
def _newton(
    a: float, b: float, x0: float, y0: float, xa: float, ya: float, xb: float, yb: float, xc: float, yc: float
) -> tuple[float, float]:
    """The next shares after `a` and `b` towards the place where x0 + a xa + b xb + ab xc, and the same in y, are zero."""
    x, y = x0 + a * xa + b * xb + a * b * xc, y0 + a * ya + b * yb + a * b * yc
    dxa, dya, dxb, dyb = xa + b * xc, ya + b * yc, xb + a * xc, yb + a * yc
    determinant = dxa * dyb - dxb * dya
    if determinant == 0.0:
        return np.nan, np.nan
    return a - (x * dyb - y * dxb) / determinant, b - (y * dxa - x * dya) / determinant


@njit(cache=True)
def _on_plane(place: Array, target: Array) -> tuple[float, float]:
    """Coordinates in the plane that touches the sphere at `target`; NaN for a place on the other half of the sphere."""
    towards = place[0] * target[0] + place[1] * target[1] + place[2] * target[2]
    if towards <= 0.0:
        return np.nan, np.nan
    from_axis = np.hypot(target[0], target[1])
    out_x, out_y = (target[0] / from_axis, target[1] / from_axis) if from_axis > 0.0 else (1.0, 0.0)  # away from the Earth's axis
    outward = place[0] * out_x + place[1] * out_y
    east = place[1] * out_x - place[0] * out_y
    north = place[2] * from_axis - outward * target[2]
    return east / towards, north / towards
