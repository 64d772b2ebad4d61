"""China's national network, all sites of an hour, in JSON: as features of GeoJSON, or as a plain list of sites.

Times are Beijing time and label the end of the hour. CO is in mg m-3, all else in µg m-3.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import pandas as pd
from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, model_validator

from hazecast import vocabulary as v
from hazecast.errors import NoDataInPeriod
from hazecast.intake.json_documents import read_documents
from hazecast.intake.monitoring.columns import numbers, understood, values_of
from hazecast.intake.monitoring.layout import VALUE_COLUMNS, MonitoringFormat
from hazecast.intake.monitoring.times import beijing_to_utc, local_times
from hazecast.intake.recognition import beginning
from hazecast.vocabulary import Variable

LEXICON: Mapping[str, Variable] = MappingProxyType({"pm2_5": v.PM25, "pm10": v.PM10, "so2": v.SO2, "no2": v.NO2, "o3": v.O3, "co": v.CO})
UNITS: Mapping[str, str] = MappingProxyType({name: "mg/m3" if name == "co" else "µg/m3" for name in LEXICON})
MISSING = ("-;", "_", "-", "—", "——")
SOURCE = "China's national network"

Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Written = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]


class _Site(BaseModel):
    stationcode: Filled
    timepoint: Filled
    area: Written = ""
    positionname: Written = ""
    latitude: Written = ""
    longitude: Written = ""
    pm2_5: Written = ""
    pm10: Written = ""
    so2: Written = ""
    no2: Written = ""
    o3: Written = ""
    co: Written = ""

    @model_validator(mode="before")
    @classmethod
    def _in_small_letters(cls, site: Any) -> Any:
        return {str(key).lower(): value for key, value in site.items()} if isinstance(site, dict) else site


class _Point(BaseModel):
    coordinates: Annotated[list[float], Field(min_length=2)]


class _Feature(BaseModel):
    geometry: _Point | None
    properties: _Site


class _Hour(BaseModel):
    features: list[_Feature]

    @model_validator(mode="before")
    @classmethod
    def _of_a_plain_list(cls, hour: Any) -> Any:
        return {"features": [{"geometry": None, "properties": site} for site in hour]} if isinstance(hour, list) else hour


def recognises(file: Path) -> bool:
    """Whether it is JSON with the code of a site and the time in its beginning."""
    head = beginning(file).lower()
    return head.lstrip().startswith(("{", "[")) and '"stationcode"' in head and '"timepoint"' in head


def read(file: Path) -> pd.DataFrame:
    """The values of one file, as VALUE_COLUMNS."""
    features = [feature for hour in read_documents(file, _Hour, SOURCE) for feature in hour.features]
    told = set().union(*(feature.properties.model_fields_set for feature in features))
    if features and not told & set(LEXICON):
        raise NoDataInPeriod(f"{file} holds none of {', '.join(LEXICON)}.", f"Deliver it as {SOURCE} writes it.")
    sites = pd.DataFrame([_site(feature) for feature in features], columns=list(_Site.model_fields), dtype=str)
    with understood(file, "Times must be written as 2018-02-20T07:00:00, and values as numbers."):
        rows = _rows(sites)
        parts = [values_of(LEXICON[n], rows, numbers(sites[n], MISSING), UNITS[n], f"{file}: {n}") for n in LEXICON]
    return pd.concat(parts, ignore_index=True)[list(VALUE_COLUMNS)]


FORMAT = MonitoringFormat("hourly JSON of China's national network", ("*.json", "*.json.gz", "*.geojson"), recognises, read)


def _site(feature: _Feature) -> dict[str, str]:
    """A site with the place of its feature, if it has one: longitude first."""
    site = feature.properties.model_dump()
    if feature.geometry is None:
        return site
    longitude, latitude = feature.geometry.coordinates[:2]
    return {**site, "longitude": str(longitude), "latitude": str(latitude)}


def _rows(sites: pd.DataFrame) -> pd.DataFrame:
    names = [
        position if position.startswith(area) else area + position
        for area, position in zip(sites["area"], sites["positionname"], strict=True)
    ]
    return pd.DataFrame(
        {
            "station_id": sites["stationcode"],
            "name": names,
            "latitude": numbers(sites["latitude"], MISSING),
            "longitude": numbers(sites["longitude"], MISSING),
            "time": beijing_to_utc(local_times(sites["timepoint"])),
        }
    )
