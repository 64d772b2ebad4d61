"""`hazecast user` and `hazecast audit`, as functions of the commands."""

import io
import json
from pathlib import Path

import pytest

from hazecast.archive.accounts import account_and_hash
from hazecast.archive.database import open_database
from hazecast.archive.sessions import visit_by_token
from hazecast.cli import user
from hazecast.cli.running import now
from hazecast.desk.passwords import fits
from hazecast.errors import SettingsError
from hazecast.survey.settings_file import settings_text
from tests.desk_archive import desk_settings, waiting_facts


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "hazecast.toml"
    file.write_text(settings_text(desk_settings(tmp_path, waiting_facts("tangshan", "handan")), tmp_path), encoding="utf-8")
    return file


def types(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_accounts_are_added_listed_and_disabled_and_the_trail_says_so(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, "four words are enough\n")
    user.add("li", config, "forecaster")
    types(monkeypatch, "four other words also\n")
    user.add("ministry", config, "agency", ["handan"])
    user.token("ministry", config, "screen", 30)
    secret = capsys.readouterr().out.splitlines()[-1]
    database = open_database(config.parent / "archive")
    visit = visit_by_token(database, secret, now())
    database.dispose()
    assert visit is not None
    assert visit.account.areas == ("handan",)
    user.disable("li", config)
    user.revoke(1, config)
    capsys.readouterr()
    user.list_(config, as_json=True)
    assert json.loads(capsys.readouterr().out)["accounts"] == [
        {"name": "li", "role": "forecaster", "areas": [], "disabled": True, "linked": []},
        {"name": "ministry", "role": "agency", "areas": ["handan"], "disabled": False, "linked": []},
    ]
    user.verify(config, as_json=True)
    assert json.loads(capsys.readouterr().out)["entries"] == 5
    user.show(config, 50)
    assert [line.split()[5] for line in capsys.readouterr().out.splitlines()] == [
        "token-revoked",
        "account-disabled",
        "token-made",
        "account-added",
        "account-added",
    ]


@pytest.mark.parametrize(
    ("name", "role", "areas", "typed", "problem"),
    [
        ("li", "boss", [], "", "no role"),
        ("li", "agency", [], "", "an agency needs areas"),
        ("li", "agency", ["atlantis"], "", "no area atlantis"),
        ("Li Wei", "forecaster", [], "", "cannot be called"),
        ("li", "forecaster", [], "short\n", "5 characters"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    name: str, role: str, areas: list[str], typed: str, problem: str, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    types(monkeypatch, typed)
    with pytest.raises(SettingsError, match=problem):
        user.add(name, config, role, areas)


def test_an_account_is_linked_with_whom_a_provider_vouches_for(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    user.add("li", config, "forecaster", without_password=True)
    with pytest.raises(SettingsError, match=r"no \[desk.openid\]"):
        user.link("li", "Li.Wei@sky.example", config)
    provider = 'issuer = "https://login.example.org"\nclient_id = "desk"\npublic_url = "https://haze.example.org"\nclaim = "email"\n'
    config.write_text(config.read_text(encoding="utf-8") + f'\n[desk.openid]\nsecret = {{ env = "X" }}\n{provider}', encoding="utf-8")
    user.link("li", "Li.Wei@sky.example", config)
    for nobody in ("", " li", "a\nb"):
        with pytest.raises(SettingsError, match="nobody's email"):
            user.link("li", nobody, config)
    capsys.readouterr()
    user.list_(config)
    assert "email li.wei@sky.example" in capsys.readouterr().out
    database = open_database(config.parent / "archive")
    found = account_and_hash(database, "li")
    assert found is not None
    assert not any(fits(password, found[1]) for password in ("", "what nobody has as a password"))
    database.dispose()
    user.unlink("li", config)
    capsys.readouterr()
    user.list_(config)
    assert "email" not in capsys.readouterr().out
