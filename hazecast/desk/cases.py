"""A cycle as the desk shows it: what the engine proposes for each area beside what people want, and who may see it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hazecast.archive.bulletin_facts import StoredArea, StoredFacts, load_stored_facts
from hazecast.archive.decisions import load_decisions
from hazecast.archive.deliveries import DeliveryStatus, delivery_states
from hazecast.archive.ledger import CycleStatus
from hazecast.archive.reviews import Draft, Released, Review, ReviewState, Signature, releases_of, signatures_of
from hazecast.archive.warning_log import warnings_in_force
from hazecast.bulletins.editions import condition_in_words
from hazecast.bulletins.phrases import haze_in_words
from hazecast.bulletins.remarks import note_in_words
from hazecast.bulletins.standing import GROUNDS
from hazecast.desk.desk import Desk
from hazecast.desk.refusals import Refusal
from hazecast.desk.rendering import Speaking
from hazecast.errors import ArchiveError
from hazecast.records import Account, AreaDecision, AreaStatus, Choice, Ground, HazeWarning, Level, WindowAssessment
from hazecast.release.composing import Case, case_of, needs_second
from hazecast.warnings.decided import first_window

FARTHEST = timedelta(hours=36)
RANK = (Level.RED, Level.ORANGE, Level.YELLOW, Level.BLUE, Level.UNKNOWN, Level.NONE)


@dataclass(frozen=True, slots=True)
class AreaCase:
    """One area: the engine's first window, what the cycle before expected of it, what is in force, and what somebody wants or has decided.

    `window` is None where the area was not assessed.
    """

    area: StoredArea
    window: WindowAssessment | None
    before: Level | None
    message: HazeWarning | None
    in_force: HazeWarning | None
    status: AreaStatus | None
    draft: Draft | None
    decided: Draft | None

    @property
    def proposed(self) -> Level:
        """The engine's level."""
        return Level.UNKNOWN if self.window is None else self.window.level

    @property
    def latest(self) -> AreaDecision | None:
        """What is wanted or, where nothing else is, was decided."""
        one = self.draft or self.decided
        return None if one is None else one.decision


@dataclass(frozen=True, slots=True)
class CycleCase:
    """One cycle: its areas by rank, whether and until when its bulletin waits, and what became of it.

    `left_over` are drafts on the cycle before that were never sent, for this one took its place.
    """

    status: CycleStatus
    facts: StoredFacts
    case: Case
    areas: tuple[AreaCase, ...]
    signatures: tuple[Signature, ...]
    needs_second: bool
    releases: tuple[Released, ...]
    deliveries: tuple[DeliveryStatus, ...]
    left_over: tuple[Draft, ...]

    @property
    def key(self) -> str:
        """The cycle's key."""
        return self.status.cycle.key

    @property
    def review(self) -> Review | None:
        """None for a bulletin that waited for nobody."""
        return self.case.review

    @property
    def waits(self) -> bool:
        """Whether the bulletin waits for a person."""
        return self.review is not None and self.review.state is ReviewState.WAITING

    @property
    def may_be_changed(self) -> bool:
        """Whether something can still be decided: not once a later cycle has taken its place."""
        return not self.case.is_overtaken

    def area(self, area_id: str) -> AreaCase:
        """One of the areas; raises Refusal where there is none of this id."""
        found = next((one for one in self.areas if one.area.id == area_id), None)
        if found is None:
            raise Refusal(404, "There is no such page.")
        return found


def is_out(desk: Desk, cycle_key: str) -> bool:
    """Whether a cycle's bulletin was released: an agency sees nothing before that."""
    return bool(delivery_states(desk.database, cycle_key)) or bool(releases_of(desk.database, cycle_key))


def visible_cycles(desk: Desk, account: Account, most: int = 12) -> tuple[CycleStatus, ...]:
    """The newest cycles that an account may see, the newest first."""
    done = desk.done_cycles()
    seen = done if account.role.operates else [status for status in done[: 4 * most] if is_out(desk, status.cycle.key)]
    return tuple(seen[:most])


def cycle_seen(desk: Desk, account: Account, cycle_key: str) -> CycleStatus:
    """A cycle that is done and that the account may see; raises Refusal for any other."""
    status = next((one for one in desk.done_cycles() if one.cycle.key == cycle_key), None)
    if status is None or not (account.role.operates or is_out(desk, cycle_key)):
        raise Refusal(404, "There is no such page.")
    return status


def chosen_cycle(desk: Desk, account: Account, cycle_key: str, seen: tuple[CycleStatus, ...]) -> CycleStatus | None:
    """The cycle of that key or, without one, the newest of those `seen`; None where there is none. Raises Refusal as `cycle_seen`."""
    if cycle_key:
        return cycle_seen(desk, account, cycle_key)
    return seen[0] if seen else None


def cycle_case(desk: Desk, account: Account, status: CycleStatus) -> CycleCase:
    """All there is to show of a cycle, of the areas that the account sees."""
    key = status.cycle.key
    facts, case = load_stored_facts(desk.archive / key), case_of(desk.database, key)
    in_force = warnings_in_force(desk.database, case.moment(desk.clock()))
    earlier = _cycle_before(desk, account, status)
    before = _windows_of(desk, earlier)
    areas = tuple(_area_case(area, facts, case, in_force, before) for area in facts.areas if account.sees(area.id))
    levels = (*(_level_of(facts, area.id) for area in facts.areas), *(message.level for message in facts.messages))
    return CycleCase(
        status=status,
        facts=facts,
        case=case,
        areas=tuple(sorted(areas, key=_rank)),
        signatures=signatures_of(desk.database, key, case.content_sha256),
        needs_second=needs_second(levels, case),
        releases=releases_of(desk.database, key),
        deliveries=delivery_states(desk.database, key) if account.role.operates else (),
        left_over=_left_over(desk, account, earlier),
    )


def proposal_of(area: AreaCase) -> Choice:
    """What the engine proposes; raises Refusal where it did not assess the area."""
    if area.window is None:
        raise Refusal(409, "The area was not assessed; there is nothing to decide on.")
    return Choice(area.window.level, area.window.valid_from, area.window.valid_until)


def grounds(area: AreaCase, facts: StoredFacts, speaking: Speaking, *, weak: bool) -> tuple[str, ...]:
    """Why the engine proposes what it does: the condition that decided, how the warning stands, what lacks, and what makes it `weak`."""
    say, window = speaking.words.say, area.window
    if window is None:
        return (say("not assessed"),)
    assessment, said = facts.assessment(), []
    if window.condition:
        haze = haze_in_words(assessment, window.level, speaking.words)
        said.append(say("%(haze)s: %(condition)s", haze=haze, condition=condition_in_words(assessment, window.condition, speaking.words)))
    elif window.level is Level.UNKNOWN:
        said.append(say("too much of the input is lacking to judge the level"))
    else:
        said.append(say("No condition of the rules is met."))
    if area.status is not None and area.status.ground in GROUNDS:
        said.append(say(GROUNDS[area.status.ground]))
    if weak and (area.status is None or area.status.ground is not Ground.LACKING):
        said.append(say("half of its station hours or more have usual values instead of a forecast, or nothing"))
    if window.hours_known < window.hours:
        said.append(say("only %(known)d of %(hours)d hours could be judged", known=window.hours_known, hours=window.hours))
    if window.worst_station_id is not None and window.worst_station_level > max(window.level, Level.NONE):
        station = next((s.name for s in facts.stations if s.id == window.worst_station_id), window.worst_station_id)
        haze = haze_in_words(assessment, window.worst_station_level, speaking.words)
        said.append(say("locally %(haze)s: %(station)s", haze=haze, station=station))
    return tuple(said)


def lacking(facts: StoredFacts, speaking: Speaking) -> tuple[str, ...]:
    """What the cycle lacked and stands behind, as the bulletin says it."""
    notes = dict.fromkeys((*facts.notes, *facts.forecast_notes))
    return tuple(note_in_words(note, speaking.words) for note in notes)


def expires_at(facts: StoredFacts) -> datetime:
    """When the first windows end."""
    first = (first_window(facts.windows, area.id) for area in facts.areas)
    return min((window.valid_until for window in first if window is not None), default=facts.cycle.end_time)


def _cycle_before(desk: Desk, account: Account, status: CycleStatus) -> CycleStatus | None:
    """The cycle before one, if it started no more than a day and a half earlier and the account may see it."""
    earlier = (one for one in desk.done_cycles() if one.cycle.init_time < status.cycle.init_time)
    found = next(earlier, None)
    if found is None or status.cycle.init_time - found.cycle.init_time > FARTHEST:
        return None
    return found if account.role.operates or is_out(desk, found.cycle.key) else None


def _windows_of(desk: Desk, status: CycleStatus | None) -> tuple[WindowAssessment, ...]:
    """What a cycle decided on; nothing where it cannot be read: today's page is not lost for want of an old one."""
    try:
        return () if status is None else load_decisions(desk.archive / status.cycle.key).windows
    except ArchiveError:
        return ()


def _left_over(desk: Desk, account: Account, earlier: CycleStatus | None) -> tuple[Draft, ...]:
    if earlier is None or not account.role.operates:
        return ()
    case = case_of(desk.database, earlier.cycle.key)
    return case.drafts if case.is_overtaken else ()


def _area_case(
    area: StoredArea, facts: StoredFacts, case: Case, in_force: tuple[HazeWarning, ...], before: tuple[WindowAssessment, ...]
) -> AreaCase:
    window = first_window(facts.windows, area.id)
    return AreaCase(
        area=area,
        window=window,
        before=_level_before(before, area.id, window),
        message=next((message for message in facts.messages if message.area_id == area.id), None),
        in_force=next((w for w in in_force if (w.area_id, w.edition) == (area.id, facts.edition)), None),
        status=next((status for status in facts.statuses if status.area_id == area.id), None),
        draft=next((draft for draft in case.drafts if draft.decision.area_id == area.id), None),
        decided=next((draft for draft in case.earlier if draft.decision.area_id == area.id), None),
    )


def _level_before(before: tuple[WindowAssessment, ...], area_id: str, window: WindowAssessment | None) -> Level | None:
    """What the cycle before expected of the same window; None where it did not speak of it."""
    if window is None:
        return None
    return next((w.level for w in before if w.area_id == area_id and w.valid_from == window.valid_from), None)


def _level_of(facts: StoredFacts, area_id: str) -> Level:
    window = first_window(facts.windows, area_id)
    return Level.UNKNOWN if window is None else window.level


def _rank(area: AreaCase) -> tuple[int, float]:
    peak = area.window.peak_pm25 if area.window is not None else None
    return RANK.index(area.proposed), -(peak or 0.0)
