"""Telling without a look at its content that a file is as it was."""

from dataclasses import dataclass
from datetime import datetime, timedelta

UNSURE = timedelta(seconds=2)  # a file changed so shortly before it was looked at may have been changed again in the same tick


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the file system says of a file: its size, when it was last changed, and its number."""

    size_bytes: int
    mtime_ns: int
    inode: int

    def vouches(self, now: "Stamp", seen_at: datetime) -> bool:
        """Whether a file that bore this stamp when it was looked at, and bears the stamp `now`, has the same content."""
        return self == now and self.mtime_ns / 1e9 < (seen_at - UNSURE).timestamp()
