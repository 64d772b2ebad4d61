"""`/healthz` and `/metrics`: as functions, and as a small ASGI application that any web server runs and any other application mounts."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine

from hazecast.config import Settings
from hazecast.errors import HazecastError
from hazecast.serving.metrics import metrics_text
from hazecast.serving.status import status_of

PATHS = ("/healthz", "/metrics")
JSON_TYPE = "application/json"
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: an HTTP status, and a body with its type."""

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """What is needed to answer: the databases, the settings, and what time it is."""

    ledger: Engine
    operations: Engine
    settings: Settings
    clock: Callable[[], datetime]


def answer(path: str, asked: Asked) -> Answer:
    """What is answered at a path: 200 where the databases can be read and some machine leads, 503 where not, 404 elsewhere.

    Nothing of what is said names a person, an address or a path of this machine.
    """
    if path not in PATHS:
        return Answer(404, JSON_TYPE, b'{"error": "There is nothing here."}\n')
    try:
        status = status_of(asked.ledger, asked.operations, asked.settings, asked.clock())
    except HazecastError:
        return Answer(503, JSON_TYPE, b'{"status": "the databases cannot be read"}\n')
    if path == "/metrics":
        return Answer(200, METRICS_TYPE, metrics_text(status).encode())
    facts = {
        "status": "ok" if status.is_led else "nobody leads",
        "time": status.now.isoformat(timespec="seconds"),
        "late": [late.key for late in status.late],
        "alarms": len(status.alarms),
    }
    return Answer(200 if status.is_led else 503, JSON_TYPE, (json.dumps(facts) + "\n").encode())


def health_app(asked: Asked) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The ASGI application of the two paths; the databases are read in a thread, so that nobody else waits for them."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        import asyncio

        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            return
        path, method = str(scope["path"]), str(scope["method"])
        told = await asyncio.to_thread(partial(answer, path, asked)) if method in ("GET", "HEAD") else Answer(405, JSON_TYPE, b"{}\n")
        headers = [
            (b"content-type", told.media_type.encode()),
            (b"content-length", str(len(told.body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": told.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else told.body})

    return app


async def _live(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return
