"""What a machine costs that is always on: until it is ready, while it is idle, and what fifty readers of the desk cost a cycle beside them.

Idle is a whole `hazecast serve` of the small case of the tests. The readers ask for a page or a frame every ten seconds each, of the
records of `benchmarks desk`; the cycle beside them stands in as ten days of the transport model on its lattice. Readers run with the
least priority, for they would not be on this machine, and are there before the cycle begins.
"""

import http.client
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from benchmarks import desk
from benchmarks.measuring import Row, in_turn
from hazecast.archive.database import open_database
from hazecast.archive.operations import OPERATIONS
from hazecast.cli.answering import answering, free_address
from hazecast.config import load_settings
from hazecast.survey.settings_file import settings_text
from tests.desk_archive import INIT, PASSWORD
from tests.small_case import small_settings, write_small_case

READY_S, IDLE_MIB, IDLE_PERCENT, DEAREST = 5.0, 300.0, 2.0, 1.1
READERS, BETWEEN_S = 50, 10.0
READ, REST = b"read\n", b"rest\n"
MAPS = tuple(f"/look/{{key}}/pm25/{hour}.png" for hour in range(6))
PAGES = ("/", "/look", "/verify", *MAPS, *(f"/look/{{key}}/wind/{hour}.svg" for hour in range(3)))


@dataclass(frozen=True, slots=True)
class Size:
    """Seconds until all that starts has settled, seconds that are measured, records of the desk, the cycle's lattice and hours, rounds."""

    settling: float
    idle: float
    season: desk.Season
    cycle: tuple[str, str, str, str, str]
    rounds: int


FULL = Size(45.0, 60.0, desk.WHOLE, ("200", "280", "0.25", "240", "ppm"), 3)
SMALL = Size(1.0, 1.0, desk.SMALL, ("12", "16", "0.25", "3", "ppm"), 1)


def rows(small: bool) -> list[Row]:
    """Ready, idle, and read."""
    size = SMALL if small else FULL
    with tempfile.TemporaryDirectory(prefix="hazecast-bench-") as folder:
        home = Path(folder)
        return [*_idle(size, home), *_read(size, home)]


def _idle(size: Size, home: Path) -> Iterator[Row]:
    case = write_small_case(home / "case")
    address = free_address("127.0.0.1:8321")
    settings = small_settings(case)
    settings = settings.model_copy(update={"desk": settings.desk.model_copy(update={"address": address})})
    case.settings.write_text(settings_text(settings, case.folder), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "hazecast", "ingest", "--config", str(case.settings)], capture_output=True, check=True)
    begun = time.perf_counter()
    with _process("-m", "hazecast", "serve", "--config", str(case.settings)) as main:
        _until_answered(f"http://{address}/healthz")
        ready = time.perf_counter() - begun
        yield Row("always on: from start to ready", ready, "s", f"{READY_S:g} s", READY_S / ready, 1.0)
        _until_workers_are_done(main.pid)
        time.sleep(size.settling)
        before = _processor_seconds(main.pid)
        time.sleep(size.idle)
        percent = max(100.0 * (_processor_seconds(main.pid) - before) / size.idle, 0.01)
        memory = _mebibytes(main.pid)
    yield Row("always on: memory while idle", memory, "MiB", f"{IDLE_MIB:g} MiB", IDLE_MIB / memory, 1.0)
    yield Row("always on: idle", percent, "% of a core", f"{IDLE_PERCENT:g} %", IDLE_PERCENT / percent, 1.0)


def _read(size: Size, home: Path) -> Iterator[Row]:
    """Ten days of transport by themselves and beside readers, in turn."""
    folder = home / "season"
    settings, newest, _ = desk.records(folder, size.season)
    address = free_address("127.0.0.1:8322")
    settings = settings.model_copy(update={"desk": settings.desk.model_copy(update={"address": address})})
    (folder / "hazecast.toml").write_text(settings_text(settings, folder), encoding="utf-8")
    now = INIT + desk.EVERY * size.season.cycles
    with _process("-c", f"from benchmarks.always_on import answer; answer({str(folder)!r}, {now.isoformat()!r})"):
        _until_answered(f"http://{address}/healthz")
        cookie = _logged_in(address)

        with _process("-c", f"from benchmarks.always_on import read; read({address!r}, {cookie!r}, {newest!r})", talks=True) as readers:
            assert readers.stdin is not None
            assert readers.stdout is not None
            readers.stdout.readline()  # they are there
            tell, told, rates = readers.stdin, readers.stdout, list[float]()

            def beside_readers() -> None:
                since = time.perf_counter()
                tell.write(READ)
                tell.flush()
                _cycle(size)
                tell.write(REST)
                tell.flush()
                rates.append(int(told.readline()) / (time.perf_counter() - since))

            times = in_turn(lambda: _cycle(size), {"fifty readers": beside_readers}, size.rounds)
    ratio = times.ratio("fifty readers")
    yield Row(f"a cycle beside {READERS} readers", 100.0 * ratio, "% of its time alone", "110 %", DEAREST / ratio, 1.0)
    rate, asked = median(rates), READERS / BETWEEN_S
    yield Row("pages and frames that they got meanwhile", rate, "a second", f"{asked:g} asked for", rate / asked, None)


def answer(folder: str, now: str) -> None:
    """The process of the desk, on a clock that stands still."""
    settings = load_settings(Path(folder) / "hazecast.toml")
    ledger, operations = open_database(settings.output.archive), open_database(settings.output.archive, OPERATIONS)
    with answering(settings, Path(folder) / "hazecast.toml", ledger, operations, lambda: datetime.fromisoformat(now)):
        threading.Event().wait()


def read(address: str, cookie: str, key: str) -> None:
    """The process of all readers, who read or rest as they are told on standard input."""
    os.nice(19)
    reading, answers = threading.Event(), list[int]()
    for number in range(READERS):
        threading.Thread(target=_reader, args=(address, cookie, key, number, reading, answers), daemon=True).start()
    print("ready", flush=True)
    for line in sys.stdin.buffer:
        if line == READ:
            answers.clear()
            reading.set()
        else:
            reading.clear()
            print(len(answers), flush=True)


def _reader(address: str, cookie: str, key: str, number: int, reading: threading.Event, answers: list[int]) -> None:
    chance = random.Random(number)
    while True:
        time.sleep(chance.uniform(0.0, 2.0 * BETWEEN_S))
        if not reading.is_set():
            continue
        connection = http.client.HTTPConnection(address, timeout=60)
        connection.request("GET", chance.choice(PAGES).format(key=key), headers={"Cookie": cookie})
        answered = connection.getresponse()
        answered.read()
        connection.close()
        if answered.status != 200:
            os._exit(1)  # whoever tells these readers meets a broken pipe
        answers.append(answered.status)


def _cycle(size: Size) -> None:
    subprocess.run([sys.executable, "-m", "benchmarks.whole_model", *size.cycle], capture_output=True, check=True)


def _logged_in(address: str) -> str:
    connection = http.client.HTTPConnection(address, timeout=60)
    form = urlencode({"name": "zhao", "password": PASSWORD})
    connection.request("POST", "/login", form, {"Content-Type": "application/x-www-form-urlencoded"})
    cookie = connection.getresponse().headers["Set-Cookie"]
    return str(cookie).split(";", 1)[0]


@contextmanager
def _process(*arguments: str, talks: bool = False) -> Iterator["subprocess.Popen[bytes]"]:
    pipe = subprocess.PIPE if talks else None
    process = subprocess.Popen([sys.executable, *arguments], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def _until_answered(url: str) -> None:
    for _ in range(1200):
        try:
            urlopen(url, timeout=5).close()
        except HTTPError:
            return
        except (URLError, OSError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"Nobody answers at {url}.")


def _until_workers_are_done(pid: int) -> None:
    """Quiet is when no worker has been there for a while: one is started after the other."""
    quiet = 0
    while quiet < 20:
        quiet = quiet + 1 if not Path(f"/proc/{pid}/task/{pid}/children").read_text() else 0
        time.sleep(1.0)


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _mebibytes(pid: int) -> float:
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
