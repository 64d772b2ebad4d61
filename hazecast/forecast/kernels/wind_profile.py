"""The wind of each layer, cell by cell: from that at 10 m by similarity, and from that aloft where there is any."""

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from hazecast.forecast.kernels.similarity import WIND_HEIGHT_M, share_of_turn, stability_function, turn_at_200_m

Array = NDArray[np.float64]
Floats = NDArray[np.floating]

HOLDS_TO_M = 200.0  # what stability does to the profile, as far as it was measured (van Ulden and Holtslag 1985)


@njit(parallel=True, cache=True)
def mean_or_later(before: Floats, after: Floats, out: Floats) -> None:
    """The mean of two moments, or the later one where the earlier is NaN; each one-dimensional and of one precision."""
    half = out.dtype.type(0.5)
    for i in prange(out.size):
        mean = half * (before[i] + after[i])
        out[i] = after[i] if np.isnan(before[i]) else mean


@njit(parallel=True, cache=True)
def lower_wind(
    inverse_obukhov: Array,
    depth: Array,
    turning: Array,
    aloft_east: Floats,
    aloft_north: Floats,
    aloft_height: Floats,
    roughness: float,
    eastward: Array,
    northward: Array,
) -> None:
    """Wind at 10 m that similarity and the turning of the wind leave of that on the lowest level, into `eastward` and `northward` (y, x).

    Arguments as those of `layer_winds`. Columns without a level keep what stood in `eastward` and `northward`.
    """
    none, levels = np.empty((0, 1)), aloft_height.shape[0]
    for y in prange(eastward.shape[0]):
        for x in range(eastward.shape[1]):
            lowest = _next_level(aloft_height, aloft_east, aloft_north, 0, y, x)
            if lowest < levels:
                height, stability = float(aloft_height[lowest, y, x]), inverse_obukhov[y, x]
                speed = 1.0 / (1.0 + _scale(none, none, roughness, stability, min(max(depth[y, x], HOLDS_TO_M), height), none))
                back = -turning[y] * turn_at_200_m(stability) * (share_of_turn(height) - share_of_turn(WIND_HEIGHT_M))
                cosine, sine = speed * math.cos(back), speed * math.sin(back)
                east, north = float(aloft_east[lowest, y, x]), float(aloft_north[lowest, y, x])
                eastward[y, x] = east * cosine + north * sine
                northward[y, x] = north * cosine - east * sine


@njit(parallel=True, cache=True)
def layer_winds(
    eastward: Array,
    northward: Array,
    inverse_obukhov: Array,
    depth: Array,
    turning: Array,
    aloft_east: Floats,
    aloft_north: Floats,
    aloft_height: Floats,
    heights: Array,
    roughness: float,
    out_east: Floats,
    out_north: Floats,
    layered: NDArray[np.int64],
) -> None:
    """Mean wind of each layer in m s-1, into `out_east` and `out_north` (layer, y, x); columns of two levels or more, into `layered` (y,).

    eastward, northward   (y, x) at 10 m;  inverse_obukhov (y, x) m-1;  depth (y, x) of mixing, m
    turning               (y,) 1 where the wind veers with height as at Cabauw, -1 where it backs so
    aloft_*               (level, y, x) winds and heights above the ground in m, rising; NaN where not known; there may be no level
    heights               (layer, point) where the wind is taken, in m, rising;  roughness  m

    Without levels the wind follows the similarity profile up to the mixing height, or to `HOLDS_TO_M` if that is higher, and turns as
    it did at Cabauw; above `HOLDS_TO_M` stability changes it no further. Where there are levels it runs from 10 m to the lowest of them
    along the same profile, component by component and without a turn of its own, then linearly from level to level. Above the highest
    of either it stays as it is there.
    """
    rows, columns = eastward.shape
    logs = np.log(heights / roughness)
    turned, levels = _turned(heights), aloft_height.shape[0]
    for y in prange(rows):
        scaled, layered[y] = np.empty(heights.shape), 0
        for x in range(columns):
            stability, top = inverse_obukhov[y, x], max(depth[y, x], HOLDS_TO_M)
            near = eastward[y, x], northward[y, x]
            lowest = _next_level(aloft_height, aloft_east, aloft_north, 0, y, x)
            if lowest < levels:
                top = min(top, float(aloft_height[lowest, y, x]))
                reach = _scale(heights, logs, roughness, stability, top, scaled)
                _join(near, aloft_east, aloft_north, aloft_height, lowest, reach, heights, scaled, y, x, out_east, out_north)
                layered[y] += _next_level(aloft_height, aloft_east, aloft_north, lowest + 1, y, x) < levels
            else:
                _scale(heights, logs, roughness, stability, top, scaled)
                _raise(near, turning[y] * turn_at_200_m(stability), turned, scaled, y, x, out_east, out_north)


@njit(cache=True)
def _turned(heights: Array) -> Array:
    """Share of the turn to 200 m that the wind of each layer has made since 10 m, (layer,)."""
    out = np.empty(heights.shape[0])
    for k in range(heights.shape[0]):
        out[k] = share_of_turn(heights[k].mean()) - share_of_turn(WIND_HEIGHT_M)
    return out


@njit(cache=True)
def _scale(heights: Array, logs: Array, roughness: float, stability: float, top: float, scaled: Array) -> float:
    """What the similarity profile adds from 10 m to `heights`, as a share of the wind at 10 m, into `scaled`; gives that up to `top`.

    Nothing is added above `top`. `logs` are those of the heights over the roughness.
    """
    here, log_here = stability_function(WIND_HEIGHT_M, stability), math.log(WIND_HEIGHT_M / roughness)
    at_10_m = log_here - here + stability_function(roughness, stability)
    at_top = stability_function(min(top, HOLDS_TO_M), stability)
    reach = (math.log(top / WIND_HEIGHT_M) - at_top + here) / at_10_m
    for k in range(heights.shape[0]):
        for point in range(heights.shape[1]):
            height = heights[k, point]
            if height < top:
                changed = at_top if height >= HOLDS_TO_M else stability_function(height, stability)
                scaled[k, point] = (logs[k, point] - log_here - changed + here) / at_10_m
            else:
                scaled[k, point] = reach
    return reach


@njit(cache=True)
def _raise(
    near: tuple[float, float], turn: float, turned: Array, scaled: Array, y: int, x: int, out_east: Floats, out_north: Floats
) -> None:
    east, north = near
    for k in range(scaled.shape[0]):
        if k == 0 or turned[k] != turned[k - 1]:
            cosine, sine = math.cos(turn * turned[k]), math.sin(turn * turned[k])
            east, north = near[0] * cosine + near[1] * sine, near[1] * cosine - near[0] * sine
        times = 1.0
        for point in range(scaled.shape[1]):
            times += scaled[k, point] / scaled.shape[1]
        out_east[k, y, x] = times * east
        out_north[k, y, x] = times * north


@njit(cache=True)
def _next_level(height: Floats, eastward: Floats, northward: Floats, first: int, y: int, x: int) -> int:
    """The first level from `first` on that has a wind and stands higher than 10 m; their number if none does."""
    level = first
    while level < height.shape[0]:
        if height[level, y, x] > WIND_HEIGHT_M and not np.isnan(eastward[level, y, x] + northward[level, y, x]):
            break
        level += 1
    return level


@njit(cache=True)
def _join(
    near: tuple[float, float],
    aloft_east: Floats,
    aloft_north: Floats,
    aloft_height: Floats,
    lowest: int,
    reach: float,
    heights: Array,
    scaled: Array,
    y: int,
    x: int,
    out_east: Floats,
    out_north: Floats,
) -> None:
    """`reach` is what the similarity profile adds up to the level `lowest`."""
    levels, points = aloft_height.shape[0], heights.shape[1]
    above = lowest
    low = 0.0  # above the lowest level, the height from which the wind rises by so much per metre
    start_east, start_north, rise_east, rise_north = near[0], near[1], 0.0, 0.0
    to_east, to_north = (aloft_east[lowest, y, x] - near[0]) / reach, (aloft_north[lowest, y, x] - near[1]) / reach
    for k in range(heights.shape[0]):
        east, north = 0.0, 0.0
        for point in range(points):
            height = heights[k, point]
            while above < levels and height > aloft_height[above, y, x]:
                low = float(aloft_height[above, y, x])
                start_east, start_north = float(aloft_east[above, y, x]), float(aloft_north[above, y, x])
                above = _next_level(aloft_height, aloft_east, aloft_north, above + 1, y, x)
                rise_east, rise_north = 0.0, 0.0
                if above < levels:
                    per_metre = 1.0 / (aloft_height[above, y, x] - low)
                    rise_east, rise_north = (
                        (aloft_east[above, y, x] - start_east) * per_metre,
                        (aloft_north[above, y, x] - start_north) * per_metre,
                    )
            if above == lowest:
                east += near[0] + scaled[k, point] * to_east
                north += near[1] + scaled[k, point] * to_north
            else:
                east += start_east + (height - low) * rise_east
                north += start_north + (height - low) * rise_north
        out_east[k, y, x] = east / points
        out_north[k, y, x] = north / points
