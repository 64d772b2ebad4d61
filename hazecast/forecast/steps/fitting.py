"""Learning a step: first from what was observed before it, then also from where steps had led, so that it mends what they bring along
(dataset aggregation: Ross et al. 2011, PMLR 15, 627).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from hazecast.forecast.location import varies
from hazecast.forecast.network import fit_network
from hazecast.forecast.series import Index, Rows, Series, as_forecast
from hazecast.forecast.steps.stepping import LEAST_STATE, Steps, beginnings
from hazecast.forecast.steps.table import STEP_HOURS, Table, step_table
from hazecast.forecast.trees import Growth

Array = NDArray[np.float64]

SINGLE_STEPS = 30_000
STEPS_ON_WALKS = 60_000
LEAST_STEPS = 500
FIRST = Growth(most=100, rate=0.06, leaves=15, rows_in_a_leaf=100, features_at_a_fork=0.5)
LAST = replace(FIRST, most=300)
NETWORKS = 2  # from other beginnings


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Tables of steps (row, column) and where they led, the square root of PM2.5 (row,)."""

    tables: Table
    truth: Array


def fit_steps(series: Series, rows: Rows, seed: int) -> Steps | None:
    """From the valid hours of rows and the ways to them; None where too few have weather."""
    chance = np.random.default_rng(seed)
    rows = rows.take(~np.isnan(series.at("eastward_wind", rows.valid, rows.station)))
    if rows.lead.size < LEAST_STEPS:
        return None
    single = _some(rows, SINGLE_STEPS, chance)
    usual = float(np.sqrt(series.at("pm25_exact", single.valid, single.station)).mean())
    seen = _joined(_single_steps(known, single.take(which), usual) for known, which in as_forecast(series, single))
    columns = np.flatnonzero(varies(seen.tables))
    first = FIRST.of(seen.truth.size, seed).fit(seen.tables[:, columns], seen.truth)
    far = rows.take(2 * rows.lead >= rows.lead.max())
    walks = _some(far, int(STEPS_ON_WALKS * STEP_HOURS / far.lead.mean()), chance)
    on_walks = (step for known, which in as_forecast(series, walks) for step in _on_walks(known, walks.take(which), first, columns, usual))
    everything = _joined((seen, *on_walks))
    shown = everything.tables[:, columns]
    networks = tuple(fit_network(shown, everything.truth, seed + i) for i in range(NETWORKS))
    return Steps(LAST.of(len(shown), seed).fit(shown, everything.truth), columns, networks, usual)


def _single_steps(series: Series, rows: Rows, usual: float) -> _Seen:
    before = beginnings(series, rows.valid - STEP_HOURS, rows.station, (), usual)
    truth = np.sqrt(series.at("pm25_exact", rows.valid, rows.station))
    return _Seen(step_table(series, rows.valid, rows.station, before), truth)


def _on_walks(series: Series, rows: Rows, model: HistGradientBoostingRegressor, columns: Index, usual: float) -> Iterator[_Seen]:
    """Each step on the ways to rows that led to an hour which was observed."""
    states = beginnings(series, rows.known, rows.station, (), usual)
    for step in range(1, int(rows.lead.max(initial=0) + rows.lag) // STEP_HOURS + 1):
        hour = rows.known + step * STEP_HOURS
        walking = np.flatnonzero(hour <= rows.valid)
        table = step_table(series, hour[walking], rows.station[walking], states[walking])
        truth = np.sqrt(series.at("pm25_exact", hour[walking], rows.station[walking]))
        seen = ~np.isnan(truth)
        yield _Seen(table[seen], truth[seen])
        after = np.maximum(model.predict(table[:, columns]), LEAST_STATE)
        states[walking] = np.column_stack([after, states[walking, :-1]])


def _joined(parts: Iterable[_Seen]) -> _Seen:
    some = tuple(parts)
    return _Seen(np.concatenate([part.tables for part in some]), np.concatenate([part.truth for part in some]))


def _some(rows: Rows, most: int, chance: np.random.Generator) -> Rows:
    if rows.lead.size <= most:
        return rows
    return rows.take(np.sort(chance.choice(rows.lead.size, most, replace=False)))
