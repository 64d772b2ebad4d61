"""The events of all places of one day ahead, counted and listed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hazecast.backtest.events.hours import WarnedHours, hours_of_levels
from hazecast.backtest.events.lead_gain import LeadGained
from hazecast.backtest.events.matching import Match, Matching, match_events
from hazecast.backtest.events.spans import EventRule, Span, find_events, known_to_both
from hazecast.backtest.events.steps import steps_of
from hazecast.records import Level

GainOf = Callable[[int, Span], LeadGained]
Spans = tuple[Span, ...]


class Outcome(StrEnum):
    """What came of an event."""

    HIT = "hit"
    NEAR = "near hit"
    MISSED = "missed"
    FALSE = "false alarm"


@dataclass(frozen=True, slots=True)
class Episode:
    """One line of the list of events at `place`, a position among the places; hours are positions in time, None of what was not there.

    Of several observed or forecast events in one match, `observed` and `forecast` run from the first to the last; `hit_events` of the
    observed ones overlap a forecast one and make it a hit, `near_events` are close to one. `controlled` are those
    whose hours, observed or forecast, touch a day of emission control. `gained` is the lead time gained on the first observed one.
    """

    place: int
    outcome: Outcome
    observed: tuple[int, int] | None
    forecast: tuple[int, int] | None
    hit_events: int
    near_events: int
    missed_events: int
    forecast_events: int
    observed_peak: int | None
    forecast_peak: int | None
    onset_error: int | None
    end_error: int | None
    controlled: bool
    gained: LeadGained | None


@dataclass(frozen=True, slots=True)
class EventTally:
    """All episodes of one level and day ahead, and the station hours behind them."""

    rule: EventRule
    episodes: tuple[Episode, ...]
    hours: WarnedHours
    hours_in_vain_under_control: int

    def count(self, outcome: Outcome) -> int:
        """Observed events that were hit, nearly hit or missed, or forecast events that were false alarms."""
        if outcome is Outcome.FALSE:
            return sum(e.forecast_events for e in self.episodes if e.outcome is outcome)
        part = {Outcome.HIT: "hit_events", Outcome.NEAR: "near_events", Outcome.MISSED: "missed_events"}[outcome]
        return sum(getattr(e, part) for e in self.episodes)

    @property
    def observed_events(self) -> int:
        """How many there were."""
        return sum(e.hit_events + e.near_events + e.missed_events for e in self.episodes)

    @property
    def forecast_events(self) -> int:
        """How many were forecast."""
        return sum(e.forecast_events for e in self.episodes)

    @property
    def excused(self) -> int:
        """False alarms on days of emission control, of which nobody knows whether the warning was wrong or worked."""
        return sum(e.forecast_events for e in self.episodes if e.outcome is Outcome.FALSE and e.controlled)

    @property
    def onset_errors(self) -> tuple[int, ...]:
        """Of hits and near hits, in hours; positive is too late."""
        return tuple(e.onset_error for e in self.episodes if e.onset_error is not None)

    @property
    def end_errors(self) -> tuple[int, ...]:
        """Of hits and near hits, in hours; positive is too late."""
        return tuple(e.end_error for e in self.episodes if e.end_error is not None)

    def level_errors(self, ladder: Sequence[Level]) -> tuple[int, ...]:
        """Forecast minus observed peak level of hits and near hits, in steps of `ladder`, the levels of the edition."""
        peaks = [(e.forecast_peak, e.observed_peak) for e in self.episodes if e.forecast_peak is not None and e.observed_peak is not None]
        forecast, observed = steps_of(np.array(peaks, dtype=np.int64).reshape(-1, 2), ladder).T
        return tuple((forecast - observed).tolist())

    @property
    def gains(self) -> tuple[LeadGained, ...]:
        """The lead time gained on every observed event that cycles could have foreseen."""
        return tuple(e.gained for e in self.episodes if e.gained is not None and e.gained.cycles)


def tally_events(
    observed: NDArray[np.int8], forecast: NDArray[np.int8], rule: EventRule, controlled: NDArray[np.bool_], gain_of: GainOf
) -> EventTally:
    """Match the events of `observed` and `forecast` levels (hour, place), place by place; `controlled` (hour, place) says when
    emissions were controlled.

    `gain_of` tells the lead time gained on an observed event of a place. Hours that either does not know count for neither.
    Raises ValueError unless the shapes agree.
    """
    if not observed.shape == forecast.shape == controlled.shape:
        raise ValueError(f"Levels of {observed.shape} and {forecast.shape} with control days of {controlled.shape} do not go together.")
    episodes: list[Episode] = []
    for place in range(observed.shape[1]):
        seen, said = known_to_both(observed[:, place], forecast[:, place])
        matching = match_events(find_events(seen, rule), find_events(said, rule), rule.near_hours)
        episodes += _Place(place, controlled[:, place], gain_of).episodes(matching)
    return EventTally(
        rule=rule,
        episodes=tuple(episodes),
        hours=hours_of_levels(observed, forecast, rule.level),
        hours_in_vain_under_control=hours_of_levels(observed[controlled], forecast[controlled], rule.level).in_vain,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """One place, whose events are written down."""

    place: int
    controlled: NDArray[np.bool_]
    gain_of: GainOf

    def episodes(self, matching: Matching) -> list[Episode]:
        found = [
            *(self._episode(Outcome.HIT if m.overlapped else Outcome.NEAR, m.observed, m.forecast, m) for m in matching.matches),
            *(self._episode(Outcome.MISSED, (span,), ()) for span in matching.missed),
            *(self._episode(Outcome.FALSE, (), (span,)) for span in matching.false),
        ]
        return sorted(found, key=lambda e: min(hours[0] for hours in (e.observed, e.forecast) if hours))

    def _episode(self, outcome: Outcome, observed: Spans, forecast: Spans, match: Match | None = None) -> Episode:
        return Episode(
            place=self.place,
            outcome=outcome,
            observed=_extent(observed),
            forecast=_extent(forecast),
            hit_events=match.overlapped if match else 0,
            near_events=len(observed) - match.overlapped if match else 0,
            missed_events=0 if match else len(observed),
            forecast_events=len(forecast),
            observed_peak=_peak(observed),
            forecast_peak=_peak(forecast),
            onset_error=match.onset_error if match else None,
            end_error=match.end_error if match else None,
            controlled=any(bool(self.controlled[s.first : s.last + 1].any()) for s in observed + forecast),
            gained=self.gain_of(self.place, observed[0]) if observed else None,
        )


def _extent(spans: Spans) -> tuple[int, int] | None:
    return (spans[0].first, spans[-1].last) if spans else None


def _peak(spans: Spans) -> int | None:
    return max((s.peak for s in spans), default=None)
