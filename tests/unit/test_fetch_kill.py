"""A fetch is killed before every change that it makes on the disk, then run again: as if nothing had happened."""

import gzip
import hashlib
import os
import sys
from pathlib import Path

import pytest

from hazecast.archive.fetched import read_manifest
from hazecast.fetch.download import Remote
from hazecast.fetch.folder import fetch_plan
from hazecast.fetch.kinds import GZIP
from hazecast.fetch.plan import Item, Plan
from hazecast.fetch.web import Web
from tests.commands import files_below
from tests.web_server import FakeTime, cut_off, file_answer, quick_web, serving

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")

KILLED = 9
CHANGES = {"os.mkdir", "os.rename", "os.remove"}
NEW = {f"{n}.gz": gzip.compress(bytes([n]) * 50_000, compresslevel=0, mtime=0) for n in range(2)}
OLD = gzip.compress(b"of last week", mtime=0)


def run(url: str, folder: Path) -> None:
    def locate(_web: Web, memo: Path, name: str) -> Remote:
        memo.write_text("job 7")
        return Remote(f"{url}/{name}", GZIP)

    items = tuple(Item(name, "all", lambda web, memo, name=name: locate(web, memo, name)) for name in NEW)  # type: ignore[misc]
    with quick_web(FakeTime()) as web:
        fetch_plan(web, Plan(items), folder, "somewhere")


def die_at(step: int, url: str, folder: Path) -> None:
    taken = 0

    def audit(name: str, arguments: tuple[object, ...]) -> None:
        nonlocal taken
        writes = name == "open" and isinstance(arguments[1], str) and arguments[1] not in {"r", "rb"}
        if (writes or name in CHANGES) and str(folder) in str(arguments[0]):
            taken += 1
            if taken == step:
                os._exit(KILLED)

    sys.addaudithook(audit)
    run(url, folder)
    os._exit(0)


def killed_at(step: int, url: str, folder: Path) -> bool:
    child = os.fork()
    if child == 0:
        try:
            die_at(step, url, folder)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in {0, KILLED}
    return os.waitstatus_to_exitcode(status) == KILLED


def test_a_fetch_killed_at_any_step_and_run_again_gives_the_same_files(tmp_path: Path) -> None:
    step = 1
    with serving() as server:
        while True:
            for name, content in NEW.items():
                server.route(f"/{name}", cut_off(content, 30_000), file_answer(content))
            folder = tmp_path / str(step)
            folder.mkdir()
            (folder / "0.gz").write_bytes(OLD)
            died = killed_at(step, server.url, folder)
            for name, content in NEW.items():
                there = (folder / name).read_bytes() if (folder / name).exists() else None
                assert there in ((OLD, content) if name == "0.gz" else (None, content)), f"step {step} left {name} half-written"
            listed = read_manifest(folder)
            assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == entry.sha256 for name, entry in listed.items())
            run(server.url, folder)
            left = files_below(folder)
            assert {name: body for name, body in left.items() if name not in (".fetch.lock", "manifest.json")} == NEW
            assert list(read_manifest(folder)) == sorted(NEW)
            if not died:
                break
            step += 1
    assert step > 20, f"only {step} changes were seen; the test has lost sight of them"
