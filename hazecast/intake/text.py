"""Reading of CSV, whole or not at all."""

import csv
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from hazecast.errors import UnreadableInput


def read_csv(file: Path, types: Mapping[str, type], missing: Sequence[str]) -> pd.DataFrame:
    """A CSV file in UTF-8, gzipped if its name says so; `missing` are further codes for a missing value.

    Raises UnreadableInput for one that is not whole.
    """
    broken: tuple[type[Exception], ...] = (
        pd.errors.ParserError,
        pd.errors.EmptyDataError,
        UnicodeDecodeError,
        EOFError,
        OSError,
        zlib.error,
        csv.Error,
    )
    try:
        table = pd.read_csv(file, dtype=dict(types), na_values=list(missing))
        if not isinstance(table.index, pd.RangeIndex):  # pandas would take what stands first for names of the rows
            raise csv.Error("its rows have more fields than its header")
        return table
    except broken as reason:
        raise UnreadableInput(
            f"{file} is not a whole CSV file in UTF-8: {reason}.", "Name CSV files of monitoring data, or deliver this one again."
        ) from reason
