"""Asking the process that decodes GRIB. It is started when first needed, and again when a message was its death."""

import atexit
import contextlib
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hazecast.errors import MissingExtra, UnreadableInput
from hazecast.intake.fields.grib_frames import receive, send

ROOT = Path(__file__).parents[3]
PROGRAM = f"import sys; sys.path.append({str(ROOT)!r}); from hazecast.intake.fields.grib_worker import serve; serve()"
PATIENCE_SECONDS = 60.0
BYTES_PER_SECOND = 100_000  # of a message, above that
KeyType = Literal["str", "int", "float"]
Array = NDArray[np.float64]
Frame = tuple[dict[str, Any], bytes]


@dataclass(frozen=True, slots=True)
class Question:
    """The keys and arrays asked of a message, by the library's names, after the keys of `set` were given those values."""

    keys: Mapping[str, KeyType] = field(default_factory=lambda: MappingProxyType({}))
    arrays: tuple[str, ...] = ()
    set: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a message has of the keys asked for, and every array asked for, missing values as NaN."""

    keys: Mapping[str, Any]
    arrays: tuple[Array, ...]


class Decoder:
    """One process at a time, which many threads may ask; it ends by itself when it is not asked for a minute."""

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._patience = patience_seconds
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    def ask(self, message: bytes, question: Question, where: str) -> Answer:
        """Raises UnreadableInput, naming `where` the message stands, if it cannot be answered, and MissingExtra without eccodes."""
        with self._lock:
            words, data = self._asked(message, question, where)
        if words.get("absent"):
            raise MissingExtra("Reading GRIB", "grib")
        if "fault" in words:
            raise _unreadable(where, str(words["fault"]))
        values = np.frombuffer(data, dtype=np.float64)
        return Answer(words["keys"], tuple(np.split(values, np.cumsum(words["sizes"])[:-1])) if words["sizes"] else ())

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def _asked(self, message: bytes, question: Question, where: str) -> tuple[dict[str, Any], bytes]:
        words = {"keys": dict(question.keys), "arrays": question.arrays, "set": dict(question.set)}
        patience = self._patience + len(message) / BYTES_PER_SECOND
        for _ in range(2):  # the process may end for idleness in the moment that it is asked
            try:
                return self._running().ask(words, message, patience)
            except (EOFError, OSError):
                status = self._end()
            except queue.Empty:
                self._end()
                raise _unreadable(where, f"the library for GRIB found no end within {patience:.0f} s") from None
            if status != 0:
                break
        raise _unreadable(where, f"the library for GRIB broke down on it (status {status})")

    def _running(self) -> "_Worker":
        if self._worker is None or self._worker.has_ended():
            self._end()
            if find_spec("eccodes") is None:
                raise MissingExtra("Reading GRIB", "grib")
            self._worker = _Worker()
        return self._worker

    def _end(self) -> int | None:
        """The status with which it ended."""
        worker, self._worker = self._worker, None
        return None if worker is None else worker.end()


class _Worker:
    """The process, and a thread that waits for its replies, so that others need not wait for ever."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("The process that decodes GRIB has no pipes.")
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._asked = 0
        self._replies: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, name="replies of the GRIB decoder", daemon=True)
        self._listener.start()

    def has_ended(self) -> bool:
        """Whether it cannot be asked any more."""
        return self._process.poll() is not None

    def ask(self, words: dict[str, Any], message: bytes, patience: float) -> Frame:
        """Raises EOFError or OSError where the process ends over it, and queue.Empty where no reply comes in time."""
        self._asked += 1
        send(self._stdin, {**words, "number": self._asked}, message)
        while (reply := self._replies.get(timeout=patience)) is not None:
            if reply[0]["number"] == self._asked:  # and not the answer to a question whose asker was interrupted
                return reply
        raise EOFError("The process ended.")

    def _listen(self) -> None:
        with contextlib.suppress(EOFError, OSError, ValueError):
            while True:
                self._replies.put(receive(self._stdout))
        self._replies.put(None)

    def end(self) -> int:
        """The status with which it ended."""
        self._process.kill()
        status = self._process.wait()
        self._listener.join()
        for pipe in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):  # what it did not read any more
                pipe.close()
        return status


def _unreadable(where: str, why: str) -> UnreadableInput:
    return UnreadableInput(f"{where} cannot be decoded: {why}.", "Fetch the file again from where it came.")


DECODER = Decoder()
atexit.register(DECODER.close)
