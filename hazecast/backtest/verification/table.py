"""All scores as one tidy table."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hazecast.backtest.verification.accumulate import Accumulated, FamilySums
from hazecast.backtest.verification.blocks import draws, interval
from hazecast.backtest.verification.deterministic import Deterministic
from hazecast.backtest.verification.families import scored_at_stations, scored_of
from hazecast.backtest.verification.slices import KINDS
from hazecast.backtest.verification.statistic import Scored, Sums
from hazecast.backtest.verification.terms import FORECAST, PERSISTENCE, Terms

Array = NDArray[np.float64]
COLUMNS = ("forecast", "kind", "slice", "score", "event", "days", "pairs", "value", "low", "high", "n", "missing")
SAME, OWN = "same", "own"
STATION_KINDS = ("station", "lead, station")
BY_LEAD_AND_STATION = ("bias", "rmse", "fairmode_target")
MOST_RESAMPLED = 4_000_000  # numbers at a time


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """One score on some slices of one treatment of days, each array (slice,)."""

    scored: Scored
    days: str
    pairs: str
    kind: NDArray[np.str_]
    names: NDArray[np.str_]
    low: Array
    high: Array
    n: Array
    missing: Array


def score_table(sums: Accumulated, stations: tuple[str, ...], terms: Terms) -> pd.DataFrame:
    """One row a score, with the columns `COLUMNS`; intervals only where there are blocks to draw, and never for stations."""
    drawn = draws(sums.possible.shape[1], terms.resamples, terms.seed)
    parts = [
        part
        for treatment in range(len(sums.days))
        for part in (*_slices(sums, treatment, drawn, terms.confidence), *_stations(sums, treatment, stations))
    ]
    size = [part.n.size for part in parts]
    said = {name: np.repeat([getattr(part.scored, name) for part in parts], size) for name in ("forecast", "score", "event")}
    found = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ("kind", "low", "high", "n", "missing")}
    table = pd.DataFrame(said | found).assign(
        slice=np.concatenate([part.names for part in parts]),
        days=np.repeat([part.days for part in parts], size),
        pairs=np.repeat([part.pairs for part in parts], size),
        value=np.concatenate([part.scored.values for part in parts]),
    )
    return _in_order(table.astype({"n": np.int64, "missing": np.int64})[list(COLUMNS)])


def _slices(sums: Accumulated, treatment: int, drawn: Array, confidence: float) -> Iterator[_Rows]:
    possible = sums.possible[treatment].sum(axis=0)
    kind, names = np.array(sums.slices.kind), np.array(sums.slices.names)
    for part in sums.families:
        chosen = np.flatnonzero([scored_of(part.family, k) for k in sums.slices.kind])
        of_blocks = part.by_block[treatment][:, chosen]
        n = Sums(part.family.names, of_blocks.sum(axis=0)).of("n")
        for scored, low, high in _with_intervals(part, of_blocks, drawn, confidence):
            marks = (sums.days[treatment], _which_pairs(part, sums))
            yield _Rows(scored, *marks, kind[chosen], names[chosen], low, high, n, possible[chosen] - n)


def _which_pairs(part: FamilySums, sums: Accumulated) -> str:
    return OWN if getattr(part.family, "forecast", FORECAST) in sums.comparison.own else SAME


def _with_intervals(part: FamilySums, of_blocks: Array, drawn: Array, confidence: float) -> Iterator[tuple[Scored, Array, Array]]:
    """Every score of a family with its bounds, each (slice,), from sums (block, slice, statistic); some slices at a time."""
    every_block_once = np.concatenate([np.ones((1, of_blocks.shape[0])), drawn])
    width = max(1, MOST_RESAMPLED // (every_block_once.shape[0] * of_blocks.shape[2]))
    starts = range(0, of_blocks.shape[1], width)
    sums = (np.tensordot(every_block_once, of_blocks[:, start : start + width], axes=(1, 0)) for start in starts)
    scored = [[_bounded(s, confidence) for s in part.family.scores(Sums(part.family.names, some))] for some in sums]
    for same in zip(*scored, strict=True):
        values, low, high = (np.concatenate(arrays) for arrays in zip(*((s.values, low, high) for s, low, high in same), strict=True))
        yield replace(same[0][0], values=values), low, high


def _bounded(scored: Scored, confidence: float) -> tuple[Scored, Array, Array]:
    """The score itself, which comes first along the resamples, and its bounds; a count has none."""
    itself, resampled = scored.values[0], scored.values[1:]
    low, high = interval(resampled[:0] if scored.is_count else resampled, confidence)
    return replace(scored, values=itself), low, high


def _stations(sums: Accumulated, treatment: int, stations: tuple[str, ...]) -> Iterator[_Rows]:
    by_group, days = sums.possible_by_station[treatment], sums.days[treatment]
    leads = [f"{first}-{last}" for first, last in sums.slices.lead_groups]
    crossed = np.array([f"{lead} / {station}" for lead in leads for station in stations])
    for part in sums.families:
        grouped = Sums(part.family.names, part.by_station[treatment])
        whole = Sums(grouped.names, grouped.values.sum(axis=0))
        possible, marks = by_group.sum(axis=0), (days, _which_pairs(part, sums))
        for scored in part.family.scores(whole) if scored_at_stations(part.family) else ():
            yield _without_interval(scored, "station", np.array(stations), marks, whole.of("n"), possible)
        if isinstance(part.family, Deterministic):
            for scored in (s for s in part.family.scores(grouped) if s.score in BY_LEAD_AND_STATION):
                yield _without_interval(scored, "lead, station", crossed, marks, grouped.of("n"), by_group)
        if part.family == Deterministic(PERSISTENCE):
            yield _share_that_beats_persistence(part, (whole, grouped), leads, marks)


def _without_interval(scored: Scored, kind: str, names: NDArray[np.str_], marks: tuple[str, str], n: Array, possible: Array) -> _Rows:
    nothing = np.full(n.size, np.nan)
    flat = Scored(scored.forecast, scored.score, scored.event, scored.values.ravel())
    return _Rows(flat, *marks, np.full(n.size, kind), names, nothing, nothing, n.ravel(), (possible - n).ravel())


def _share_that_beats_persistence(part: FamilySums, sums: tuple[Sums, Sums], leads: list[str], marks: tuple[str, str]) -> _Rows:
    """The share of stations whose FAIRMODE target is 1 or less; `n` and `missing` count stations."""
    whole, by_group = (next(s.values for s in part.family.scores(some) if s.score == "fairmode_target") for some in sums)
    target = np.concatenate([whole[None], by_group])
    known = ~np.isnan(target)
    n = known.sum(axis=1).astype(np.float64)
    share = np.divide((target <= 1.0).sum(axis=1), n, out=np.full(n.size, np.nan), where=n > 0)
    nothing = np.full(n.size, np.nan)
    kind, names = np.array(["all", *["lead"] * len(leads)]), np.array(["all", *leads])
    return _Rows(Scored(FORECAST, "fairmode_share", "", share), *marks, kind, names, nothing, nothing, n, target.shape[1] - n)


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """By days, kind and slice as they were made, whatever family the score is of."""
    kinds = {kind: i for i, kind in enumerate(dict.fromkeys((*KINDS[:2], *STATION_KINDS, *KINDS[2:])))}
    place = table["kind"].map(kinds)
    return table.assign(_place=place).sort_values(["days", "_place"], kind="stable").drop(columns="_place").reset_index(drop=True)
