"""What has drifted since a model was fitted: its errors of the last days, as far as they have told of the next ones.

Errors of the recent past are averaged with weights that fall off exponentially (Brown 1959), those of the whole network and how far a
station departs from it each by itself, and taken off by a gain that is learnt where errors were made on times left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.signal import lfilter

from hazecast.forecast.series import Rows
from hazecast.forecast.uncertainty import LEAD_GROUP_ENDS, lead_group

Array = NDArray[np.float64]
Index = NDArray[np.int64]

HALF_LIFE_HOURS = 60.0
KEPT = 0.5 ** (1.0 / HALF_LIFE_HOURS)
LEAST_WEIGHT = 3.0  # hours of errors without which nothing is taken off
LEAST_ROWS = 500
GROUPS = LEAD_GROUP_ENDS.size + 1


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """Gains (lead group, 2) of the network's recent mean error and of a station's departure from it, each 0 to 1."""

    gains: Array

    def expected(self, network: Array, departure: Array, lead: Index) -> Array:
        """The error to expect (row,), from recent ones (row,); 0 where none are known."""
        gain = self.gains[lead_group(lead)]
        return np.asarray(gain[:, 0] * np.nan_to_num(network) + gain[:, 1] * np.nan_to_num(departure))


def learnt_drift(rows: Rows, error: Array) -> Drift:
    """From errors (row,) of the square root of PM2.5 that were made on times left out of the learning."""
    gains = np.zeros((GROUPS, 2))
    group = lead_group(rows.lead)
    network, departure = recent_errors(rows, error, rows)
    for g in range(GROUPS):
        here = (group == g) & ~np.isnan(network)
        if here.sum() >= LEAST_ROWS:
            told = np.stack([network[here], np.nan_to_num(departure[here])], axis=1)
            gains[g] = np.clip(nnls(told, error[here])[0], 0.0, 1.0)
    return Drift(gains)


def recent_errors(past: Rows, error: Array, rows: Rows) -> tuple[Array, Array]:
    """For each of `rows` the network's recent mean error at its lead group and the station's departure from that, (row,) each.

    `error` (past row,) counts at its valid hour, and is known to a row whose last known hour is not before that. NaN where too few are.
    """
    network, departure = np.full(rows.lead.size, np.nan), np.full(rows.lead.size, np.nan)
    of_past, of_rows = lead_group(past.lead), lead_group(rows.lead)
    first = int(past.valid.min(initial=0))
    hours, stations = int(max(past.valid.max(initial=0), rows.known.max(initial=0))) - first + 1, int(rows.station.max(initial=0)) + 1
    for g in range(GROUPS):
        from_, to = of_past == g, np.flatnonzero((of_rows == g) & (rows.known >= first))
        inside = from_ & (past.station < stations)
        if not inside.any() or not to.size:
            continue
        at, of = past.valid[inside] - first, past.station[inside]
        cell = at * stations + of
        of_station = _faded(cell, error[inside], (hours, stations))
        of_network = _faded(at, error[inside], (hours, 1))
        known = rows.known[to] - first
        network[to] = of_network[known, 0]
        departure[to] = of_station[known, rows.station[to]] - network[to]
    return network, departure


def _faded(cell: Index, error: Array, shape: tuple[int, int]) -> Array:
    """The mean (hour, column) of all errors so far, fading with age, from those of cells; each hour that has any counts once."""
    size = shape[0] * shape[1]
    count = np.bincount(cell, minlength=size).reshape(shape)
    mean = np.bincount(cell, error, size).reshape(shape) / np.maximum(count, 1)
    weight = lfilter([1.0], [1.0, -KEPT], (count > 0).astype(np.float64), axis=0)
    faded = lfilter([1.0], [1.0, -KEPT], mean, axis=0)
    return np.where(weight >= LEAST_WEIGHT, faded / np.maximum(weight, 1e-9), np.nan)
