"""What arrives is looked over: nothing but the file itself gets its name, and nothing half-written stays."""

import gzip
import hashlib
import json
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from hazecast.errors import FetchError, WrongDelivery
from hazecast.fetch.download import Remote, download
from hazecast.fetch.kinds import GZIP, JSON, NETCDF
from hazecast.fetch.partial import partial_path
from hazecast.fetch.secrecy import Secrets
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


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (status_answer(200, b"<html>Please log in</html>", Content_Type="text/html; charset=utf-8"), r"a web page \(text/html\)"),
        (status_answer(200, b"\n <!DOCTYPE html><p>Please log in"), "a web page or a message that begins"),
        (status_answer(200, b"<?xml version='1.0'?><Error/>", Content_Type="binary/octet-stream"), "a web page or a message"),
        (status_answer(200, b"\xef\xbb\xbf<html>"), "a web page or a message"),
        (status_answer(200, b"location_id,sensors_id\n", Content_Type="text/csv"), "something that begins b'location_id,sens"),
        (status_answer(200, b""), "sent nothing"),
        (status_answer(200, CONTENT, Content_Encoding="br"), "packed as 'br'"),
    ],
)
def test_what_is_not_data_is_refused_at_its_first_bytes_and_a_part_that_came_before_is_kept(
    answer: object, said: str, server: WebServer, web: Web, target: Path
) -> None:
    url = server.route("/a", answer)  # type: ignore[arg-type]
    target.write_bytes(b"as before")
    keep_part(target, url, CONTENT, CONTENT[:5000])
    with pytest.raises(WrongDelivery, match=said):
        download(web, Remote(url, GZIP), target)
    assert (target.read_bytes(), partial_path(target).read_bytes(), len(server.asked)) == (b"as before", CONTENT[:5000], 1)


@pytest.mark.parametrize("known", [{"md5": "0" * 32}, {"sha256": "f" * 64}, {"size_bytes": None, "md5": "1" * 32}])
def test_a_wrong_hash_is_given_a_second_chance_and_then_nothing_stays(
    known: dict[str, str], server: WebServer, web: Web, target: Path
) -> None:
    target.write_bytes(b"as before")
    with pytest.raises(WrongDelivery, match=r"came damaged 2 times: its (MD5|SHA-256) is"):
        download(web, Remote(server.route("/a", file_answer(CONTENT)), GZIP, **known), target)  # type: ignore[arg-type]
    assert (only(target, b"as before"), len(server.asked)) == (True, 2)


def test_a_file_damaged_once_on_its_way_comes_right_the_second_time(server: WebServer, web: Web, target: Path) -> None:
    broken = CONTENT[:60_000] + b"!!" + CONTENT[60_002:]
    md5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest().upper()
    url = server.route("/a", file_answer(broken), file_answer(CONTENT))
    download(web, Remote(url, GZIP, size_bytes=len(CONTENT), md5=md5), target)
    assert only(target, CONTENT)


def test_a_length_other_than_listed_is_refused(server: WebServer, web: Web, target: Path) -> None:
    with pytest.raises(WrongDelivery, match="was said to have 7"):
        download(web, Remote(server.route("/a", file_answer(CONTENT)), GZIP, size_bytes=7), target)
    assert files_below(target.parent) == {}


def test_a_length_that_lies_ends_with_the_attempts(server: WebServer, web: Web, target: Path) -> None:
    def liar(asked: Asked) -> None:
        asked.answer(200, CONTENT, length=len(CONTENT) + 1000)

    with pytest.raises(FetchError, match="That was attempt 4 of 4"):
        download(web, Remote(server.route("/a", liar), GZIP), target)
    assert not target.exists()


def test_a_body_that_ends_early_without_having_said_its_length_is_noticed(server: WebServer, web: Web, target: Path) -> None:
    def open_ended(asked: Asked) -> None:
        asked.begin(200, None, ETag=etag_of(CONTENT))
        asked.send(CONTENT[:20_000])

    url = server.route("/a", open_ended, file_answer(CONTENT))
    download(web, Remote(url, GZIP, size_bytes=len(CONTENT)), target)
    assert (only(target, CONTENT), server.headers("Range")) == (True, [None, "bytes=20000-"])
    server.route("/a", open_ended)
    with pytest.raises(WrongDelivery, match=r"as gzip, it cannot be unpacked"):
        download(web, Remote(url, GZIP), target)


def test_a_body_without_end_is_stopped_and_removed(server: WebServer, web: Web, target: Path) -> None:
    def endless(asked: Asked) -> None:
        asked.begin(200, None)
        while True:
            asked.send(CONTENT)

    with pytest.raises(WrongDelivery, match="grows beyond 300,000 bytes"):
        download(web, Remote(server.route("/a", endless), GZIP, most_bytes=300_000), target)
    assert files_below(target.parent) == {}


@pytest.mark.parametrize("hops", [["/b"], ["/b", "/c"]])
def test_redirections_are_followed(hops: list[str], server: WebServer, web: Web, target: Path) -> None:
    addresses = ["/a", *hops]
    for here, there in zip(addresses, hops, strict=False):
        server.route(here, status_answer(302, Location=there))
    server.route(addresses[-1], cut_off(CONTENT, 5000), file_answer(CONTENT))
    download(web, Remote(server.url + "/a", GZIP), target)
    assert only(target, CONTENT)
    assert server.headers("Range")[-1] == "bytes=5000-"


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("file:///etc/passwd", "not on the web"),
        ("ftp://127.0.0.1/a", "not on the web"),
        ("/a", "more than 8 times"),
        ("http://[::1", "that is no address"),
    ],
)
def test_redirections_off_the_web_or_without_end_are_not_followed(
    location: str, said: str, server: WebServer, web: Web, target: Path
) -> None:
    with pytest.raises(FetchError, match=said):
        download(web, Remote(server.route("/a", status_answer(302, Location=location)), GZIP), target)
    assert files_below(target.parent) == {}


def test_a_gzip_file_that_is_also_marked_as_packed_stays_as_it_is(server: WebServer, web: Web, target: Path) -> None:
    download(web, Remote(server.route("/a", file_answer(CONTENT, Content_Encoding="gzip")), GZIP), target)
    assert only(target, CONTENT)


def test_a_gzip_file_packed_once_more_on_its_way_is_unpacked_once(server: WebServer, web: Web, target: Path) -> None:
    twice = gzip.compress(CONTENT, mtime=0)
    whole = download(web, Remote(server.route("/a", file_answer(twice, Content_Encoding="gzip")), GZIP), target)
    assert (only(target, CONTENT), whole.size_bytes) == (True, len(CONTENT))


def test_json_packed_on_its_way_is_unpacked_even_after_a_break(server: WebServer, web: Web, target: Path) -> None:
    text = json.dumps({"hourly": list(range(5000))}).encode()
    packed = gzip.compress(text, mtime=0)

    def broken(asked: Asked) -> None:
        asked.begin(200, len(packed), ETag=etag_of(packed), Content_Encoding="gzip")
        asked.send(packed[:700])

    server.route("/a", broken, file_answer(packed, Content_Encoding="gzip"))
    download(web, Remote(server.url + "/a", JSON), target)
    assert (only(target, text), server.headers("Range")) == (True, [None, "bytes=700-"])


def test_what_unpacks_without_end_is_refused(server: WebServer, web: Web, target: Path) -> None:
    bomb = gzip.compress(b"[" + b" " * 5_000_000, mtime=0)
    with pytest.raises(WrongDelivery, match="unpacks to more than 100,000 bytes"):
        download(web, Remote(server.route("/a", file_answer(bomb, Content_Encoding="gzip")), JSON, most_bytes=100_000), target)
    assert not target.exists()
    assert not list(target.parent.glob("*unpacked*"))


def test_a_part_packed_differently_is_not_patched_together(server: WebServer, web: Web, target: Path) -> None:
    def other_packing(asked: Asked) -> None:
        asked.answer(206, b"x" * 50, Content_Range=f"bytes 9000-9049/{len(CONTENT)}", ETag=etag_of(CONTENT), Content_Encoding="gzip")

    download(web, Remote(server.route("/a", cut_off(CONTENT, 9000), other_packing, file_answer(CONTENT)), GZIP), target)
    assert only(target, CONTENT)


def test_without_room_on_the_disk_nothing_is_begun(server: WebServer, web: Web, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage(10**9, 10**9, 1000))
    with pytest.raises(FetchError, match=r"needs [\d,]+ bytes more, and the disk"):
        download(web, Remote(server.route("/a", file_answer(CONTENT)), GZIP), target)
    assert files_below(target.parent) == {}


def test_a_disk_that_fills_up_leaves_nothing_half_written(
    server: WebServer, web: Web, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    target.write_bytes(b"as before")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(FetchError, match="No space left on device"):
        download(web, Remote(server.route("/a", file_answer(CONTENT)), GZIP), target)
    assert only(target, b"as before")


def test_the_key_goes_to_its_own_host_alone_and_is_shown_to_nobody(server: WebServer, web: Web, target: Path) -> None:
    secrets = Secrets(headers=(("PRIVATE-TOKEN", "hush-hush"),), query=(("apikey", "psst-psst"),))
    with serving() as other:
        other.route("/b", cut_off(CONTENT, 4000), status_answer(403, b'{"detail": "hush-hush psst-psst is no key"}'))
        server.route("/a", status_answer(302, Location=other.url + "/b"))
        with pytest.raises(FetchError) as failed:
            download(web, Remote(server.url + "/a", GZIP, secrets), target)
        assert "private-token" not in other.asked[0].headers
        assert "apikey" not in other.asked[0].path
    assert server.headers("PRIVATE-TOKEN")[0] == "hush-hush"
    assert "apikey=psst-psst" in server.paths()[0]
    written = b"".join(files_below(target.parent).values()).decode("latin1")
    for word in ("hush-hush", "psst-psst"):
        assert word not in f"{failed.value} {failed.value.remedy} {secrets!r}"
        assert word not in written
    assert "*** *** is no key" in str(failed.value)


def test_netcdf_that_lacks_its_end_is_refused(server: WebServer, web: Web, target: Path) -> None:
    superblock = b"\x89HDF\r\n\x1a\n\x02\x08\x08\x00" + bytes(16) + (5000).to_bytes(8, "little") + bytes(20)
    with pytest.raises(WrongDelivery, match=f"as NetCDF, {5000 - len(superblock)} bytes are lacking"):
        download(web, Remote(server.route("/n", file_answer(superblock)), NETCDF), target)
