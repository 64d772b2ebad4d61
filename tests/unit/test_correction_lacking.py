"""The steps between everything and nothing: what lacks of a row, and what a step does not look at."""

import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.correction.lacking import (
    CASES,
    NETWORK_SILENT,
    NO_BASE,
    NO_WEATHER,
    SHARE_WITHOUT,
    absences,
    rung_of,
    with_some_lacking,
    without,
)
from hazecast.forecast.features import FEATURES, Source, columns_of
from hazecast.forecast.series import Rows, Series, series_of
from hazecast.records import Rung

HOURS, ORIGIN = 60, 48
ALL = "pm25", "neighbours", "eastward_wind", "base"


def series(*lacking: str, model: bool = False) -> Series:
    """Two stations; the keys `lacking` lack at the first."""
    fields = {key: np.ones((HOURS, 2)) for key in (*ALL, *(("model",) if model else ()))}
    for key in lacking:
        fields[key][:, 0] = np.nan
    data = xr.Dataset({key: (("time", "station"), values) for key, values in fields.items()})
    times = np.datetime64("2026-01-01", "ns") + np.arange(HOURS) * np.timedelta64(1, "h")
    return series_of(data.assign_coords(time=times, latitude=("station", [0.0, 1.0]), longitude=("station", [0.0, 1.0])))


ROWS = Rows(np.full(2, ORIGIN), np.arange(2), np.full(2, 3), 0)


@pytest.mark.parametrize(
    ("lacking", "source"),
    [
        ((), None),
        (("pm25",), Source.STATION),
        (("pm25", "neighbours"), Source.NEIGHBOURS),
        (("eastward_wind", "base"), Source.WEATHER),
        (("base",), Source.BASE),
    ],
)
def test_what_lacks_of_a_row_is_seen(lacking: tuple[str, ...], source: Source | None) -> None:
    found = absences(series(*lacking), ROWS)
    flags = {s: getattr(found, s.name.lower()) for s in (Source.STATION, Source.NEIGHBOURS, Source.WEATHER, Source.BASE, Source.MODEL)}
    assert not any(flag[1] for flag in flags.values())
    assert source is None or flags[source][0]
    assert found.within(()).tolist() == [source is None, True]


def test_a_station_that_hears_itself_needs_no_neighbours() -> None:
    assert absences(series("neighbours"), ROWS).within(()).all()


def test_a_model_is_missed_only_where_there_is_one() -> None:
    assert not absences(series(), ROWS).model.any()
    assert absences(series("model", model=True), ROWS).model.tolist() == [True, False]


def test_the_first_case_that_allows_for_what_lacks_asks_for_no_more_than_that() -> None:
    found = absences(series("pm25", "base"), ROWS)
    first = next(case for case in CASES if found.within(case)[0])
    assert set(first) == {Source.STATION, Source.BASE}


def test_there_is_no_case_without_weather_and_without_any_observation() -> None:
    assert not [case for case in CASES if {Source.WEATHER, Source.NEIGHBOURS} <= set(case)]
    assert len(set(CASES)) == len(CASES)


def test_each_step_has_its_rung() -> None:
    assert rung_of(()) is Rung.CORRECTED
    assert rung_of((Source.MODEL,)) is Rung.CORRECTED
    assert rung_of(NO_BASE) is Rung.WITHOUT_BASE
    assert rung_of(NETWORK_SILENT) is Rung.WITHOUT_OBSERVATIONS
    assert rung_of((*NETWORK_SILENT, *NO_BASE)) is Rung.WITHOUT_OBSERVATIONS
    assert rung_of((Source.STATION, *NO_WEATHER)) is Rung.WITHOUT_WEATHER


def test_a_step_does_not_look_at_what_lacks_and_at_all_else() -> None:
    table = np.arange(3 * len(FEATURES), dtype=np.float32).reshape(3, -1)
    seen = without(table, NO_WEATHER)
    gone = np.isin(np.arange(len(FEATURES)), [*columns_of(Source.WEATHER), *columns_of(Source.BASE)])
    assert np.isnan(seen[:, gone]).all()
    np.testing.assert_array_equal(seen[:, ~gone], table[:, ~gone])
    assert not np.isnan(table).any()


def test_a_share_of_the_rows_is_shown_with_something_lacking() -> None:
    table = np.ones((20_000, len(FEATURES)), dtype=np.float32)
    shown = with_some_lacking(table, ((), NO_BASE, NO_WEATHER), seed=0)
    assert abs(np.isnan(shown[:, columns_of(Source.BASE)[0]]).mean() - SHARE_WITHOUT * 2 / 3) < 0.01
    assert abs(np.isnan(shown[:, columns_of(Source.WEATHER)[0]]).mean() - SHARE_WITHOUT / 3) < 0.01
    np.testing.assert_array_equal(shown, with_some_lacking(table, ((), NO_BASE, NO_WEATHER), seed=0))
