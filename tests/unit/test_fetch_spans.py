"""Parts of a file, fetched without the rest of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hazecast.errors import FetchError
from hazecast.fetch.download import Changed, Remote, download
from hazecast.fetch.kinds import GRIB
from hazecast.fetch.ranges import Span
from hazecast.fetch.web import Web
from tests.commands import files_below
from tests.web_server import Asked, FakeTime, WebServer, etag_of, file_answer, quick_web, serving, status_answer


def message(length: int, filling: int) -> bytes:
    return b"GRIB\0\0\0\x02" + length.to_bytes(8, "big") + bytes([filling]) * (length - 20) + b"7777"


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


def test_parts_of_a_file_are_fetched_alone_and_continued(server: WebServer, web: Web, target: Path) -> None:
    messages = [message(3000 + 10 * i, i) for i in range(6)]
    whole, starts = b"".join(messages), [sum(map(len, messages[:i])) for i in range(7)]
    spans = (Span(starts[1], starts[2]), Span(starts[3], starts[5]))
    tag = etag_of(whole)

    def broken(asked: Asked) -> None:
        asked.begin(206, starts[5] - starts[3], Content_Range=f"bytes {starts[3]}-{starts[5] - 1}/{len(whole)}", ETag=tag)
        asked.send(whole[starts[3] : starts[3] + 1234])

    url = server.route("/g", file_answer(whole), broken, file_answer(whole))
    download(web, Remote(url, GRIB, spans=spans), target)
    assert only(target, messages[1] + messages[3] + messages[4])
    assert server.headers("Range") == [
        f"bytes={starts[1]}-{starts[2] - 1}",
        f"bytes={starts[3]}-{starts[5] - 1}",
        f"bytes={starts[3] + 1234}-{starts[5] - 1}",
    ]
    assert server.headers("If-Range") == [None, tag, tag]


def test_parts_without_a_sign_of_the_version_come_too(server: WebServer, web: Web, target: Path) -> None:
    whole = message(100, 1) + message(200, 2) + message(300, 3)
    remote = Remote(server.route("/g", file_answer(whole, "")), GRIB, spans=(Span(0, 100), Span(300, 600)))
    download(web, remote, target)
    assert only(target, whole[:100] + whole[300:])


def test_parts_of_a_file_that_changed_in_between_are_not_patched_together(server: WebServer, web: Web, target: Path) -> None:
    whole = message(100, 1) + message(200, 2) + message(300, 3)
    remote = Remote(server.route("/g", file_answer(whole, '"1"'), file_answer(whole, '"2"')), GRIB, spans=(Span(0, 100), Span(300, 600)))
    with pytest.raises(Changed):
        download(web, remote, target)
    assert files_below(target.parent) == {}


@pytest.mark.parametrize(
    "answer",
    [
        status_answer(200, message(100, 1), ETag='"1"'),
        status_answer(206, message(100, 1)[1:], Content_Range="bytes 1-99/600"),
        status_answer(206, message(100, 1), Content_Range="nonsense"),
        status_answer(206, message(100, 1), Content_Range="bytes 0-99/600", Content_Encoding="gzip"),
    ],
)
def test_a_server_that_does_not_send_just_the_part_is_of_no_use(answer: object, server: WebServer, web: Web, target: Path) -> None:
    remote = Remote(server.route("/g", answer), GRIB, spans=(Span(0, 100),))  # type: ignore[arg-type]
    with pytest.raises(FetchError, match="does not give the bytes 0 to 100 alone"):
        download(web, remote, target)


def test_parts_are_asked_for_with_patience(server: WebServer, web: Web, time: FakeTime, target: Path) -> None:
    whole = message(100, 1) + message(200, 2)
    url = server.route("/g", status_answer(503, b"later"), file_answer(whole))
    download(web, Remote(url, GRIB, spans=(Span(100, 300),)), target)
    assert (only(target, whole[100:]), time.naps) == (True, [1.0])


def test_parts_beyond_the_end_mean_another_file(server: WebServer, web: Web, target: Path) -> None:
    remote = Remote(server.route("/g", file_answer(message(100, 1))), GRIB, spans=(Span(500, 600),))
    with pytest.raises(Changed):
        download(web, remote, target)
