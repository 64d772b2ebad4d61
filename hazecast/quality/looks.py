"""The checks in their order: each look takes what is known of all pollutants, adds its marks, and tells what it found of whole series."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.quality.checks.cumulated import cumulated
from hazecast.quality.checks.duplicates import Same, duplicate_mask, duplicates
from hazecast.quality.checks.flat import flat_marks, network_frozen, station_flat, steadiness
from hazecast.quality.checks.jumps import jump_marks, jumps, leaping
from hazecast.quality.checks.limits import limit_marks
from hazecast.quality.checks.neighbours import apart, neighbour_marks
from hazecast.quality.checks.particles import particle_marks
from hazecast.quality.checks.units import unit_slips
from hazecast.quality.marks import Mark, Mask, Verdict
from hazecast.quality.panel import Channel, Panel
from hazecast.quality.thresholds import Thresholds
from hazecast.records import Evidence, Finding, FindingKind, Reason, Trust

Array = NDArray[np.float64]
FEWEST_FOR_SUMS = 2  # neighbours whose median says what a cumulated series, or one in other units, should be
SAME_EPISODE_HOURS = 168.0
Look = tuple[tuple["Looked", ...], list[Finding]]


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """One pollutant and what is known of it so far."""

    channel: Channel
    verdict: Verdict

    @property
    def left(self) -> Array:
        """Its values without those rejected."""
        return np.where(self.verdict.rejected, np.nan, self.channel.values)

    @property
    def codes(self) -> Mask:
        """Where a number stands for a missing value; what is out of range may still be a measurement in other units."""
        return self.verdict.having(Reason.SENTINEL) & self.verdict.rejected

    def marked(self, marks: Iterable[Mark]) -> "Looked":
        """With these marks added, where there is a value."""
        known = self.channel.known
        return Looked(self.channel, self.verdict.marked(Mark(m.reason, m.trust, m.where & known) for m in marks))


def at_codes(looked: Sequence[Looked], panel: Panel, thresholds: Thresholds) -> Look:
    """Physical range, codes for missing values, and what is below the detection limit."""
    near, far = panel.steps(thresholds.codes.near_hours), panel.steps(thresholds.codes.far_hours)
    return tuple(item.marked(limit_marks(item.channel, thresholds.codes, near, far)) for item in looked), []


def at_sums_and_units(looked: Sequence[Looked], panel: Panel, thresholds: Thresholds) -> Look:
    """Cumulated series, and values a thousand times too large or too small."""
    after, findings = [], []
    for item in looked:
        sums = cumulated(item.channel, item.codes, thresholds.cumulated, panel.hours, FEWEST_FOR_SUMS)
        slips = unit_slips(item.channel, item.codes | sums, thresholds.units, FEWEST_FOR_SUMS)
        after.append(item.marked([Mark(Reason.CUMULATED, Trust.REJECTED, sums), Mark(Reason.UNITS, Trust.REJECTED, slips)]))
        findings += _by_station(FindingKind.CUMULATED, item.channel.key, sums, panel)
        findings += _by_station(FindingKind.UNITS, item.channel.key, slips, panel)
    return tuple(after), findings


def _by_station(kind: FindingKind, key: str, where: Mask, panel: Panel) -> list[Finding]:
    found = []
    for station in np.flatnonzero(where.any(axis=1)).tolist():
        steps = np.flatnonzero(where[station])
        evidence = (Evidence("values", float(steps.size)),)
        found.append(Finding(kind, (panel.station_ids[station],), key, panel.moment(int(steps[0])), panel.moment(int(steps[-1])), evidence))
    return found


def at_flat_runs(looked: Sequence[Looked], panel: Panel, thresholds: Thresholds) -> Look:
    """A pollutant, a station or the whole network that stays the same."""
    limits = thresholds.flat
    pollutants = [steadiness(item.channel, item.left, limits) for item in looked]
    if not pollutants:
        return tuple(looked), []
    station, network = station_flat(pollutants, limits), network_frozen(pollutants, limits)
    after, findings = [], _frozen_spells(network, "", panel)
    for item, one in zip(looked, pollutants, strict=True):
        alone = network_frozen([one], limits) & ~network
        findings += _frozen_spells(alone, item.channel.key, panel)
        whole = Mark(Reason.NETWORK_FROZEN, Trust.REJECTED, (network | alone)[None, :] & one.again)
        together = Mark(Reason.FLAT, Trust.REJECTED, station & one.again)
        after.append(item.marked([*flat_marks(one, limits), together, whole]))
    return tuple(after), findings


def _frozen_spells(frozen: Mask, key: str, panel: Panel) -> list[Finding]:
    """One finding a stretch of frozen steps; stretches less than a week apart are one."""
    steps = np.flatnonzero(frozen)
    if not steps.size:
        return []
    groups = np.split(steps, np.flatnonzero(np.diff(steps) > panel.steps(SAME_EPISODE_HOURS)) + 1)
    return [
        Finding(
            FindingKind.NETWORK_FROZEN,
            (),
            key,
            panel.moment(int(group[0])),
            panel.moment(int(group[-1])),
            (Evidence("hours", group.size * panel.hours), Evidence("spells", float(1 + (np.diff(group) > 1).sum()))),
        )
        for group in groups
    ]


def at_duplicates(looked: Sequence[Looked], panel: Panel, thresholds: Thresholds) -> Look:
    """Two stations with the same numbers: those of the less complete one are rejected."""
    after, findings = [], []
    for item in looked:
        left = item.left
        found = duplicates(left, thresholds.duplicates)
        after.append(item.marked([Mark(Reason.DUPLICATE, Trust.REJECTED, duplicate_mask(left, found))]))
        findings += [_duplicate_finding(pair, item.channel.key, panel) for pair in found]
    return tuple(after), findings


def _duplicate_finding(pair: Same, key: str, panel: Panel) -> Finding:
    ids = (panel.station_ids[pair.dropped], panel.station_ids[pair.kept])
    evidence = (Evidence("values", float(pair.steps)), Evidence("share", pair.share))
    return Finding(FindingKind.DUPLICATE, ids, key, panel.moment(pair.first), panel.moment(pair.last), evidence)


def at_leaps_and_neighbours(looked: Sequence[Looked], panel: Panel, thresholds: Thresholds) -> Look:
    """Spikes, steps, and what is far from the neighbours."""
    if not looked:
        return (), []
    limits = thresholds.jumps
    leaps = [jumps(item.channel, item.left, limits, FEWEST_FOR_SUMS) for item in looked]
    after = tuple(
        item.marked(jump_marks(leap, others, limits)) for item, leap, others in zip(looked, leaps, leaping(leaps, limits), strict=True)
    )
    block = panel.steps(thresholds.neighbours.block_hours)
    distances = [apart(item.channel, item.left, thresholds.neighbours, block) for item in after]
    return tuple(item.marked(neighbour_marks(d, thresholds.neighbours)) for item, d in zip(after, distances, strict=True)), []


def at_particles(looked: Sequence[Looked], panel: Panel, thresholds: Thresholds) -> Look:
    """PM2.5 above PM10."""
    by_key = {item.channel.key: item for item in looked}
    if not {"pm25", "pm10"} <= set(by_key):
        return tuple(looked), []
    fine, coarse = by_key["pm25"], by_key["pm10"]
    block = panel.steps(thresholds.neighbours.block_hours)
    fine_apart, coarse_apart = (apart(item.channel, item.left, thresholds.neighbours, block) for item in (fine, coarse))
    marks = particle_marks(fine.left, coarse.left, fine_apart, coarse_apart, thresholds.particles)
    marked = {"pm25": fine.marked(marks[0]), "pm10": coarse.marked(marks[1])}
    return tuple(marked.get(item.channel.key, item) for item in looked), []
