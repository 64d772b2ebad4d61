"""How the machine fares, gathered once for whoever asks: the command, the health page, the metrics, and the alarms."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from hazecast.archive.alarm_log import Alarm, open_alarms
from hazecast.archive.deliveries import DeliveryState, DeliveryStatus
from hazecast.archive.delivery_log import deliveries_since
from hazecast.archive.jobs import JobStatus, job_states
from hazecast.archive.leases import LEADER, Lease, lease_held
from hazecast.archive.ledger import CycleStatus, State, cycle_states, first_tick_known, lease_holds
from hazecast.archive.skill_log import NORMAL_DAYS, RECENT_DAYS, SkillStanding, skill_since, standing
from hazecast.archive.source_log import NewestHour, newest_of
from hazecast.config import Settings
from hazecast.scheduler import MOST_ATTEMPTS, Decision, due_cycles, oldest_looked_at
from hazecast.serving.readiness import lacking_inputs

SHOWN = timedelta(days=2)
DELIVERIES_SHOWN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LateCycle:
    """A cycle that is not done and should be, and why it is not."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Status:
    """How the machine fares at `now`. Cycles and jobs the oldest first; `deliveries` are those of the cycles of the last day."""

    now: datetime
    leader: Lease | None
    cycles: tuple[CycleStatus, ...]
    decisions: tuple[Decision, ...]
    late: tuple[LateCycle, ...]
    jobs: tuple[JobStatus, ...]
    inputs: tuple[NewestHour, ...]
    silent: tuple[NewestHour, ...]
    deliveries: tuple[DeliveryStatus, ...]
    undelivered: tuple[DeliveryStatus, ...]
    skill: SkillStanding
    alarms: tuple[Alarm, ...]

    @property
    def is_led(self) -> bool:
        """Whether some machine leads."""
        return self.leader is not None and self.now < self.leader.until

    def deliveries_in(self, state: DeliveryState) -> int:
        """How many deliveries stand so."""
        return sum(status.state is state for status in self.deliveries)


def status_of(ledger: Engine, operations: Engine, settings: Settings, now: datetime) -> Status:
    """How the machine fares. Raises ArchiveError where a database cannot be read."""
    states = cycle_states(ledger, since=oldest_looked_at(now, settings.schedule))
    begun = first_tick_known(ledger) or now
    decisions = due_cycles(now, settings.schedule, states, begun, partial(lacking_inputs, operations, settings))
    deliveries = deliveries_since(ledger, f"{now - DELIVERIES_SHOWN:%Y%m%dT%H}Z")
    inputs = newest_of(operations)
    today = now.astimezone(ZoneInfo(settings.site.time_zone)).date()
    return Status(
        now=now,
        leader=lease_held(operations, LEADER),
        cycles=tuple(state for state in states if state.cycle.init_time >= now - SHOWN),
        decisions=decisions,
        late=_late(states, decisions, settings, now),
        jobs=job_states(operations),
        inputs=inputs,
        silent=tuple(one for one in inputs if now - one.seen_at > timedelta(hours=settings.operator.silent_hours)),
        deliveries=deliveries,
        undelivered=tuple(one for one in deliveries if _is_undelivered(one, _finished(states), settings, now)),
        skill=standing(skill_since(operations, today - timedelta(days=NORMAL_DAYS + 2 * RECENT_DAYS)), today),
        alarms=open_alarms(operations),
    )


def _finished(states: tuple[CycleStatus, ...]) -> dict[str, datetime]:
    """When each cycle was finished, by its key."""
    return {state.cycle.key: state.finished_at for state in states if state.finished_at is not None}


def _late(states: tuple[CycleStatus, ...], decisions: tuple[Decision, ...], settings: Settings, now: datetime) -> tuple[LateCycle, ...]:
    """Cycles of the last days past their deadline and the time that one may take, that are not done or never will be."""
    limit = timedelta(minutes=settings.schedule.limit_minutes)
    known = {state.cycle.init_time: state for state in states}
    times = {*known, *(decision.init_time for decision in decisions)}
    told = []
    for init_time in sorted(times):
        state = known.get(init_time)
        deadline = settings.schedule.deadline_of(init_time)
        if init_time < now - SHOWN or now <= deadline + limit or (state is not None and state.state is State.DONE):
            continue
        reason = next((d.reason for d in decisions if d.init_time == init_time), "it is waited for") if state is None else _why(state, now)
        told.append(LateCycle(f"{init_time:%Y%m%dT%HZ}", f"it should have begun by {deadline:%Y-%m-%d %H:%M} UTC; {reason}"))
    return tuple(told)


def _why(state: CycleStatus, now: datetime) -> str:
    if state.state is State.RUNNING:
        held = lease_holds(state.lease_until, now)
        return f"it runs for the {state.attempts}. time, by {state.owner}" if held else f"its run of attempt {state.attempts} died"
    given_up = ", and is not tried again" if state.state is State.EXPIRED or state.attempts >= MOST_ATTEMPTS else ""
    return f"it {state.state}{given_up}: {state.error}"


def _is_undelivered(one: DeliveryStatus, finished: dict[str, datetime], settings: Settings, now: datetime) -> bool:
    """Refused, expired, or pending for too long after it was made or after the quiet hours that it waited for."""
    if one.state in (DeliveryState.REFUSED, DeliveryState.EXPIRED):
        return True
    made = finished.get(one.delivery.cycle_key, one.attempts[0].started_at if one.attempts else now)
    since = max(made, one.delivery.not_before or made)
    return one.state is DeliveryState.PENDING and now - since > timedelta(minutes=settings.operator.undelivered_minutes)
