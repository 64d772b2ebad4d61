"""The life of a warning: what a cycle sends, given what is in force and what the first window brings. Pure, clock included."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from hazecast.records import Action, Cycle, HazeWarning, Level, WindowAssessment

Warnings = tuple[HazeWarning, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a cycle says of one area, as far as its warning goes.

    `possible` is the highest level that lacking values leave possible in the first window; `before` is the level of the
    forecast hours ahead of that window, None if there are none.
    """

    window: WindowAssessment
    possible: Level
    before: Level | None


def next_message(outlook: Outlook, standing: Warnings, cycle: Cycle, edition: str) -> HazeWarning | None:
    """The message that a cycle sends for one area, or None; `standing` are the warnings that it would replace.

    Nothing is sent for an unknown level, for a window that is over at `as_of`, or beside a warning of a later cycle.
    A message that replaces others takes over at once; a new warning begins with its window; none begins before `as_of`.
    """
    window = outlook.window
    if window.level is Level.UNKNOWN or window.valid_until <= cycle.as_of or any(w.issued_at > cycle.as_of for w in standing):
        return None
    old = max((w.level for w in standing), default=Level.NONE)
    level = _level_to_hold(outlook, old)
    if level is Level.NONE:
        return _lift(outlook, standing, cycle, edition) if old > Level.NONE else None
    return HazeWarning(
        id=message_id(window.area_id, edition, cycle),
        area_id=window.area_id,
        edition=edition,
        action=_action(old, level),
        level=level,
        valid_from=cycle.as_of if standing else max(window.valid_from, cycle.as_of),
        valid_until=window.valid_until,
        issued_at=cycle.as_of,
        cycle_key=cycle.key,
        condition=window.condition if level is window.level else strongest(standing).condition,
        probability=_probability(window, level),
        replaces=tuple(sorted(w.id for w in standing)),
    )


def standing_warnings(in_force: Warnings, cycle: Cycle) -> Warnings:
    """Those of `in_force` that still hold at the cycle's `as_of`: not ended, not lifted, not replaced, not the cycle's own."""
    others = tuple(w for w in in_force if w.cycle_key != cycle.key)
    replaced = {r for w in others for r in w.replaces}
    return tuple(w for w in others if w.action is not Action.LIFT and w.valid_until > cycle.as_of and w.id not in replaced)


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


def _level_to_hold(outlook: Outlook, old: Level) -> Level:
    """The level to be warned of; the one place where the level in force has a say in it.

    A warning is not lowered to another colour for want of data: as long as what is lacking could bear it out, it is kept.
    """
    level = outlook.window.level
    return old if Level.NONE < level < old <= outlook.possible else level


def _lift(outlook: Outlook, standing: Warnings, cycle: Cycle, edition: str) -> HazeWarning | None:
    """The end of a warning; None while the hours ahead of the window may still need it, so that it runs to its own end."""
    if outlook.before not in (None, Level.NONE):
        return None
    return HazeWarning(
        id=message_id(outlook.window.area_id, edition, cycle),
        area_id=outlook.window.area_id,
        edition=edition,
        action=Action.LIFT,
        level=Level.NONE,
        valid_from=cycle.as_of,
        valid_until=max(w.valid_until for w in standing),
        issued_at=cycle.as_of,
        cycle_key=cycle.key,
        condition="",
        probability=None,
        replaces=tuple(sorted(w.id for w in standing)),
    )


def _action(old: Level, level: Level) -> Action:
    if old is Level.NONE:
        return Action.ISSUE
    if level is old:
        return Action.CONTINUE
    return Action.UPGRADE if level > old else Action.DOWNGRADE


def _probability(window: WindowAssessment, level: Level) -> float | None:
    return next((c.probability for c in window.chances if c.level is level), None)
