"""Sulfate and nitrate formed on the way from SO2 and NOx, at first order and exactly, region by region.

The rates are those of CALPUFF's simplest chemistry (Scire and others 2000, A User's Guide for the CALPUFF Dispersion Model; at night the
constants of MESOPUFF II), by day in proportion to the cosine of the sun's zenith angle. There is ammonia for all that forms, as over the
plains of China and India; nothing turns back into gas. Ozone, wetness and temperature have no part in it, so this is the right size for
a mean and no more: the fast sulfate of foggy haze is not in it.
"""

from collections.abc import Callable
from functools import cache, partial

import numpy as np

from hazecast.forecast.kernels.local import convert
from hazecast.forecast.transport.hour import Floats, Hour
from hazecast.forecast.transport.layers import Air
from hazecast.forecast.transport.process import Step
from hazecast.forecast.transport.state import State

HOUR_S = 3600.0
SO2_AT_NIGHT, SO2_AT_NOON = 0.002, 0.020  # h-1, noon being the sun overhead
NOX_AT_NIGHT, NOX_AT_NOON = 0.02, 0.15
# µg of particles for each µg of gas, from molar masses in g mol-1.
AMMONIUM_SULFATE_OF_SO2 = 132.14 / 64.06
AMMONIUM_NITRATE_OF_NO2 = 80.04 / 46.01


def sulfate_nitrate(hour: Hour, air: Air) -> Step:  # noqa: ARG001  every process is prepared with both
    """Turn SO2 into ammonium sulfate and NOx, counted as NO2, into ammonium nitrate, in the secondary part of the same region."""
    of_so2 = partial(rate_by_sun, hour.cosine_of_zenith, SO2_AT_NIGHT, SO2_AT_NOON)
    of_nox = partial(rate_by_sun, hour.cosine_of_zenith, NOX_AT_NIGHT, NOX_AT_NOON)

    @cache
    def share(rate: Callable[[], Floats], seconds: float, dtype: np.dtype[np.floating]) -> Floats:
        """What is turned within `seconds`, 1 - exp(-rate t); once for all steps of one length."""
        return np.asarray(-np.expm1(rate().astype(dtype) * dtype.type(-seconds)))

    def step(state: State, seconds: float) -> None:
        if not state.tags.gases:
            return
        first = state.tags.formed.start
        convert(state.so2, share(of_so2, seconds, state.so2.dtype), AMMONIUM_SULFATE_OF_SO2, state.pm25, first)
        convert(state.nox, share(of_nox, seconds, state.nox.dtype), AMMONIUM_NITRATE_OF_NO2, state.pm25, first)

    return step


def rate_by_sun(cosine_of_zenith: Floats, at_night: float, at_noon: float) -> Floats:
    """First-order rate in s-1, from `at_night` to `at_noon` (h-1) as the sun climbs from the horizon to overhead."""
    return np.asarray((at_night + (at_noon - at_night) * np.maximum(cosine_of_zenith, 0.0)) / HOUR_S)
