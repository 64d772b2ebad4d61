"""Air through the faces of a lattice, and the potential that keeps it from piling up."""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Array = NDArray[np.float64]
Floats = NDArray[np.floating]

BLOCK = 64  # waves that are solved side by side


@njit(parallel=True, cache=True)
def air_through_faces(
    eastward: Floats,
    northward: Floats,
    air: Array,
    east_length: Array,
    north_length: Array,
    closed: bool,
    east_flux: Floats,
    north_flux: Floats,
) -> None:
    """Air through the faces in kg s-1, into `east_flux` (layer, y, x + 1) and `north_flux` (layer, y + 1, x).

    eastward, northward  (layer, y, x) m s-1;  air  density times thickness of the layers, kg m-2, (layer,)
    east_length          (y,) m of the meridional faces;  north_length (y + 1,) m of the zonal ones
    closed               whether the first column is the eastern neighbour of the last

    The wind at a face is the mean of those on its two sides, at an edge that on its inner side.
    """
    layers, rows, columns = eastward.shape
    for edge in prange(rows + 1):
        y = np.int64(edge)  # the loop's own index has no sign
        south, north = y - 1 if y > 0 else y, y if y < rows else y - 1
        for k in range(layers):
            through = 0.5 * air[k] * north_length[y]
            for x in range(columns):
                north_flux[k, y, x] = through * (northward[k, south, x] + northward[k, north, x])
            if y < rows:
                through = 0.5 * air[k] * east_length[y]
                for x in range(1, columns):
                    east_flux[k, y, x] = through * (eastward[k, y, x - 1] + eastward[k, y, x])
                before, after = (columns - 1, 0) if closed else (0, columns - 1)
                east_flux[k, y, 0] = through * (eastward[k, y, before] + eastward[k, y, 0])
                east_flux[k, y, columns] = through * (eastward[k, y, columns - 1] + eastward[k, y, after])


@njit(parallel=True, cache=True)
def column_divergence(east_flux: Floats, north_flux: Floats, out: Array) -> None:
    """Air that leaves each column through its sides in kg s-1, into `out` (y, x); fluxes as in `air_through_faces`."""
    layers = east_flux.shape[0]
    rows, columns = out.shape
    for y in prange(rows):
        for x in range(columns):
            out[y, x] = 0.0
        for k in range(layers):
            for x in range(columns):
                leaving = float(east_flux[k, y, x + 1]) - float(east_flux[k, y, x])
                out[y, x] += leaving + (float(north_flux[k, y + 1, x]) - float(north_flux[k, y, x]))


@njit(parallel=True, cache=True)
def solve_rows(below: Array, upper: Array, scale: Array, waves: Array) -> None:
    """Solve a tridiagonal system along axis 0 of `waves` (y, wave) for each wave, in place.

    below  (y,) the coefficients of the rows to the south;  upper, scale  (y, wave) as `eliminated` gives them
    """
    rows, count = waves.shape
    blocks = (count + BLOCK - 1) // BLOCK
    for block in prange(blocks):
        first = np.int64(block) * BLOCK
        last = min(first + BLOCK, count)
        for w in range(first, last):
            waves[0, w] *= scale[0, w]
        for y in range(1, rows):
            for w in range(first, last):
                waves[y, w] = (waves[y, w] - below[y] * waves[y - 1, w]) * scale[y, w]
        for y in range(rows - 2, -1, -1):
            for w in range(first, last):
                waves[y, w] -= upper[y, w] * waves[y + 1, w]


@njit(cache=True)
def eliminated(below: Array, diagonal: Array, above: Array) -> tuple[Array, Array]:
    """Forward elimination, done once: what `solve_rows` calls `upper` and `scale`.

    below, above  (y,) the coefficients of the rows to the south and to the north, 0 where there is none;  diagonal  (y, wave)
    """
    rows, count = diagonal.shape
    upper, scale = np.empty((rows, count)), np.empty((rows, count))
    for y in range(rows):
        for w in range(count):
            pivot = diagonal[y, w] - (below[y] * upper[y - 1, w] if y > 0 else 0.0)
            scale[y, w] = 1.0 / pivot
            upper[y, w] = above[y] * scale[y, w]
    return upper, scale


@njit(parallel=True, cache=True)
def push(
    potential: Array, east_conductance: Array, north_conductance: Array, shares: Array, closed: bool, east_flux: Floats, north_flux: Floats
) -> None:
    """Add to the fluxes what the slope of a potential drives, in place; outside the lattice the potential is 0.

    potential         (y, x);  east_conductance (y,);  north_conductance (y + 1,): length of the faces over the way through them
    shares            (layer,) of each layer, 1 in all;  fluxes and `closed` as in `air_through_faces`

    An edge of the lattice is half as far from the middle of its cell as that of the next one is: it conducts twice as well.
    """
    layers, rows = east_flux.shape[0], potential.shape[0]
    columns = potential.shape[1]
    for edge in prange(rows + 1):
        y = np.int64(edge)
        conducts = north_conductance[y] * (2.0 if y == 0 or y == rows else 1.0)
        for k in range(layers):
            through = conducts * shares[k]
            for x in range(columns):
                above = potential[y, x] if y < rows else 0.0
                north_flux[k, y, x] += through * (above - (potential[y - 1, x] if y > 0 else 0.0))
            if y < rows:
                _push_east(potential[y], east_conductance[y] * shares[k], closed, east_flux[k, y])


@njit(cache=True)
def _push_east(potential: Array, through: float, closed: bool, flux: Floats) -> None:
    columns = potential.size
    for x in range(1, columns):
        flux[x] += through * (potential[x] - potential[x - 1])
    if closed:
        across = through * (potential[0] - potential[columns - 1])
        flux[0] += across
        flux[columns] += across
    else:
        flux[0] += 2.0 * through * potential[0]
        flux[columns] -= 2.0 * through * potential[columns - 1]
