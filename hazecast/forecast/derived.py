"""Hourly series made of other series at stations: of weather hour by hour, of observations looking back only."""

from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.neighbours import mean_around, mean_of_others, mean_on_a_side

Array = NDArray[np.float64]

WEAK_WIND = 2.0  # m s-1
HUMID = 80.0  # %, above which droplets swell and sulphate forms in them
LEAST_WIND, LEAST_DEPTH_M = 0.3, 30.0  # below these, ventilation only grows uncertain
COURSES = {"north": (0.0, 1.0), "east": (1.0, 0.0), "south": (0.0, -1.0), "west": (-1.0, 0.0)}  # (east, north) of a quadrant's middle
_AROUND = ("eastward_wind", "northward_wind", "wind_speed", "relative_humidity")


def with_derived(stations: xr.Dataset) -> xr.Dataset:
    """The dataset (time, station) with coordinates `latitude` and `longitude`, and whatever its series allow to derive.

    ventilation        logarithm of wind speed times mixing height, in m2 s-1
    weak_wind, humid   1 where it is so, else 0
    wind_from_{side}   wind speed while the wind comes from that quadrant, else 0
    {weather}_around   mean over the stations near by and the station itself
    neighbours, region mean of the others' PM2.5, near by and farther round; pm25_in_{side} of those on one side
    apart              how far the square root of PM2.5 is above that of the neighbours
    fine_share         of PM2.5 in PM10
    """
    series = {
        str(key): np.asarray(field.transpose("time", "station").values, dtype=np.float64) for key, field in stations.data_vars.items()
    }
    places = stations["latitude"].values, stations["longitude"].values
    derived = {**dict(_of_weather(series, places)), **dict(_of_observations(series, places))}
    return stations.assign({key: (("time", "station"), values) for key, values in derived.items()})


def _of_weather(series: Mapping[str, Array], places: tuple[Array, Array]) -> Iterator[tuple[str, Array]]:
    if "eastward_wind" not in series:
        return
    east, north = series["eastward_wind"], series["northward_wind"]
    speed = np.hypot(east, north)
    yield "wind_speed", speed
    yield "weak_wind", flag(speed, speed < WEAK_WIND)
    for side, (x, y) in COURSES.items():
        yield f"wind_from_{side}", flag(speed, -(east * x + north * y) > np.abs(east * y - north * x)) * speed
    if "mixing_height" in series:
        yield "ventilation", np.log(np.maximum(speed, LEAST_WIND) * np.maximum(series["mixing_height"], LEAST_DEPTH_M))
    if "relative_humidity" in series:
        yield "humid", flag(series["relative_humidity"], series["relative_humidity"] > HUMID)
    for key in _AROUND:
        values = speed if key == "wind_speed" else series.get(key)
        if values is not None:
            yield f"{key}_around", mean_around(values, *places)


def _of_observations(series: Mapping[str, Array], places: tuple[Array, Array]) -> Iterator[tuple[str, Array]]:
    if "pm25" not in series:
        return
    pm25 = series["pm25"]
    neighbours = mean_of_others(pm25, *places)
    yield "neighbours", neighbours
    yield "apart", np.sqrt(np.maximum(pm25, 0.0)) - np.sqrt(np.maximum(neighbours, 0.0))
    for side, course in COURSES.items():
        yield f"pm25_in_{side}", mean_on_a_side(pm25, *places, course)
    if "pm10" in series:
        yield "fine_share", np.minimum(pm25 / np.maximum(series["pm10"], 1.0), 1.5)


def flag(values: Array, holds: NDArray[np.bool_]) -> Array:
    """1 where it holds and 0 elsewhere, NaN where `values` are."""
    return np.where(np.isnan(values), np.nan, holds.astype(np.float64))
