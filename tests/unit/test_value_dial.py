"""The dial of the cost-loss ratio, worked out by hand."""

import numpy as np
import pytest

from hazecast.backtest.dial import turn_dial
from hazecast.backtest.events.days_ahead import DayAhead, Frame
from hazecast.backtest.events.hours import WarnedHours
from hazecast.backtest.events.review import EventReview, EventTerms
from hazecast.backtest.events.strands import Strand
from hazecast.backtest.events.tally import Outcome
from hazecast.backtest.value import expense_of, relative_value
from hazecast.records import Level

HOURS = 72


def review(observed: np.ndarray, chance: np.ndarray) -> EventReview:
    """One station for three days, with the chance of yellow."""
    times = np.datetime64("2015-12-01T01", "ns") + np.arange(HOURS) * np.timedelta64(1, "h")
    unknown = np.full((1, HOURS, 1), np.nan)
    frame = Frame(times, ("a",), np.full((HOURS, 1), 50.0), observed[:, None].astype(np.int8), np.zeros((HOURS, 1), dtype=bool))
    level = np.zeros((1, HOURS, 1), dtype=np.int8)
    day = DayAhead(Strand(1, 1, 24, 0), ("hazecast",), unknown, level, np.concatenate([unknown, unknown]), chance[None, :, None])
    return EventReview(EventTerms(), frame, (day,), (), (), None)


def test_hours_days_and_events_at_a_ratio() -> None:
    observed, chance = np.zeros(HOURS), np.zeros(HOURS)
    observed[5:10] = 2  # the first day; warned from 7 on
    chance[7:13] = 0.3
    observed[30:33] = 2  # the second; not likely enough
    chance[30:33] = 0.1
    chance[60:64] = 0.125  # the third, in vain, and just as likely as it must be
    (setting,) = turn_dial(review(observed, chance), (Level.YELLOW,), 1 / 8)
    hours = setting.tally.hours
    assert (hours.warned, hours.unwarned, hours.in_vain) == (3, 5, 7)
    assert (setting.days.warned, setting.days.unwarned, setting.days.in_vain) == (1, 1, 1)
    assert [setting.tally.count(o) for o in Outcome] == [1, 0, 1, 1]
    (lower,) = turn_dial(review(observed, chance), (Level.YELLOW,), 0.1)
    assert (lower.tally.hours.warned, lower.days.unwarned) == (6, 0)


def test_a_day_with_an_unknown_hour_does_not_count() -> None:
    observed, chance = np.zeros(HOURS), np.zeros(HOURS)
    observed[5:10] = 2
    observed[11] = -1
    chance[35] = np.nan
    (setting,) = turn_dial(review(observed, chance), (Level.YELLOW,), 0.5)
    assert (setting.days.warned, setting.days.unwarned, setting.days.in_vain) == (0, 0, 0)
    assert setting.tally.hours.unknown == 2


def test_without_probabilities_there_is_no_dial() -> None:
    assert turn_dial(review(np.zeros(HOURS), np.full(HOURS, np.nan)), (Level.YELLOW,), 0.5) == ()


@pytest.mark.parametrize("ratio", [0.02, 1 / 8, 0.5])
def test_what_is_spent_gives_the_value(ratio: float) -> None:
    hours = WarnedHours(warned=30, in_vain=20, unwarned=10, quiet=140, unknown=7)
    expense = expense_of(hours, ratio)
    assert expense.spent == pytest.approx(50 + 10 / ratio)
    assert expense.best == 40
    assert expense.plain == pytest.approx(min(200, 40 / ratio))
    assert expense.value == pytest.approx(float(relative_value(30 / 40, 20 / 160, 40 / 200, ratio)))


def test_where_nothing_happens_nothing_can_be_saved() -> None:
    assert np.isnan(expense_of(WarnedHours(0, 5, 0, 20, 0), 0.2).value)
