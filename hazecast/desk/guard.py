"""What stands before every page: bodies of a sensible size, posts from the desk's own pages alone, and headers that shut out the rest."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY_BYTES = 64 * 1024
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; frame-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DOCUMENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
)
"""Of bulletins, which bring their own styles, may stand in a frame of the desk, and run no script."""
SCORECARD_POLICY = DOCUMENT_POLICY.replace("img-src 'self'", "img-src data:")
"""A scorecard brings its pictures within itself."""
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """The outermost layer of the desk."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = _refused(scope, headers)
        app = self._app if refused is None else refused
        await app(scope, _limited(receive), _with_headers(send))


def _refused(scope: Scope, headers: Headers) -> PlainTextResponse | None:
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MOST_BODY_BYTES:
        return PlainTextResponse(f"A request may have {MOST_BODY_BYTES} bytes at most.\n", 413)
    if scope["method"] not in {"GET", "HEAD"} and not _is_from_here(headers):
        return PlainTextResponse("This was sent by a page of another site.\n", 403)
    return None


def _is_from_here(headers: Headers) -> bool:
    """Whether a browser sent it from a page of the desk's; programs send none of these headers."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    return origin is None or (origin != "null" and urlsplit(origin).netloc == headers.get("host", ""))


class TooLarge(Exception):
    """A body without a length went on for too long."""


def _limited(receive: Receive) -> Receive:
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BODY_BYTES:
            raise TooLarge
        return message

    return limited


def _with_headers(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _ALWAYS.items():
                headers[name] = value
            headers.setdefault("content-security-policy", PAGE_POLICY)
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return with_headers
