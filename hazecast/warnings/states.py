"""The states of a warning and the steps between them, without identities, texts or times of messages.

    none -> issued -> continued / upgraded / downgraded -> lifted or expired

Where data lack, nothing is lowered and nothing is lifted. Every step has its ground.
"""

from dataclasses import dataclass

from hazecast.records import Action, Ground, Level, Status

ACTIONS = {
    Status.ISSUED: Action.ISSUE,
    Status.CONTINUED: Action.CONTINUE,
    Status.UPGRADED: Action.UPGRADE,
    Status.DOWNGRADED: Action.DOWNGRADE,
    Status.LIFTED: Action.LIFT,
}


@dataclass(frozen=True, slots=True)
class Before:
    """What an area had before a cycle: the level of its warning, in force or ended only lately; NONE without any.

    `held` says whether the warning has stood for its least time.
    """

    level: Level
    in_force: bool
    held: bool = True

    def __post_init__(self) -> None:
        if self.level is Level.UNKNOWN or (self.in_force and self.level is Level.NONE):
            raise ValueError(f"A warning of {self.level.name} cannot be in force.")

    @property
    def untouched(self) -> Status:
        """The state if nothing is sent."""
        if self.in_force:
            return Status.STANDS
        return Status.EXPIRED if self.level > Level.NONE else Status.NONE


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a cycle says of an area: the level of its first window, what a level in force would be kept at for certain, and at most.

    `before` is the level of the forecast hours ahead of that window, None if there are none.
    """

    level: Level
    kept: Level
    keepable: Level
    before: Level | None

    def __post_init__(self) -> None:
        if self.kept > self.keepable or (self.level is not Level.UNKNOWN and self.level > self.kept):
            raise ValueError(f"A level of {self.level.name} is kept at {self.kept.name}, at {self.keepable.name} at most.")


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of it: the state, the level in force after it, and why."""

    status: Status
    level: Level
    ground: Ground = Ground.FORECAST

    @property
    def action(self) -> Action | None:
        """The message that tells of it; None where nothing is sent."""
        return ACTIONS.get(self.status)


def next_step(before: Before, ahead: Ahead) -> Step:
    """The one step that a cycle takes for an area and edition."""
    left_alone = before.level if before.in_force else Level.NONE
    if ahead.level is Level.UNKNOWN:
        if before.in_force and ahead.kept >= before.level:
            return Step(Status.CONTINUED, before.level, Ground.KEPT)
        return Step(Status.UNKNOWN, left_alone, Ground.LACKING)
    level, ground = _held(before, ahead)
    if level is not Level.NONE:
        return Step(_change(before.level, level), level, ground)
    if not before.in_force:
        return Step(before.untouched, Level.NONE)
    if (reason := _against_lifting(before, ahead)) is not None:
        return Step(Status.STANDS, before.level, reason)
    return Step(Status.LIFTED, Level.NONE)


def _held(before: Before, ahead: Ahead) -> tuple[Level, Ground]:
    """The level to warn of; the one place where the level before has a say in it."""
    level, ground = ahead.level, Ground.FORECAST
    if (kept := min(before.level, ahead.kept)) > level:
        level, ground = kept, Ground.KEPT
    if Level.NONE < level < before.level:
        if before.level <= ahead.keepable:
            return before.level, Ground.LACKING
        if before.in_force and not before.held:
            return before.level, Ground.HELD
    return level, ground


def _against_lifting(before: Before, ahead: Ahead) -> Ground | None:
    if ahead.keepable is not Level.NONE:
        return Ground.LACKING
    if not before.held:
        return Ground.HELD
    return Ground.AHEAD if ahead.before not in (None, Level.NONE) else None


def _change(old: Level, level: Level) -> Status:
    if old is Level.NONE:
        return Status.ISSUED
    if level is old:
        return Status.CONTINUED
    return Status.UPGRADED if level > old else Status.DOWNGRADED
