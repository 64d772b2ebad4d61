import asyncio
import json
import logging
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hazecast.archive.alarm_log import open_alarms
from hazecast.archive.deliveries import Delivery, begin_attempt, record_failure
from hazecast.archive.ledger import CycleResults, claim_cycle, finish_cycle
from hazecast.archive.skill_log import DaySkill, note_skill, skill_since, standing
from hazecast.archive.source_log import note_newest
from hazecast.cli.answering import answering
from hazecast.cli.serve_logs import JsonLines
from hazecast.cli.status import status_facts, status_lines
from hazecast.config.desk import DeskSettings
from hazecast.delivery.channel import Parcel
from hazecast.delivery.routing import Recipient
from hazecast.errors import ArchiveError, SettingsError
from hazecast.records import Cycle
from hazecast.serving.alarms import raise_alarms, tell_operators, troubles_of
from hazecast.serving.health import Asked, answer, health_app
from hazecast.serving.metrics import metrics_text
from hazecast.serving.status import Status, status_of
from tests.serving_case import INIT, Case, databases_in, settings_in

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OPERATORS = (Recipient("duty", "mail"), Recipient("duty", "phone"))


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    ledger, operations = databases_in(tmp_path)
    yield Case(ledger, operations, settings_in(tmp_path, wait_for="gfs"))
    ledger.dispose()
    operations.dispose()


def status(case: Case) -> Status:
    return status_of(case.ledger, case.operations, case.settings, case.now)


def subjects(case: Case) -> list[str]:
    return [trouble.subject for trouble in troubles_of(status(case))]


def done(case: Case, key_hours: int = 0, deliveries: tuple[Delivery, ...] = ()) -> None:
    init_time = INIT + key_hours * HOUR
    claim = claim_cycle(case.ledger, Cycle(init_time, case.now, 24 * HOUR), "one", "settings", case.now)
    finish_cycle(case.ledger, claim, CycleResults((), (), (), deliveries, "0.1.0"), case.now)


def delivery(until_hours: int = 12) -> Delivery:
    return Delivery("b-1/mail/city", "b-1", "20180427T00Z", "city", "mail", INIT + until_hours * HOUR)


def test_a_machine_that_was_never_started_says_so_and_nothing_is_amiss(case: Case) -> None:
    found = status(case)
    assert not found.is_led
    assert status_lines(found, ())[0] == "At 2018-04-27 00:31 UTC: `hazecast serve` was never started."
    assert troubles_of(found) == ()
    json.dumps(status_facts(found, ()))


def test_the_status_says_what_a_cycle_waits_for_and_until_when(case: Case) -> None:
    case.round()
    lines = status_lines(status(case), ())
    assert lines[0].endswith(": one leads.")
    assert any("20180427T00Z  wait: waits for gfs until 2018-04-27 05:00 UTC" in line for line in lines)


def test_a_cycle_is_late_when_it_could_have_been_done_and_says_why(case: Case) -> None:
    case.round()
    case.finish_jobs()
    case.round()
    case.now = INIT + 5 * HOUR + 60 * MINUTE
    assert subjects(case) == []
    case.now += MINUTE
    (late,) = status(case).late
    assert (late.key, late.reason) == (
        "20180427T00Z",
        "it should have begun by 2018-04-27 05:00 UTC; its deadline came without gfs",
    )
    done(case)
    assert subjects(case) == []


def test_a_cycle_that_failed_for_good_stays_late_for_two_days(case: Case) -> None:
    case.round()
    case.finish_jobs()
    case.round(after=5 * HOUR)
    case.finish_jobs()
    case.rounds_until(lambda: bool(case.cycles))
    for _ in range(60):
        for worker in case.cycles:
            if worker.status is None:
                case.fail(worker, "There is no weather.")
        case.round(after=5 * MINUTE)
    late = {one.key: one.reason for one in status(case).late}
    assert late["20180427T00Z"].endswith("it failed, and is not tried again: There is no weather.")
    case.now += timedelta(days=2)
    assert "20180427T00Z" not in {one.key for one in status(case).late}


def test_a_source_is_silent_when_nothing_newer_has_come_for_so_long(case: Case) -> None:
    note_newest(case.operations, "observations", INIT, case.now)
    note_newest(case.operations, "observations", INIT, case.now + 11 * HOUR)
    case.now += 12 * HOUR
    assert "source observations" not in subjects(case)
    case.now += MINUTE
    assert "source observations" in subjects(case)
    note_newest(case.operations, "observations", INIT + HOUR, case.now)
    assert "source observations" not in subjects(case)


def test_a_bulletin_is_undelivered_after_so_long_and_once_it_is_refused_or_expired(case: Case) -> None:
    done(case, deliveries=(delivery(),))
    case.now += 30 * MINUTE
    assert status(case).undelivered == ()
    attempt = begin_attempt(case.ledger, delivery(), case.now)
    assert attempt is not None
    record_failure(case.ledger, delivery(), attempt, "no answer", case.now)
    case.now += MINUTE
    (trouble,) = troubles_of(status(case))
    assert trouble.text == "Delivery b-1/mail/city has not arrived; it is pending: no answer."


def skilled(day: int, rmse: float) -> DaySkill:
    return DaySkill(date(2018, 3, 1) + timedelta(days=day), 100, rmse, 40.0, 0.0, "20180301T00Z")


def test_skill_is_held_against_the_days_before_and_falls_below_what_is_normal_alone() -> None:
    normal = [skilled(day, 20.0 + day % 5) for day in range(40)]
    today = date(2018, 3, 1) + timedelta(days=43)
    as_ever = standing([*normal, *(skilled(day, 22.0) for day in (40, 41, 42))], today)
    assert as_ever.recent == pytest.approx(1 - 22 / 40)
    assert (as_ever.days, as_ever.low < as_ever.recent < as_ever.high, as_ever.has_fallen) == (3, True, False)
    fallen = standing([*normal, *(skilled(day, 35.0) for day in (40, 41, 42))], today)
    assert fallen.has_fallen
    unknown = standing([*normal[:13], *(skilled(day, 35.0) for day in (40, 41, 42))], today)
    assert not unknown.has_fallen, "of thirteen days nothing is known to be normal"
    assert not standing([], today).has_fallen


def test_a_day_s_skill_is_replaced_when_it_is_verified_again(case: Case) -> None:
    for rmse in (30.0, 20.0):
        note_skill(case.operations, skilled(0, rmse))
    assert skill_since(case.operations, date(2018, 1, 1)) == (skilled(0, 20.0),)


class Channels(dict[str, Any]):
    """Two channels that note what they were given; one can be out of order."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.broken = False
        super().__init__(mail=self._mail, phone=self._phone)

    def _mail(self, parcel: Parcel) -> str:
        if self.broken:
            raise ArchiveError("The mail server is away.", "Wait.")
        self.sent.append(("mail", parcel.title))
        return "there"

    def _phone(self, parcel: Parcel) -> str:
        self.sent.append(("phone", parcel.title))
        assert parcel.documents[0].content.decode().startswith("Nothing new has come of observations")
        return "there"


def test_each_operator_is_told_of_each_episode_once_and_again_where_it_failed(case: Case) -> None:
    channels = Channels()
    channels.broken = True

    def look() -> None:
        raise_alarms(case.operations, status(case), case.now)
        tell_operators(case.operations, channels, OPERATORS, "jinan", case.now)
        case.now += MINUTE

    note_newest(case.operations, "observations", INIT, INIT - 12 * HOUR)
    look()
    title = "[jinan] Nothing new has come of observations since 2018-04-26 12:00 UTC."
    assert channels.sent == [("phone", title)]
    channels.broken = False
    for _ in range(20):
        look()
    assert channels.sent == [("phone", title), ("mail", title)]
    note_newest(case.operations, "observations", case.now, case.now)
    look()
    assert open_alarms(case.operations) == ()
    case.now += 13 * HOUR
    look()
    look()
    assert len([sent for sent in channels.sent if "of observations" in sent[1]]) == 4, "another episode"


def test_metrics_are_in_the_format_of_prometheus_without_what_is_not_known(case: Case) -> None:
    case.round()
    done(case)
    note_newest(case.operations, 'odd"source\\', INIT, case.now - HOUR)
    told = metrics_text(status(case))
    assert "hazecast_leader 1\n" in told
    assert 'hazecast_cycles{state="done"} 1\n' in told
    assert 'hazecast_input_age_seconds{source="odd\\"source\\\\"} 3600\n' in told
    assert "hazecast_skill" not in told
    for line in told.splitlines():
        assert line.startswith(("# HELP hazecast_", "# TYPE hazecast_", "hazecast_"))
    assert told.endswith("\n")


def asked(case: Case) -> Asked:
    return Asked(case.ledger, case.operations, case.settings, lambda: case.now)


def test_health_is_good_while_somebody_leads_and_bad_when_nobody_does_or_a_database_is_away(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answer("/healthz", asked(case)).status == 503
    case.round()
    told = answer("/healthz", asked(case))
    assert (told.status, json.loads(told.body)["status"]) == (200, "ok")
    case.now += 2 * MINUTE
    assert json.loads(answer("/healthz", asked(case)).body)["status"] == "nobody leads"
    assert answer("/metrics", asked(case)).status == 200
    assert answer("/", asked(case)).status == 404

    def away(*_given: object) -> None:
        raise ArchiveError("The ledger /home/secret is away.", "Wait.")

    monkeypatch.setattr("hazecast.serving.health.status_of", away)
    told = answer("/healthz", asked(case))
    assert (told.status, b"secret" in told.body) == (503, False)


@pytest.mark.parametrize(("method", "status", "has_body"), [("GET", 200, True), ("HEAD", 200, False), ("POST", 405, True)])
def test_the_asgi_application_answers_reading_alone(case: Case, method: str, status: int, has_body: bool) -> None:
    case.round()
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    asyncio.run(health_app(asked(case))({"type": "http", "path": "/healthz", "method": method}, receive, send))
    assert (sent[0]["status"], bool(sent[1]["body"])) == (status, has_body)


def test_without_the_desk_the_machine_still_answers_how_it_fares(case: Case, tmp_path: Path) -> None:
    case.round()
    settings = case.settings.model_copy(update={"desk": DeskSettings(address="127.0.0.1:0", show=False)})
    with answering(settings, tmp_path / "case.toml", case.ledger, case.operations, lambda: case.now) as address:
        with urllib.request.urlopen(f"http://{address}/healthz", timeout=5) as response:
            assert (response.status, json.load(response)["status"]) == (200, "ok")
        with urllib.request.urlopen(f"http://{address}/metrics?x=1", timeout=5) as response:
            assert b"hazecast_leader 1" in response.read()
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            urllib.request.urlopen(f"http://{address}/etc/passwd", timeout=5)
        refused.value.close()
        taken = settings.model_copy(update={"desk": DeskSettings(address=address, show=False)})
        with (
            pytest.raises(SettingsError, match=f"Nobody can listen at {address}: Address already in use"),
            answering(taken, tmp_path, case.ledger, case.operations, lambda: case.now),
        ):
            pass


def test_a_line_of_the_log_is_one_json_object_with_the_cycle_that_it_is_of() -> None:
    def logged(line: JsonLines, **extra: str) -> dict[str, Any]:
        record = logging.makeLogRecord({"name": "hazecast.x", "levelname": "INFO", "msg": "a\n%s", "args": ("雾",), **extra})
        text = line.format(record)
        assert "\n" not in text
        told: dict[str, Any] = json.loads(text)
        return told

    assert logged(JsonLines("20180427T00Z"))["cycle"] == "20180427T00Z"
    assert logged(JsonLines(), cycle="20180427T06Z")["cycle"] == "20180427T06Z"
    assert logged(JsonLines(), subject="skill")["subject"] == "skill"
    assert logged(JsonLines())["message"] == "a\n雾"
