import itertools
from datetime import UTC, datetime, timedelta

import pytest

from hazecast.errors import SettingsError
from hazecast.records import Cycle
from hazecast.warnings.windows import Window, validity_windows


def cycle(*init: int, hours: int = 96) -> Cycle:
    moment = datetime(*init, tzinfo=UTC)
    return Cycle(moment, moment, timedelta(hours=hours))


def spans(windows: tuple[Window, ...]) -> list[tuple[str, str]]:
    return [(f"{w.valid_from:%dT%H:%M}", f"{w.valid_until:%dT%H:%M}") for w in windows]


def lengths(windows: tuple[Window, ...]) -> list[float]:
    return [(w.valid_until - w.valid_from) / timedelta(hours=1) for w in windows]


def test_a_cycle_at_eight_local_begins_at_once() -> None:
    assert spans(validity_windows(cycle(2026, 1, 10, 0), "Asia/Shanghai", (8, 20))) == [
        ("10T00:00", "11T00:00"),
        ("11T00:00", "12T00:00"),
        ("12T00:00", "13T00:00"),
        ("13T00:00", "14T00:00"),
    ]


def test_a_cycle_between_the_hours_waits_for_the_next_and_keeps_to_it() -> None:
    assert spans(validity_windows(cycle(2026, 1, 10, 1, hours=60), "Asia/Shanghai", (8, 20))) == [
        ("10T12:00", "11T12:00"),
        ("11T12:00", "12T12:00"),
    ]


def test_the_last_starting_hour_of_today_leads_to_the_first_of_tomorrow() -> None:
    assert spans(validity_windows(cycle(2026, 1, 10, 13, hours=40), "Asia/Shanghai", (8, 20))) == [("11T00:00", "12T00:00")]


def test_a_forecast_that_holds_no_window_is_one_window() -> None:
    assert spans(validity_windows(cycle(2026, 1, 10, 0, hours=23), "Asia/Shanghai", (8, 20))) == [("10T00:00", "10T23:00")]
    assert spans(validity_windows(cycle(2026, 1, 10, 1, hours=34), "Asia/Shanghai", (8, 20))) == [("10T01:00", "11T11:00")]


def test_a_window_that_ends_with_the_forecast_counts() -> None:
    assert spans(validity_windows(cycle(2026, 1, 10, 0, hours=24), "Asia/Shanghai", (8,))) == [("10T00:00", "11T00:00")]


@pytest.mark.parametrize(("day", "hours"), [(28, [23.0, 24.0]), (29, [24.0, 24.0])])
def test_the_day_the_clocks_go_forward_has_23_hours(day: int, hours: list[float]) -> None:
    windows = validity_windows(cycle(2026, 3, day, 6, hours=60), "Europe/London", (8,))
    assert lengths(windows) == hours
    assert {w.valid_until.hour for w in windows} == {7}


def test_the_day_the_clocks_go_back_has_25_hours() -> None:
    windows = validity_windows(cycle(2026, 10, 24, 6, hours=60), "Europe/London", (8,))
    assert lengths(windows) == [25.0, 24.0]
    assert windows[0].hours(cycle(2026, 10, 24, 6)) == slice(1, 26)


def test_a_starting_hour_that_a_day_skips_still_gives_windows_without_gaps() -> None:
    windows = validity_windows(cycle(2026, 3, 28, 0, hours=96), "Europe/Berlin", (2,))
    assert all(a.valid_until == b.valid_from for a, b in itertools.pairwise(windows))
    assert lengths(windows) == [24.0, 23.0, 24.0, 24.0]


def test_a_zone_that_skips_a_whole_day_gives_no_empty_window() -> None:
    windows = validity_windows(cycle(2011, 12, 29, 0, hours=96), "Pacific/Apia", (8,))
    assert lengths(windows) == [24.0, 24.0, 24.0]


def test_hours_of_a_zone_with_odd_minutes_are_those_that_end_within() -> None:
    india = cycle(2026, 1, 10, 0)
    first = validity_windows(india, "Asia/Kolkata", (8,))[0]
    assert spans((first,)) == [("10T02:30", "11T02:30")]
    assert list(india.lead_hours[first.hours(india)]) == list(range(3, 27))


def test_a_valid_time_belongs_to_the_window_in_which_its_hour_ends() -> None:
    china = cycle(2026, 1, 10, 22)
    first = validity_windows(china, "Asia/Shanghai", (8,))[0]
    assert list(china.lead_hours[first.hours(china)]) == list(range(3, 27))


@pytest.mark.parametrize("start_hours", [(), (24,), (-1, 8)])
def test_starting_hours_out_of_range_are_refused(start_hours: tuple[int, ...]) -> None:
    with pytest.raises(SettingsError, match="from 0 to 23"):
        validity_windows(cycle(2026, 1, 10, 0), "Asia/Shanghai", start_hours)


def test_an_empty_window_cannot_be_made() -> None:
    moment = datetime(2026, 1, 10, tzinfo=UTC)
    with pytest.raises(ValueError, match="empty"):
        Window(moment, moment)
