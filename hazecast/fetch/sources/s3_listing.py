"""The list of objects that an S3 store gives (ListObjectsV2), page by page, its XML read without entities."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from hazecast.errors import WrongDelivery
from hazecast.fetch.answers import ask
from hazecast.fetch.secrecy import with_query
from hazecast.fetch.web import Question, Web

MOST_PAGES = 1000


@dataclass(frozen=True, slots=True)
class Listed:
    """An object in a store. `md5` is its hash in hexadecimal where the store says it: the ETag of what was not sent in parts."""

    key: str
    size_bytes: int
    md5: str


def list_objects(web: Web, base: str, prefix: str) -> tuple[Listed, ...]:
    """All objects whose keys begin with `prefix`, in the order of the store; raises FetchError."""
    return tuple(listed for page in _pages(web, base, prefix) for listed in _objects(page, base))


def _pages(web: Web, base: str, prefix: str) -> Iterator[Element]:
    seen: set[str] = set()
    token = ""
    while len(seen) < MOST_PAGES:
        query = [("list-type", "2"), ("prefix", prefix), *([("continuation-token", token)] if token else [])]
        page = _parsed(ask(web, Question(with_query(f"{base}/", query))), base)
        yield page
        token = _text(page, "NextContinuationToken")
        if _text(page, "IsTruncated") != "true":
            return
        if not token or token in seen:
            break
        seen.add(token)
    raise WrongDelivery(f"{base} gives a list of {prefix} that does not end.", "Try again later, or another mirror.")


def _parsed(body: bytes, base: str) -> Element:
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as wrong:
        raise _no_list(base, f"XML that cannot be read ({type(wrong).__name__})") from wrong
    if _local(root) != "ListBucketResult":
        raise _no_list(base, f"<{_local(root)[:40]}>")
    return root


def _objects(page: Element, base: str) -> Iterator[Listed]:
    for element in page:
        if _local(element) != "Contents":
            continue
        key, size, etag = (_text(element, name) for name in ("Key", "Size", "ETag"))
        if not key or not size.isdecimal() or len(size) > 18:
            raise _no_list(base, f"an object of the name {key[:80]!r} and size {size[:20]!r}")
        yield Listed(key, int(size), _md5(etag))


def _md5(etag: str) -> str:
    digits = etag.strip().strip('"').lower()
    return digits if len(digits) == 32 and all(digit in "0123456789abcdef" for digit in digits) else ""


def _no_list(base: str, what: str) -> WrongDelivery:
    return WrongDelivery(
        f"{base} sent {what}; a list of objects (ListBucketResult) was expected.", "See whether the address is that of an S3 store."
    )


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(parent: Element, name: str) -> str:
    return next((child.text or "" for child in parent if _local(child) == name), "")
