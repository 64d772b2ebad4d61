"""Which forecast events belong to which observed ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from hazecast.backtest.events.spans import Span


@dataclass(frozen=True, slots=True)
class Match:
    """Observed and forecast events that belong together; the first and the last of each kind are compared.

    `overlapped` of the observed ones share hours with a forecast one; the others are close to one. Errors are forecast minus observed, in
    hours (positive: too late); None where an edge is cut off by unknown hours.
    """

    observed: tuple[Span, ...]
    forecast: tuple[Span, ...]
    overlapped: int

    def __post_init__(self) -> None:
        if not self.observed or not self.forecast or not 0 <= self.overlapped <= len(self.observed):
            raise ValueError(
                f"A match of {len(self.observed)} observed and {len(self.forecast)} forecast events, {self.overlapped} overlapped."
            )

    @property
    def onset_error(self) -> int | None:
        """Hours by which the onset was forecast too late."""
        forecast, observed = self.forecast[0], self.observed[0]
        return forecast.first - observed.first if forecast.onset_known and observed.onset_known else None

    @property
    def end_error(self) -> int | None:
        """Hours by which the end was forecast too late."""
        forecast, observed = self.forecast[-1], self.observed[-1]
        return forecast.last - observed.last if forecast.end_known and observed.end_known else None


@dataclass(frozen=True, slots=True)
class Matching:
    """Every event of a series once: in one of the `matches`, or `missed`, or forecast and `false`."""

    matches: tuple[Match, ...]
    missed: tuple[Span, ...]
    false: tuple[Span, ...]


def match_events(observed: Sequence[Span], forecast: Sequence[Span], near_hours: int) -> Matching:
    """Match the events of two series over the same hours, each in the order of time.

    An observed and a forecast event that overlap, or have at most `near_hours` hours between them, belong together, and so do those that
    belong to the same third: an episode forecast in two pieces is one match. What belongs to nothing is missed or false.
    """
    near = [[_hours_between(o, f) <= near_hours for f in forecast] for o in observed]
    matches, missed, taken = [], [], set[int]()
    left = list(range(len(observed)))
    while left:
        group, partners = _belonging(left[0], near)
        left = [o for o in left if o not in group]
        taken |= partners
        if partners:
            seen, said = tuple(observed[o] for o in sorted(group)), tuple(forecast[f] for f in sorted(partners))
            matches.append(Match(seen, said, sum(any(_hours_between(o, f) < 0 for f in said) for o in seen)))
        else:
            missed.append(observed[min(group)])
    return Matching(tuple(matches), tuple(missed), tuple(f for i, f in enumerate(forecast) if i not in taken))


def _belonging(start: int, near: Sequence[Sequence[bool]]) -> tuple[set[int], set[int]]:
    """The observed and the forecast events that belong together with the observed one `start`."""
    group, partners, fresh = {start}, set[int](), {start}
    while fresh:
        partners |= {f for o in fresh for f, close in enumerate(near[o]) if close}
        fresh = {o for o, row in enumerate(near) if any(row[f] for f in partners)} - group
        group |= fresh
    return group, partners


def _hours_between(one: Span, other: Span) -> int:
    """Hours that lie between two events: 0 where they adjoin, negative where they overlap."""
    return max(one.first, other.first) - min(one.last, other.last) - 1
