"""From facts to a bulletin: every language, every format, and the pictures where they can be drawn."""

import hashlib
from collections.abc import Sequence

from hazecast.bulletins import render
from hazecast.bulletins.formats.documents import documents_for_machines
from hazecast.bulletins.page import Page, page
from hazecast.bulletins.situation import expiry
from hazecast.bulletins.trace import trace
from hazecast.bulletins.wording import SOURCE_LANGUAGE, Wording, languages, wording
from hazecast.records import Bulletin, BulletinFacts, Document


def compose(facts: BulletinFacts, in_languages: Sequence[str] | None = None) -> Bulletin:
    """Turn facts into a bulletin in `in_languages`, or in all there are.

    For each language: `bulletin.<language>.html` and `.txt`, `map.<language>.png`, `stations.<language>.png` and, with an attribution,
    `sources.<language>.png`; for machines `cities.<language>.csv` and `feed.<language>.xml`. In all languages at once: `facts.json`,
    `areas.geojson` and a `cap.<id>.xml` for each message. Without the optional part 'maps' there are no pictures, and the HTML says so.
    The same facts give the same bytes.
    Raises SettingsError for a language that there is none of.
    """
    chosen = dict.fromkeys(languages() if in_languages is None else in_languages)
    bulletin_id = _bulletin_id(facts)
    wordings = [wording(language) for language in chosen]
    documents = [document for told in wordings for document in _documents(facts, bulletin_id, told)]
    documents += documents_for_machines(facts, bulletin_id, wordings)
    return Bulletin(bulletin_id, facts.cycle.key, expiry(facts), tuple(documents), facts.exercise)


def _bulletin_id(facts: BulletinFacts) -> str:
    """The cycle and a hash of what is said in English; neither a version nor a translation makes it another bulletin."""
    said = repr(page(facts, wording(SOURCE_LANGUAGE)))
    return f"{facts.cycle.key}-{hashlib.sha256(said.encode()).hexdigest()[:10]}" + "-exercise" * facts.exercise


def _documents(facts: BulletinFacts, bulletin_id: str, language: Wording) -> list[Document]:
    told = page(facts, language)
    pictures = _pictures(facts, told, language)
    origin = trace(facts, bulletin_id, language)
    html = render.html(told, origin, language, tuple(picture.name for picture in pictures))
    text = render.text(told, origin, language)
    return [
        Document(f"bulletin.{language.language}.html", "text/html; charset=utf-8", language.language, html),
        Document(f"bulletin.{language.language}.txt", "text/plain; charset=utf-8", language.language, text),
        *pictures,
    ]


def _pictures(facts: BulletinFacts, told: Page, language: Wording) -> list[Document]:
    try:
        from hazecast.bulletins.pictures import curves, level_map, source_stacks
    except ImportError:
        return []
    drawn = [("map", level_map.draw(facts, told, language)), ("stations", curves.draw(facts, told, language))]
    if facts.attribution is not None:
        drawn.append(("sources", source_stacks.draw(facts, told, language)))
    return [Document(f"{name}.{language.language}.png", "image/png", language.language, content) for name, content in drawn]
