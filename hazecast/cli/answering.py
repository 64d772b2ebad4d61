"""What `hazecast serve` answers at its address: the page of the desk where that is installed, and always how the machine fares."""

import asyncio
import importlib
import importlib.util
import logging
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from hazecast.config import Settings
from hazecast.errors import MissingExtra, SettingsError
from hazecast.serving.health import PATHS, Asked, answer, health_app

Application = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]

_LOGGER = logging.getLogger(__name__)
LONGEST_SILENCE_S = 10.0
LONGEST_SLEEP_S = 5.0
READERS_NICENESS = 10
NEEDED_BY_DESK = ("uvicorn", "fastapi", "argon2", "hazecast.desk")


@contextmanager
def answering(settings: Settings, config: Path, ledger: Engine, operations: Engine, clock: Callable[[], datetime]) -> Iterator[str]:
    """Answer at the address of the settings; gives the address. Raises SettingsError where nobody can listen there."""
    asked = Asked(ledger, operations, settings, clock)
    desk = _desk(settings, config, clock) if settings.desk.show else None
    listening = _listening(settings)
    with _plain(asked, listening) if desk is None else _with_desk(asked, listening, desk) as address:
        _LOGGER.info("Answering at http://%s%s", address, "" if desk is not None else f" ({' and '.join(PATHS)} alone)")
        yield address


def require_desk() -> None:
    """Before the long work, not after it: raises MissingExtra where the desk is not installed."""
    if not _desk_is_installed():
        raise MissingExtra("The desk", "desk")


def free_address(wanted: str) -> str:
    """The host and port that are `wanted`, or those with another port where somebody listens there already."""
    host = wanted.rpartition(":")[0]
    for port in (int(wanted.rpartition(":")[2]), 0):
        with suppress(OSError), socket.create_server((host, port)) as listening:
            return _address(listening)
    raise SettingsError(f"Nobody can listen at {host}.", "See whether this machine has a network address of its own.")


def _desk_is_installed() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in NEEDED_BY_DESK)


def _desk(settings: Settings, config: Path, clock: Callable[[], datetime]) -> Application | None:
    """None where the desk is not installed."""
    if not _desk_is_installed():
        return None
    made: Application = importlib.import_module("hazecast.desk.app").create_app(settings, config, clock)
    return made


@contextmanager
def _with_desk(asked: Asked, listening: socket.socket, desk: Application) -> Iterator[str]:
    uvicorn = importlib.import_module("uvicorn")
    health = health_app(asked)

    async def app(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        of_health = scope["type"] == "http" and scope["path"] in PATHS
        await (health if of_health else desk)(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    loops: list[asyncio.AbstractEventLoop] = []
    ending = asyncio.Event()

    async def wait_for_the_end() -> None:
        """In place of uvicorn's own, which wakes ten times a second: the most that an idle machine would do."""
        loops.append(asyncio.get_running_loop())
        while not await server.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), LONGEST_SLEEP_S)

    def answer_at_leisure() -> None:
        with suppress(AttributeError, OSError):  # who reads does not hold up a cycle; on Linux every thread has a priority of its own
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), READERS_NICENESS)
        server.run(sockets=[listening])

    def end() -> None:
        server.should_exit = True
        for loop in loops:
            loop.call_soon_threadsafe(ending.set)

    server.main_loop = wait_for_the_end
    address = _address(listening)
    thread = threading.Thread(target=answer_at_leisure, name="web", daemon=True)
    thread.start()
    try:
        yield address
    finally:
        end()
        thread.join(LONGEST_SILENCE_S)
        listening.close()


@contextmanager
def _plain(asked: Asked, listening: socket.socket) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        timeout = LONGEST_SILENCE_S
        server_version, sys_version = "hazecast", ""

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def _answer(self, *, with_body: bool) -> None:
            told = answer(self.path.partition("?")[0], asked)
            self.send_response(told.status)
            self.send_header("Content-Type", told.media_type)
            self.send_header("Content-Length", str(len(told.body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if with_body:
                self.wfile.write(told.body)

        def log_message(self, format: str, *args: object) -> None:
            """Who asks how the machine fares is no news."""

    server = ThreadingHTTPServer(listening.getsockname()[:2], Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="web", daemon=True)
    thread.start()
    try:
        yield _address(listening)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(LONGEST_SILENCE_S)


def _listening(settings: Settings) -> socket.socket:
    host, _, port = settings.desk.address.rpartition(":")
    host = host.strip("[]")
    try:
        return socket.create_server((host, int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as refused:
        raise SettingsError(f"Nobody can listen at {settings.desk.address}: {refused.strerror}.", "Name another desk.address.") from refused


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
