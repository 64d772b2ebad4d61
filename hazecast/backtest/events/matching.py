"""Which forecast event belongs to which observed one."""

from collections.abc import Sequence
from dataclasses import dataclass

from hazecast.backtest.events.spans import Span


@dataclass(frozen=True, slots=True)
class Match:
    """Observed and forecast events that overlap, or one of each that are `near`: the first and last of each kind are compared.

    Errors are forecast minus observed, in hours (positive: too late) and in levels; None where an edge is cut off by unknown hours.
    """

    observed: tuple[Span, ...]
    forecast: tuple[Span, ...]
    near: bool

    def __post_init__(self) -> None:
        if not self.observed or not self.forecast:
            raise ValueError("A match needs an observed and a forecast event.")

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

    @property
    def level_error(self) -> int:
        """Levels by which the highest one was forecast too high."""
        return max(s.peak for s in self.forecast) - max(s.peak for s in self.observed)


@dataclass(frozen=True, slots=True)
class Matching:
    """Every event of a series once: in a match that overlaps (`hits`) or is `near`, or `missed`, or forecast and `false`."""

    hits: tuple[Match, ...]
    near: tuple[Match, ...]
    missed: tuple[Span, ...]
    false: tuple[Span, ...]


def match_events(observed: Sequence[Span], forecast: Sequence[Span], near_hours: int) -> Matching:
    """Match the events of two series over the same hours.

    All events that overlap, directly or through others, are one match: an episode forecast in two pieces is one hit and no false
    alarm. Of those that overlap nothing, the pairs at most `near_hours` apart are near, each event in one pair, the closest first.
    """
    groups = _overlapping(observed, forecast)
    hits = tuple(Match(o, f, near=False) for o, f in groups if o and f)
    alone = [o for o, f in groups if not f], [f for o, f in groups if not o]
    missed, false = ([span for group in kind for span in group] for kind in alone)
    near = []
    for o, f in sorted(((o, f) for o in missed for f in false), key=lambda pair: (_hours_apart(*pair), pair[0].first, pair[1].first)):
        if _hours_apart(o, f) <= near_hours and o in missed and f in false:
            missed.remove(o)
            false.remove(f)
            near.append(Match((o,), (f,), near=True))
    near.sort(key=lambda match: match.observed[0].first)
    return Matching(hits, tuple(near), tuple(missed), tuple(false))


def _overlapping(observed: Sequence[Span], forecast: Sequence[Span]) -> list[tuple[tuple[Span, ...], tuple[Span, ...]]]:
    """Groups of events that share hours, in the order of time; events of one kind never overlap each other."""
    groups: list[tuple[list[Span], list[Span]]] = []
    end = -1
    for span, kind in sorted([(s, 0) for s in observed] + [(s, 1) for s in forecast], key=lambda one: (one[0].first, one[1])):
        if not groups or span.first > end:
            groups.append(([], []))
        groups[-1][kind].append(span)
        end = max(end, span.last)
    return [(tuple(o), tuple(f)) for o, f in groups]


def _hours_apart(one: Span, other: Span) -> int:
    """From the last hour of the earlier to the first hour of the later; 1 where they adjoin."""
    return max(one.first, other.first) - min(one.last, other.last)
