"""What drives a forecast, kept so that the next cycle can exchange it for its own, one kind of input at a time: what changed the forecast?

Exchanging one kind alone tells its effect with all else as it is now; effects of several together need not add up to the whole change.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.derived import with_derived
from hazecast.forecast.products import STATION_DIMS, times_of
from hazecast.forecast.series import Series, with_values
from hazecast.forecast.stations import StationForecast, predict_stations
from hazecast.forecast.trained import Trained
from hazecast.records import Cycle, Driver, EarlierCycle

Array = NDArray[np.float64]

HOURS_COMPARED = 36  # a first window begins within 12 hours at the usual hours of the day, and ends 24 after that
BASE = ("base", "model")
MEDIAN = "pm25_median"
LAG = "observations_lag_hours"


class Setting(NamedTuple):
    """Where a cycle's forecast stands in its series: the index of `init_time`, and the hours from the last observations to it."""

    cycle: Cycle
    station_ids: tuple[str, ...]
    origin: int
    lag: int


def drivers_of(at: Setting, series: Series, weather: tuple[str, ...], predicted: StationForecast) -> xr.Dataset:
    """(station, lead_time): the variables of the weather, the base forecasts, and `pm25_median` in µg m-3; NaN where one lacks."""
    hours = slice(at.origin + 1, at.origin + 1 + len(at.cycle.lead_hours))
    fields = {key: series.values[key][hours].T for key in (*weather, *BASE) if key in series.values}
    data = {key: (STATION_DIMS, values.astype(np.float32)) for key, values in {**fields, MEDIAN: predicted.median}.items()}
    return xr.Dataset(data, {"station": list(at.station_ids), **times_of(at.cycle)}, {LAG: at.lag})


def exchanged(
    at: Setting, series: Series, learnt: Trained, predicted: StationForecast, earlier: EarlierCycle, seed: int
) -> xr.Dataset | None:
    """The medians (station, lead_time) in µg m-3 with one kind of input as in the `earlier` cycle, and `then`, that cycle's own.

    Observations are exchanged with how far off the forecast is and what the correction took up of its errors; weather and base hour by
    hour, as far as that cycle had them. NaN where it had none. None where no hour is forecast by both.
    """
    step = int((at.cycle.init_time - earlier.cycle.init_time) / timedelta(hours=1))
    hours = min(HOURS_COMPARED, len(at.cycle.lead_hours), len(earlier.cycle.lead_hours) - step)
    then = earlier.drivers.reindex(station=list(at.station_ids))
    first = at.origin - step
    if step <= 0 or hours <= 0 or first - int(then.attrs[LAG]) < 0:
        return None

    def median(of: Series, origin: int, lag: int, leads: range) -> Array:
        return predict_stations(of, learnt.correction, learnt.climatology, origin, lag, leads, seed, predicted.lived).median

    def with_then(replaced: Mapping[str, Array]) -> Array:
        other = _spliced(series, replaced, first)
        return predicted.median[:, :hours] if other is None else median(other, at.origin, at.lag, range(1, hours + 1))

    known = {str(key): np.asarray(then[key].transpose("lead_time", "station").values, dtype=np.float64) for key in then.data_vars}
    of_then = known.pop(MEDIAN)[step : step + hours].T
    nothing = np.full((len(earlier.cycle.lead_hours), len(at.station_ids)), np.nan)
    base = {key: known.pop(key, nothing) for key in BASE if key in series.values or key in known}
    medians = {
        Driver.OBSERVATIONS: median(series, first, int(then.attrs[LAG]), range(step + 1, step + hours + 1)),
        Driver.WEATHER: with_then(_with_derived(known, series)),
        Driver.BASE: with_then(base),
        "then": of_then,
    }
    coords = {"station": list(at.station_ids), **times_of(at.cycle)}
    data = {str(name): (STATION_DIMS, np.where(np.isnan(of_then), np.nan, values).astype(np.float32)) for name, values in medians.items()}
    leads = {name: c for name, c in coords.items() if name not in ("lead_time", "valid_time")}
    ahead = {name: ("lead_time", c[1][:hours], c[2]) for name, c in times_of(at.cycle).items() if name != "init_time"}  # type: ignore[index]
    return xr.Dataset(data, {**leads, **ahead}, {"exchanged_with": earlier.cycle.key})


def _with_derived(weather: Mapping[str, Array], series: Series) -> Mapping[str, Array]:
    places = {"latitude": ("station", series.latitude), "longitude": ("station", series.longitude)}
    derived = with_derived(xr.Dataset({key: (("time", "station"), values) for key, values in weather.items()}, places))
    return {str(key): values.values for key, values in derived.data_vars.items()}


def _spliced(series: Series, then: Mapping[str, Array], first: int) -> Series | None:
    """The series with the values of `then` (lead, station) in the hours after index `first`; None where they are the same."""
    changed = {}
    for key, values in then.items():
        own = series.values.get(key)
        own = np.full((series.times.size, series.latitude.size), np.nan) if own is None else own
        hours = slice(first + 1, min(first + 1 + values.shape[0], own.shape[0]))
        given = values[: hours.stop - hours.start]
        if not np.array_equal(own[hours].astype(np.float32), given.astype(np.float32), equal_nan=True):
            changed[key] = own.copy()
            changed[key][hours] = given
    return with_values(series, changed) if changed else None
