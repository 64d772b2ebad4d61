"""The events of a whole backtest: every level, day ahead and forecast, and the warnings that were issued for areas."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.backtest.events.areas import area_levels, warned_levels
from hazecast.backtest.events.days_ahead import DayAhead, Frame, days_ahead, frame_of, levels_of_cycles
from hazecast.backtest.events.flip_flop import FlipFlop, flip_flop, window_levels
from hazecast.backtest.events.lead_gain import LeadGained, lead_gained
from hazecast.backtest.events.spans import EventRule, Span
from hazecast.backtest.events.strands import HOURS_OF_DAY
from hazecast.backtest.events.tally import EventTally, tally_events
from hazecast.backtest.verification.control_days import ControlDays
from hazecast.backtest.verification.day_levels import Days
from hazecast.backtest.verification.pairs import Against, with_levels
from hazecast.backtest.verification.terms import CLIMATOLOGY, FORECAST
from hazecast.records import Area, HazeWarning, Level

Levels = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class EventTerms:
    """What an event is at every level; see `EventRule`. `area_share` of an area's stations make its level."""

    least_hours: int = 3
    longest_gap_hours: int = 3
    near_hours: int = 6
    area_share: float = 0.3

    def rule(self, level: Level) -> EventRule:
        """The rule at one level."""
        return EventRule(int(level), self.least_hours, self.longest_gap_hours, self.near_hours)


@dataclass(frozen=True, slots=True)
class EventRow:
    """The events of one level and forecast at the stations, on one day ahead."""

    level: Level
    day: str
    forecast: str
    tally: EventTally


@dataclass(frozen=True, slots=True, eq=False)
class IssuedWarnings:
    """Areas: what was observed and what was warned of, (hour, area), and their events by level."""

    areas: tuple[Area, ...]
    observed: Levels
    warned: Levels
    tallies: tuple[tuple[Level, EventTally], ...]


@dataclass(frozen=True, slots=True, eq=False)
class EventReview:
    """All that is told of events. `flips` are those of each forecast's daily levels; `issued` is None where no warnings were kept."""

    terms: EventTerms
    frame: Frame
    days: tuple[DayAhead, ...]
    rows: tuple[EventRow, ...]
    flips: tuple[tuple[str, FlipFlop], ...]
    issued: IssuedWarnings | None

    def row(self, level: Level, day: str, forecast: str) -> EventTally:
        """One row's tally; raises KeyError where there is none."""
        for row in self.rows:
            if (row.level, row.day, row.forecast) == (level, day, forecast):
                return row.tally
        raise KeyError((level, day, forecast))


@dataclass(frozen=True, slots=True, eq=False)
class Cycles:
    """The levels of all cycles, (forecast, cycle, station, lead), and where they stand in the hours of a frame."""

    init_hours: NDArray[np.int64]
    lead_hours: NDArray[np.int64]
    levels: Levels = field(repr=False)

    def gained(self, forecast: int, place: int, span: Span, rule: EventRule) -> LeadGained:
        """Lead time gained by one forecast on an observed event."""
        return lead_gained(span, self.init_hours, self.lead_hours, self.levels[forecast, :, place], rule)

    def flips(self, forecast: int, starts: NDArray[np.int64], terms: EventTerms, ladder: Sequence[Level]) -> FlipFlop:
        """Flip-flop of one forecast over the days after `starts` at all places."""
        places = range(self.levels.shape[2])
        tables = [window_levels(self.init_hours, self.lead_hours, self.levels[forecast, :, p], starts, terms.least_hours) for p in places]
        return flip_flop(np.concatenate(tables), ladder)


def review_events(
    forecasts: xr.Dataset,
    held: Against,
    terms: EventTerms,
    control: ControlDays | None = None,
    areas: Sequence[Area] = (),
    in_force: Sequence[Sequence[HazeWarning]] = (),
) -> EventReview:
    """Review `forecasts` (init_time, station, lead_time), cycles ascending; `in_force` are the warnings after each of their cycles.

    Baselines stand beside but for climatology, which warns of nothing or always. Without `in_force` no issued warnings are reviewed.
    """
    forecasts = with_levels(forecasts, held)
    frame = frame_of(forecasts, held, control)
    days = days_ahead(forecasts, held, frame)
    inits = forecasts["init_time"].values
    cycles = Cycles(frame.hour_of(inits), forecasts["lead_time"].values.astype(np.int64), levels_of_cycles(forecasts, held))
    levels = tuple(row.level for row in held.terms.edition.levels)
    compared = _compared(days)
    starts = (
        np.unique(cycles.init_hours[np.isin(inits, days[0].strand.of(forecasts)["init_time"].values)]) if days else cycles.init_hours[:0]
    )
    if held.days is not None:
        starts = starts + (held.days.begin - frame.hour_of_day(starts)) % HOURS_OF_DAY
    windows = np.unique(starts[:, None] + HOURS_OF_DAY * np.arange(len(days)))
    return EventReview(
        terms=terms,
        frame=frame,
        days=days,
        rows=tuple(_row(level, day, f, frame, cycles, terms) for level in levels for day in days for f in compared.items()),
        flips=tuple((f, cycles.flips(i, windows, terms, levels)) for f, i in compared.items()),
        issued=_issued(frame, held, inits, areas, in_force, terms) if len(in_force) == inits.size and areas else None,
    )


def _compared(days: Sequence[DayAhead]) -> dict[str, int]:
    """The forecast, and the baselines that say anything of levels, with their positions."""
    if not days:
        return {}
    known = [any((day.levels[i] != Level.UNKNOWN).any() for day in days) for i in range(len(days[0].forecasts))]
    return {f: i for i, f in enumerate(days[0].forecasts) if (known[i] or f == FORECAST) and f != CLIMATOLOGY}


def _row(level: Level, day: DayAhead, forecast: tuple[str, int], frame: Frame, cycles: Cycles, terms: EventTerms) -> EventRow:
    name, at = forecast
    rule = terms.rule(level)
    tally = tally_events(frame.level, day.levels[at], rule, frame.controlled, lambda place, span: cycles.gained(at, place, span, rule))
    return EventRow(level, day.strand.name, name, tally)


def _issued(
    frame: Frame,
    held: Against,
    inits: NDArray[np.datetime64],
    areas: Sequence[Area],
    in_force: Sequence[Sequence[HazeWarning]],
    terms: EventTerms,
) -> IssuedWarnings:
    members = [np.array([frame.stations.index(s) for s in a.station_ids if s in frame.stations], dtype=np.int64) for a in areas]
    observed = area_levels(frame.level, members, terms.area_share) if held.days is None else _area_days(frame, held, held.days, members)
    warned = warned_levels(inits, in_force, [a.id for a in areas], frame.times)
    controlled = np.stack([frame.controlled[:, m].any(axis=1) for m in members], axis=1)
    nothing = LeadGained(None, None, 0)
    levels = [row.level for row in held.terms.edition.levels]
    tallies = [(level, tally_events(observed, warned, terms.rule(level), controlled, lambda *_: nothing)) for level in levels]
    return IssuedWarnings(tuple(areas), observed, warned, tuple(tallies))


def _area_days(frame: Frame, held: Against, days: Days, members: Sequence[NDArray[np.int64]]) -> Levels:
    """The levels of areas (hour, area) by an edition on days, which judges all stations of an area together."""
    seen = held.observations
    found = [days.observed(seen.pm25[:, None, own], seen.first)[:, 0] for own in members]
    hours = seen.hour_of(frame.times)
    inside = (hours >= 0) & (hours < seen.pm25.shape[0])
    return np.stack([np.where(inside, own[np.clip(hours, 0, own.size - 1)], np.int8(Level.UNKNOWN)) for own in found], axis=1)
