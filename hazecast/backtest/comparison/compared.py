"""Two backtests held against each other: on the same pairs where they have some, else by what each gains over persistence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.backtest.comparison.losses import (
    CRPS,
    MEASURES,
    SQUARED,
    DailyLosses,
    Slice,
    losses_beside_persistence,
    paired_losses,
    slices_of,
)
from hazecast.backtest.comparison.significance import diebold_mariano, holm, lags_for
from hazecast.backtest.verification.pairs import Against

Array = NDArray[np.float64]
CHANCE = 0.05  # a difference that chance makes less often is told
HOURS_OF_DAY = 24
RMSE = "RMSE"
SKILL = "skill over persistence"


@dataclass(frozen=True, slots=True)
class Compared:
    """One score of both backtests on one slice; `better` is what the first gains: a share of the second's score, or a difference of skills.

    `p_value` is how often chance alone makes a difference as large, adjusted for the slices of its kind; NaN where it cannot be told.
    """

    slice: Slice
    score: str
    first: float
    second: float
    better: float
    p_value: float
    days: int
    pairs: int

    @property
    def told(self) -> bool:
        """Whether the difference can be told from chance."""
        return self.p_value < CHANCE


@dataclass(frozen=True, slots=True)
class HeadToHead:
    """All scores compared. `paired` tells whether both rest on the same pairs; `names` are those of the two backtests."""

    names: tuple[str, str]
    paired: bool
    rows: tuple[Compared, ...]

    def of(self, kind: str, score: str) -> tuple[Compared, ...]:
        """The rows of one kind of slice and one score."""
        return tuple(row for row in self.rows if row.slice.kind == kind and row.score == score)

    @property
    def main_score(self) -> str:
        """The score that the verdict rests on."""
        return RMSE if self.paired else f"{SKILL} ({RMSE})"


def same_cases(first: xr.Dataset, second: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset] | None:
    """The cycles, stations and leads that both forecasts have, or None where they share none."""
    shared = {d: np.intersect1d(first[d].values, second[d].values) for d in ("init_time", "station", "lead_time")}
    if any(values.size == 0 for values in shared.values()):
        return None
    return first.sel(shared), second.sel(shared)


def compare_paired(first: xr.Dataset, second: xr.Dataset, held: Against, names: tuple[str, str]) -> HeadToHead:
    """Compare forecasts of the same cycles, stations and leads with the test of Diebold and Mariano over days.

    RMSE is tested by squared errors. Several tests of a kind are adjusted together (Holm).
    """
    slices = slices_of([str(s) for s in first["station"].values], first["lead_time"].values.astype(np.int64))
    losses = paired_losses(first, second, held, slices)
    last_lead = int(first["lead_time"].values.max())
    rows = [_tested(losses, at, measure, last_lead) for measure in MEASURES for at in range(len(slices))]
    return HeadToHead(names, True, _adjusted([row for row in rows if row.pairs]))


def compare_apart(
    first: tuple[xr.Dataset, Against],
    second: tuple[xr.Dataset, Against],
    names: tuple[str, str],
    block_days: int = 6,
    resamples: int = 1000,
) -> HeadToHead:
    """Compare backtests without common pairs by their skill over persistence at each group of leads, 1 - score / score of persistence.

    Chance is told by resampling blocks of days of each, all stations together.
    """
    found = []
    for forecasts, held in (first, second):
        lead = forecasts["lead_time"].values.astype(np.int64)
        slices = tuple(s for s in slices_of([], lead) if s.kind in ("all", "lead"))
        found.append(losses_beside_persistence(forecasts, held, slices))
    one, other = found
    shared = [s for s in one.slices if s in other.slices]
    random = np.random.default_rng(1)
    rows = [_resampled(one, other, part, measure, block_days, resamples, random) for measure in MEASURES for part in shared]
    return HeadToHead(names, False, _adjusted([row for row in rows if row.pairs]))


def _tested(losses: DailyLosses, at: int, measure: str, last_lead: int) -> Compared:
    part = losses.slices[at]
    one, other = (_score(losses.mean(measure, forecast, at), measure) for forecast in (0, 1))
    differences = losses.differences(measure, at)
    longest = int(part.label.split("-")[-1]) if part.kind == "lead" else last_lead
    test = diebold_mariano(differences, lags_for(differences.size, math.ceil(longest / HOURS_OF_DAY)))
    pairs = int(losses.counts[MEASURES.index(measure), at].sum())
    return Compared(
        part, RMSE if measure == SQUARED else CRPS, one, other, 1.0 - one / other if other else math.nan, test.p_value, test.days, pairs
    )


def _score(mean_loss: float, measure: str) -> float:
    return math.sqrt(mean_loss) if measure == SQUARED else mean_loss


def _resampled(
    one: DailyLosses, other: DailyLosses, part: Slice, measure: str, block_days: int, resamples: int, random: np.random.Generator
) -> Compared:
    drawn = [_skills(losses, part, measure, block_days, resamples, random) for losses in (one, other)]
    first, second = (float(skills[0]) for skills in drawn)
    differences = drawn[0][1:] - drawn[1][1:]
    known = differences[~np.isnan(differences)]
    p_value = (
        2.0 * min(((known <= 0).sum() + 1) / (known.size + 1), ((known >= 0).sum() + 1) / (known.size + 1)) if known.size else math.nan
    )
    at = MEASURES.index(measure)
    places = [losses.slices.index(part) for losses in (one, other)]
    counts = [losses.counts[at, place] for losses, place in zip((one, other), places, strict=True)]
    pairs, days = min(int(c.sum()) for c in counts), min(int((c > 0).sum()) for c in counts)
    label = f"{SKILL} ({RMSE if measure == SQUARED else CRPS})"
    return Compared(part, label, first, second, first - second, float(min(p_value, 1.0)), days, pairs)


def _skills(losses: DailyLosses, part: Slice, measure: str, block_days: int, resamples: int, random: np.random.Generator) -> Array:
    """The skill of all days, then of each resample of blocks of days."""
    sums = losses.sums[MEASURES.index(measure), :, losses.slices.index(part)]
    of_day = (losses.days - losses.days[0]).astype(np.int64) // block_days
    blocks = np.stack([np.bincount(of_day, weights=row) for row in sums])
    drawn = random.integers(0, blocks.shape[1], (resamples, blocks.shape[1]))
    totals = np.concatenate([sums.sum(axis=1)[:, None], blocks[:, drawn].sum(axis=2)], axis=1)
    scores = np.sqrt(totals) if measure == SQUARED else totals
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1.0 - scores[0] / scores[1])


def _adjusted(rows: Sequence[Compared]) -> tuple[Compared, ...]:
    """Every p-value for the number of slices of its kind."""
    adjusted = dict[int, float]()
    for kind, score in dict.fromkeys((row.slice.kind, row.score) for row in rows):
        places = [i for i, row in enumerate(rows) if (row.slice.kind, row.score) == (kind, score)]
        adjusted |= dict(zip(places, holm([rows[i].p_value for i in places]), strict=True))
    return tuple(replace(row, p_value=adjusted[i]) for i, row in enumerate(rows))
