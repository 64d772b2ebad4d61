"""The feed channel: a folder for a web server, with an Atom feed of the CAP messages in force, for all areas and for each.

    feed.<language>.xml             what is in force
    areas/<area>.<language>.xml     what is in force in one area
    recent.<language>.xml           the messages of the last days, with those that are over
    cap/<message>.xml               the messages themselves, kept as long as `recent` has them
    latest.json                     the facts of the newest bulletin

Each file is written aside and renamed, messages before the feeds that name them. What the folder holds is all that is known:
the feeds are made anew from it, so that delivering again, or after a death on the way, gives the same.
"""

import fcntl
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from hazecast.archive.disk import sync
from hazecast.config.delivery import FeedChannelSettings
from hazecast.delivery.alerts import Alert, in_force, newest_first, read_alert
from hazecast.delivery.channel import Channel, Parcel
from hazecast.delivery.choosing import MEDIA_TYPES, media_type
from hazecast.delivery.feed_document import Listing, Newest, alert_path, feed_document, last_change, newest_of
from hazecast.errors import ArchiveError, DeliveryRefused, HazecastError

FEED_FORMATS = ("cap", "json")
NEWEST = "latest.json"
_PLAIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
_LOGGER = logging.getLogger(__name__)


def feed_channel(
    settings: FeedChannelSettings, languages: Sequence[str], clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Channel:
    """The channel that keeps the feeds of a folder, in `languages`."""

    def deliver(parcel: Parcel) -> str:
        if parcel.bulletin.exercise:
            raise DeliveryRefused(
                f"Bulletin {parcel.bulletin.id} is an exercise.", "A feed is for all the world: exercises stay out of it."
            )
        alerts = {d.content: read_alert(d.content) for d in parcel.documents if media_type(d) == MEDIA_TYPES["cap"]}
        _require_meant(tuple(alerts.values()))
        facts = next((d.content for d in parcel.documents if media_type(d) == MEDIA_TYPES["json"]), None)
        if facts is None:
            raise DeliveryRefused(f"Bulletin {parcel.bulletin.id} has no facts.json.", "Deliver a bulletin of this hazecast.")
        with _alone(settings.path):
            for content, alert in alerts.items():
                _keep_alert(settings.path / alert_path(alert.id), content)
            _keep_newest(settings.path / NEWEST, facts)
            _write_feeds(settings, languages, clock())
        return str(settings.path)

    return deliver


def refresh_feed(settings: FeedChannelSettings, languages: Sequence[str], now: datetime) -> None:
    """Let what is over by `now` fall out of the feeds, where there are any; a fault is logged, for no delivery hangs on it."""
    if not (settings.path / NEWEST).is_file():
        return
    try:
        with _alone(settings.path):
            _write_feeds(settings, languages, now)
    except (OSError, HazecastError) as fault:
        _LOGGER.error("The feeds in %s could not be brought up to date: %s", settings.path, fault)


def _require_meant(alerts: tuple[Alert, ...]) -> None:
    """Raise DeliveryRefused for what nobody may act on."""
    for alert in alerts:
        if alert.status != "Actual":
            raise DeliveryRefused(
                f"Message {alert.id} has the status {alert.status}.", "A feed takes Actual ones alone: forecast by a weather forecast."
            )
        if not _PLAIN_ID.fullmatch(alert.id):
            raise DeliveryRefused(f"Message {alert.id!r} cannot name a file.", "Expected letters, digits, dots, hyphens and underlines.")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _keep_alert(file: Path, content: bytes) -> None:
    if file.exists() and file.read_bytes() != content:
        raise ArchiveError(f"{file} holds another message of this id.", "What was published is not overwritten; move it away.")
    _put(file, content)


def _keep_newest(file: Path, facts: bytes) -> None:
    """Not where a bulletin comes late and a newer one was there before."""
    if not file.exists() or newest_of(file.read_bytes()).issued_at <= newest_of(facts).issued_at:
        _put(file, facts)


@dataclass(frozen=True, slots=True)
class _Held:
    """What the folder knows, and the files of messages that are over for so long that it forgets them."""

    alerts: tuple[Alert, ...]
    newest: Newest
    forgotten: tuple[Path, ...]


def _write_feeds(settings: FeedChannelSettings, languages: Sequence[str], now: datetime) -> None:
    held = _held(settings, now)
    standing = in_force(held.alerts, now)
    areas = tuple(dict.fromkeys([*held.newest.areas, *(area for alert in standing for area in alert.areas)]))
    wanted: set[Path] = set()
    for language in languages:
        for area in ("", *areas):
            here = [alert for alert in held.alerts if not area or area in alert.areas]
            name = f"areas/{quote(area, safe='')}.{language}.xml" if area else f"feed.{language}.xml"
            listed = tuple(alert for alert in standing if alert in here)
            listing = Listing(_url(settings, name), _base(settings), language, area, listed, last_change(here, held.newest, now))
            _put(settings.path / name, feed_document(listing, held.newest))
            wanted.add(settings.path / name)
        name = f"recent.{language}.xml"
        updated = max([alert.sent for alert in held.alerts], default=held.newest.issued_at)
        recent = Listing(_url(settings, name), _base(settings), language, "", newest_first(held.alerts), updated, settings.recent_days)
        _put(settings.path / name, feed_document(recent, held.newest))
    for left_over in set((settings.path / "areas").glob("*.xml")) - wanted:
        left_over.unlink()  # of an area or a language that is no more: it would stay in force for ever
    for file in held.forgotten:
        file.unlink()  # last, so that no feed leads to nowhere


def _held(settings: FeedChannelSettings, now: datetime) -> _Held:
    """The messages of the last days and those in force, and the newest bulletin."""
    files = {file: read_alert(file.read_bytes()) for file in sorted((settings.path / "cap").glob("*.xml"))}
    oldest = now - timedelta(days=settings.recent_days)
    kept = {file: alert for file, alert in files.items() if max(alert.sent, alert.expires) >= oldest}
    newest = newest_of((settings.path / NEWEST).read_bytes())
    return _Held(tuple(kept.values()), newest, tuple(file for file in files if file not in kept))


def _put(file: Path, content: bytes) -> None:
    """Written aside and renamed; left alone where it is there already, so that readers need not fetch it again."""
    if file.exists() and file.read_bytes() == content:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.partial")
    aside.write_bytes(content)
    sync(aside)
    aside.replace(file)
    sync(file.parent)


def _base(settings: FeedChannelSettings) -> str:
    return settings.public_url.rstrip("/")


def _url(settings: FeedChannelSettings, name: str) -> str:
    return f"{_base(settings)}/{quote(name)}"
