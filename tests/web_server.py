"""A small web server that tests script: it answers as real ones do, and as they should not."""

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2

from hazecast.fetch.partial import Origin, begin, partial_path
from hazecast.fetch.patience import Patience
from hazecast.fetch.web import Web

Answer = Callable[["Asked"], None]


@dataclass(frozen=True)
class Asked:
    """One request, with the means to answer it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    handler: Any = field(repr=False)

    def answer(self, status: int, body: bytes = b"", length: int | None = None, **headers: str) -> None:
        """Answer with a body, under headers written with underscores; `length` lies about the body's."""
        self.begin(status, len(body) if length is None else length, **headers)
        self.handler.wfile.write(body)

    def begin(self, status: int, length: int | None, **headers: str) -> None:
        """Only the head of an answer; a `length` of None leaves the end open."""
        self.handler.send_response_only(status)
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        if length is not None:
            self.handler.send_header("Content-Length", str(length))
        self.handler.send_header("Connection", "close")
        self.handler.end_headers()

    def send(self, piece: bytes) -> None:
        self.handler.wfile.write(piece)


@dataclass
class WebServer:
    """Answers by path; what nobody answers is 404. A list of answers is used up, its last one staying."""

    url: str = ""
    routes: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def route(self, path: str, *answers: Answer) -> str:
        self.routes[path] = list(answers)
        return self.url + path

    def paths(self) -> list[str]:
        return [one.path for one in self.asked]

    def headers(self, name: str) -> list[str | None]:
        return [one.headers.get(name.lower()) for one in self.asked]

    def handle(self, asked: Asked) -> None:
        self.asked.append(asked)
        answers = self.routes.get(asked.path.partition("?")[0], [])
        if not answers:
            asked.answer(404, b"<html>not here</html>", Content_Type="text/html")
            return
        (answers.pop(0) if len(answers) > 1 else answers[0])(asked)


@contextlib.contextmanager
def serving() -> Iterator[WebServer]:
    server = WebServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                server.handle(Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body, self))
            self.close_connection = True

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *_arguments: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    server.url = f"http://127.0.0.1:{httpd.server_port}"
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


def etag_of(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def file_answer(content: bytes, etag: str | None = None, **headers: str) -> Answer:
    """A server of files that knows ranges and versions, as S3 does."""
    tag = etag_of(content) if etag is None else etag

    def answer(asked: Asked) -> None:
        wanted = asked.headers.get("range")
        current = asked.headers.get("if-range") in (None, tag)
        if wanted is None or not current:
            asked.answer(200, content, ETag=tag, **headers)
            return
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start, stop = int(first), min(int(last) + 1, len(content)) if last else len(content)
        if start >= len(content):
            asked.answer(416, b"", Content_Range=f"bytes */{len(content)}", ETag=tag)
            return
        asked.answer(206, content[start:stop], Content_Range=f"bytes {start}-{stop - 1}/{len(content)}", ETag=tag, **headers)

    return answer


def cut_off(content: bytes, after: int, etag: str | None = None) -> Answer:
    """Says how long the file is, sends a part, and hangs up."""

    def answer(asked: Asked) -> None:
        asked.begin(200, len(content), ETag=etag_of(content) if etag is None else etag)
        asked.send(content[:after])

    return answer


def status_answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    return lambda asked: asked.answer(status, body, **headers)


NOW = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


@dataclass
class FakeTime:
    """Time that passes only by sleeping; the naps are kept."""

    naps: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.elapsed += seconds

    def monotonic(self) -> float:
        return self.elapsed


@contextlib.contextmanager
def quick_web(time: FakeTime, transport: httpx2.BaseTransport | None = None, **patience: float) -> Iterator[Web]:
    """The way out without waits: timeouts are short, naps are only noted, nothing is random."""
    patient = Patience(**{"attempts": 4, "first_wait": 1.0, "longest_wait": 60.0, "read_seconds": 0.5, **patience})  # type: ignore[arg-type]
    with httpx2.Client(timeout=patient.read_seconds, transport=transport, trust_env=False) as client:
        yield Web(client, patient, lambda: NOW, time.sleep, monotonic=time.monotonic, jitter=lambda: 0.0)


def keep_part(target: Path, url: str, content: bytes, part: bytes) -> None:
    """Leave what a run that was killed would have left of the `content` at `url`."""
    begin(target, Origin(url, "all", etag_of(content)))
    partial_path(target).write_bytes(part)
