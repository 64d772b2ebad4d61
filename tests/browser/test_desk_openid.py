"""Login by a provider on another site in a real browser, which keeps strict cookies back from what another site sent it to."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, expect

from hazecast.archive.database import open_database
from hazecast.archive.identities import link_identity
from hazecast.config.delivery import SecretSettings
from hazecast.config.desk import DeskSettings
from hazecast.config.openid import OpenIdSettings
from hazecast.desk.app import create_app
from hazecast.records import Identity
from tests.desk_archive import READY, add_people, desk_settings, waiting_facts
from tests.openid_provider import CLIENT, SECRET, Provider, openid_provider
from tests.web_server import Asked

pytestmark = pytest.mark.debian("chromium")


@dataclass(frozen=True)
class Desk:
    """Where it answers, and the provider that it trusts."""

    address: str
    provider: Provider


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("OPENID_SECRET", SECRET)
    with openid_provider(lambda: READY) as provider, socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        secret = SecretSettings(env="OPENID_SECRET")
        openid = OpenIdSettings(issuer=provider.issuer, client_id=CLIENT, secret=secret, public_url=address, name="天空市")
        settings = desk_settings(tmp_path, waiting_facts("tangshan")).model_copy(update={"desk": DeskSettings(openid=openid)})
        app = create_app(settings, tmp_path / "hazecast.toml", lambda: READY)
        database = open_database(settings.output.archive)
        add_people(database)
        link_identity(database, Identity(provider.issuer, "sub", provider.person["sub"]), "li", READY, "root")
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield Desk(address, provider)
        finally:
            server.should_exit = True
            thread.join()
            database.dispose()
            app.state.desk.database.dispose()


def test_whom_a_provider_on_another_site_sends_back_is_logged_in(desk: Desk, browser: Browser) -> None:
    def asks_first(asked: Asked) -> None:
        link = f"/go?{asked.path.partition('?')[2]}".replace("&", "&amp;")
        asked.answer(200, f'<html><body><a href="{link}">It is me</a></body></html>'.encode(), Content_Type="text/html")

    desk.provider.server.route("/authorize", asks_first)
    desk.provider.server.route("/go", desk.provider.authorize)
    page = browser.new_page(locale="zh-CN", viewport={"width": 390, "height": 800})
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" and desk.address in str(said.location) else None)
    page.goto(f"{desk.address}/operate/settings")
    page.get_by_role("link", name="使用 天空市 登录").click()
    page.get_by_role("link", name="It is me").click()
    expect(page.get_by_text("li · 预报员")).to_be_visible()
    assert page.url == f"{desk.address}/operate/settings"
    expect(page.get_by_text("openid.secret")).to_be_visible()
    assert SECRET not in page.content()
    assert faults == []
    page.close()
