"""What every reader of monitoring data gives, whatever its source: a table of values, one a row, in the vocabulary's keys and units."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hazecast.errors import UnreadableInput
from hazecast.intake.text import read_csv

VALUE_COLUMNS = ("station_id", "name", "latitude", "longitude", "time", "key", "value")
"""`time` is UTC without a zone, the end of the hour or shorter period that the value is the mean of; `key` is one of the
vocabulary's and `value` in its units, NaN where the source says that it is missing. Codes for missing values that are numbers, such as
-999, are left as they stand: `hazecast.quality` knows them. Places are in degrees, NaN where the source gives none."""

STATION_COLUMNS = ("location_id", "location", "lat", "lon")


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


def require_columns(table: pd.DataFrame, columns: tuple[str, ...], file: Path, source: str) -> None:
    """Raise UnreadableInput unless `table` has all of `columns`."""
    if lacking := [c for c in columns if c not in table]:
        raise UnreadableInput(
            f"{file} lacks the columns {', '.join(lacking)}; it begins {', '.join(map(str, table.columns[:12]))!r}.",
            f"Deliver it as {source} writes it.",
        )


def listed_stations(file: Path) -> pd.DataFrame | None:
    """The table of a list of stations with the columns STATION_COLUMNS; None where `file` is not one."""
    if not file.is_file():
        return None
    table = read_csv(file, {"location_id": str, "location": str}, ())
    return table[list(STATION_COLUMNS)] if set(STATION_COLUMNS) <= set(table.columns) else None
