"""A small neural network: trees answer in steps and it smoothly, so that their mean errs less than either."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPRegressor
from threadpoolctl import threadpool_limits

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

HIDDEN = (64, 32)
ROUNDS = 12  # through all rows
PENALTY = 0.01
FARTHEST = 4.0  # standard deviations; what lies beyond is taken for that
ROWS_AT_ONCE = 32_768


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A fitted network: what makes its inputs comparable, and its layers from the first to the last.

    `middle` and `scale` are of the inputs (input,), `weights` (from, to) and `offsets` (to,) of each layer.
    """

    middle: Floats
    scale: Floats
    weights: tuple[Floats, ...]
    offsets: tuple[Floats, ...]

    def predict(self, inputs: Floats) -> Array:
        """What it was fitted to (row,) for inputs (row, input); one that lacks stands in the middle."""
        out = np.empty(inputs.shape[0])
        with threadpool_limits(1, "blas"):  # a second thread gains little, and costs much where another process has its core
            for begin in range(0, inputs.shape[0], ROWS_AT_ONCE):
                some = slice(begin, begin + ROWS_AT_ONCE)
                out[some] = self._answers(_standardised(inputs[some], self.middle, self.scale))
        return out

    def _answers(self, values: Floats) -> Floats:
        for weight, offset in zip(self.weights[:-1], self.offsets[:-1], strict=True):
            values = np.maximum(values @ weight + offset, 0.0)
        return np.asarray((values @ self.weights[-1] + self.offsets[-1])[:, 0])


def fit_network(inputs: Floats, truth: Array, seed: int) -> Network:
    """Fit to `truth` (row,) from inputs (row, input)."""
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
    return Network(middle, scale, tuple(_single(layer) for layer in layers), tuple(_single(offset) for offset in offsets))


def _standardised(inputs: Floats, middle: Floats, scale: Floats) -> Floats:
    return np.asarray(np.nan_to_num(np.clip((inputs - middle) / scale, -FARTHEST, FARTHEST)), dtype=np.float32)


def _single(values: Array) -> Floats:
    return np.asarray(values, dtype=np.float32)
