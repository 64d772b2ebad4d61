"""The columns of a delivered table, made into values of the vocabulary."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from hazecast.errors import NoDataInPeriod, UnreadableInput
from hazecast.intake.units import UNITED_STATES, ReferenceState, coded_or_converted, conversion_to
from hazecast.vocabulary import Variable


@contextmanager
def understood(file: Path, expected: str) -> Iterator[None]:
    """Turns what cannot be read as a number or a time into UnreadableInput, with the first sentence of what was wrong."""
    try:
        yield
    except (ValueError, TypeError, OverflowError) as wrong:
        raise UnreadableInput(f"{file}: {str(wrong).partition('. ')[0]}.", expected) from wrong


def require_filled(table: pd.DataFrame, columns: Collection[str], file: Path) -> None:
    """Raise UnreadableInput for a row without a value in one of `columns`: a file that was cut off ends with such a row."""
    empty = table[list(columns)].isna()
    if empty.any(axis=None):
        row = int(np.argmax(empty.any(axis=1).to_numpy()))
        lacking = ", ".join(empty.columns[empty.iloc[row]])
        raise UnreadableInput(f"{file}: row {row + 1} of {len(table)} has no {lacking}; the file may be cut off.", "Deliver it again.")


def numbers(written: pd.Series, missing: Collection[str] = ()) -> pd.Series:
    """A column as numbers, NaN where it is empty or holds a code of `missing`; raises ValueError for other words."""
    if written.dtype.kind in "fiu":
        return written.astype(np.float64)
    text = written.astype("string").str.strip()
    absent = text.isna() | text.isin(["", "NA", "N/A", "NaN", "nan", "null", *missing])
    parsed = pd.to_numeric(text.mask(absent), errors="coerce").astype(np.float64)
    if (words := parsed.isna() & ~absent).any():
        raise ValueError(f"{text[words].iloc[0]!r} in the column {written.name} is no number")
    return parsed


def values_of(
    variable: Variable, rows: pd.DataFrame, written: pd.Series, units: str, where: str, state: ReferenceState = UNITED_STATES
) -> pd.DataFrame:
    """`rows`, of stations and times, with the numbers of `written` as `key` and `value` in the vocabulary's units."""
    convert = conversion_to(variable, units, where, state)
    value = coded_or_converted(written.to_numpy(np.float64), convert, variable)
    return rows.assign(key=variable.key, value=value)


def known_values(table: pd.DataFrame, lexicon: Mapping[str, Variable], file: Path, state: ReferenceState = UNITED_STATES) -> pd.DataFrame:
    """The rows of `table` whose `parameter` is in the lexicon, their `value` brought from its `units` to the vocabulary's `key`.

    Raises UnknownUnits, and NoDataInPeriod for a table that has rows and none of them is known.
    """
    known = table[table["parameter"].isin(lexicon)].reset_index(drop=True)
    if known.empty and not table.empty:
        raise NoDataInPeriod(
            f"{file} holds none of {', '.join(lexicon)}; it has {', '.join(sorted(table['parameter'].unique())[:12])}.",
            "Check the column 'parameter'.",
        )
    keys, values = np.empty(len(known), dtype=object), known["value"].to_numpy(np.float64).copy()
    for (parameter, units), rows in known.groupby(["parameter", "units"], sort=False):
        at, variable = rows.index.to_numpy(), lexicon[str(parameter)]
        convert = conversion_to(variable, str(units), f"{file}: {parameter}", state)
        keys[at], values[at] = variable.key, coded_or_converted(values[at], convert, variable)
    return known.assign(key=keys.astype(str), value=values)
