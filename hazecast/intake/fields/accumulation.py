"""Fields that were summed over time, such as the rain since a run began, made into the mean of each hour."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast import vocabulary as v
from hazecast.intake.fields.layout import Part

LONGEST_SUM = np.timedelta64(6, "h")  # the mean over longer tells little of an hour
RESIDUE = 0.02  # mm or W m-2: two packed sums differ by a hair where nothing was added
HOUR = np.timedelta64(1, "h")
Array = NDArray[np.float64]
Times = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, eq=False)
class _Sum:
    """A field (y, x) summed from `start` to `end` in a run, NaT for an analysis; and where it stands: which part, which row of it."""

    start: np.datetime64
    end: np.datetime64
    run: np.datetime64
    values: Array
    part: int
    row: int

    @property
    def series(self) -> tuple[int, int]:
        """Sums of one run and one start go on from each other; a later run may sum from the same time on."""
        return int(self.run.astype(np.int64)), int(self.start.astype(np.int64))

    @property
    def longest_start(self) -> np.datetime64:
        """When a sum that goes on began: with the run or, of an analysis, at midnight UTC, whose own value closes the day before."""
        if not np.isnat(self.run):
            return self.run
        midnight: np.datetime64 = (self.end - HOUR).astype("datetime64[D]").astype(self.end.dtype)
        return midnight


def made_hourly(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts with hourly means in place of sums; a sum goes on from one part to the next where both began at one time.

    Where the sum before is lacking, or ended more than `LONGEST_SUM` before, there is no value.
    """
    sums = {key: _sums(parts, key) for key in dict.fromkeys(key for part in parts for key in part.accumulated_from)}
    unknown = {key: [s for s in of_key if np.isnat(s.start)] for key, of_key in sums.items()}
    go_on = _sums_go_on({key: of_key for key, of_key in unknown.items() if of_key})
    means: list[dict[str, Array]] = [{} for _ in parts]
    for key, of_key in sums.items():
        if not go_on and len(unknown[key]) == len(of_key):
            continue  # each already is of its own hour
        started = sorted((_started(s, go_on) for s in of_key), key=lambda s: (s.series, s.end))
        for one, mean in zip(started, _means(started), strict=True):
            means[one.part].setdefault(key, np.full(parts[one.part].surface[key].shape, np.nan))[one.row] = mean
    return tuple(replace(p, surface=_assigned(p.surface, m), accumulated_from={}) for p, m in zip(parts, means, strict=True))


def _assigned(surface: xr.Dataset, means: Mapping[str, Array]) -> xr.Dataset:
    return surface.assign({key: surface[key].copy(data=values) for key, values in means.items()})


def _sums(parts: Sequence[Part], key: str) -> list[_Sum]:
    return [
        _Sum(start, end, run, values, number, row)
        for number, part in enumerate(parts)
        if key in part.accumulated_from
        for row, (start, end, run, values) in enumerate(
            zip(
                part.accumulated_from[key],
                part.surface["time"].values,
                part.surface["init_time"].values,
                part.surface[key].values,
                strict=True,
            )
        )
    ]


def _started(one: _Sum, go_on: bool) -> _Sum:
    return one if not np.isnat(one.start) else replace(one, start=one.longest_start if go_on else one.end - HOUR)


def _means(sums: Sequence[_Sum]) -> Iterator[Array]:
    """The mean rate of each sum from the end of the one before on."""
    before: _Sum | None = None
    for last, one in zip((None, *sums), sums, strict=False):
        if last is None or last.series != one.series:
            before = None
        elif one.start < last.end < one.end:
            before = last
        begun, known = (before.end, before.values) if before else (one.start, 0.0)
        yield _mean(one.values - known, one.end - begun)


def _mean(added: Array, lasted: np.timedelta64) -> Array:
    if not np.timedelta64(0, "s") < lasted <= LONGEST_SUM:
        return np.full(added.shape, np.nan)
    mean = added / (lasted / HOUR)
    return np.where((mean < 0.0) & (mean >= -RESIDUE), 0.0, mean)


ENOUGH_FALLS = 30
OFTEN = 20
LONG_RUN_STEPS = 12
HOURS_OF_A_DAY = 24


@dataclass(slots=True)
class _Tally:
    """How often, from one value to the next, fields behaved as sums do that go on, and as those do that begin anew."""

    steps: int = 0
    rises: int = 0
    stays: int = 0
    falls: int = 0
    starts: int = 0
    falls_at_start: int = 0
    beyond_an_hour: int = 0

    def go_on(self) -> bool:
        """Sums that go on hardly ever fall, but to begin anew, and stay as they are where nothing is added."""
        steady = self.stays > OFTEN * self.falls
        anew = steady and self.falls_at_start > self.falls
        one_run = self.rises > 0 and not self.starts and (steady or not self.falls) and self.steps >= LONG_RUN_STEPS
        return anew or one_run or (self.rises > 0 and not self.falls and self.beyond_an_hour > 0)


def _sums_go_on(unknown: Mapping[str, Sequence[_Sum]]) -> bool:
    """Whether sums of an unknown start go on from hour to hour (ERA5-Land, many forecasts), or are of an hour each (ERA5).

    All fields of a source are of one kind.
    """
    tally = _Tally()
    for key, sums in unknown.items():
        ordered = sorted(sums, key=lambda s: (np.datetime64(0, "ns") if np.isnat(s.run) else s.run, s.end))
        for before, after in pairwise(ordered):
            if before.end < after.end <= before.end + LONGEST_SUM and (np.isnat(after.run) or after.run == before.run):
                _count(tally, before, after, v.VARIABLES[key].highest)
            if tally.falls + tally.falls_at_start >= ENOUGH_FALLS:
                return tally.go_on()
    return tally.go_on()


def _count(tally: _Tally, before: _Sum, after: _Sum, most_in_an_hour: float) -> None:
    change = after.values - before.values
    falls = bool((change < -RESIDUE).any())
    anew = bool(before.longest_start != after.longest_start)
    tally.steps += 1
    tally.rises += bool((change > RESIDUE).any())
    tally.stays += not anew and bool(((np.abs(change) <= RESIDUE) & (before.values > 10 * RESIDUE)).any())
    tally.falls += falls and not anew
    tally.starts += anew
    tally.falls_at_start += falls and anew
    largest = np.max(after.values, initial=0.0, where=~np.isnan(after.values))
    tally.beyond_an_hour += bool(most_in_an_hour < largest <= HOURS_OF_A_DAY * most_in_an_hour)
