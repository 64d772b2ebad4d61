"""What every reader of monitoring data gives, whatever its source: a table of values, one a row, in the vocabulary's keys and units."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hazecast.errors import UnreadableInput
from hazecast.intake.monitoring.times import require_digits
from hazecast.intake.text import read_csv

VALUE_COLUMNS = ("station_id", "name", "latitude", "longitude", "time", "key", "value")
"""`time` is UTC without a zone, the end of the hour or shorter period that the value is the mean of; `key` is one of the
vocabulary's and `value` in its units, NaN where the source says that it is missing. Codes for missing values that are numbers, such as
-999, are left as they stand: `hazecast.quality` knows them. Places are in degrees, NaN where the source gives none. Wind may come as
speed and direction (POLAR_WIND): those of one station can stand in two files, and are made components when all are read."""

ORIGIN = "origin"
"""A further column that a table may have: the numbers of `hazecast.records.Origin`; a value without one was observed."""

AMBIGUOUS = "ambiguous"
"""A further column that a table may have: whether a local time came twice and nobody can know which of the two `time` is."""

STATION_COLUMNS = ("location_id", "location", "lat", "lon")
SINCE = "since"  # a further column of a list of stations


@dataclass(frozen=True, slots=True)
class MonitoringFormat:
    """A format of monitoring data.

    `recognises` looks at the beginning of a file and never raises for one of another format; `read` gives the columns
    VALUE_COLUMNS and raises UnreadableInput or UnknownUnits, naming the file.
    """

    name: str
    patterns: tuple[str, ...]
    recognises: Callable[[Path], bool]
    read: Callable[[Path], pd.DataFrame]


def no_values() -> pd.DataFrame:
    """A table of values without any row."""
    kinds = ("str", "str", "float64", "float64", "datetime64[ns]", "str", "float64")
    return pd.DataFrame(columns=list(VALUE_COLUMNS)).astype(dict(zip(VALUE_COLUMNS, kinds, strict=True)))


def require_columns(table: pd.DataFrame, columns: tuple[str, ...], file: Path, source: str) -> None:
    """Raise UnreadableInput unless `table` has all of `columns`."""
    if lacking := [c for c in columns if c not in table]:
        raise UnreadableInput(
            f"{file} lacks the columns {', '.join(lacking)}; it begins {', '.join(map(str, table.columns[:12]))!r}.",
            f"Deliver it as {source} writes it.",
        )


def listed_stations(file: Path) -> pd.DataFrame | None:
    """The table of a list of stations, from the columns STATION_COLUMNS; None where `file` is not one.

    It has station_id, name, latitude and longitude (NaN where that is no number), and `since` (UTC), NaT where the list does not date a
    place. Raises UnreadableInput for a `since` that is no day or time.
    """
    if not file.is_file():
        return None
    table = read_csv(file, {"location_id": str, "location": str, SINCE: str}, ())
    if not set(STATION_COLUMNS) <= set(table.columns):
        return None
    listed = table[list(STATION_COLUMNS)].set_axis(["station_id", "name", "latitude", "longitude"], axis=1)
    places = {name: pd.to_numeric(listed[name], errors="coerce").astype(np.float64) for name in ("latitude", "longitude")}
    return listed.assign(**places, **{SINCE: _since(table, file)})[listed["station_id"].notna()]


def _since(table: pd.DataFrame, file: Path) -> pd.Series:
    written = table[SINCE] if SINCE in table else pd.Series(np.nan, index=table.index, dtype=str)
    try:
        require_digits(written.dropna())
        return pd.to_datetime(written, utc=True, format="ISO8601").dt.tz_localize(None).dt.as_unit("ns")
    except (ValueError, OverflowError) as wrong:
        raise UnreadableInput(f"{file}: {str(wrong).partition('. ')[0]}.", "Write `since` as 2020-12-31 or 2020-12-31T06:00Z.") from wrong
