"""Tables of scores from the table of a verification."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from hazecast.backtest.scorecard.blocks import Cell
from hazecast.backtest.scorecard.wording import fixed, interval, percent, signed
from hazecast.backtest.verification import Verification

ALL_DAYS = "all"


@dataclass(frozen=True, slots=True)
class Score:
    """One score with its interval and the pairs behind it; NaN where there is none."""

    value: float
    low: float
    high: float
    n: int


NO_SCORE = Score(float("nan"), float("nan"), float("nan"), 0)


class ScoreTable:
    """The rows of a verification, looked up by what they say."""

    def __init__(self, verification: Verification) -> None:
        table = verification.table
        keys = table[["forecast", "kind", "slice", "score", "event", "days"]].itertuples(index=False, name=None)
        numbers = table[["value", "low", "high", "n"]].itertuples(index=False, name=None)
        self._scores = {cast(tuple[str, ...], key): Score(*number) for key, number in zip(keys, numbers, strict=True)}
        self._slices: pd.Series = table.drop_duplicates(["kind", "slice"]).set_index("kind")["slice"]
        self._missing = table.drop_duplicates(["kind", "slice"]).set_index(["kind", "slice"])["missing"]
        self.baselines = verification.counts.forecasts[1:]
        self.common = verification.comparison.common

    def score(
        self, score: str, *, forecast: str = "hazecast", kind: str = "all", name: str = "all", event: str = "", days: str = ALL_DAYS
    ) -> Score:
        """One score."""
        return self._scores.get((forecast, kind, name, score, event, days), NO_SCORE)

    def names(self, kind: str) -> tuple[str, ...]:
        """The slices of a kind in their order."""
        return tuple(str(name) for name in np.atleast_1d(self._slices.get(kind, pd.Series(dtype=str))))

    def missing(self, kind: str, name: str) -> int:
        """How many pairs of a slice were possible and are not counted."""
        return int(self._missing.get((kind, name), 0))

    def forecasts(self) -> tuple[str, ...]:
        """All that have scores, the one that counts first."""
        return tuple(f for f in ("hazecast", *self.baselines) if self.score("rmse", forecast=f).n)

    def series(self, score: str, kind: str, names: Sequence[str], **wanted: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A score and its bounds over slices."""
        found = [self.score(score, kind=kind, name=name, **wanted) for name in names]
        value, low, high = (np.array([getattr(s, part) for s in found], dtype=np.float64) for part in ("value", "low", "high"))
        return value, low, high


def number_cell(score: Score, digits: int = 1, tone: str = "") -> Cell:
    """A score with its interval below."""
    return Cell(fixed(score.value, digits), interval(score.low, score.high, digits), tone)


def signed_cell(score: Score, digits: int = 1) -> Cell:
    """A score that has a sign."""
    return Cell(
        signed(score.value, digits), f"{signed(score.low, digits)} to {signed(score.high, digits)}" if np.isfinite(score.low) else ""
    )


def share_cell(score: Score, digits: int = 0, tone: str = "") -> Cell:
    """A share of 1 as per cent, with its interval below."""
    bounds = f"{fixed(100 * score.low, digits)} to {percent(score.high, digits)}" if np.isfinite(score.low) else ""
    return Cell(percent(score.value, digits), bounds, tone)


def count_cell(number: float) -> Cell:
    """A count."""
    return Cell(fixed(number, 0))
