"""How the outside is asked: one client, and the patience, the clock and the sleep that go with it."""

import logging
import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx2

from hazecast import __version__
from hazecast.errors import FetchError
from hazecast.fetch.addresses import Resolve, next_address, resolved, same_origin
from hazecast.fetch.patience import Interrupted, Patience
from hazecast.fetch.secrecy import NO_SECRETS, Pairs, Secrets, public_url, with_query

MOST_REDIRECTS = 8
REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Web:
    """The way out. `stop` is set when nothing more shall be begun; `sleep` ends early then."""

    client: httpx2.Client
    patience: Patience
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    stop: threading.Event = field(default_factory=threading.Event)
    monotonic: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random
    resolve: Resolve = resolved


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of an address. Secrets go to its own host only, and not along with a redirection to another."""

    url: str
    method: str = "GET"
    headers: Pairs = ()
    secrets: Secrets = NO_SECRETS
    body: bytes | None = field(default=None, repr=False)

    @property
    def shown(self) -> str:
        """The address as a message may name it."""
        return self.secrets.struck_from(public_url(self.url))


@contextmanager
def open_web(patience: Patience | None = None) -> Iterator[Web]:
    """The way out in earnest; closed at the end. Proxies are taken from the environment, as everywhere."""
    patience = patience or Patience()
    for name in ("httpx2", "httpcore2"):  # they log whole addresses and headers, keys included
        logging.getLogger(name).setLevel(logging.WARNING)
    timeout = httpx2.Timeout(patience.read_seconds, connect=patience.connect_seconds)
    stop = threading.Event()
    with httpx2.Client(timeout=timeout, headers={"User-Agent": f"hazecast/{__version__}"}, follow_redirects=False) as client:
        try:
            yield Web(client, patience, lambda: datetime.now(UTC), lambda seconds: _wait(stop, seconds), stop)
        finally:
            stop.set()


def _wait(stop: threading.Event, seconds: float) -> None:
    stop.wait(seconds)


@contextmanager
def answered(web: Web, question: Question) -> Iterator[httpx2.Response]:
    """The answer to `question`, whatever its status, with its body still to be read inside the block.

    Raises Interrupted when the connection fails, at the beginning or in the midst of the body; FetchError when it is not to be had.
    """
    try:
        with closing(_followed(web, question)) as response:
            yield response
    except httpx2.TransportError as broken:
        raise _fault(question, broken) from broken
    except httpx2.DecodingError as broken:
        raise Interrupted(f"{question.shown} answered with a body that cannot be unpacked.") from broken
    except httpx2.InvalidURL as wrong:
        raise FetchError(f"{question.shown} is no web address.", "Correct the address of the source.") from wrong


def _followed(web: Web, question: Question) -> httpx2.Response:
    """The first answer that is no redirection."""
    first = url = httpx2.URL(with_query(question.url, question.secrets.query) if question.secrets.query else question.url)
    for _ in range(MOST_REDIRECTS + 1):
        secret = question.secrets.headers if same_origin(first, url) else ()
        request = web.client.build_request(
            question.method, url, headers=[("Accept-Encoding", "identity"), *question.headers, *secret], content=question.body
        )
        response = web.client.send(request, stream=True)
        location = response.headers.get("Location")
        if response.status_code not in REDIRECTS or location is None:
            return response
        response.close()
        if question.method != "GET":
            raise FetchError(
                f"{question.shown} sends a request on to {public_url(location)[:200]!r}.",
                "Give the address it has now as that of the source.",
            )
        url = next_address(url, location, web.resolve)
    raise FetchError(f"{question.shown} sends us on more than {MOST_REDIRECTS} times.", "Try again later, or another mirror.")


def _fault(question: Question, broken: httpx2.TransportError) -> FetchError:
    if isinstance(broken, httpx2.UnsupportedProtocol):
        return FetchError(f"{question.shown} is not on the web.", "Give an address with https.")
    if _distrusted(broken):
        return FetchError(
            f"{question.shown} has no certificate that this machine trusts.",
            "See that the clock is right and the certificates are up to date; a proxy that opens connections needs its own installed.",
        )
    words = question.secrets.struck_from(str(broken)) or "no more is known"
    return Interrupted(f"{question.shown}: {_what_failed(broken)} ({words}).")


def _what_failed(broken: httpx2.TransportError) -> str:
    if isinstance(broken, httpx2.ConnectTimeout | httpx2.ConnectError):
        return "no connection"
    if isinstance(broken, httpx2.TimeoutException):
        return "no answer in time"
    return "the connection was cut off"


def _distrusted(broken: BaseException) -> bool:
    cause: BaseException | None = broken
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
