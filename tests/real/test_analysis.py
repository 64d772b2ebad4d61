"""The analysis on real observations: each station left out in turn, and foretold from the others and a background of six hours before.

The background is the mean of the other stations six hours before, the same everywhere; error statistics are fitted to the first half of
each series, and the second half is judged. What is left out is left out of the background too.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from hazecast.forecast.analysis.error_statistics import Basis, ErrorStatistics, error_statistics
from hazecast.forecast.analysis.scale import on_scale
from hazecast.forecast.analysis.start import analyse
from hazecast.grids.distance import distance
from hazecast.grids.lattice import Lattice
from hazecast.records import Station

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A folder of real data, the hours between its values, and what to take of it."""

    folder: str
    hours_between: float
    first: str
    last: str
    judge_every: int
    spacing: float


CASES = [
    Case("beijing_winters", 1.0, "2013-11-15", "2014-03-15", 13, 0.05),
    Case("beijing_spring_2018", 1.0, "2018-04-01", "2018-05-31", 17, 0.05),
    Case("ten_cities", 3.0, "2015-01-01", "2015-12-31", 7, 0.25),
]


@dataclass(frozen=True)
class Series:
    """PM2.5 (time, station) and where the stations are."""

    values: Array
    latitude: Array
    longitude: Array


def series_of(case: Case, folder: Path) -> Series:
    files = sorted((folder / case.folder / "observations").glob("*.csv.gz"))
    table = pd.concat([pd.read_csv(file) for file in files])
    table = table[(table["parameter"] == "pm25") & (table["value"] > 0.0) & (table["value"] < 1500.0)]
    table["datetime"] = pd.to_datetime(table["datetime"], utc=True)
    wide = table.pivot_table(index="datetime", columns="location", values="value").asfreq(f"{case.hours_between:.0f}h")
    places = table.groupby("location")[["lat", "lon"]].first().loc[wide.columns]
    values = wide.loc[case.first : case.last].to_numpy(dtype=np.float64)
    return Series(values, places["lat"].to_numpy(dtype=np.float64), places["lon"].to_numpy(dtype=np.float64))


def mean_of_known(values: Array) -> Array:
    known = ~np.isnan(values)
    return np.where(known.any(axis=1), np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1), np.nan)


@dataclass(frozen=True)
class Errors:
    """Root mean squares, µg m-3, and of errors on the scale over what the analysis says of them."""

    analysis: float
    background: float
    inverse_distance: float
    over_stated: float
    statistics: ErrorStatistics


def judged(case: Case, series: Series) -> Errors:
    lag, (times, count) = round(6 / case.hours_between), series.values.shape
    margin = 2 * case.spacing
    latitude = np.arange(series.latitude.min() - margin, series.latitude.max() + margin, case.spacing)
    lattice = Lattice(latitude, np.arange(series.longitude.min() - margin, series.longitude.max() + margin, case.spacing))
    rows = []
    for out in range(count):
        others = np.delete(np.arange(count), out)
        persisted = np.append(np.full(lag, np.nan), mean_of_known(series.values[:-lag, others]))
        departures = on_scale(series.values[:, others]) - on_scale(persisted)[:, None]
        found = error_statistics(departures[: times // 2], series.latitude[others], series.longitude[others], case.hours_between)
        stations = [Station(str(s), str(s), series.latitude[s], series.longitude[s]) for s in others]
        near = (
            1.0
            / np.maximum(
                distance(*(a[others] for a in (series.latitude, series.longitude)), series.latitude[out], series.longitude[out]), 1e3
            )
            ** 2
        )
        row = (series.latitude[out] - lattice.latitude[0]) / lattice.spacing_latitude
        column = (series.longitude[out] - lattice.longitude[0]) / lattice.spacing_longitude
        for time in range(times // 2, times, case.judge_every):
            right, seen = series.values[time, out], series.values[time, others]
            known = ~np.isnan(seen)
            if np.isnan(right) or np.isnan(persisted[time]) or known.sum() < 2:
                continue
            got = analyse(np.full(lattice.shape, persisted[time]), lattice, seen, stations, found)
            surface, variance = (float(map_coordinates(f, [[row], [column]], order=1)[0]) for f in (got.surface, got.variance))
            stated = variance + (surface + 10.0) ** 2 * found.observation_variance
            inverse = (seen[known] * near[known]).sum() / near[known].sum()
            rows.append((surface - right, persisted[time] - right, inverse - right, (surface - right) / np.sqrt(stated)))
    return Errors(*(float(v) for v in np.sqrt((np.array(rows) ** 2).mean(axis=0))), found)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder)
def test_left_out_stations_are_foretold_better_than_by_background_and_as_by_inverse_distance(case: Case, shared_data: Path) -> None:
    found = judged(case, series_of(case, shared_data))
    print(case.folder, found)
    assert found.statistics.basis is Basis.DEPARTURES
    assert found.analysis < 0.95 * found.background
    assert found.analysis < 1.01 * found.inverse_distance
    assert 0.5 < found.over_stated < 1.6
