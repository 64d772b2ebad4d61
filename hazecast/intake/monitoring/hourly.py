"""A table of values brought to full hours, as the store of observations keeps them: raw, one value an hour, station and key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from hazecast.intake.monitoring.layout import ORIGIN
from hazecast.intake.monitoring.wind import with_wind_components
from hazecast.records import Origin
from hazecast.vocabulary import POLAR_WIND, VARIABLES

Codes = NDArray[np.int64]
_HOUR = 3_600_000_000_000  # in nanoseconds
_CELL = ["key", "station", "hour"]


@dataclass(frozen=True, slots=True, eq=False)
class Hourly:
    """Values by cell, one each: `key` and `station` count in `keys` and `stations`, `hour` is since 1970, NaN a value that is missing."""

    keys: tuple[str, ...]
    stations: tuple[str, ...]
    key: Codes
    station: Codes
    hour: Codes
    value: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Month:
    """Values of one month, (time, station) by key, NaN where nothing is said; `withdrawn` is true where a value is said to be missing."""

    data: xr.Dataset
    withdrawn: xr.Dataset


def hourly(table: pd.DataFrame) -> Hourly:
    """The observed values of a table with VALUE_COLUMNS.

    A value belongs to the hour that it ends in. Of several of one moment the last plausible one counts, or else the last. Several
    moments of one hour are averaged, those alone that are plausible, if any is: a code for a missing value is no concentration.
    """
    rows = observed(table)
    if {polar.key for polar in POLAR_WIND} <= set(rows["key"].unique()):
        rows = with_wind_components(rows)
    key, keys = pd.factorize(rows["key"], sort=True)
    station, stations = pd.factorize(rows["station_id"])
    cells = pd.DataFrame({"key": key, "station": station, "value": rows["value"].to_numpy(np.float64)})
    cells["moment"] = rows["time"].to_numpy("datetime64[ns]").astype(np.int64)
    cells["hour"] = -(-cells["moment"] // _HOUR)
    names = tuple(map(str, keys)), tuple(map(str, stations))
    given = _averaged(
        cells[cells["value"].notna()].assign(plausible=lambda c: plausible(names[0], c["key"].to_numpy(), c["value"].to_numpy()))
    )
    missing = cells.loc[cells["value"].isna(), [*_CELL, "value"]]
    everything = pd.concat([given, missing]).drop_duplicates(_CELL, keep="first")
    cell = {name: everything[name].to_numpy(np.int64) for name in _CELL}
    return Hourly(*names, cell["key"], cell["station"], cell["hour"], everything["value"].to_numpy(np.float64))


def observed(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that are of a station and were not computed by a model."""
    rows = table[table["station_id"].notna() & table["time"].notna()]
    return rows[rows[ORIGIN] != Origin.MODELLED] if ORIGIN in rows else rows


def plausible(keys: Sequence[str], key: Codes, value: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which values are within the range of their variable; `key` counts in `keys`."""
    known = {polar.key: polar for polar in POLAR_WIND} | dict(VARIABLES)
    lowest, highest = (np.array([getattr(known[name], end) for name in keys], dtype=np.float64)[key] for end in ("lowest", "highest"))
    return np.asarray((value >= lowest) & (value <= highest))


def months(parts: Sequence[Hourly]) -> Iterator[Month]:
    """The values of several tables by calendar month; of several of one cell the last plausible one counts, or else the last."""
    keys = tuple(sorted({key for part in parts for key in part.keys}))
    stations = tuple(sorted({station for part in parts for station in part.stations}))
    places = {name: i for i, name in enumerate(keys)}, {name: i for i, name in enumerate(stations)}
    key = _joined(np.array([places[0][name] for name in part.keys], dtype=np.int64)[part.key] for part in parts)
    station = _joined(np.array([places[1][name] for name in part.stations], dtype=np.int64)[part.station] for part in parts)
    hour, value = _joined(part.hour for part in parts), np.concatenate([np.empty(0), *(part.value for part in parts)])
    month = hour.astype("datetime64[h]").astype("datetime64[M]").astype(np.int64)
    order = np.argsort(month, kind="stable")
    for inside in np.split(order, np.flatnonzero(np.diff(month[order])) + 1):
        if inside.size:
            yield _month(keys, stations, key[inside], station[inside], hour[inside], value[inside])


def _averaged(cells: pd.DataFrame) -> pd.DataFrame:
    """One value a cell, of rows with `moment` and `plausible`."""
    last = cells.sort_values("plausible", kind="stable").drop_duplicates(["key", "station", "moment"], keep="last")
    several = last.duplicated(_CELL, keep=False)
    if not several.any():
        return last[[*_CELL, "value"]]
    parts = last[several].sort_values("moment", kind="stable")
    means = parts[parts["plausible"]].groupby(_CELL, as_index=False)["value"].mean()
    codes = parts[~parts["plausible"]].drop_duplicates(_CELL, keep="last")
    averaged = pd.concat([means, codes[[*_CELL, "value"]]]).drop_duplicates(_CELL, keep="first")
    return pd.concat([last.loc[~several, [*_CELL, "value"]], averaged])


def _joined(codes: Iterator[Codes] | Sequence[Codes]) -> Codes:
    return np.concatenate([np.empty(0, dtype=np.int64), *codes])


def _month(keys: tuple[str, ...], stations: tuple[str, ...], key: Codes, station: Codes, hour: Codes, value: NDArray[np.float64]) -> Month:
    of_keys, of_stations = np.unique(key), np.unique(station)
    hours = np.unique(hour)
    at = np.searchsorted(of_keys, key), np.searchsorted(hours, hour), np.searchsorted(of_stations, station)
    shape = (of_keys.size, hours.size, of_stations.size)
    values, said = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    said[at] = True
    good = plausible(keys, key, value)
    for chosen in (~good & ~np.isnan(value), good):
        values[tuple(index[chosen] for index in at)] = value[chosen]  # of several the last that is assigned stays
    withdrawn = said & np.isnan(values)
    coordinates = {"time": hours.astype("datetime64[h]").astype("datetime64[ns]"), "station": [stations[i] for i in of_stations]}
    fields = [
        xr.Dataset({keys[k]: (("time", "station"), array[i]) for i, k in enumerate(of_keys.tolist())}, coords=coordinates)
        for array in (values, withdrawn)
    ]
    return Month(*fields)
