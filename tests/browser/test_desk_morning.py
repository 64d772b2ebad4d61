"""A forecaster's morning in a real browser: from login to delivery, with a second signature and a conflict, on a phone and by keyboard."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route, expect
from sqlalchemy import Engine

from hazecast.archive.bulletin_files import load_bulletin
from hazecast.archive.database import open_database
from hazecast.cli.delivering import deliver
from hazecast.config import Settings
from hazecast.delivery.outbox import drain
from hazecast.delivery.wiring import channels_of
from hazecast.demo.duty import add_people, with_desk
from hazecast.desk.app import create_app
from tests.accessibility import serious_findings
from tests.desk_archive import CALM, PASSWORD, READY, WITH_RED, archive_that_waits

KEY = "20300113T22Z"
AREA = f"/cycles/{KEY}/areas/tangshan"
PAGES = ("/", AREA, f"/cycles/{KEY}/preview", "/look?area=tangshan", "/stations", "/verify", "/operate/settings", "/operate/audit", "/api")
PREVIEWS = {"English": "level set to orange; the forecast alone gives yellow", "中文": "雾霾缓慢消散", "日本語": "予報官から"}
pytestmark = pytest.mark.debian("chromium")


@dataclass
class Morning:
    """The desk at an address, a browser, and whatever went wrong in any of its pages."""

    address: str
    settings: Settings
    database: Engine
    browser: Browser
    faults: list[str] = field(default_factory=list)

    def page(self, width: int = 1280, language: str = "en-GB") -> Page:
        context = self.browser.new_context(base_url=self.address, viewport={"width": width, "height": 900}, locale=language)
        context.route(re.compile(f"^(?!{re.escape(self.address)}/)"), self._elsewhere)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("requestfailed", self._failed)
        return page

    def login(self, name: str, width: int = 1280, language: str = "en-GB", password: str = PASSWORD) -> Page:
        page = self.page(width, language)
        page.goto("/")
        page.locator("#name").fill(name)
        page.locator("#password").fill(password)
        page.locator("#password").press("Enter")
        page.wait_for_url(f"{self.address}/")
        return page

    def _elsewhere(self, route: Route) -> None:
        self.faults.append(f"asked elsewhere: {route.request.url}")
        route.abort()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "status of 409" not in message.text:
            self.faults.append(f"{message.text} {message.location}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that was left before it was whole
            self.faults.append(f"{request.url}: {request.failure}")


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Morning]:
    folder = tmp_path_factory.mktemp("morning")
    with pytest.MonkeyPatch.context() as patch:
        settings = archive_that_waits(folder, patch, *WITH_RED, languages=("zh", "en", "ja"))
        with desk_answers(settings, browser) as made:
            yield made


@contextmanager
def desk_answers(settings: Settings, browser: Browser) -> Iterator[Morning]:
    app = create_app(settings, settings.output.archive / "hazecast.toml", lambda: READY)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        database = open_database(settings.output.archive)
        try:
            yield Morning(f"http://127.0.0.1:{listening.getsockname()[1]}", settings, database, browser)
        finally:
            server.should_exit = True
            thread.join()
            database.dispose()
            app.state.desk.database.dispose()


def test_from_login_to_delivery_with_a_conflict_and_a_second_signature(morning: Morning) -> None:
    li, wang = morning.login("li"), morning.login("wang")
    expect(li.get_by_text("Waits for a forecaster until Mon 14 Jan 07:30 (UTC+08:00)")).to_be_visible()
    for page in (li, wang):
        page.get_by_role("link", name="Change Tangshan").click()
        expect(page.get_by_role("heading", name="What the engine says")).to_be_visible()
    for page, level, reason in ((li, "orange", "calm until noon"), (wang, "none", "it will rain")):
        page.locator(f"input[name=level][value={level}]").check()
        page.locator("textarea[name=reason]").fill(reason)
        page.locator("textarea[name=words_zh]").fill("雾霾缓慢消散。")
        page.get_by_role("button", name="Save the draft").click()
    expect(li.locator("tr#tangshan")).to_contain_text("calm until noon")
    expect(wang.get_by_role("alert")).to_contain_text("Somebody else changed this area meanwhile")
    expect(wang.locator("textarea[name=reason]")).to_have_value("it will rain")
    expect(wang.locator(".theirs")).to_contain_text("calm until noon")
    wang.get_by_role("link", name="Leave it so").click()

    li.get_by_role("link", name="Preview and sign").click()
    for language, words in (
        ("English", "level set to orange; the forecast alone gives yellow"),
        ("中文", "雾霾缓慢消散"),
        ("日本語", "予報官から"),
    ):
        li.locator(".headline nav").get_by_role("link", name=language).click()
        expect(li.frame_locator("iframe").locator("#forecaster").locator("..")).to_contain_text(words)
    li.get_by_role("button", name="Sign", exact=True).click()
    expect(li.locator("#status")).to_contain_text("Signed by li; a second person must sign")
    expect(li.locator("#status")).to_contain_text("Waits for a forecaster")

    zhao = morning.login("zhao", width=390, language="zh-CN")
    zhao.get_by_role("link", name="预览并签名").click()
    zhao.get_by_role("button", name="签名并发布").click()
    expect(zhao.locator("#status")).to_contain_text("由li, zhao发布")
    load = partial(load_bulletin, morning.settings.output.archive)
    assert len(drain(morning.database, channels_of(morning.settings), load, READY)) == 1
    li.goto("/")
    expect(li.get_by_text("1 of 1 arrived")).to_be_visible()
    expect(li.locator("tr#shijiazhuang")).to_contain_text("until Tue 15 Jan 08:00")
    assert morning.faults == []


@pytest.mark.parametrize(("language", "width", "pages"), [("zh-CN", 390, PAGES), ("en-GB", 1280, PAGES[:3]), ("ja-JP", 390, PAGES[:2])])
def test_pages_fit_are_accessible_and_ask_nobody_else(morning: Morning, language: str, width: int, pages: tuple[str, ...]) -> None:
    page = morning.login("zhao", width, language)
    found = {}
    for path in pages:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found[path] = serious_findings(page)
    assert {path: said for path, said in found.items() if said} == {}
    assert page.locator("html").get_attribute("lang") in {"zh-Hans-CN", "en", "ja"}
    assert morning.faults == []


def test_the_keyboard_alone_will_do(morning: Morning) -> None:
    page = morning.login("li")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("2")
    expect(page).to_have_url(re.compile("/look$"))
    slider, frame = page.locator("#hour"), page.locator("#frame")
    first = page.locator("#moment").inner_text()
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(frame).to_have_attribute("href", f"/look/{KEY}/pm25/1.png")
    assert page.locator("#moment").inner_text() != first
    page.locator(".marks a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("img.meteogram")).to_be_visible()
    assert "hour=1" in page.url
    assert morning.faults == []


def test_a_session_ends_at_the_desk_and_drafts_are_not_left_by_mistake(morning: Morning) -> None:
    page = morning.login("li")
    page.goto(AREA)
    page.locator("textarea[name=reason]").fill("not yet saved")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Log out").click()
    expect(page.locator("#password")).to_be_visible()
    page.goto("/operate")
    expect(page).to_have_url(re.compile("/login"))


def test_a_new_user_finds_the_haze_changes_a_warning_and_reads_the_mail(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = with_desk(archive_that_waits(tmp_path, monkeypatch, *CALM, languages=("zh", "en")), "127.0.0.1:0", tmp_path / "mail")
    with desk_answers(settings, browser) as desk:
        user = desk.login("forecaster", password=add_people(desk.database, READY)["forecaster"])
        user.get_by_role("link", name="Mail").click()
        expect(user.get_by_text("No mail has come yet")).to_be_visible()
        user.get_by_role("link", name="Today").click()
        expect(user.locator("tr#handan .why li").first).to_contain_text("severe haze (orange): visibility below 2000 m")
        user.get_by_role("link", name="Change Handan").click()
        user.locator("input[name=level][value=yellow]").check()
        user.locator("textarea[name=reason]").fill("rain by evening")
        user.get_by_role("button", name="Save the draft").click()
        user.get_by_role("link", name="Preview and sign").click()
        user.get_by_role("button", name="Sign and send").click()
        deliver(settings, desk.database, channels_of(settings, lambda: READY), lambda: READY)
        user.get_by_role("link", name="Mail").click()
        expect(user.locator(".heads a")).to_have_count(2)
        user.locator(".heads a", has_text="reader-en@example.org").click()
        letter = user.frame_locator("iframe").locator("body")
        expect(letter).to_contain_text("rain by evening")
        expect(letter.locator("img").first).to_have_js_property("naturalWidth", 1)
        user.set_viewport_size({"width": 390, "height": 900})
        assert user.evaluate("document.documentElement.scrollWidth") <= 390
        assert serious_findings(user) == []
        assert desk.faults == []
