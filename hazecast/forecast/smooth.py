"""A small neural network on the feature table."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.features import FEATURES, Source, columns_of
from hazecast.forecast.network import Network, fit_network

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Index = NDArray[np.int64]

FADING_HOURS = (6.0, 24.0)
_ROOTED = np.concatenate([columns_of(source) for source in (Source.STATION, Source.NEIGHBOURS, Source.BASE, Source.MODEL)])
_LEAD = [f.name for f in FEATURES].index("lead time")
_TELLING = np.array([[f.name for f in FEATURES].index(name) for name in ("pm25 now", "neighbours now", "wind_speed now", "base", "model")])


@dataclass(frozen=True, slots=True, eq=False)
class SmoothFit:
    """A fitted network and the columns of the feature table that it reads."""

    columns: Index
    network: Network

    def predict(self, table: Floats) -> Array:
        """The square root of PM2.5 (row,) for rows of the whole feature table."""
        return self.network.predict(_inputs(table, self.columns))


def fit_smooth(table: Floats, truth: Array, columns: Index, seed: int) -> SmoothFit:
    """Fit to the square root of what was observed, `truth` (row,), reading `columns` of the whole feature table."""
    return SmoothFit(columns, fit_network(_inputs(table, columns), truth, seed))


def _inputs(table: Floats, columns: Index) -> Floats:
    """The columns, of concentrations the signed roots, how lead time fades, and which kinds of input are there."""
    rooted = np.isin(columns, _ROOTED)
    shown = table[:, columns]
    shown[:, rooted] = np.sign(shown[:, rooted]) * np.sqrt(np.abs(shown[:, rooted]))
    lead = table[:, _LEAD]
    fading = (np.exp(-lead / np.float32(hours)) for hours in FADING_HOURS)
    return np.column_stack([shown, *fading, np.isnan(table[:, _TELLING])]).astype(np.float32, copy=False)
