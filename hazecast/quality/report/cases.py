"""The worst cases: for each reason the stretches in which most values were rejected, or that a finding tells of."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.records import Finding, FindingKind, Reason, Trust, Vetted

JOINED = np.timedelta64(24, "h")  # rejected values of one reason no farther apart are one case
EACH = 2  # cases a reason
EACH_KIND = 3  # cases a kind of finding
SHOWN_OF_FINDING = np.timedelta64(4, "D")
PICTURED = (FindingKind.TIME_SHIFTED, FindingKind.DAY_SHIFTED, FindingKind.FOREIGN)  # the values of others are rejected
Times = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Case:
    """One variable at one station (its index) from `first` to `last`, UTC; `rejected` values of it for `reason`, or a finding of it."""

    key: str
    station: int
    first: np.datetime64
    last: np.datetime64
    reason: Reason
    rejected: int


def worst_cases(vetted: Vetted) -> tuple[Case, ...]:
    """By reason the cases with most rejected values, at different stations where possible, and then cases of what findings doubt."""
    every = sorted(_cases(vetted), key=lambda case: -case.rejected)
    chosen: list[Case] = []
    for reason in Reason:
        of_reason = [case for case in every if case.reason is reason]
        first_of_station = {case.station: case for case in reversed(of_reason)}
        chosen += sorted(first_of_station.values(), key=lambda case: -case.rejected)[:EACH]
    return (*chosen, *_of_findings(vetted))


def _cases(vetted: Vetted) -> Iterator[Case]:
    """Each rejected value counts for the first of its reasons alone."""
    times = vetted.raw["time"].values
    for key in map(str, vetted.raw.data_vars):
        rejected, reason = vetted.trust[key].values == Trust.REJECTED, vetted.reason[key].values
        steps, places = np.nonzero(rejected)
        bits = reason[steps, places]
        first = bits & (~bits + np.uint32(1))  # the lowest bit
        for place, why in {*zip(places.tolist(), first.tolist(), strict=True)}:
            yield from _episodes(key, place, Reason(why), times[steps[(places == place) & (first == why)]])


def _episodes(key: str, station: int, reason: Reason, times: Times) -> Iterator[Case]:
    for part in np.split(times, np.flatnonzero(np.diff(times) > JOINED) + 1):
        yield Case(key, station, part[0], part[-1], reason, int(part.size))


def _of_findings(vetted: Vetted) -> Iterator[Case]:
    shown = dict.fromkeys(PICTURED, 0)
    for finding in vetted.findings:
        if finding.kind in shown and finding.station_ids and shown[finding.kind] < EACH_KIND:
            shown[finding.kind] += 1
            yield from _in_the_middle(vetted, finding)


def _in_the_middle(vetted: Vetted, finding: Finding) -> Iterator[Case]:
    """Some days in the middle of what the finding concerns, of the variable with most values then."""
    ids, times = vetted.raw["station"].values.astype(str).tolist(), vetted.raw["time"].values
    keys = [finding.key] if finding.key else [str(key) for key in vetted.raw.data_vars]
    if finding.station_ids[0] not in ids:
        return
    station = ids.index(finding.station_ids[0])
    first, last = (np.datetime64(moment.replace(tzinfo=None), "ns") for moment in (finding.first, finding.last))
    inside = (times >= first) & (times <= last)
    known = {key: vetted.raw[key].values[:, station].astype(np.float64) for key in keys if key in vetted.raw}
    most = max(known, key=lambda key: int((~np.isnan(known[key][inside])).sum()), default=None)
    with_values = times[inside & ~np.isnan(known[most])] if most else times[:0]
    if most and with_values.size:
        middle = with_values[with_values.size // 2]
        reason = Reason.FOREIGN if finding.kind is FindingKind.FOREIGN else Reason.TIME_BASE
        yield Case(most, station, max(middle - SHOWN_OF_FINDING / 2, times[0]), min(middle + SHOWN_OF_FINDING / 2, times[-1]), reason, 0)
