"""Login by an OpenID Connect provider, as people do it, and as those try who mean harm."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from httpx2 import Response
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import Engine
from starlette.testclient import TestClient

from hazecast.archive.audit import audit_trail, verify_audit
from hazecast.archive.identities import LONGEST_LOGIN, all_identities, link_identity, unlink_identities
from hazecast.config.delivery import SecretSettings
from hazecast.config.desk import DeskSettings
from hazecast.config.openid import OpenIdSettings
from hazecast.desk import pages
from hazecast.desk.app import create_app
from hazecast.desk.desk import Desk
from hazecast.desk.pages import openid as page
from hazecast.desk.visits import COOKIE
from hazecast.errors import ArchiveError, MissingExtra
from hazecast.records import Identity
from tests.desk_archive import PASSWORD, READY, add_people, desk_settings, waiting_facts
from tests.openid_provider import CLIENT, SECRET, Provider, key, openid_provider, unsigned

SUB = "248289761001"
HOME = "http://localhost"
DISCOVERY = "/.well-known/openid-configuration"


@dataclass
class Site:
    """A desk, the provider that it trusts, and what both take the time to be."""

    provider: Provider
    app: FastAPI
    now: datetime = READY

    @property
    def desk(self) -> Desk:
        desk: Desk = self.app.state.desk
        return desk

    @property
    def database(self) -> Engine:
        return self.desk.database

    def visitor(self) -> TestClient:
        return TestClient(self.app, base_url=HOME, follow_redirects=False)

    def change(self, **changed: Any) -> None:
        desk = self.desk.settings.desk
        settings = self.desk.settings.model_copy(update={"desk": desk.model_copy(update=changed)})
        self.app.state.desk = replace(self.desk, settings=settings)

    def link(self, claim: str = "sub", value: str = SUB, account: str = "li") -> None:
        link_identity(self.database, Identity(self.provider.issuer, claim, value), account, READY, "root")

    def sent_back(self, client: TestClient, back: str = "/operate") -> str:
        """Begins a login, and goes through the provider; the address that it sends the browser back to."""
        begun = client.get("/login/openid", params={"back": back})
        assert begun.status_code == 303, begun.text
        answer = httpx2.get(begun.headers["location"], trust_env=False)
        assert answer.status_code == 302
        return str(answer.headers["location"])

    def login(self, client: TestClient) -> Response:
        return client.get(self.sent_back(client))

    def trail(self) -> tuple[str, str, str]:
        (entry,) = audit_trail(self.database, 1)
        return entry.actor, entry.action, entry.detail


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("openid")
    with pytest.MonkeyPatch.context() as patch, openid_provider(lambda: site.now) as provider:
        patch.setenv("OPENID_SECRET", SECRET)
        secret = SecretSettings(env="OPENID_SECRET")
        openid = OpenIdSettings(issuer=provider.issuer, client_id=CLIENT, secret=secret, public_url=HOME, name="Sky City")
        settings = desk_settings(folder, waiting_facts("tangshan")).model_copy(update={"desk": DeskSettings(openid=openid)})
        site = Site(provider, create_app(settings, folder / "hazecast.toml", lambda: site.now))
        add_people(site.database)
        yield site
        site.database.dispose()


@pytest.fixture
def site(made: Site) -> Iterator[Site]:
    """As if nothing had happened: an hour later, when failures are forgotten, with nobody linked."""
    desk, provider = made.desk, replace(made.provider)
    yield made
    made.app.state.desk = desk
    made.provider.person, made.provider.bend, made.provider.sign = provider.person, provider.bend, provider.sign
    made.provider.server.route(DISCOVERY, made.provider.discovery)
    made.now += timedelta(hours=1)
    for name in {name for name, _ in all_identities(made.database)}:
        unlink_identities(made.database, name, made.now, "root")


def test_whom_the_provider_vouches_for_gets_a_new_session_of_the_linked_account(site: Site) -> None:
    site.link()
    client = site.visitor()
    client.cookies.set(COOKIE, "planted")
    assert "Sign in with Sky City" in client.get("/login").text
    answer = site.login(client)
    assert answer.status_code == 200
    assert 'content="0;url=/operate"' in answer.text
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE))
    secret = cookie.partition("=")[2].partition(";")[0]
    assert len(secret) > 40
    assert all(said in cookie for said in ("HttpOnly", "SameSite=strict"))
    assert client.get("/operate", headers={"cookie": f"{COOKIE}={secret}"}).status_code == 200
    assert client.get("/operate", headers={"cookie": f"{COOKIE}=planted"}).status_code == 303
    assert site.trail() == ("li", "login", f"testclient by {site.provider.issuer} as sub {SUB}")
    assert verify_audit(site.database)[0] > 5
    asked = next(parse_qs(urlsplit(path).query) for path in site.provider.server.paths() if path.startswith("/authorize"))
    assert asked["scope"] == ["openid"]
    assert asked["redirect_uri"] == [f"{HOME}/login/openid/back"]


def test_who_is_linked_with_no_account_or_with_one_that_is_disabled_gets_none(site: Site) -> None:
    client = site.visitor()
    refused = site.login(client)
    assert (refused.status_code, COOKIE in client.cookies) == (403, False)
    assert "no account here is yours" in refused.text
    assert site.trail() == ("nobody", "login-failed", f"testclient no account in use is linked with the sub {SUB}")
    site.link()
    unlink_identities(site.database, "li", READY, "root")
    assert site.login(client).status_code == 403
    with pytest.raises(ArchiveError, match="No provider lets anybody in"):
        unlink_identities(site.database, "li", READY, "root")


def test_a_person_has_one_account_and_an_account_is_linked_by_hand_alone(site: Site) -> None:
    site.link()
    with pytest.raises(ArchiveError, match="lets in 'li' already"):
        site.link(account="zhao")
    with pytest.raises(ArchiveError, match="no account 'nobody'"):
        site.link(value="1", account="nobody")
    assert all_identities(site.database) == (("li", Identity(site.provider.issuer, "sub", SUB)),)


def test_an_answer_is_taken_once_in_the_browser_that_asked_and_in_time(site: Site) -> None:
    site.link()
    mine, other = site.visitor(), site.visitor()
    address = site.sent_back(mine)
    assert other.get(address).status_code == 401, "a browser that asked for nothing"
    site.sent_back(other)
    assert other.get(address).status_code == 401, "a browser that asked for something else"
    state = parse_qs(urlsplit(address).query)["state"][0]
    assert mine.get(address.replace(state, state[::-1])).status_code == 401, "a wrong state"


def test_a_code_is_taken_once(site: Site) -> None:
    site.link()
    client = site.visitor()
    address = site.sent_back(client)
    secret = client.cookies[page.COOKIE]
    assert client.get(address).status_code == 200
    client.cookies.clear()
    client.cookies.set(page.COOKIE, secret)
    assert client.get(address).status_code == 401
    assert COOKIE not in client.cookies
    again = site.sent_back(client)
    code, used = (parse_qs(urlsplit(one).query)["code"][0] for one in (again, address))
    assert client.get(again.replace(code, used)).status_code == 401, "the provider refuses a code that was used"


def test_a_login_that_takes_too_long_is_begun_again(site: Site) -> None:
    site.link()
    client = site.visitor()
    address = site.sent_back(client)
    site.now += LONGEST_LOGIN
    refused = client.get(address)
    assert refused.status_code == 401
    assert "Begin again" in refused.text


def _with(**claims: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda usual: {name: value for name, value in (usual | claims).items() if value is not None}


def _later(name: str, seconds: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda usual: usual | {name: usual[name] + seconds}


@pytest.mark.parametrize(
    ("bend", "why"),
    [
        (_with(nonce="another"), "nonce"),
        (_with(nonce=None), "nonce"),
        (_with(aud="another client"), "aud"),
        (_with(aud=[CLIENT, "another client"]), "azp"),
        (_with(azp="another client"), "azp"),
        (_with(iss="https://evil.example"), "iss"),
        (_with(iss=None), "iss"),
        (_later("exp", -400), "expired"),
        (_with(exp=None), "exp"),
        (_later("iat", -700), "issued at"),
        (_later("iat", 700), "issued in the future"),
        (_with(at_hash="AAAA"), "at_hash"),
        (_with(sub=7), "'sub' must be"),
        (_with(sub=None), "sub"),
        (_with(sub=" li\n"), "nobody's sub"),
    ],
)
def test_a_token_that_is_not_good_lets_nobody_in(bend: Callable[[dict[str, Any]], dict[str, Any]], why: str, site: Site) -> None:
    site.link()
    site.provider.bend = bend
    _is_refused(site, why)


@pytest.mark.parametrize(
    "sign",
    [
        unsigned,
        lambda claims: jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET.ljust(32))),
        lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, key("another")),
        lambda claims: jwt.encode({"alg": "RS256", "kid": "another"}, claims, key("another")),
        lambda claims: jwt.encode({"alg": "RS256", "jwk": key("another").as_dict(private=False)}, claims, key("another")),
        lambda _claims: "a.b.c",
    ],
    ids=["unsigned", "by the client's secret", "by another key", "by a key unknown", "by a key it brings along", "no token"],
)
def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(sign: Callable[[dict[str, Any]], str], site: Site) -> None:
    site.link()
    site.provider.sign = sign
    _is_refused(site, "the ID token is not good")


def _is_refused(site: Site, why: str) -> None:
    client = site.visitor()
    refused = site.login(client)
    assert (refused.status_code, COOKIE in client.cookies) == (401, False)
    actor, action, detail = site.trail()
    assert (actor, action) == ("nobody", "login-failed")
    assert why in detail


def test_a_mail_address_counts_once_the_provider_has_verified_it(site: Site) -> None:
    site.link("email", "li.wei@sky.example")
    assert site.desk.settings.desk.openid is not None
    site.change(openid=site.desk.settings.desk.openid.model_copy(update={"claim": "email"}))
    client = site.visitor()
    for verified in (False, None, "true"):
        site.provider.person = {"sub": SUB, "email": "Li.Wei@sky.example", "email_verified": verified}
        assert site.login(client).status_code == 401, verified
    site.provider.person["email_verified"] = True
    assert site.login(client).status_code == 200
    assert parse_qs(urlsplit(client.get("/login/openid").headers["location"]).query)["scope"] == ["openid email"]


def test_what_the_provider_refuses_and_who_else_answers_lets_nobody_in(site: Site) -> None:
    site.link()
    client = site.visitor()
    for odd in ("error=access_denied", "code=x&error=access_denied", "code=x&iss=https%3A%2F%2Fevil.example", "code=made-up", ""):
        state = parse_qs(urlsplit(site.sent_back(client)).query)["state"][0]
        assert client.get(f"/login/openid/back?state={state}&{odd}").status_code == 401, odd
    assert COOKIE not in client.cookies
    assert client.get("/login/openid/back").headers["location"] == "/login"


def test_failures_slow_an_address_down(site: Site) -> None:
    client = site.visitor()
    for _ in range(20):
        assert client.get("/login/openid/back?state=x").status_code == 401
    assert client.get("/login/openid/back?state=x").status_code == 429
    assert client.get("/login/openid").status_code == 429


@pytest.mark.parametrize("told", [b"{}", b'{"issuer": "https://evil.example"}', b"[]", b"<html>"])
def test_a_provider_that_is_another_or_cannot_be_asked_is_said_so(told: bytes, site: Site) -> None:
    site.provider.server.route(DISCOVERY, lambda asked: asked.answer(200, told))
    answer = site.visitor().get("/login/openid")
    assert answer.status_code == 502
    assert "cannot be reached" in answer.text


def test_a_provider_cannot_have_the_clients_secret_sent_in_the_clear(site: Site) -> None:
    endpoints = f'"authorization_endpoint": "{site.provider.issuer}/a", "token_endpoint": "http://sky.example/t", "jwks_uri": "https://x/k"'
    told = f'{{"issuer": "{site.provider.issuer}", {endpoints}}}'.encode()
    site.provider.server.route(DISCOVERY, lambda asked: asked.answer(200, told))
    assert site.visitor().get("/login/openid").status_code == 502


@pytest.mark.parametrize("lacking", [{"secret": SecretSettings(env="NO_SUCH_SECRET")}, {"ca_file": Path("/nowhere.pem")}])
def test_what_the_settings_name_and_is_not_there_is_told_to_nobody_outside(lacking: dict[str, Any], site: Site) -> None:
    site.link()
    client = site.visitor()
    address = site.sent_back(client)
    openid = site.desk.settings.desk.openid
    assert openid is not None
    site.change(openid=openid.model_copy(update=lacking))
    answer = client.get(address)
    assert (answer.status_code, COOKIE in client.cookies) == (503, False)
    assert "nowhere" not in answer.text
    assert "NO_SUCH" not in answer.text


def test_without_the_optional_part_it_is_said_at_the_start(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(pages, "openid")
    monkeypatch.setitem(sys.modules, "hazecast.desk.pages.openid", None)
    with pytest.raises(MissingExtra, match="optional part 'openid'"):
        create_app(site.desk.settings, tmp_path, lambda: READY)


def test_passwords_can_be_switched_off(site: Site) -> None:
    site.link()
    site.change(password_login=False)
    client = site.visitor()
    assert 'name="password"' not in client.get("/login").text
    answer = client.post("/login", data={"name": "li", "password": PASSWORD})
    assert (answer.status_code, COOKIE in client.cookies) == (403, False)
    assert site.login(client).status_code == 200
    with pytest.raises(ValueError, match="nobody could log in"):
        DeskSettings(password_login=False)


@pytest.mark.parametrize(("language", "said"), [("zh", "使用 Sky City 登录"), ("ja", "Sky City でログイン")])
def test_the_login_page_says_so_in_each_language(language: str, said: str, site: Site) -> None:
    assert said in site.visitor().get("/login", headers={"accept-language": language}).text


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example", '/"><script>'])
def test_after_login_nobody_is_sent_elsewhere(back: str, site: Site) -> None:
    site.link()
    client = site.visitor()
    text = client.get(site.sent_back(client, back)).text
    assert "evil" not in text
    assert "<script>" not in text
