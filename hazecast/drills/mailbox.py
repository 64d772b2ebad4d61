"""A mail server of a drill: it writes down at once what it takes, as a mailbox elsewhere would, whatever becomes of who sent it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hazecast.delivery.channel import Parcel
from hazecast.drills.faults import FaultKind

ANSWER_LOST = "the connection was reset before the answer came"


@dataclass(frozen=True, slots=True)
class Taken:
    """One copy of a bulletin that the mail server took."""

    delivery_key: str
    cycle_key: str
    recipient: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MailServer:
    """A channel of the drill, in the state that a fault leaves it in."""

    log: Path
    now: datetime
    fault: FaultKind | None = None

    def __call__(self, parcel: Parcel) -> str:
        """Take a parcel. Raises OSError when the server is away, and when its answer is lost though it took it."""
        if self.fault is FaultKind.MAIL_AWAY:
            raise ConnectionRefusedError("connection refused")
        delivery = parcel.delivery
        line = "\t".join((delivery.key, delivery.cycle_key, delivery.recipient, self.now.isoformat()))
        with self.log.open("a", encoding="utf-8") as log:
            log.write(line + "\n")
        if self.fault is FaultKind.ANSWER_LOST:
            raise ConnectionResetError(ANSWER_LOST)
        return "the mailbox"


def taken(log: Path) -> tuple[Taken, ...]:
    """What was taken, in order."""
    if not log.exists():
        return ()
    lines = (line.split("\t") for line in log.read_text(encoding="utf-8").splitlines())
    return tuple(Taken(key, cycle, recipient, datetime.fromisoformat(at)) for key, cycle, recipient, at in lines)
