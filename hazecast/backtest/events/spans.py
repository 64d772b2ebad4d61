"""Events in a series of hourly levels: hours at or above a level, close ones taken together, short ones left out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.int8]
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class EventRule:
    """What counts as one event at `level` or above.

    Stretches with at most `longest_gap_hours` below the level, or unknown, between them are one event; then an event needs
    `least_hours` hours at the level. A forecast event with at most `near_hours` hours between it and an observed one is close to it.
    """

    level: int
    least_hours: int = 3
    longest_gap_hours: int = 3
    near_hours: int = 6

    def __post_init__(self) -> None:
        if self.level < 1 or self.least_hours < 1 or self.longest_gap_hours < 0 or self.near_hours < 0:
            raise ValueError(f"{self} is no rule; expected level and least_hours from 1, longest_gap_hours and near_hours from 0.")


@dataclass(frozen=True, slots=True)
class Span:
    """One event: its `first` and `last` hour as positions in the series, both at the level, and its `peak` level.

    Onset and end are known where the hour before and the hour after are; an event that the series or a gap cuts off has none.
    """

    first: int
    last: int
    peak: int
    onset_known: bool
    end_known: bool

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"An event from hour {self.first} to hour {self.last} is empty.")

    @property
    def hours(self) -> int:
        """How long it lasts, gaps included."""
        return self.last - self.first + 1


def find_events(levels: Levels, rule: EventRule) -> tuple[Span, ...]:
    """The events of one series of hourly levels (hour,), in the order of time; `UNKNOWN` is at no level.

    Raises ValueError unless the series has one dimension.
    """
    if levels.ndim != 1:
        raise ValueError(f"The levels have the shape {levels.shape}; expected one series.")
    at = np.flatnonzero(levels >= rule.level)
    if not at.size:
        return ()
    stretches = np.split(at, np.flatnonzero(np.diff(at) > rule.longest_gap_hours + 1) + 1)
    return tuple(_span(levels, hours) for hours in stretches if hours.size >= rule.least_hours)


def _span(levels: Levels, hours: NDArray[np.intp]) -> Span:
    first, last = int(hours[0]), int(hours[-1])
    return Span(
        first=first,
        last=last,
        peak=int(levels[hours].max()),
        onset_known=first > 0 and levels[first - 1] != UNKNOWN,
        end_known=last + 1 < levels.size and levels[last + 1] != UNKNOWN,
    )


def known_to_both(observed: Levels, forecast: Levels) -> tuple[Levels, Levels]:
    """Both series, `UNKNOWN` wherever either is: what was not forecast or not observed is neither hit nor miss."""
    lacking = (observed == UNKNOWN) | (forecast == UNKNOWN)
    unknown = np.int8(UNKNOWN)
    return np.where(lacking, unknown, observed), np.where(lacking, unknown, forecast)
