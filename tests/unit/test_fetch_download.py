"""One file over HTTP: whatever the other side does, the target holds all of it or what it held before."""

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hazecast.fetch import partial
from hazecast.fetch.download import Remote, download
from hazecast.fetch.kinds import GZIP
from hazecast.fetch.partial import Origin, bytes_kept, origin_of, origin_path, partial_path
from hazecast.fetch.web import Web
from tests.commands import files_below
from tests.web_server import Asked, FakeTime, WebServer, cut_off, etag_of, file_answer, keep_part, quick_web, serving, status_answer

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


def test_a_file_comes_whole_and_leaves_nothing_else(server: WebServer, web: Web, target: Path) -> None:
    shares: list[float] = []
    whole = download(web, Remote(server.route("/a", file_answer(CONTENT)), GZIP), target, shares.append)
    assert only(target, CONTENT)
    assert (whole.size_bytes, whole.sha256) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert server.headers("Accept-Encoding") == ["identity"]


def test_a_file_that_is_cut_off_is_continued_where_it_broke_off(server: WebServer, web: Web, time: FakeTime, target: Path) -> None:
    url = server.route("/a", cut_off(CONTENT, 40_000), file_answer(CONTENT))
    download(web, Remote(url, GZIP), target)
    assert only(target, CONTENT)
    assert server.headers("Range") == [None, "bytes=40000-"]
    assert server.headers("If-Range") == [None, etag_of(CONTENT)]
    assert time.naps == [1.0]


def test_a_file_that_changed_in_between_is_begun_anew(server: WebServer, web: Web, target: Path) -> None:
    newer = gzip.compress(b"newer" * 9000, mtime=0)
    download(web, Remote(server.route("/a", cut_off(CONTENT, 9000), file_answer(newer)), GZIP), target)
    assert only(target, newer)


def test_a_changed_file_from_a_server_that_ignores_if_range_is_not_patched_together(server: WebServer, web: Web, target: Path) -> None:
    newer = gzip.compress(b"newer" * 90_000, mtime=0, compresslevel=0)

    def careless(asked: Asked) -> None:
        asked.headers.pop("if-range", None)
        file_answer(newer)(asked)

    download(web, Remote(server.route("/a", cut_off(CONTENT, 9000), careless), GZIP), target)
    assert only(target, newer)
    assert server.headers("Range") == [None, "bytes=9000-", None]


def test_a_server_without_ranges_sends_all_of_it_again(server: WebServer, web: Web, target: Path) -> None:
    plain = status_answer(200, CONTENT, ETag=etag_of(CONTENT))
    download(web, Remote(server.route("/a", cut_off(CONTENT, 9000), plain), GZIP), target)
    assert only(target, CONTENT)


def test_a_part_that_is_another_than_asked_for_is_not_used(server: WebServer, web: Web, target: Path) -> None:
    def shifted(asked: Asked) -> None:
        asked.answer(206, CONTENT[8000:], Content_Range=f"bytes 8000-{len(CONTENT) - 1}/{len(CONTENT)}", ETag=etag_of(CONTENT))

    download(web, Remote(server.route("/a", cut_off(CONTENT, 9000), shifted, file_answer(CONTENT)), GZIP), target)
    assert only(target, CONTENT)
    assert server.headers("Range") == [None, "bytes=9000-", None]


def test_a_part_that_nobody_asked_for_is_not_used(server: WebServer, web: Web, target: Path) -> None:
    part = status_answer(206, CONTENT[5:], Content_Range=f"bytes 5-{len(CONTENT) - 1}/{len(CONTENT)}")
    download(web, Remote(server.route("/a", part, file_answer(CONTENT)), GZIP), target)
    assert only(target, CONTENT)


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_without_a_sure_sign_of_the_version_nothing_is_continued(etag: str, server: WebServer, web: Web, target: Path) -> None:
    url = server.route("/a", cut_off(CONTENT, 9000, etag), file_answer(CONTENT, etag))
    download(web, Remote(url, GZIP), target)
    assert only(target, CONTENT)
    assert server.headers("Range") == [None, None]


def test_a_time_of_change_well_in_the_past_is_a_sure_sign(server: WebServer, web: Web, target: Path) -> None:
    changed = "Thu, 29 Feb 2024 11:00:00 GMT"

    def broken(asked: Asked) -> None:
        asked.begin(200, len(CONTENT), Last_Modified=changed, Date="Thu, 29 Feb 2024 12:00:00 GMT")
        asked.send(CONTENT[:7000])

    def whole(asked: Asked) -> None:
        assert asked.headers["if-range"] == changed
        asked.answer(206, CONTENT[7000:], Content_Range=f"bytes 7000-{len(CONTENT) - 1}/{len(CONTENT)}")

    download(web, Remote(server.route("/a", broken, whole), GZIP), target)
    assert only(target, CONTENT)


def test_a_part_that_is_all_of_it_already_needs_no_more_bytes(server: WebServer, web: Web, target: Path) -> None:
    url = server.route("/a", file_answer(CONTENT))
    keep_part(target, url, CONTENT, CONTENT)
    download(web, Remote(url, GZIP), target)
    assert only(target, CONTENT)
    assert server.headers("Range") == [f"bytes={len(CONTENT)}-"]
    keep_part(target, url, CONTENT, CONTENT)
    download(web, Remote(url, GZIP, size_bytes=len(CONTENT)), target)
    assert len(server.asked) == 1


def test_a_part_longer_than_the_file_is_begun_anew(server: WebServer, web: Web, target: Path) -> None:
    url = server.route("/a", file_answer(CONTENT))
    keep_part(target, url, CONTENT, CONTENT + b"surplus")
    download(web, Remote(url, GZIP), target)
    assert only(target, CONTENT)


@pytest.mark.parametrize("note", [b"", b"{}", b"[1]", b"\xff", b'{"url": 7}'])
def test_a_part_of_unknown_origin_is_never_continued(note: bytes, server: WebServer, web: Web, target: Path) -> None:
    partial_path(target).write_bytes(b"\x1f\x8bwhatever")
    origin_path(target).write_bytes(note)
    download(web, Remote(server.route("/a", file_answer(CONTENT)), GZIP), target)
    assert only(target, CONTENT)
    assert server.headers("Range") == [None]


def test_a_part_of_another_address_is_never_continued(server: WebServer, web: Web, target: Path) -> None:
    keep_part(target, server.url + "/other", CONTENT, CONTENT[:5000])
    download(web, Remote(server.route("/a", file_answer(CONTENT)), GZIP), target)
    assert only(target, CONTENT)


def test_the_note_on_a_part_is_there_before_its_first_byte(target: Path) -> None:
    keep_part(target, "https://a.example/a", CONTENT, b"old")
    partial.begin(target, Origin("https://a.example/b", "all", '"v"', "gzip"))
    assert (bytes_kept(target), origin_of(target)) == (0, Origin("https://a.example/b", "all", '"v"', "gzip"))
