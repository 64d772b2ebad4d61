"""From facts to a bulletin: every language, every format, and the pictures where they can be drawn."""

import hashlib
import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from hazecast.bulletins import render
from hazecast.bulletins.formats.documents import documents_for_machines
from hazecast.bulletins.formats.signature import Sign, unsigned
from hazecast.bulletins.page import Page, page
from hazecast.bulletins.render import Shown
from hazecast.bulletins.reviewed import reviewed_in_words
from hazecast.bulletins.situation import expiry
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.trace import trace
from hazecast.bulletins.wording import SOURCE_LANGUAGE, Wording, languages, wording
from hazecast.errors import MissingExtra
from hazecast.records import Bulletin, BulletinFacts, Document

if TYPE_CHECKING:
    from hazecast.bulletins.pictures.picture import Picture

PDF_LIBRARIES = "libpangoft2-1.0-0 libharfbuzz-subset0"


def compose(
    facts: BulletinFacts,
    in_languages: Sequence[str] | None = None,
    sign: Sign = unsigned,
    drawn: Bulletin | None = None,
    *,
    pdf_languages: Sequence[str] = (),
) -> Bulletin:
    """Turn facts into a bulletin in `in_languages`, or in all there are; those of `pdf_languages` as PDF too.

    For each language: `bulletin.<language>.html` and `.txt`, the `.pdf` if it is wanted, and each picture as `<name>.<language>.png` and
    `.svg`: `map`, `pm25`, `visibility`, `stations`, with an attribution `sources`, and a `meteogram-<number>` of each area; for machines
    `cities.<language>.csv` and `feed.<language>.xml`. In all languages at once: `facts.json`, `areas.geojson` and a `cap.<id>.xml` for
    each message. Without the optional part 'maps' there are no pictures, and the HTML says so. The same facts give the same bytes. With
    `drawn`, the pictures are those of that bulletin, and the bulletin says so where a person decided otherwise. CAP messages are as
    `sign` leaves them.
    Raises SettingsError for a language that there is none of, and MissingExtra where a PDF is wanted that cannot be made here.
    """
    chosen = dict.fromkeys(languages() if in_languages is None else in_languages)
    bulletin_id = _bulletin_id(facts)
    spoken = [wording(language) for language in chosen]
    pages = [page(facts, language) for language in spoken]
    pictures = _pictures(facts, pages, spoken) if drawn is None else pictures_of(drawn)
    documents = [
        document
        for told, language in zip(pages, spoken, strict=True)
        for document in _documents(
            facts,
            told,
            bulletin_id,
            language,
            [one for one in pictures if one.language == language.language],
            as_pdf=language.language in pdf_languages,
        )
    ]
    documents += documents_for_machines(facts, bulletin_id, spoken, sign)
    return Bulletin(bulletin_id, facts.cycle.key, expiry(facts), tuple(documents), facts.exercise)


def _bulletin_id(facts: BulletinFacts) -> str:
    """The cycle and a hash of what is said in English; neither a version nor a translation makes it another bulletin."""
    english = wording(SOURCE_LANGUAGE)
    told = reviewed_in_words(Telling(facts, english))
    said = repr(page(facts, english)) + (repr(told) if told else "")
    number = f"-r{facts.reviewed.number}" if facts.reviewed else ""
    return f"{facts.cycle.key}-{hashlib.sha256(said.encode()).hexdigest()[:10]}{number}" + "-exercise" * facts.exercise


def _documents(
    facts: BulletinFacts, told: Page, bulletin_id: str, language: Wording, pictures: "Sequence[Picture]", *, as_pdf: bool
) -> list[Document]:
    origin = trace(facts, bulletin_id, language)
    shown = {picture.name: Shown(_file(picture, "png"), _file(picture, "svg"), picture.alt, picture.area) for picture in pictures}
    reviewed = reviewed_in_words(Telling(facts, language))
    html = render.html(told, origin, language, shown, reviewed)
    text = render.text(told, origin, language, reviewed)
    return [
        Document(f"bulletin.{language.language}.html", "text/html; charset=utf-8", language.language, html),
        Document(f"bulletin.{language.language}.txt", "text/plain; charset=utf-8", language.language, text),
        *([_pdf(facts, told, bulletin_id, language, html, pictures)] if as_pdf else []),
        *(Document(_file(one, "png"), "image/png", language.language, one.png, one.alt, one.area) for one in pictures),
        *(Document(_file(one, "svg"), "image/svg+xml", language.language, one.svg, one.alt, one.area) for one in pictures),
    ]


def pictures_of(drawn: Bulletin) -> "list[Picture]":
    """The pictures of a bulletin that was stored, in their order."""
    from hazecast.bulletins.pictures.picture import Picture

    named = {document.name: document for document in drawn.documents}
    pictures = ((document, Path(name)) for name, document in named.items() if document.media_type == "image/png" and document.alt)
    return [
        Picture(file.name.split(".")[0], png.language, png.alt, png.content, named[str(file.with_suffix(".svg"))].content, png.area)
        for png, file in pictures
    ]


def _pdf(facts: BulletinFacts, told: Page, bulletin_id: str, language: Wording, html: bytes, pictures: "Sequence[Picture]") -> Document:
    require_pdf()
    from hazecast.bulletins.paper import MEDIA_TYPE, Imprint, printed

    imprint = Imprint(told.title, told.conclusion, bulletin_id, f"hazecast {facts.software_version}", facts.issued_at)
    content = printed(html, {_file(picture, "png"): picture.png for picture in pictures}, imprint)
    return Document(f"bulletin.{language.language}.pdf", MEDIA_TYPE, language.language, content)


def require_pdf() -> None:
    """Raise MissingExtra where no PDF can be made: without the optional part 'pdf', or without the libraries that it needs."""
    try:
        with redirect_stdout(io.StringIO()):  # WeasyPrint prints a page of advice where a library is absent
            import hazecast.bulletins.paper  # noqa: F401
    except (ImportError, OSError) as absent:
        raise MissingExtra("A bulletin as PDF", "pdf", PDF_LIBRARIES) from absent


def _file(picture: "Picture", ending: str) -> str:
    return f"{picture.name}.{picture.language}.{ending}"


def _pictures(facts: BulletinFacts, pages: Sequence[Page], spoken: Sequence[Wording]) -> "list[Picture]":
    """All pictures in all languages; none without the optional part 'maps'."""
    try:
        from hazecast.bulletins.pictures.album import draw_all
        from hazecast.bulletins.pictures.picture import Copy
    except ImportError:
        return []
    return list(draw_all(facts, [Copy(told, Telling(facts, language)) for told, language in zip(pages, spoken, strict=True)]))
