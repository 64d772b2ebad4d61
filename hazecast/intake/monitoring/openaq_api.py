"""Monitoring data as OpenAQ's API v3 gives it: JSON of a sensor's hours or measurements, and of locations with their sensors.

The hours of a sensor do not say whose they are: the name of the file or its folder does (sensor-12345.json, sensors/12345/hours.json,
location-678-pm25.json). A document of /v3/locations in the same file, or beside it under a name with `locations`, says where a sensor
stands; a sensor that none lists is a station of its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel

from hazecast.errors import UnreadableInput
from hazecast.intake.json_documents import read_documents
from hazecast.intake.monitoring.columns import known_values, understood
from hazecast.intake.monitoring.layout import VALUE_COLUMNS, MonitoringFormat, no_values
from hazecast.intake.monitoring.openaq_csv import LEXICON
from hazecast.intake.monitoring.times import HOUR, utc_with_offset
from hazecast.intake.recognition import beginning

SOURCE = "OpenAQ's API v3"
_SENSOR = re.compile(r"sensors?[-_=/]?(\d+)", re.IGNORECASE)
_LOCATION = re.compile(r"locations?(?:id)?[-_=/]?(\d+)", re.IGNORECASE)
NAMED_BY = 3  # so many parts at the end of a path may name the sensor


class _Moment(BaseModel):
    utc: str


class _Period(BaseModel):
    datetimeFrom: _Moment | None = None  # noqa: N815  as the source calls it
    datetimeTo: _Moment  # noqa: N815


class _Parameter(BaseModel):
    name: str
    units: str


class _Place(BaseModel):
    latitude: float | None
    longitude: float | None


class _Measurement(BaseModel):
    value: float | None
    parameter: _Parameter
    period: _Period
    coordinates: _Place | None = None


class _Sensor(BaseModel):
    id: int


class _Location(BaseModel):
    id: int
    name: str | None = None
    coordinates: _Place | None = None
    sensors: list[_Sensor]


class _Answer(BaseModel):
    results: list[_Measurement | _Location]


def recognises(file: Path) -> bool:
    """Whether it is JSON that begins as an answer of the API."""
    head = beginning(file)
    return head.lstrip().startswith("{") and '"results"' in head and ('"openaq-api"' in head or '"period"' in head or '"sensors"' in head)


def read(file: Path) -> pd.DataFrame:
    """The values of one file, as VALUE_COLUMNS; a file of locations alone has none."""
    results = [result for answer in read_documents(file, _Answer, SOURCE) for result in answer.results]
    measurements = [result for result in results if isinstance(result, _Measurement)]
    if not measurements:
        return no_values()
    whose = _whose(file, [result for result in results if isinstance(result, _Location)])
    with understood(file, f"Deliver it as {SOURCE} writes it."):
        table = _table(measurements, whose)
    return known_values(table, LEXICON, file)[list(VALUE_COLUMNS)]


FORMAT = MonitoringFormat("JSON of OpenAQ's API", ("*.json", "*.json.gz", "*.jsonl", "*.jsonl.gz"), recognises, read)


@dataclass(frozen=True, slots=True)
class _Whose:
    """The station that the values of a file belong to."""

    station_id: str
    name: str
    latitude: float = np.nan
    longitude: float = np.nan


def _whose(file: Path, told: Sequence[_Location]) -> _Whose:
    named = Path(*file.parts[-NAMED_BY:]).as_posix()
    sensor, location = _SENSOR.search(named), _LOCATION.search(named)
    if sensor:
        holders = [place for place in (*told, *_beside(file)) if int(sensor[1]) in {s.id for s in place.sensors}]
        return _placed(holders[0]) if holders else _Whose(f"sensor-{sensor[1]}", f"Sensor {sensor[1]}")
    if location:
        same = [place for place in (*told, *_beside(file)) if place.id == int(location[1])]
        return _placed(same[0]) if same else _Whose(location[1], "")
    if len(told) == 1:
        return _placed(told[0])
    raise UnreadableInput(
        f"{file} does not say of which sensor it is: {SOURCE} leaves that out.", "Name it after the sensor's id, as sensor-12345.json."
    )


def _placed(location: _Location) -> _Whose:
    at = location.coordinates or _Place(latitude=None, longitude=None)
    return _Whose(str(location.id), location.name or "", _degrees(at.latitude), _degrees(at.longitude))


def _degrees(told: float | None) -> float:
    return np.nan if told is None else told


def _beside(file: Path) -> list[_Location]:
    """The locations of documents in the file's folder and the one above, whose names say that they hold some."""
    files = [f for folder in (file.parent, file.parent.parent) for f in sorted(folder.glob("*locations*.json*"))]
    return [location for f in files if f.is_file() and f != file for location in _locations_of(f, f.stat().st_mtime_ns)]


@lru_cache(maxsize=8)
def _locations_of(file: Path, _changed: int) -> tuple[_Location, ...]:
    if not recognises(file):
        return ()
    return tuple(r for answer in read_documents(file, _Answer, SOURCE) for r in answer.results if isinstance(r, _Location))


def _table(measurements: Sequence[_Measurement], whose: _Whose) -> pd.DataFrame:
    """One row a measurement, its time the end of its period; raises ValueError for periods of more than an hour."""
    ends = utc_with_offset(pd.Series([m.period.datetimeTo.utc for m in measurements]))
    begins = utc_with_offset(pd.Series([(m.period.datetimeFrom or m.period.datetimeTo).utc for m in measurements]))
    if (longer := ends - begins > HOUR).any():
        raise ValueError(f"it holds the mean of {(ends - begins)[longer].iloc[0]}; expected hours, or measurements of an hour or less")
    places = [m.coordinates or _Place(latitude=whose.latitude, longitude=whose.longitude) for m in measurements]
    return pd.DataFrame(
        {
            "station_id": whose.station_id,
            "name": whose.name,
            "latitude": [_degrees(place.latitude) for place in places],
            "longitude": [_degrees(place.longitude) for place in places],
            "time": ends,
            "parameter": [m.parameter.name for m in measurements],
            "units": [m.parameter.units for m in measurements],
            "value": [np.nan if m.value is None else m.value for m in measurements],
        }
    )
