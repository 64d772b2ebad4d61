"""What can go wrong, and a plan of it: the same seed gives the same faults at the same times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import cycle, islice
from random import Random


class FaultKind(StrEnum):
    """Each with what happens, in plain words."""

    WORKER_KILLED = "a worker is killed"
    DELIVERER_KILLED = "killed while it delivers"
    MAIN_KILLED = "the main process is killed"
    WORKER_HANGS = "a worker hangs"
    TRUNCATED_FILE = "a file is truncated"
    LATE_FILE = "a file is late"
    NAN_FIELD = "a field is full of NaN"
    FROZEN_STATION = "a station is frozen"
    TWICE_DELIVERED = "observations come twice, corrected"
    CLOCK_JUMPS = "the clock jumps"
    DISK_FULL = "the disk is full"
    DATABASE_LOCKED = "the database is locked"
    DATABASE_AWAY = "the archive's disk is away"
    MAIL_AWAY = "the mail server is away"
    ANSWER_LOST = "an answer of the mail server is lost"
    TWO_AT_ONCE = "two schedulers at once"
    SLEEPS = "a machine sleeps and comes back"


OF_INPUT = (
    FaultKind.TRUNCATED_FILE,
    FaultKind.LATE_FILE,
    FaultKind.NAN_FIELD,
    FaultKind.FROZEN_STATION,
    FaultKind.TWICE_DELIVERED,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: what, when it begins, how long it lasts where it does last, and a number that it is shaped by."""

    kind: FaultKind
    at: datetime
    length: timedelta
    number: int

    def __post_init__(self) -> None:
        if self.length < timedelta(0) or self.number < 0:
            raise ValueError(f"{self.kind} lasts {self.length} with the number {self.number}; expected neither below zero.")

    def lasts(self, now: datetime) -> bool:
        """Whether it holds at `now`."""
        return self.at <= now < self.at + self.length


def planned(dice: Random, first: datetime, days: int, number: int, kinds: Sequence[FaultKind] = tuple(FaultKind)) -> tuple[Fault, ...]:
    """`number` faults in `days` from `first` on, of each kind as many as of any other but one, by time."""
    minutes = days * 24 * 60
    dealt = islice(cycle(dice.sample(kinds, len(kinds))), number)
    made = [
        Fault(
            kind,
            first + timedelta(minutes=dice.randrange(minutes)),
            timedelta(minutes=dice.choice((3, 20, 90, 240))),
            dice.randrange(1, 400),
        )
        for kind in dealt
    ]
    return tuple(sorted(made, key=lambda fault: (fault.at, fault.kind, fault.number)))


ANSWERS = {
    FaultKind.WORKER_KILLED: "its cycle or job is taken up at the next round",
    FaultKind.DELIVERER_KILLED: "tried again after five minutes, with the same key",
    FaultKind.MAIN_KILLED: "started again; what it was at is taken up when its lease is over",
    FaultKind.WORKER_HANGS: "ended after 20 minutes of silence, and tried again",
    FaultKind.TRUNCATED_FILE: "not used; taken in when it comes whole, or the deadline comes",
    FaultKind.LATE_FILE: "waited for until the deadline, then a lower step by name",
    FaultKind.NAN_FIELD: "missing values stay missing, and the bulletin says so",
    FaultKind.FROZEN_STATION: "its values are flagged, and not used",
    FaultKind.TWICE_DELIVERED: "taken in once; what is corrected counts from when it came",
    FaultKind.CLOCK_JUMPS: "no cycle is run twice; leases from the future do not hold",
    FaultKind.DISK_FULL: "nothing half-written stays; tried again",
    FaultKind.DATABASE_LOCKED: "logged, and the rounds go on until it is free",
    FaultKind.DATABASE_AWAY: "logged, and the rounds go on until it is back",
    FaultKind.MAIL_AWAY: "tried again, ever more rarely, until the bulletin's time is over",
    FaultKind.ANSWER_LOST: "sent again with the same key",
    FaultKind.TWO_AT_ONCE: "one leads; each delivery is begun by one alone",
    FaultKind.SLEEPS: "another leads; what comes back keeps nothing and sends nothing",
}
