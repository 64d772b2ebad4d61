"""What is sent once a bulletin is released: the engine's messages, or those of a person, made anew for the moment of their release."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from hazecast.records import DECIDED_BY_PERSON, Action, AreaDecision, AreaStatus, Assessment, Cycle, Ground, HazeWarning, Level, Status
from hazecast.records import WindowAssessment as Window
from hazecast.warnings.life import in_force_after, of_area, strongest

Warnings = tuple[HazeWarning, ...]
STATUSES = {
    Action.ISSUE: Status.ISSUED,
    Action.CONTINUE: Status.CONTINUED,
    Action.UPGRADE: Status.UPGRADED,
    Action.DOWNGRADE: Status.DOWNGRADED,
    Action.LIFT: Status.LIFTED,
}


@dataclass(frozen=True, slots=True)
class Release:
    """The moment of a release: which release of its cycle it is, from 1, when, what is in force then, and the areas newly decided on."""

    number: int
    at: datetime
    in_force: Warnings
    fresh: frozenset[str]


def decided(assessment: Assessment, decisions: tuple[AreaDecision, ...], release: Release) -> Assessment:
    """The assessment as it is released: with the levels and windows that people chose, and the messages that follow from them.

    The engine's messages are part of a first release alone: later ones send what is `fresh`, and nothing again. A window
    that is over by then sends nothing. What is in force is that of the ledger, so that a message replaces what was really sent.
    """
    chosen = {decision.area_id: decision for decision in decisions if decision.changes}
    engines = [m for m in assessment.messages if release.number == 1 and m.area_id not in chosen]
    persons = [d for d in decisions if d.area_id in release.fresh and (d.changes or release.number > 1)]
    messages = (*(_sent_now(m, release) for m in engines), *(_by_person(d, assessment, release) for d in persons))
    sent = tuple(message for message in messages if message is not None)
    return replace(
        assessment,
        windows=_windows(assessment.windows, chosen),
        messages=sent,
        in_force=in_force_after(release.in_force, sent),
        statuses=_statuses(assessment, sent, release),
    )


def first_window(windows: tuple[Window, ...], area_id: str) -> Window | None:
    """The first validity window of an area; None where it was not assessed."""
    return min((w for w in windows if w.area_id == area_id), key=lambda w: w.valid_from, default=None)


def _windows(windows: tuple[Window, ...], chosen: dict[str, AreaDecision]) -> tuple[Window, ...]:
    first = {area_id: first_window(windows, area_id) for area_id in chosen}
    return tuple(_as_chosen(w, chosen[w.area_id]) if w.area_id in chosen and w is first[w.area_id] else w for w in windows)


def _as_chosen(window: Window, decision: AreaDecision) -> Window:
    choice = decision.chosen
    same = choice.level is decision.proposed.level
    condition = window.condition if same else "" if choice.level is Level.NONE else DECIDED_BY_PERSON
    return replace(window, level=choice.level, condition=condition, valid_from=choice.valid_from, valid_until=choice.valid_until)


def _sent_now(message: HazeWarning, release: Release) -> HazeWarning | None:
    standing = of_area(release.in_force, message.area_id, message.edition)
    if message.action is Action.LIFT:
        return _lift(message, standing, release) if standing else None
    if message.valid_until <= release.at:
        return None
    return _taking_over(message, standing, release)


def _by_person(decision: AreaDecision, assessment: Assessment, release: Release) -> HazeWarning | None:
    choice, cycle = decision.chosen, assessment.cycle
    if choice.level is Level.UNKNOWN:
        return None
    standing = of_area(release.in_force, decision.area_id, assessment.edition)
    window = first_window(assessment.windows, decision.area_id)
    chances = () if window is None else window.chances
    draft = HazeWarning(
        id=_id(decision.area_id, assessment.edition, cycle, release.number),
        area_id=decision.area_id,
        edition=assessment.edition,
        action=Action.LIFT if choice.level is Level.NONE else Action.ISSUE,
        level=choice.level,
        valid_from=choice.valid_from,
        valid_until=choice.valid_until,
        issued_at=release.at,
        cycle_key=cycle.key,
        condition="" if choice.level is Level.NONE else DECIDED_BY_PERSON,
        probability=next((c.probability for c in chances if c.level is choice.level), None),
        replaces=(),
    )
    if choice.level is Level.NONE:
        return _lift(draft, standing, release) if standing else None
    return _taking_over(draft, standing, release) if choice.valid_until > release.at else None


def _lift(message: HazeWarning, standing: Warnings, release: Release) -> HazeWarning:
    ids = tuple(sorted(w.id for w in standing))
    until = max(w.valid_until for w in standing)
    return replace(message, valid_from=release.at, valid_until=until, issued_at=release.at, probability=None, replaces=ids)


def _taking_over(message: HazeWarning, standing: Warnings, release: Release) -> HazeWarning:
    """One that replaces what stands, from now on where something stands, or else from its own beginning on."""
    before = strongest(standing).level if standing else Level.NONE
    action = (
        Action.ISSUE
        if not standing and not message.replaces
        else Action.UPGRADE
        if message.level > before and standing
        else Action.DOWNGRADE
        if message.level < before
        else Action.CONTINUE
    )
    return replace(
        message,
        action=action,
        valid_from=release.at if standing else max(message.valid_from, release.at),
        issued_at=release.at,
        replaces=tuple(sorted(w.id for w in standing)) or message.replaces,
    )


def _statuses(assessment: Assessment, sent: Warnings, release: Release) -> tuple[AreaStatus, ...]:
    """As the engine found them, but for areas whose message is another than it proposed."""
    proposed = {message.area_id: message for message in assessment.messages}
    anew = {m.area_id: m for m in sent if (p := proposed.get(m.area_id)) is None or (p.action, p.level) != (m.action, m.level)}
    dropped = set(proposed) - {m.area_id for m in sent} if release.number == 1 else set()
    kept = [s for s in assessment.statuses if s.area_id not in anew and s.area_id not in dropped]
    return (*kept, *(_status(message, release) for message in anew.values()))


def _status(message: HazeWarning, release: Release) -> AreaStatus:
    if message.action is Action.LIFT:
        return AreaStatus(message.area_id, message.edition, Status.LIFTED, Ground.FORECAST, Level.NONE, None, None)
    standing = of_area(release.in_force, message.area_id, message.edition)
    since = min((w.issued_at for w in standing), default=release.at)
    level_since = min((w.issued_at for w in standing if w.level is message.level), default=release.at)
    return AreaStatus(message.area_id, message.edition, STATUSES[message.action], Ground.FORECAST, message.level, since, level_since)


def _id(area_id: str, edition: str, cycle: Cycle, number: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"hazecast:{area_id!r}:{edition!r}:{cycle.key}:release {number}"))
