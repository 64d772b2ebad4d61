"""An archive with a cycle whose bulletin waits for a person, made from made-up facts in a second: no model is run."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from hazecast.archive.accounts import add_account
from hazecast.archive.attribution_file import AREA_SOURCES_FILE, attribution_data
from hazecast.archive.bulletin_facts import facts_files
from hazecast.archive.bulletin_files import bulletin_files
from hazecast.archive.database import open_database
from hazecast.archive.decisions import DECISIONS_FILE, decisions_json
from hazecast.archive.ledger import CycleResults, claim_cycle, finish_cycle
from hazecast.archive.netcdf import write_dataset
from hazecast.archive.products import FileWriter, bytes_writer, store_products
from hazecast.archive.reviews import Waiting
from hazecast.bulletins.compose import compose
from hazecast.bulletins.pictures import album
from hazecast.bulletins.pictures.picture import Copy, Picture
from hazecast.config import (
    AreaSettings,
    DomainSettings,
    MeteorologySettings,
    ObservationSettings,
    OutputSettings,
    Settings,
    SiteSettings,
    StationSettings,
)
from hazecast.config.delivery import MailboxChannelSettings, RecipientSettings
from hazecast.config.desk import DeskSettings
from hazecast.delivery.maildir import mailbox_channel
from hazecast.records import Account, Action, Bulletin, BulletinFacts, MeteorologyKind, Role
from tests.bulletin_facts import NORTH_CHINA, Scenario, facts_of
from tests.parcels import parcel
from tests.pictures import names_of

INIT = datetime(2030, 1, 13, 22, tzinfo=UTC)
READY = INIT + timedelta(minutes=40)
RELEASE_AT = INIT + timedelta(hours=1, minutes=30)  # 07:30 in China
PASSWORD = "four words are enough"
PEOPLE = {
    "li": (Role.FORECASTER, ()),
    "wang": (Role.FORECASTER, ()),
    "zhao": (Role.SUPERVISOR, ()),
    "ministry": (Role.AGENCY, ("tangshan",)),
    "root": (Role.ADMINISTRATOR, ()),
}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 5"><rect width="9" height="5" fill="#ccd"/></svg>'
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGM4AwAAzgDN1GaQsAAAAABJRU5ErkJggg==")
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # as weak as tests are quick
CALM = ("tangshan", "chengde", "handan", "taiyuan")  # yellow, none, orange, unknown
WITH_RED = (*CALM, "shijiazhuang")


def waiting_facts(*area_ids: str, init_time: datetime = INIT) -> BulletinFacts:
    places = tuple(place for place in NORTH_CHINA if place.id in area_ids)
    latitudes, longitudes = np.arange(36.0, 41.1, 0.5), np.arange(112.5, 119.1, 0.5)
    facts = facts_of(Scenario("华北平原 PM2.5", "Asia/Shanghai", init_time, places, latitudes, longitudes, ()))
    names = tuple({"zh": "华北平原霾预报", "en": "North China haze", "ja": "華北の煙霧予報"}.items())
    titles = tuple(replace(facts.titles[0], language=language, text=text) for language, text in names)
    started = {m.id: replace(m, replaces=(), action=Action.ISSUE) for m in facts.assessment.messages if m.level > 0}
    messages = tuple(started.values())
    assessment = replace(facts.assessment, messages=messages, in_force=messages, statuses=())
    return replace(facts, titles=titles, in_force_before=(), assessment=assessment)


def desk_settings(folder: Path, facts: BulletinFacts, languages: tuple[str, ...] = ("en",), review: bool = True) -> Settings:
    return Settings(
        site=SiteSettings(titles={n.language: n.text for n in facts.titles}, time_zone="Asia/Shanghai", languages=languages),
        domain=DomainSettings(south=36.0, north=41.0, west=112.5, east=119.0, spacing=0.5),
        meteorology=MeteorologySettings(path=folder / "meteorology", kind=MeteorologyKind.ANALYSIS),
        observations=ObservationSettings(path=folder / "observations"),
        desk=DeskSettings(review=review),
        output=OutputSettings(archive=folder / "archive", outbox=folder / "outbox"),
        stations=tuple(StationSettings(id=s.id, name=s.name, latitude=s.latitude, longitude=s.longitude) for s in facts.stations),
        areas=tuple(AreaSettings(id=a.id, names={n.language: n.text for n in a.names}, stations=tuple(a.station_ids)) for a in facts.areas),
    )


def store_cycle(database: Engine, settings: Settings, facts: BulletinFacts, *, waits: Waiting | None, now: datetime = READY) -> Bulletin:
    """As a cycle that is done leaves it behind."""
    claim = claim_cycle(database, facts.cycle, "test", settings.sha256(), now)
    bulletin = compose(facts, settings.site.languages)
    files: dict[str, FileWriter] = {
        "grid.nc": partial(write_dataset, facts.forecast.grid.assign(level=facts.assessment.grid_level)),
        "stations.nc": partial(write_dataset, facts.forecast.stations.assign(level=facts.assessment.station_level)),
        DECISIONS_FILE: bytes_writer(decisions_json(facts.assessment, facts.notes)),
        **_sources(facts),
        **facts_files(facts),
        **bulletin_files(bulletin),
    }
    products = store_products(database, settings.output.archive, claim, files)
    messages = () if waits else facts.assessment.messages
    finish_cycle(database, claim, CycleResults(facts.inputs, products, messages, (), "1.2.3", waits=waits), now)
    return bulletin


def waiting(facts: BulletinFacts) -> Waiting:
    return Waiting(RELEASE_AT, min(window.valid_until for window in facts.assessment.windows), None)


def archive_that_waits(folder: Path, patch: pytest.MonkeyPatch, *area_ids: str, languages: tuple[str, ...] = ("en",)) -> Settings:
    """An archive with one cycle whose bulletin waits, without drawn pictures, and everybody's account."""
    facts = waiting_facts(*area_ids)
    _draw_squares(facts, patch)
    settings = desk_settings(folder, facts, languages)
    database = open_database(settings.output.archive)
    store_cycle(database, settings, facts, waits=waiting(facts))
    add_people(database)
    database.dispose()
    return settings


def with_mail(settings: Settings, folder: Path) -> Settings:
    """The same with a mailbox, in which one mail is."""
    channel = MailboxChannelSettings(kind="mailbox", path=folder / "mail", sender="haze@example.org")
    reader = RecipientSettings(id="epb", channels=("mail",), mail="duty@example.org")
    mailbox_channel(channel, {"epb": Address(addr_spec="duty@example.org")}, lambda: READY)(parcel())
    return settings.model_copy(update={"channels": {"mail": channel}, "recipients": (reader,)})


def _draw_squares(facts: BulletinFacts, patch: pytest.MonkeyPatch) -> None:
    def drawn(_facts: BulletinFacts, copies: Sequence[Copy]) -> Iterator[Picture]:
        for name in names_of(facts):
            for copy in copies:
                language = copy.telling.wording.language
                area = facts.areas[int(name[-2:]) - 1].name_in(language) if name.startswith("meteogram") else ""
                yield Picture(name, language, f"what {name} shows", PNG, SVG, area)

    patch.setattr(album, "draw_all", drawn)


def add_people(database: Engine) -> Mapping[str, Account]:
    people = {name: Account(name, role, areas, INIT) for name, (role, areas) in PEOPLE.items()}
    for account in people.values():
        add_account(database, account, HASH, "test")
    return people


def _sources(facts: BulletinFacts) -> dict[str, FileWriter]:
    return {} if facts.attribution is None else {AREA_SOURCES_FILE: partial(write_dataset, attribution_data(facts.attribution))}
