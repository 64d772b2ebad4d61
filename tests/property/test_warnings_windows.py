"""Validity windows in any zone, at any hour of a century's clock changes."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from hazecast.records import Cycle
from hazecast.warnings.windows import validity_windows

ZONES = ("Asia/Shanghai", "Asia/Kolkata", "Europe/London", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham")
INIT_TIMES = st.integers(0, 40 * 366 * 24).map(lambda h: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(hours=h))


@given(INIT_TIMES, st.integers(1, 240), st.sampled_from(ZONES), st.sets(st.integers(0, 23), min_size=1, max_size=4))
def test_windows_follow_each_other_within_the_forecast(init: datetime, hours: int, zone: str, starts: set[int]) -> None:
    cycle = Cycle(init, init, timedelta(hours=hours))
    windows = validity_windows(cycle, zone, tuple(starts))
    assert windows[0].valid_from >= init
    assert windows[-1].valid_until <= cycle.end_time
    assert all(a.valid_until == b.valid_from for a, b in itertools.pairwise(windows))
    covered = [h for w in windows for h in cycle.lead_hours[w.hours(cycle)]]
    assert covered == sorted(set(covered))
    for window in windows:
        ends = {init + timedelta(hours=h) for h in cycle.lead_hours[window.hours(cycle)]}
        assert ends == {
            init + timedelta(hours=h) for h in cycle.lead_hours if window.valid_from < init + timedelta(hours=h) <= window.valid_until
        }


@given(INIT_TIMES, st.sampled_from(ZONES), st.sampled_from([(8, 20), (8,), (6, 12, 18)]))
def test_days_begin_at_the_next_local_starting_hour_and_end_at_the_same(init: datetime, zone: str, starts: tuple[int, ...]) -> None:
    local = ZoneInfo(zone)
    windows = validity_windows(Cycle(init, init, timedelta(hours=80)), zone, starts)
    assert len(windows) in {2, 3}
    assert windows[0].valid_from - init < timedelta(hours=26)
    hours = {w.valid_from.astimezone(local).hour for w in windows} | {w.valid_until.astimezone(local).hour for w in windows}
    assert len(hours) == 1
    assert hours <= set(starts)
    assert all(timedelta(hours=23) <= w.valid_until - w.valid_from <= timedelta(hours=25) for w in windows)
    passed = [init + timedelta(minutes=m) for m in range(0, int((windows[0].valid_from - init) / timedelta(minutes=1)), 15)]
    assert not any(t.astimezone(local).hour in starts and t.astimezone(local).minute == 0 for t in passed)
