"""What is found about whole series: clocks that are wrong, and files of another place. It is told and marked, and nothing is changed."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.quality.checks.foreign import strangers
from hazecast.quality.checks.time_base import Shift, lag_behind, mean_day, shifts
from hazecast.quality.marks import Mark, Mask
from hazecast.quality.panel import Panel
from hazecast.quality.thresholds import Thresholds, TimeBaseThresholds
from hazecast.records import Evidence, Finding, FindingKind, Reason, Trust
from hazecast.vocabulary import VARIABLES

Array = NDArray[np.float64]
MOST_STATIONS = 0.5  # of those with a clear day from which on a wrong clock is one of the whole network


def clock_findings(
    panel: Panel, values: Sequence[Array], observations: xr.Dataset, weather: xr.Dataset | None, thresholds: Thresholds
) -> tuple[Finding, ...]:
    """TIME_SHIFTED against the neighbours or the known weather, DAY_SHIFTED against the sun; `values` are those not rejected."""
    if not panel.channels:
        return ()
    limits = thresholds.time_base
    by_neighbours = (f for span in _spans(panel, limits) for f in _shifted(panel, values, span, limits))
    merged = tuple(_joined(by_neighbours))
    return (*merged, *_behind_weather(panel, observations, weather, limits), *_behind_sun(panel, values, observations, limits))


def _spans(panel: Panel, limits: TimeBaseThresholds) -> list[slice]:
    """The steps in stretches that a clock is judged over; a short rest belongs to the stretch before."""
    length = max(panel.steps(24 * limits.block_days), limits.block_steps)
    count = max(1, round(panel.times.size / length))
    edges = [number * length for number in range(count)] + [panel.times.size]
    return [slice(a, b) for a, b in pairwise(edges)]


def _shifted(panel: Panel, values: Sequence[Array], span: slice, limits: TimeBaseThresholds) -> Iterator[Finding]:
    inside = [np.ascontiguousarray(v[:, span]) for v in values]
    for shift in shifts(panel.channels, inside, panel.steps(limits.most_hours), limits):
        yield _shift_finding(shift, "", span, panel)


def _shift_finding(shift: Shift, key: str, span: slice, panel: Panel) -> Finding:
    whole = panel.moment(span.start), panel.moment(span.stop - 1)
    return Finding(FindingKind.TIME_SHIFTED, (panel.station_ids[shift.station],), key, *whole, _lag_evidence(shift, panel.hours))


def _lag_evidence(shift: Shift, hours: float) -> tuple[Evidence, ...]:
    return (
        Evidence("lag_hours", shift.lag * hours),
        Evidence("correlation", shift.correlation),
        Evidence("correlation_unshifted", shift.unshifted),
        Evidence("pairs", float(shift.pairs)),
        Evidence("neighbours", float(shift.neighbours)),
    )


def _joined(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings of one station and lag in stretches that follow one another as one, with the evidence of the first."""
    by_station: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        kept = by_station.setdefault(finding.station_ids, [])
        if kept and kept[-1].number("lag_hours") == finding.number("lag_hours"):
            before = kept.pop()
            finding = Finding(finding.kind, finding.station_ids, "", before.first, finding.last, before.evidence)
        kept.append(finding)
    return (finding for kept in by_station.values() for finding in kept)


def _behind_weather(panel: Panel, observations: xr.Dataset, weather: xr.Dataset | None, limits: TimeBaseThresholds) -> tuple[Finding, ...]:
    """Stations whose measured temperature comes later or earlier than the temperature that is known to be right."""
    if weather is None or "air_temperature" not in observations or "air_temperature" not in weather:
        return ()
    measured = _temperature(panel, observations["air_temperature"])
    known = _temperature(panel, weather["air_temperature"].reindex(time=observations["time"], station=observations["station"]))
    found = lag_behind(measured, known, panel.steps(limits.most_hours), limits)
    return tuple(_shift_finding(shift, "air_temperature", slice(0, panel.times.size), panel) for shift in found)


def _temperature(panel: Panel, field: xr.DataArray) -> Array:
    """(station, step) in kelvin, without what no air has."""
    values, possible = panel.on_axis(field), VARIABLES["air_temperature"]
    return np.where((values >= possible.lowest) & (values <= possible.highest), values, np.nan)


def _behind_sun(panel: Panel, values: Sequence[Array], observations: xr.Dataset, limits: TimeBaseThresholds) -> Iterator[Finding]:
    """Ozone and temperature that are not highest in the afternoon: at most stations, or at one that has no neighbour to go by."""
    lonely = np.logical_and.reduce([(c.neighbours < 0).all(axis=1) for c in panel.channels])
    for channel, left in zip(panel.channels, values, strict=True):
        if channel.key == "o3":
            day = mean_day(left, panel.times, panel.longitude, limits.least_days)
            clear = day.amplitude >= limits.least_amplitude * day.mean
            yield from _out_of_the_afternoon(panel, channel.key, np.where(clear, day.peak, np.nan), limits.ozone_peak, lonely)
    if "air_temperature" in observations:
        day = mean_day(_temperature(panel, observations["air_temperature"]), panel.times, panel.longitude, limits.least_days)
        hours = np.where(day.amplitude >= limits.least_kelvin, day.peak, np.nan)
        yield from _out_of_the_afternoon(panel, "air_temperature", hours, limits.temperature_peak, np.ones(hours.shape, np.bool_))


def _out_of_the_afternoon(panel: Panel, key: str, hours: Array, afternoon: tuple[float, ...], judged: Mask) -> Iterator[Finding]:
    """`hours` (station) are the solar ones of the mean day's peak, NaN where there is no clear one; `judged` may be told of alone."""
    wrong = (hours < afternoon[0]) | (hours > afternoon[1])
    if not wrong.any():
        return
    whole = panel.moment(0), panel.moment(panel.times.size - 1)
    count, clear = int(wrong.sum()), int((~np.isnan(hours)).sum())
    if clear > 1 and count > MOST_STATIONS * clear:
        evidence = (Evidence("solar_hour_of_peak", _middle_hour(hours[wrong])), Evidence("stations", float(count)))
        yield Finding(FindingKind.DAY_SHIFTED, (), key, *whole, evidence)
        return
    for station in np.flatnonzero(wrong & judged).tolist():
        peak = Evidence("solar_hour_of_peak", float(hours[station]))
        yield Finding(FindingKind.DAY_SHIFTED, (panel.station_ids[station],), key, *whole, (peak,))


def _middle_hour(hours: Array) -> float:
    """The mean of hours of a day, round the clock."""
    return float(np.angle(np.exp(2j * np.pi * hours / 24.0).mean()) * 24.0 / (2 * np.pi) % 24.0)


def foreign_findings(panel: Panel, values: Sequence[Array], thresholds: Thresholds) -> tuple[Finding, ...]:
    """FOREIGN: stations that go with none of their neighbours."""
    if not panel.channels:
        return ()
    limits, most = thresholds.foreign, panel.steps(thresholds.time_base.most_hours)
    found = []
    for span in _spans(panel, thresholds.time_base):
        inside = [np.ascontiguousarray(v[:, span]) for v in values]
        for stranger in strangers(panel.channels, inside, most, limits):
            whole = panel.moment(span.start), panel.moment(span.stop - 1)
            evidence = (Evidence("correlation", stranger.correlation), Evidence("correlation_among_neighbours", stranger.among_neighbours))
            found.append(Finding(FindingKind.FOREIGN, (panel.station_ids[stranger.station],), "", *whole, evidence))
    return tuple(found)


def doubts(findings: Iterable[Finding], panel: Panel, limits: TimeBaseThresholds) -> list[Mark]:
    """Marks of all values that a finding makes doubtful; the start or the end of an hour alone does not."""
    marks = []
    for finding in findings:
        reason = Reason.FOREIGN if finding.kind is FindingKind.FOREIGN else Reason.TIME_BASE
        if finding.kind is FindingKind.TIME_SHIFTED and abs(finding.number("lag_hours")) < limits.doubtful_hours:
            continue
        ids = finding.station_ids or panel.station_ids
        marks.append(Mark(reason, Trust.DOUBTFUL, panel.where(ids, finding.first, finding.last)))
    return marks
