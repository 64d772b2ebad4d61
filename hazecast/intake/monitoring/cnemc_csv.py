"""China's national network as it is dumped hour by hour: a row a site and hour, or a row an hour and pollutant with a column a site.

Times are Beijing time and label the end of the hour. CO is in mg m-3, all else in µg m-3, gases at the reference state of GB 3095-2012:
until August 2018 at 273 K, since then at 298.15 K. None of them gives the places of the sites: a list of stations does.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from hazecast import vocabulary as v
from hazecast.errors import UnreadableInput
from hazecast.intake.monitoring.columns import numbers, require_filled, understood, values_of
from hazecast.intake.monitoring.layout import VALUE_COLUMNS, MonitoringFormat
from hazecast.intake.monitoring.times import beijing_to_utc, days_and_hours
from hazecast.intake.recognition import first_line
from hazecast.intake.text import read_csv
from hazecast.vocabulary import Variable

LEXICON: Mapping[str, Variable] = MappingProxyType(
    {"PM2.5": v.PM25, "PM10": v.PM10, "SO2": v.SO2, "NO2": v.NO2, "O3": v.O3, "O3_1h": v.O3, "CO": v.CO}
)
UNITS: Mapping[str, str] = MappingProxyType({name: "mg/m3" if name == "CO" else "µg/m3" for name in LEXICON})
MISSING = ("-;", "_", "-", "—", "——")
ENCODINGS = ("utf-8-sig", "gb18030")
BY_SITE = ("Date", "Hour", "WatchPoint")
BY_POLLUTANT = ("date", "hour", "type")
EXPECTED = "Days must be written as 20200402, hours as 0 to 24, and values as numbers."


def recognises(file: Path) -> bool:
    """Whether its first columns are those of either layout."""
    return tuple(first_line(file).split(",")[:3]) in (BY_SITE, BY_POLLUTANT)


def read(file: Path) -> pd.DataFrame:
    """The values of one file, as VALUE_COLUMNS; sites have no place."""
    table = read_csv(file, {"Date": str, "date": str, "Hour": str, "hour": str, "WatchPoint": str, "type": str}, MISSING, ENCODINGS)
    by_site = set(BY_SITE) <= set(table.columns)
    require_filled(table, BY_SITE if by_site else BY_POLLUTANT, file)
    with understood(file, EXPECTED):
        return _of_rows_by_site(table, file) if by_site else _of_rows_by_pollutant(table, file)


FORMAT = MonitoringFormat("hourly CSV of China's national network", ("*.csv.gz", "*.csv"), recognises, read)


def _of_rows_by_site(table: pd.DataFrame, file: Path) -> pd.DataFrame:
    rows = _rows(table["WatchPoint"].str.strip(), beijing_to_utc(days_and_hours(table["Date"], table["Hour"])))
    names = _known(table.columns, file)
    return pd.concat([_values(name, rows, numbers(table[name]), file) for name in names], ignore_index=True)[list(VALUE_COLUMNS)]


def _of_rows_by_pollutant(table: pd.DataFrame, file: Path) -> pd.DataFrame:
    _known(table["type"].unique(), file)
    known = table[table["type"].isin(LEXICON)].reset_index(drop=True)
    sites = [str(column) for column in table.columns if column not in BY_POLLUTANT]
    _require_distinct(sites, file)
    times = beijing_to_utc(days_and_hours(known["date"], known["hour"]))
    values = np.column_stack([numbers(known[site]) for site in sites]) if sites else np.empty((len(known), 0))
    parts = [_values(str(name), *_melted(times[at], sites, values[at]), file) for name, at in known.groupby("type").indices.items()]
    return pd.concat(parts, ignore_index=True)[list(VALUE_COLUMNS)]


def _melted(times: pd.Series, sites: list[str], values: np.ndarray) -> tuple[pd.DataFrame, pd.Series]:
    names, each_time = pd.Series(np.tile(np.asarray(sites, dtype=object), len(times))), times.repeat(len(sites)).reset_index(drop=True)
    return _rows(names, each_time), pd.Series(values.ravel())


def _rows(names: pd.Series, times: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"station_id": names, "name": names, "latitude": np.nan, "longitude": np.nan, "time": times})


def _values(name: str, rows: pd.DataFrame, written: pd.Series, file: Path) -> pd.DataFrame:
    return values_of(LEXICON[name], rows, written, UNITS[name], f"{file}: {name}")


def _known(names: Collection[object], file: Path) -> list[str]:
    if not (known := [str(name) for name in names if name in LEXICON]):
        raise UnreadableInput(
            f"{file} holds none of {', '.join(LEXICON)}; it has {', '.join(map(str, list(names)[:12]))}.",
            "Deliver it as China's national network or its mirrors write it.",
        )
    return known


def _require_distinct(sites: list[str], file: Path) -> None:
    """Of two columns of one name, the reader of CSV calls the second `1001A.1`."""
    if again := [site for site in sites if site.rpartition(".")[0] in sites and site.rpartition(".")[2].isdigit()]:
        raise UnreadableInput(f"{file} has two columns of the site {again[0].rpartition('.')[0]}.", "Deliver it with one column a site.")
