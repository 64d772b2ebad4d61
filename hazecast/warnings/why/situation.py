"""What an area's situation is, in the few quantities by which it is likened to others, and what came of earlier ones."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.records import Area, Came, Cycle, Level, Situation, WindowAssessment

Array = NDArray[np.float64]

LEAST_HOURS = 18  # of a window or of the last day that must have been measured, or lie beside an hour that was
OUTCOME_TOLD = timedelta(days=3)  # so long after its end, a window's outcome is told again by each cycle, for values come late
DAY = timedelta(hours=24)


def situation_of(
    window: WindowAssessment, warned: Level, area: Area, cycle: Cycle, drivers: xr.Dataset | None, observed: xr.Dataset
) -> Situation:
    """Of an area's first window; `drivers` is that of the `Forecast`, `observed` has pm25 (time, station) of the hours so far."""
    weather = dict[str, float | None]()
    mean_pm25 = None
    if drivers is not None:
        inside = _within(drivers["valid_time"].values, window.valid_from, window.valid_until)
        own = drivers.isel(lead_time=inside).reindex(station=_ids(area))
        mean_pm25 = _mean(_hourly(own, "pm25_median"))
        weather = {key: _mean(_hourly(own, key)) for key in ("relative_humidity", "mixing_height")}
        if {"eastward_wind", "northward_wind"} <= set(own.data_vars):
            speed = own.assign(wind_speed=np.hypot(own["eastward_wind"], own["northward_wind"]))
            weather["wind_speed"] = _mean(_hourly(speed, "wind_speed"))
    lately = _observed(area, observed, cycle.init_time - DAY, cycle.init_time)
    recent = float(np.nanmean(lately)) if _measured_enough(lately) else None
    return Situation(
        cycle_key=cycle.key,
        area_id=area.id,
        valid_from=window.valid_from,
        valid_until=window.valid_until,
        expected_level=window.level,
        warned_level=warned,
        peak_pm25=window.peak_pm25,
        trend=float(np.log(mean_pm25 / recent)) if mean_pm25 and recent else None,
        wind_speed=weather.get("wind_speed"),
        humidity=weather.get("relative_humidity"),
        mixing_height=weather.get("mixing_height"),
    )


def what_came(past: Sequence[Situation], areas: Sequence[Area], observed: xr.Dataset, by: datetime) -> tuple[Came, ...]:
    """Of windows that ended lately `by` a time; those of which too little was measured are left out."""
    by_id = {area.id: area for area in areas}
    found = []
    for one in past:
        if one.area_id in by_id and by - OUTCOME_TOLD <= one.valid_until <= by:
            hourly = _observed(by_id[one.area_id], observed, one.valid_from, one.valid_until)
            if _measured_enough(hourly):
                found.append(Came(one.cycle_key, one.area_id, float(np.nanmax(hourly)), int(np.isfinite(hourly).sum())))
    return tuple(found)


def _measured_enough(hourly: Array) -> bool:
    """Networks that tell every third hour count like those that tell each."""
    known = np.pad(np.isfinite(hourly), 1)
    return int((known[:-2] | known[1:-1] | known[2:]).sum()) >= LEAST_HOURS


def _observed(area: Area, observed: xr.Dataset, start: datetime, end: datetime) -> Array:
    """PM2.5 of the area's median station in each hour that was observed."""
    inside = _within(observed["time"].values, start, end)
    own = observed[["pm25"]].isel(time=inside).reindex(station=_ids(area)).rename(time="lead_time")
    return _hourly(own, "pm25")


def _within(times: NDArray[np.datetime64], start: datetime, end: datetime) -> NDArray[np.bool_]:
    """Which hours, called by their ends, lie within."""
    first, last = (np.datetime64(moment.replace(tzinfo=None), "ns") for moment in (start, end))
    return np.asarray((times > first) & (times <= last))


def _ids(area: Area) -> list[str]:
    return list(dict.fromkeys(area.station_ids))


def _hourly(data: xr.Dataset, key: str) -> Array:
    """The median over the stations of each hour, NaN where fewer than half of them have a value."""
    if key not in data:
        return np.full(data.sizes["lead_time"], np.nan)
    values = np.asarray(data[key].transpose("station", "lead_time").values, dtype=np.float64)
    enough = 2 * np.sum(~np.isnan(values), axis=0) >= max(values.shape[0], 1)
    median = np.full(values.shape[1], np.nan)
    median[enough] = np.nanmedian(values[:, enough], axis=0)
    return median


def _mean(hourly: Array) -> float | None:
    known = hourly[np.isfinite(hourly)]
    return float(known.mean()) if known.size and 2 * known.size >= hourly.size else None
