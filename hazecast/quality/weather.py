"""Weather measured at stations: what is out of range, dew points above the temperature, and wind directions that are codes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.quality.marks import Mark, Mask, Verdict, unmarked
from hazecast.quality.thresholds import WeatherThresholds
from hazecast.records import Evidence, Finding, FindingKind, Reason, Trust, utc
from hazecast.vocabulary import METEOROLOGY, RELATIVE_HUMIDITY, VARIABLES, VISIBILITY

Array = NDArray[np.float64]
WEATHER_KEYS = tuple(v.key for v in (*METEOROLOGY, RELATIVE_HUMIDITY, VISIBILITY))
WIND = ("eastward_wind", "northward_wind")
CALM = 0.5  # m s-1, below which a direction means little
ON_A_CODE = 0.05  # degrees


@dataclass(frozen=True, slots=True, eq=False)
class CheckedWeather:
    """The verdict on one variable, (time, station) as in the observations."""

    key: str
    verdict: Verdict


def checked_weather(observations: xr.Dataset, limits: WeatherThresholds) -> tuple[tuple[CheckedWeather, ...], tuple[Finding, ...]]:
    """The verdicts on all measured weather in a dataset (time, station), and stations whose wind directions are codes."""
    keys = [key for key in WEATHER_KEYS if key in observations]
    values = {key: observations[key].transpose("time", "station").values for key in keys}
    marks = {key: _out_of_range(key, values[key]) for key in keys}
    if "relative_humidity" in values:
        marks["relative_humidity"].append(Mark(Reason.RANGE, Trust.DOUBTFUL, values["relative_humidity"] > limits.full_humidity))
    if {"dew_point", "air_temperature"} <= set(values):
        above = values["dew_point"] > values["air_temperature"] + limits.dew_point_excess
        for key in ("dew_point", "air_temperature"):
            marks[key].append(Mark(Reason.DEW_POINT, Trust.DOUBTFUL, above))
    findings: tuple[Finding, ...] = ()
    if set(WIND) <= set(values):
        coded = coded_directions(values[WIND[0]], values[WIND[1]], limits)
        findings = _coded_findings(coded, observations)
        for key in WIND:
            marks[key].append(Mark(Reason.WIND_CODE, Trust.REJECTED, np.broadcast_to(coded, values[key].shape) & ~np.isnan(values[key])))
    return tuple(CheckedWeather(key, unmarked(values[key].shape).marked(marks[key])) for key in keys), findings


def _out_of_range(key: str, values: Array) -> list[Mark]:
    variable = VARIABLES[key]
    return [Mark(Reason.RANGE, Trust.REJECTED, (values < variable.lowest) | (values > variable.highest))]


def coded_directions(eastward: Array, northward: Array, limits: WeatherThresholds) -> Mask:
    """The stations (of time, station) whose wind always comes from a whole degree between 1 and the number of codes."""
    blowing = np.hypot(eastward, northward) >= CALM
    direction = np.rad2deg(np.arctan2(-eastward, -northward)) % 360.0
    nearest = np.rint(direction)
    code = (np.abs(direction - nearest) <= ON_A_CODE) & (nearest >= 1) & (nearest <= limits.wind_codes)
    return np.asarray((blowing.sum(axis=0) >= limits.least_winds) & (code | ~blowing).all(axis=0))


def _coded_findings(coded: Mask, observations: xr.Dataset) -> tuple[Finding, ...]:
    if not coded.any():
        return ()
    first, last = (utc(observations["time"].values[i].astype("datetime64[s]").item()) for i in (0, -1))
    ids: Sequence[object] = observations["station"].values[coded].tolist()
    winds = observations[WIND[0]].notnull().sum("time").values[coded].tolist()
    return tuple(
        Finding(FindingKind.WIND_CODE, (str(id),), "", first, last, (Evidence("values", float(count)),))
        for id, count in zip(ids, winds, strict=True)
    )
