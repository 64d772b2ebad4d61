"""Webhooks against a server that takes them, and one that fails in every way it can."""

import base64
import json
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from hazecast.config.delivery import SecretSettings, WebhookChannelSettings
from hazecast.delivery.webhook import payload, signature, signing_key, webhook_channel
from hazecast.errors import DeliveryFailed, DeliveryRefused, SettingsError
from tests.parcels import BULLETIN, INIT, parcel
from tests.web_server import Asked, WebServer, serving, status_answer

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as started:
        yield started


def hook(url: str, ca_file: Path | None = None) -> WebhookChannelSettings:
    secret = SecretSettings(env="HOOK_SECRET")
    return WebhookChannelSettings(kind="webhook", url=url, secret=secret, timeout_seconds=0.4, ca_file=ca_file)


def test_what_is_posted_is_signed_and_says_everything(server: WebServer) -> None:
    url = server.route("/hook", status_answer(204))
    assert webhook_channel(hook(url), lambda: INIT)(parcel()) == f"127.0.0.1 as msg_{parcel().key}"
    (asked,) = server.asked
    signed = f"{asked.headers['webhook-id']}.{asked.headers['webhook-timestamp']}.".encode() + asked.body
    assert asked.headers["webhook-timestamp"] == str(int(INIT.timestamp()))
    assert asked.headers["webhook-signature"] == "v1," + base64.b64encode(_hmac(signed)).decode()
    told = json.loads(asked.body)["data"]
    assert (told["id"], told["recipient"], told["level"], told["exercise"]) == (BULLETIN.id, "epb", "orange", False)
    by_name = {d["name"]: d for d in told["documents"]}
    assert base64.b64decode(by_name["map.zh.png"]["content"]) == b"\x89PNG-zh"
    assert by_name["bulletin.en.txt"]["content"] == "Haze\n"


def _hmac(message: bytes) -> bytes:
    """HMAC-SHA256 as RFC 2104 writes it, without the library."""
    from hashlib import sha256

    padded = KEY.ljust(64, b"\0")
    inner = sha256(bytes(b ^ 0x36 for b in padded) + message).digest()
    return sha256(bytes(b ^ 0x5C for b in padded) + inner).digest()


def test_the_example_of_the_standard_is_signed_as_it_says() -> None:
    """The example of https://github.com/standard-webhooks/standard-webhooks (its secret, id, time and body)."""
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}') == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_second_attempt_has_the_same_id_and_body_and_a_time_of_its_own(server: WebServer) -> None:
    url = server.route("/hook", status_answer(500), status_answer(200))
    times = iter((INIT, INIT.replace(minute=5)))
    channel = webhook_channel(hook(url), lambda: next(times))
    with pytest.raises(DeliveryFailed, match="answers 500"):
        channel(parcel())
    channel(parcel())
    assert len(set(server.headers("webhook-id"))) == len({asked.body for asked in server.asked}) == 1
    assert len(set(server.headers("webhook-timestamp"))) == len(set(server.headers("webhook-signature"))) == 2


@pytest.mark.parametrize(("asked_for", "seconds"), [("120", 120.0), ("Fri, 27 Apr 2018 00:10:00 GMT", 600.0), ("soon", None)])
def test_too_many_requests_are_waited_for_as_long_as_asked(server: WebServer, asked_for: str, seconds: float | None) -> None:
    url = server.route("/hook", status_answer(429, Retry_After=asked_for))
    with pytest.raises(DeliveryFailed, match="answers 429") as failed:
        webhook_channel(hook(url), lambda: INIT)(parcel())
    assert failed.value.wait_seconds == seconds


def test_gone_is_final(server: WebServer) -> None:
    with pytest.raises(DeliveryRefused, match="410"):
        webhook_channel(hook(server.route("/hook", status_answer(410))))(parcel())


def test_a_redirection_is_not_followed(server: WebServer) -> None:
    elsewhere = server.route("/elsewhere", status_answer(200))
    with pytest.raises(DeliveryFailed, match=r"answers 307.*give the address"):
        webhook_channel(hook(server.route("/hook", status_answer(307, Location=elsewhere))))(parcel())
    assert server.paths() == ["/hook"]


def hang(_asked: Asked) -> None:
    time.sleep(1.0)


def reset(asked: Asked) -> None:
    asked.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    asked.handler.connection.close()


def garbage(asked: Asked) -> None:
    asked.handler.wfile.write(b"\x00\xff no answer at all\r\n\r\n")


def half_a_head(asked: Asked) -> None:
    asked.handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-")


@pytest.mark.parametrize("fails", [hang, reset, garbage, half_a_head])
def test_no_answer_is_no_delivery(server: WebServer, fails: object) -> None:
    with pytest.raises(DeliveryFailed, match="gave no answer"):
        webhook_channel(hook(server.route("/hook", fails)))(parcel())  # type: ignore[arg-type]


def test_a_slow_or_broken_body_after_a_2xx_is_a_delivery_and_is_not_waited_for(server: WebServer) -> None:
    def slow(asked: Asked) -> None:
        asked.begin(200, 1000)
        asked.send(b"h")
        time.sleep(0.6)

    begun = time.monotonic()
    webhook_channel(hook(server.route("/hook", slow)))(parcel())
    assert time.monotonic() - begun < 0.6


def whole_request(connection: ssl.SSLSocket) -> bytes:
    """Head and body: a connection that is closed with something unread is reset, and its answer is lost."""
    read = b""
    while b"\r\n\r\n" not in read or len(read.partition(b"\r\n\r\n")[2]) < int(re.search(rb"(?i)content-length: (\d+)", read)[1]):
        if not (more := connection.recv(65536)):
            raise ConnectionError("the request ended too soon")
        read += more
    return read


def test_only_a_trusted_certificate_of_the_right_name_gets_a_bulletin(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for _ in range(3):
                connection, _peer = listening.accept()
                try:
                    with context.wrap_socket(connection, server_side=True) as secured:
                        got.append(whole_request(secured))
                        secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    connection.close()

        threading.Thread(target=serve, daemon=True).start()
        port = listening.getsockname()[1]
        for url, ca_file in ((f"https://localhost:{port}/", None), (f"https://127.0.0.1:{port}/", tmp_path / "ca.pem")):
            with pytest.raises(DeliveryFailed, match=r"(?i)certificate"):
                webhook_channel(hook(url, ca_file))(parcel())
        webhook_channel(hook(f"https://localhost:{port}/", tmp_path / "ca.pem"))(parcel())
    assert len(got) == 1


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", base64.b64encode(KEY).decode(), "whsec_%%%"])
def test_a_secret_that_is_none_is_named_as_such_and_not_shown(secret: str) -> None:
    with pytest.raises(SettingsError, match="base64 of 24 to 64 bytes") as refused:
        signing_key(secret)
    assert len(secret) < 7 or secret not in str(refused.value)


def test_the_body_is_the_same_whenever_the_parcel_is() -> None:
    assert payload(parcel()) == payload(parcel())
