"""CSV tables of a user's own, wide or long, whose columns the settings name."""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from hazecast.config import ColumnSettings
from hazecast.intake.monitoring.columns import known_values, numbers, require_filled, understood, values_of
from hazecast.intake.monitoring.layout import AMBIGUOUS, VALUE_COLUMNS, MonitoringFormat, require_columns
from hazecast.intake.monitoring.times import HOUR, Moments, moments_of
from hazecast.intake.recognition import beginning
from hazecast.intake.text import read_csv
from hazecast.intake.units import UNITED_STATES, ReferenceState
from hazecast.vocabulary import POLAR_WIND, VARIABLES, Variable

PATTERNS = ("*.csv", "*.csv.gz", "*.tsv", "*.tsv.gz")


def format_of_columns(columns: ColumnSettings) -> MonitoringFormat:
    """The format that the settings describe; it recognises a table whose first line names all the columns."""
    return MonitoringFormat("table of the settings", PATTERNS, partial(_recognises, columns), partial(_read, columns))


def is_table(file: Path) -> bool:
    """Whether it is a table by its name."""
    return any(file.match(pattern) for pattern in PATTERNS)


def _recognises(columns: ColumnSettings, file: Path) -> bool:
    header = beginning(file, encoding=columns.encoding).partition("\n")[0].rstrip("\r")
    return is_table(file) and set(_needed(columns)) <= {name.strip('"') for name in header.split(columns.delimiter)}


def _needed(columns: ColumnSettings) -> tuple[str, ...]:
    """The names of all columns that are read."""
    c = columns
    values = (c.parameter, c.value, c.units) if c.value else tuple(told.name for told in c.values.values())
    return tuple(dict.fromkeys(name for name in (*c.time, c.station, c.station_name, c.latitude, c.longitude, *values) if name))


def _read(columns: ColumnSettings, file: Path) -> pd.DataFrame:
    """The values of one file, as VALUE_COLUMNS and AMBIGUOUS."""
    needed = _needed(columns)
    encoding = "utf-8-sig" if columns.encoding.lower().replace("_", "-") in ("utf-8", "utf8") else columns.encoding
    table = read_csv(file, dict.fromkeys(needed, str), columns.missing, (encoding,), columns.delimiter)
    require_columns(table, needed, file, "the section observations.columns of the settings says")
    require_filled(table, [name for name in (*columns.time, columns.station, columns.parameter) if name], file)
    with understood(file, "Times must be as the settings say, and values numbers."):
        rows = _rows(columns, table, file)
        long = _of_long(columns, table, rows, file) if columns.value else _of_wide(columns, table, rows, file)
    return long[[*VALUE_COLUMNS, AMBIGUOUS]]


def _rows(columns: ColumnSettings, table: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Station, place and time of every row."""
    station = table[columns.station].str.strip() if columns.station else pd.Series(file.name.partition(".")[0], index=table.index)
    moments = _moments(columns, table, station)
    return pd.DataFrame(
        {
            "station_id": station,
            "name": table[columns.station_name] if columns.station_name else station,
            "latitude": _numbers(columns, table, columns.latitude),
            "longitude": _numbers(columns, table, columns.longitude),
            "time": moments.utc + (HOUR if columns.hour_label == "start" else pd.Timedelta(0)),
            AMBIGUOUS: moments.ambiguous,
        }
    )


def _moments(columns: ColumnSettings, table: pd.DataFrame, station: pd.Series) -> Moments:
    written = table[columns.time[0]].str.strip()
    for name in columns.time[1:]:
        written = written + " " + table[name].str.strip()
    series = station + "\n" + table[columns.parameter] if columns.parameter else station
    return moments_of(written, columns.time_zone, series, columns.time_format)


def _numbers(columns: ColumnSettings, table: pd.DataFrame, name: str) -> pd.Series:
    if not name:
        return pd.Series(np.nan, index=table.index)
    written = table[name].str.replace(",", ".") if columns.decimal == "," else table[name]
    return numbers(written.rename(name), columns.missing)


def _of_wide(columns: ColumnSettings, table: pd.DataFrame, rows: pd.DataFrame, file: Path) -> pd.DataFrame:
    parts = [
        values_of(_variable(key), rows, _numbers(columns, table, told.name), told.units, f"{file}: {told.name}", _state(columns))
        for key, told in columns.values.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _of_long(columns: ColumnSettings, table: pd.DataFrame, rows: pd.DataFrame, file: Path) -> pd.DataFrame:
    parameter = table[columns.parameter].str.strip()
    units = {told.name: told.units for told in columns.values.values()}
    told = table[columns.units].fillna("") if columns.units else parameter.map(units).fillna("")
    long = rows.assign(parameter=parameter, units=told, value=_numbers(columns, table, columns.value))
    return known_values(long, {told.name: _variable(key) for key, told in columns.values.items()}, file, _state(columns))


def _variable(key: str) -> Variable:
    return {**VARIABLES, **{polar.key: polar for polar in POLAR_WIND}}[key]


def _state(columns: ColumnSettings) -> ReferenceState:
    return ReferenceState(columns.reference_temperature, UNITED_STATES.pressure, "the settings")
