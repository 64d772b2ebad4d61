"""A plan fetched into a folder: what is there stays, what fails is named, and the manifest says where all of it came from."""

import fcntl
import gzip
import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hazecast.archive.fetched import Entry, read_manifest, write_manifest
from hazecast.errors import FetchError, WrongDelivery
from hazecast.fetch import folder as folder_module
from hazecast.fetch.download import Changed, Remote
from hazecast.fetch.folder import MOST_FAILURES, Outcome, Standing, fetch_plan
from hazecast.fetch.kinds import GZIP
from hazecast.fetch.names import name_part
from hazecast.fetch.plan import Item, Plan
from hazecast.fetch.telling import failure_of, outcome_facts, outcome_lines
from hazecast.fetch.web import Web
from tests.commands import files_below
from tests.web_server import NOW, FakeTime, WebServer, file_answer, quick_web, serving, status_answer

LOCK = ".fetch.lock"


def content(number: int, version: int = 1) -> bytes:
    return gzip.compress(f"{number} of {version}".encode() * 50, mtime=0)


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture
def web() -> Iterator[Web]:
    with quick_web(FakeTime(), attempts=2) as web:
        yield web


def plan_of(server: WebServer, count: int, listed: bool = False, asked: str = "all") -> Plan:
    def item(number: int) -> Item:
        body = content(number)
        md5 = hashlib.md5(body, usedforsecurity=False).hexdigest() if listed else ""
        remote = Remote(f"{server.url}/{number}", GZIP, md5=md5, size_bytes=len(body) if listed else None)
        return Item(f"{number}.gz", asked, lambda _web, _memo: remote, known=remote if listed else None)

    return Plan(tuple(item(number) for number in range(count)))


def serve(server: WebServer, count: int) -> None:
    for number in range(count):
        server.route(f"/{number}", file_answer(content(number)))


def visible(folder: Path) -> dict[str, bytes]:
    return {name: body for name, body in files_below(folder).items() if name not in (LOCK, "manifest.json")}


def standings(outcome: Outcome) -> list[Standing]:
    return [one.standing for one in outcome.done]


def test_every_file_comes_with_its_place_in_the_manifest(server: WebServer, web: Web, tmp_path: Path) -> None:
    serve(server, 9)
    shares: list[float] = []
    outcome = fetch_plan(web, plan_of(server, 9), tmp_path, "somewhere", progress=shares.append)
    assert visible(tmp_path) == {f"{n}.gz": content(n) for n in range(9)}
    assert (standings(outcome), outcome.failures) == ([Standing.FETCHED] * 9, ())
    assert (shares == sorted(shares), shares[-1]) == (True, 1.0)
    listed = json.loads((tmp_path / "manifest.json").read_text())["files"]
    assert [one["name"] for one in listed] == [f"{n}.gz" for n in range(9)]
    assert listed[3] == {
        "name": "3.gz",
        "url": f"{server.url}/3",
        "size_bytes": len(content(3)),
        "sha256": hashlib.sha256(content(3)).hexdigest(),
        "fetched_at": "2024-02-29T12:00:00+00:00",
        "source": "somewhere",
        "asked": listed[3]["asked"],
    }


def test_what_is_there_as_the_manifest_says_is_not_fetched_again(server: WebServer, web: Web, tmp_path: Path) -> None:
    serve(server, 4)
    fetch_plan(web, plan_of(server, 4), tmp_path, "s")
    before = (tmp_path / "manifest.json").read_bytes()
    (tmp_path / "1.gz").write_bytes(b"spoilt")
    (tmp_path / "2.gz").unlink()
    server.asked.clear()
    outcome = fetch_plan(web, plan_of(server, 4), tmp_path, "s")
    assert standings(outcome) == [Standing.HELD, Standing.FETCHED, Standing.FETCHED, Standing.HELD]
    assert sorted(server.paths()) == ["/1", "/2"]
    assert (tmp_path / "manifest.json").read_bytes() == before
    assert standings(fetch_plan(web, plan_of(server, 4), tmp_path, "s", again=True)) == [Standing.FETCHED] * 4


def test_another_question_or_another_source_is_fetched_again(server: WebServer, web: Web, tmp_path: Path) -> None:
    serve(server, 1)
    fetch_plan(web, plan_of(server, 1), tmp_path, "s")
    assert standings(fetch_plan(web, plan_of(server, 1, asked="less"), tmp_path, "s")) == [Standing.FETCHED]
    assert standings(fetch_plan(web, plan_of(server, 1, asked="less"), tmp_path, "t")) == [Standing.FETCHED]


def test_a_file_that_its_source_lists_with_another_hash_is_fetched_again(server: WebServer, web: Web, tmp_path: Path) -> None:
    old = content(0, version=0)
    (tmp_path / "0.gz").write_bytes(old)
    entry = Entry("0.gz", "u", len(old), hashlib.sha256(old).hexdigest(), NOW, "s", "a")
    write_manifest(tmp_path, {"0.gz": entry})
    serve(server, 1)
    assert standings(fetch_plan(web, plan_of(server, 1, listed=True), tmp_path, "s")) == [Standing.FETCHED]
    assert visible(tmp_path) == {"0.gz": content(0)}


def test_a_file_put_in_place_by_a_run_that_was_killed_is_taken_up_by_its_listed_hash(server: WebServer, web: Web, tmp_path: Path) -> None:
    (tmp_path / "0.gz").write_bytes(content(0))
    assert standings(fetch_plan(web, plan_of(server, 1, listed=True), tmp_path, "s")) == [Standing.HELD]
    assert (server.asked, list(read_manifest(tmp_path))) == ([], ["0.gz"])


def test_other_entries_of_the_manifest_are_kept(server: WebServer, web: Web, tmp_path: Path) -> None:
    other = Entry("other.nc", "https://a.example/o", 3, "ab", datetime(2020, 1, 1, tzinfo=UTC), "era5", "x")
    write_manifest(tmp_path, {"other.nc": other})
    serve(server, 2)
    fetch_plan(web, plan_of(server, 2), tmp_path, "s")
    assert read_manifest(tmp_path)["other.nc"] == other
    assert list(read_manifest(tmp_path)) == ["0.gz", "1.gz", "other.nc"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"files": [{"name": "../x"}]}', '{"files": 7}', '{"products": []}', '{"files": [7]}', "\xff"]
)
def test_a_manifest_that_cannot_be_read_is_not_overwritten(text: str, server: WebServer, web: Web, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="latin1")
    serve(server, 1)
    with pytest.raises(FetchError, match="is not the manifest of fetched files"):
        fetch_plan(web, plan_of(server, 1), tmp_path, "s")
    assert (tmp_path / "manifest.json").read_text(encoding="latin1") == text
    assert server.asked == []


def test_a_file_that_cannot_be_had_does_not_keep_the_others_away(server: WebServer, web: Web, tmp_path: Path) -> None:
    serve(server, 6)
    server.route("/2", status_answer(200, b"<html>", Content_Type="text/html"))
    del server.routes["/4"]
    outcome = fetch_plan(web, plan_of(server, 6), tmp_path, "s")
    assert visible(tmp_path) == {f"{n}.gz": content(n) for n in (0, 1, 3, 5)}
    assert sorted(failure.name for failure in outcome.failures) == ["2.gz", "4.gz"]
    assert list(read_manifest(tmp_path)) == ["0.gz", "1.gz", "3.gz", "5.gz"]
    error = failure_of(outcome)
    assert error is not None
    assert error.problem.startswith("2 files could not be had. ")
    assert outcome_facts(outcome, "s")["not_begun"] == 0


def test_after_some_failures_no_more_are_begun(server: WebServer, web: Web, tmp_path: Path) -> None:
    outcome = fetch_plan(web, plan_of(server, 60), tmp_path, "s")
    assert MOST_FAILURES <= len(outcome.failures) < 20
    assert (outcome.done, outcome.not_begun) == ((), 60 - len(outcome.failures))
    error = failure_of(outcome)
    assert error is not None
    assert f"{outcome.not_begun} files were not begun then." in error.problem


def test_a_source_out_of_reach_ends_it_with_what_came_in_the_manifest(
    server: WebServer, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "AT_A_TIME", 1)
    serve(server, 8)
    server.route("/3", status_answer(503))
    with pytest.raises(FetchError, match="answers 503"):
        fetch_plan(web, plan_of(server, 8), tmp_path, "s")
    assert list(visible(tmp_path)) == ["0.gz", "1.gz", "2.gz"]
    assert list(read_manifest(tmp_path)) == ["0.gz", "1.gz", "2.gz"]
    assert web.stop.is_set()
    assert "/7" not in server.paths()


def test_a_fault_of_ours_is_not_taken_for_a_missing_file(web: Web, tmp_path: Path) -> None:
    def faulty(_web: Web, _memo: Path) -> Remote:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fetch_plan(web, Plan((Item("a.gz", "a", faulty),)), tmp_path, "s")


def test_a_file_that_changed_is_looked_up_again(server: WebServer, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, changes = folder_module.download, [Changed("c", "r"), Changed("c", "r")]

    def download(*arguments: object) -> object:
        if changes:
            raise changes.pop()
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(folder_module, "download", download)
    serve(server, 1)
    assert standings(fetch_plan(web, plan_of(server, 1), tmp_path, "s")) == [Standing.FETCHED]
    changes[:] = [Changed("c", "r")] * 9
    outcome = fetch_plan(web, plan_of(server, 1), tmp_path, "s", again=True)
    assert [type(failure.error) for failure in outcome.failures] == [WrongDelivery]
    assert len(changes) == 6


def test_what_a_source_keeps_to_be_reminded_goes_when_the_file_is_there(server: WebServer, web: Web, tmp_path: Path) -> None:
    memos: list[Path] = []

    def locate(_web: Web, memo: Path) -> Remote:
        memo.write_text("job 7")
        memos.append(memo)
        return Remote(f"{server.url}/0", GZIP)

    plan = Plan((Item("0.gz", "a", locate),))
    fetch_plan(web, plan, tmp_path, "s")
    assert not memos[0].exists(), "nor does a reminder stay that leads to a file that is not there"
    serve(server, 1)
    fetch_plan(web, plan, tmp_path, "s")
    assert (memos[1].exists(), list(visible(tmp_path))) == (False, ["0.gz"])


def test_two_do_not_fetch_into_one_folder_at_once(server: WebServer, web: Web, tmp_path: Path) -> None:
    serve(server, 1)
    with (tmp_path / LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(FetchError, match="Somebody else is fetching"):
            fetch_plan(web, plan_of(server, 1), tmp_path, "s")
    assert standings(fetch_plan(web, plan_of(server, 1), tmp_path, "s")) == [Standing.FETCHED]


def test_several_files_come_at_a_time(server: WebServer, tmp_path: Path) -> None:
    together = threading.Barrier(3, timeout=5)

    def meet(number: int) -> object:
        def answer(asked: object) -> None:
            together.wait()
            file_answer(content(number))(asked)  # type: ignore[arg-type]

        return answer

    for number in range(3):
        server.route(f"/{number}", meet(number))  # type: ignore[arg-type]
    with quick_web(FakeTime(), read_seconds=5.0) as patient:
        assert len(fetch_plan(patient, plan_of(server, 3), tmp_path, "s").done) == 3
    assert not together.broken


def test_a_folder_that_is_not_there_or_refuses_is_an_error(web: Web, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="cannot be written to: No such file"):
        fetch_plan(web, Plan(()), tmp_path / "absent", "s")


def test_a_manifest_that_cannot_be_written_is_an_error(server: WebServer, web: Web, tmp_path: Path) -> None:
    (tmp_path / ".manifest.json.partial").mkdir()
    serve(server, 1)
    with pytest.raises(FetchError, match=r"manifest of .* cannot be written"):
        fetch_plan(web, plan_of(server, 1), tmp_path, "s")
    assert list(visible(tmp_path)) == ["0.gz"]


@pytest.mark.parametrize(
    "name",
    ["", ".hidden", "..", "../up", "a/b", "/etc/passwd", "a\\b", "a b", "a\0", "a\n", "manifest.json", "C:x", "é", "a" * 200, "-rf", "~x"],
)
def test_names_from_outside_are_never_used_as_paths(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be named"):
        Item(name, "a", lambda _web, _memo: Remote("https://a.example", GZIP))


@pytest.mark.parametrize(("text", "part"), [("Beijing 1", "Beijing-1"), ("../x/é", "x"), ("京", ""), ("a" * 99, "a" * 60)])
def test_a_part_of_a_name_is_made_of_plain_letters(text: str, part: str) -> None:
    assert name_part(text) == part


def test_two_files_of_one_name_are_no_plan() -> None:
    item = Item("a", "a", lambda _web, _memo: Remote("https://a.example", GZIP))
    with pytest.raises(ValueError, match="have one name"):
        Plan((item, item))


def test_the_lines_for_a_person_are_few(server: WebServer, web: Web, tmp_path: Path) -> None:
    serve(server, 3)
    fetch_plan(web, plan_of(server, 1), tmp_path, "s")
    outcome = fetch_plan(web, Plan(plan_of(server, 3).items, ("Nothing of location 9.",)), tmp_path, "s")
    size = len(content(1)) + len(content(2))
    assert outcome_lines(outcome, "Somewhere") == [
        f"Somewhere: 2 files fetched ({size} bytes), 1 there already.",
        f"They are in {tmp_path}, listed in manifest.json.",
        "Nothing of location 9.",
    ]
    assert failure_of(outcome) is None
