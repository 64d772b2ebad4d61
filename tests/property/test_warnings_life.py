"""The life of warnings under random sequences of cycles, late runs, reruns and gaps."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hazecast.records import Action, Cycle, HazeWarning, Level, LevelChance, WindowAssessment
from hazecast.warnings.life import Outlook, in_force_after, next_message, of_area, standing_warnings

EDITIONS = ("cma-haze-2013", "cma-haze-2007")
AREAS = ("city", "town")
HOUR = timedelta(hours=1)
CAN_BE_FORECAST = st.sampled_from([Level.UNKNOWN, Level.NONE, Level.YELLOW, Level.ORANGE, Level.RED])


@st.composite
def outlooks(draw: st.DrawFn) -> tuple[Level, Level, Level | None, int, int]:
    """Level, highest level possible, level ahead of the window, hours until the window and its length."""
    level = draw(CAN_BE_FORECAST)
    possible = (
        level if level in (Level.NONE, Level.RED) else draw(st.sampled_from([v for v in Level if v > max(level, Level.NONE)] + [level]))
    )
    if level is Level.UNKNOWN:
        possible = max(possible, Level.YELLOW)
    ahead = draw(st.integers(0, 11))
    before = draw(CAN_BE_FORECAST) if ahead else None
    return level, possible, before, ahead, draw(st.sampled_from([5, 23, 24, 25]))


def outlook(area_id: str, init: datetime, drawn: tuple[Level, Level, Level | None, int, int]) -> Outlook:
    level, possible, before, ahead, hours = drawn
    window = WindowAssessment(
        area_id=area_id,
        valid_from=init + ahead * HOUR,
        valid_until=init + (ahead + hours) * HOUR,
        level=level,
        condition=f"{level.name.lower()}-1" if level > Level.NONE else "",
        chances=(LevelChance(Level.YELLOW, 0.5), LevelChance(Level.ORANGE, None)),
        peak_pm25=None,
        peak_pm25_low=None,
        peak_pm25_high=None,
        peak_time=None,
        lowest_visibility=None,
        worst_station_id=None,
        worst_station_level=level,
        hours=hours,
        hours_known=hours,
    )
    return Outlook(window, possible, before)


class Warnings(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.init = datetime(2026, 1, 1, tzinfo=UTC)
        self.as_of = self.init
        self.in_force: tuple[HazeWarning, ...] = ()
        self.sent: list[HazeWarning] = []

    @rule(
        hours=st.integers(1, 30),
        delay=st.integers(0, 180),
        edition=st.sampled_from(EDITIONS),
        drawn=st.lists(outlooks(), min_size=len(AREAS), max_size=len(AREAS)),
    )
    def run_a_cycle(self, hours: int, delay: int, edition: str, drawn: list[tuple[Level, Level, Level | None, int, int]]) -> None:
        self.init += hours * HOUR
        self.as_of = max(self.as_of, self.init) + timedelta(minutes=delay)
        cycle = Cycle(self.init, self.as_of, 48 * HOUR)
        expected = {a: outlook(a, self.init, d) for a, d in zip(AREAS, drawn, strict=True)}
        messages = self._messages(cycle, edition, expected, self.in_force)
        assert self._messages(cycle, edition, expected, (*self.in_force, *messages)) == messages
        after = in_force_after(standing_warnings(self.in_force, cycle), messages)
        for area_id in AREAS:
            self._check_area(area_id, edition, cycle, expected[area_id], after, [m for m in messages if m.area_id == area_id])
        self.sent += messages
        self.in_force = after

    def _messages(
        self, cycle: Cycle, edition: str, expected: dict[str, Outlook], in_force: tuple[HazeWarning, ...]
    ) -> tuple[HazeWarning, ...]:
        standing = standing_warnings(in_force, cycle)
        found = [next_message(o, of_area(standing, a, edition), cycle, edition) for a, o in expected.items()]
        return tuple(m for m in found if m)

    def _check_area(
        self, area_id: str, edition: str, cycle: Cycle, seen: Outlook, after: tuple[HazeWarning, ...], messages: list[HazeWarning]
    ) -> None:
        held = [w for w in of_area(self.in_force, area_id, edition) if w.valid_until > cycle.as_of]
        now = list(of_area(after, area_id, edition))
        if not messages:
            assert now == held
            return
        (message,) = messages
        assert message.replaces == tuple(w.id for w in held)
        assert (message.action is Action.ISSUE) == (not held)
        assert now == ([] if message.action is Action.LIFT else [message])
        assert seen.window.level is not Level.UNKNOWN
        if message.action is Action.LIFT:
            assert (seen.possible, seen.before in (None, Level.NONE)) == (Level.NONE, True)
            assert message.valid_until == held[0].valid_until
        elif held:
            order = {Action.UPGRADE: 1, Action.CONTINUE: 0, Action.DOWNGRADE: -1}[message.action]
            assert (message.level > held[0].level) - (message.level < held[0].level) == order
            assert order >= 0 or seen.possible < held[0].level
        assert message.level in (seen.window.level, *(w.level for w in held))

    @invariant()
    def never_two_in_force(self) -> None:
        keys = [(w.area_id, w.edition) for w in self.in_force]
        assert len(set(keys)) == len(keys)
        assert all(w.action is not Action.LIFT and w.level > Level.NONE for w in self.in_force)

    @invariant()
    def identities_are_unique_and_only_what_was_sent_is_replaced_once(self) -> None:
        ids = [m.id for m in self.sent]
        assert len(set(ids)) == len(ids)
        replaced = [r for m in self.sent for r in m.replaces]
        assert len(set(replaced)) == len(replaced)
        assert set(replaced) <= set(ids)
        assert {w.id for w in self.in_force} <= set(ids) - set(replaced)

    @invariant()
    def nothing_is_back_dated_and_everything_ends(self) -> None:
        assert all(m.issued_at <= m.valid_from < m.valid_until for m in self.sent)
        assert [m.issued_at for m in self.sent] == sorted(m.issued_at for m in self.sent)


Warnings.TestCase.settings = settings(max_examples=60, stateful_step_count=20)
TestWarnings = Warnings.TestCase
