"""Local times of an hourly series say which moments they are, in any zone and through every change of its clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from hazecast.intake.monitoring.times import moments_of

ZONES = (
    "Asia/Shanghai",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Africa/Casablanca",
    "UTC",
)
moments = st.datetimes(datetime(2012, 1, 1), datetime(2024, 12, 31)).map(lambda t: t.replace(minute=0, second=0, microsecond=0, tzinfo=UTC))
changes = st.sampled_from(
    [datetime(2020, 3, 28, 20), datetime(2020, 10, 24, 18), datetime(2020, 11, 1), datetime(2020, 3, 8), datetime(2020, 4, 4, 9)]
).map(lambda t: t.replace(tzinfo=UTC))


@given(moments | changes, st.sampled_from(ZONES), st.integers(2, 60), st.integers(1, 3), st.booleans())
def test_an_hourly_series_of_local_times_is_brought_back_to_its_moments(
    first: datetime, zone: str, hours: int, stations: int, latest_first: bool
) -> None:
    utc = [first + timedelta(hours=h) for h in range(hours)]
    local = [t.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S") for t in utc]
    if latest_first:
        utc, local = utc[::-1], local[::-1]
    written = pd.Series([t for t in local for _ in range(stations)])
    station = pd.Series([str(n) for _ in local for n in range(stations)])
    found = moments_of(written, zone, station)
    unsure = found.ambiguous.to_numpy()
    expected = pd.Series([t.replace(tzinfo=None) for t in utc for _ in range(stations)]).to_numpy("datetime64[ns]")
    assert (found.utc.to_numpy()[~unsure] == expected[~unsure]).all()
    once = written.groupby([written, station]).transform("size").to_numpy() == 1
    assert once[unsure].all()


@given(moments, st.integers(-12, 14))
def test_times_with_their_offset_need_no_zone(moment: datetime, ahead: int) -> None:
    local = moment.astimezone(ZoneInfo("UTC")) + timedelta(hours=ahead)
    written = pd.Series([f"{local:%Y-%m-%dT%H:%M:%S}{'+' if ahead >= 0 else '-'}{abs(ahead):02}:00"])
    found = moments_of(written, "Asia/Shanghai", written)
    assert found.utc.tolist() == [pd.Timestamp(moment.replace(tzinfo=None))]


@given(
    st.dates(datetime(1990, 1, 1).date(), datetime(2049, 12, 30).date()),
    st.sampled_from(["T", " "]),
    st.sampled_from(["24:00", "24:00:00"]),
)
def test_24_hours_are_the_midnight_that_ends_the_day(day: object, between: str, written: str) -> None:
    text = pd.Series([f"{day}{between}{written}"])
    assert moments_of(text, "UTC", text).utc.tolist() == [pd.Timestamp(str(day)) + pd.Timedelta(days=1)]
