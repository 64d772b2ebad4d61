"""Which cycles a backtest has, when it trains, and what is no backtest."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazecast.backtest.replay.plan import Plan
from hazecast.errors import SettingsError

START = datetime(2015, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def plan(end: datetime = datetime(2016, 3, 1, tzinfo=UTC), every: timedelta = 24 * HOUR, **more: object) -> Plan:
    given = {"start": START, "end": end, "every": every, "horizon": 72 * HOUR, "retrain": timedelta(days=30)} | more
    return Plan(**given, settings_sha256="s", software_version="1")  # type: ignore[arg-type]


def test_a_winter_of_daily_cycles() -> None:
    cycles = plan().cycles
    assert (len(cycles), cycles[0].key, cycles[-1].key) == (121, "20151101T00Z", "20160229T00Z")
    assert all(cycle.as_of == cycle.init_time and cycle.horizon == 72 * HOUR for cycle in cycles)


def test_models_are_trained_at_the_start_and_every_so_often() -> None:
    assert [f"{t.as_of:%m-%d}" for t in plan().trainings] == ["11-01", "12-01", "12-31", "01-30", "02-29"]
    assert [t.as_of for t in plan(retrain=None).trainings] == [START]


@pytest.mark.slow
@given(st.integers(1, 48), st.integers(1, 60), st.integers(1, 2000))
def test_a_cycle_waits_for_the_models_of_its_past_and_for_no_other(every: int, retrain: int, hours: int) -> None:
    some = plan(START + hours * HOUR, every * HOUR, retrain=timedelta(days=retrain))
    for cycle in some.cycles:
        needed = some.trainings_before(cycle)
        assert all(training.as_of <= cycle.as_of for training in some.trainings[:needed])
        assert all(training.as_of > cycle.as_of for training in some.trainings[needed:])
        assert needed >= 1
    assert some.cycles[-1].init_time < some.end <= some.cycles[-1].init_time + some.every


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"end": START - HOUR}, r"--end is 2015-10-31 23:00 UTC, before --start, 2015-11-01 00:00 UTC.*Exchange them"),
        ({"end": START}, r"no cycle lies between them.*up to --end, which is not among them"),
        ({"every": timedelta(0)}, r"0:00:00 apart; expected whole hours, one at least.*--every as 24h"),
        ({"every": timedelta(minutes=90)}, r"1:30:00 apart; expected whole hours"),
        ({"every": -HOUR}, r"expected whole hours"),
        ({"end": datetime(2199, 1, 1, tzinfo=UTC), "every": HOUR}, r"makes 1,60\d,\d{3} cycles; expected 100,000 at most"),
        ({"start": START + timedelta(minutes=30)}, r"--start is 2015-11-01T00:30; expected a full hour in UTC.*as 2015-11-01T00\."),
    ],
)
def test_what_is_no_backtest_is_said(changes: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        plan(**changes)  # type: ignore[arg-type]
