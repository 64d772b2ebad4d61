"""A worker as a process of its own: told its task by a line, heard by the lines it writes, and gone when this process is."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress

from hazecast.serving.crew import Task
from hazecast.serving.tasks_as_text import task_line


class WorkerProcess:
    """A started worker."""

    def __init__(self, command: Sequence[str], task: Task) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        with suppress(BrokenPipeError):  # one that is dead already is seen as such
            self._process.stdin.write(task_line(task).encode())
            self._process.stdin.flush()  # and stays open: its end tells the worker that nobody waits for it any more

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def ended(self) -> int | None:
        """Its exit status, minus the signal that ended it; None while it runs."""
        status = self._process.poll()
        if status is not None:
            self._let_go()
        return status

    def last_words(self) -> bool:
        """Whether it has written anything since this was last asked."""
        assert self._process.stdout is not None
        heard = False
        with suppress(BlockingIOError, ValueError):
            while os.read(self._process.stdout.fileno(), 1 << 16):
                heard = True
        return heard

    def kill(self) -> None:
        """End it and all that it started, at once."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
