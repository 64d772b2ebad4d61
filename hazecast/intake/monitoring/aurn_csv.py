"""Hourly CSV of UK-AIR: the national network AURN and the networks beside it, one site a file or several side by side.

Some lines about the data come first, then the sites' names, then `Date,time` and for each pollutant its value, status and unit. Times
are GMT and label the end of the hour, the last of a day as 24:00. A site has no place unless the lines before say so: a list of
stations does. The status (ratified, verified, provisional …) is not used: hazecast judges values by its own checks.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from hazecast import vocabulary as v
from hazecast.errors import NoDataInPeriod
from hazecast.intake.monitoring.columns import numbers, require_filled, understood, values_of
from hazecast.intake.monitoring.layout import VALUE_COLUMNS, MonitoringFormat, no_values
from hazecast.intake.monitoring.times import local_times
from hazecast.intake.recognition import beginning
from hazecast.intake.text import read_csv
from hazecast.intake.units import EUROPEAN_UNION
from hazecast.vocabulary import Variable

LEXICON: Mapping[str, Variable] = MappingProxyType(
    {
        "pm2.5 particulate matter": v.PM25,
        "pm10 particulate matter": v.PM10,
        "sulphur dioxide": v.SO2,
        "nitrogen dioxide": v.NO2,
        "ozone": v.O3,
        "carbon monoxide": v.CO,
    }
)
MISSING = ("No data", "no data", "n/a")
ENCODINGS = ("utf-8-sig", "cp1252")
HEADING_CHARACTERS, HEADING_ROWS = 1 << 18, 30
EXPECTED = "Dates must be written as 31-12-2020 or 2020-12-31, times as 01:00 to 24:00, and values as numbers."
_UNIT = re.compile(r"\b(?:([um]g)/?m-?3|(ppb|ppm))\b", re.IGNORECASE)
_BESIDE_THE_NAME = re.compile(r"</?su[bp]>|\s*\(hourly(?: measured)?\)", re.IGNORECASE)
_DAY_LAST = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class _Heading:
    """What stands above the values: the lines about the data, and the names of the columns."""

    lines: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]

    def told(self, what: str) -> str:
        """What a line of the form `what,value` says; empty where none does."""
        return next((line[1] for line in self.lines if len(line) > 1 and line[0].lower() == what), "")

    def sites(self) -> tuple[str, ...]:
        """The name of the site of each column."""
        side_by_side = next((line for line in reversed(self.lines) if not any(line[:2]) and any(line)), ())
        named, site = [], self.told("site name")
        for column in range(len(self.names)):
            site = (side_by_side[column] if column < len(side_by_side) else "") or site
            named.append(site)
        return tuple(named)


def recognises(file: Path) -> bool:
    """Whether its beginning has a row of names that starts with date and time and names a status."""
    return _heading(file) is not None


def read(file: Path) -> pd.DataFrame:
    """The values of one file, as VALUE_COLUMNS."""
    heading = _heading(file) or _Heading((), ())
    table = read_csv(file, {}, MISSING, ENCODINGS, header_row=len(heading.lines))
    dated = table[table.iloc[:, 0].notna() & (table.iloc[:, 0].astype(str).str.strip() != "")].reset_index(drop=True)
    require_filled(dated, dated.columns[:2], file)
    columns = [n for n, name in enumerate(heading.names) if name in LEXICON]
    if not columns:
        raise NoDataInPeriod(f"{file} holds none of {', '.join(LEXICON)}; it has {', '.join(heading.names[2:12])}.", "Ask for one of them.")
    with understood(file, EXPECTED):
        times = _utc(dated.iloc[:, 0].astype(str), dated.iloc[:, 1].astype(str))
        parts = [part for column in columns for part in _values(column, dated, times, heading, file)]
    return pd.concat(parts, ignore_index=True)[list(VALUE_COLUMNS)] if parts else no_values()


FORMAT = MonitoringFormat("UK-AIR CSV", ("*.csv", "*.csv.gz"), recognises, read)


def _heading(file: Path) -> _Heading | None:
    lines: list[tuple[str, ...]] = []
    for text in beginning(file, HEADING_CHARACTERS).split("\n", HEADING_ROWS)[:HEADING_ROWS]:
        cells = _cells(text)
        names = tuple(" ".join(_BESIDE_THE_NAME.sub("", cell).lower().split()) for cell in cells)
        if names[:2] == ("date", "time"):
            return _Heading(tuple(lines), names) if any(name.startswith("status") for name in names) else None
        lines.append(cells)
    return None


def _cells(line: str) -> tuple[str, ...]:
    try:
        return tuple(cell.strip() for cell in next(csv.reader([line]), []))
    except csv.Error:
        return ()


def _utc(dates: pd.Series, hours: pd.Series) -> pd.Series:
    days = dates.str.strip().str.replace("/", "-")
    day_last = _DAY_LAST.fullmatch(days.iloc[0]) if not days.empty else None
    return local_times(days + " " + hours.str.strip().str[:5], "%Y-%m-%d %H:%M" if day_last else "%d-%m-%Y %H:%M")


def _values(column: int, table: pd.DataFrame, times: pd.Series, heading: _Heading, file: Path) -> Iterator[pd.DataFrame]:
    """The values of one column, in as many parts as it has units."""
    site, name = heading.sites()[column], heading.names[column]
    rows = pd.DataFrame(
        {
            "station_id": site or file.name.partition(".")[0],
            "name": site,
            "latitude": _degrees(heading.told("latitude")),
            "longitude": _degrees(heading.told("longitude")),
            "time": times,
        }
    )
    written = numbers(table.iloc[:, column], MISSING)
    units = _units(column, table, heading)
    for unit in units.unique():
        at = units == unit
        yield values_of(LEXICON[name], rows[at], written[at], unit, f"{file}: {name}", EUROPEAN_UNION)


def _degrees(told: str) -> float:
    return float(told) if told else np.nan


def _units(column: int, table: pd.DataFrame, heading: _Heading) -> pd.Series:
    """The unit of each row, from what stands between this value and the next; where nothing does, that of the column or the heading."""
    beside = 1
    while column + beside < len(heading.names) and heading.names[column + beside].startswith(("status", "unit")):
        beside += 1
    told = pd.Series("", index=table.index)
    for n in range(column + 1, column + beside):
        told = told.where(told != "", table.iloc[:, n].map(_unit_in).astype(str))
    common = next(iter(told[told != ""]), "") or _unit_in(" ".join(cell for line in heading.lines for cell in line))
    return told.where(told != "", common)


def _unit_in(text: object) -> str:
    """The unit in a status such as `V ugm-3 (TEOM FDMS)`, as the vocabulary's conversions know it; empty where there is none."""
    found = _UNIT.search(str(text))
    return "" if not found else (found[2] or f"{found[1]}/m3").lower()
