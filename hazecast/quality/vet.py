"""The room's one door: observations in, and for every value how far it can be trusted.

The checks run from the gross to the fine, and each looks only at what those before it left: a code for a missing value must not make
its neighbours look wrong.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.quality.looks import Looked, at_codes, at_duplicates, at_flat_runs, at_leaps_and_neighbours, at_particles, at_sums_and_units
from hazecast.quality.marks import Mark, unmarked
from hazecast.quality.panel import Panel, panel_of
from hazecast.quality.series import clock_findings, doubts, foreign_findings
from hazecast.quality.thresholds import Thresholds
from hazecast.quality.weather import checked_weather
from hazecast.records import Finding, Origin, Reason, Station, Trust, Vetted

IN_ORDER = (at_codes, at_sums_and_units, at_flat_runs, at_duplicates, at_leaps_and_neighbours, at_particles)


def vet(observations: xr.Dataset, stations: Sequence[Station], thresholds: Thresholds, weather: xr.Dataset | None = None) -> Vetted:
    """Check every value of `observations` (time, station), raw, in the keys and units of the vocabulary.

    `stations` give places to those that have one; without a place, or without neighbours, a station is held against itself alone.
    `weather` at the same stations is known to be right, clock and all, such as that of an analysis; measured temperatures are held
    against it. Variables that are neither pollutants nor measured weather are left out.
    """
    panel = panel_of(observations, stations, thresholds)
    looked: tuple[Looked, ...] = tuple(Looked(c, unmarked(c.values.shape)) for c in panel.channels)
    findings: list[Finding] = []
    for look in IN_ORDER:
        looked, found = look(looked, panel, thresholds)
        findings += found
    left = [item.left for item in looked]
    series = (*clock_findings(panel, left, observations, weather, thresholds), *foreign_findings(panel, left, thresholds))
    looked = tuple(item.marked(doubts(series, panel, thresholds.time_base)) for item in looked)
    return _assembled(observations, panel, looked, (*findings, *series), thresholds)


def _assembled(
    observations: xr.Dataset, panel: Panel, looked: Sequence[Looked], findings: tuple[Finding, ...], thresholds: Thresholds
) -> Vetted:
    """At the times of the observations again, and with the measured weather beside the pollutants."""
    weather, more = checked_weather(observations, thresholds.weather)
    verdicts = {item.channel.key: item.verdict.at_steps(panel.at) for item in looked} | {w.key: w.verdict for w in weather}
    raw = observations[list(verdicts)].transpose("time", "station")
    verdicts = {key: verdict.marked([Mark(Reason.RANGE, Trust.REJECTED, np.isinf(raw[key].values))]) for key, verdict in verdicts.items()}
    return Vetted(
        raw=raw,
        trust=_like(raw, {key: verdict.trust for key, verdict in verdicts.items()}),
        reason=_like(raw, {key: verdict.reason for key, verdict in verdicts.items()}),
        origin=_like(raw, {key: np.full(verdict.trust.shape, Origin.OBSERVED, np.int8) for key, verdict in verdicts.items()}),
        findings=(*findings, *more),
    )


def _like(raw: xr.Dataset, fields: Mapping[str, NDArray[Any]]) -> xr.Dataset:
    return xr.Dataset({key: (("time", "station"), values) for key, values in fields.items()}, coords=raw.coords)
