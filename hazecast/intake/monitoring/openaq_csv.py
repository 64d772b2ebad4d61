"""Monitoring data as the OpenAQ archive writes it: long CSV, one file a station or day, mostly gzipped, times with an offset."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from hazecast import vocabulary as v
from hazecast.errors import NoDataInPeriod, UnreadableInput
from hazecast.intake.monitoring.layout import VALUE_COLUMNS, MonitoringFormat, require_columns
from hazecast.intake.text import read_csv
from hazecast.intake.units import conversion_to
from hazecast.vocabulary import Variable

LEXICON: Mapping[str, Variable] = MappingProxyType({"pm25": v.PM25, "pm10": v.PM10, "so2": v.SO2, "no2": v.NO2, "o3": v.O3, "co": v.CO})
COLUMNS = ("location_id", "location", "datetime", "lat", "lon", "parameter", "units", "value")
NEVER_EMPTY = ("location_id", "datetime", "parameter", "units")
WITH_OFFSET = r"(?:Z|[+-]\d\d:?\d\d)$"
TEXT = {"location_id": str, "location": str, "datetime": str, "parameter": str, "units": str}


def recognises(file: Path) -> bool:
    """Every CSV that no other format knows: reading it says what is wrong."""
    return file.name.endswith((".csv", ".csv.gz"))


def read(file: Path) -> pd.DataFrame:
    """The values of one file, as VALUE_COLUMNS."""
    table = read_csv(file, TEXT, ("-;", "_"))
    require_columns(table, COLUMNS, file, "the OpenAQ archive")
    _require_filled(table, file)
    try:
        table["time"] = _utc(table["datetime"])
        numbers = table[["lat", "lon", "value"]].astype(np.float64)
    except (ValueError, TypeError, OverflowError) as wrong:
        sentence = str(wrong).partition(". ")[0]
        raise UnreadableInput(f"{file}: {sentence}.", "Times must be ISO 8601 with an offset; lat, lon and value numbers.") from wrong
    rows = _in_known_units(table[["location_id", "location", "time", "parameter", "units"]].join(numbers), file)
    named = rows.rename(columns={"location_id": "station_id", "location": "name", "lat": "latitude", "lon": "longitude"})
    return named[list(VALUE_COLUMNS)]


FORMAT = MonitoringFormat("OpenAQ archive CSV", ("*.csv.gz", "*.csv"), recognises, read)


def _require_filled(table: pd.DataFrame, file: Path) -> None:
    """A row that ends early is what a file that was cut off ends with."""
    empty = table[list(NEVER_EMPTY)].isna()
    if empty.any(axis=None):
        row = int(np.argmax(empty.any(axis=1).to_numpy()))
        columns = ", ".join(empty.columns[empty.iloc[row]])
        raise UnreadableInput(f"{file}: row {row + 1} of {len(table)} has no {columns}; the file may be cut off.", "Deliver it again.")


def _utc(written: pd.Series) -> pd.Series:
    """Times as naive UTC; raises ValueError for what is not ISO 8601 with an offset: local time is never taken for UTC."""
    codes, moments = pd.factorize(pd.Index(written))
    local = moments[~moments.str.contains(WITH_OFFSET, regex=True)]
    if not local.empty:
        raise ValueError(f"the time {local[0]!r} has no offset from UTC, such as +00:00 or +08:00 at its end")
    parsed = pd.DatetimeIndex(pd.to_datetime(pd.Series(moments), utc=True, format="ISO8601")).tz_localize(None).as_unit("ns")
    return pd.Series(parsed.take(codes), index=written.index)


def _in_known_units(table: pd.DataFrame, file: Path) -> pd.DataFrame:
    known = table[table["parameter"].isin(LEXICON)].reset_index(drop=True)
    parts = []
    for (parameter, units), rows in known.groupby(["parameter", "units"], sort=False):
        variable = LEXICON[str(parameter)]
        convert = conversion_to(variable, str(units), f"{file}: {parameter}")
        parts.append(rows.assign(key=variable.key, value=convert(rows["value"].to_numpy())))
    if parts:
        return pd.concat(parts).sort_index()
    if table.empty:
        return known.assign(key=pd.Series(dtype=str))
    raise NoDataInPeriod(
        f"{file} holds none of {', '.join(LEXICON)}; it has {', '.join(sorted(table['parameter'].unique())[:12])}.",
        "Check the column 'parameter'.",
    )
