"""Statistics, which add up over pairs, blocks and machines, apart from scores, which do not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.backtest.verification.counting import Comparison
from hazecast.backtest.verification.pairs import Pairs

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums of statistics, (…, statistic), by name."""

    names: tuple[str, ...]
    values: Array

    def of(self, name: str) -> Array:
        """One statistic, (…,)."""
        return np.asarray(self.values[..., self.names.index(name)])

    def several(self, names: Sequence[str]) -> Array:
        """Some statistics, (…, name)."""
        return np.asarray(self.values[..., [self.names.index(name) for name in names]])


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A score of a forecast, (…,), NaN where there is nothing to score. `is_count` tells that it is no measure of skill."""

    forecast: str
    score: str
    event: str
    values: Array
    is_count: bool = False


class Family(Protocol):
    """Statistics that are taken of the same pairs and the scores that follow from their sums. `n` counts those pairs."""

    @property
    def names(self) -> tuple[str, ...]:
        """The statistics, `n` among them."""

    def statistics(self, pairs: Pairs, comparison: Comparison) -> Array:
        """Of every pair, (cycle × station × lead, statistic); zeros where a pair does not count."""

    def scores(self, sums: Sums) -> tuple[Scored, ...]:
        """From sums over any pairs."""


def rows(values: NDArray[np.generic]) -> xr.DataArray:
    """One-dimensional values as `scores` takes them."""
    return xr.DataArray(values, dims="pair")


def only(counted: NDArray[np.bool_], columns: Sequence[Array]) -> Array:
    """Columns over all pairs (pair, column), zero wherever a pair does not count."""
    table = np.stack([c.ravel() for c in columns], axis=-1).astype(np.float64)
    return np.where(counted.ravel()[:, None], table, 0.0)


def one_of(place: NDArray[np.integer], size: int) -> Array:
    """(pair, place) with a one at each pair's place and zeros beside it; a place beyond the last is the last."""
    table = np.zeros((place.size, size))
    table[np.arange(place.size), np.minimum(place, size - 1)] = 1.0
    return table


def ratio(above: Array, below: Array) -> Array:
    """`above` / `below`, NaN wherever that is not a finite number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.asarray(above / below)
    return np.where(np.isfinite(quotient), quotient, np.nan)


def named(name: str) -> str:
    """A forecast's name as part of a score's."""
    return name.replace(" ", "_")
