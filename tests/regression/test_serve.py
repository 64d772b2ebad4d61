"""`hazecast serve` as it is started for real: it answers, takes in, survives what is killed, and leaves nothing running."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hazecast.archive.database import open_database
from hazecast.archive.jobs import JobKind, job_states
from hazecast.archive.ledger import State
from hazecast.archive.operations import OPERATIONS
from hazecast.config.desk import DeskSettings
from hazecast.survey.settings_file import settings_text
from tests.serving_case import settings_in
from tests.small_case import write_small_case

pytestmark = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc to look for workers in")


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return f"127.0.0.1:{held.getsockname()[1]}"


class Served:
    """A `hazecast serve` on a small case of long ago: every cycle of today fails for want of data, and that is all the same here."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.address = folder, free_address()
        self.config = write_small_case(folder).settings
        settings = settings_in(folder).model_copy(update={"desk": DeskSettings(address=self.address, show=False)})
        self.config.write_text(settings_text(settings, folder), encoding="utf-8")
        open_database(settings.output.archive).dispose()
        self.log = (folder / "log").open("ab")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        command = [sys.executable, "-m", "hazecast", "serve", "--config", str(self.config)]
        self.process = subprocess.Popen(command, stderr=self.log, stdin=subprocess.DEVNULL)
        return self.process.pid

    def health(self) -> str:
        try:
            with urllib.request.urlopen(f"http://{self.address}/healthz", timeout=5) as response:
                told: str = json.load(response)["status"]
                return told
        except urllib.error.HTTPError as refused:
            with refused:
                return str(refused.status)
        except OSError:
            return "nobody answers"

    def ingested(self) -> bool:
        if not (self.folder / "archive" / OPERATIONS.file_name).exists():
            return False
        operations = open_database(self.folder / "archive", OPERATIONS)
        try:
            return any(s.job.kind is JobKind.INGEST and s.state is State.DONE for s in job_states(operations))
        finally:
            operations.dispose()

    def workers(self) -> list[int]:
        """The processes that work for these settings."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    line = (entry / "cmdline").read_bytes().split(b"\0")
                    if b"work" in line and str(self.config).encode() in line:
                        found.append(int(entry.name))
        return found

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()


def wait_until(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    started = Served(tmp_path)
    yield started
    started.end()


def test_it_answers_takes_in_goes_on_after_kill_minus_nine_and_stops_when_told(served: Served) -> None:
    first = served.start()
    wait_until(lambda: served.health() == "ok")
    wait_until(lambda: bool(served.workers()))
    os.kill(first, signal.SIGKILL)
    assert served.process is not None
    served.process.wait()
    wait_until(lambda: not served.workers(), seconds=20)
    served.start()
    wait_until(served.ingested, seconds=120)
    assert served.health() == "ok"
    served.process.terminate()
    assert served.process.wait(timeout=30) == 0
    assert not served.workers()
    lines = [json.loads(line) for line in (served.folder / "log").read_text(encoding="utf-8").splitlines()]
    assert any(line["message"].startswith("Taken in: 5 new or changed files") and line["cycle"].startswith("ingest ") for line in lines)
