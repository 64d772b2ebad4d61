"""What a cycle was made from, read back: are its files still the same, and does the store still give the answer that it gave then?"""

from dataclasses import dataclass
from enum import StrEnum

import xarray as xr

from hazecast.archive.content import content_digest
from hazecast.archive.inputs_log import recorded_inputs, recorded_question
from hazecast.archive.ledger import State, cycle_status
from hazecast.archive.memory import Memory
from hazecast.archive.observations.reading import answer, digest_of
from hazecast.errors import CycleError
from hazecast.records import AnsweredQuestion, InputFile, InputRole


class FileState(StrEnum):
    """What became of a file since it was used."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class UsedFile:
    """A file that a cycle used. Of one of observations it is of no matter what became of it: its values are in the store."""

    file: InputFile
    state: FileState

    @property
    def is_lost(self) -> bool:
        """Whether what was used is to be found nowhere any more."""
        return self.state is not FileState.SAME and self.file.role != InputRole.OBSERVATIONS


@dataclass(frozen=True, slots=True, eq=False)
class ReadBack:
    """The files that a cycle used; what it asked, and what the store answers to it now (None where it asked nothing)."""

    cycle_key: str
    files: tuple[UsedFile, ...]
    asked: AnsweredQuestion | None
    observations: xr.Dataset | None

    @property
    def answers_as_then(self) -> bool:
        """Whether the store gives the answer of then, bit for bit."""
        return self.asked is not None and self.observations is not None and digest_of(self.observations) == self.asked.sha256

    @property
    def is_whole(self) -> bool:
        """Whether everything that was used can be read again."""
        return not any(used.is_lost for used in self.files) and (self.asked is None or self.answers_as_then)


def read_back(memory: Memory, cycle_key: str) -> ReadBack:
    """Everything that a cycle was made from; raises CycleError for one that is not done, ArchiveError where the store cannot be read."""
    status = cycle_status(memory.ledger, cycle_key)
    if status is None or status.state is not State.DONE:
        found = "not in the ledger" if status is None else f"{status.state}"
        raise CycleError(f"Cycle {cycle_key} is {found}; only one that is done has inputs.", "Run it, or name another.")
    asked = recorded_question(memory.ledger, cycle_key)
    files = tuple(UsedFile(file, _state(file)) for file in recorded_inputs(memory.ledger, cycle_key))
    return ReadBack(cycle_key, files, asked, None if asked is None else answer(memory.observations, asked.question))


def _state(used: InputFile) -> FileState:
    try:
        return FileState.SAME if content_digest(used.path) == used.sha256 else FileState.CHANGED
    except OSError:
        return FileState.GONE
