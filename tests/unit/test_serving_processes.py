import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hazecast.archive.jobs import Job, JobClaim, JobKind
from hazecast.archive.ledger import Claim, Standing
from hazecast.records import Cycle
from hazecast.serving.crew import CycleTask, JobTask, Task
from hazecast.serving.folders import listing_digest
from hazecast.serving.processes import WorkerProcess
from hazecast.serving.tasks_as_text import task_line, task_of

NOW = datetime(2018, 4, 27, 0, 30, 7, tzinfo=UTC)
CLAIM = Claim(Standing.CLAIMED, Cycle(NOW.replace(minute=0, second=0), NOW, timedelta(hours=96)), "host:1:ab", 2, "settings")
CYCLE = CycleTask(CLAIM, announces=False)
JOB = JobTask(JobClaim(Job("train 2018-04-27", JobKind.TRAIN, NOW), "host:1:ab", 3))


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-c", program)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


@pytest.mark.parametrize("task", [CYCLE, JOB])
def test_a_task_is_told_as_one_line(task: Task) -> None:
    assert task_line(task).count("\n") == 1
    assert task_of(task_line(task)) == task


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"cycle": {}}', '{"job": null, "owner": "x"}'])
def test_a_line_that_is_no_task_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"is no task|Expecting value"):
        task_of(line)


def test_a_worker_is_told_its_task_heard_and_its_end_is_known(tmp_path: Path) -> None:
    told = tmp_path / "told"
    worker = WorkerProcess(python(f"import sys; open({str(told)!r}, 'w').write(sys.stdin.readline()); print('begun')"), CYCLE)
    wait_until(lambda: worker.ended() == 0)
    assert task_of(told.read_text()) == CYCLE


def test_a_silent_worker_is_not_heard_and_one_that_speaks_is() -> None:
    worker = WorkerProcess(python("import sys; sys.stdin.readline(); print('x', flush=True); sys.stdin.read()"), JOB)
    wait_until(worker.last_words)
    assert not worker.last_words()
    assert worker.ended() is None
    worker.kill()
    assert worker.ended() == -9


def test_what_a_worker_started_is_ended_with_it(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    child = f"import time, pathlib\nwhile True: pathlib.Path({str(alive)!r}).write_text(str(time.time())); time.sleep(0.01)"
    worker = WorkerProcess(python(f"import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {child!r}])"), JOB)
    wait_until(alive.exists)
    worker.kill()
    time.sleep(0.1)
    before = alive.read_text()
    time.sleep(0.1)
    assert alive.read_text() == before


def test_a_worker_ends_when_whoever_started_it_is_gone() -> None:
    program = """
import sys, time
from hazecast.cli.work import _end_with_the_parent
sys.stdin.readline()
_end_with_the_parent()
print("begun", flush=True)
time.sleep(60)
"""
    worker = WorkerProcess((sys.executable, "-c", program), JOB)
    wait_until(worker.last_words)
    assert worker._process.stdin is not None
    worker._process.stdin.close()  # as the end of this process would
    wait_until(lambda: worker.ended() is not None)
    assert worker.ended() == 76


def test_a_folder_s_listing_changes_with_names_sizes_and_times_and_not_otherwise(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    file = tmp_path / "in" / "deep" / "a.csv"
    file.write_text("1")
    paths = (tmp_path / "in", tmp_path / "not there")
    before = listing_digest(paths)
    assert listing_digest(paths) == before
    file.write_text("12")
    changed = listing_digest(paths)
    file.rename(file.with_name("b.csv"))
    assert len({before, changed, listing_digest(paths)}) == 3
