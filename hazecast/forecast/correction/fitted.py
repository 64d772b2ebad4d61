"""A fitted correction, and what it foretells."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.blending import blend
from hazecast.forecast.climatology import relaxed_climatology
from hazecast.forecast.correction.bands import StandardBands
from hazecast.forecast.correction.drift import Drift
from hazecast.forecast.correction.guard import Guard
from hazecast.forecast.correction.lacking import Lacking, absences, without
from hazecast.forecast.correction.spread import Spread
from hazecast.forecast.features import Source, feature_table
from hazecast.forecast.learnt import Learnt
from hazecast.forecast.occasions import Occasions
from hazecast.forecast.series import Index, Rows, Series
from hazecast.forecast.uncertainty import QUANTILES, lead_group

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What holds when some kinds of input lack: shares of what is learnt, climatology, base and model by lead group (group, member), the
    bands, and by lead group (group,) the root mean square error in µg m-3 and the pairs it was measured on, times that were left out.
    """

    shares: Array
    bands: StandardBands
    rmse: Array
    pairs: Index


@dataclass(frozen=True, slots=True, eq=False)
class Foretold:
    """Of rows (row,): the square root of PM2.5, its expected error, and the index of the row's case, -1 where there is none.

    `outside` names the inputs beyond what was learnt from, and `beyond` (row,) tells which rows they are of.
    """

    centre: Array
    spread: Array
    case: Index
    beyond: Flags
    outside: tuple[str, ...]

    def take(self, which: Flags) -> "Foretold":
        """Some of the rows."""
        return Foretold(self.centre[which], self.spread[which], self.case[which], self.beyond[which], self.outside)


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """A fitted correction of the square root of PM2.5, learnt from hours up to `learnt_until`.

    `cases` are in the order in which they are looked through: the first that allows for all that a row lacks.
    """

    learnt: Learnt
    occasions: Occasions
    spread: Spread
    by_hour: Array
    cases: Mapping[Lacking, Case]
    drift: Drift
    guard: Guard
    learnt_until: np.datetime64

    @property
    def first(self) -> Case:
        """The case in which the least lacks."""
        return next(iter(self.cases.values()))

    def foretold(self, series: Series, rows: Rows) -> Foretold:
        """Before anything that happened since is taken into account."""
        table, absent = feature_table(series, rows), absences(series, rows)
        centre, spread = np.full(rows.lead.size, np.nan), np.full(rows.lead.size, np.nan)
        case_of, left = np.full(rows.lead.size, -1), np.ones(rows.lead.size, dtype=bool)
        beyond = self.guard.outside(table)
        for number, (lacking, case) in enumerate(self.cases.items()):
            which = np.flatnonzero(left & absent.within(lacking))
            if which.size:
                left[which], case_of[which] = False, number
                some, seen = rows.take(which), without(table[which], lacking)
                told = self.learnt.predict(series, some, seen, lacking) + self.occasions.predict(series, some)[:, None]
                blended = blend(members(told, self.by_hour, series, some, lacking), case.shares[lead_group(some.lead)])
                centre[which] = np.maximum(blended, 0.0)
                spread[which] = self.spread.of(seen, centre[which]) * np.where(beyond[which].any(axis=1), self.guard.widening, 1.0)
        return Foretold(centre, spread, case_of, np.asarray(beyond.any(axis=1)), self.guard.names(beyond))

    def distribution(
        self, centre: Array, spread: Array, case: Index, lead: Index, width: Array | None = None, allowance: Array | None = None
    ) -> tuple[Array, Array]:
        """PM2.5 in µg m-3: at `QUANTILES` (row, quantile) and as expected (row,); NaN without a case.

        `width` (row,) widens the band alone: that bands have missed of late says nothing of where the mean is. `allowance` (row,) is how
        much stays of what the mean lies above the square of the centre.
        """
        quantiles, mean = np.full((lead.size, QUANTILES.size), np.nan), np.full(lead.size, np.nan)
        wide = spread if width is None else spread * width
        for number, each in enumerate(self.cases.values()):
            here = case == number
            if here.any():
                quantiles[here] = each.bands.around(centre[here], wide[here], lead[here])
                mean[here] = each.bands.mean(centre[here], spread[here], lead[here])
        return quantiles, mean if allowance is None else centre**2 + allowance * (mean - centre**2)

    def expected_error(self, case: Index, lead: Index) -> Array:
        """The root mean square error in µg m-3 measured for each row's case and lead group (row,); NaN without a case."""
        table = np.stack([each.rmse for each in self.cases.values()])
        return np.where(case >= 0, table[np.maximum(case, 0), lead_group(lead)], np.nan)


def members(learnt: Array, by_hour: Array, series: Series, rows: Rows, lacking: Lacking) -> Array:
    """What is blended, (row, member), as the square root of PM2.5: the `learnt` (row, way), climatology, base forecast, another model's."""
    nothing = np.full(rows.lead.size, np.nan)
    base = nothing if Source.BASE in lacking else np.sqrt(series.at("base", rows.valid, rows.station))
    model = nothing if Source.MODEL in lacking else np.sqrt(series.at("model", rows.valid, rows.station))
    return np.column_stack([learnt, relaxed_climatology(by_hour, series, rows, lacking), base, model])
