"""Every route of the desk as every role asks for it, and what those who mean harm try."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx2 import Response
from starlette.testclient import TestClient

from hazecast.archive.audit import audit_trail
from hazecast.archive.reviews import releases_of
from hazecast.archive.sessions import make_token
from hazecast.config.delivery import SecretSettings, WebhookChannelSettings
from hazecast.desk.app import create_app
from hazecast.desk.desk import Desk
from hazecast.desk.guard import MOST_BODY_BYTES
from hazecast.desk.pages.operate import masked
from hazecast.desk.visits import COOKIE
from tests.desk_archive import (
    CALM,
    INIT,
    PASSWORD,
    PEOPLE,
    READY,
    RELEASE_AT,
    archive_that_waits,
    store_cycle,
    waiting,
    waiting_facts,
    with_mail,
)
from tests.parcels import parcel
from tests.pictures import draw_nothing

KEY = "20300113T22Z"
AREA = f"/cycles/{KEY}/areas/tangshan"
MAIL = f"/mail/{parcel().key}"
EVERYBODY = ("li", "zhao", "ministry", "root")
DECIDE, OPERATE, AUDIT, READ = ("li", "zhao"), ("li", "zhao", "root"), ("zhao", "root"), EVERYBODY
# Before the bulletin is out an agency sees nothing of its cycle; what it may see afterwards is in a test of its own.
GETS = {
    "/": EVERYBODY,
    f"/cycles/{KEY}": OPERATE,
    AREA: DECIDE,
    f"/cycles/{KEY}/preview": DECIDE,
    f"/cycles/{KEY}/preview/bulletin.en.html": DECIDE,
    f"/bulletins/{KEY}/bulletin.en.txt": OPERATE,
    f"/look?cycle={KEY}": OPERATE,
    f"/look/{KEY}/pm25/3.png": OPERATE,
    f"/look/{KEY}/level/0.png": OPERATE,
    f"/look/{KEY}/wind/0.svg": OPERATE,
    f"/look/{KEY}/borders.svg": OPERATE,
    f"/look/beside?cycle={KEY}": OPERATE,
    f"/look/{KEY}/less/{KEY}/pm25/0.png": OPERATE,
    f"/look/{KEY}/areas/tangshan.svg": OPERATE,
    f"/look/{KEY}/areas/tangshan/air.svg": OPERATE,
    f"/stations?cycle={KEY}": OPERATE,
    "/verify": OPERATE,
    "/verify/scorecard": OPERATE,
    "/operate": OPERATE,
    "/operate/outbox": OPERATE,
    "/operate/models": OPERATE,
    "/operate/settings": OPERATE,
    "/operate/audit": AUDIT,
    "/mail": OPERATE,
    MAIL: OPERATE,
    f"{MAIL}/2": OPERATE,
    "/api": EVERYBODY,
    "/api/v1/openapi.json": EVERYBODY,
    "/api/v1/warnings": EVERYBODY,
    "/api/v1/cycles": EVERYBODY,
    f"/api/v1/cycles/{KEY}": OPERATE,
    f"/api/v1/cycles/{KEY}/areas/tangshan/reasons": OPERATE,
    f"/api/v1/cycles/{KEY}/beside/{KEY}": OPERATE,
    "/api/v1/verification": OPERATE,
    "/api/v1/edr": EVERYBODY,
    "/api/v1/edr/conformance": EVERYBODY,
    "/api/v1/edr/collections": OPERATE,
    "/api/v1/edr/collections/maps": OPERATE,
    "/api/v1/edr/collections/maps/instances": EVERYBODY,
    f"/api/v1/edr/collections/maps/instances/{KEY}": OPERATE,
    "/api/v1/edr/collections/maps/position?coords=POINT(118 39)": OPERATE,
    f"/api/v1/edr/collections/maps/instances/{KEY}/position?coords=POINT(118 39)": OPERATE,
    "/api/v1/edr/collections/maps/area?coords=POLYGON((117 38.9,118.6 38.9,117 40,117 38.9))": OPERATE,
    f"/api/v1/edr/collections/maps/instances/{KEY}/area?coords=POLYGON((117 38.9,118.6 38.9,117 40,117 38.9))": OPERATE,
    "/api/v1/deliveries": OPERATE,
    "/api/v1/runs": OPERATE,
}
OPEN = {"/login", "/healthz", "/fonts/zh.otf", "/fonts/ja.otf", "/language/zh", "/static/desk.css"}


@dataclass
class Site:
    """The application, and a browser for each person."""

    app: FastAPI
    now: datetime = READY

    def clock(self) -> datetime:
        return self.now

    @property
    def desk(self) -> Desk:
        desk: Desk = self.app.state.desk
        return desk

    def visitor(self) -> TestClient:
        return TestClient(self.app, base_url="http://desk.test", follow_redirects=False, raise_server_exceptions=True)

    def login(self, name: str) -> TestClient:
        client = self.visitor()
        answer = client.post("/login", data={"name": name, "password": PASSWORD, "back": "/operate"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/operate")
        return client


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch:
        yield from _site(tmp_path, patch)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all that changes nothing but sessions."""
    with pytest.MonkeyPatch.context() as patch:
        yield from _site(tmp_path_factory.mktemp("desk"), patch)


def _site(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Site]:
    settings = with_mail(archive_that_waits(folder, patch, *CALM), folder)
    (folder / "scorecard.html").write_text("<h1>How the season went</h1>", encoding="utf-8")
    settings = settings.model_copy(update={"warnings": settings.warnings.model_copy(update={"backtest": folder})})
    made = Site(create_app(settings, folder / "hazecast.toml", lambda: made.clock()))
    with made.visitor():
        yield made


@pytest.fixture(scope="module")
def browsers(shared: Site) -> dict[str, TestClient]:
    return {name: shared.login(name) for name in EVERYBODY}


def form_word(client: TestClient) -> str:
    page = client.get("/").text
    return page.split('name="form_word" value="')[1].split('"')[0]


def fields(client: TestClient, **changed: str) -> dict[str, str]:
    usual = {
        "form_word": form_word(client),
        "version": "0",
        "level": "orange",
        "valid_from": "2030-01-14T08:00",
        "valid_until": "2030-01-15T08:00",
        "reason": "the wind turns",
    }
    return usual | changed


def sign(client: TestClient) -> Response:
    content = client.get(f"/cycles/{KEY}/preview").text.split('name="content" value="')[1].split('"')[0]
    return client.post(f"/cycles/{KEY}/sign", data={"form_word": form_word(client), "content": content})


@pytest.mark.parametrize("path", GETS)
def test_each_page_is_for_those_who_may_see_it(path: str, shared: Site, browsers: dict[str, TestClient]) -> None:
    found = {name: browsers[name].get(path).status_code for name in EVERYBODY}
    assert {name for name, status in found.items() if status == 200} == set(GETS[path]), found
    assert {status for status in found.values() if status != 200} <= {403, 404}
    stranger = shared.visitor().get(path)
    api = path.startswith("/api/")
    assert stranger.status_code == (401 if api else 303)
    assert api or stranger.headers["location"].startswith("/login?back=/")


def test_no_route_is_left_out_and_none_is_open_but_those_that_should(shared: Site) -> None:
    def shape(path: str) -> str:
        return "/".join("*" if "{" in part else part for part in path.split("?")[0].split("/"))

    asked = {*GETS, *OPEN, "/feed/en.xml", f"/api/v1/cycles/{KEY}/areas/tangshan/air"}
    routes = {r.path for one in shared.app.routes for r in _routes(one) if "GET" in r.methods}
    assert len(routes) > 25
    for route in routes:
        pattern = shape(route).split("/")
        assert any(
            len(parts := path.split("?")[0].split("/")) == len(pattern)
            and all(p == "*" or p == part or ("*" in p or "{" in p) for p, part in zip(pattern, parts, strict=True))
            for path in asked
        ), route
    assert {path: shared.visitor().get(path).status_code for path in OPEN} == dict.fromkeys(OPEN, 200) | {"/language/zh": 303}
    assert shared.visitor().get("/feed/en.xml").status_code == 404, "nothing is out"
    for posted in (f"/cycles/{KEY}/sign", AREA, "/logout"):
        assert shared.visitor().post(posted, data={"x": "y"}).status_code == 401


def _routes(one: object) -> Iterator[APIRoute]:
    if isinstance(one, APIRoute):
        yield one
    for inner in getattr(getattr(one, "original_router", None), "routes", ()):
        yield from _routes(inner)


@pytest.mark.parametrize("name", ["ministry", "root"])
def test_who_may_not_decide_cannot(name: str, shared: Site, browsers: dict[str, TestClient]) -> None:
    client = browsers[name]
    assert client.post(AREA, data=fields(client)).status_code == 403
    assert client.post(f"/cycles/{KEY}/sign", data={"form_word": form_word(client), "content": ""}).status_code == 403
    assert releases_of(shared.desk.database, KEY) == ()


def test_a_morning_from_a_draft_to_what_an_agency_then_sees(site: Site) -> None:
    li, ministry = site.login("li"), site.login("ministry")
    assert "Waits for a forecaster until Mon 14 Jan 07:30 (UTC+08:00)" in li.get("/").text
    assert "No cycle is done yet" in ministry.get("/").text
    saved = li.post(AREA, data=fields(li, words_en="Drive <slowly>."))
    assert (saved.status_code, saved.headers["location"]) == (303, f"/cycles/{KEY}#tangshan")
    assert "the wind turns" in li.get("/").text
    assert "Drive &lt;slowly&gt;." in li.get(f"/cycles/{KEY}/preview/bulletin.en.html").text
    assert sign(li).headers["location"] == f"/cycles/{KEY}?out=1#status"
    assert "Released Mon 14 Jan 06:40 (UTC+08:00) by li" in li.get("/").text
    (release,) = releases_of(site.desk.database, KEY)
    assert "set by the forecaster on duty" in site.visitor().get("/feed/en.xml").text
    assert li.get(f"/bulletins/{release.bulletin_id}/bulletin.en.html").status_code == 200
    seen = ministry.get("/").text
    assert "Tangshan" in seen
    assert "Handan" not in seen
    detail = ministry.get(f"/api/v1/cycles/{KEY}").json()
    assert [(a["id"], a["proposed"]["level"], a["decided"]["level"], a["in_force"]) for a in detail["areas"]] == [
        ("tangshan", "yellow", "orange", "orange")
    ]
    assert [w["area"] for w in ministry.get("/api/v1/warnings").json()] == ["tangshan"]
    assert ministry.get(f"/look/{KEY}/areas/tangshan.svg").status_code == 200
    assert ministry.get(f"/look/{KEY}/areas/handan.svg").status_code == 404
    assert ministry.get(f"/bulletins/{KEY}/bulletin.en.txt").status_code == 403


def test_of_two_on_one_warning_the_second_sees_both_and_can_insist(site: Site) -> None:
    li, zhao = site.login("li"), site.login("zhao")
    assert li.post(AREA, data=fields(li)).status_code == 303
    refused = zhao.post(AREA, data=fields(zhao, level="none", reason="it will rain"))
    assert refused.status_code == 409
    assert "the wind turns" in refused.text
    assert "it will rain" in refused.text
    assert 'name="version" value="1"' in refused.text
    stale = zhao.get(f"/cycles/{KEY}/preview").text.split('name="content" value="')[1].split('"')[0]
    assert zhao.post(AREA, data=fields(zhao, level="none", reason="it will rain", version="1")).status_code == 303
    assert li.post(f"/cycles/{KEY}/sign", data={"form_word": form_word(li), "content": stale}).status_code == 409
    assert releases_of(site.desk.database, KEY) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": " "},
        {"level": "unknown"},
        {"level": "purple"},
        {"level": "blue"},
        {"valid_until": "2030-01-14T07:00"},
        {"valid_from": "tomorrow"},
        {"reason": "x" * 601},
        {"words_en": "a\x00b"},
        {"version": "one"},
    ],
)
def test_a_decision_that_cannot_be_is_refused_with_what_was_written(
    changed: dict[str, str], shared: Site, browsers: dict[str, TestClient]
) -> None:
    answer = browsers["li"].post(AREA, data=fields(browsers["li"], **changed))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert audit_trail(shared.desk.database, 1)[0].action == "login"


def test_a_form_without_the_sessions_word_or_from_another_site_does_nothing(site: Site) -> None:
    li, zhao = site.login("li"), site.login("zhao")
    for word in ("", form_word(zhao)):
        assert li.post(AREA, data=fields(li, form_word=word)).status_code == 403
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        assert li.post(AREA, data=fields(li), headers=headers).status_code == 403
    assert li.post(AREA, json=fields(li)).status_code == 415
    assert li.post(AREA, data=fields(li), headers={"origin": "http://desk.test"}).status_code == 303


def test_a_session_that_was_planted_is_not_taken_over_and_logout_ends_it(site: Site) -> None:
    client = site.visitor()
    client.cookies.set(COOKIE, "planted")
    answer = client.post("/login", data={"name": "li", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    secret = cookie.split(";")[0].partition("=")[2]
    assert len(secret) > 40
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    other = site.visitor()
    other.cookies.set(COOKIE, "planted")
    assert other.get("/").status_code == 303
    mine = site.visitor()
    mine.cookies.set(COOKIE, secret)
    assert mine.post("/logout", data={"form_word": form_word(mine)}).status_code == 303
    mine.cookies.set(COOKIE, secret)
    assert mine.get("/").status_code == 303


def test_a_session_is_over_after_its_hours(site: Site) -> None:
    li = site.login("li")
    site.now += timedelta(hours=12)
    assert li.get("/operate").headers["location"] == "/login?back=/operate"


def test_logins_that_fail_are_slowed_down_and_tell_no_names(site: Site) -> None:
    client = site.visitor()
    answers = [client.post("/login", data={"name": name, "password": "wrong"}) for name in ("li", "nobody")]
    assert [a.status_code for a in answers] == [401, 401]
    assert answers[0].text.replace("li", "") == answers[1].text.replace("nobody", "").replace("li", "")
    for _ in range(4):
        client.post("/login", data={"name": "li", "password": "wrong"})
    assert client.post("/login", data={"name": "li", "password": PASSWORD}).status_code == 429


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nset-cookie: x=y", "javascript:alert(1)"]
)
def test_after_login_nobody_is_sent_elsewhere(back: str, shared: Site) -> None:
    answer = shared.visitor().post("/login", data={"name": "root", "password": PASSWORD, "back": back})
    assert answer.headers["location"] == "/"
    assert "x" not in answer.cookies
    assert shared.visitor().get("/language/zh", params={"back": back}).headers["location"] == "/"


@pytest.mark.parametrize(
    "path",
    [
        f"/bulletins/{KEY}/..%2Fdecisions.json",
        f"/bulletins/{KEY}/%2e%2e/decisions.json",
        f"/bulletins/{KEY}/decisions.json",
        f"/bulletins/{KEY}/bulletin.json",
        "/bulletins/..%2f..%2fledger.sqlite/x",
        f"/bulletins/{KEY}-%2e%2e%2f/bulletin.en.txt",
        f"/bulletins/{KEY}-..%5c..%5c/bulletin.en.txt",
        "/cycles/observations",
        f"/look/{KEY}/pm25/-1.png",
        f"/look/{KEY}/pm25/9999.png",
        f"/look/{KEY}/chance/0.png",
        f"/look/{KEY}/wind/9999.svg",
        f"/look/{KEY}/less/{KEY}/pm25/-1.png",
        f"/look/{KEY}/less/{KEY}/chance/0.png",
        f"/look/{KEY}/less/..%2f/pm25/0.png",
        "/static/..%2f..%2fapp.py",
        "/static/%2e%2e/app.py",
        f"/cycles/{KEY}/areas/nowhere",
        "/language/xx",
        "/fonts/..%2f.otf",
        "/mail/..%2f..%2fledger",
        f"{MAIL}/99",
        f"{MAIL}/..%2f..",
    ],
)
def test_paths_that_lead_elsewhere_lead_nowhere(path: str, browsers: dict[str, TestClient]) -> None:
    assert browsers["zhao"].get(path).status_code in {404, 405, 422}


def test_bodies_of_any_size_are_not_read(shared: Site, browsers: dict[str, TestClient]) -> None:
    client = browsers["li"]
    large = b"reason=" + b"x" * MOST_BODY_BYTES
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post(AREA, content=large, headers=kind).status_code == 413
    assert client.post(AREA, content=iter([large[:1000], large]), headers=kind).status_code == 413
    assert client.post(AREA, content=b"a=1&" * 50, headers=kind).status_code == 400
    assert client.post(AREA, content=b"a=%ff", headers=kind).status_code == 400
    assert client.post("/login", content=b"name=li&name=root&password=x", headers=kind).status_code == 400
    assert shared.visitor().get("/healthz").json() == {"status": "ok"}


def test_every_answer_shuts_out_what_is_not_the_desks_own(browsers: dict[str, TestClient]) -> None:
    for path in ("/", "/nowhere", "/login", "/api/v1/warnings", "/static/desk.js"):
        headers = browsers["li"].get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
    document = browsers["li"].get(f"/bulletins/{KEY}/bulletin.en.html").headers["content-security-policy"]
    assert "script-src" not in document
    assert "sandbox" in document


def test_a_mail_is_shown_and_runs_nothing(browsers: dict[str, TestClient], tmp_path: Path, shared: Site) -> None:
    client = browsers["li"]
    shown = client.get("/mail").text
    assert "霾橙色预警 &lt;script&gt; =cmd()" in shown
    number = shown.split(f'<iframe class="preview" src="{MAIL}/')[1].split('"')[0]
    inside = client.get(f"{MAIL}/{number}")
    picture = client.get(inside.text.split('<img src="')[1].split('"')[0])
    assert (picture.headers["content-type"], picture.content) == ("image/png", b"\x89PNG-zh")
    attached = client.get(shown.split('">alert.cap.xml</a>')[0].rpartition('href="')[2])
    assert attached.headers["content-disposition"] == "attachment; filename*=UTF-8''alert.cap.xml"
    assert all("sandbox" in answer.headers["content-security-policy"] for answer in (inside, picture, attached))
    without = create_app(shared.desk.settings.model_copy(update={"channels": {}, "recipients": ()}), tmp_path, lambda: READY)
    with TestClient(without, base_url="http://desk.test", follow_redirects=False) as other:
        other.cookies.set(COOKIE, client.cookies[COOKIE])
        assert other.get("/mail").status_code == 404
        assert 'href="/mail"' not in other.get("/").text


def test_a_token_reads_and_nothing_else(site: Site) -> None:
    secret = make_token(site.desk.database, "ministry", "screen", INIT, timedelta(days=30), "root")
    program, headers = site.visitor(), {"authorization": f"Bearer {secret}"}
    assert program.get("/api/v1/warnings", headers=headers).json() == []
    assert program.get("/api/v1/deliveries", headers=headers).status_code == 403
    assert program.get("/", headers=headers).status_code == 303
    assert program.post(AREA, data={"level": "none"}, headers=headers).status_code == 401
    for wrong in ("Bearer nonsense", f"Basic {secret}", "Bearer", secret):
        refused = program.get("/api/v1/warnings", headers={"authorization": wrong})
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    told = program.get("/api/v1/openapi.json", headers=headers).json()
    assert set(told["paths"]) == {
        p.partition("?")[0]
        .replace(f"beside/{KEY}", "beside/{other_key}")
        .replace(KEY, "{cycle_key}")
        .replace("tangshan", "{area_id}")
        .replace("/maps", "/{collection}")
        for p in GETS
        if p.startswith("/api/v1/") and "openapi" not in p
    } | {"/api/v1/cycles/{cycle_key}/areas/{area_id}/air"}


def test_settings_are_shown_without_what_opens_a_door(site: Site) -> None:
    hook = WebhookChannelSettings(kind="webhook", url="https://hooks.example/T00/secret-path", secret=SecretSettings(env="HOOK_SECRET"))
    shown = dict(masked(site.desk.settings.model_copy(update={"channels": {"ops": hook}})))
    assert shown["channels.ops.url"] == "https://hooks.example/…"
    assert shown["channels.ops.secret"] == "••••"
    assert not [value for value in shown.values() if "HOOK_SECRET" in value or "secret-path" in value]
    assert shown["desk.release_after"] == "07:30"


def test_what_was_drafted_on_a_cycle_that_was_overtaken_is_shown_with_the_next(site: Site) -> None:
    li = site.login("li")
    assert li.post(AREA, data=fields(li)).status_code == 303
    later = waiting_facts(*CALM, init_time=INIT + timedelta(hours=1))
    with pytest.MonkeyPatch.context() as patch:
        draw_nothing(patch)
        store_cycle(site.desk.database, site.desk.settings, later, waits=waiting(later), now=READY + timedelta(hours=1))
    page = li.get("/").text
    assert "Drafted on the cycle before, and never sent:" in page
    assert "the wind turns" in page
    assert li.get(AREA).status_code == 409
    assert "this bulletin was never sent" in li.get(f"/cycles/{KEY}").text


def test_when_nobody_comes_the_page_says_what_happened(site: Site) -> None:
    from hazecast.release.releasing import release_due

    site.now = RELEASE_AT
    assert release_due(site.desk.settings, site.desk.database, site.clock) == (KEY,)
    page = site.login("li").get("/").text
    assert "Went out by itself Mon 14 Jan 07:30 (UTC+08:00)" in page
    assert PEOPLE["li"][0] in page


def test_what_a_person_changed_is_scored_once_it_is_known_what_came(site: Site) -> None:
    li = site.login("li")
    assert li.post(AREA, data=fields(li)).status_code == 303
    assert sign(li).status_code == 303
    assert "Windows of which it is known what came: 0; of which it is not: 0." in li.get("/verify").text
    later = waiting_facts(*CALM, init_time=INIT + timedelta(hours=48))
    seen = later.observations.assign(relative_humidity=later.observations["pm25"] * 0 + 70.0)
    with pytest.MonkeyPatch.context() as patch:
        draw_nothing(patch)
        told = replace(later, observations=seen)
        store_cycle(site.desk.database, site.desk.settings, told, waits=waiting(told), now=READY + timedelta(hours=48))
    both = li.get("/look/beside?hour=2").text
    shared = len(later.cycle.lead_hours) - 48
    assert f'max="{shared - 1}" value="2"' in both
    assert f'data-frames="/look/{later.cycle.key}/less/{KEY}/pm25/#.png" data-shift="0"' in both
    assert f'href="/look/{KEY}/pm25/50.png"' in both
    sides = li.get(f"/api/v1/cycles/{later.cycle.key}/beside/{KEY}").json()
    assert {one["area"] for one in sides} == set(CALM)
    assert all(one["one"] and one["valid_from"] < one["valid_until"] for one in sides)
    scores = li.get("/api/v1/verification?ratio=0.25").json()
    assert (scores["ratio"], scores["changed"]["windows"], scores["every"]["unknown"]) == (0.25, 1, 1)
    page = li.get("/verify?ratio=0.25").text
    assert [part.split(".")[0] for part in page.split("known what came: ")[1:]] == ["1; of which it is not: 0", "3; of which it is not: 1"]
    assert 'value="0.25"' in page
    assert li.get("/verify?ratio=nan").status_code == li.get("/verify?ratio=0").status_code == 422


def test_an_areas_page_says_why_where_from_and_what_was_like_it(browsers: dict[str, TestClient]) -> None:
    decide, look = (browsers["li"].get(path).text for path in (AREA, f"/look?cycle={KEY}&area=tangshan"))
    reasons = decide.split("Why the engine says so")[1].split("</section>")[0]
    assert reasons == look.split("Why the engine says so")[1].split("</section>")[0]
    assert "Up to orange" in reasons
    assert "the transport model could not run" in reasons
    told = browsers["li"].get(f"/api/v1/cycles/{KEY}/areas/tangshan/reasons").json()
    assert (told["above"]["level"], told["sources"], told["peak_time"]) == ("orange", [], None)
    assert browsers["li"].get(f"/api/v1/cycles/{KEY}/areas/nowhere/reasons").status_code == 404


def test_a_level_that_is_weakly_founded_is_marked_and_says_what_it_rests_on(browsers: dict[str, TestClient]) -> None:
    today, decide = (browsers["li"].get(path).text for path in ("/", AREA))
    (row,) = re.findall(r'<tr id="tangshan">.*?</tr>', today, re.DOTALL)
    for shown in (row, decide):
        assert '<span class="level yellow weak">' in shown
        assert "usual values instead of a forecast" in shown
    (firm,) = re.findall(r'<tr id="handan">.*?</tr>', today, re.DOTALL)
    assert "weak" not in firm


def test_where_paths_of_air_cannot_be_told_the_picture_says_so(browsers: dict[str, TestClient]) -> None:
    shown = browsers["li"].get(f"/look?cycle={KEY}&area=tangshan&air=true").text
    assert f'<image href="/look/{KEY}/areas/tangshan/air.svg"' in shown
    drawn = browsers["li"].get(f"/look/{KEY}/areas/tangshan/air.svg")
    assert "Where its air came from cannot be told:" in drawn.text
    assert drawn.headers["cache-control"] == "no-store"
    api = f"/api/v1/cycles/{KEY}/areas/tangshan/air"
    assert {name: browsers[name].get(api).status_code for name in EVERYBODY} == {"li": 503, "zhao": 503, "ministry": 403, "root": 503}
    assert browsers["li"].get(f"/look/{KEY}/areas/nowhere/air.svg").status_code == 404
