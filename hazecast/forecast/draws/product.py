"""Drawn trajectories as a CF dataset, with the visibility of each and how likely hours on end of haze are."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import VisibilitySettings
from hazecast.forecast.draws.runs import probability_of_run
from hazecast.forecast.products import times_of
from hazecast.forecast.visibility import extinction_factors, visibility
from hazecast.records import Cycle, Station
from hazecast.vocabulary import PM25, VISIBILITY, Variable

Array = NDArray[np.float64]

DRAW_DIMS = ("draw", "station", "lead_time")
THRESHOLDS_UG_M3 = (75.0, 115.0, 150.0, 250.0)
RUN_HOURS = (3, 6, 12, 24)
BITS_KEPT = 10  # of a number's fraction: 0.05 % of it, and the rest packs well
BITS_OF_FRACTION = 23
STREAM = 6  # of the seed's random numbers, apart from those of other rooms


def draws_product(
    cycle: Cycle, stations: Sequence[Station], pm25: Array, humidity: Array, optics: VisibilitySettings, seed: int
) -> xr.Dataset:
    """(draw, station, lead_time): pm25 and visibility; `run_probability`; and the `extinction_factor` of each draw.

    `pm25` in µg m-3 (draw, station, lead), `humidity` in % (station, lead). A draw's particles dim the view by its own factor at all
    of its hours and stations: an air mass keeps them.
    """
    hour = int(cycle.init_time.timestamp()) // 3600
    factor = extinction_factors(pm25.shape[0], optics, np.random.default_rng([seed, STREAM, hour]))
    concentration = _short(pm25)
    seen = _short(visibility(pm25, humidity, optics, factor[:, None, None]))
    fields = {
        "pm25": (DRAW_DIMS, concentration, _attributes(PM25)),
        "visibility": (DRAW_DIMS, seen, _attributes(VISIBILITY)),
        "extinction_factor": ("draw", factor, {"long_name": "Extinction of the draw's particles over the expected", "units": "1"}),
        "run_probability": _run_probability(concentration),
    }
    coords = {
        "station": ("station", [s.id for s in stations], {"long_name": "Station id", "cf_role": "timeseries_id"}),
        "threshold": ("threshold", np.array(THRESHOLDS_UG_M3), {"long_name": "PM2.5 that is exceeded", "units": PM25.units}),
        "run_hours": ("run_hours", np.array(RUN_HOURS, dtype=np.int32), {"long_name": "Consecutive hours", "units": "hours"}),
    }
    return xr.Dataset(fields, coords={**coords, **times_of(cycle)})


def _run_probability(pm25: NDArray[np.float32]) -> tuple[tuple[str, ...], NDArray[np.float32], dict[str, str]]:
    runs = [[probability_of_run(pm25, threshold, hours) for hours in RUN_HOURS] for threshold in THRESHOLDS_UG_M3]
    name = "Probability of so many consecutive hours above the threshold within the forecast"
    dims = ("station", "threshold", "run_hours")
    return dims, np.moveaxis(np.array(runs), -1, 0).astype(np.float32), {"long_name": name, "units": "1"}


def _short(values: Array) -> NDArray[np.float32]:
    """Single precision rounded to `BITS_KEPT` (Kouznetsov 2021, Geosci. Model Dev. 14, 377)."""
    dropped = BITS_OF_FRACTION - BITS_KEPT
    bits = values.astype(np.float32).view(np.uint32)
    rounded = (bits + np.uint32(1 << (dropped - 1))) & np.uint32(0xFFFFFFFF << dropped & 0xFFFFFFFF)
    return np.where(np.isnan(values), np.float32(np.nan), rounded.view(np.float32))


def _attributes(variable: Variable) -> dict[str, str]:
    return {"standard_name": variable.standard_name, "units": variable.units, "long_name": variable.long_name}
