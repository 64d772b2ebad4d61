"""The run through the past in which every region emits with a strength of 1, and what is learnt from it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.config import TransportSettings
from hazecast.forecast.strengths import Strengths, fit_strengths, season_of
from hazecast.forecast.transport.carrying import SPIN_UP_HOURS, carried, scaled, surface
from hazecast.forecast.transport.driving import Driving
from hazecast.forecast.transport.state import EDGES, INITIAL, SIDES, State, Tags
from hazecast.grids.sampling import Sampling

Array = NDArray[np.float64]
Progress = Callable[[float], None]

UNIT_BACKGROUND = np.ones(len(SIDES))  # µg m-3


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The air after an hour, and how many hours it had been carried by then without a gap."""

    state: State
    since: int


@dataclass(frozen=True, slots=True, eq=False)
class UnitRun:
    """PM2.5 of each part at stations, (time, station, part) in µg m-3, NaN where the air is not known, and the air at some hours.

    From the first hour of the weather to the last that was carried.
    """

    tags: Tags
    parts: Array
    snapshots: dict[int, Snapshot]

    def sources(self) -> Array:
        """By region, primary and secondary together, and last what came over each side's edge; (time, station, region + side)."""
        return by_source(self.parts, self.tags)


def by_source(parts: Array, tags: Tags) -> Array:
    """Parts (…, part) as (…, region + side): each region's primary and secondary together, and last what came over each side's edge.

    What was there at the start came over all of them alike.
    """
    regions = parts[..., tags.primary] + (parts[..., tags.formed] if tags.secondary else 0.0)
    return np.concatenate([regions, parts[..., EDGES] + parts[..., INITIAL, None] / len(SIDES)], axis=-1)


def run_unscaled(
    driving: Driving, settings: TransportSettings, where: Sampling, hours: slice, keep: tuple[int, ...], progress: Progress
) -> UnitRun:
    """Carry what is emitted with a strength of 1 through `hours`, indices of those of `driving`; the air after the hours `keep` is kept."""
    tags, first, beyond = driving.tags, hours.start, hours.stop
    carrier = driving.carrier(settings, np.ones(len(tags.regions)), UNIT_BACKGROUND)
    state, parts = carrier.clean(), np.full((beyond, where.inside.size, tags.count), np.nan)
    snapshots = {}
    for t, since in enumerate(carried(carrier, state, driving.hours(first, beyond)), first):
        if since > SPIN_UP_HOURS:
            parts[t] = where.of(surface(state, driving.air))
        if t in keep:
            snapshots[t] = Snapshot(scaled(state, np.ones(tags.count), np.ones(tags.gases)), since)
        progress((t + 1 - first) / (beyond - first))
    return UnitRun(tags, parts, snapshots)


def learnt_strengths(run: UnitRun, observed: Array, times: NDArray[np.datetime64]) -> Strengths | None:
    """From what was observed (time, station), NaN where nothing was known; hours after those of the run teach nothing."""
    carried_hours = run.parts.shape[0]
    return fit_strengths(run.sources(), observed[:carried_hours], times[:carried_hours], len(SIDES))


def at_stations(run: UnitRun, strengths: Strengths, times: NDArray[np.datetime64]) -> Array:
    """PM2.5 of the run with the strengths of each hour's season, (time, station) in µg m-3."""
    season = season_of(times[: run.parts.shape[0]])
    return np.asarray(np.einsum("tsr,tr->ts", run.sources(), strengths.of_season(season)))


def part_factors(tags: Tags, strengths: Array) -> Array:
    """What every part is multiplied by, (part,), given the strengths of regions and sides, (region + side,)."""
    factors = np.ones(tags.count)
    regions, sides = np.split(strengths, [len(tags.regions)])
    factors[EDGES], factors[INITIAL] = sides, sides.mean()
    factors[tags.primary] = regions
    factors[tags.formed] = regions if tags.secondary else 1.0
    return factors
