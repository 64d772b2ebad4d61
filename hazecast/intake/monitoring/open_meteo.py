"""Weather and air quality at points as Open-Meteo's APIs give them, in JSON: modelled, never observed.

A label is the moment of a state, and the end of the hour of a sum or a mean. Times are local by a fixed offset that the answer names.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, RootModel, model_validator

from hazecast import vocabulary as v
from hazecast.errors import NoDataInPeriod
from hazecast.intake.json_documents import read_documents
from hazecast.intake.monitoring.columns import understood, values_of
from hazecast.intake.monitoring.layout import ORIGIN, VALUE_COLUMNS, MonitoringFormat
from hazecast.intake.monitoring.times import local_times
from hazecast.intake.recognition import beginning
from hazecast.records import Origin
from hazecast.vocabulary import Variable

LEXICON: Mapping[str, Variable] = MappingProxyType(
    {
        "pm2_5": v.PM25,
        "pm10": v.PM10,
        "sulphur_dioxide": v.SO2,
        "nitrogen_dioxide": v.NO2,
        "ozone": v.O3,
        "carbon_monoxide": v.CO,
        "temperature_2m": v.AIR_TEMPERATURE,
        "dew_point_2m": v.DEW_POINT,
        "dewpoint_2m": v.DEW_POINT,
        "relative_humidity_2m": v.RELATIVE_HUMIDITY,
        "relativehumidity_2m": v.RELATIVE_HUMIDITY,
        "surface_pressure": v.SURFACE_PRESSURE,
        "precipitation": v.PRECIPITATION,
        "cloud_cover": v.CLOUD_COVER,
        "cloudcover": v.CLOUD_COVER,
        "shortwave_radiation": v.SOLAR_RADIATION,
        "boundary_layer_height": v.MIXING_HEIGHT,
        "visibility": v.VISIBILITY,
        "wind_speed_10m": v.WIND_SPEED,
        "windspeed_10m": v.WIND_SPEED,
        "wind_direction_10m": v.WIND_DIRECTION,
        "winddirection_10m": v.WIND_DIRECTION,
    }
)
SOURCE = "Open-Meteo"
UNIX_TIME = "unixtime"


class _Hourly(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, list[float | None]]
    time: list[str] | list[int]

    @model_validator(mode="after")
    def _of_one_length(self) -> "_Hourly":
        for name, values in self.__pydantic_extra__.items():
            if len(values) != len(self.time):
                raise ValueError(f"{name} has {len(values)} values for {len(self.time)} times")
        return self


class _Place(BaseModel):
    latitude: float
    longitude: float
    utc_offset_seconds: int
    hourly_units: dict[str, str]
    hourly: _Hourly


class _Answer(RootModel[_Place | list[_Place]]):
    @property
    def places(self) -> list[_Place]:
        return self.root if isinstance(self.root, list) else [self.root]


def recognises(file: Path) -> bool:
    """Whether it is JSON that begins as an answer for one or several places, with the offset of its times from UTC."""
    head = beginning(file)
    return head.lstrip().startswith(("{", "[")) and '"utc_offset_seconds"' in head and '"hourly' in head


def read(file: Path) -> pd.DataFrame:
    """The values of one file, as VALUE_COLUMNS and ORIGIN; each place is a station, called after its latitude and longitude."""
    places = [place for answer in read_documents(file, _Answer, SOURCE) for place in answer.places]
    with understood(file, f"Deliver it as {SOURCE} writes it."):
        parts = [part for place in places for part in _values(place, file)]
    if not parts:
        names = sorted({name for place in places for name in place.hourly.__pydantic_extra__})
        raise NoDataInPeriod(f"{file} holds none of {', '.join(LEXICON)}; it has {', '.join(names[:12])}.", "Ask for one of them.")
    return pd.concat(parts, ignore_index=True)[list(VALUE_COLUMNS)].assign(**{ORIGIN: np.int8(Origin.MODELLED)})


FORMAT = MonitoringFormat("JSON of Open-Meteo", ("*.json", "*.json.gz", "*.jsonl", "*.jsonl.gz"), recognises, read)


def _values(place: _Place, file: Path) -> list[pd.DataFrame]:
    told = place.hourly.__pydantic_extra__
    rows = pd.DataFrame(
        {
            "station_id": f"open-meteo {place.latitude:g} {place.longitude:g}",
            "name": f"Open-Meteo {place.latitude:g}, {place.longitude:g}",
            "latitude": place.latitude,
            "longitude": place.longitude,
            "time": _utc(place),
        }
    )
    return [
        values_of(LEXICON[name], rows, pd.Series(np.array(values, dtype=np.float64)), place.hourly_units.get(name, ""), f"{file}: {name}")
        for name, values in told.items()
        if name in LEXICON
    ]


def _utc(place: _Place) -> pd.Series:
    """Seconds since 1970 are UTC already."""
    if place.hourly_units.get("time") == UNIX_TIME:
        return pd.Series(pd.DatetimeIndex(pd.to_datetime(np.array(place.hourly.time, dtype=np.int64), unit="s")).as_unit("ns"))
    return local_times(pd.Series(place.hourly.time, dtype=str)) - pd.Timedelta(seconds=place.utc_offset_seconds)
