"""Which documents of a bulletin a recipient gets, and the line that announces them."""

import html
import re
from types import MappingProxyType

from hazecast.records import Bulletin, Document

EXERCISE_MARK = "[EXERCISE 演习 訓練]"
MEDIA_TYPES = MappingProxyType(
    {
        "html": "text/html",
        "text": "text/plain",
        "pdf": "application/pdf",
        "cap": "application/cap+xml",
        "geojson": "application/geo+json",
        "json": "application/json",
        "atom": "application/atom+xml",
        "csv": "text/csv",
        "png": "image/png",
        "svg": "image/svg+xml",
    }
)
_LAST_RESORT = ("text", "html")
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
LONGEST_TITLE = 200


def media_type(document: Document) -> str:
    """The media type without its parameters, such as text/html."""
    return document.media_type.partition(";")[0].strip().lower()


def chosen(documents: tuple[Document, ...], languages: tuple[str, ...], formats: tuple[str, ...]) -> tuple[Document, ...]:
    """The documents in `languages` and `formats`, in the order of the languages; where one of the two is empty, all are meant.

    A document without a language is for everybody. Where a bulletin has none of the formats, text or else HTML is taken: who is to be
    warned gets something. Without these too, all are.
    """
    told = languages or tuple(dict.fromkeys(d.language for d in documents if d.language))
    order = {language: i for i, language in enumerate((*told, ""))}
    readable = sorted((d for d in documents if d.language in order), key=lambda d: order[d.language])
    for wanted in (formats, *((name,) for name in _LAST_RESORT)):
        types = {MEDIA_TYPES[name] for name in wanted}
        if found := tuple(d for d in readable if not types or media_type(d) in types):
            return found
    return tuple(readable) or documents


def title_of(bulletin: Bulletin, language: str, mark: str = "") -> str:
    """One line for a subject: the title of the HTML page in `language`, or the first line of its text, or the bulletin's id.

    Before it stands `mark`, and before that whether the bulletin is an exercise. It holds no control characters, and is no longer than
    LONGEST_TITLE.
    """
    said = _html_title(bulletin, language) or _first_line(bulletin, language) or bulletin.id
    line = " ".join(_UNSHOWN.sub(" ", said).split())
    marked = " ".join(part for part in (EXERCISE_MARK if bulletin.exercise else "", mark, line) if part)
    return marked if len(marked) <= LONGEST_TITLE else marked[: LONGEST_TITLE - 1] + "…"


def _of_type(bulletin: Bulletin, language: str, wanted: str) -> str:
    found = next((d.content for d in bulletin.documents if d.language == language and media_type(d) == wanted), b"")
    return found.decode("utf-8", errors="replace")


def _html_title(bulletin: Bulletin, language: str) -> str:
    title = _TITLE.search(_of_type(bulletin, language, "text/html"))
    return html.unescape(title[1]) if title else ""


def _first_line(bulletin: Bulletin, language: str) -> str:
    return next((line for line in _of_type(bulletin, language, "text/plain").splitlines() if line.strip()), "")
