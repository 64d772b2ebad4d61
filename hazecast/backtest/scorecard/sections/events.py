"""Warnings as events: what was hit and missed, how early, how steadily, and the episodes themselves."""

import numpy as np

from hazecast.backtest.events.flip_flop import FlipFlop
from hazecast.backtest.events.lead_gain import LeadGained
from hazecast.backtest.events.tally import EventTally, Outcome
from hazecast.backtest.scorecard.blocks import Cell, Row, Section, Table
from hazecast.backtest.scorecard.episodes import episode_pictures, episode_table
from hazecast.backtest.scorecard.evidence import Evidence
from hazecast.backtest.scorecard.explanations import CONTROL, EVENTS, FLIP_FLOP, LEAD_GAINED
from hazecast.backtest.scorecard.wording import NOTHING, counted, fixed, level_in_words, percent, signed
from hazecast.backtest.verification import FORECAST

OUTCOMES = ("Events", "Hit", "Nearly", "Missed", "False alarms")
HOURS = ("Hours warned rightly", "Hours not warned", "Hours in vain")


def events_section(evidence: Evidence) -> Section:
    """Events at stations and, where warnings were kept, in areas."""
    review, rules = evidence.events, evidence.events.terms
    notes = [
        EVENTS.format(least=rules.least_hours, gap=rules.longest_gap_hours, near=rules.near_hours),
        LEAD_GAINED,
        FLIP_FLOP,
    ]
    if not review.days:
        return Section("events", "Warnings as events", said=("The forecasts are shorter than a day: no day ahead can be told.",))
    if evidence.control:
        notes.append(CONTROL)
    tables = [_summary(evidence), _timing(evidence), _level_errors(evidence), _flips(evidence), *_issued(evidence)]
    return Section(
        anchor="events",
        title="Warnings as events",
        said=_said(evidence),
        pictures=episode_pictures(evidence),
        tables=(*tables, *episode_table(evidence)),
        notes=tuple(notes),
    )


def _said(evidence: Evidence) -> tuple[str, ...]:
    said = []
    day = evidence.events.days[0].strand.name
    told = {row.level for row in evidence.events.rows if (row.day, row.forecast) == (day, FORECAST)}
    for level in [level for level in evidence.levels if level in told][:1]:
        tally = evidence.events.row(level, day, FORECAST)
        hours = tally.hours
        excused = f" ({tally.excused} on control days)" if evidence.control else ""
        said.append(
            f"A day ahead, {level_in_words(level)}: {counted(tally.observed_events, 'event')} observed, "
            f"{tally.count(Outcome.HIT)} hit, {tally.count(Outcome.NEAR)} nearly, {tally.count(Outcome.MISSED)} missed; "
            f"{counted(tally.count(Outcome.FALSE), 'false alarm')}{excused}. {counted(hours.in_vain, 'station hour')} were warned in vain, "
            f"{percent(hours.false_alarm_ratio)} of all that were warned."
        )
    return tuple(said)


def _summary(evidence: Evidence) -> Table:
    rows = []
    for at, row in enumerate(evidence.events.rows):
        tally, hours = row.tally, row.tally.hours
        counts = [Cell(f"{n:,}") for n in (tally.observed_events, *(tally.count(o) for o in (Outcome.HIT, Outcome.NEAR, Outcome.MISSED)))]
        false = Cell(f"{tally.count(Outcome.FALSE):,}", f"{tally.excused} on control days" if evidence.control else "")
        shares = [
            Cell(percent(_share(tally.count(Outcome.HIT), tally.observed_events))),
            Cell(percent(_share(tally.count(Outcome.FALSE), tally.forecast_events))),
        ]
        vain = Cell(
            f"{hours.in_vain:,}",
            f"{tally.hours_in_vain_under_control:,} on control days" if evidence.control else percent(hours.false_alarm_ratio),
        )
        cells = (*counts, false, *shares, Cell(f"{hours.warned:,}"), Cell(f"{hours.unwarned:,}"), vain)
        before = evidence.events.rows[at - 1] if at else None
        new = before is None or (before.level, before.day) != (row.level, row.day)
        rows.append(Row(row.forecast, cells, f"{row.level.name.lower()}, {row.day}", new, row.forecast == FORECAST))
    columns = ("Forecast, level, day ahead", *OUTCOMES, "Share hit", "Share false", *HOURS)
    return Table("Events at stations", columns, tuple(rows))


def _timing(evidence: Evidence) -> Table:
    rows = []
    for row in (r for r in evidence.events.rows if r.forecast == FORECAST):
        tally = row.tally
        early = [g.first for g in tally.gains if g.first is not None]
        held = [g.held for g in tally.gains if g.held is not None]
        never = sum(g.first is None for g in tally.gains)
        cells = (
            _errors(tally.onset_errors),
            _errors(tally.end_errors),
            _hours(early, tally.gains),
            _hours(held, tally.gains),
            Cell(f"{never:,}", f"of {len(tally.gains):,}"),
        )
        rows.append(Row(f"{row.level.name.capitalize()}, {row.day}", cells, first=row.day == evidence.events.days[0].strand.name))
    columns = ("Level, day ahead", "Onset error (h)", "End error (h)", "Lead time gained (h)", "Held (h)", "Never foreseen")
    return Table("When: the median, and below it the middle half of all and how many there are", columns, tuple(rows))


def _errors(errors: tuple[int, ...]) -> Cell:
    if not errors:
        return Cell(NOTHING)
    low, middle, high = np.percentile(errors, [25, 50, 75])
    return Cell(signed(float(middle), 0), f"{signed(float(low), 0)} to {signed(float(high), 0)}, {len(errors):,} events")


def _hours(hours: list[int], gains: tuple[LeadGained, ...]) -> Cell:
    if not hours:
        return Cell(NOTHING)
    low, middle, high = np.percentile(hours, [25, 50, 75])
    return Cell(fixed(float(middle), 0), f"{fixed(float(low), 0)} to {fixed(float(high), 0)}, {len(hours):,} of {len(gains):,}")


def _level_errors(evidence: Evidence) -> Table:
    rows = []
    for row in (r for r in evidence.events.rows if r.forecast == FORECAST and r.level == evidence.levels[0]):
        errors = np.array(row.tally.level_errors(evidence.levels), dtype=np.int64)
        sides = ((errors <= -2).sum(), (errors == -1).sum(), (errors == 0).sum(), (errors == 1).sum(), (errors >= 2).sum())
        rows.append(Row(row.day.capitalize(), tuple(Cell(f"{int(n):,}", percent(_share(int(n), errors.size))) for n in sides)))
    columns = ("Day ahead", "2 or more too low", "1 too low", "Right", "1 too high", "2 or more too high")
    return Table(f"Highest level of events at {level_in_words(evidence.levels[0])} that were hit or nearly hit", columns, tuple(rows))


def _flips(evidence: Evidence) -> Table:
    rows = [Row(name, _flip_cells(flip)) for name, flip in evidence.events.flips]
    columns = ("Forecast", "Days of stations", "Changes from cycle to cycle", "Raised", "Lowered", "Up and down", "Flip-flop index")
    return Table("Flip-flop: the level of one day over the cycles that forecast it", columns, tuple(rows))


def _flip_cells(flip: FlipFlop) -> tuple[Cell, ...]:
    changed = flip.raised + flip.lowered
    return (
        Cell(f"{flip.windows:,}"),
        Cell(percent(_share(changed, flip.steps), 1), f"{changed:,} of {flip.steps:,}"),
        Cell(percent(_share(flip.raised, flip.steps), 1)),
        Cell(percent(_share(flip.lowered, flip.steps), 1)),
        Cell(percent(_share(flip.turned, flip.windows), 1), f"{flip.turned:,} days"),
        Cell(fixed(flip.index, 3)),
    )


def _issued(evidence: Evidence) -> tuple[Table, ...]:
    issued = evidence.events.issued
    if issued is None:
        return ()
    rows = [Row(level_in_words(level).capitalize(), _issued_cells(tally, evidence)) for level, tally in issued.tallies]
    columns = ("Level", *OUTCOMES, "Onset error (h)", "End error (h)", *HOURS)
    areas = counted(len(issued.areas), "area")
    share = percent(evidence.events.terms.area_share)
    return (Table(f"Warnings as they were issued, {areas}: an area is at a level where {share} of its stations are", columns, tuple(rows)),)


def _issued_cells(tally: EventTally, evidence: Evidence) -> tuple[Cell, ...]:
    hours = tally.hours
    return (
        Cell(f"{tally.observed_events:,}"),
        *(Cell(f"{tally.count(o):,}") for o in (Outcome.HIT, Outcome.NEAR, Outcome.MISSED)),
        Cell(f"{tally.count(Outcome.FALSE):,}", f"{tally.excused} on control days" if evidence.control else ""),
        _errors(tally.onset_errors),
        _errors(tally.end_errors),
        Cell(f"{hours.warned:,}"),
        Cell(f"{hours.unwarned:,}"),
        Cell(f"{hours.in_vain:,}", percent(hours.false_alarm_ratio)),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
