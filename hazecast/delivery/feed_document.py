"""An Atom feed (RFC 4287) of CAP messages in one language, made of the messages themselves and of what the newest bulletin knew."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import NAMESPACE_URL, uuid5

from hazecast.delivery.alerts import Alert
from hazecast.delivery.choosing import MEDIA_TYPES
from hazecast.errors import ArchiveError

NAMESPACE = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Newest:
    """What the newest bulletin said: when, who speaks, for whom by language, and its areas with those whose level was unknown."""

    issued_at: datetime
    sender: str
    titles: Mapping[str, str]
    areas: Mapping[str, Mapping[str, str]]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentences:
    """How one language says what a feed holds, and that an empty one is no all-clear."""

    in_force: str
    recent: str
    unknown: str
    comma: str


SENTENCES = MappingProxyType(
    {
        "en": Sentences(
            "Warnings in force as of {moment}. That there are none is no all-clear.",
            "Messages of the last {days} days, with those lifted and expired.",
            " The level cannot be judged in: {areas}.",
            ", ",
        ),
        "zh": Sentences(
            "截至{moment}有效的预警。列表为空不代表没有霾。",
            "最近{days}天发布的消息，包括已解除和已过期的。",
            "以下地区等级无法判定：{areas}。",
            "、",
        ),
        "ja": Sentences(
            "{moment}現在で有効な警報。一覧が空でも安全を意味しません。",
            "直近{days}日間に発表した情報。解除・失効したものを含みます。",
            "レベルを判定できない地域：{areas}。",
            "、",
        ),
    }
)
_OTHERWISE = "en"


@dataclass(frozen=True, slots=True)
class Listing:
    """One feed: where it is served, in which language, what it holds, and of which area (empty for all); `updated` is its last change."""

    url: str
    base: str
    language: str
    area: str
    alerts: tuple[Alert, ...]
    updated: datetime
    recent_days: int | None = None


def newest_of(facts: bytes) -> Newest:
    """What a bulletin's facts.json says of itself; raises ArchiveError for another file."""
    try:
        told = json.loads(facts)
        areas = {area["id"]: area["names"] for area in told["areas"]}
        unknown = tuple(area["id"] for area in told["areas"] if not area["windows"] or area["windows"][0]["level"] == "unknown")
        return Newest(datetime.fromisoformat(told["issued_at"]), told["sender"], told["titles"], areas, unknown)
    except (ValueError, KeyError, TypeError) as broken:
        raise ArchiveError(f"The facts of a bulletin cannot be read: {broken!r:.200}.", "Deliver a bulletin of this hazecast.") from broken


def feed_document(listing: Listing, newest: Newest) -> bytes:
    """The feed; the same listing gives the same bytes, and its id stays as long as its address."""
    root = ET.Element(_tag("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": listing.language})
    _add(root, "title", _title(listing, newest))
    _add(root, "subtitle", _subtitle(listing, newest))
    _add(root, "id", _urn(f"hazecast:feed:{listing.url}"))
    _add(root, "updated", _moment(listing.updated))
    _add(_add(root, "author"), "name", newest.sender)
    _add(root, "link", rel="self", type=MEDIA_TYPES["atom"], href=listing.url)
    for alert in listing.alerts:
        _entry(root, alert, listing)
    ET.register_namespace("", NAMESPACE)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _entry(root: ET.Element, alert: Alert, listing: Listing) -> None:
    words, entry = alert.words_in(listing.language), _add(root, "entry")
    _add(entry, "title", words.headline)
    _add(entry, "id", _urn(f"hazecast:warning:{alert.id}"))
    _add(entry, "updated", _moment(alert.sent))
    _add(entry, "published", _moment(alert.sent))
    _add(entry, "link", rel="alternate", type=MEDIA_TYPES["cap"], href=f"{listing.base}/{alert_path(alert.id)}")
    _add(entry, "summary", words.description, type="text")


def alert_path(id: str) -> str:
    """Where a message lies below the feed's folder; its id is plain by then."""
    return f"cap/{id}.xml"


def _title(listing: Listing, newest: Newest) -> str:
    title = _in(listing.language, newest.titles)
    return f"{title} – {_in(listing.language, newest.areas.get(listing.area, {})) or listing.area}" if listing.area else title


def _subtitle(listing: Listing, newest: Newest) -> str:
    said = SENTENCES.get(listing.language, SENTENCES[_OTHERWISE])
    if listing.recent_days is not None:
        return said.recent.format(days=listing.recent_days)
    unknown = [id for id in newest.unknown if listing.area in ("", id)]
    names = said.comma.join(_in(listing.language, newest.areas[id]) for id in unknown)
    return said.in_force.format(moment=_moment(newest.issued_at)) + (said.unknown.format(areas=names) if unknown else "")


def _in(language: str, names: Mapping[str, str]) -> str:
    return names.get(language) or next(iter(names.values()), "")


def _urn(name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, name)}"


def _moment(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, _tag(name), attributes)
    made.text = text
    return made


def last_change(alerts: Sequence[Alert], newest: Newest, now: datetime) -> datetime:
    """When a feed of what is in force last changed: a bulletin, a message, or the end of one."""
    return max([newest.issued_at, *(alert.sent for alert in alerts), *(alert.expires for alert in alerts if alert.expires <= now)])
