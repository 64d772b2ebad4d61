"""Whether the netCDF library survives a file: another process looks into it first, once as long as it stays as it is."""

import atexit
import json
import os
import select
import subprocess
import sys
import threading
from functools import lru_cache
from pathlib import Path
from typing import IO

from hazecast.errors import UnreadableInput

ROOT = Path(__file__).parents[2]
PROGRAM = f"import sys; sys.path.append({str(ROOT)!r}); from hazecast.archive.netcdf_worker import serve; serve()"
PATIENCE_SECONDS = 30.0
START_SECONDS = 120.0  # on a machine with much else to do


class _Prober:
    """One process at a time, started when first needed, and again when a file was its death."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def survives(self, path: Path) -> str:
        """What came of it where it did not; empty for a file that does no harm."""
        with self._lock:
            process = self._running()
            if process.stdin is None or process.stdout is None:
                raise OSError("The process that looks into NetCDF has no pipes.")
            try:
                process.stdin.write(json.dumps(str(path)).encode() + b"\n")
                answered = _answers(process.stdout, PATIENCE_SECONDS)
                if answered and os.read(process.stdout.fileno(), 1):
                    return ""
            except BrokenPipeError:
                answered = True
            status = self._end()
        return f"broke down on it (status {status})" if answered else f"found no end within {PATIENCE_SECONDS:.0f} s"

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", PROGRAM], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            self._owner = os.getpid()
            if self._process.stdout is not None and _answers(self._process.stdout, START_SECONDS):
                os.read(self._process.stdout.fileno(), 1)  # it is ready; one that never is dies of its first file
        return self._process

    def _end(self) -> int | None:
        """The status with which it ended; a process of another owner is left to it."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return None
        status = process.poll()
        process.kill()
        ended = process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        return ended if status is None else status


def _answers(pipe: IO[bytes], seconds: float) -> bool:
    return bool(select.select([pipe], [], [], seconds)[0])


_PROBER = _Prober()
atexit.register(_PROBER.close)


def require_harmless(path: Path) -> None:
    """Raise UnreadableInput for a file on which the netCDF library crashes or hangs; other faults are left to whoever reads it."""
    state = path.stat()
    _require_harmless(path, state.st_ino, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=4096)
def _require_harmless(path: Path, *_state: int) -> None:
    fault = _PROBER.survives(path)
    if fault:
        raise UnreadableInput(f"{path} cannot be read as NetCDF: the netCDF library {fault}.", "Fetch it again from where it came.")
