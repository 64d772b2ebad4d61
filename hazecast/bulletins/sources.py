"""Where the PM2.5 of an area comes from at its peak: which sources are named, in which order, and their whole percents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.records import Attribution, Source, WindowAssessment

Array = NDArray[np.float64]
NEAR_HOURS = 3
LEAST_NAMED = 0.05
MOST_NAMED = 5
MUCH_HIGHER = 1.5


@dataclass(frozen=True, slots=True)
class Share:
    """What one source has in PM2.5, in whole percent.

    `low` and `high` hold the share between them, rounded away from it; None where the spread is not known. `source` is None for all that
    are not named. `own` marks the region the area lies in.
    """

    source: Source | None
    percent: int
    low: int | None = None
    high: int | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class PeakSources:
    """Where PM2.5 comes from about the peak of one window; `shares` add up to 100, and there are none where they are not known.

    `later` tells whether there are windows before it. `secondary` is the percentage that was formed on the way, None where it is not known.
    """

    window: WindowAssessment
    later: bool
    shares: tuple[Share, ...]
    secondary: int | None


def told_window(windows: Sequence[WindowAssessment]) -> WindowAssessment | None:
    """The window of one area whose peak is explained; None where no peak is known.

    It is the first, whose peak the tables show, unless a later one rises to `MUCH_HIGHER` times that: then the highest. Where the first
    has no peak, the highest there is.
    """
    ordered = sorted(windows, key=lambda window: window.valid_from)
    known = [(window.peak_pm25, window) for window in ordered if window.peak_pm25 is not None and window.peak_time is not None]
    if not known:
        return None
    highest, worst = max(known, key=lambda pair: pair[0])
    first, window = known[0]
    return worst if window is not ordered[0] or highest >= MUCH_HIGHER * first else window


def peak_sources(area_id: str, windows: Sequence[WindowAssessment], attribution: Attribution) -> PeakSources | None:
    """Where PM2.5 of an area comes from about its peak; `windows` are those of the area. None where no peak is known.

    Shares, the ends of their ranges and the part formed on the way are plain means over the hours within `NEAR_HOURS` of the peak, each
    hour counting the same. Hours that the model does not know are left out; where it knows less than half of them, so is everything.
    The area's own region is named first, however small, then the others by size; sources below `LEAST_NAMED`, and those beyond
    `MOST_NAMED`, are gathered in one share at the end.
    """
    window = told_window(windows)
    if window is None or window.peak_time is None:
        return None
    later = any(other.valid_from < window.valid_from for other in windows)
    near = _hours_near(area_id, window.peak_time, attribution)
    if near is None:
        return PeakSources(window, later, (), None)
    secondary = float(near["secondary_share"].mean("lead_time", skipna=False))
    return PeakSources(window, later, _shares(near, attribution.sources), None if np.isnan(secondary) else round(100 * secondary))


def _hours_near(area_id: str, peak_time: datetime, attribution: Attribution) -> xr.Dataset | None:
    """The known hours of an area about its peak; None where there are too few."""
    areas = attribution.areas
    if area_id not in areas["area"].values:
        return None
    distance = np.abs(areas["valid_time"].values - np.datetime64(peak_time.astimezone(UTC).replace(tzinfo=None), "ns"))
    near = areas.sel(area=area_id).isel(lead_time=np.flatnonzero(distance <= np.timedelta64(NEAR_HOURS, "h")))
    whole = near["share"].sum("source", skipna=False)
    known = (whole > 0).values  # false where a share is lacking
    return near.isel(lead_time=np.flatnonzero(known)) if known.any() and 2 * known.sum() >= known.size else None


def _shares(near: xr.Dataset, sources: tuple[Source, ...]) -> tuple[Share, ...]:
    share, low, high = (_mean(near[name]) for name in ("share", "share_low", "share_high"))
    named = _named(share, [source.id for source in sources], str(near["own_source"].item()))
    gathered = float(share.sum() - share[named].sum())
    percents = whole_percents([*share[named], gathered] if len(named) < share.size else share[named])
    own = str(near["own_source"].item())
    told = [
        Share(sources[number], percent, *_range(low[number], high[number]), own=sources[number].id == own)
        for number, percent in zip(named, percents, strict=False)
    ]
    return (*told, *(Share(None, percent) for percent in percents[len(named) :] if percent > 0))


def _mean(values: xr.DataArray) -> Array:
    return np.asarray(np.mean(values.transpose("source", "lead_time").values, axis=1), dtype=np.float64)


def _named(share: Array, ids: Sequence[str], own: str) -> list[int]:
    """Which sources are named, in their order."""
    by_size = sorted(range(share.size), key=lambda number: (ids[number] != own, -share[number]))
    return [number for number in by_size if share[number] >= LEAST_NAMED or ids[number] == own][:MOST_NAMED]


def _range(low: float, high: float) -> tuple[int | None, int | None]:
    if np.isnan(low) or np.isnan(high):
        return None, None
    return max(0, floor(round(100 * low, 4))), min(100, ceil(round(100 * high, 4)))  # a share of 32 bit is a little off


def whole_percents(parts: Sequence[float] | Array) -> list[int]:
    """Parts of a whole as whole percents that add up to 100: rounded down, and the largest remainders up (method of Hamilton)."""
    exact = 100 * np.asarray(parts, dtype=np.float64) / np.sum(parts)
    percents = np.floor(exact + 1e-9)
    up = np.argsort(percents - exact, kind="stable")[: 100 - int(percents.sum())]
    percents[up] += 1
    return [int(percent) for percent in percents]
