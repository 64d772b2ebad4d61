"""The run through the hours ahead, with the strengths that were learnt, and fields of where the PM2.5 comes from."""

from dataclasses import dataclass
from itertools import tee

import numpy as np
from numpy.typing import NDArray

from hazecast.config import TransportSettings
from hazecast.forecast.transport.carrying import SPIN_UP_HOURS, carried, layered, scaled, surface
from hazecast.forecast.transport.driving import Driving
from hazecast.forecast.transport.learning import Progress, Snapshot, part_factors
from hazecast.forecast.transport.state import EDGES, INITIAL, SIDES, Tags
from hazecast.grids.sampling import Sampling

Array = NDArray[np.float64]
Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """PM2.5 of the hours ahead in µg m-3, of 32 bits, NaN where the air is not known.

    sources  (lead, source, y, x) near the ground: what came over the edges, what was there at the start and is of no known source, and
             by region, primary and secondary together
    formed   (lead, y, x) what of it was formed on the way
    layers   (lead, layer, y, x) all of it, layer by layer
    """

    sources: Floats
    formed: Floats
    layers: Floats


def run_ahead(
    driving: Driving,
    settings: TransportSettings,
    start: Snapshot,
    unmoved: Snapshot,
    where: Sampling,
    strengths: Array,
    hours: slice,
    progress: Progress,
) -> tuple[Fields, Array]:
    """Carry the air of `start`, which is scaled already, through `hours`; regions emit with `strengths`, the last those of the sides.

    Beside it goes the air of `unmoved`, which is not told apart: that of the model alone. It is given back `where` stations are,
    (lead, station) in µg m-3.
    """
    tags, count, air = driving.tags, hours.stop - hours.start, driving.air
    emitting = strengths[: -len(SIDES)], strengths[-len(SIDES) :]
    fields, alone = _unknown(count, tags, air.shape), np.full((count, where.inside.size), np.nan)
    state, other = start.state, unmoved.state
    driven, again = tee(driving.hours(hours.start, hours.stop))
    told_apart = carried(driving.carrier(settings, *emitting), state, driven, start.since)
    as_a_whole = carried(driving.carrier_of_all(settings, *emitting), other, again, unmoved.since)
    for lead, (since, since_too) in enumerate(zip(told_apart, as_a_whole, strict=True)):
        if since > SPIN_UP_HOURS:
            fields.sources[lead], fields.formed[lead] = _told_apart(surface(state, air), tags)
            fields.layers[lead] = layered(state, air)
        if since_too > SPIN_UP_HOURS:
            alone[lead] = where.of(surface(other, air))[:, 0]
        progress((lead + 1) / count)
    return fields, alone


def scaled_start(start: Snapshot, strengths: Array) -> Snapshot:
    """The air of a run without strengths as it is with them, (region + side,)."""
    return Snapshot(scaled(start.state, part_factors(start.state.tags, strengths), strengths[: -len(SIDES)]), start.since)


def _unknown(count: int, tags: Tags, shape: tuple[int, int, int]) -> Fields:
    layers, rows, columns = shape
    sources, formed, layered_ = (
        np.full((count, *of, rows, columns), np.nan, np.float32) for of in ((2 + len(tags.regions),), (), (layers,))
    )
    return Fields(sources, formed, layered_)


def _told_apart(parts: Floats, tags: Tags) -> tuple[Floats, Floats]:
    """Parts (y, part, x) as (source, y, x), and (y, x) of what was formed on the way."""
    regions = parts[:, tags.primary] + (parts[:, tags.formed] if tags.secondary else 0.0)
    edges = parts[:, EDGES].sum(axis=1, keepdims=True)
    sources = np.concatenate([edges, parts[:, INITIAL, None], regions], axis=1)
    return np.moveaxis(sources, 1, 0), parts[:, tags.formed].sum(axis=1)
