"""What stations would see of each source with other winds and other emissions."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import TransportSettings
from hazecast.forecast.attribution.perturbing import Errors, drawn_strengths, errors_of, perturbed, with_depths
from hazecast.forecast.transport.carrying import SPIN_UP_HOURS, carried, scaled, surface
from hazecast.forecast.transport.driving import Driving
from hazecast.forecast.transport.learning import UNIT_BACKGROUND, Snapshot, by_source
from hazecast.grids.sampling import Sampling

Array = NDArray[np.float64]

DRAWS = 4  # of emissions, for each member's weather
BEFORE_HOURS = 48  # from so long before the forecast on, each member has weather of its own


def members_at_stations(driving: Driving, settings: TransportSettings, early: Snapshot, where: Sampling, seed: int, first: int) -> Array:
    """PM2.5 of a strength of 1 in each member's weather, (member, hour, station, region + side) in µg m-3, NaN where the air is not known.

    `early` is the air at the first hour of `driving`; the hours are those after it, but for the `first` of them. The last of the sources
    are the sides.
    """
    members = (_hours_of_member(driving, settings, early, where, (seed, member)) for member in range(settings.members))
    return np.stack([np.stack(list(islice(hours, first, None))) for hours in members])


def _hours_of_member(
    driving: Driving, settings: TransportSettings, early: Snapshot, where: Sampling, seed: tuple[int, int]
) -> Iterator[Array]:
    tags, count = driving.tags, driving.weather.sizes["time"]
    errors = errors_of(count, seed)
    blown = replace(driving, weather=perturbed(driving.weather, errors), aloft=_aloft(driving, errors))
    carrier = blown.carrier(settings, np.ones(len(tags.regions)), UNIT_BACKGROUND)
    state = scaled(early.state, np.ones(tags.count), np.ones(len(tags.regions)))
    for since in carried(carrier, state, with_depths(blown.hours(1, count), errors.depth[1:]), early.since):
        seen = by_source(where.of(surface(state, driving.air)), tags)
        yield seen if since > SPIN_UP_HOURS else np.full(seen.shape, np.nan)


def _aloft(driving: Driving, errors: Errors) -> xr.Dataset | None:
    """Winds aloft with the errors of their hours; those of other hours are not needed."""
    if driving.aloft is None:
        return None
    hours = driving.weather.indexes["time"]
    aloft = driving.aloft.sel(time=driving.aloft.indexes["time"].isin(hours))
    return perturbed(aloft, errors.at(hours.get_indexer(aloft.indexes["time"])))


def with_other_strengths(members: Array, strengths: Array, covariance: Array, seed: int) -> Array:
    """Each member with `DRAWS` strengths as they may be too, (member · draw, hour, station, region + side) in µg m-3."""
    draws = drawn_strengths(strengths, covariance, DRAWS * members.shape[0], seed).reshape(members.shape[0], DRAWS, -1)
    scaled_members = members[:, None] * draws[:, :, None, None, :]
    return scaled_members.reshape(-1, *members.shape[1:])
