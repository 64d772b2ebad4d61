from datetime import UTC, datetime, timedelta

import pytest

from hazecast.records import Action, Cycle, Ground, HazeWarning, Level, LevelChance, Status, WindowAssessment
from hazecast.warnings.life import Outlook, Turn, Warnings, in_force_after, of_area, standing_warnings, strongest, take_turn
from hazecast.warnings.states import Ahead

EDITION = "cma-haze-2013"
START = datetime(2026, 1, 10, tzinfo=UTC)
H = timedelta(hours=1)
UNKNOWN, NONE, YELLOW, ORANGE, RED = Level.UNKNOWN, Level.NONE, Level.YELLOW, Level.ORANGE, Level.RED


def cycle(hour: int = 0, delay: timedelta = timedelta(0)) -> Cycle:
    return Cycle(START + hour * H, START + hour * H + delay, timedelta(hours=48))


def outlook(level: Level, start: int = 0, possible: Level | None = None, before: Level | None = None, kept: Level = NONE) -> Outlook:
    chances = tuple(LevelChance(lv, None if possible is not None and level < lv <= possible else 0.7) for lv in (YELLOW, ORANGE, RED))
    window = WindowAssessment(
        area_id="town",
        valid_from=START + start * H,
        valid_until=START + (start + 24) * H,
        level=level,
        condition=f"{level.name.lower()}-1" if level > NONE else "",
        chances=chances,
        peak_pm25=None,
        peak_pm25_low=None,
        peak_pm25_high=None,
        peak_time=None,
        lowest_visibility=None,
        worst_station_id=None,
        worst_station_level=UNKNOWN,
        hours=24,
        hours_known=24,
    )
    sure = NONE if level is UNKNOWN else level
    return Outlook(window, Ahead(level, max(sure, kept), max(sure, kept, sure if possible is None else possible), before))


def turn(seen: Outlook, known: Warnings, of: Cycle, edition: str = EDITION, hold: int = 0, merge: int = 0) -> Turn:
    return take_turn(seen, known, of, edition, hold * H, merge * H)


def next_message(seen: Outlook, known: Warnings, of: Cycle, edition: str) -> HazeWarning | None:
    return turn(seen, known, of, edition).message


def warning(level: Level, at: int = 0, area_id: str = "town", edition: str = EDITION, **other: object) -> HazeWarning:
    values: dict[str, object] = {
        "id": f"{area_id}-{edition}-{at}",
        "area_id": area_id,
        "edition": edition,
        "action": Action.ISSUE,
        "level": level,
        "valid_from": START + at * H,
        "valid_until": START + (at + 24) * H,
        "issued_at": START + at * H,
        "cycle_key": cycle(at).key,
        "condition": "old-1",
        "probability": 0.8,
        "replaces": (),
    }
    return HazeWarning(**{**values, **other})  # type: ignore[arg-type]


def sent(level: Level, old: Level | None, **kind: object) -> HazeWarning | None:
    standing = () if old is None else (warning(old),)
    return next_message(outlook(level, start=12, **kind), standing, cycle(12), EDITION)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "level", "action"),
    [
        (None, YELLOW, Action.ISSUE),
        (None, RED, Action.ISSUE),
        (YELLOW, YELLOW, Action.CONTINUE),
        (YELLOW, RED, Action.UPGRADE),
        (RED, ORANGE, Action.DOWNGRADE),
        (RED, NONE, Action.LIFT),
    ],
)
def test_each_change_has_its_action(old: Level | None, level: Level, action: Action) -> None:
    message = sent(level, old)
    assert message is not None
    assert (message.action, message.level) == (action, level)
    assert message.replaces == (() if old is None else (warning(old).id,))
    assert message.issued_at == cycle(12).as_of
    assert message.cycle_key == cycle(12).key


@pytest.mark.parametrize(("old", "level"), [(None, NONE), (None, UNKNOWN), (YELLOW, UNKNOWN), (RED, UNKNOWN)])
def test_nothing_is_sent_without_a_level_to_warn_of_or_to_lift(old: Level | None, level: Level) -> None:
    assert sent(level, old) is None


def test_a_message_says_why() -> None:
    message = sent(ORANGE, YELLOW)
    assert message is not None
    assert (message.condition, message.probability) == ("orange-1", 0.7)


def test_a_new_warning_begins_with_its_window_and_one_that_replaces_takes_over_at_once() -> None:
    new = next_message(outlook(YELLOW, start=8), (), cycle(2), EDITION)
    over = next_message(outlook(YELLOW, start=8), (warning(YELLOW),), cycle(2), EDITION)
    assert new is not None
    assert over is not None
    assert (new.valid_from, over.valid_from) == (START + 8 * H, START + 2 * H)
    assert new.valid_until == over.valid_until == START + 32 * H


def test_nothing_is_back_dated_when_a_cycle_runs_late() -> None:
    late = cycle(0, delay=5 * H)
    message = next_message(outlook(YELLOW), (), late, EDITION)
    assert message is not None
    assert message.valid_from == message.issued_at == START + 5 * H
    assert next_message(outlook(YELLOW), (), cycle(0, delay=24 * H), EDITION) is None


def test_a_lift_holds_until_the_latest_end_of_what_it_lifts() -> None:
    standing = (warning(YELLOW), warning(ORANGE, at=6))
    message = next_message(outlook(NONE, start=12), standing, cycle(12), EDITION)
    assert message is not None
    assert (message.action, message.valid_from, message.valid_until) == (Action.LIFT, START + 12 * H, START + 30 * H)
    assert message.replaces == tuple(sorted(w.id for w in standing))
    assert (message.condition, message.probability) == ("", None)


@pytest.mark.parametrize("before", [UNKNOWN, YELLOW, RED])
def test_a_warning_is_not_lifted_while_the_hours_ahead_of_the_window_may_need_it(before: Level) -> None:
    assert sent(NONE, YELLOW, before=before) is None


def test_clean_hours_ahead_of_the_window_let_a_warning_be_lifted() -> None:
    message = sent(NONE, YELLOW, before=NONE)
    assert message is not None
    assert message.action is Action.LIFT


def test_a_warning_is_not_lowered_for_want_of_data() -> None:
    message = sent(YELLOW, ORANGE, possible=RED)
    assert message is not None
    assert (message.action, message.level) == (Action.CONTINUE, ORANGE)
    assert (message.condition, message.probability) == ("old-1", None)
    lowered = sent(YELLOW, RED, possible=ORANGE)
    assert lowered is not None
    assert (lowered.action, lowered.level) == (Action.DOWNGRADE, YELLOW)


def test_a_cycle_that_is_overtaken_by_a_later_one_sends_nothing() -> None:
    assert next_message(outlook(RED), (warning(YELLOW, at=12),), cycle(6), EDITION) is None


def test_the_identity_is_that_of_area_edition_and_cycle() -> None:
    first, again = sent(YELLOW, None), sent(RED, ORANGE)
    assert first is not None
    assert again is not None
    assert first.id == again.id
    other_edition = next_message(outlook(YELLOW, start=12), (), cycle(12), "cma-haze-2007")
    other_cycle = next_message(outlook(YELLOW, start=12), (), cycle(6), EDITION)
    assert len({first.id, other_edition and other_edition.id, other_cycle and other_cycle.id}) == 3


def test_what_stands_is_neither_over_nor_lifted_nor_replaced_nor_the_cycles_own() -> None:
    over = warning(YELLOW, at=-24)
    replaced = warning(YELLOW, at=-12)
    replacing = warning(ORANGE, at=-6, replaces=(replaced.id,), action=Action.UPGRADE)
    lift = warning(NONE, at=-3, area_id="lifted", action=Action.LIFT, replaces=("gone",))
    lifted = warning(YELLOW, at=-4, area_id="lifted", id="gone")
    own = warning(RED, at=0, replaces=(replacing.id,), action=Action.UPGRADE)
    assert standing_warnings((over, replaced, replacing, lift, lifted, own), cycle(0)) == (replacing,)


def test_a_warning_is_over_at_the_very_end_of_its_validity() -> None:
    old = warning(YELLOW, at=-24)
    assert standing_warnings((old,), cycle(0)) == ()
    assert standing_warnings((old,), cycle(-1)) == (old,)


def test_what_holds_afterwards_keeps_other_areas_and_editions() -> None:
    old, elsewhere, otherwise = warning(YELLOW), warning(RED, area_id="elsewhere"), warning(YELLOW, edition="cma-haze-2007")
    message = warning(ORANGE, at=12, replaces=(old.id,), action=Action.UPGRADE)
    assert in_force_after((old, elsewhere, otherwise), (message,)) == (elsewhere, otherwise, message)
    lift = warning(NONE, at=12, replaces=(old.id,), action=Action.LIFT)
    assert in_force_after((old, elsewhere), (lift,)) == (elsewhere,)
    assert in_force_after((old,), ()) == (old,)


def test_of_two_that_stand_for_one_area_the_stronger_is_kept() -> None:
    weaker, stronger = warning(YELLOW, at=6), warning(RED)
    assert strongest((weaker, stronger)) is stronger
    assert in_force_after((weaker, stronger), ()) == (stronger,)
    assert of_area((weaker, stronger), "town", EDITION) == (weaker, stronger)
    assert of_area((weaker, stronger), "elsewhere", EDITION) == ()


def test_a_level_is_kept_down_to_where_it_is_cleared() -> None:
    below = outlook(NONE, start=12, kept=YELLOW)
    found = turn(below, (warning(YELLOW),), cycle(12))
    assert found.message is not None
    assert (found.message.action, found.message.level, found.message.condition) == (Action.CONTINUE, YELLOW, "old-1")
    assert (found.status.status, found.status.ground) == (Status.CONTINUED, Ground.KEPT)
    assert turn(below, (), cycle(12)).message is None
    lowered = turn(outlook(YELLOW, start=12, kept=ORANGE), (warning(RED),), cycle(12)).message
    assert lowered is not None
    assert (lowered.action, lowered.level) == (Action.DOWNGRADE, ORANGE)
    unsure = turn(outlook(UNKNOWN, start=12, kept=YELLOW, possible=RED), (warning(YELLOW),), cycle(12)).message
    assert unsure is not None
    assert unsure.action is Action.CONTINUE


def test_a_warning_stands_for_its_least_time() -> None:
    issued = warning(ORANGE)
    renewed = warning(ORANGE, at=3, replaces=(issued.id,), action=Action.CONTINUE)
    for hour, expected in ((5, None), (6, Action.LIFT)):
        found = turn(outlook(NONE, start=hour), (issued, renewed), cycle(hour), hold=6)
        assert (found.message and found.message.action) == expected
    assert turn(outlook(NONE, start=5), (issued, renewed), cycle(5), hold=6).status.ground is Ground.HELD
    kept = turn(outlook(YELLOW, start=5), (issued, renewed), cycle(5), hold=6)
    assert (kept.status.status, kept.status.level, kept.status.ground) == (Status.CONTINUED, ORANGE, Ground.HELD)
    raised = turn(outlook(RED, start=5), (issued, renewed), cycle(5), hold=6)
    assert raised.status.status is Status.UPGRADED


@pytest.mark.parametrize(("gap", "action"), [(0, Action.UPGRADE), (5, Action.UPGRADE), (6, Action.ISSUE)])
def test_episodes_close_together_are_one(gap: int, action: Action) -> None:
    ended = warning(YELLOW)
    found = turn(outlook(ORANGE, start=24 + gap), (ended,), cycle(24 + gap), merge=6)
    assert found.message is not None
    assert found.message.action is action
    assert found.message.replaces == ((ended.id,) if action is Action.UPGRADE else ())
    assert found.status.since == (ended.issued_at if action is Action.UPGRADE else found.message.issued_at)
    assert found.status.level_since == found.message.issued_at


def test_an_episode_that_ended_is_not_lifted_and_not_kept_for_want_of_data() -> None:
    ended = warning(YELLOW)
    assert turn(outlook(NONE, start=24), (ended,), cycle(24), merge=6).message is None
    assert turn(outlook(NONE, start=24), (ended,), cycle(24), merge=6).status.status is Status.EXPIRED
    assert turn(outlook(UNKNOWN, start=24, possible=RED), (ended,), cycle(24), merge=6).status.status is Status.UNKNOWN


def test_a_status_tells_since_when_the_episode_and_the_level_last() -> None:
    first = warning(YELLOW, at=0)
    second = warning(ORANGE, at=6, replaces=(first.id,), action=Action.UPGRADE)
    third = warning(ORANGE, at=12, replaces=(second.id,), action=Action.CONTINUE)
    found = turn(outlook(ORANGE, start=18), (first, second, third), cycle(18)).status
    assert (found.status, found.level, found.since, found.level_since) == (Status.CONTINUED, ORANGE, START, START + 6 * H)
    stands = turn(outlook(UNKNOWN, start=18, possible=RED), (first, second, third), cycle(18)).status
    assert (stands.status, stands.ground, stands.level) == (Status.UNKNOWN, Ground.LACKING, ORANGE)
    assert turn(outlook(NONE, start=18), (first, second, third), cycle(18)).status.since is None
