"""The learnt correction at stations: boosted trees on what is known of a row, blended with climatology and the base forecast, with
bands from times that were left out of the learning.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from hazecast.forecast.blending import blend, shares
from hazecast.forecast.climatology import relaxed_climatology
from hazecast.forecast.features import Source, columns_of, feature_table
from hazecast.forecast.learning import Lesson, learning_rows
from hazecast.forecast.series import Rows, Series
from hazecast.forecast.uncertainty import ErrorBands, error_bands, lead_group

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Table = NDArray[np.float32]
Progress = Callable[[float], None]

LEAST_ROWS = 2_000
FOLDS = 4
SHARE_WITHOUT = 0.1  # share of rows shown without a kind of input, so that its absence is learnt too
HOURS_OF_A_YEAR = 8766

Lacking = tuple[Source, ...]
NOTHING_LACKS: Lacking = ()
STATION_SILENT: Lacking = (Source.STATION,)
NETWORK_SILENT: Lacking = (Source.STATION, Source.NEIGHBOURS)
NO_WEATHER: Lacking = (Source.WEATHER, Source.BASE)
CASES: tuple[Lacking, ...] = (NOTHING_LACKS, STATION_SILENT, NETWORK_SILENT, NO_WEATHER)


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Fitted trees and the columns of the feature table they were shown."""

    model: HistGradientBoostingRegressor
    columns: NDArray[np.int64]

    def predict(self, table: Table) -> Array:
        """The square root of PM2.5 for rows of the whole feature table."""
        return np.asarray(self.model.predict(table[:, self.columns]))


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What holds when some kinds of input lack: the share of trees, climatology, base and model by lead group, and the bands."""

    shares: Array
    bands: ErrorBands


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """A fitted correction of the square root of PM2.5."""

    trees: Trees
    by_hour: Array
    cases: Mapping[Lacking, Case]

    def quantiles(self, series: Series, rows: Rows, lacking: Lacking) -> Array:
        """PM2.5 in µg m-3 at `QUANTILES`, (row, quantile), where the inputs `lacking` are lacking."""
        case = self.cases[lacking]
        from_trees = self.trees.predict(_without(feature_table(series, rows), lacking))
        members = _members(from_trees, self.by_hour, series, rows, lacking)
        blended = blend(members, case.shares[lead_group(rows.lead)])
        return np.asarray(np.maximum(case.bands.around(blended, rows.lead), 0.0) ** 2)


def learn(series: Series, by_hour: Array, lesson: Lesson, progress: Progress) -> Correction | None:
    """Fit on what was known; None where the history is too short for it.

    `by_hour` is the climatology to blend with. Shares and bands come from fits that left out one of `FOLDS` stretches of
    time, with up to the horizon on either side.
    """
    rows = learning_rows(series, lesson)
    if rows.lead.size < LEAST_ROWS:
        return None
    table = feature_table(series, rows)
    if lesson.known < HOURS_OF_A_YEAR:
        table[:, columns_of(Source.SEASON)] = np.nan  # within a year the season only names the days one by one
    truth = np.sqrt(series.at("pm25_exact", rows.valid, rows.station))
    left_out = _predicted_when_left_out(rows, table, truth, lesson, progress)
    made = ~np.isnan(left_out[NOTHING_LACKS])
    if made.sum() < LEAST_ROWS // FOLDS:
        return None
    pairs = rows.take(made)
    cases = {
        lacking: _case(_members(values[made], by_hour, series, pairs, lacking), truth[made], pairs) for lacking, values in left_out.items()
    }
    trees = _fit(_with_some_lacking(table, lesson.seed), truth, lesson.seed)
    progress(1.0)
    return Correction(trees, by_hour, MappingProxyType(cases))


def _predicted_when_left_out(rows: Rows, table: Table, truth: Array, lesson: Lesson, progress: Progress) -> Mapping[Lacking, Array]:
    edges = np.quantile(rows.valid, np.linspace(0, 1, FOLDS + 1))
    fold_of = np.clip(np.searchsorted(edges, rows.valid, side="right") - 1, 0, FOLDS - 1)
    margin = min(lesson.horizon, int((edges[-1] - edges[0]) / (4 * FOLDS)))
    predicted = {lacking: np.full(truth.size, np.nan) for lacking in CASES}
    for fold in range(FOLDS):
        test = fold_of == fold
        near = (rows.valid >= edges[fold] - margin) & (rows.origin <= edges[fold + 1] + margin)
        if test.any() and (~near).sum() >= LEAST_ROWS // FOLDS:
            trees = _fit(_with_some_lacking(table[~near], lesson.seed), truth[~near], lesson.seed)
            for lacking, values in predicted.items():
                values[test] = trees.predict(_without(table[test], lacking))
        progress((fold + 1) / (FOLDS + 1))
    return predicted


def _members(from_trees: Array, by_hour: Array, series: Series, rows: Rows, lacking: Lacking) -> Array:
    """What is blended, (row, member), as the square root of PM2.5; the base forecast is made of weather, and lacks with it."""
    base = np.full(from_trees.shape, np.nan) if Source.WEATHER in lacking else np.sqrt(series.at("base", rows.valid, rows.station))
    model = np.sqrt(series.at("model", rows.valid, rows.station))
    return np.stack([from_trees, relaxed_climatology(by_hour, series, rows, lacking), base, model], axis=1)


def _case(members: Array, truth: Array, rows: Rows) -> Case:
    group = lead_group(rows.lead)
    earned = shares(members, truth, group, days=np.unique(rows.valid).size / 24)
    return Case(earned, error_bands(blend(members, earned[group]), truth, rows.lead))


def _fit(table: Table, truth: Array, seed: int) -> Trees:
    columns = np.flatnonzero(_varies(table))
    model = HistGradientBoostingRegressor(
        max_iter=220,
        learning_rate=0.07,
        max_leaf_nodes=31,
        min_samples_leaf=80,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )
    return Trees(model.fit(table[:, columns], truth), columns)


def _varies(table: Table) -> Flags:
    """Columns with at least two different values; the trees' binning cannot take the others."""
    lowest = np.where(np.isnan(table), np.inf, table).min(axis=0)
    highest = np.where(np.isnan(table), -np.inf, table).max(axis=0)
    return np.asarray(lowest < highest)


def _without(table: Table, lacking: Lacking) -> Table:
    out = table.copy()
    for source in lacking:
        out[:, columns_of(source)] = np.nan
    return out


def _with_some_lacking(table: Table, seed: int) -> Table:
    draw = np.random.default_rng(seed + 1).random(table.shape[0])
    out = table.copy()
    for i, lacking in enumerate(CASES[1:]):
        chosen = (draw >= i * SHARE_WITHOUT) & (draw < (i + 1) * SHARE_WITHOUT)
        for source in lacking:
            out[np.flatnonzero(chosen)[:, None], columns_of(source)[None, :]] = np.nan
    return out
