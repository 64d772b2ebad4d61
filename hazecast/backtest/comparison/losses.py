"""Losses of forecasts, summed day by day and slice by slice, so that scores and tests of all kinds follow from the sums."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.backtest.verification.local_time import SEASONS, season_and_hour
from hazecast.backtest.verification.pairs import Against, Pairs, pairs_of
from hazecast.backtest.verification.quantile_loss import crps
from hazecast.backtest.verification.slices import lead_groups
from hazecast.records import Level
from hazecast.warnings.chances import ascending

Array = NDArray[np.float64]
Truth = NDArray[np.bool_]
SQUARED, CRPS = "squared error", "CRPS"
MEASURES = (SQUARED, CRPS)
CYCLES_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of all pairs: `kind` is all, lead, station, season or level."""

    kind: str
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class DailyLosses:
    """Sums of losses (measure, forecast, slice, day) of pairs that all forecasts have, and how many, (measure, slice, day).

    The day is that of the cycle; squared errors are in (µg m-3)², CRPS in µg m-3.
    """

    slices: tuple[Slice, ...]
    days: NDArray[np.datetime64]
    sums: Array
    counts: Array

    def mean(self, measure: str, forecast: int, slice: int) -> float:
        """The mean loss, NaN without a pair."""
        at = MEASURES.index(measure)
        count = float(self.counts[at, slice].sum())
        return float(self.sums[at, forecast, slice].sum()) / count if count else float("nan")

    def differences(self, measure: str, slice: int) -> Array:
        """Of each day with pairs: the first forecast's loss less the second's, weighted so that their mean is the difference of means."""
        at = MEASURES.index(measure)
        count, sums = self.counts[at, slice], self.sums[at, :, slice]
        there = count > 0
        if not there.any():
            return np.empty(0)
        return np.asarray((sums[0, there] - sums[1, there]) / count[there].mean())


def slices_of(stations: Sequence[str], lead: NDArray[np.int64]) -> tuple[Slice, ...]:
    """All slices of a comparison over these stations and leads in hours."""
    leads = [f"{first}-{last}" for first, last in lead_groups(lead)]
    levels = [level.name.lower() for level in Level if level is not Level.UNKNOWN]
    named = (("all", ["all"]), ("lead", leads), ("station", list(stations)), ("season", list(SEASONS)), ("level", levels))
    return tuple(Slice(kind, label) for kind, labels in named for label in labels)


def paired_losses(first: xr.Dataset, second: xr.Dataset, held: Against, slices: Sequence[Slice]) -> DailyLosses:
    """Of two backtests with the same cycles, stations and leads, on the pairs that both have."""

    def losses(of_first: xr.Dataset, of_second: xr.Dataset) -> tuple[Pairs, Array]:
        one, other = pairs_of(of_first, held), pairs_of(of_second, held)
        return one, np.stack([_losses(one), _losses(other)], axis=1)

    chunks = zip(_chunks(first), _chunks(second), strict=True)
    return _summed((losses(a, b) for a, b in chunks), slices, first["init_time"].values)


def losses_beside_persistence(forecasts: xr.Dataset, held: Against, slices: Sequence[Slice]) -> DailyLosses:
    """Of one backtest and of persistence, whose CRPS is its absolute error, on the pairs that both have."""

    def losses(chunk: xr.Dataset) -> tuple[Pairs, Array]:
        pairs = pairs_of(chunk, held)
        error = np.abs(pairs.values[pairs.forecasts.index("persistence")] - pairs.observed)
        return pairs, np.stack([_losses(pairs), np.stack([error**2, error])], axis=1)

    return _summed((losses(chunk) for chunk in _chunks(forecasts)), slices, forecasts["init_time"].values)


def _chunks(forecasts: xr.Dataset) -> Iterator[xr.Dataset]:
    for start in range(0, forecasts.sizes["init_time"], CYCLES_AT_ONCE):
        yield forecasts.isel(init_time=slice(start, start + CYCLES_AT_ONCE))


def _losses(pairs: Pairs) -> Array:
    """(measure, cycle, station, lead), NaN where there is no pair."""
    squared = (pairs.values[0] - pairs.observed) ** 2
    if pairs.quantiles.size < 2:
        return np.stack([squared, np.full_like(squared, np.nan)])
    return np.stack([squared, crps(ascending(pairs.quantile_values), pairs.quantiles, pairs.observed)])


def _summed(parts: Iterator[tuple[Pairs, Array]], slices: Sequence[Slice], inits: NDArray[np.datetime64]) -> DailyLosses:
    days = np.unique(inits.astype("datetime64[D]"))
    sums = np.zeros((len(MEASURES), 2, len(slices), days.size))
    counts = np.zeros((len(MEASURES), len(slices), days.size))
    for pairs, losses in parts:
        known = np.asarray(~np.isnan(losses).any(axis=1))
        bare = np.where(known[:, None], losses, 0.0)
        of_cycle = np.searchsorted(days, pairs.cycles.astype("datetime64[D]"))
        for at, part in enumerate(slices):
            inside = _inside(part, pairs)
            counted = (known & inside).sum(axis=(2, 3)).astype(np.float64)
            total = np.where(inside, bare, 0.0).sum(axis=(3, 4))
            for cycle, day in enumerate(of_cycle):
                counts[:, at, day] += counted[:, cycle]
                sums[:, :, at, day] += total[:, :, cycle]
    return DailyLosses(tuple(slices), days, sums, counts)


def _inside(part: Slice, pairs: Pairs) -> Truth:
    """Which pairs (cycle, station, lead) belong to a slice; broadcasts."""
    if part.kind == "lead":
        first, last = (int(end) for end in part.label.split("-"))
        return np.asarray((pairs.lead >= first) & (pairs.lead <= last)).reshape(1, 1, -1)
    if part.kind == "station":
        return np.array([s == part.label for s in pairs.stations])[None, :, None]
    if part.kind == "season":
        season, _ = season_and_hour(pairs.local_times)
        return np.asarray(season == SEASONS.index(part.label)).reshape(pairs.cycles.size, 1, pairs.lead.size)
    if part.kind == "level":
        return np.asarray(pairs.observed_level == Level[part.label.upper()])
    return np.ones((1, 1, 1), dtype=bool)
