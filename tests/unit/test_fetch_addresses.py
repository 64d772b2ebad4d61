"""Which addresses are asked and shown, and which key goes where."""

import logging
import socket
from pathlib import Path

import httpx2
import pytest

from hazecast.errors import FetchError, SettingsError
from hazecast.fetch import addresses
from hazecast.fetch.addresses import base_address, is_public, next_address, require_fit_for_keys
from hazecast.fetch.answers import ask, ask_text
from hazecast.fetch.secrecy import Secrets, public_url, with_query
from hazecast.fetch.sources.store_key import key_in, store_key
from hazecast.fetch.web import Question, Web, open_web
from tests.web_server import FakeTime, file_answer, quick_web, serving, status_answer

NAMES = {"public.example": ("93.184.216.34",), "inner.example": ("10.1.2.3",), "mixed.example": ("93.184.216.34", "127.0.0.1")}
KEY = "0f1e2d3c-secret-token"


def resolve(host: str) -> tuple[str, ...]:
    return NAMES.get(host, ())


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("93.184.216.34", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("192.168.7.7", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("2606:4700:4700::1111", True),
        ("public.example", True),
        ("inner.example", False),
        ("mixed.example", False),
        ("known-to-the-proxy.example", True),
    ],
)
def test_what_lies_in_a_private_network_is_known(host: str, public: bool) -> None:
    assert is_public(host, resolve) is public


def test_a_name_is_looked_up_with_the_means_of_the_machine() -> None:
    assert "127.0.0.1" in addresses.resolved("localhost")
    assert addresses.resolved("a" * 70 + ".invalid") == ()


def test_a_lookup_that_fails_gives_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_more: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert addresses.resolved("public.example") == ()


@pytest.mark.parametrize(
    ("here", "location", "there"),
    [
        ("https://public.example/a/b?c", "d", "https://public.example/a/d"),
        ("https://public.example/a", "//public.example/z", "https://public.example/z"),
        ("https://public.example/a", "https://93.184.216.34/x", "https://93.184.216.34/x"),
        ("http://public.example/a", "https://public.example/a", "https://public.example/a"),
        ("https://inner.example/a", "https://10.9.9.9/x", "https://10.9.9.9/x"),
        ("https://inner.example/a", "https://public.example/x", "https://public.example/x"),
        ("https://public.example/a", "https://me:pw@public.example/x", "https://public.example/x"),
    ],
)
def test_redirections_that_are_followed(here: str, location: str, there: str) -> None:
    assert str(next_address(httpx2.URL(here), location, resolve)) == there


@pytest.mark.parametrize(
    ("here", "location", "said"),
    [
        ("https://public.example/a", "http://public.example/a", "gives up encryption"),
        ("https://public.example/a", "file:///etc/passwd", "not on the web"),
        ("https://public.example/a", "data:text/html,x", "not on the web"),
        ("https://public.example/a", "javascript:x", "not on the web"),
        ("https://public.example/a", "https://127.0.0.1/a", "private network"),
        ("https://public.example/a", "https://inner.example/a", "private network"),
        ("https://public.example/a", "https://mixed.example/a", "private network"),
        ("https://public.example/a", "https://169.254.169.254/latest/meta-data", "private network"),
        ("http://public.example/a", "http://[::1]:80/", "private network"),
    ],
)
def test_redirections_that_are_not_followed(here: str, location: str, said: str) -> None:
    with pytest.raises(FetchError, match=said):
        next_address(httpx2.URL(here), location, resolve)


def test_a_redirection_from_the_open_internet_into_the_private_network_is_never_asked() -> None:
    asked: list[str] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(302, headers={"Location": "https://inner.example/admin"})

    with quick_web(FakeTime(), httpx2.MockTransport(handle)) as web:
        asking = Web(web.client, web.patience, web.clock, web.sleep, resolve=resolve)
        with pytest.raises(FetchError, match="private network"):
            ask(asking, Question("https://public.example/a"))
    assert asked == ["https://public.example/a"]


def test_a_request_that_would_change_something_is_not_sent_on() -> None:
    with serving() as server, quick_web(FakeTime()) as web:
        server.route("/a", status_answer(307, Location="/b"))
        with pytest.raises(FetchError, match="sends a request on to '/b'"):
            ask(web, Question(server.url + "/a", method="POST", body=b"{}"))
        assert server.paths() == ["/a"]


def test_a_certificate_that_nobody_vouches_for_is_no_passing_fault() -> None:
    import ssl

    def handle(_request: httpx2.Request) -> httpx2.Response:
        try:
            raise ssl.SSLCertVerificationError("self-signed certificate")
        except ssl.SSLError as cause:
            raise httpx2.ConnectError("[SSL] certificate verify failed") from cause

    time = FakeTime()
    with quick_web(time, httpx2.MockTransport(handle)) as web, pytest.raises(FetchError, match="no certificate that this machine trusts"):
        ask(web, Question("https://public.example/a"))
    assert time.naps == []


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/b?x=1", "https://a.example/b?x=1"),
        ("https://me:pw@a.example:8443/b#c", "https://a.example:8443/b"),
        ("https://a.example/b?latitude=1,2&apikey=s3cret", "https://a.example/b?latitude=1,2"),
        (
            "https://a.example/b?API_KEY=s&token=s&X-Amz-Signature=s&X-Amz-Credential=s&sig=s&Signature=s&AWSAccessKeyId=s",
            "https://a.example/b",
        ),
        ("https://a.example/records/locationid=7/x.gz", "https://a.example/records/locationid=7/x.gz"),
        ("http://[broken", "an address that cannot be read"),
    ],
)
def test_an_address_is_shown_without_what_opens_doors(url: str, shown: str) -> None:
    assert public_url(url) == shown


def test_secrets_are_struck_from_what_others_say_about_them() -> None:
    secrets = Secrets(headers=(("T", "abc"),), query=(("k", "abcdef"), ("e", "")))
    assert secrets.struck_from("abcdef is not abc\r\n\x1b[31m\u202e") == "*** is not *** [31m"
    assert "abc" not in repr(secrets)


def test_a_query_is_added_to_the_one_there_is() -> None:
    assert with_query("https://a.example/b?x=1", [("y", "2,3")]) == "https://a.example/b?x=1&y=2,3"


@pytest.mark.parametrize(
    "text", ["a.example", "ftp://a.example", "https://", "https://a.example?x=1", "https://u:p@a.example", "https://a.example#f"]
)
def test_the_address_of_a_mirror_is_a_plain_one(text: str) -> None:
    with pytest.raises(SettingsError, match=r"cannot be fetched from|is not a web address") as refused:
        base_address(text)
    assert ":p@" not in str(refused.value)
    assert base_address("https://a.example/b/") == "https://a.example/b"


def test_a_key_is_not_sent_in_the_clear() -> None:
    require_fit_for_keys("https://public.example", resolve)
    require_fit_for_keys("http://inner.example", resolve)
    with pytest.raises(SettingsError, match="without encryption"):
        require_fit_for_keys("http://public.example", resolve)


def test_the_real_way_out_logs_no_address_and_no_header(caplog: pytest.LogCaptureFixture) -> None:
    with serving() as server, caplog.at_level(logging.DEBUG), open_web() as web:
        server.route("/a", file_answer(b"{}"))
        secrets = Secrets(headers=(("PRIVATE-TOKEN", KEY),), query=(("apikey", KEY),))
        assert ask(web, Question(server.url + "/a", secrets=secrets)) == b"{}"
        assert server.headers("User-Agent")[0].startswith("hazecast/")  # type: ignore[union-attr]
        assert web.clock().utcoffset() is not None
        web.stop.set()
        web.sleep(60)
    assert KEY not in caplog.text


def test_an_answer_that_is_too_long_or_no_text_is_refused() -> None:
    with serving() as server, quick_web(FakeTime()) as web:
        server.route("/long", status_answer(200, bytes(33 * 2**20)))
        with pytest.raises(FetchError, match="longer than 33,554,432 bytes"):
            ask(web, Question(server.url + "/long"))
        server.route("/binary", status_answer(200, b"\xff\xfe\x00"))
        with pytest.raises(FetchError, match="gives no text"):
            ask_text(web, Question(server.url + "/binary"))
        server.route("/packed", status_answer(200, b"not gzip at all", Content_Encoding="gzip"))
        with pytest.raises(FetchError, match="cannot be unpacked"):
            ask(web, Question(server.url + "/packed"))


@pytest.mark.parametrize("text", [KEY, f"{KEY}\n", f"url: https://cds.climate.copernicus.eu/api\nkey: {KEY}\n", f"key:'{KEY}'"])
def test_a_key_is_read_from_a_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "rc").write_text(text)
    assert key_in(tmp_path / "rc") == KEY


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "holds no key"),
        (b"url: https://a.example\n", "holds no key"),
        (b"key: two words here\n", "holds no key"),
        (b"key: 12345:0f1e2d3c-0f1e-0f1e-0f1e-0f1e2d3c4b5a\n", "one of the old store"),
        (b"\xff\xfe", "it is no text"),
    ],
)
def test_a_file_without_a_key_is_refused_without_repeating_it(text: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "rc").write_bytes(text)
    with pytest.raises(SettingsError, match=said) as refused:
        key_in(tmp_path / "rc")
    assert "0f1e2d3c" not in f"{refused.value}{refused.value.__cause__}"


def test_a_key_is_looked_for_where_the_stores_own_client_does(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="needs a key, and there is none"):
        store_key(None, {}, tmp_path)
    (tmp_path / ".cdsapirc").write_text(f"key: {KEY}-c")
    assert store_key(None, {}, tmp_path) == f"{KEY}-c"
    (tmp_path / ".ecmwfdatastoresrc").write_text(f"key: {KEY}-e")
    assert store_key(None, {}, tmp_path) == f"{KEY}-e"
    (tmp_path / "elsewhere").write_text(KEY + "-f")
    assert store_key(None, {"CDSAPI_RC": str(tmp_path / "elsewhere")}, tmp_path) == f"{KEY}-f"
    assert store_key(None, {"CDSAPI_KEY": KEY, "CDSAPI_RC": str(tmp_path / "elsewhere")}, tmp_path) == KEY
    assert store_key(tmp_path / "elsewhere", {"CDSAPI_KEY": KEY}, tmp_path) == f"{KEY}-f"
    with pytest.raises(SettingsError, match="No such file"):
        store_key(tmp_path / "absent", {}, tmp_path)
