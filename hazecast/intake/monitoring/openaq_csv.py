"""Monitoring data as the OpenAQ archive writes it: long CSV, one file a station or day, mostly gzipped, times with an offset."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from hazecast import vocabulary as v
from hazecast.intake.monitoring.columns import known_values, require_filled, understood
from hazecast.intake.monitoring.layout import VALUE_COLUMNS, MonitoringFormat, require_columns
from hazecast.intake.recognition import first_line
from hazecast.intake.text import read_csv
from hazecast.vocabulary import Variable

LEXICON: Mapping[str, Variable] = MappingProxyType(
    {
        "pm25": v.PM25,
        "pm10": v.PM10,
        "so2": v.SO2,
        "no2": v.NO2,
        "o3": v.O3,
        "co": v.CO,
        "temperature": v.AIR_TEMPERATURE,
        "dewpoint": v.DEW_POINT,
        "relativehumidity": v.RELATIVE_HUMIDITY,
        "pressure": v.SURFACE_PRESSURE,
        "wind_speed": v.WIND_SPEED,
        "wind_direction": v.WIND_DIRECTION,
    }
)
COLUMNS = ("location_id", "location", "datetime", "lat", "lon", "parameter", "units", "value")
NEVER_EMPTY = ("location_id", "datetime", "parameter", "units")
WITH_OFFSET = r"(?:Z|[+-]\d\d:?\d\d)$"
TEXT = {"location_id": str, "location": str, "datetime": str, "parameter": str, "units": str}


def recognises(file: Path) -> bool:
    """Every CSV that no other format knows: reading it says what is wrong."""
    return file.name.endswith((".csv", ".csv.gz"))


def has_its_columns(file: Path) -> bool:
    """Whether its first line names the columns of the archive."""
    return set(COLUMNS) <= set(first_line(file).split(","))


def read(file: Path) -> pd.DataFrame:
    """The values of one file, as VALUE_COLUMNS."""
    table = read_csv(file, TEXT, ("-;", "_"))
    require_columns(table, COLUMNS, file, "the OpenAQ archive")
    require_filled(table, NEVER_EMPTY, file)
    with understood(file, "Times must be ISO 8601 with an offset; lat, lon and value numbers."):
        table["time"] = _utc(table["datetime"])
        numbers = table[["lat", "lon", "value"]].astype(np.float64)
    rows = known_values(table[["location_id", "location", "time", "parameter", "units"]].join(numbers), LEXICON, file)
    named = rows.rename(columns={"location_id": "station_id", "location": "name", "lat": "latitude", "lon": "longitude"})
    return named[list(VALUE_COLUMNS)]


FORMAT = MonitoringFormat("OpenAQ archive CSV", ("*.csv.gz", "*.csv"), recognises, read)


def _utc(written: pd.Series) -> pd.Series:
    """Times as naive UTC; raises ValueError for what is not ISO 8601 with an offset: local time is never taken for UTC."""
    codes, moments = pd.factorize(pd.Index(written))
    local = moments[~moments.str.contains(WITH_OFFSET, regex=True)]
    if not local.empty:
        raise ValueError(f"the time {local[0]!r} has no offset from UTC, such as +00:00 or +08:00 at its end")
    parsed = pd.DatetimeIndex(pd.to_datetime(pd.Series(moments), utc=True, format="ISO8601")).tz_localize(None).as_unit("ns")
    return pd.Series(parsed.take(codes), index=written.index)
