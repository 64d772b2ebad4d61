"""Trying again: what is worth it, after how long a wait, and until when."""

import gzip
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hazecast.errors import FetchError, WrongDelivery
from hazecast.fetch.download import Remote, download
from hazecast.fetch.kinds import GZIP
from hazecast.fetch.partial import bytes_kept
from hazecast.fetch.web import Web
from tests.commands import files_below
from tests.web_server import Asked, FakeTime, WebServer, cut_off, etag_of, file_answer, quick_web, serving, status_answer

CONTENT = gzip.compress(bytes(range(256)) * 400 + b"the end", mtime=0, compresslevel=0)


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def web(time: FakeTime) -> Iterator[Web]:
    with quick_web(time) as web:
        yield web


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "data.csv.gz"


def only(target: Path, content: bytes) -> bool:
    return files_below(target.parent) == {target.name: content}


def test_the_waits_double_and_end_with_the_attempts_and_the_next_run_goes_on(
    server: WebServer, web: Web, time: FakeTime, target: Path
) -> None:
    url = server.route("/a", cut_off(CONTENT, 30_000), status_answer(503))
    with pytest.raises(FetchError, match=r"answers 503 .* That was attempt 4 of 4") as failed:
        download(web, Remote(url, GZIP), target)
    assert time.naps == [1.0, 2.0, 4.0]
    assert "goes on from there" in failed.value.remedy
    assert (bytes_kept(target), target.exists()) == (30_000, False)
    server.route("/a", file_answer(CONTENT))
    download(web, Remote(url, GZIP), target)
    assert only(target, CONTENT)
    assert server.headers("Range")[-1] == "bytes=30000-"


def test_the_wait_never_exceeds_the_longest(server: WebServer, time: FakeTime, target: Path) -> None:
    with quick_web(time, attempts=5, longest_wait=3.0) as web, pytest.raises(FetchError):
        download(web, Remote(server.route("/a", status_answer(500)), GZIP), target)
    assert time.naps == [1.0, 2.0, 3.0, 3.0]


@pytest.mark.parametrize(
    ("headers", "nap"),
    [
        ({"Retry_After": "17"}, 17.0),
        ({"Retry_After": "Thu, 29 Feb 2024 12:00:09 GMT"}, 9.0),
        ({"Retry_After": "Thu, 29 Feb 2024 12:10:30 GMT", "Date": "Thu, 29 Feb 2024 12:10:00 GMT"}, 30.0),
        ({"Retry_After": "Thu, 29 Feb 2024 11:00:00 GMT"}, 0.0),
        ({"Retry_After": "soon"}, 1.0),
        ({"Retry_After": "-5"}, 1.0),
        ({}, 1.0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_source_that_asks_for_a_wait_gets_it(
    status: int, headers: dict[str, str], nap: float, server: WebServer, web: Web, time: FakeTime, target: Path
) -> None:
    url = server.route("/a", status_answer(status, b"slow down", **headers), file_answer(CONTENT))
    download(web, Remote(url, GZIP), target)
    assert (time.naps, only(target, CONTENT)) == ([nap], True)


def test_a_source_that_asks_for_hours_is_left_alone(server: WebServer, web: Web, time: FakeTime, target: Path) -> None:
    with pytest.raises(FetchError, match="asks for 120 minutes of quiet"):
        download(web, Remote(server.route("/a", status_answer(429, Retry_After="7200")), GZIP), target)
    assert (time.naps, len(server.asked)) == ([], 1)


@pytest.mark.parametrize("status", [408, 429, 500, 501, 502, 503, 504])
def test_what_may_pass_is_tried_again(status: int, server: WebServer, web: Web, target: Path) -> None:
    download(web, Remote(server.route("/a", status_answer(status), file_answer(CONTENT)), GZIP), target)
    assert only(target, CONTENT)


@pytest.mark.parametrize(
    ("status", "kind"), [(400, FetchError), (401, FetchError), (403, FetchError), (404, WrongDelivery), (410, WrongDelivery)]
)
def test_what_will_not_pass_is_not_tried_again(status: int, kind: type[FetchError], server: WebServer, web: Web, target: Path) -> None:
    url = server.route("/a", status_answer(status, json.dumps({"title": "No", "detail": "such\x1b[2Jthing"}).encode()))
    with pytest.raises(FetchError, match=rf"answers {status} .*\(No: such \[2Jthing\)") as failed:
        download(web, Remote(url, GZIP), target)
    assert (type(failed.value), len(server.asked), files_below(target.parent)) == (kind, 1, {})


def test_a_server_that_keeps_silent_is_given_up_and_asked_again(server: WebServer, time: FakeTime, target: Path) -> None:
    held = threading.Event()

    def silent(asked: Asked) -> None:
        asked.begin(200, len(CONTENT), ETag=etag_of(CONTENT))
        asked.send(CONTENT[:1000])
        held.wait(5)

    with quick_web(time, read_seconds=0.1) as web:
        download(web, Remote(server.route("/a", silent, file_answer(CONTENT)), GZIP), target)
    held.set()
    assert only(target, CONTENT)
    assert server.headers("Range") == [None, "bytes=1000-"]


def test_a_server_that_drips_is_given_up_and_asked_again(server: WebServer, web: Web, time: FakeTime, target: Path) -> None:
    given_up = threading.Event()

    def drip(asked: Asked) -> None:
        asked.begin(200, len(CONTENT), ETag=etag_of(CONTENT))
        asked.send(CONTENT[:500])
        given_up.wait(0.1)
        time.elapsed += 1000.0
        asked.send(CONTENT[500:501])
        given_up.wait(5)

    def again(asked: Asked) -> None:
        given_up.set()
        file_answer(CONTENT)(asked)

    download(web, Remote(server.route("/a", drip, again), GZIP), target)
    assert (only(target, CONTENT), given_up.is_set()) == (True, True)
    assert server.headers("Range") == [None, "bytes=500-"]


def test_nobody_at_the_address(web: Web, time: FakeTime, target: Path) -> None:
    with pytest.raises(FetchError, match="no connection"):
        download(web, Remote("http://127.0.0.1:9/a", GZIP), target)
    assert (len(time.naps), files_below(target.parent)) == (3, {})


def test_nothing_is_begun_once_somebody_wants_to_stop(server: WebServer, web: Web, target: Path) -> None:
    web.stop.set()
    with pytest.raises(FetchError, match="was stopped"):
        download(web, Remote(server.route("/a", file_answer(CONTENT)), GZIP), target)
    assert server.asked == []
