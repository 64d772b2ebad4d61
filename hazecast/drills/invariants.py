"""What must hold at the end of a drill. Each invariant looks at what is left on the disk and at the mailbox, and names what breaks it."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from hazecast.archive.deliveries import Attempt, DeliveryState, Outcome, delivery_states
from hazecast.archive.ledger import CycleStatus, State, cycle_states, recorded_products
from hazecast.archive.manifest import read_retired, verify_products
from hazecast.archive.warning_log import warnings_in_force, warnings_known
from hazecast.drills.mailbox import ANSWER_LOST, Taken
from hazecast.drills.stand_in import NOT_KNOWN
from hazecast.errors import ArchiveError

LONGEST_WARNING = timedelta(hours=72)
GROWTH_ALLOWED_MB = 40.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a month left: its ledger and archive, what the mail server took, the cycles there should be, and which were to be announced.

    `surprises` are tracebacks of errors that no user could have mended; memory in MB is that of the drill's own process, which holds the
    machines, after the first days and at the end.
    """

    ledger: Engine
    archive: Path
    taken: tuple[Taken, ...]
    init_times: tuple[datetime, ...]
    announced: Mapping[str, bool]
    now: datetime
    surprises: tuple[str, ...]
    memory_early_mb: float
    memory_late_mb: float


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must hold, in words, and what breaks it: one line for each breach."""

    name: str
    breaches: Callable[[Evidence], tuple[str, ...]]


def cycles_unaccounted(evidence: Evidence) -> tuple[str, ...]:
    """Cycles that are neither done, nor expired or failed with a reason."""
    known = {status.cycle.init_time: status for status in cycle_states(evidence.ledger)}
    return tuple(
        f"cycle {init_time:%Y%m%dT%HZ} is {'not in the ledger' if init_time not in known else known[init_time].state} without a reason"
        for init_time in evidence.init_times
        if not _is_accounted(known.get(init_time))
    )


def bulletins_lost(evidence: Evidence) -> tuple[str, ...]:
    """Cycles that were to be announced and are not queued, deliveries without an end, and those called delivered that never arrived."""
    arrived = {copy.delivery_key for copy in evidence.taken}
    lost = []
    for status in _done(evidence):
        statuses = delivery_states(evidence.ledger, status.cycle.key)
        if evidence.announced.get(status.cycle.key) and not statuses:
            lost.append(f"cycle {status.cycle.key} was to be announced, and nothing was queued")
        for one in statuses:
            if one.state is DeliveryState.PENDING and one.delivery.expires_at <= evidence.now:
                lost.append(f"delivery {one.delivery.key} is pending, and its time is over")
            if one.state is DeliveryState.DELIVERED and one.delivery.key not in arrived:
                lost.append(f"delivery {one.delivery.key} is called delivered, and the mailbox has none")
    return tuple(lost)


def bulletins_doubled(evidence: Evidence) -> tuple[str, ...]:
    """Second copies that are not explained by a death or a lost answer, and two bulletins of one cycle for one recipient."""
    doubled, keys, copies = [], defaultdict(set), defaultdict(list)
    for copy in evidence.taken:
        keys[copy.cycle_key, copy.recipient].add(copy.delivery_key)
        copies[copy.delivery_key].append(copy)
    for (cycle_key, recipient), different in keys.items():
        if len(different) > 1:
            doubled.append(f"{recipient} got {len(different)} bulletins of cycle {cycle_key}")
    for cycle_key in {copy.cycle_key for copy in evidence.taken}:
        for status in delivery_states(evidence.ledger, cycle_key):
            own = copies[status.delivery.key]
            unexplained = len(own) - 1 - sum(_may_have_arrived(attempt) for attempt in status.attempts)
            if unexplained > 0 and own:
                doubled.append(f"delivery {status.delivery.key} arrived {len(own)} times, {unexplained} of them without a cause")
    return tuple(doubled)


def warnings_without_end(evidence: Evidence) -> tuple[str, ...]:
    """Warnings that last longer than any may or that are in force when all should be over, and two in force for one area."""
    known = warnings_known(evidence.ledger, evidence.now + LONGEST_WARNING, datetime.min.replace(tzinfo=evidence.now.tzinfo))
    broken = [f"warning {w.id} lasts until {w.valid_until}" for w in known if w.valid_until - w.issued_at > LONGEST_WARNING]
    for moment in sorted({w.issued_at for w in known}):
        in_force = [(w.area_id, w.edition) for w in warnings_in_force(evidence.ledger, moment)]
        broken += [
            f"{area} has {in_force.count((area, of))} warnings at {moment}" for area, of in set(in_force) if in_force.count((area, of)) > 1
        ]
    still = warnings_in_force(evidence.ledger, evidence.now + LONGEST_WARNING)
    return (*broken, *(f"warning {w.id} is in force {LONGEST_WARNING} after the end" for w in still))


def archive_damaged(evidence: Evidence) -> tuple[str, ...]:
    """Folders of cycles that are done and do not hold what the ledger and their manifest say, and leftovers of runs that died."""
    broken = []
    for status in _done(evidence):
        key = status.cycle.key
        try:
            held = {product.name: product for product in verify_products(evidence.archive / key)}
        except ArchiveError as damaged:
            broken.append(str(damaged))
            continue
        recorded = {product.name: product for product in recorded_products(evidence.ledger, key)}
        retired = {product.name: product for product in read_retired(evidence.archive / key)}
        if held | retired != recorded:
            broken.append(f"the manifest of {key} is not what the ledger recorded")
        broken += [f"{left.name} was left behind" for left in evidence.archive.glob(f".{key}.*")]
    return tuple(broken)


def clean_air_from_nothing(evidence: Evidence) -> tuple[str, ...]:
    """Bulletins that say NONE of a town although no value of any station was known."""
    broken = []
    for status in _done(evidence):
        file = evidence.archive / status.cycle.key / "bulletin" / "bulletin.en.txt"
        told = file.read_text(encoding="utf-8") if file.is_file() else ""
        if NOT_KNOWN in told and ": NONE" in told:
            broken.append(f"the bulletin of {status.cycle.key} tells of clean air, and nothing was known")
    return tuple(broken)


def errors_of_our_own(evidence: Evidence) -> tuple[str, ...]:
    """Errors that no user could mend."""
    return tuple(told.strip().splitlines()[-1] for told in evidence.surprises)


def memory_grown(evidence: Evidence) -> tuple[str, ...]:
    """More memory at the end than after the first days."""
    grown = evidence.memory_late_mb - evidence.memory_early_mb
    return (f"memory grew by {grown:.0f} MB, from {evidence.memory_early_mb:.0f} MB",) if grown > GROWTH_ALLOWED_MB else ()


INVARIANTS = (
    Invariant("every cycle is done, or expired or failed by name", cycles_unaccounted),
    Invariant("no bulletin is lost", bulletins_lost),
    Invariant("no bulletin is doubled", bulletins_doubled),
    Invariant("every warning ends, and an area has one at a time", warnings_without_end),
    Invariant("the archive is what its manifests say", archive_damaged),
    Invariant("what is not known is never called clean", clean_air_from_nothing),
    Invariant("nothing failed but what was made to fail", errors_of_our_own),
    Invariant("memory has not grown", memory_grown),
)


def _is_accounted(status: CycleStatus | None) -> bool:
    if status is None or status.state is State.RUNNING:
        return False
    return status.state is State.DONE or bool(status.error)


def _done(evidence: Evidence) -> tuple[CycleStatus, ...]:
    return tuple(status for status in cycle_states(evidence.ledger) if status.state is State.DONE)


def _may_have_arrived(attempt: Attempt) -> bool:
    """Whether nobody can know if a copy of this attempt arrived: it died on the way, or its answer was lost."""
    return attempt.outcome is Outcome.STARTED or attempt.error == ANSWER_LOST
