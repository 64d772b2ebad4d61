"""All that a scorecard tells of, worked out once and handed to each of its sections."""

from collections.abc import Callable
from dataclasses import dataclass

from hazecast.backtest.comparison.compared import HeadToHead, compare_apart, compare_paired, same_cases
from hazecast.backtest.dial import DialSetting, turn_dial
from hazecast.backtest.events.review import EventReview, EventTerms, review_events
from hazecast.backtest.scorecard.options import ScorecardOptions
from hazecast.backtest.scorecard.stored import StoredBacktest, load_backtest
from hazecast.backtest.value import ValueCurve, value_curve
from hazecast.backtest.verification import FORECAST, ControlDays, Verification, read_control_days, verify
from hazecast.backtest.verification.pairs import Against, against
from hazecast.intake.territories import areas_of
from hazecast.records import Level
from hazecast.warnings.hourly_edition import HourlyEdition

Progress = Callable[[str, float], None]
WITHOUT_CONTROL = "without control days"


@dataclass(frozen=True, slots=True)
class LevelValue:
    """The economic value of warnings of a level, a day ahead, by forecast."""

    level: Level
    day: str
    curves: dict[str, ValueCurve]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A backtest with its scores, events, values and, where another is at hand, how it stands beside that."""

    backtest: StoredBacktest
    verification: Verification
    control: ControlDays | None
    events: EventReview
    values: tuple[LevelValue, ...]
    dial: tuple[DialSetting, ...]
    cost_ratio: float
    versus: HeadToHead | None

    @property
    def levels(self) -> tuple[Level, ...]:
        """Those of the edition, the lowest first."""
        return tuple(row.level for row in self.verification.terms.edition.levels)

    @property
    def counted(self) -> str:
        """What a level is counted by: days, where the edition decides on them, or hours."""
        return "hour" if isinstance(self.verification.terms.edition, HourlyEdition) else "day"


def gather_evidence(backtest: StoredBacktest, options: ScorecardOptions, progress: Progress) -> Evidence:
    """Work everything out; raises what reading the other backtest or the control days raises."""
    terms, stations = backtest.terms, tuple(str(s) for s in backtest.forecasts["station"].values)
    control = read_control_days(options.control_days, backtest.areas, stations) if options.control_days else None
    other = load_backtest(options.compare) if options.compare else None
    progress("scoring", 0.0)
    verification = verify(backtest.forecasts, backtest.observed, terms, control_days=control)
    progress("scoring", 0.5)
    held = against(backtest.forecasts, backtest.observed, terms)
    warnings = backtest.settings.warnings
    rules = EventTerms(least_hours=warnings.minimum_hours if held.days is None else 1, area_share=warnings.area_share)
    in_force = [told.in_force for told in backtest.told]
    verified = tuple(area for area in areas_of(backtest.settings) if area.station_ids)  # others were never measured
    events = review_events(backtest.forecasts, held, rules, control, verified, in_force)
    progress("scoring", 0.8)
    levels = tuple(row.level for row in terms.edition.levels)
    found = Evidence(
        backtest=backtest,
        verification=verification,
        control=control,
        events=events,
        values=_values(events, levels),
        dial=turn_dial(events, levels, options.cost_ratio),
        cost_ratio=options.cost_ratio,
        versus=_versus(backtest, other, held) if other else None,
    )
    progress("scoring", 1.0)
    return found


def _values(events: EventReview, levels: tuple[Level, ...]) -> tuple[LevelValue, ...]:
    """Of the first day ahead, levels that were observed."""
    found = []
    for day in events.days[:1]:
        known = (events.frame.level >= 0) & (day.levels[0] >= 0)
        for at, level in enumerate(levels):
            happened = events.frame.level >= level
            if (happened & known).any():
                curves = {
                    name: value_curve(
                        happened, day.levels[i] >= level, known & (day.levels[i] >= 0), day.chances[at] if name == FORECAST else None
                    )
                    for i, name in enumerate(day.forecasts)
                    if (day.levels[i] >= 0).any()
                }
                found.append(LevelValue(level, day.strand.name, curves))
    return tuple(found)


def _versus(backtest: StoredBacktest, other: StoredBacktest, held: Against) -> HeadToHead:
    names = (backtest.name, other.name) if backtest.name != other.name else (str(backtest.folder), str(other.folder))
    shared = same_cases(backtest.forecasts, other.forecasts)
    if shared is not None:
        return compare_paired(*shared, against(shared[0], backtest.observed, backtest.terms), names)
    theirs = against(other.forecasts, other.observed, other.terms)
    return compare_apart((backtest.forecasts, held), (other.forecasts, theirs), names)
