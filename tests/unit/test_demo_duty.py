"""What `hazecast demo --serve` sets up beside the episode: a desk that bulletins wait for, people, readers and a clock."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hazecast.archive.accounts import account_and_hash
from hazecast.archive.database import open_database
from hazecast.cli import answering, demo
from hazecast.config import load_settings
from hazecast.config.delivery import QuietSettings, SecretSettings, SmtpChannelSettings
from hazecast.demo.duty import add_people, clock_from, what_to_do, with_desk
from hazecast.demo.play import MARK, alone
from hazecast.desk.passwords import fits
from hazecast.errors import MissingExtra, SettingsError
from hazecast.survey.settings_file import settings_text
from tests.small_case import SmallCase, small_settings

WINTER, REAL = datetime(2025, 1, 15, tzinfo=UTC), datetime(2030, 7, 1, 9, 30, tzinfo=UTC)


def test_its_settings_are_those_of_the_file_that_it_writes(tmp_path: Path) -> None:
    mail = SmtpChannelSettings(kind="smtp", host="mail", user="a", password=SecretSettings(env="WORD"), sender="haze@example.org")
    made = with_desk(small_settings(SmallCase(tmp_path)), "127.0.0.1:8399", tmp_path / "mail")
    quiet = made.recipients[0].model_copy(update={"id": "asleep", "quiet": QuietSettings(from_hour=22, until_hour=6)})
    wanted = made.model_copy(update={"channels": made.channels | {"a.b": mail}, "recipients": (*made.recipients, quiet)})
    (tmp_path / "settings.toml").write_text(settings_text(wanted, tmp_path), encoding="utf-8")
    read = load_settings(tmp_path / "settings.toml")
    assert (read.channels, read.recipients, read.desk) == (wanted.channels, wanted.recipients, wanted.desk)
    assert read.desk.review
    assert [(one.id, one.languages) for one in made.recipients] == [("reader-en", ("en",))]


def test_a_demo_keeps_others_off_the_winter_that_it_shows_and_no_longer(tmp_path: Path) -> None:
    (tmp_path / "winter-7").mkdir()
    (tmp_path / "winter-7" / MARK).touch()
    (tmp_path / "winter-7" / "shown").touch()
    with alone(tmp_path, 7):
        with pytest.raises(SettingsError, match=r"Another demo is at work in .*winter-7, or serves its desk\. .*--out"):
            demo.demo(tmp_path, 7)
        assert (tmp_path / "winter-7" / "shown").exists()
        with alone(tmp_path, 8), alone(tmp_path.parent, 7):
            pass
    with alone(tmp_path, 7):
        pass


def test_its_people_can_log_in_by_what_is_printed(tmp_path: Path) -> None:
    database = open_database(tmp_path)
    passwords = add_people(database, WINTER)
    lines = what_to_do("127.0.0.1:8321", passwords)
    assert "http://127.0.0.1:8321" in lines[0]
    for name in ("forecaster", "supervisor"):
        found = account_and_hash(database, name)
        assert found is not None
        assert found[0].role.decides
        assert fits(passwords[name], found[1])
        assert f"{name} {passwords[name]}" in lines[1]
    assert len(set(passwords.values())) == 2
    database.dispose()


def test_its_clock_goes_on_from_the_winter() -> None:
    times = iter((REAL, REAL, REAL + timedelta(minutes=7)))
    clock = clock_from(WINTER, lambda: next(times))
    assert [clock(), clock()] == [WINTER, WINTER + timedelta(minutes=7)]


def test_its_page_gives_way_to_what_listens_there_already() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted = f"127.0.0.1:{taken.getsockname()[1]}"
        other = answering.free_address(wanted)
    assert other != wanted
    assert answering.free_address(other) == other


def test_without_the_desk_it_says_so_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "NEEDED_BY_DESK", ("uvicorn", "not_to_be_found"))
    with pytest.raises(MissingExtra, match=r"The desk needs the optional part 'desk'"):
        demo.demo(tmp_path / "demo", 2013, serve=True)
    assert not (tmp_path / "demo").exists()
