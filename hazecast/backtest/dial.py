"""What a user would have done who acts as soon as the probability of a level reaches the ratio of the cost of acting to the loss."""

from dataclasses import dataclass

import numpy as np

from hazecast.backtest.events.days_ahead import DayAhead
from hazecast.backtest.events.lead_gain import LeadGained
from hazecast.backtest.events.review import EventReview
from hazecast.backtest.events.tally import EventTally, tally_events
from hazecast.backtest.value import Expense, expense_of
from hazecast.records import Level


@dataclass(frozen=True, slots=True)
class StationDays:
    """Days of stations, from one cycle to the next, with at least the least hours of an event at the level."""

    warned: int
    in_vain: int
    unwarned: int


@dataclass(frozen=True, slots=True)
class DialSetting:
    """Acting on one level, a day ahead, at one cost-loss ratio."""

    level: Level
    day: str
    ratio: float
    tally: EventTally
    days: StationDays

    @property
    def expense(self) -> Expense:
        """What it came to."""
        return expense_of(self.tally.hours, self.ratio)


def turn_dial(review: EventReview, levels: tuple[Level, ...], ratio: float) -> tuple[DialSetting, ...]:
    """The dial at `ratio` (0 to 1) for each level and day ahead whose probabilities are known; `levels` are the edition's, in order."""
    return tuple(
        _setting(review, day, level, at, ratio)
        for at, level in enumerate(levels)
        for day in review.days
        if not np.isnan(day.chances[at]).all()
    )


def _setting(review: EventReview, day: DayAhead, level: Level, at: int, ratio: float) -> DialSetting:
    chance, frame = day.chances[at], review.frame
    acted = np.where(np.isnan(chance), Level.UNKNOWN, np.where(chance >= ratio, int(level), 0)).astype(np.int8)
    nothing = LeadGained(None, None, 0)
    tally = tally_events(frame.level, acted, review.terms.rule(level), frame.controlled, lambda *_: nothing)
    return DialSetting(level, day.strand.name, ratio, tally, _days(frame.level, acted, level, review.terms.least_hours))


def _days(observed: np.ndarray, acted: np.ndarray, level: Level, least_hours: int) -> StationDays:
    """Whole days of 24 hours from the first on; one with an unknown hour does not count."""
    whole = observed.shape[0] // 24
    seen, said = (x[: 24 * whole].reshape(whole, 24, -1) for x in (observed, acted))
    known = ((seen >= 0) & (said >= 0)).all(axis=1)
    happened, warned = ((x >= level).sum(axis=1) >= least_hours for x in (seen, said))
    return StationDays(
        warned=int((known & happened & warned).sum()),
        in_vain=int((known & ~happened & warned).sum()),
        unwarned=int((known & happened & ~warned).sum()),
    )
