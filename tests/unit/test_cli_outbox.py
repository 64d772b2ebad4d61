"""`hazecast outbox` over an archive with one bulletin, whose webhook is a server of the test."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hazecast.archive.bulletin_files import bulletin_files
from hazecast.archive.database import open_database, writing
from hazecast.archive.deliveries import begin_attempt, due_deliveries, queue_deliveries
from hazecast.archive.ledger import CycleResults, claim_cycle, finish_cycle
from hazecast.archive.products import store_products
from hazecast.config import load_settings
from hazecast.delivery.routing import AreaLevel, Occasion, deliveries_of
from hazecast.delivery.wiring import recipients_of
from hazecast.records import Bulletin, Cycle, Level
from hazecast.survey.settings_file import settings_text
from tests.commands import Done, files_below, hazecast
from tests.parcels import DOCUMENTS
from tests.small_case import SmallCase, small_settings
from tests.web_server import WebServer, serving, status_answer

SECRET = "whsec_" + base64.b64encode(b"a secret that nobody may read!!!").decode()
CHANNELS = """
[channels.hook]
kind = "webhook"
url = "{url}"
secret = {{ env = "HOOK_SECRET" }}
timeout_seconds = 5.0

[[recipients]]
id = "epb"
group = "jinan"
channels = "hook"

[[recipients]]
id = "other"
group = "elsewhere"
channels = "hook"
"""


@dataclass(frozen=True)
class Site:
    folder: Path
    server: WebServer
    cycle: Cycle

    def outbox(self, *arguments: object) -> Done:
        return hazecast("outbox", *arguments, "--config", "case.toml", cwd=self.folder)

    def key(self, recipient: str) -> str:
        return f"b1/hook/{recipient}"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    init = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    cycle = Cycle(init, init, timedelta(hours=24))
    with serving() as server:
        file = tmp_path / "case.toml"
        file.write_text(settings_text(small_settings(SmallCase(tmp_path)), tmp_path) + CHANNELS.format(url=f"{server.url}/hook"))
        settings = load_settings(file)
        database = open_database(settings.output.archive)
        claim = claim_cycle(database, cycle, "one", "settings", init)
        bulletin = Bulletin("b1", cycle.key, init + timedelta(hours=12), DOCUMENTS)
        occasion = Occasion((AreaLevel("jinan", Level.ORANGE, True),), init, lambda _recipient, _channel: None)
        rows = deliveries_of(bulletin, recipients_of(settings), occasion)
        products = store_products(database, settings.output.archive, claim, bulletin_files(bulletin))
        finish_cycle(database, claim, CycleResults((), products, (), rows, "0.1.0"), init)
        database.dispose()
        yield Site(tmp_path, server, cycle)


def test_list_shows_what_waits_and_send_delivers_it_to_each_alone(site: Site) -> None:
    site.server.route("/hook", status_answer(204))
    waiting = json.loads(site.outbox("list", "--json").out)["deliveries"]
    assert {(d["key"], d["state"], d["level"]) for d in waiting} == {
        ("b1/folder/outbox", "pending", "orange"),
        (site.key("epb"), "pending", "orange"),
        (site.key("other"), "pending", "orange"),
    }
    sent = site.outbox("send")
    assert sent.status == 0
    assert sent.out.count("Delivered") == 3
    assert sorted(json.loads(asked.body)["data"]["recipient"] for asked in site.server.asked) == ["epb", "other"]
    assert all(("other" if b"epb" in asked.body else "epb").encode() not in asked.body for asked in site.server.asked)
    assert site.outbox("send").out == "Nothing was delivered.\n"
    assert site.outbox("list", "--group", "jinan", "--state", "delivered").out == f"delivered  {site.key('epb')}, 1 attempt\n"


def test_what_is_refused_is_shown_and_tried_again_when_asked(site: Site) -> None:
    site.server.route("/hook", status_answer(410))
    site.outbox("send")
    told = site.outbox("show", site.key("epb"))
    assert told.out.startswith(f"refused    {site.key('epb')}, 1 attempt\n")
    assert "answers 410" in told.out
    site.outbox("send")
    assert len(site.server.asked) == 2, "a refused one is not tried again by itself"
    assert site.outbox("retry", site.key("epb")).status == 1
    site.server.route("/hook", status_answer(200))
    again = site.outbox("retry", site.key("epb"), "--json")
    assert (again.status, json.loads(again.out)["state"], len(json.loads(again.out)["attempts"])) == (0, "delivered", 3)
    assert len({asked.headers["webhook-id"] for asked in site.server.asked}) == 2, "one id for each recipient, at every attempt"


def test_nobody_is_told_twice_or_too_late_or_by_two_at_once(site: Site) -> None:
    site.server.route("/hook", status_answer(200))
    database = open_database(site.folder / "archive")
    now = datetime.now(UTC)
    held = next(d for d in due_deliveries(database, now) if d.recipient == "epb")
    begin_attempt(database, held, now)
    late = replace(held, key="b0/hook/epb", expires_at=now - timedelta(hours=1))
    with writing(database) as connection:
        queue_deliveries(connection, (late,))
    database.dispose()
    site.outbox("send")
    for key, said in ((site.key("other"), "is delivered"), (site.key("epb"), "by another process"), ("b0/hook/epb", "is expired")):
        refused = site.outbox("retry", key)
        assert refused.status == 2
        assert said in refused.err
    assert len(site.server.asked) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "b9/hook/epb"), "There is no delivery 'b9/hook/epb'"),
        (("list", "--state", "lost"), "'lost' is no state"),
        (("list", "--group", "nobody"), "No recipient is of the group 'nobody'"),
    ],
)
def test_what_there_is_not_is_said(site: Site, arguments: tuple[str, ...], said: str) -> None:
    refused = site.outbox(*arguments)
    assert (refused.status, said in refused.err) == (2, True)


def test_no_secret_is_in_the_settings_the_archive_the_outbox_or_what_is_printed(site: Site) -> None:
    site.server.route("/hook", lambda asked: asked.answer(500, SECRET.encode(), X_Echo=SECRET))
    site.outbox("send")
    printed = [site.outbox(*arguments) for arguments in (("list", "--json"), ("show", site.key("epb")), ("retry", site.key("other")))]
    assert "answers 500" in printed[1].out
    for done in printed:
        assert SECRET not in done.out + done.err
    below = files_below(site.folder)
    assert {"case.toml", "archive/ledger.sqlite"} <= below.keys()
    for word in (SECRET, SECRET.removeprefix("whsec_"), "a secret that nobody may read"):
        assert [name for name, content in below.items() if word.encode() in content] == []
