"""A bulletin that waits goes out once: signed by people, or by the clock, with what was in force and what was decided."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hazecast.archive.audit import audit_trail, verify_audit
from hazecast.archive.bulletin_facts import FACTS_FILE, load_facts
from hazecast.archive.bulletin_files import load_bulletin, released_folder
from hazecast.archive.database import open_database
from hazecast.archive.deliveries import DeliveryState, delivery_states
from hazecast.archive.manifest import verify_products
from hazecast.archive.reviews import Conflict, ReviewState, drafts_of, release_time, releases_of, review_of, save_draft
from hazecast.archive.warning_log import warnings_in_force
from hazecast.bulletins.compose import compose
from hazecast.bulletins.formats.data import BulletinData
from hazecast.config import Settings
from hazecast.cycle import Surroundings, send
from hazecast.delivery.folder import folder_channel
from hazecast.delivery.wiring import recipients_of
from hazecast.records import Account, Action, AreaDecision, Bulletin, Choice, Level, PlaceName
from hazecast.release.composing import case_of, preview
from hazecast.release.releasing import REVIEWED_FILE, Signed, approve, release_due
from hazecast.warnings.decided import first_window
from tests.desk_archive import CALM, INIT, READY, RELEASE_AT, WITH_RED, add_people, desk_settings, store_cycle, waiting, waiting_facts
from tests.pictures import draw_nothing

KEY = "20300113T22Z"


@dataclass
class Desk:
    settings: Settings
    database: Engine
    people: Mapping[str, Account]
    stored: Bulletin
    now: datetime = READY

    def clock(self) -> datetime:
        return self.now

    def decide(self, area_id: str, level: Level, by: str = "li", reason: str = "the wind turns", version: int = 0, words: str = "") -> None:
        facts = load_facts(self.settings.output.archive / KEY)
        window = first_window(facts.assessment.windows, area_id)
        assert window is not None
        proposed = Choice(window.level, window.valid_from, window.valid_until)
        said = (PlaceName("en", words),) if words else ()
        decision = AreaDecision(area_id, proposed, replace(proposed, level=level), reason, said)
        save_draft(self.database, KEY, decision, version, by, self.now)

    def approve(self, name: str) -> Signed:
        content = case_of(self.database, KEY).content_sha256
        return approve(self.settings, self.database, KEY, self.people[name], content, self.clock)

    def levels(self) -> dict[str, Level]:
        return {w.area_id: w.level for w in warnings_in_force(self.database, self.now)}

    def document(self, bulletin_id: str, name: str) -> str:
        bulletin = load_bulletin(self.settings.output.archive, bulletin_id)
        return next(d.content.decode() for d in bulletin.documents if d.name == name)

    def sent(self) -> list[str]:
        around = Surroundings(
            gather=lambda *_: pytest.fail("nothing is to be gathered"),
            database=self.database,
            archive=self.settings.output.archive,
            channels={"folder": folder_channel(self.settings.output.outbox)},
            recipients=recipients_of(self.settings),
            clock=self.clock,
            owner="test",
        )
        return [receipt.bulletin_id for receipt in send(around)]


@pytest.fixture
def desk_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    draw_nothing(monkeypatch)
    opened = []

    def made(*areas: str, waits: bool = True) -> Desk:
        facts = waiting_facts(*areas)
        settings = desk_settings(tmp_path, facts, review=waits)
        database = open_database(settings.output.archive)
        opened.append(database)
        stored = store_cycle(database, settings, facts, waits=waiting(facts) if waits else None)
        return Desk(settings, database, add_people(database), stored)

    yield made
    for database in opened:
        database.dispose()


def test_what_a_cycle_stores_composes_to_the_bulletin_that_it_made(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(*CALM)
    again = compose(load_facts(desk.settings.output.archive / KEY), ("en",), drawn=desk.stored)
    assert again == desk.stored == load_bulletin(desk.settings.output.archive, KEY)


def test_nothing_is_in_force_or_sent_before_somebody_releases_it_and_then_once(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(*CALM)
    assert desk.levels() == {}
    assert desk.sent() == []
    desk.now += timedelta(minutes=5)
    assert desk.approve("li") is Signed.RELEASED
    assert desk.levels() == {"tangshan": Level.YELLOW, "handan": Level.ORANGE}
    in_force = warnings_in_force(desk.database, desk.now)
    assert {(w.issued_at, w.sender, w.time_zone) for w in in_force} == {(desk.now, "haze@example.org", "Asia/Shanghai")}
    (release,) = releases_of(desk.database, KEY)
    assert (release.by_person, release.signed_by) == (True, ("li",))
    assert desk.sent() == [release.bulletin_id]
    assert desk.sent() == []
    with pytest.raises(Conflict, match="is out"):
        desk.approve("zhao")
    assert release_due(desk.settings, desk.database, lambda: RELEASE_AT + timedelta(days=1)) == ()
    text = desk.document(release.bulletin_id, "bulletin.en.txt")
    assert "under the responsibility of the forecaster li" in text
    assert "Automatic bulletin" not in text


def test_a_change_is_told_beside_what_the_forecast_alone_gives(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(*CALM)
    desk.decide("tangshan", Level.NONE)
    desk.decide("taiyuan", Level.YELLOW, "wang", reason="stations there are silent, fog by satellite", words="Drive slowly.")
    assert b"forecast alone gives yellow" in preview(desk.settings, desk.database, KEY, "en", desk.now, "li")
    assert desk.approve("wang") is Signed.RELEASED
    assert desk.levels() == {"handan": Level.ORANGE, "taiyuan": Level.YELLOW}
    (release,) = releases_of(desk.database, KEY)
    folder = released_folder(desk.settings.output.archive, release.bulletin_id)
    verify_products(folder)
    reviewed = {d["area"]: d for d in json.loads((folder / REVIEWED_FILE).read_bytes())["decisions"]}
    assert (reviewed["tangshan"]["proposed"]["level"], reviewed["tangshan"]["chosen"]["level"]) == ("yellow", "none")
    assert reviewed["taiyuan"]["author"] == "wang"
    stored = load_bulletin(desk.settings.output.archive, release.bulletin_id).documents
    documents = {d.name: d.content.decode() for d in stored if not d.media_type.startswith("image/png")}
    facts = BulletinData.model_validate_json(documents["facts.json"])
    assert facts.review is not None
    assert [(d.area, d.proposed.level, d.chosen.level) for d in facts.review.decisions] == [
        ("taiyuan", "unknown", "yellow"),
        ("tangshan", "yellow", "none"),
    ]
    assert facts.review.decisions[0].words == {"en": "Drive slowly."}
    levels = {area.id: area.windows[0].level for area in facts.areas}
    assert (levels["tangshan"], levels["taiyuan"], levels["handan"]) == ("none", "yellow", "orange")
    said = " ".join(documents["bulletin.en.txt"].split())
    assert "Tangshan: level set to none; the forecast alone gives yellow. " in said
    assert "Taiyuan, reason: stations there are silent, fog by satellite" in said
    cap = next(content for name, content in documents.items() if name.startswith("cap.") and "Taiyuan" in content)
    assert "Condition of the rules: set by the forecaster on duty. Drive slowly." in " ".join(cap.split())
    assert drafts_of(desk.database, KEY) == ()
    assert [d.decision.proposed.level for d in release.decisions] == [Level.UNKNOWN, Level.YELLOW]
    assert load_facts(desk.settings.output.archive / KEY).assessment.windows[0].level is Level.YELLOW


def test_red_needs_a_second_person_one_of_them_a_supervisor(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(*WITH_RED)
    assert desk.approve("li") is Signed.WAITS_FOR_SECOND
    with pytest.raises(Conflict, match="li has signed this already"):
        desk.approve("li")
    assert desk.approve("wang") is Signed.WAITS_FOR_SECOND
    assert desk.levels() == {}
    desk.decide("tangshan", Level.ORANGE)
    assert desk.approve("zhao") is Signed.WAITS_FOR_SECOND, "signatures are under what was signed"
    assert desk.approve("li") is Signed.RELEASED
    assert desk.levels()["shijiazhuang"] is Level.RED
    assert releases_of(desk.database, KEY)[0].signed_by == ("zhao", "li")


def test_of_two_on_one_area_the_second_sees_it_and_what_was_wanted_is_kept(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(*CALM)
    seen = case_of(desk.database, KEY).content_sha256
    desk.decide("tangshan", Level.ORANGE)
    with pytest.raises(Conflict, match="changed by li"):
        desk.decide("tangshan", Level.NONE, "wang", reason="it will rain")
    assert "it will rain" in audit_trail(desk.database)[0].detail
    assert drafts_of(desk.database, KEY)[0].decision.chosen.level is Level.ORANGE
    with pytest.raises(Conflict, match="changed a draft"):
        approve(desk.settings, desk.database, KEY, desk.people["wang"], seen, desk.clock)
    desk.decide("tangshan", Level.NONE, "wang", reason="it will rain", version=1)
    assert desk.approve("li") is Signed.RELEASED
    assert verify_audit(desk.database)[0] > 8


def test_when_its_time_comes_it_goes_out_without_drafts_that_nobody_signed(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(*CALM)
    desk.decide("tangshan", Level.NONE)
    desk.now = RELEASE_AT - timedelta(seconds=1)
    assert release_due(desk.settings, desk.database, desk.clock) == ()
    desk.now = RELEASE_AT
    assert release_due(desk.settings, desk.database, desk.clock) == (KEY,)
    assert release_due(desk.settings, desk.database, desk.clock) == ()
    assert desk.levels() == {"tangshan": Level.YELLOW, "handan": Level.ORANGE}
    (release,) = releases_of(desk.database, KEY)
    assert (release.by_person, release.remark) == (False, "not released for want of signatures: tangshan")
    assert desk.sent() == [release.bulletin_id]


def test_when_its_time_comes_red_without_a_second_signature_is_as_computed(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(*WITH_RED)
    desk.decide("tangshan", Level.NONE)
    desk.decide("handan", Level.RED)
    desk.decide("shijiazhuang", Level.ORANGE)
    assert desk.approve("li") is Signed.WAITS_FOR_SECOND
    desk.now = RELEASE_AT
    assert release_due(desk.settings, desk.database, desk.clock) == (KEY,)
    assert desk.levels() == {"handan": Level.ORANGE, "shijiazhuang": Level.RED}


@pytest.mark.parametrize("lost", [FACTS_FILE, "stations.nc"])
def test_when_its_time_comes_and_its_facts_are_lost_it_goes_out_as_it_was_stored(desk_of: Callable[..., Desk], lost: str) -> None:
    desk = desk_of(*CALM)
    (desk.settings.output.archive / KEY / lost).write_bytes(b"{")
    desk.now = RELEASE_AT
    assert release_due(desk.settings, desk.database, desk.clock) == (KEY,)
    assert desk.levels() == {"tangshan": Level.YELLOW, "handan": Level.ORANGE}
    assert desk.sent() == [desk.stored.id]


@pytest.mark.parametrize("waits", [True, False])
def test_a_warning_is_withdrawn_after_its_release_and_others_are_not_sent_again(desk_of: Callable[..., Desk], waits: bool) -> None:
    desk = desk_of(*CALM, waits=waits)
    if waits:
        desk.approve("li")
    before = {w.area_id: w for w in warnings_in_force(desk.database, desk.now)}
    assert before.keys() == {"tangshan", "handan"}
    desk.now += timedelta(hours=2)
    desk.decide("handan", Level.NONE, reason="the front came early")
    assert desk.approve("wang") is Signed.RELEASED
    assert warnings_in_force(desk.database, desk.now) == (before["tangshan"],)
    release = releases_of(desk.database, KEY)[-1]
    assert release.number == 2
    facts = json.loads(desk.document(release.bulletin_id, "facts.json"))
    assert [(m["area"], m["action"], m["replaces"]) for m in facts["messages"]] == [("handan", Action.LIFT, [before["handan"].id])]
    assert {s.state for s in delivery_states(desk.database, KEY)} == {DeliveryState.PENDING}
    desk.decide("handan", Level.ORANGE, reason="it came back")
    assert desk.approve("wang") is Signed.RELEASED
    assert desk.levels() == {"tangshan": Level.YELLOW, "handan": Level.ORANGE}
    numbers = {release.bulletin_id: release.number for release in releases_of(desk.database, KEY)}
    assert [numbers[id] for id in desk.sent()] == sorted(numbers.values())


def test_a_later_cycle_takes_the_place_of_one_that_waits_and_waits_no_longer_than_it(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(*CALM)
    facts = waiting_facts(*CALM, init_time=INIT + timedelta(hours=1))
    late = replace(waiting(facts), release_at=RELEASE_AT + timedelta(hours=3))
    store_cycle(desk.database, desk.settings, facts, waits=late, now=READY + timedelta(hours=1))
    first, second = review_of(desk.database, KEY), review_of(desk.database, facts.cycle.key)
    assert first is not None
    assert second is not None
    assert (first.state, second.state) == (ReviewState.OVERTAKEN, ReviewState.WAITING)
    assert second.waits.release_at == RELEASE_AT
    with pytest.raises(Conflict, match="later cycle"):
        desk.approve("li")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2030-01-13T22:40+00:00", "2030-01-13T23:30+00:00"),  # 06:40 in China: until 07:30
        ("2030-01-13T23:30+00:00", "2030-01-13T23:30+00:00"),  # 07:30 sharp
        ("2030-01-13T23:31+00:00", "2030-01-14T02:31+00:00"),  # the next 07:30 is too far away
        ("2030-01-13T21:00+00:00", "2030-01-13T23:30+00:00"),
        ("2030-01-13T20:00+00:00", "2030-01-13T23:00+00:00"),
    ],
)
def test_a_bulletin_waits_until_the_hour_and_never_too_long(now: str, expected: str) -> None:
    at = release_time(datetime.fromisoformat(now), "07:30", 180, "Asia/Shanghai")
    assert at == datetime.fromisoformat(expected)


def test_a_decision_without_a_reason_or_to_know_nothing_is_none() -> None:
    proposed = Choice(Level.YELLOW, INIT, INIT + timedelta(days=1))
    with pytest.raises(ValueError, match="needs a reason"):
        AreaDecision("tangshan", proposed, replace(proposed, level=Level.RED), "  ")
    with pytest.raises(ValueError, match="unknown"):
        AreaDecision("tangshan", proposed, replace(proposed, level=Level.UNKNOWN), "who knows")
    with pytest.raises(ValueError, match="an end after the beginning"):
        replace(proposed, valid_until=INIT)
