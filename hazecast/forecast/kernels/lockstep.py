"""The winds at many points in step, in loops that a compiler turns into vector instructions.

Each loop runs over particles, has no branch, and reads winds from wherever its particles are. A compiler does that in vectors only where
it knows that no array that is written overlaps one that is read: the pipeline `Apart` says so.
"""

from typing import Any

import numpy as np
from numba import njit
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numpy.typing import NDArray

from hazecast.forecast.kernels.wind_at_point import EDGE, Axes

Array = NDArray[np.float64]
Floats = NDArray[np.floating]
Indices = NDArray[np.int32]

DEGREES = 180.0 / np.pi
RADIUS = 6_371_008.8  # m, mean radius of the Earth, IUGG


class Apart(CompilerBase):
    """Compiles a function on the promise that the arrays it is given do not overlap."""

    def define_pipelines(self) -> list[Any]:
        """As numba's own, with that promise."""
        self.state.flags.noalias = True
        return [DefaultPassBuilder.define_nopython_pipeline(self.state)]  # type: ignore[no-untyped-call]


_vectors = njit(cache=True, error_model="numpy", fastmath={"contract", "nsz"}, pipeline_class=Apart)


@njit(cache=True)
def floors_of(levels: Array) -> tuple[Array, Array, Indices, float]:
    """The levels as `locate` takes them: themselves, the inverse of what each is from the next, bins, and how many there are to a unit.

    A bin is one of even ones from the lowest level up, and holds the number of the level below its lower end. None is wider than two
    levels are apart, so that at most one more lies within it.
    """
    inverse = np.zeros(levels.size)
    for k in range(levels.size - 1):
        inverse[k] = 1.0 / (levels[k + 1] - levels[k])
    per_height = inverse.max()
    bins = np.zeros(int(np.ceil((levels[-1] - levels[0]) * per_height)) + 2, np.int32)
    k = 0
    for number in range(bins.size if levels.size > 1 else 0):
        while k < levels.size - 2 and levels[0] + number / per_height > levels[k + 1]:
            k += 1
        bins[number] = k
    return levels, inverse, bins, per_height


@_vectors
def locate(
    latitude: Array,
    longitude: Array,
    height: Array,
    levels: Array,
    inverse: Array,
    bins: Indices,
    per_height: float,
    axes: Axes,
    shape: tuple[int, int, int],
    cells: Indices,
    shares: Floats,
) -> None:
    """Where particles are among the points of the winds; their places and what is filled in run along particles.

    levels to per_height   as `floors_of` gives them;  shape  rows, columns and components of the winds
    cells    (3, particle) is filled with the number in the flat winds of the point to the south-west below, and how much further the next
             column and the next level are: that one no further where its share is none
    shares   (4, particle) is filled with the shares of the next column, row and level, and with 0 inside the winds and NaN outside
    """
    rows, columns, stride = np.int32(shape[0]), np.int32(shape[1]), np.int32(shape[2])
    bottom, top = levels[0], levels[-1] if levels.size > 1 else np.inf
    turns = 1.0 / columns if axes.around else 0.0
    second_last, last = np.int32(max(levels.size - 2, 0)), columns - np.int32(1 if axes.around else 2)
    eastern = columns if axes.around else columns - 1 + EDGE
    for p in range(latitude.size):
        y, x, h = (latitude[p] - axes.south) * axes.per_latitude, (longitude[p] - axes.west) * axes.per_longitude, height[p]
        x -= columns * np.floor(x * turns)
        inside = (y >= -EDGE) & (y <= rows - 1 + EDGE) & (x >= -EDGE) & (x <= eastern) & (h <= top)
        y, x, h = y if inside else 0.0, x if inside else 0.0, max(h, bottom) if inside else bottom
        j, i = min(max(np.int32(y), np.int32(0)), np.int32(rows - 2)), min(max(np.int32(x), np.int32(0)), np.int32(last))
        k = bins[np.uint32((h - bottom) * per_height)]
        k = min(k + np.int32(inverse[np.uint32(k)] * (h - levels[np.uint32(k)]) > 1.0), second_last)
        up = inverse[np.uint32(k)] * (h - levels[np.uint32(k)])
        cells[0, p] = ((k * rows + j) * columns + i) * stride
        cells[1, p] = stride if i + 1 < columns else stride * (np.int32(1) - columns)
        cells[2, p] = rows * columns * stride if up > 0.0 else np.int32(0)
        shares[0, p], shares[1, p], shares[2, p] = x - i, y - j, up
        shares[3, p] = 0.0 if inside else np.nan


@njit(cache=True, inline="always")
def _between(winds: Floats, sw: Any, se: Any, nw: Any, ne: Any, rise: Any, weights: Any, up: Any) -> Any:
    """One component of one time between eight points: four, and `rise` further on those above them."""
    a, b, c, d = weights
    low = a * winds[sw] + b * winds[se] + c * winds[nw] + d * winds[ne]
    high = a * winds[sw + rise] + b * winds[se + rise] + c * winds[nw + rise] + d * winds[ne + rise]
    return low + up * (high - low)


@_vectors
def look_up(before: Floats, after: Floats, later: Any, row: int, stride: int, cells: Indices, shares: Floats, found: Floats) -> None:
    """The wind at each particle, into `found`, (3, particle); the third component is 0 where there are two.

    before, after   the winds of two times, flat, `stride` numbers to a point, `row` to a row;  later  the share of the second, as a number
                    of the type of the winds
    cells, shares   as `locate` fills them
    """
    kind = before.dtype.type
    one, lifted = kind(1), kind(stride > 2)
    north, third, outward = np.int32(row), np.uint32(2 if stride > 2 else 1), np.uint32(1)
    for p in range(found.shape[1]):
        e, n, u = shares[0, p], shares[1, p], shares[2, p]
        weights = (one - n) * (one - e), (one - n) * e, n * (one - e), n * e
        place, east = cells[0, p], cells[1, p]
        sw, se, nw, ne = np.uint32(place), np.uint32(place + east), np.uint32(place + north), np.uint32(place + north + east)
        rise = np.uint32(cells[2, p])
        first = _between(before, sw, se, nw, ne, rise, weights, u)
        x = first + later * (_between(after, sw, se, nw, ne, rise, weights, u) - first)
        first = _between(before, sw + outward, se + outward, nw + outward, ne + outward, rise, weights, u)
        y = first + later * (_between(after, sw + outward, se + outward, nw + outward, ne + outward, rise, weights, u) - first)
        first = _between(before, sw + third, se + third, nw + third, ne + third, rise, weights, u)
        z = first + later * (_between(after, sw + third, se + third, nw + third, ne + third, rise, weights, u) - first)
        gap = kind(0) * (x + y + z) + shares[3, p]  # what one component lacks, all lack
        found[0, p], found[1, p], found[2, p] = x + gap, y + gap, lifted * z + gap


@_vectors
def move(winds: Floats, begin: Array, reach: float, weight: float, first: bool, at: Array, change: Array) -> None:
    """Add a stage of a step to `change`, and put `at` where the next stage looks; all (…, particle).

    winds    (3, particle) m s-1 to the east and north, and units of height a second
    begin    (3, particle) latitude, longitude and height at the beginning of the step, as `at` has them;  change  what comes to these
    reach    s from the beginning to the next stage;  weight  s for which this stage counts;  first  whether `change` begins with it

    The cosine of latitude is a polynomial, within 1e-10 up to 80 degrees (Abramowitz and Stegun 1964, 4.3.66).
    """
    for p in range(begin.shape[1]):
        squared = (at[0, p] / DEGREES) ** 2
        cosine = -squared / 182.0 * (1.0 / 479_001_600.0)
        cosine = squared * (-1.0 / 3_628_800.0 + squared * (1.0 / 479_001_600.0 + cosine))
        cosine = 1.0 + squared * (-0.5 + squared * (1.0 / 24.0 + squared * (-1.0 / 720.0 + squared * (1.0 / 40_320.0 + cosine))))
        y, x = winds[1, p] * (DEGREES / RADIUS), winds[0, p] * (DEGREES / RADIUS) / cosine
        z = np.float64(winds[2, p])
        change[0, p] = weight * y + (0.0 if first else change[0, p])
        change[1, p] = weight * x + (0.0 if first else change[1, p])
        change[2, p] = weight * z + (0.0 if first else change[2, p])
        at[0, p], at[1, p], at[2, p] = begin[0, p] + reach * y, begin[1, p] + reach * x, begin[2, p] + reach * z


@_vectors
def arrive(begin: Array, change: Array, bottom: float, at: Array) -> None:
    """End a step: add `change` to `begin`, keep it from going below `bottom`, and look from there next; all (3, particle)."""
    for p in range(begin.shape[1]):
        y, x, z = begin[0, p] + change[0, p], begin[1, p] + change[1, p], begin[2, p] + change[2, p]
        z = bottom if z < bottom else z
        begin[0, p], begin[1, p], begin[2, p] = y, x, z
        at[0, p], at[1, p], at[2, p] = y, x, z
