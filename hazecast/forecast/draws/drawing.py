"""The package's door: whole trajectories of PM2.5 at the stations, whose every hour has the distribution that was forecast."""

import numpy as np
from numpy.typing import NDArray

from hazecast.config import ForecastSettings
from hazecast.forecast.draws.copula import gaussian_scores
from hazecast.forecast.draws.past import past_errors, past_origins
from hazecast.forecast.draws.ranks import Ranks, ranks_of
from hazecast.forecast.series import Series
from hazecast.forecast.uncertainty import QUANTILES
from hazecast.quantiles import values_at

Array = NDArray[np.float64]

LEAST_TEMPLATES = 15  # which the days that a cycle with a stored model looks back give
STREAM = 5  # of the seed's random numbers, apart from those of other rooms


def draw_trajectories(series: Series, quantiles: Array, origin: int, lag: int, leads: range, settings: ForecastSettings) -> Array:
    """PM2.5 in µg m-3, (draw, station, lead), from its quantile functions at `QUANTILES`, (station, lead, quantile).

    At each station and lead the draws are the distribution in `settings.draws` equal parts, NaN where it is; in which order, templates
    say (Schaake shuffle: Clark et al. 2004, J. Hydrometeorol. 5, 243): errors of a plain forecast from past origins, of nothing later
    than `lag` hours before `origin`. With fewer than `LEAST_TEMPLATES` of them a Gaussian copula says it. The same seed and inputs
    give the same draws.
    """
    random = np.random.default_rng([settings.random_seed, STREAM, _hour_number(series, origin)])
    return shuffled(quantiles, ranks_of(_templates(series, origin, lag, leads, settings.draws, random)))


def shuffled(quantiles: Array, ranks: Ranks) -> Array:
    """The values (draw, station, lead) of quantile functions (station, lead, quantile) in the order of `ranks` (station, lead, draw)."""
    count = ranks.shape[-1]
    parts = values_at(quantiles, QUANTILES, (np.arange(count) + 0.5) / count)
    values = np.take_along_axis(np.maximum(parts, 0.0), ranks, axis=-1)
    return np.ascontiguousarray(np.moveaxis(values, -1, 0))


def _templates(series: Series, origin: int, lag: int, leads: range, count: int, random: np.random.Generator) -> Array:
    """(draw, station, lead); a template that serves for several draws stands there several times. In no order: equals are then ranked
    by chance, and alike at every station and hour.
    """
    origins = past_origins(series, origin, lag, leads[-1], count)
    if origins.size < LEAST_TEMPLATES:
        return gaussian_scores(series, origin - lag, lag, leads, count, random)
    drawn = random.permutation(np.arange(count) % origins.size)
    return np.asarray(past_errors(series, origins, lag, leads)[drawn])


def _hour_number(series: Series, origin: int) -> int:
    return int(series.times[origin].astype("datetime64[h]").astype(np.int64))
