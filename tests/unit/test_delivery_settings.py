"""Channels and recipients in the settings; secrets outside of them, and nowhere else."""

import logging
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from hazecast.config import Settings, load_settings
from hazecast.config.delivery import SecretSettings
from hazecast.delivery.channel import Parcel
from hazecast.delivery.routing import Kinds, Quiet, Recipient
from hazecast.delivery.secret import read_secret
from hazecast.delivery.wiring import channels_of, guarded, recipients_of
from hazecast.errors import DeliveryFailed, DeliveryRefused, SettingsError
from hazecast.records import Level
from tests.parcels import exercise, parcel
from tests.small_case import SmallCase, small_settings

DELIVERY = """
[channels.mail]
kind = "smtp"
host = "mail.example.org"
user = "hazecast"
password = { file = "secrets/mail" }
sender = "haze@example.org"

[channels.hook]
kind = "webhook"
url = "https://example.org/haze"
secret = { env = "HOOK_SECRET" }

[channels.files]
kind = "sftp"
url = "sftp://files.example.org:2222/haze"
user = "hazecast"
key_file = "secrets/key"

[channels.drill]
kind = "folder"
path = "drill"
bulletins = "exercises"

[channels.broker]
kind = "mqtt"
host = "broker.example.org"
topic = "origin/a/wis2/xx/data/core/weather"
public_url = "https://haze.example.org/"

[[recipients]]
id = "epb"
name = "北京市生态环境局"
group = "beijing"
channels = ["mail", "hook", "drill"]
mail = "duty@example.org"
languages = ["en"]
formats = ["html", "text", "png"]
areas = ["jinan"]
least_level = "yellow"
quiet = { from_hour = 22, until_hour = 7, below = "orange" }

[[recipients]]
id = "archive"
channels = ["files", "broker"]
"""


def settings(tmp_path: Path, delivery: str = DELIVERY) -> Settings:
    tables = small_settings(SmallCase(tmp_path)).model_dump(mode="json", exclude={"channels", "recipients"}, exclude_none=True)
    return Settings.model_validate(tables | tomllib.loads(delivery))


def test_everybody_is_a_recipient_once_for_each_channel_after_the_own_folder(tmp_path: Path) -> None:
    own, mail, hook, drill, files, broker = recipients_of(settings(tmp_path))
    assert own == Recipient("outbox", "folder")
    assert mail == Recipient(
        id="epb",
        channel="mail",
        languages=("en",),
        formats=("html", "text", "png"),
        areas=("jinan",),
        least_level=Level.YELLOW,
        quiet=Quiet(22, 7, Level.ORANGE, "Asia/Shanghai"),
        kinds=Kinds.REAL,
    )
    assert [(r.id, r.channel, r.kinds) for r in (hook, drill, files, broker)] == [
        ("epb", "hook", Kinds.REAL),
        ("epb", "drill", Kinds.EXERCISES),
        ("archive", "files", Kinds.REAL),
        ("archive", "broker", Kinds.REAL),
    ]
    assert set(channels_of(settings(tmp_path))) == {"folder", "mail", "hook", "files", "drill", "broker"}


def test_paths_are_relative_to_the_settings_file_and_who_is_told_changes_no_forecast(tmp_path: Path) -> None:
    from hazecast.survey.settings_file import settings_text

    plain = small_settings(SmallCase(tmp_path))
    file = tmp_path / "case.toml"
    file.write_text(settings_text(plain, tmp_path) + DELIVERY)
    loaded = load_settings(file)
    assert loaded.channels["mail"].password.file == tmp_path / "secrets" / "mail"  # type: ignore[union-attr]
    assert loaded.channels["drill"].path == tmp_path / "drill"  # type: ignore[union-attr]
    file.write_text(settings_text(plain, tmp_path))
    assert load_settings(file).sha256() == loaded.sha256()


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('channels = ["files", "broker"]', 'channels = "pigeon"', "channels that are not there: .'pigeon'"),
        ('languages = ["en"]', 'languages = ["ja"]', "languages that are not there: .'ja'"),
        ('areas = ["jinan"]', 'areas = ["atlantis"]', "areas that are not there: .'atlantis'"),
        ('mail = "duty@example.org"\n', "", "has no address"),
        ('id = "archive"', 'id = "epb"', "two recipients have one id"),
        ('id = "archive"', 'id = "outbox"', "hazecast's own folder"),
        ('id = "archive"', 'id = "../up"', "is no name"),
        ('mail = "duty@example.org"', 'mail = "Duty <duty@example.org>"', "is no mail address"),
        ('mail = "duty@example.org"', 'mail = "duty@example.org\\nBcc: x@y.z"', "is no mail address"),
        ('password = { file = "secrets/mail" }', 'password = "hunter2"', "mail"),
        ('password = { file = "secrets/mail" }', 'security = "none"\npassword = { env = "P" }', "in the clear"),
        ('password = { file = "secrets/mail" }', "", "belong together"),
        ("https://example.org/haze", "http://example.org/haze", "expected https"),
        ("https://example.org/haze", "https://me:pw@example.org/haze", "user or a password in the address"),
        ("sftp://files", "ftp://files", "expected sftp"),
        ('key_file = "secrets/key"', "", "either password or key_file"),
        ("from_hour = 22, until_hour = 7", "from_hour = 7, until_hour = 7", "have no end"),
        ('kind = "folder"', 'kind = "fax"', "fax"),
        ('topic = "origin/a/wis2', 'topic = "#/a/wis2', "is no topic"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in DELIVERY
    with pytest.raises(ValidationError, match=said):
        settings(tmp_path, DELIVERY.replace(was, becomes))


def test_a_secret_comes_from_the_environment_or_a_file_that_nobody_else_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "from the environment")
    assert read_secret(SecretSettings(env="HOOK_SECRET")) == "from the environment"
    file = tmp_path / "secret"
    file.write_text("from the file\nnot this\n")
    file.chmod(0o600)
    assert read_secret(SecretSettings(file=file)) == "from the file"
    for mode in (0o640, 0o604, 0o620):
        file.chmod(mode)
        with pytest.raises(SettingsError, match=f"mode 0{mode:o}.*chmod 600"):
            read_secret(SecretSettings(file=file))


def test_a_secret_that_is_not_there_is_named_by_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    with pytest.raises(SettingsError, match="HOOK_SECRET holds no secret"):
        read_secret(SecretSettings(env="HOOK_SECRET"))
    with pytest.raises(SettingsError, match="cannot be read"):
        read_secret(SecretSettings(file=tmp_path / "none"))
    with pytest.raises(SettingsError, match="no plain file"):
        read_secret(SecretSettings(file=tmp_path))
    (empty := tmp_path / "empty").touch(0o600)
    with pytest.raises(SettingsError, match="is empty"):
        read_secret(SecretSettings(file=empty))


def test_no_exercise_passes_a_real_channel_even_when_it_was_queued() -> None:
    got: list[Parcel] = []

    def keep(given: Parcel) -> str:
        got.append(given)
        return "here"

    with pytest.raises(DeliveryRefused, match="is an exercise; channel mail takes real ones alone"):
        guarded(keep, Kinds.REAL, ())(parcel(bulletin=exercise()))
    with pytest.raises(DeliveryRefused, match="is no exercise"):
        guarded(keep, Kinds.EXERCISES, ())(parcel())
    assert got == []
    guarded(keep, Kinds.BOTH, ())(parcel(bulletin=exercise()))
    assert len(got) == 1


@pytest.mark.parametrize("failure", [OSError("535 hunter2\r\nis wrong"), DeliveryFailed("It said hunter2.", "Mend\x1b[2J it.", 60.0)])
def test_what_a_channel_complains_of_holds_no_secret_and_stands_in_one_line(failure: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", "hunter2")

    def complain(_parcel: Parcel) -> str:
        raise failure

    with pytest.raises(DeliveryFailed) as told:
        guarded(complain, Kinds.REAL, (SecretSettings(env="PASSWORD"),))(parcel())
    assert "hunter2" not in str(told.value)
    assert str(told.value).isprintable()
    assert told.value.__suppress_context__
    assert told.value.wait_seconds == getattr(failure, "wait_seconds", None)


def test_loading_settings_logs_nothing_of_them(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    channels_of(settings(tmp_path))
    assert caplog.text == ""
