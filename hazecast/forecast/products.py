"""The forecast as CF datasets."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import VisibilitySettings
from hazecast.forecast.spreading.spread import Spread
from hazecast.forecast.stations import StationForecast
from hazecast.forecast.uncertainty import QUANTILES
from hazecast.forecast.visibility import visibility
from hazecast.records import Cycle, Rung, Station
from hazecast.vocabulary import PM25, RELATIVE_HUMIDITY, VISIBILITY, Variable

Array = NDArray[np.float64]
Field = tuple[tuple[str, ...], NDArray[np.generic], dict[str, object]]
GRID_DIMS = ("lead_time", "latitude", "longitude")
STATION_DIMS = ("station", "lead_time")


def grid_product(
    cycle: Cycle, weather: xr.Dataset, humidity: Array, pm25: Spread, uncorrected: Array, optics: VisibilitySettings
) -> xr.Dataset:
    """(lead_time, latitude, longitude): pm25 with its 5 % and 95 %, pm25_uncorrected, relative_humidity, visibility.

    `weather` has the places, and `humidity` is in % in the hours ahead.
    """
    coords = {
        "latitude": ("latitude", weather["latitude"].values, {"standard_name": "latitude", "units": "degrees_north"}),
        "longitude": ("longitude", weather["longitude"].values, {"standard_name": "longitude", "units": "degrees_east"}),
    }
    fields = {
        "pm25": _field(GRID_DIMS, pm25.pm25, PM25),
        "pm25_low": _field(GRID_DIMS, pm25.low, PM25, "PM2.5 not exceeded with a probability of 5 %"),
        "pm25_high": _field(GRID_DIMS, pm25.high, PM25, "PM2.5 not exceeded with a probability of 95 %"),
        "pm25_uncorrected": _field(GRID_DIMS, uncorrected, PM25, "PM2.5 of the base forecast"),
        "relative_humidity": _field(GRID_DIMS, humidity, RELATIVE_HUMIDITY),
        "visibility": _field(GRID_DIMS, visibility(pm25.pm25, humidity, optics), VISIBILITY),
    }
    return xr.Dataset(fields, coords={**coords, **times_of(cycle)})


def station_product(
    cycle: Cycle, stations: Sequence[Station], predicted: StationForecast, humidity: Array, uncorrected: Array, optics: VisibilitySettings
) -> xr.Dataset:
    """(station, lead_time): pm25 (as expected), its quantiles, visibility and its, relative_humidity, rung and its error, uncorrected."""
    with_quantile = (*STATION_DIMS, "quantile")
    coords = {
        "station": ("station", [s.id for s in stations], {"long_name": "Station id", "cf_role": "timeseries_id"}),
        "station_name": ("station", [s.name for s in stations], {"long_name": "Station name"}),
        "latitude": ("station", [s.latitude for s in stations], {"standard_name": "latitude", "units": "degrees_north"}),
        "longitude": ("station", [s.longitude for s in stations], {"standard_name": "longitude", "units": "degrees_east"}),
        "quantile": ("quantile", QUANTILES, {"long_name": "Probability of not exceeding", "units": "1"}),
    }
    rungs = {"flag_values": np.array(list(Rung), dtype=np.int8), "flag_meanings": " ".join(r.name.lower() for r in Rung)}
    fields = {
        "pm25": _field(STATION_DIMS, predicted.mean, PM25, "Expected PM2.5"),
        "pm25_quantile": _field(with_quantile, predicted.pm25, PM25, "PM2.5 not exceeded with the given probability"),
        "pm25_uncorrected": _field(STATION_DIMS, uncorrected, PM25, "PM2.5 of the base forecast"),
        "relative_humidity": _field(STATION_DIMS, humidity, RELATIVE_HUMIDITY),
        "visibility": _field(STATION_DIMS, visibility(predicted.median, humidity, optics), VISIBILITY),
        "visibility_quantile": _field(
            with_quantile, visibility(predicted.pm25, humidity[..., None], optics), VISIBILITY, "Visibility at each quantile of PM2.5"
        ),
        "visibility_log_error": (
            (),
            np.float64(optics.log_error),
            {"long_name": "Standard error of the logarithm of visibility"},
        ),
        "pm25_expected_error": _field(STATION_DIMS, predicted.expected_error, PM25, "Root mean square error measured on the step and lead"),
        "rung": (STATION_DIMS, predicted.rung, {"long_name": "Step of the ladder the value stands on", **rungs}),
    }
    return xr.Dataset(fields, coords={**coords, **times_of(cycle)})


def _field(dims: tuple[str, ...], values: NDArray[np.floating], variable: Variable, long_name: str = "") -> Field:
    attributes: dict[str, object] = {
        "standard_name": variable.standard_name,
        "units": variable.units,
        "long_name": long_name or variable.long_name,
    }
    return dims, values.astype(np.float32, copy=False), attributes


def times_of(cycle: Cycle) -> dict[str, object]:
    """The coordinates of every product: init_time, lead_time and valid_time."""
    init = np.datetime64(cycle.init_time.replace(tzinfo=None), "ns")
    leads = np.array(cycle.lead_hours, dtype=np.int32)
    return {
        "init_time": ((), init, {"standard_name": "forecast_reference_time"}),
        "lead_time": ("lead_time", leads, {"standard_name": "forecast_period", "units": "hours"}),
        "valid_time": (
            "lead_time",
            init + leads * np.timedelta64(1, "h"),
            {"standard_name": "time", "long_name": "End of the hour forecast"},
        ),
    }
