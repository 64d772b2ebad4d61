"""Errors put into series of weather.

A variable departs from what is usual at its time of day. Its departures are brought too early or too late, damped, and noise is added, so
that in the mean the error is that of `ErrorGrowth`, the forecast varies as much as the weather does, and timing makes up no more than half
of the error. With r the correlation that is left, an unbiased forecast that varies as the truth errs by sqrt(2 (1 - r)) times its spread
(Murphy and Epstein 1989, Mon. Wea. Rev. 117, 572).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.weather_errors.course import Course, course_of
from hazecast.forecast.weather_errors.growth import ErrorGrowth
from hazecast.vocabulary import VARIABLES

Array = NDArray[np.float64]
Fields = Mapping[str, Array]

SHARE_OF_TIMING = 0.5
_GROWTH_OF = {
    "eastward_wind": "wind",
    "northward_wind": "wind",
    "air_temperature": "air_temperature",
    "dew_point": "dew_point",
    "surface_pressure": "surface_pressure",
    "cloud_cover": "cloud_cover",
    "mixing_height": "mixing_height",
    "base": "transported",
}
_LOGARITHMIC = {"mixing_height": VARIABLES["mixing_height"], "base": VARIABLES["pm25"]}
_FACTORS = ("precipitation", "solar_radiation")


@dataclass(frozen=True, slots=True, eq=False)
class Forecasting:
    """At which `hours` (time,), counted from a midnight UTC, weather is forecast, with what `lead_hours` (time,), and what goes wrong.

    `shift` (time,) and `noise` (time, place) by key are standard normal; times that are not `forecast` keep what came.
    """

    hours: Array
    lead_hours: Array
    forecast: NDArray[np.bool_]
    shift: Array
    noise: Fields
    growth: ErrorGrowth


def courses_of(weather: Fields, hours: Array) -> dict[str, Course]:
    """Of every key whose departures err, of some those of the logarithm."""
    return {key: course_of(_as_departing(key, values), hours) for key, values in weather.items() if key in _GROWTH_OF}


def with_errors(weather: Fields, courses: Mapping[str, Course], how: Forecasting, larger: float = 1.0) -> dict[str, Array]:
    """Fields (time, place) by key with errors put in, those of winds `larger` by a factor; keys of no known errors stay as they are."""
    out = {key: _erring(key, values, courses, how, larger) for key, values in weather.items()}
    if {"air_temperature", "dew_point"} <= set(out):
        out["dew_point"] = np.where(how.forecast[:, None], np.minimum(out["dew_point"], out["air_temperature"]), out["dew_point"])
    return {key: np.where(np.isnan(weather[key]), np.nan, np.where(how.forecast[:, None], out[key], weather[key])) for key in weather}


def _as_departing(key: str, values: Array) -> Array:
    return np.log(np.maximum(values, _LOGARITHMIC[key].lowest)) if key in _LOGARITHMIC else values


def _erring(key: str, values: Array, courses: Mapping[str, Course], how: Forecasting, larger: float) -> Array:
    if key in _FACTORS:
        return _with_factor(key, values, how)
    if key not in _GROWTH_OF:
        return values
    error = how.growth.at(_GROWTH_OF[key], how.lead_hours) * (larger / np.sqrt(2.0) if _GROWTH_OF[key] == "wind" else 1.0)
    erring = _departing(courses[key], error, how.noise[key], how)
    if key in _LOGARITHMIC:
        return np.clip(np.exp(erring), _LOGARITHMIC[key].lowest, _LOGARITHMIC[key].highest)
    return np.clip(erring, 0.0, 1.0) if key == "cloud_cover" else erring


def _departing(course: Course, error: Array, noise: Array, how: Forecasting) -> Array:
    correlation = _correlation(course, error, how)
    shift = np.minimum(how.growth.at("shift_hours", how.lead_hours), course.shift_leaving(1.0 - SHARE_OF_TIMING * (1.0 - correlation)))
    damping = np.minimum(correlation / np.maximum(course.left_after(shift), 1e-9), 1.0)
    moved = moved_in_time(course.departures, how.hours, shift * how.shift)
    fresh = course.spread * np.sqrt(np.maximum(1.0 - damping**2 * course.variance_after(shift), 0.0))
    return course.usual + damping[:, None] * moved + fresh[:, None] * noise


def _correlation(course: Course, error: Array, how: Forecasting) -> Array:
    """That which leaves the error, but never less than `growth` has for the lead."""
    variance = np.maximum(course.spread, 1e-12) ** 2
    return np.maximum(1.0 - error**2 / (2.0 * variance), how.growth.at("correlation", how.lead_hours))


def _with_factor(key: str, values: Array, how: Forecasting) -> Array:
    """Too early or too late as a whole, and too much or too little; the sun keeps its hours, and never shines more than at its best."""
    size = how.growth.at(key, how.lead_hours)[:, None]
    factor = np.exp(size * how.noise[key] - 0.5 * size**2)
    if key == "precipitation":
        return moved_in_time(values, how.hours, how.growth.at("shift_hours", how.lead_hours) * how.shift) * factor
    return np.asarray(np.minimum(np.maximum(values, 0.0) * factor, _brightest(values, how.hours)))


def _brightest(values: Array, hours: Array) -> Array:
    """The most of the same hour of the day, (time, place)."""
    out = np.full(values.shape, np.nan)
    of_day = np.round(hours % 24.0, 3)
    for hour in np.unique(of_day):
        at = of_day == hour
        out[at] = np.fmax.reduce(values[at], axis=0)
    return out


def moved_in_time(values: Array, hours: Array, by_hours: Array) -> Array:
    """What stands `by_hours` (time,) later, linear between hours; the own value where nothing is known there; mirrored at both ends."""
    first, last = hours[0], hours[-1]
    wanted = first + np.abs(hours + by_hours - first)
    wanted = np.clip(last - np.abs(last - wanted), first, last)
    place = np.interp(wanted, hours, np.arange(hours.size, dtype=np.float64))
    below = np.minimum(place.astype(np.int64), max(hours.size - 2, 0))
    share = (place - below)[:, None]
    above = np.minimum(below + 1, hours.size - 1)
    moved = (1.0 - share) * values[below] + share * values[above]
    return np.where(np.isnan(moved), values, moved)
