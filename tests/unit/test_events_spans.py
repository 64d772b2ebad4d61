"""Events of a series and how two series of events are matched, on series whose answer a reader can see."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hazecast.backtest.events.matching import Matching, match_events
from hazecast.backtest.events.spans import EventRule, Span, find_events, known_to_both

RULE = EventRule(level=2, least_hours=3, longest_gap_hours=2, near_hours=4)
SERIES = st.text("0123?", max_size=60)


def levels(drawn: str) -> NDArray[np.int8]:
    """One hour a character: a level, or ? for unknown."""
    return np.array([-1 if c == "?" else int(c) for c in drawn], dtype=np.int8)


def spans(drawn: str, rule: EventRule = RULE) -> list[tuple[int, int, int]]:
    return [(s.first, s.last, s.peak) for s in find_events(levels(drawn), rule)]


def matching(observed: str, forecast: str, rule: EventRule = RULE) -> Matching:
    return match_events(find_events(levels(observed), rule), find_events(levels(forecast), rule), rule.near_hours)


@pytest.mark.parametrize(
    ("drawn", "found"),
    [
        ("0002220", [(3, 5, 2)]),
        ("0022000", []),  # too short
        ("0023420", [(2, 5, 4)]),
        ("2221222", [(0, 6, 2)]),  # a gap of one hour
        ("22200222", [(0, 7, 2)]),  # of two, the longest
        ("222000222", [(0, 2, 2), (6, 8, 2)]),  # of three
        ("220022", [(0, 5, 2)]),  # four hours at the level once they are taken together
        ("20002000200", []),
        ("222??222", [(0, 7, 2)]),
        ("1111111", []),
        ("???????", []),
        ("", []),
    ],
)
def test_the_events_of(drawn: str, found: list[tuple[int, int, int]]) -> None:
    assert spans(drawn) == found


@pytest.mark.parametrize(
    ("drawn", "onset", "end"),
    [("02220", True, True), ("2220", False, True), ("0222", True, False), ("?2220", False, True), ("0222?", True, False)],
)
def test_an_edge_is_known_where_the_hour_beyond_it_is(drawn: str, onset: bool, end: bool) -> None:
    (span,) = find_events(levels(drawn), RULE)
    assert (span.onset_known, span.end_known) == (onset, end)


def test_what_either_does_not_know_is_unknown_to_both() -> None:
    observed, forecast = known_to_both(levels("0?22"), levels("?122"))
    assert observed.tolist() == forecast.tolist() == [-1, -1, 2, 2]
    assert observed.dtype == np.int8


@pytest.mark.parametrize("wrong", [{"level": 0}, {"least_hours": 0}, {"longest_gap_hours": -1}, {"near_hours": -1}])
def test_a_rule_that_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="is no rule"):
        EventRule(**{"level": 1, **wrong})


def test_an_empty_span_and_a_table_are_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        Span(3, 2, 1, True, True)
    with pytest.raises(ValueError, match="one series"):
        find_events(np.zeros((2, 2), dtype=np.int8), RULE)


def test_events_that_overlap_are_a_hit_with_its_errors() -> None:
    found = matching("0000022233220000", "0000000222222220")
    (hit,) = found.matches
    assert (hit.onset_error, hit.end_error, hit.overlapped) == (2, 3, 1)
    assert (found.missed, found.false) == ((), ())


def test_an_edge_that_is_cut_off_has_no_error() -> None:
    (hit,) = matching("2222200000", "0222220000").matches
    assert (hit.onset_error, hit.end_error) == (None, 1)


def test_an_episode_forecast_in_two_pieces_is_one_hit() -> None:
    found = matching("0222222222220", "0022200022220")
    (hit,) = found.matches
    assert len(hit.forecast) == 2
    assert (hit.onset_error, hit.end_error) == (1, 0)
    assert found.false == ()


def test_two_episodes_joined_by_the_forecast_are_both_hit() -> None:
    found = matching("0222000022220", "0022222222200")
    (hit,) = found.matches
    assert (len(hit.observed), hit.overlapped) == (2, 2)
    assert (hit.onset_error, hit.end_error) == (1, -1)
    assert found.missed == ()


@pytest.mark.parametrize(("hours_between", "near"), [(0, True), (4, True), (5, False)])
def test_a_forecast_that_is_off_by_little_is_near(hours_between: int, near: bool) -> None:
    found = matching("0222" + "0" * hours_between + "0000", "0000" + "0" * hours_between + "2220")
    assert (len(found.matches), len(found.missed), len(found.false)) == ((1, 0, 0) if near else (0, 1, 1))
    if near:
        assert (found.matches[0].onset_error, found.matches[0].overlapped) == (3 + hours_between, 0)


def test_a_warning_shortly_before_an_event_that_is_hit_is_no_false_alarm() -> None:
    found = matching("0000000222222", "0222000002222")
    (match,) = found.matches
    assert (len(match.forecast), match.overlapped, match.onset_error) == (2, 1, -6)
    assert found.false == ()


def test_an_event_shortly_after_a_warning_that_hit_another_is_near() -> None:
    found = matching("0222000022200", "0222200000000")
    (match,) = found.matches
    assert (len(match.observed), match.overlapped, match.end_error) == (2, 1, -6)
    assert found.missed == ()


def test_events_of_one_kind_alone_belong_to_nothing() -> None:
    found = matching("0222000222000", "0000000000000")
    assert (len(found.missed), found.matches) == (2, ())
    assert len(matching("0000000000000", "0222000222000").false) == 2


@given(SERIES, SERIES)
def test_every_event_is_matched_once(observed: str, forecast: str) -> None:
    length = min(len(observed), len(forecast))
    seen, said = known_to_both(levels(observed[:length]), levels(forecast[:length]))
    o, f = find_events(seen, RULE), find_events(said, RULE)
    found = match_events(o, f, RULE.near_hours)
    assert sorted(s.first for s in o) == sorted([s.first for m in found.matches for s in m.observed] + [s.first for s in found.missed])
    assert sorted(s.first for s in f) == sorted([s.first for m in found.matches for s in m.forecast] + [s.first for s in found.false])


@given(SERIES)
def test_a_forecast_that_is_right_has_only_hits_without_error(drawn: str) -> None:
    events = find_events(levels(drawn), RULE)
    found = match_events(events, events, RULE.near_hours)
    assert sum(m.overlapped for m in found.matches) == len(events)
    assert {m.onset_error for m in found.matches} <= {0, None}
    assert {m.end_error for m in found.matches} <= {0, None}


@given(SERIES)
def test_events_are_apart_and_long_enough(drawn: str) -> None:
    series = levels(drawn)
    events = find_events(series, RULE)
    for event in events:
        assert (series[event.first : event.last + 1] >= RULE.level).sum() >= RULE.least_hours
        assert series[event.first] >= RULE.level <= series[event.last]
    assert all(later.first - earlier.last > RULE.longest_gap_hours + 1 for earlier, later in itertools.pairwise(events))
