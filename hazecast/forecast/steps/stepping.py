"""Steps that were learnt, repeated from the last hour known to the valid one."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from hazecast.forecast.features import Source
from hazecast.forecast.network import Network
from hazecast.forecast.series import Index, Rows, Series, as_forecast
from hazecast.forecast.steps.table import STATES, STEP_HOURS, Table, step_table
from hazecast.forecast.trees import FlatTrees, flattened

Array = NDArray[np.float64]

LEAST_STATE = 0.3  # of the root of PM2.5 in µg m-3


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Fitted trees and networks that lead from the air of the last day to that of six hours later: half by the trees, half by the others.

    `columns` are those of the step's table that are read; `usual` is the mean state, from which a silent network sets out.
    """

    model: HistGradientBoostingRegressor
    columns: Index
    networks: tuple[Network, ...]
    usual: float
    trees: FlatTrees = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "trees", flattened(self.model))

    def predict(self, series: Series, rows: Rows, lacking: tuple[Source, ...]) -> Array:
        """The square root of PM2.5 (row,) by steps from the last known hour, NaN without weather; of past hours by hindcasts."""
        out = np.full(rows.lead.size, np.nan)
        if Source.WEATHER in lacking:
            return out
        for shown, which in as_forecast(series, rows):
            out[which] = self._walked(shown, rows.take(which), lacking)
        return out

    def next(self, table: Table) -> Array:
        """The state (row,) after a step whose table is given."""
        shown = table[:, self.columns]
        by_networks = np.mean([network.predict(shown) for network in self.networks], axis=0)
        return np.asarray(np.maximum((self.trees.predict(shown) + by_networks) / 2.0, LEAST_STATE))

    def _walked(self, series: Series, rows: Rows, lacking: tuple[Source, ...]) -> Array:
        """Rows of one beginning walk together, as far as the farthest of them."""
        stations = series.latitude.size
        begin, of = np.unique(rows.known * stations + rows.station, return_inverse=True)
        known, station = np.divmod(begin, stations)
        ahead = rows.valid - rows.known
        needed = np.zeros(begin.size, dtype=np.int64)
        np.maximum.at(needed, of, -(-ahead // STEP_HOURS))
        states = beginnings(series, known, station, lacking, self.usual)
        path = np.full((begin.size, int(needed.max(initial=0)) + 1), np.nan)
        path[:, 0] = states[:, 0]
        for step in range(1, path.shape[1]):
            walking = np.flatnonzero(needed >= step)
            table = step_table(series, known[walking] + step * STEP_HOURS, station[walking], states[walking])
            path[walking, step] = self.next(table)
            states[walking] = np.column_stack([path[walking, step], states[walking, :-1]])
        whole, part = np.divmod(ahead, STEP_HOURS)
        share = part / STEP_HOURS
        return np.asarray((1.0 - share) * path[of, whole] + share * path[of, np.minimum(whole + 1, needed[of])])


def beginnings(series: Series, known: Index, station: Index, lacking: tuple[Source, ...], usual: float) -> Array:
    """The states (row, `STATES`) up to the hour `known` (row,): of the station, else of those around it, else the usual one."""
    out = np.full((known.size, STATES), np.nan)
    for source, key in ((Source.STATION, "pm25"), (Source.NEIGHBOURS, "neighbours")):
        if source not in lacking:
            for back in range(STATES):
                heard = np.sqrt(np.maximum(series.at(key, known - back * STEP_HOURS, station), 0.0))
                out[:, back] = np.where(np.isnan(out[:, back]), heard, out[:, back])
    return np.where(np.isnan(out), usual, out)
