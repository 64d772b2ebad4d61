"""The life of a warning: what a cycle sends, given the messages so far and what the first window brings. Pure, clock included."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from hazecast.records import Action, AreaStatus, Cycle, Ground, HazeWarning, Level, Status, WindowAssessment
from hazecast.warnings.states import Ahead, Before, Step, next_step

Warnings = tuple[HazeWarning, ...]
NOTHING = timedelta(0)
REMEMBERED = timedelta(days=10)  # how far back messages are looked at, to say since when an episode lasts


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a cycle says of one area, as far as its warning goes; `ahead` in levels alone."""

    window: WindowAssessment
    ahead: Ahead


@dataclass(frozen=True, slots=True)
class Turn:
    """A cycle's turn with one area and edition: the message it sends, if any, and how the area stands then."""

    message: HazeWarning | None
    status: AreaStatus


def take_turn(outlook: Outlook, known: Warnings, cycle: Cycle, edition: str, hold: timedelta = NOTHING, merge: timedelta = NOTHING) -> Turn:
    """What a cycle does about one area; `known` are the messages of all areas so far, at least those in force and ended within `merge`.

    Nothing is sent for an unknown level, for a window that is over at `as_of`, or beside a warning of a later cycle. A message that
    replaces one in force takes over at once; another begins with its window; none begins before `as_of`.
    """
    window = outlook.window
    own = of_area(known, window.area_id, edition)
    standing = standing_warnings(own, cycle)
    replaced = standing or lapsed_warnings(own, cycle, merge)
    if blocked := _blocked(window, standing, cycle):
        left = strongest(standing) if standing else None
        status = Status.STANDS if left else Status.NONE
        return Turn(None, _status(window.area_id, edition, Step(status, left.level if left else Level.NONE, blocked), left, own))
    old = strongest(replaced) if replaced else None
    held = old is None or cycle.as_of - _level_since(old, own) >= hold
    step = next_step(Before(old.level if old else Level.NONE, bool(standing), held), outlook.ahead)
    message = _message(outlook, step, replaced, bool(standing), cycle, edition)
    after = message if message and message.action is not Action.LIFT else old if step.level > Level.NONE else None
    return Turn(message, _status(window.area_id, edition, step, after, (*own, *((message,) if message else ()))))


def standing_warnings(known: Warnings, cycle: Cycle) -> Warnings:
    """Those that still hold at the cycle's `as_of`: not ended, not lifted, not replaced, not the cycle's own."""
    return tuple(w for w in _last_words(known, cycle) if w.valid_until > cycle.as_of)


def lapsed_warnings(known: Warnings, cycle: Cycle, merge: timedelta) -> Warnings:
    """Those that ended by the cycle's `as_of`, but less than `merge` before it, and that nothing replaced."""
    return tuple(w for w in _last_words(known, cycle) if cycle.as_of - merge < w.valid_until <= cycle.as_of)


def of_area(warnings: Warnings, area_id: str, edition: str) -> Warnings:
    """Those of one area and edition."""
    return tuple(w for w in warnings if w.area_id == area_id and w.edition == edition)


def in_force_after(standing: Warnings, messages: Warnings) -> Warnings:
    """What holds once `messages` are sent: at most one warning for an area and edition, by area and edition."""
    replaced = {r for m in messages for r in m.replaces}
    held = [w for w in (*standing, *messages) if w.id not in replaced and w.action is not Action.LIFT]
    keys = sorted({(w.area_id, w.edition) for w in held})
    return tuple(strongest(of_area(tuple(held), *key)) for key in keys)


def strongest(warnings: Warnings) -> HazeWarning:
    """The one to go by if several stand: the highest level, then the one that lasts longest."""
    return max(warnings, key=lambda w: (w.level, w.valid_until, w.issued_at, w.id))


def message_id(area_id: str, edition: str, cycle: Cycle) -> str:
    """The identity of the one message that a cycle can send for an area and edition."""
    return str(uuid5(NAMESPACE_URL, f"hazecast:{area_id!r}:{edition!r}:{cycle.key}"))


def _last_words(known: Warnings, cycle: Cycle) -> Warnings:
    others = tuple(w for w in known if w.cycle_key != cycle.key)
    replaced = {r for w in others for r in w.replaces}
    return tuple(w for w in others if w.action is not Action.LIFT and w.id not in replaced)


def _blocked(window: WindowAssessment, standing: Warnings, cycle: Cycle) -> Ground | None:
    if any(w.issued_at > cycle.as_of for w in standing):
        return Ground.OVERTAKEN
    return Ground.OVER if window.valid_until <= cycle.as_of else None


def _message(outlook: Outlook, step: Step, replaced: Warnings, in_force: bool, cycle: Cycle, edition: str) -> HazeWarning | None:
    window, action = outlook.window, step.action
    if action is None:
        return None
    lifts = action is Action.LIFT
    as_forecast = step.level is window.level
    return HazeWarning(
        id=message_id(window.area_id, edition, cycle),
        area_id=window.area_id,
        edition=edition,
        action=action,
        level=step.level,
        valid_from=cycle.as_of if in_force else max(window.valid_from, cycle.as_of),
        valid_until=max(w.valid_until for w in replaced) if lifts else window.valid_until,
        issued_at=cycle.as_of,
        cycle_key=cycle.key,
        condition="" if lifts else window.condition if as_forecast else strongest(replaced).condition,
        probability=None if lifts else next((c.probability for c in window.chances if c.level is step.level), None),
        replaces=tuple(sorted(w.id for w in replaced)),
    )


def _status(area_id: str, edition: str, step: Step, after: HazeWarning | None, own: Warnings) -> AreaStatus:
    if after is None:
        return AreaStatus(area_id, edition, step.status, step.ground, Level.NONE, None, None)
    chain = _chain(after, own)
    return AreaStatus(area_id, edition, step.status, step.ground, after.level, chain[-1].issued_at, _level_since(after, own))


def _level_since(warning: HazeWarning, own: Warnings) -> datetime:
    """When the level that the warning has was first sent in its episode."""
    since = warning.issued_at
    for earlier in _chain(warning, own)[1:]:
        if earlier.level is not warning.level:
            break
        since = earlier.issued_at
    return since


def _chain(warning: HazeWarning, own: Warnings) -> Warnings:
    """The warning and those before it in its episode, the latest first, as far back as they are known."""
    by_id = {w.id: w for w in own}
    chain = [warning]
    while before := tuple(by_id[r] for r in chain[-1].replaces if r in by_id and by_id[r] not in chain):
        chain.append(strongest(before))
    return tuple(chain)
