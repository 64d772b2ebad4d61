"""What a feed needs of a CAP 1.2 message, read back from its file, and which messages are in force."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from hazecast.errors import ArchiveError
from hazecast.records import require_utc

_SPACE = "{urn:oasis:names:tc:emergency:cap:1.2}"
AREA = "hazecast:area"


@dataclass(frozen=True, slots=True)
class Words:
    """A message in one language, whose tag is as in CAP, such as zh-CN."""

    language: str
    headline: str
    description: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One message: `replaces` are the identifiers that it refers to; a message that cancels says of them that they are over."""

    id: str
    sender: str
    sent: datetime
    expires: datetime
    status: str
    cancels: bool
    replaces: tuple[str, ...]
    areas: tuple[str, ...]
    words: tuple[Words, ...]

    def __post_init__(self) -> None:
        require_utc("sent", self.sent)
        require_utc("expires", self.expires)
        if not self.words:
            raise ValueError(f"Message {self.id} says nothing; expected at least one info.")

    def words_in(self, language: str) -> Words:
        """The words in `language`, or else the first that there are."""
        return next((w for w in self.words if w.language.partition("-")[0] == language), self.words[0])


def read_alert(content: bytes) -> Alert:
    """The message; raises ArchiveError for what is no CAP 1.2 message of hazecast."""
    try:
        root = fromstring(content)
        infos = root.findall(f"{_SPACE}info")
        return Alert(
            id=_text(root, "identifier"),
            sender=_text(root, "sender"),
            sent=datetime.fromisoformat(_text(root, "sent")).astimezone(UTC),
            expires=max(datetime.fromisoformat(_text(info, "expires")) for info in infos).astimezone(UTC),
            status=_text(root, "status"),
            cancels=_text(root, "msgType") == "Cancel",
            replaces=tuple(part.split(",")[1] for part in root.findtext(f"{_SPACE}references", "").split()),
            areas=tuple(dict.fromkeys(code for info in infos for code in _areas(info))),
            words=tuple(Words(*(_text(info, tag) for tag in ("language", "headline", "description"))) for info in infos),
        )
    except (ParseError, DefusedXmlException, ValueError, IndexError) as broken:
        raise ArchiveError(f"A message of the feed cannot be read: {broken!s:.200}.", "Remove its file, or restore it.") from broken


def in_force(alerts: Iterable[Alert], now: datetime) -> tuple[Alert, ...]:
    """Those that hold at `now`: not expired, not replaced or cancelled by another; the newest first."""
    known = tuple(alerts)
    over = {id for alert in known for id in alert.replaces}
    return newest_first(alert for alert in known if not alert.cancels and alert.id not in over and alert.expires > now)


def newest_first(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """In the order of a feed, which is the same for the same messages."""
    return tuple(sorted(alerts, key=lambda alert: (-alert.sent.timestamp(), alert.id)))


def _text(parent: Element, tag: str) -> str:
    found = parent.findtext(f"{_SPACE}{tag}")
    if not found:
        raise ValueError(f"there is no {tag}")
    return found


def _areas(info: Element) -> list[str]:
    codes = info.findall(f"{_SPACE}area/{_SPACE}geocode")
    return [code.findtext(f"{_SPACE}value", "") for code in codes if code.findtext(f"{_SPACE}valueName") == AREA]
