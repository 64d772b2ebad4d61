"""The life of warnings under random forecasts, outages, late and early clocks, reruns and edited forecasts, for two areas and editions.

The machine keeps a ledger as the archive does: append-only, an id once, and what holds follows from the messages alone.
"""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hazecast.records import Action, Cycle, Ground, HazeWarning, Level, LevelChance, Status, WindowAssessment
from hazecast.warnings.life import Outlook, Turn, in_force_after, lapsed_warnings, of_area, standing_warnings, take_turn
from hazecast.warnings.states import Ahead

EDITIONS = ("cma-haze-2013", "heavy-pollution-2019")
HOLD = {"cma-haze-2013": timedelta(hours=6), "heavy-pollution-2019": timedelta(0)}
MERGE = {"cma-haze-2013": timedelta(hours=6), "heavy-pollution-2019": timedelta(hours=36)}
AREAS = ("city", "town")
HOUR = timedelta(hours=1)
KNOWN_LEVELS = st.sampled_from([Level.NONE, Level.YELLOW, Level.ORANGE, Level.RED])
Seen = tuple[Ahead, int, int]


@st.composite
def outlooks(draw: st.DrawFn) -> Seen:
    """What is ahead, hours until the window and its length; what lacks leaves more possible than is certain."""
    certain, kept, keepable = sorted(draw(st.tuples(KNOWN_LEVELS, KNOWN_LEVELS, KNOWN_LEVELS)))
    unsure = certain is Level.NONE and keepable > Level.NONE and draw(st.booleans())
    ahead = draw(st.integers(0, 11))
    before = draw(st.sampled_from(list(Level))) if ahead else None
    return Ahead(Level.UNKNOWN if unsure else certain, kept, keepable, before), ahead, draw(st.sampled_from([5, 23, 24, 25]))


def outlook(area_id: str, init: datetime, seen: Seen) -> Outlook:
    ahead, hours_until, hours = seen
    window = WindowAssessment(
        area_id=area_id,
        valid_from=init + hours_until * HOUR,
        valid_until=init + (hours_until + hours) * HOUR,
        level=ahead.level,
        condition=f"{ahead.level.name.lower()}-1" if ahead.level > Level.NONE else "",
        chances=(LevelChance(Level.YELLOW, 0.5), LevelChance(Level.ORANGE, None)),
        peak_pm25=None,
        peak_pm25_low=None,
        peak_pm25_high=None,
        peak_time=None,
        lowest_visibility=None,
        worst_station_id=None,
        worst_station_level=ahead.level,
        hours=hours,
        hours_known=hours,
    )
    return Outlook(window, ahead)


class Warnings(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.init = datetime(2026, 1, 1, tzinfo=UTC)
        self.as_of = self.init
        self.ledger: dict[str, HazeWarning] = {}
        self.last: tuple[Cycle, str, dict[str, Outlook], list[Turn]] | None = None

    @property
    def known(self) -> tuple[HazeWarning, ...]:
        return tuple(self.ledger.values())

    @rule(
        hours=st.integers(1, 60),  # up to two days without a cycle are an outage
        delay=st.integers(0, 600),
        edition=st.sampled_from(EDITIONS),
        seen=st.lists(outlooks(), min_size=len(AREAS), max_size=len(AREAS)),
    )
    def run_a_cycle(self, hours: int, delay: int, edition: str, seen: list[Seen]) -> None:
        self.init += hours * HOUR
        self.as_of = max(self.as_of, self.init) + timedelta(minutes=delay)
        self._run(Cycle(self.init, self.as_of, 48 * HOUR), edition, seen)

    @rule(back=st.integers(1, 30), edition=st.sampled_from(EDITIONS), seen=st.lists(outlooks(), min_size=len(AREAS), max_size=len(AREAS)))
    def run_one_whose_clock_is_behind(self, back: int, edition: str, seen: list[Seen]) -> None:
        """A cycle of an earlier hour comes after later ones, with a clock that is behind those that have spoken."""
        init = self.init - back * HOUR
        cycle = Cycle(init, min(init + HOUR, self.as_of), 48 * HOUR)
        if any(w.cycle_key == cycle.key for w in self.known):
            return  # the ledger has it as done
        before = {(a, edition): standing_warnings(of_area(self.known, a, edition), cycle) for a in AREAS}
        turns = self._run(cycle, edition, seen)
        for area_id, turn in zip(AREAS, turns, strict=True):
            if any(w.issued_at > cycle.as_of for w in before[area_id, edition]):
                assert turn.message is None
                assert turn.status.ground is Ground.OVERTAKEN

    @rule()
    def run_the_last_one_again(self) -> None:
        """A machine died after sending, and the cycle is made once more: word for word the same."""
        if self.last is not None:
            cycle, edition, expected, turns = self.last
            assert [self._turn(o, cycle, edition) for o in expected.values()] == turns

    @rule(seen=outlooks())
    def edit_the_last_one(self, seen: Seen) -> None:
        """A forecast is changed after its message went out: whatever it would say now has the identity of what was sent."""
        if self.last is not None:
            cycle, edition, _, turns = self.last
            again = self._turn(outlook(AREAS[0], cycle.init_time, seen), cycle, edition).message
            sent = turns[0].message
            assert again is None or sent is None or (again.id, again.issued_at, again.replaces) == (sent.id, sent.issued_at, sent.replaces)

    def _run(self, cycle: Cycle, edition: str, seen: list[Seen]) -> list[Turn]:
        expected = {a: outlook(a, cycle.init_time, s) for a, s in zip(AREAS, seen, strict=True)}
        turns = [self._turn(o, cycle, edition) for o in expected.values()]
        for turn, ahead in zip(turns, (s[0] for s in seen), strict=True):
            self._check(turn, ahead, cycle, edition)
        for message in (t.message for t in turns if t.message):
            assert message.id not in self.ledger
            assert set(message.replaces) <= set(self.ledger)
            self.ledger[message.id] = message
        self.last = (cycle, edition, expected, turns)
        return turns

    def _turn(self, seen: Outlook, cycle: Cycle, edition: str) -> Turn:
        return take_turn(seen, self.known, cycle, edition, HOLD[edition], MERGE[edition])

    def _check(self, turn: Turn, ahead: Ahead, cycle: Cycle, edition: str) -> None:
        area_id, status, message = turn.status.area_id, turn.status, turn.message
        own = of_area(self.known, area_id, edition)
        held, lapsed = standing_warnings(own, cycle), lapsed_warnings(own, cycle, MERGE[edition])
        old = held[0].level if held else Level.NONE
        after = of_area(in_force_after(held, (message,) if message else ()), area_id, edition)
        assert status.level == (after[0].level if after else Level.NONE)
        if message is None:
            assert after == held or status.ground is Ground.OVERTAKEN  # by a clock that is behind, what was sent since stands too
            assert status.status in (Status.NONE, Status.STANDS, Status.EXPIRED, Status.UNKNOWN)
            return
        assert message.replaces == tuple(sorted(w.id for w in held or lapsed))
        assert (message.action is Action.ISSUE) == (not held and not lapsed)
        if message.level < old:  # lowered or lifted: only for certain, after its least time, and with nothing ahead
            assert ahead.level is not Level.UNKNOWN
            assert ahead.keepable < old
            assert status.level_since is None or message.level > Level.NONE
            first = min(w.issued_at for w in own if w.level is old and w.valid_until > held[0].issued_at)
            assert cycle.as_of - first >= HOLD[edition] or held[0].issued_at + HOLD[edition] <= cycle.as_of
        if message.action is Action.LIFT:
            assert ahead.keepable is Level.NONE
            assert ahead.before in (None, Level.NONE)
            assert message.valid_until == max(w.valid_until for w in held)
        if message.level > max(old, *(w.level for w in lapsed), Level.NONE):
            assert message.level is ahead.level
        if status.since is not None:
            assert status.since <= (status.level_since or status.since) <= cycle.as_of

    @invariant()
    def never_two_in_force_at_any_time(self) -> None:
        for when in {w.valid_from for w in self.known}:
            cycle = Cycle(datetime(2025, 1, 1, tzinfo=UTC), when, HOUR)
            spoken = tuple(w for w in self.known if w.issued_at <= when)
            keys = [(w.area_id, w.edition) for w in standing_warnings(spoken, cycle)]
            assert len(set(keys)) == len(keys)

    @invariant()
    def only_what_was_sent_is_replaced_and_once(self) -> None:
        replaced = [r for m in self.known for r in m.replaces]
        assert len(set(replaced)) == len(replaced)
        assert set(replaced) <= set(self.ledger)
        for message in self.known:
            for old in (self.ledger[r] for r in message.replaces):
                assert (old.area_id, old.edition) == (message.area_id, message.edition)
                assert old.issued_at < message.issued_at or old.issued_at == message.issued_at
                assert old.action is not Action.LIFT

    @invariant()
    def nothing_is_back_dated_and_everything_ends(self) -> None:
        assert all(m.issued_at <= m.valid_from < m.valid_until for m in self.known)


Warnings.TestCase.settings = settings(max_examples=25, stateful_step_count=12)
TestWarnings = Warnings.TestCase
