"""PM2.5 of an area over time, divided by where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from hazecast.bulletins.area_series import area_series
from hazecast.bulletins.situation import AreaView
from hazecast.bulletins.source_sentences import sources_of
from hazecast.bulletins.sources import PeakSources
from hazecast.bulletins.telling import Telling
from hazecast.records import Attribution

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SourceSeries:
    """Forecast PM2.5 (µg m-3) of one area and its parts, at `valid_times` (UTC); NaN where it is not known.

    `total` (hour) is the corrected median that the curves show; `parts` (source, hour) are the model's shares of it. `own` is the id of
    the region the area lies in, or empty.
    """

    view: AreaView
    valid_times: NDArray[np.datetime64]
    total: Array
    parts: Array
    own: str
    peak: PeakSources | None

    def at(self, moment: datetime) -> float:
        """The total at one hour; NaN where there is none."""
        here = self.valid_times == np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "ns")
        return float(self.total[here][0]) if here.any() else float("nan")


def source_series(view: AreaView, attribution: Attribution, telling: Telling) -> SourceSeries:
    """The forecast of one area, divided."""
    curve = area_series(view, telling.facts)
    total = curve.at(0.5)
    own, share = _shares(view.area.id, curve.valid_times, attribution)
    return SourceSeries(view, curve.valid_times, total, share * total, own, sources_of(view.area, attribution, telling))


def _shares(area_id: str, valid_times: NDArray[np.datetime64], attribution: Attribution) -> tuple[str, Array]:
    """The own region of an area, and its shares (source, hour) at `valid_times`; an hour that lacks one share lacks all."""
    share = np.full((len(attribution.sources), len(valid_times)), np.nan)
    if area_id not in attribution.areas["area"].values:
        return "", share
    area = attribution.areas.sel(area=area_id)
    _, here, there = np.intersect1d(valid_times, area["valid_time"].values.astype(valid_times.dtype), return_indices=True)
    share[:, here] = area["share"].transpose("source", "lead_time").values[:, there]
    share[:, np.isnan(share).any(axis=0)] = np.nan
    return str(area["own_source"].item()), share


def largest_sources(series: Sequence[SourceSeries], candidates: Sequence[int], at_most: int) -> list[int]:
    """Which of the sources, by their numbers, have the most in all of `series`, in their own order; those with nothing are left out."""
    amounts = {number: float(sum(np.nansum(one.parts[number]) for one in series)) for number in candidates}
    largest = sorted((number for number in candidates if amounts[number] > 0), key=lambda number: -amounts[number])[:at_most]
    return sorted(largest)
