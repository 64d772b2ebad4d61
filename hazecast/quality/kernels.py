"""Numba loops of the checks, over series (station, step) on a regular axis with NaN where nothing was measured."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]


@njit(cache=True)
def median_of(values: Array, count: int) -> float:
    """The median of the first `count` of `values`, which are sorted in place; NaN of none. Insertion sort: for a few dozen."""
    for i in range(1, count):
        value = values[i]
        j = i
        while j > 0 and values[j - 1] > value:
            values[j] = values[j - 1]
            j -= 1
        values[j] = value
    if count == 0:
        return np.nan
    middle = count // 2
    return float(values[middle] if count % 2 else 0.5 * (values[middle - 1] + values[middle]))


@njit(cache=True)
def around(series: Array, where: Mask, reach: int, least: int, out: Array) -> None:
    """Into `out`, at every place of `where`, the median of the known values up to `reach` steps before and after, itself left out.

    NaN elsewhere, and where fewer than `least` are known.
    """
    held = np.empty(2 * reach)
    steps = series.shape[1]
    for s in range(series.shape[0]):
        for t in range(steps):
            out[s, t] = np.nan
            if not where[s, t]:
                continue
            count = 0
            for near in range(max(0, t - reach), min(steps, t + reach + 1)):
                if near != t and not np.isnan(series[s, near]):
                    held[count] = series[s, near]
                    count += 1
            if count >= least:
                out[s, t] = median_of(held, count)


@njit(cache=True)
def of_neighbours(series: Array, neighbours: Index, where: Mask, least: int, out: Array) -> None:
    """Into `out`, at every place of `where`, the median of what the station's neighbours have at that step.

    `neighbours` (station, place) holds indices of stations, -1 where there are no more. NaN elsewhere, and where fewer than `least` are
    known.
    """
    held = np.empty(neighbours.shape[1])
    for s in range(series.shape[0]):
        for t in range(series.shape[1]):
            out[s, t] = np.nan
            if not where[s, t]:
                continue
            count = 0
            for place in range(neighbours.shape[1]):
                other = neighbours[s, place]
                if other >= 0 and not np.isnan(series[other, t]):
                    held[count] = series[other, t]
                    count += 1
            if count >= least:
                out[s, t] = median_of(held, count)


@njit(cache=True)
def spread_of_neighbours(series: Array, neighbours: Index, where: Mask, middle: Array, out: Array) -> None:
    """Into `out`, at every place of `where`, the median distance of the neighbours from their `middle`; NaN elsewhere."""
    held = np.empty(neighbours.shape[1])
    for s in range(series.shape[0]):
        for t in range(series.shape[1]):
            out[s, t] = np.nan
            if not where[s, t]:
                continue
            count = 0
            for place in range(neighbours.shape[1]):
                other = neighbours[s, place]
                if other >= 0 and not np.isnan(series[other, t]):
                    held[count] = abs(series[other, t] - middle[s, t])
                    count += 1
            out[s, t] = median_of(held, count)


@njit(cache=True)
def floors(series: Array, block: int, share: float, most_below: float, out: Array) -> None:
    """Into `out`, for every step, the lowest value that at least `share` of the values of its block of so many steps have.

    Minus infinity where there is none, or more than `most_below` of them are lower: then it is a frequent value and no floor.
    """
    steps = series.shape[1]
    blocks = max(1, int(np.floor(steps / block + 0.5)))
    for s in range(series.shape[0]):
        for number in range(blocks):
            first = number * block
            end = steps if number == blocks - 1 else first + block
            known = np.sort(series[s, first:end][~np.isnan(series[s, first:end])])
            out[s, first:end] = _floor_of(known, share, most_below)


@njit(cache=True)
def _floor_of(ordered: Array, share: float, most_below: float) -> float:
    first = 0
    for i in range(1, ordered.size + 1):
        if i < ordered.size and ordered[i] == ordered[first]:
            continue
        if first > most_below * ordered.size:
            return -np.inf
        if i - first >= share * ordered.size:
            return float(ordered[first])
        first = i
    return -np.inf


@njit(cache=True)
def flat_runs(series: Array, surprise: Array, longest_gap: int, out: Array) -> None:
    """Into `out`, for each value that repeats the known one before it, the summed `surprise` of its whole run of repeats; else 0.

    Up to `longest_gap` missing steps do not end a run.
    """
    for s in range(series.shape[0]):
        last, total, begun = -longest_gap - 2, 0.0, 0
        for t in range(series.shape[1]):
            out[s, t] = 0.0
            if np.isnan(series[s, t]):
                continue
            repeats = last >= 0 and t - last - 1 <= longest_gap and series[s, t] == series[s, last]
            if repeats:
                if total == 0.0:
                    begun = t
                total += surprise[s, t]
                out[s, t] = -1.0
            if not repeats:
                _settle(out[s], begun, last, total)
                total = 0.0
            last = t
        _settle(out[s], begun, last, total)


@njit(cache=True)
def _settle(row: Array, first: int, last: int, total: float) -> None:
    """Write the run's total to its members, which stand marked with -1."""
    if total > 0.0:
        for t in range(first, last + 1):
            if row[t] == -1.0:
                row[t] = total


@njit(cache=True)
def climbs(series: Array, longest_gap: int, rises: Index, first: Index) -> None:
    """For each value of a stretch that never falls, how often the whole stretch rises, and the step at which it begins.

    Zero and -1 where nothing is known. Up to `longest_gap` missing steps do not end a stretch.
    """
    for s in range(series.shape[0]):
        last, begun, count = -longest_gap - 2, 0, 0
        for t in range(series.shape[1]):
            rises[s, t] = 0
            first[s, t] = -1
            if np.isnan(series[s, t]):
                continue
            if last >= 0 and t - last - 1 <= longest_gap and series[s, t] >= series[s, last]:
                count += series[s, t] > series[s, last]
            else:
                _write_climb(rises[s], first[s], series[s], begun, last, count)
                begun, count = t, 0
            last = t
        _write_climb(rises[s], first[s], series[s], begun, last, count)


@njit(cache=True)
def _write_climb(rises: Index, first: Index, row: Array, begun: int, last: int, count: int) -> None:
    for t in range(begun, last + 1):
        if not np.isnan(row[t]):
            rises[t] = count
            first[t] = begun


@njit(cache=True)
def same_stretches(series: Array, least: int, least_changes: int, most_pairs: int, pairs: Index) -> int:
    """Find pairs of stations that are identical for `least` known steps on end, among them `least_changes` that differ from the one before.

    Writes (one, other, first, last, steps) of each pair's longest such stretch into `pairs` and returns how many there are, at most
    `most_pairs`. Only pairs that are equal, or unknown, at some step in every `least` are walked through.
    """
    found = 0
    for one in range(series.shape[0]):
        for other in range(one + 1, series.shape[0]):
            t, best = 0, 0
            while t < series.shape[1] and found < most_pairs:
                probe = t + least - 1
                if probe >= series.shape[1]:
                    break
                a, b = series[one, probe], series[other, probe]
                if a != b and not (np.isnan(a) or np.isnan(b)):
                    t = probe + 1
                    continue
                first, last, known, changes = _stretch(series[one], series[other], probe)
                t = max(last + 1, probe + 1)
                if known >= least and changes >= least_changes and known > best:
                    best = known
                    pairs[found, 0], pairs[found, 1], pairs[found, 2], pairs[found, 3], pairs[found, 4] = one, other, first, last, known
            found += best > 0
    return found


@njit(cache=True)
def _stretch(a: Array, b: Array, probe: int) -> tuple[int, int, int, int]:
    """The stretch round `probe` in which the two series never differ: its first and last step, steps known in both, and changes."""
    first = probe
    while first > 0 and (a[first - 1] == b[first - 1] or np.isnan(a[first - 1]) or np.isnan(b[first - 1])):
        first -= 1
    last, known, changes, before = probe, 0, 0, np.nan
    t = first
    while t < a.size and (a[t] == b[t] or np.isnan(a[t]) or np.isnan(b[t])):
        if a[t] == b[t]:
            known += 1
            changes += not np.isnan(before) and a[t] != before
            before = a[t]
            last = t
        t += 1
    return first, max(last, probe), known, changes


@njit(cache=True)
def lagged_correlations(series: Array, reference: Array, most: int, out: Array, counts: Index) -> None:
    """Into `out` (station, lag) the correlation of each row of `series` at t + lag with `reference` at t, lag from -most to most.

    Over the steps known in both, whose number goes into `counts`; NaN where there are fewer than three or one does not vary.
    """
    steps = series.shape[1]
    for s in range(series.shape[0]):
        for place in range(2 * most + 1):
            lag = place - most
            n = 0
            sx = sy = sxx = syy = sxy = 0.0
            for t in range(max(0, -lag), min(steps, steps - lag)):
                x, y = series[s, t + lag], reference[s, t]
                if not (np.isnan(x) or np.isnan(y)):
                    n += 1
                    sx += x
                    sy += y
                    sxx += x * x
                    syy += y * y
                    sxy += x * y
            counts[s, place] = n
            vx, vy = sxx * n - sx * sx, syy * n - sy * sy
            out[s, place] = (sxy * n - sx * sy) / np.sqrt(vx * vy) if n >= 3 and vx > 1e-12 and vy > 1e-12 else np.nan


@njit(cache=True)
def block_medians(series: Array, block: int, out: Array) -> None:
    """Into `out`, for every step the median of the known values of its block of so many steps, NaN where there are none.

    A last block of less than half the length belongs to the one before.
    """
    steps = series.shape[1]
    blocks = max(1, int(np.floor(steps / block + 0.5)))
    for s in range(series.shape[0]):
        for number in range(blocks):
            first = number * block
            end = steps if number == blocks - 1 else first + block
            known = series[s, first:end][~np.isnan(series[s, first:end])]
            out[s, first:end] = np.median(known) if known.size else np.nan
