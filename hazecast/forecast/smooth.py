"""A small neural network on the feature table: trees answer in steps and it smoothly, so that their mean errs less than either."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPRegressor
from threadpoolctl import threadpool_limits

from hazecast.forecast.features import FEATURES, Source, columns_of

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Index = NDArray[np.int64]

HIDDEN = (64, 32)
ROUNDS = 12  # through all rows
PENALTY = 0.01
FARTHEST = 4.0  # standard deviations; what lies beyond is taken for that
FADING_HOURS = (6.0, 24.0)
ROWS_AT_ONCE = 32_768
_ROOTED = np.concatenate([columns_of(source) for source in (Source.STATION, Source.NEIGHBOURS, Source.BASE, Source.MODEL)])
_LEAD = [f.name for f in FEATURES].index("lead time")
_TELLING = np.array([[f.name for f in FEATURES].index(name) for name in ("pm25 now", "neighbours now", "wind_speed now", "base", "model")])


@dataclass(frozen=True, slots=True, eq=False)
class SmoothFit:
    """A fitted network: `columns` of the table it reads, what makes them comparable, and its layers from the first to the last.

    `middle` and `scale` are of the network's inputs (input,), `weights` (from, to) and `offsets` (to,) of each layer.
    """

    columns: Index
    middle: Floats
    scale: Floats
    weights: tuple[Floats, ...]
    offsets: tuple[Floats, ...]

    def predict(self, table: Floats) -> Array:
        """The square root of PM2.5 (row,) for rows of the whole feature table."""
        out = np.empty(table.shape[0])
        for begin in range(0, table.shape[0], ROWS_AT_ONCE):
            some = slice(begin, begin + ROWS_AT_ONCE)
            values = _standardised(_inputs(table[some], self.columns), self.middle, self.scale)
            for weight, offset in zip(self.weights[:-1], self.offsets[:-1], strict=True):
                values = np.maximum(values @ weight + offset, 0.0)
            out[some] = (values @ self.weights[-1] + self.offsets[-1])[:, 0]
        return out


def fit_smooth(table: Floats, truth: Array, columns: Index, seed: int) -> SmoothFit:
    """Fit to the square root of what was observed, `truth` (row,), reading `columns` of the whole feature table."""
    inputs = _inputs(table, columns)
    middle = np.nan_to_num(np.nanmean(inputs, axis=0, dtype=np.float64)).astype(np.float32)
    scale = np.nanstd(inputs, axis=0, dtype=np.float64).astype(np.float32)
    scale = np.where(scale > 0.0, scale, np.float32(1.0))
    centre, spread = truth.mean(), max(float(truth.std()), 1e-6)
    shown, target = _standardised(inputs, middle, scale), ((truth - centre) / spread).astype(np.float32)
    network = MLPRegressor(
        hidden_layer_sizes=HIDDEN, alpha=PENALTY, batch_size=min(256, truth.size), learning_rate_init=0.002, random_state=seed
    )
    with threadpool_limits(1, "blas"):  # products this small only wait for a second core, and one core adds up alike anywhere
        for _ in range(ROUNDS):
            network.partial_fit(shown, target)
    *inner, last = network.coefs_
    *within, end = network.intercepts_
    layers, offsets = (*inner, last * spread), (*within, end * spread + centre)
    return SmoothFit(columns, middle, scale, tuple(_single(layer) for layer in layers), tuple(_single(offset) for offset in offsets))


def _inputs(table: Floats, columns: Index) -> Floats:
    """The columns, of concentrations the signed roots, how lead time fades, and which kinds of input are there."""
    rooted = np.isin(columns, _ROOTED)
    shown = table[:, columns]
    shown[:, rooted] = np.sign(shown[:, rooted]) * np.sqrt(np.abs(shown[:, rooted]))
    lead = table[:, _LEAD]
    return np.column_stack([shown, *(np.exp(-lead / np.float32(hours)) for hours in FADING_HOURS), np.isnan(table[:, _TELLING])])


def _standardised(inputs: Floats, middle: Floats, scale: Floats) -> Floats:
    """What lacks stands in the middle."""
    return np.asarray(np.nan_to_num(np.clip((inputs - middle) / scale, -FARTHEST, FARTHEST)), dtype=np.float32)


def _single(values: Array) -> Floats:
    return np.asarray(values, dtype=np.float32)
