"""Optimal interpolation from the nearest stations of each cell, with its variance; directions as in optimal_interpolation.

The lattice is cut into small tiles. Stations that may be among the nearest of any cell of a tile are looked up once for the tile, and
cells of a tile that share their nearest stations share the factor of their matrix too.
"""

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from hazecast.forecast.kernels.correlations import correlations
from hazecast.forecast.kernels.optimal_interpolation import squares_from

Array = NDArray[np.float64]
Index = NDArray[np.int64]

TILE = 8  # cells each way
SLACK = 1.0 + 1e-9  # a station as far as the last one that may count is looked at


@njit(parallel=True, cache=True)
def local_analysis(
    level: Array, height: Array, towards: Array, stations: Array, departures: Array, noise: Array, nearest: int, kind: int,
    parameters: Array, mean: Array, left: Array,
) -> None:  # fmt: skip
    """Per cell the mean from its `nearest` stations, and the share of the background's variance that is left, both (y, x).

    departures  (station,) observed less background
    noise       (station,) variance of the observation's error over that of the background's; above zero where stations share a place
    nearest     1 to the number of stations; of stations equally far the first counts

    With correlations c of the cell and C among its stations, and the noise N: mean = cᵀ (C + N)⁻¹ departures, left = 1 - cᵀ (C + N)⁻¹ c
    (Gandin 1963; Daley 1991, Atmospheric Data Analysis, ch. 4).
    """
    rows, columns = mean.shape
    for band in prange((rows + TILE - 1) // TILE):
        members = np.empty((TILE * TILE + 1, nearest), np.int64)
        factors = np.empty((TILE * TILE, nearest, nearest))
        solved = np.empty((TILE * TILE, nearest))
        squares = np.empty(stations.shape[1])
        candidates = np.empty(stations.shape[1], np.int64)
        near = np.empty((3, stations.shape[1]))
        y0, y1 = band * TILE, min((band + 1) * TILE, rows)
        for x0 in range(0, columns, TILE):
            x1 = min(x0 + TILE, columns)
            count = _candidates(level[y0:y1], height[y0:y1], towards[:, x0:x1], stations, nearest, squares, candidates, near)
            _tile(
                level[y0:y1], height[y0:y1], towards[:, x0:x1], near[:, :count].copy(), departures[candidates[:count]],
                noise[candidates[:count]], kind, parameters, members, factors, solved, mean[y0:y1, x0:x1], left[y0:y1, x0:x1],
            )  # fmt: skip


@njit(cache=True)
def _candidates(
    level: Array, height: Array, towards: Array, stations: Array, nearest: int, squares: Array, candidates: Index, near: Array
) -> int:
    """How many stations may be among the nearest of a cell of the tile; their numbers, ascending, and directions.

    By the triangle inequality: no further from the tile's centre than its own last one and twice the way to its furthest cell.
    """
    y, x = level.size // 2, towards.shape[1] // 2
    centre = level[y] * towards[0, x], level[y] * towards[1, x], height[y]
    radius = 0.0
    for j in range(level.size):
        for i in range(towards.shape[1]):
            one, other = level[j] * towards[0, i] - centre[0], level[j] * towards[1, i] - centre[1]
            radius = max(radius, one * one + other * other + (height[j] - centre[2]) ** 2)
    squares_from(centre[0], centre[1], centre[2], stations, squares)
    reach = (math.sqrt(_kth(squares, np.empty(nearest))) + 2.0 * math.sqrt(radius)) * SLACK
    count = 0
    for s in range(squares.size):
        if squares[s] <= reach * reach:
            candidates[count] = s
            near[0, count], near[1, count], near[2, count] = stations[0, s], stations[1, s], stations[2, s]
            count += 1
    return count


@njit(cache=True)
def _kth(values: Array, least: Array) -> float:
    """The largest of the `least.size` smallest values; they are left in `least`, ascending."""
    last = least.size - 1
    for i in range(least.size):
        least[i] = np.inf
    for i in range(values.size):
        value = values[i]
        if value < least[last]:
            place = last
            while place > 0 and least[place - 1] > value:
                least[place] = least[place - 1]
                place -= 1
            least[place] = value
    return float(least[last])


@njit(cache=True)
def _tile(
    level: Array, height: Array, towards: Array, near: Array, departures: Array, noise: Array, kind: int, parameters: Array,
    members: Index, factors: Array, solved: Array, mean: Array, left: Array,
) -> None:  # fmt: skip
    """All cells of a tile from the stations `near` it, by groups of cells that share their nearest stations."""
    nearest = members.shape[1]
    squares, least = np.empty(near.shape[1]), np.empty(nearest)
    chords, alike = np.empty(nearest), np.empty(nearest)
    below = np.zeros(towards.shape[1], np.int64)
    known = 0
    for y in range(level.size):
        group = 0
        for x in range(towards.shape[1]):
            squares_from(level[y] * towards[0, x], level[y] * towards[1, x], height[y], near, squares)
            if known == 0 or not _are_nearest(squares, members[group], chords):
                group = below[x]
                if known == 0 or not _are_nearest(squares, members[group], chords):
                    _choose(squares, _kth(squares, least), members[known], chords)
                    group = _find(members, known)
                    if group == known:
                        _factor(members[group], near, noise, kind, parameters, factors[group])
                        _solve(factors[group], departures, members[group], solved[group])
                        known += 1
            below[x] = group
            correlations(chords, kind, parameters, alike)
            value = 0.0
            for i in range(nearest):
                value += alike[i] * solved[group, i]
            mean[y, x] = value
            left[y, x] = max(1.0 - _explained(factors[group], alike), 0.0)


@njit(cache=True)
def _are_nearest(squares: Array, members: Index, chords: Array) -> bool:
    """Whether no other station is as near as the furthest of the members, whose squares go into `chords`."""
    furthest = 0.0
    for i in range(members.size):
        chords[i] = squares[members[i]]
        furthest = max(furthest, chords[i])
    within = 0
    for s in range(squares.size):
        within += squares[s] <= furthest
    return within == members.size


@njit(cache=True)
def _choose(squares: Array, furthest: float, chosen: Index, chords: Array) -> None:
    """The stations no further than `furthest`, ascending by number; of those just as far only as many as there is room for."""
    room = chosen.size
    for s in range(squares.size):
        if squares[s] < furthest:
            room -= 1
    count = 0
    for s in range(squares.size):
        if squares[s] > furthest or (squares[s] == furthest and room == 0):
            continue
        if squares[s] == furthest:
            room -= 1
        chosen[count], chords[count] = s, squares[s]
        count += 1


@njit(cache=True)
def _find(members: Index, known: int) -> int:
    """Which of the groups already `known`, the last first, has the same members as the one after them; `known` where none has."""
    for group in range(known - 1, -1, -1):
        same = True
        for i in range(members.shape[1]):
            if members[group, i] != members[known, i]:
                same = False
                break
        if same:
            return group
    return known


@njit(cache=True)
def _factor(chosen: Index, near: Array, noise: Array, kind: int, parameters: Array, factor: Array) -> None:
    """Cholesky's factor L of correlations and noise, by columns: `factor[j, i]` is L[i, j], its diagonal the inverse of L's."""
    n = chosen.size
    squares, alike = np.empty(n), np.empty(n)
    for j in range(n):
        one = chosen[j]
        for i in range(j, n):
            other = chosen[i]
            first, second, third = near[0, other] - near[0, one], near[1, other] - near[1, one], near[2, other] - near[2, one]
            squares[i] = first * first + second * second + third * third
        correlations(squares[j:], kind, parameters, alike[j:])
        factor[j] = alike
        factor[j, j] = 1.0 + noise[one]
    for j in range(n):
        inverse = 1.0 / math.sqrt(factor[j, j])
        for i in range(j + 1, n):
            factor[j, i] *= inverse
        factor[j, j] = inverse
        for k in range(j + 1, n):
            share = factor[j, k]
            for i in range(k, n):
                factor[k, i] -= share * factor[j, i]


@njit(cache=True)
def _solve(factor: Array, departures: Array, chosen: Index, out: Array) -> None:
    """The solution of L Lᵀ out = the chosen departures."""
    n = out.size
    for i in range(n):
        out[i] = departures[chosen[i]]
    for j in range(n):
        out[j] *= factor[j, j]
        for i in range(j + 1, n):
            out[i] -= factor[j, i] * out[j]
    for j in range(n - 1, -1, -1):
        value = out[j]
        for i in range(j + 1, n):
            value -= factor[j, i] * out[i]
        out[j] = value * factor[j, j]


@njit(cache=True)
def _explained(factor: Array, alike: Array) -> float:
    """The square of L⁻¹ `alike`, which is used up."""
    total = 0.0
    for j in range(alike.size):
        value = alike[j] * factor[j, j]
        total += value * value
        for i in range(j + 1, alike.size):
            alike[i] -= factor[j, i] * value
    return total
