"""Periods, boxes, runs and variables, as somebody may wish for them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazecast.errors import SettingsError
from hazecast.fetch.sources.table import SOURCES
from hazecast.fetch.wishes import Box, Period, latest_run, require_run, require_variables
from hazecast.vocabulary import CO, PM25


def at(day: int, hour: int = 0, month: int = 2) -> datetime:
    return datetime(2024, month, day, hour, tzinfo=UTC)


def test_the_end_of_a_period_is_no_longer_wanted() -> None:
    assert Period(at(28), at(1, month=3)).days() == (date(2024, 2, 28), date(2024, 2, 29))
    assert Period(at(28, 23), at(29, 1)).days() == (date(2024, 2, 28), date(2024, 2, 29))
    assert Period(at(28), at(29)).days(after=timedelta(hours=1)) == (date(2024, 2, 28), date(2024, 2, 29))


@pytest.mark.parametrize(("start", "end"), [(at(2), at(2)), (at(3), at(2)), (at(1), datetime(2224, 1, 1, tzinfo=UTC))])
def test_an_empty_or_endless_period_is_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(SettingsError, match="is empty or longer than a century"):
        Period(start, end)


def test_a_period_is_in_utc() -> None:
    with pytest.raises(ValueError, match="must be aware and in UTC"):
        Period(datetime(2024, 1, 1), at(2))


@given(start=st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)), hours=st.integers(1, 3000))
def test_months_hold_every_day_once_and_in_order(start: datetime, hours: int) -> None:
    period = Period(start.replace(tzinfo=UTC), start.replace(tzinfo=UTC) + timedelta(hours=hours))
    months = period.months()
    assert [day for month in months for day in month] == list(period.days())
    assert all(len({(day.year, day.month) for day in month}) == 1 for month in months)
    assert len({(month[0].year, month[0].month) for month in months}) == len(months)


@pytest.mark.parametrize(
    "edges", [(10, 5, 0, 1), (-91, 0, 0, 1), (0, 1, 5, 5), (0, 1, 200, 190), (0, 1, -180, 181), (0, 1, -181, 0), (0, 1, 0, 541)]
)
def test_a_box_that_is_none_is_refused(edges: tuple[float, float, float, float]) -> None:
    with pytest.raises(SettingsError, match="is none"):
        Box(*edges)


def test_a_box_is_widened_to_the_lines_of_a_grid() -> None:
    assert Box(39.1, 41.0, 115.3, 117.5).widened(0.25, 0.25) == Box(38.75, 41.25, 115.0, 117.75)
    assert Box(-90, 90, -180, 180).widened(1.0, 0.4) == Box(-90, 90, -180, 180)
    assert Box(-10, 10, 170, 190).widened(0.4, 0.4) == Box(-10.4, 10.4, 169.6, 190.4)


@given(
    south=st.floats(-90, 89),
    height=st.floats(0.01, 90),
    west=st.floats(-180, 179),
    width=st.floats(0.01, 360),
    spacing=st.sampled_from([0.25, 0.4]),
)
def test_a_widened_box_holds_the_box(south: float, height: float, west: float, width: float, spacing: float) -> None:
    box = Box(south, min(south + height, 90.0), west, west + width) if west + width > west and south + height > south else Box(0, 1, 0, 1)
    wide = box.widened(spacing, spacing)
    assert wide.south <= box.south
    assert wide.north >= box.north
    assert wide.west <= box.west
    assert wide.east >= box.east or wide.east - wide.west == pytest.approx(360.0)


@pytest.mark.parametrize(("now", "run"), [(at(2, 5), at(2)), (at(2, 4), at(1, 18)), (at(1, 0), at(31, 18, 1)), (at(2, 23), at(2, 18))])
def test_the_latest_run_is_one_that_should_be_out(now: datetime, run: datetime) -> None:
    assert latest_run(now, every_hours=6, delay_hours=5) == run


def test_a_run_between_runs_is_refused_with_the_one_before() -> None:
    require_run(at(1, 12), 6, "GFS")
    with pytest.raises(SettingsError, match=r"every 6 hours from 00 on. Give --run as 2024-02-01T12."):
        require_run(at(1, 17), 6, "GFS")


def test_variables_are_those_of_the_vocabulary() -> None:
    assert require_variables(("co", "pm25", "co"), (PM25, CO), "X") == (CO, PM25)
    with pytest.raises(SettingsError, match=r"X is asked for 'no2', 'so3'. It has: co, pm25."):
        require_variables(("no2", "pm25", "so3"), (PM25, CO), "X")


def test_every_source_is_listed_once() -> None:
    assert [source.name for source in SOURCES] == ["openaq", "gfs", "open-meteo", "era5", "cams"]
