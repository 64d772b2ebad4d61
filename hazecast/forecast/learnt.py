"""What is learnt of where PM2.5 will lie, side by side: straight from a row's features, and step by step from the last hour known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.features import Source
from hazecast.forecast.location import Location, fit_location
from hazecast.forecast.series import Rows, Series
from hazecast.forecast.steps import Steps, fit_steps

Array = NDArray[np.float64]
Table = NDArray[np.float32]

WAYS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """Both ways; no steps where there was no weather to learn them from."""

    location: Location
    steps: Steps | None

    def predict(self, series: Series, rows: Rows, table: Table, lacking: tuple[Source, ...]) -> Array:
        """The square root of PM2.5 (row, way) for rows and their feature table without what lacks; NaN for a way that is shut."""
        walked = np.full(rows.lead.size, np.nan) if self.steps is None else self.steps.predict(series, rows, lacking)
        return np.column_stack([self.location.predict(rows, table), walked])


def fit_learnt(series: Series, rows: Rows, table: Table, truth: Array, seed: int) -> Learnt:
    """Fit to the square root of what was observed, `truth` (row,); `table` (row, feature) may hold lacking inputs as NaN."""
    return Learnt(fit_location(rows, table, truth, seed), fit_steps(series, rows, seed))
