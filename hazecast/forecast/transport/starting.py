"""The air at the beginning of a forecast, drawn to what the stations last observed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.analysis.aloft import aloft
from hazecast.forecast.analysis.error_statistics import error_statistics
from hazecast.forecast.analysis.scale import moved, on_scale
from hazecast.forecast.analysis.start import analyse
from hazecast.forecast.kernels.tag_scaling import scale_tags
from hazecast.forecast.transport.carrying import surface
from hazecast.forecast.transport.layers import Air
from hazecast.forecast.transport.learning import Snapshot
from hazecast.forecast.transport.state import INITIAL
from hazecast.grids.sampling import sampling
from hazecast.records import Station

Array = NDArray[np.float64]

LATEST_HOURS = 3  # whose mean departure counts: a single hour says more of the station than of the air
FADING_HOURS = 24.0  # of a departure, from when it was observed to when the forecast begins


def drawn_to_observations(
    start: Snapshot, air: Air, mixing_height: Array, modelled: Array, observed: Array, lag: int, stations: Sequence[Station]
) -> Snapshot:
    """The air of `start` with its parts scaled along to an optimal interpolation of what the stations last observed.

    mixing_height  (y, x) m at that hour
    modelled       (time, station) what the model had there in the past, to the last hour that is known;  observed  the same hours, NaN
                   where nothing was known; both µg m-3
    lag            hours from the last of these to the start

    The errors of both are those of the departures of these hours. What the model has of no part goes to the initial part.
    """
    departures = on_scale(observed) - on_scale(np.maximum(modelled, 0.0))
    latitude, longitude = np.array([s.latitude for s in stations]), np.array([s.longitude for s in stations])
    statistics = error_statistics(departures, latitude, longitude)
    background = surface(start.state, air).sum(axis=1).astype(np.float64)
    at_stations = np.maximum(sampling(air.lattice, stations).of(background[:, None, :])[:, 0], 0.0)
    wanted = moved(at_stations, _latest(departures) * np.exp(-lag / FADING_HOURS))
    analysis = analyse(background, air.lattice, wanted, stations, statistics)
    ratio, added = aloft(analysis, air.layers.tops, mixing_height, float(air.layers.density[0]))
    kind = start.state.pm25.dtype
    scale_tags(start.state.pm25, ratio.astype(kind), added.astype(kind), INITIAL)
    return start


def _latest(departures: Array) -> Array:
    """The mean of each station's last hours, (station,), NaN where all of them lack."""
    last = departures[-LATEST_HOURS:]
    known = ~np.isnan(last)
    return np.where(known.any(axis=0), np.nansum(last, axis=0) / np.maximum(known.sum(axis=0), 1), np.nan)
