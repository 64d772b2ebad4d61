"""Taking in is killed before every change that it makes, done twice at once, and done on a full disk: nothing is lost, nothing doubled."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from hazecast.archive.memory import Memory, open_memory
from hazecast.archive.observations import compaction, segments
from hazecast.archive.observations.catalogue import sources as sources_table
from hazecast.archive.observations.reading import answer, ask, digest_of
from hazecast.archive.observations.store import verify
from hazecast.archive.observations.watch import Watching
from hazecast.drills.apart import die_at
from hazecast.errors import ArchiveError
from hazecast.intake.ingesting import ingest
from tests.small_case import HEADER, STATIONS, SmallCase, small_settings, write_small_case

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")

FIRST, LAST = datetime(2019, 1, 1, tzinfo=UTC), datetime(2019, 2, 2, tzinfo=UTC)
BEGUN, LATER = datetime(2019, 1, 20, tzinfo=UTC), datetime(2019, 2, 3, tzinfo=UTC)
KILLED = 9


def take_in(archive: Path, case: SmallCase, now: datetime) -> int:
    """Take in what the case has; returns how many facts that brought."""
    with open_memory(archive) as memory:
        return ingest(small_settings(case), memory, Watching.LIVE, lambda: now).observations.appended.facts


def more_comes(case: SmallCase) -> None:
    """A correction, a late value, the next month, and a new run of the weather."""
    id, name, latitude, longitude = STATIONS[0]
    rows = [
        f"{id},1,{name},{time}:00Z,{latitude},{longitude},{key},µg/m³,{value}"
        for time, key, value in (
            ("2019-01-05T03:00", "pm25", 777),
            ("2019-01-05T04:00", "pm10", 88),
            ("2019-01-31T23:00", "pm25", 31),
            ("2019-02-01T05:00", "pm25", 12),
        )
    ]
    (case.observations / "zz-more.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    shutil.copy(case.meteorology / "era5.nc", case.meteorology / "second.nc")


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[SmallCase, Path]:
    """A case of which some is taken in already and more has come since; merging begins with the second segment of a month."""
    monkeypatch.setattr(compaction, "MOST_SEGMENTS", 1)
    monkeypatch.setattr(segments, "sync", lambda _path: None)
    case = write_small_case(tmp_path / "case")
    take_in(tmp_path / "begun", case, BEGUN)
    more_comes(case)
    return case, tmp_path / "begun"


def contents(archive: Path) -> dict[str, Any]:
    """All that the archive remembers, read through and through; and that nothing else lies about."""
    with open_memory(archive) as memory:
        listed = {p.name for p in memory.observations.segments.iterdir()}
        told = {"facts": verify(memory.observations)}
        for as_of in (BEGUN - timedelta(days=9), BEGUN, LATER - timedelta(seconds=1), LATER):
            question = ask(memory.observations, [s[0] for s in STATIONS], ["pm25", "pm10"], FIRST, LAST, as_of)
            told[f"answer as of {as_of}"] = digest_of(answer(memory.observations, question))
        told["batches"] = question.newest_batch
        told["files"] = rows_of(
            memory, "SELECT path, sha256, seen_at, assumed FROM sources ORDER BY path, id", memory.observations.catalogue
        )
        told["segments"] = rows_of(memory, "SELECT month, facts FROM segments ORDER BY month", memory.observations.catalogue)
        told["arrivals"] = rows_of(memory, "SELECT role, path, first_seen_at, assumed, gone_at FROM arrivals ORDER BY id", memory.ledger)
        told["left over"] = len(listed) - len(told["segments"])
    return told


def rows_of(_memory: Memory, statement: str, database: Engine) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def take_in_and_die_at(step: int, archive: Path, case: SmallCase) -> None:
    """Take in and end the process, as kill -9 would, just before its `step`-th change; exits with 0 if it gets through."""
    die_at(step, archive)
    take_in(archive, case, LATER)
    os._exit(0)


def dies_at(step: int, archive: Path, case: SmallCase) -> bool:
    """Whether the process died; False if it has fewer steps."""
    child = os.fork()
    if child == 0:
        try:
            take_in_and_die_at(step, archive, case)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in {0, -KILLED}
    return os.waitstatus_to_exitcode(status) == -KILLED


def test_killed_at_any_change_and_begun_again_it_is_as_if_nothing_had_happened(begun: tuple[SmallCase, Path], tmp_path: Path) -> None:
    case, archive = begun
    shutil.copytree(archive, tmp_path / "undisturbed")
    assert take_in(tmp_path / "undisturbed", case, LATER) == 4
    before, whole = contents(archive), contents(tmp_path / "undisturbed")
    assert (whole["facts"], whole["left over"]) == (before["facts"] + 4, 0)
    step, kept = 1, 0
    while True:
        copied = tmp_path / "copies" / str(step)
        shutil.copytree(archive, copied)
        if not dies_at(step, copied, case):
            break
        found = contents(copied)
        kept += found["facts"] == whole["facts"]
        assert found["facts"] in {before["facts"], whole["facts"]}, "all of a delivery or nothing of it"
        take_in(copied, case, LATER)
        assert contents(copied) == whole
        step += 1
    assert step > 25, f"only {step} changes were seen; the test has lost sight of them"
    assert 0 < kept < step - 1


def test_two_at_once_take_in_everything_once(begun: tuple[SmallCase, Path]) -> None:
    case, archive = begun
    brought: list[int] = []
    both = [threading.Thread(target=lambda: brought.append(take_in(archive, case, LATER))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(brought) == [0, 4]
    told = contents(archive)
    assert len(told["files"]) == len(STATIONS) + 1
    assert len(told["arrivals"]) == 2
    assert told["left over"] == 0


def test_segments_that_another_is_just_removing_stop_nobody(begun: tuple[SmallCase, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    case, archive = begun
    there = Path.iterdir

    def and_one_that_is_gone(folder: Path) -> Iterator[Path]:
        yield from there(folder)
        if folder.name == "segments":
            yield folder / "2019-01.gone"

    monkeypatch.setattr(Path, "iterdir", and_one_that_is_gone)
    assert take_in(archive, case, LATER) == 4


def test_a_disk_that_is_full_changes_nothing_and_is_told(begun: tuple[SmallCase, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    case, archive = begun
    before = contents(archive)
    whole_save, saved = segments.np.save, []

    def fill(stream: Any, array: Any, **options: Any) -> None:
        saved.append(array.nbytes)
        if len(saved) == 3:
            stream.write(b"half")
            raise OSError(28, "No space left on device")
        whole_save(stream, array, **options)

    monkeypatch.setattr(segments.np, "save", fill)
    with pytest.raises(ArchiveError, match="No space left on device"):
        take_in(archive, case, LATER)
    monkeypatch.undo()
    assert contents(archive) | {"arrivals": []} == before | {"arrivals": []}  # the weather's is noted, in the ledger
    assert take_in(archive, case, LATER) == 4


def test_the_command_killed_at_any_time_leaves_what_can_be_taken_up(tmp_path: Path) -> None:
    """`hazecast ingest` in earnest: killed later and later, until it gets through."""
    case = write_small_case(tmp_path)
    subprocess.run(
        command("init", "--meteorology", "meteorology", "--observations", "observations", "--out", "case.toml"),
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    wait, killed = 0.5, 0
    while True:
        child = subprocess.Popen(command("ingest", "--config", "case.toml"), cwd=tmp_path, stdout=subprocess.DEVNULL)
        time.sleep(wait)
        child.send_signal(signal.SIGKILL)
        if child.wait() == 0:
            break
        killed, wait = killed + 1, wait + 1.0
    assert killed > 0
    told = contents(tmp_path / "case-archive")
    assert told["facts"] == 5 * 12 * 24
    assert len(told["files"]) == len(STATIONS)
    assert case.settings.exists()


def test_the_command_with_little_room_for_files_refuses_and_gets_through_when_there_is_more(tmp_path: Path) -> None:
    """The limit on the size of a file stands for a full disk: the system refuses to write on."""
    write_small_case(tmp_path)
    subprocess.run(
        command("init", "--meteorology", "meteorology", "--observations", "observations", "--out", "case.toml"),
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    ran = subprocess.run(command("ingest", "--config", "case.toml"), cwd=tmp_path, check=True, capture_output=True)
    before = contents(tmp_path / "case-archive")
    more_comes(SmallCase(tmp_path))
    script = f"{LITTLE_ROOM}; {MAIN}"
    limited = subprocess.run(
        [sys.executable, "-c", script, "ingest", "--config", "case.toml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (limited.returncode, "Traceback" in limited.stderr) == (2, False), limited.stderr
    assert "nothing was changed" in limited.stderr
    assert contents(tmp_path / "case-archive") == before
    assert (
        ran.returncode
        == subprocess.run(command("ingest", "--config", "case.toml"), cwd=tmp_path, check=False, capture_output=True).returncode
    )
    assert contents(tmp_path / "case-archive")["facts"] == before["facts"] + 4


LITTLE_ROOM = (
    "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))"
)
MAIN = "from hazecast.cli import main; main()"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "hazecast", *arguments]


def test_the_table_of_files_is_one_of_those_that_never_change(begun: tuple[SmallCase, Path]) -> None:
    _, archive = begun
    with (
        open_memory(archive) as memory,
        memory.observations.catalogue.begin() as connection,
        pytest.raises(Exception, match="never changed"),
    ):
        connection.execute(sources_table.delete())
