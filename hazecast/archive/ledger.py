"""The ledger of cycles: who runs which, what is done, and what each was made from. It decides; schedulers and commands only ask.

A cycle is claimed before it runs and finished in one transaction. A claim whose owner died lapses with its lease and is taken up
with the `as_of` of the first claim, so that it is the same cycle; one that failed is claimed anew, with what has arrived by then.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from hazecast.archive.database import reading, upsert, writing
from hazecast.archive.deliveries import Delivery, queue_deliveries
from hazecast.archive.inputs_log import fingerprint, store_inputs
from hazecast.archive.manifest import Product
from hazecast.archive.reviews import Waiting, open_review
from hazecast.archive.tables import cycles, products, schedule
from hazecast.archive.warning_log import append_warnings
from hazecast.errors import CycleError
from hazecast.records import AnsweredQuestion, Cycle, HazeWarning, InputFile, require_utc

LEASE = timedelta(minutes=20)


class State(StrEnum):
    """Where a cycle stands. One that was never claimed nor expired is not in the ledger."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


class Standing(StrEnum):
    """The answer to a claim: run it, it is done, or somebody else is at it."""

    CLAIMED = "claimed"
    DONE = "done"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run `cycle`, if `standing` says so. `cycle` is the one to run: its `as_of` is that of the ledger."""

    standing: Standing
    cycle: Cycle
    owner: str
    attempt: int
    settings_sha256: str


@dataclass(frozen=True, slots=True)
class CycleStatus:
    """What the ledger knows of a cycle."""

    cycle: Cycle
    state: State
    attempts: int
    owner: str | None
    lease_until: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    settings_sha256: str | None
    inputs_sha256: str | None
    software_version: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class CycleResults:
    """What a cycle leaves behind when it is done; one whose bulletin waits for a person has neither messages nor deliveries yet."""

    inputs: tuple[InputFile, ...]
    products: tuple[Product, ...]
    messages: tuple[HazeWarning, ...]
    deliveries: tuple[Delivery, ...]
    software_version: str
    asked: AnsweredQuestion | None = None
    waits: Waiting | None = None


def claim_cycle(database: Engine, cycle: Cycle, owner: str, settings_sha256: str, now: datetime, lease: timedelta = LEASE) -> Claim:
    """Claim `cycle` for `owner` until `now` + `lease`, unless it is done or somebody else holds it; one of two processes gets it."""
    require_utc("now", now)
    with writing(database) as connection:
        status = _status(connection, cycle.key)
        if status is not None and status.state is State.DONE:
            return Claim(Standing.DONE, status.cycle, status.owner or "", status.attempts, status.settings_sha256 or "")
        if status is not None and status.state is State.RUNNING and lease_holds(status.lease_until, now, max(lease, LEASE)):
            return Claim(Standing.BUSY, status.cycle, status.owner or "", status.attempts, status.settings_sha256 or "")
        taken_up = status is not None and status.state is State.RUNNING
        as_of = status.cycle.as_of if status is not None and taken_up else cycle.as_of
        attempt = 1 + (status.attempts if status is not None else 0)
        claim = Claim(Standing.CLAIMED, Cycle(cycle.init_time, as_of, cycle.horizon), owner, attempt, settings_sha256)
        _write_claim(connection, claim, now, now + lease)
    return claim


def lease_holds(lease_until: datetime | None, now: datetime, lease: timedelta = LEASE) -> bool:
    """Whether a lease still holds. One that ends far ahead was written before the clock was set back, and does not."""
    return lease_until is not None and now < lease_until <= now + 2 * lease


def renew_lease(database: Engine, claim: Claim, now: datetime, lease: timedelta = LEASE) -> None:
    """Hold the claim for another `lease`; raises CycleError when somebody else has taken it up."""
    require_utc("now", now)
    with writing(database) as connection:
        _require_held(connection, claim)
        connection.execute(update(cycles).where(cycles.c.key == claim.cycle.key).values(lease_until=now + lease))


def let_lapse(database: Engine, claim: Claim, now: datetime) -> bool:
    """End the lease of a claim whose run has died, so that it is taken up at once; False when it is held by nobody or by somebody else."""
    require_utc("now", now)
    with writing(database) as connection:
        if not _is_held(_status(connection, claim.cycle.key), claim):
            return False
        connection.execute(update(cycles).where(cycles.c.key == claim.cycle.key).values(lease_until=now))
    return True


def finish_cycle(database: Engine, claim: Claim, results: CycleResults, now: datetime) -> None:
    """Mark the cycle done, with its inputs, products, warnings and deliveries: all of it or, when anything fails, nothing.

    Raises CycleError when somebody else has taken the cycle up, ArchiveError for a warning or delivery that is in the ledger
    with other content.
    """
    require_utc("now", now)
    with writing(database) as connection:
        _require_held(connection, claim)
        store_inputs(connection, claim.cycle.key, results.inputs, results.asked)
        _store_products(connection, claim.cycle.key, results.products)
        append_warnings(connection, results.messages)
        queue_deliveries(connection, results.deliveries)
        if results.waits is not None:
            open_review(connection, claim.cycle.key, results.waits, now)
        _close(
            connection,
            claim.cycle.key,
            now,
            state=State.DONE,
            inputs_sha256=fingerprint(results.inputs, results.asked),
            software_version=results.software_version,
        )


def fail_cycle(database: Engine, claim: Claim, error: str, now: datetime) -> None:
    """Give the cycle back as failed, with the reason; does nothing when somebody else has taken it up."""
    require_utc("now", now)
    with writing(database) as connection:
        if _is_held(_status(connection, claim.cycle.key), claim):
            _close(connection, claim.cycle.key, now, state=State.FAILED, error=error)


def expire_cycle(database: Engine, cycle: Cycle, reason: str, now: datetime) -> bool:
    """Record that `cycle` will not be run; returns False, and changes nothing, if it is done, failed or being run."""
    require_utc("now", now)
    with writing(database) as connection:
        status = _status(connection, cycle.key)
        if status is None:
            connection.execute(insert(cycles).values(key=cycle.key, **_identity(cycle), state=State.EXPIRED, attempts=0))
        elif status.state is not State.RUNNING or lease_holds(status.lease_until, now):
            return False
        _close(connection, cycle.key, now, state=State.EXPIRED, error=reason)
    return True


def cycle_states(database: Engine, since: datetime | None = None) -> tuple[CycleStatus, ...]:
    """Every cycle in the ledger with an init_time from `since` on, oldest first."""
    chosen = select(cycles).order_by(cycles.c.init_time)
    with reading(database) as connection:
        rows = connection.execute(chosen if since is None else chosen.where(cycles.c.init_time >= since)).all()
    return tuple(_status_from(row) for row in rows)


def cycle_status(database: Engine, cycle_key: str) -> CycleStatus | None:
    """What the ledger knows of one cycle, or None."""
    with reading(database) as connection:
        return _status(connection, cycle_key)


def is_overtaken(database: Engine, cycle: Cycle) -> bool:
    """Whether a later cycle is done."""
    later = select(cycles.c.key).where(cycles.c.init_time > cycle.init_time, cycles.c.state == State.DONE).limit(1)
    with reading(database) as connection:
        return connection.execute(later).first() is not None


def recorded_products(database: Engine, cycle_key: str) -> tuple[Product, ...]:
    """The products of a cycle that is done, as they were when it was finished, sorted by name."""
    with reading(database) as connection:
        return _recorded(connection, cycle_key)


@contextmanager
def products_locked(database: Engine, claim: Claim) -> Iterator[tuple[Product, ...] | None]:
    """While the products of a claimed cycle are put in place: keeps everybody else from claiming or finishing it.

    Gives the recorded products if the cycle is done, None if it still runs under `claim`; raises CycleError if under another.
    """
    with writing(database) as connection:
        status = _status(connection, claim.cycle.key)
        if status is not None and status.state is State.DONE:
            yield _recorded(connection, claim.cycle.key)
        else:
            _require_held(connection, claim)
            yield None


def first_tick(database: Engine, now: datetime) -> datetime:
    """The earliest time at which a scheduler has ever worked on this ledger, `now` included."""
    require_utc("now", now)
    known = first_tick_known(database)
    if known is not None and known <= now:
        return known
    with writing(database) as connection:
        stored: datetime | None = connection.execute(select(schedule.c.first_tick_at)).scalar_one_or_none()
        if stored is not None and stored <= now:
            return stored
        row = upsert(connection, schedule).values(id=1, first_tick_at=now)
        connection.execute(row.on_conflict_do_update(index_elements=["id"], set_={"first_tick_at": now}))
    return now


def first_tick_known(database: Engine) -> datetime | None:
    """The earliest time at which a scheduler has ever worked on this ledger; None where none has."""
    with reading(database) as connection:
        stored: datetime | None = connection.execute(select(schedule.c.first_tick_at)).scalar_one_or_none()
    return stored


def _identity(cycle: Cycle) -> dict[str, Any]:
    return {"init_time": cycle.init_time, "as_of": cycle.as_of, "horizon_hours": len(cycle.lead_hours)}


def _write_claim(connection: Connection, claim: Claim, now: datetime, lease_until: datetime) -> None:
    values = _identity(claim.cycle) | {
        "state": State.RUNNING,
        "owner": claim.owner,
        "lease_until": lease_until,
        "attempts": claim.attempt,
        "settings_sha256": claim.settings_sha256,
        "error": None,
        "started_at": now,
        "finished_at": None,
    }
    row = upsert(connection, cycles).values(key=claim.cycle.key, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["key"], set_=values))


def _close(connection: Connection, cycle_key: str, now: datetime, **values: Any) -> None:
    connection.execute(update(cycles).where(cycles.c.key == cycle_key).values(finished_at=now, lease_until=None, **values))


def _status(connection: Connection, cycle_key: str) -> CycleStatus | None:
    row = connection.execute(select(cycles).where(cycles.c.key == cycle_key)).one_or_none()
    return None if row is None else _status_from(row)


def _status_from(row: Row[Any]) -> CycleStatus:
    return CycleStatus(
        cycle=Cycle(row.init_time, row.as_of, timedelta(hours=row.horizon_hours)),
        state=State(row.state),
        attempts=row.attempts,
        owner=row.owner,
        lease_until=row.lease_until,
        started_at=row.started_at,
        finished_at=row.finished_at,
        settings_sha256=row.settings_sha256,
        inputs_sha256=row.inputs_sha256,
        software_version=row.software_version,
        error=row.error,
    )


def _is_held(status: CycleStatus | None, claim: Claim) -> bool:
    held = None if status is None else (status.state, status.owner, status.attempts)
    return held == (State.RUNNING, claim.owner, claim.attempt)


def _require_held(connection: Connection, claim: Claim) -> None:
    status = _status(connection, claim.cycle.key)
    if not _is_held(status, claim):
        found = "not in the ledger" if status is None else f"{status.state} under {status.owner}, attempt {status.attempts}"
        raise CycleError(
            f"Cycle {claim.cycle.key} is no longer held by {claim.owner}, attempt {claim.attempt}: it is {found}.",
            "Nothing of this run was kept; the other run counts.",
        )


def _store_products(connection: Connection, cycle_key: str, made: tuple[Product, ...]) -> None:
    rows = [{"cycle_key": cycle_key, "name": p.name, "sha256": p.sha256, "size_bytes": p.size_bytes} for p in made]
    if rows:
        connection.execute(insert(products), rows)


def _recorded(connection: Connection, cycle_key: str) -> tuple[Product, ...]:
    chosen = select(products).where(products.c.cycle_key == cycle_key)
    listed = (Product(row.name, row.sha256, row.size_bytes) for row in connection.execute(chosen))
    return tuple(sorted(listed, key=lambda product: product.name))
