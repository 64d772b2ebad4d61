"""A feed (RFC 4287) of the warnings in force and of those just lifted, each new one with its CAP message."""

import xml.etree.ElementTree as ET
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from hazecast.bulletins.area_warning import area_warning
from hazecast.bulletins.formats.cap import MEDIA_TYPE as CAP
from hazecast.bulletins.formats.cap import cap_name
from hazecast.bulletins.formats.xml import Element, child, written
from hazecast.bulletins.phrases import LEVELS
from hazecast.bulletins.situation import standing_warnings
from hazecast.bulletins.telling import Telling
from hazecast.records import Document, HazeWarning

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"


def feed(telling: Telling) -> Document:
    """The feed in one language: this cycle's messages first, then the warnings that go on as they were."""
    language, facts = telling.wording.language, telling.facts
    root = ET.Element(f"{{{NAMESPACE}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": telling.wording.tag})
    child(root, "title", telling.exercise_mark + telling.title)
    child(root, "id", _feed_id(telling))
    child(root, "updated", _moment(facts.issued_at))
    child(child(root, "author"), "name", facts.sender)
    child(root, "link", rel="alternate", type="text/html", href=_page(language))
    child(root, "generator", "hazecast", version=facts.software_version)
    sent = {message.id for message in facts.assessment.messages}
    for warning in facts.assessment.messages:
        _entry(root, warning, telling, link=(CAP, cap_name(warning)))
    for warning in standing_warnings(facts):
        if warning.id not in sent:
            _entry(root, warning, telling, link=("text/html", _page(language)))
    return Document(f"feed.{language}.xml", MEDIA_TYPE, language, written(root, NAMESPACE))


def _entry(root: Element, warning: HazeWarning, telling: Telling, link: tuple[str, str]) -> None:
    told = area_warning(warning, telling)
    media_type, name = link
    entry = child(root, "entry")
    child(entry, "title", telling.exercise_mark + told.headline)
    child(entry, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, f'hazecast:warning:{warning.id}')}")
    child(entry, "updated", _moment(warning.issued_at))
    child(entry, "published", _moment(warning.issued_at))
    child(entry, "link", rel="alternate", type=media_type, href=name)
    child(entry, "category", term=warning.level.name.lower(), label=telling.wording.say(LEVELS[warning.level]))
    child(entry, "summary", "\n".join(told.sentences), type="text")


def _feed_id(telling: Telling) -> str:
    """The same for every cycle of one site, edition and language."""
    facts = telling.facts
    site = (facts.sender, tuple(title.text for title in facts.titles), facts.edition, telling.wording.language, facts.exercise)
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'hazecast:feed:{site!r}')}"


def _page(language: str) -> str:
    return f"bulletin.{language}.html"


def _moment(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")
