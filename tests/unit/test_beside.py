"""Work done beside: the same as here, gone with whoever asked for it, and done here where a process breaks down."""

import logging
import operator
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hazecast.beside import process
from hazecast.beside.process import beside

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("two_cores")


def begun(monkeypatch: pytest.MonkeyPatch) -> "list[subprocess.Popen[bytes]]":
    """The processes that are begun from now on."""
    kept: list[subprocess.Popen[bytes]] = []
    begin = process._begun

    def watched(work: Callable[..., object], arguments: tuple[object, ...]) -> "subprocess.Popen[bytes]":
        kept.append(begin(work, arguments))
        return kept[-1]

    monkeypatch.setattr(process, "_begun", watched)
    return kept


def test_it_is_done_in_another_process() -> None:
    with beside(os.getpid) as outcome:
        assert outcome() != os.getpid()


def test_much_is_taken_and_given() -> None:
    field = np.random.default_rng(0).random(2_000_000)
    with beside(np.negative, field) as outcome:
        np.testing.assert_array_equal(outcome(), -field)


def test_what_takes_longer_is_waited_for_while_others_go_on() -> None:
    with beside(operator.methodcaller("__call__", 0.3), time.sleep) as slow, beside(operator.add, 2, 3) as quick:
        assert quick() == 5
        assert slow() is None


@pytest.mark.parametrize("left_by", ["return", "error"])
def test_it_ends_with_the_block(left_by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    processes = begun(monkeypatch)
    since = time.monotonic()
    try:
        with beside(time.sleep, 600.0):
            if left_by == "error":
                raise KeyError
    except KeyError:
        pass
    assert time.monotonic() - since < 60.0
    assert processes[0].poll() == -signal.SIGKILL


def test_a_process_that_dies_leaves_the_work_to_this_one(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    processes = begun(monkeypatch)
    with caplog.at_level(logging.WARNING), beside(time.sleep, 0.5) as outcome:
        processes[0].kill()
        assert outcome() is None
    assert "done here" in caplog.text
    assert "-9" in caplog.text


def test_an_error_of_the_work_is_raised_here() -> None:
    with beside(operator.truediv, 1, 0) as outcome, pytest.raises(ZeroDivisionError):
        outcome()


def test_where_no_process_can_be_begun_it_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(process, "_begun", refuse)
    with beside(os.getpid) as outcome:
        assert outcome() == os.getpid()


def test_neither_what_is_not_worth_one_nor_a_single_core_gets_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    with beside(os.getpid, worth_it=False) as outcome:
        assert outcome() == os.getpid()
    monkeypatch.setattr(process, "cores", lambda: 1)
    with beside(os.getpid) as outcome:
        assert outcome() == os.getpid()


def test_it_does_not_outlive_who_asked_for_it() -> None:
    program = "import time; from hazecast.beside import process as p; p.cores = lambda: 2; begun = p._begun(time.sleep, (600.0,)); "
    program += "print(begun.pid, flush=True); time.sleep(600.0)"
    asker = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert asker.stdout is not None
    pid = int(asker.stdout.readline())
    time.sleep(0.5)
    assert _lives(pid)
    asker.kill()
    asker.wait()
    asker.stdout.close()
    end = time.monotonic() + 60.0
    while _lives(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _lives(pid)


def _lives(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] != "Z"
