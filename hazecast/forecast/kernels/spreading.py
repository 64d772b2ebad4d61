"""Likeness of places that depends on the wind and the ground between them, spread from stations over the rows of a lattice.

A place is a column of `places` (8, place), in radii of the Earth: its direction from the centre (3); how high its ground counts (1); the
wind there (3), a tangent b of the square length (s² - 1) / 2 where lengths along the wind count s times less than across it; and √s (1).

Paciorek and Schervish (2006), Environmetrics 17, 483: with Σ = 1 + 2 b bᵀ of either place and M their mean, the likeness
det(Σ₁)^¼ det(Σ₂)^¼ det(M)^-½ ρ(√(dᵀ M⁻¹ d)) is positive definite on any set of places when ρ is so in every number of dimensions, as
exponentials are. The ground is one dimension more that no wind stretches. M⁻¹ and det(M) come from a matrix of two rows (Woodbury).
Times (1 - r)⁴ (1 + 4 r) with r the straight line over the reach (Wendland 1995, Adv. Comput. Math. 4, 389), so that most of a large
lattice is never looked at; the product of positive definite functions is one again.

Every row of cells is computed by one thread, in one order: results do not depend on how many threads there are.
"""

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from hazecast.forecast.kernels.correlations import exponentials_of_chords
from hazecast.forecast.kernels.optimal_interpolation import half_width

Array = NDArray[np.float64]
Index = NDArray[np.int64]

BATCH = 4  # stations added at once; `_add` names each


@njit(cache=True)
def among(places: Array, parameters: Array, out: Array) -> None:
    """The likeness of all places with each other, into `out` (place, place).

    parameters  (4,) local length, regional length, share of the regional part, reach, at which nothing is left
    """
    count = places.shape[1]
    work = np.empty((2, count))
    for p in range(count):
        _along(places, 0, count, places[:, p], parameters, work, out[p])


@njit(parallel=True, cache=True)
def spread_rows(
    rows: Array, towards: Array, west: float, step: float, over: Array, stations: Array, drawn: Array, parameters: Array, out: Array
) -> None:
    """The sums over stations of what is `drawn` (case, station) times the likeness, into `out` (case, y, x); exactly 0 out of reach.

    rows     (2, y) cosine and sine of the latitude;  towards  (2, x) cosine and sine of the longitude
    west     longitude of the first column, radians;  step  between columns, radians
    over     (5, y, x) what a place has besides its direction: ground and wind
    """
    columns = towards.shape[1]
    end = parameters[3] * parameters[3]
    for y in prange(rows.shape[1]):
        places, work, alike = np.empty((8, columns)), np.empty((2, columns)), np.zeros((BATCH, columns))
        together, sums = np.empty((drawn.shape[0], BATCH)), np.zeros((drawn.shape[0], columns))
        _place(rows[0, y], rows[1, y], towards, over[:, y], places)
        count, west_end, east_end = 0, columns, 0
        for s in range(stations.shape[1]):
            if (rows[1, y] - stations[2, s]) ** 2 > end:  # most stations of a large lattice, so it is looked at first
                continue
            width = half_width(rows[0, y], rows[1, y], stations[:3, s], end)
            if width < 0.0:
                continue
            middle = math.atan2(stations[1, s], stations[0, s]) - west
            middle -= 2.0 * math.pi * math.floor(middle / (2.0 * math.pi))
            everywhere = width + 2.0 * step >= math.pi
            reached = False
            for turn in range(-1, 2):  # the lattice may lie across the meridian at which longitudes begin anew
                centre = middle + 2.0 * math.pi * turn
                first = 0 if everywhere else max(math.floor((centre - width) / step), 0)
                last = columns if everywhere else min(math.ceil((centre + width) / step) + 1, columns)
                if first < last and not (everywhere and turn != 0):
                    _along(places, first, last, stations[:, s], parameters, work, alike[count])
                    west_end, east_end, reached = min(west_end, first), max(east_end, last), True
            if reached:
                together[:, count] = drawn[:, s]
                count += 1
            if count == BATCH:
                _add(together, alike, west_end, east_end, sums)
                count, west_end, east_end = 0, columns, 0
                alike[:] = 0.0
        together[:, count:] = 0.0
        _add(together, alike, west_end, east_end, sums)
        out[:, y] = sums


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _add(together: Array, alike: Array, first: int, last: int, out: Array) -> None:
    """The sums of a batch of stations (case, station) times their likeness (station, x), added to `out` (case, x)."""
    one, two, three, four = alike[0, first:last], alike[1, first:last], alike[2, first:last], alike[3, first:last]
    for case in range(together.shape[0]):
        a, b, c, d = together[case, 0], together[case, 1], together[case, 2], together[case, 3]
        row = out[case, first:last]
        for x in range(row.size):
            row[x] += (a * one[x] + b * two[x]) + (c * three[x] + d * four[x])


@njit(parallel=True, cache=True)
def explained_rows(
    rows: Array, towards: Array, over: Array, stations: Array, members: Index, among_all: Array, noise: float, parameters: Array, out: Array
) -> None:
    """The share of the variance that the `members` (y, x, station) of each cell explain, cᵀ (C + noise)⁻¹ c, into `out` (y, x).

    among_all  (station, station) the likeness of all stations;  other arguments as of `spread_rows`. Members ascend by number.
    """
    columns, nearest = towards.shape[1], members.shape[2]
    for y in prange(rows.shape[1]):
        places, near, work = np.empty((8, columns)), np.empty((8, nearest)), np.empty((2, nearest))
        factor, alike = np.empty((nearest, nearest)), np.empty(nearest)
        _place(rows[0, y], rows[1, y], towards, over[:, y], places)
        for x in range(columns):
            if x == 0 or not _same(members[y, x], members[y, x - 1]):
                for i in range(nearest):
                    near[:, i] = stations[:, members[y, x, i]]
                _factor(members[y, x], among_all, noise, factor)
            _along(near, 0, nearest, places[:, x], parameters, work, alike)
            out[y, x] = _explained(factor, alike)


@njit(cache=True)
def _place(level: float, height: float, towards: Array, over: Array, out: Array) -> None:
    """The places of a row of cells."""
    for x in range(towards.shape[1]):
        out[0, x], out[1, x], out[2, x] = level * towards[0, x], level * towards[1, x], height
        for k in range(5):
            out[3 + k, x] = over[k, x]


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _along(places: Array, first: int, last: int, one: Array, parameters: Array, work: Array, out: Array) -> None:
    """The likeness of one place with others, from `first` to before `last`, into `out` (place,); nothing beyond reach."""
    stretched, factor, into = work[0, first:last], work[1, first:last], out[first:last]
    px, py, pz, climbs = places[0, first:last], places[1, first:last], places[2, first:last], places[3, first:last]
    us, vs, ws, sizes = places[4, first:last], places[5, first:last], places[6, first:last], places[7, first:last]
    x, y, z, ground, east, north, up, size = one[0], one[1], one[2], one[3], one[4], one[5], one[6], one[7]
    own, inverse_reach = 1.0 + (east * east + north * north + up * up), 1.0 / parameters[3]
    for p in range(into.size):
        d, e, f, climb = px[p] - x, py[p] - y, pz[p] - z, climbs[p] - ground
        u, v, w = us[p], vs[p], ws[p]
        other = 1.0 + (u * u + v * v + w * w)
        common = u * east + v * north + w * up
        along, along_one = u * d + v * e + w * f, east * d + north * e + up * f
        inverse = 1.0 / (own * other - common * common)
        square = d * d + e * e + f * f
        gain = (along * along * own - 2.0 * along * along_one * common + along_one * along_one * other) * inverse
        stretched[p] = max(square - gain, 0.0) + climb * climb
        r = min(np.sqrt(square) * inverse_reach, 1.0)
        taper = (1.0 - r) * (1.0 - r)
        factor[p] = size * sizes[p] * np.sqrt(inverse) * taper * taper * (1.0 + 4.0 * r)
    exponentials_of_chords(stretched, parameters[0], parameters[1], parameters[2], into)
    for p in range(into.size):
        into[p] *= factor[p]


@njit(cache=True)
def _same(one: Index, other: Index) -> bool:
    same = True
    for i in range(one.size):
        same &= one[i] == other[i]
    return same


@njit(cache=True)
def _factor(members: Index, among_all: Array, noise: float, factor: Array) -> None:
    """Cholesky's factor of likeness and noise, `factor[j, i]` = L[i, j], its diagonal the inverse of L's."""
    n = members.size
    for j in range(n):
        for i in range(j, n):
            factor[j, i] = among_all[members[j], members[i]]
        factor[j, j] += noise
    for j in range(n):
        inverse = 1.0 / math.sqrt(factor[j, j])
        factor[j, j] = inverse
        for i in range(j + 1, n):
            factor[j, i] *= inverse
        for k in range(j + 1, n):
            share = factor[j, k]
            for i in range(k, n):
                factor[k, i] -= share * factor[j, i]


@njit(cache=True)
def _explained(factor: Array, alike: Array) -> float:
    """The square of L⁻¹ `alike`, which is used up; at most 1."""
    total = 0.0
    for j in range(alike.size):
        value = alike[j] * factor[j, j]
        total += value * value
        for i in range(j + 1, alike.size):
            alike[i] -= factor[j, i] * value
    return float(min(total, 1.0))
