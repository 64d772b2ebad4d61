"""The statistics of a whole backtest, some cycles at a time, as sums by block and slice and by station."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.sparse import csr_array

from hazecast.backtest.verification.blocks import block_of
from hazecast.backtest.verification.control_days import ControlDays
from hazecast.backtest.verification.counting import Comparison
from hazecast.backtest.verification.pairs import Against, Pairs, of_days, pairs_of
from hazecast.backtest.verification.slices import Slices
from hazecast.backtest.verification.statistic import Family

Array = NDArray[np.float64]
ALL_DAYS, WITHOUT_CONTROL = "all", "without control days"
MOST_PAIRS = 100_000  # at a time, or one cycle's


@dataclass(frozen=True, slots=True, eq=False)
class FamilySums:
    """One family's sums: (treatment of days, block, slice, statistic) and (treatment, lead group, station, statistic)."""

    family: Family
    by_block: Array
    by_station: Array


@dataclass(frozen=True, slots=True, eq=False)
class Accumulated:
    """Sums of every family, and how many pairs were possible: (treatment, block, slice) and (treatment, lead group, station)."""

    days: tuple[str, ...]
    comparison: Comparison
    slices: Slices
    families: tuple[FamilySums, ...]
    possible: Array
    possible_by_station: Array


def chunks(forecasts: xr.Dataset, block: NDArray[np.int64]) -> Iterator[tuple[int, xr.Dataset]]:
    """Some cycles at a time with the block they are all of."""
    at_once = max(1, MOST_PAIRS // max(1, forecasts.sizes["station"] * forecasts.sizes["lead_time"]))
    for number in range(int(block.max()) + 1):
        cycles = np.flatnonzero(block == number)
        for start in range(0, cycles.size, at_once):
            yield number, forecasts.isel(init_time=cycles[start : start + at_once])


def accumulate(
    forecasts: xr.Dataset,
    held_against: Against,
    comparison: Comparison,
    families: tuple[Family, ...],
    slices: Slices,
    control_days: ControlDays | None,
) -> Accumulated:
    """Go through all cycles once."""
    days = (ALL_DAYS,) if control_days is None else (ALL_DAYS, WITHOUT_CONTROL)
    block = block_of(forecasts["init_time"].values, held_against.terms.block_days)
    blocks, groups, stations = int(block.max()) + 1, len(slices.lead_groups), forecasts.sizes["station"]
    sums = Accumulated(
        days=days,
        comparison=comparison,
        slices=slices,
        families=tuple(
            FamilySums(
                f,
                np.zeros((len(days), blocks, len(slices), len(f.names))),
                np.zeros((len(days), groups, stations, len(f.names))),
            )
            for f in families
        ),
        possible=np.zeros((len(days), blocks, len(slices))),
        possible_by_station=np.zeros((len(days), groups, stations)),
    )
    for number, some in chunks(forecasts, block):
        pairs = pairs_of(some, held_against)
        _add(sums, number, pairs, of_days(pairs, held_against), control_days)
    return sums


def _add(sums: Accumulated, block: int, pairs: Pairs, judged: Pairs, control_days: ControlDays | None) -> None:
    """Sorted by all hours of `pairs`; statistics of levels are those of `judged`."""
    sorters = [_Sorter.of(pairs, sums.slices, counts) for counts in _days_that_count(pairs, control_days)]
    for treatment, sorter in enumerate(sorters):
        everything = np.ones((pairs.observed.size, 1))
        sums.possible[treatment, block] += sorter.by_slice(everything)[:, 0]
        sums.possible_by_station[treatment] += sorter.by_station(everything)[..., 0]
    for part in sums.families:
        statistics = part.family.statistics(judged, sums.comparison)
        for treatment, sorter in enumerate(sorters):
            part.by_block[treatment, block] += sorter.by_slice(statistics)
            part.by_station[treatment] += sorter.by_station(statistics)


def _days_that_count(pairs: Pairs, control_days: ControlDays | None) -> list[NDArray[np.bool_]]:
    every = np.ones(pairs.observed.size, dtype=bool)
    return [every] if control_days is None else [every, ~control_days.hold(pairs.local_times, pairs.stations).ravel()]


@dataclass(frozen=True, slots=True, eq=False)
class _Sorter:
    """Sums over pairs by cells that are alike in every factor, then over the cells of each slice."""

    cells: csr_array
    holding: Array
    places: csr_array
    shape: tuple[int, int]

    @classmethod
    def of(cls, pairs: Pairs, slices: Slices, counts: NDArray[np.bool_]) -> "_Sorter":
        codes, cell = _alike(slices.factors(pairs))
        groups, stations = len(slices.lead_groups), len(pairs.stations)
        place = np.maximum(slices.lead_group(pairs.lead), 0)[None, None, :] * stations + np.arange(stations)[None, :, None]
        grouped = counts & np.broadcast_to(slices.lead_group(pairs.lead) >= 0, pairs.observed.shape).ravel()
        return cls(
            cells=_summing(cell, counts, codes.shape[0]),
            holding=slices.holding(codes).astype(np.float64),
            places=_summing(np.broadcast_to(place, pairs.observed.shape).ravel(), grouped, groups * stations),
            shape=(groups, stations),
        )

    def by_slice(self, statistics: Array) -> Array:
        """(slice, statistic)."""
        return np.asarray(self.holding @ (self.cells @ statistics))

    def by_station(self, statistics: Array) -> Array:
        """(lead group, station, statistic)."""
        return np.asarray(self.places @ statistics).reshape(*self.shape, -1)


def _alike(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different rows of `codes`, and which of them each row is."""
    counted_from_zero = codes - codes.min(axis=0)
    number = np.ravel_multi_index(tuple(counted_from_zero.T), tuple(counted_from_zero.max(axis=0) + 1))
    _, first, which = np.unique(number, return_index=True, return_inverse=True)
    return codes[first], which


def _summing(row: NDArray[np.int64], counts: NDArray[np.bool_], size: int) -> csr_array:
    counted = np.flatnonzero(counts)
    return csr_array((np.ones(counted.size), (row[counted], counted)), shape=(size, row.size))
