"""What must not be written down: keys go to the host they are for, and into no log, message, manifest or file name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_SECRET_NAME = re.compile(r"key|token|secret|sig|auth|credential|password|passwd|session|^x-amz-|^x-goog-|^se$|^sp$|^sv$", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a request carries and nobody may read: headers and query parameters. Its text shows neither."""

    headers: Pairs = field(default=(), repr=False)
    query: Pairs = field(default=(), repr=False)

    @property
    def values(self) -> tuple[str, ...]:
        """The secret words themselves, the longest first."""
        return tuple(sorted((value for _, value in (*self.headers, *self.query) if value), key=len, reverse=True))

    def struck_from(self, text: str) -> str:
        """`text`, of whatever origin, without the secret words, without control characters, and in one line."""
        for value in self.values:
            text = text.replace(value, "***")
        return " ".join(_CONTROL.sub(" ", text).split())


NO_SECRETS = Secrets()


def public_url(url: str) -> str:
    """The address as it may be shown: no user, no fragment, and no query parameter whose name speaks of a key or a signature."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    host = parts.netloc.rpartition("@")[2]
    shown = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _SECRET_NAME.search(name)]
    return urlunsplit((parts.scheme, host, parts.path, urlencode(shown, safe=",:/"), ""))


def with_query(url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """`url` with more query parameters."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query, keep_blank_values=True), *pairs], safe=",:/")))
