"""The command line itself: help, usage errors, how errors are said, and what is written where."""

import io
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import pytest

from hazecast import __version__, cli
from hazecast.archive.jobs import JobClaim
from hazecast.cli import output, progress, serve
from hazecast.cli.working import do_task
from hazecast.config import load_settings
from hazecast.errors import ArchiveError, CycleError, HazecastError, MissingExtra, SettingsError
from hazecast.serving.crew import JobTask
from hazecast.serving.job_plan import ingest_job
from hazecast.survey.settings_file import settings_text
from tests.commands import files_below, hazecast
from tests.small_case import SmallCase, small_settings


def plain(text: str) -> str:
    """Without the frame and the colours that rich draws."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m|[╭╮╰╯─│]", " ", text).split())


def test_the_version_is_printed(tmp_path: Path) -> None:
    assert hazecast("--version", cwd=tmp_path).out == f"{__version__}\n"


@pytest.mark.parametrize("command", ["init", "run", "serve", "demo"])
def test_every_command_explains_each_of_its_options(command: str, tmp_path: Path) -> None:
    done = hazecast(command, "--help", cwd=tmp_path)
    assert done.status == 0
    assert "Usage: hazecast" in plain(done.out)
    assert files_below(tmp_path) == {}


def test_without_arguments_the_help_is_shown(tmp_path: Path) -> None:
    done = hazecast(cwd=tmp_path)
    assert all(command in done.out + done.err for command in ("demo", "init", "run", "serve"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rum",), "No such command 'rum'"),
        (("run",), "Missing option '--config'"),
        (("run", "--config", "x.toml"), "Missing option '--cycle'"),
        (("run", "--config", "x.toml", "--cycle", "2018-04-27", "y"), "unexpected extra argument"),
        (("run", "--config", "x.toml", "--cycle", "2018-04-27", "--asof", "y"), "No such option: --asof"),
        (("run", "--config"), "requires an argument"),
        (("init", "--meteorology", "a", "--out", "b"), "Missing option '--observations'"),
        (("demo", "--seed", "x"), "Invalid value for '--seed'"),
        (("demo", "--seed", "-1"), "Invalid value for '--seed'"),
    ],
)
def test_a_slip_in_the_arguments_is_a_usage_error(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = hazecast(*arguments, cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert said.lower() in plain(done.err).lower()
    assert "Traceback" not in done.err
    assert files_below(tmp_path) == {}


@pytest.mark.parametrize(
    "error",
    [
        SettingsError("x.toml: kappa is 7.", "Mend it."),
        SettingsError("x.toml: a reason\n   of two lines.", "Mend\nit."),
        ArchiveError("The disk is full.", "Make room."),
        CycleError("It is too late.", "Run a later one."),
        MissingExtra("A map", "maps"),
    ],
)
def test_what_a_user_can_mend_is_said_on_two_lines_with_status_two(error: HazecastError, tmp_path: Path) -> None:
    with mock.patch.object(cli, "app", side_effect=error):
        done = hazecast("run", cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert " ".join(done.err.split()) == " ".join(f"hazecast: {error}".split())
    assert [line[:10] for line in done.err.splitlines()] == ["hazecast: ", "          "]


def test_a_fault_of_ours_is_not_hidden(tmp_path: Path) -> None:
    with mock.patch.object(cli, "app", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
        hazecast("run", cwd=tmp_path)


@pytest.mark.parametrize(
    ("cycle", "said"),
    [
        ("", "--cycle is ''; expected a time in UTC."),
        ("tomorrow", "--cycle is 'tomorrow'; expected a time in UTC."),
        ("2018-02-30T00", "--cycle is '2018-02-30T00'; expected a time in UTC."),
        ("2018-04-27T00:30", "--cycle is '2018-04-27T00:30'; expected a full hour in UTC."),
        ("2018-04-27T00+05:45", "--cycle is '2018-04-27T00+05:45'; expected a full hour in UTC."),
        ("9999-12-31T23", "--cycle is '9999-12-31T23'; expected a year from 1700 to 2199."),
        ("0001-01-01T00", "--cycle is '0001-01-01T00'; expected a year from 1700 to 2199."),
    ],
)
def test_a_cycle_that_is_no_full_hour_of_our_time_is_refused_before_anything_is_written(cycle: str, said: str, tmp_path: Path) -> None:
    file = settings_file(tmp_path)
    done = hazecast("run", "--config", file, "--cycle", cycle, cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"hazecast: {said}\n          Give it as 2018-04-2")
    assert list(files_below(tmp_path)) == ["case.toml"]


def test_an_as_of_that_is_no_time_is_refused(tmp_path: Path) -> None:
    done = hazecast("run", "--config", settings_file(tmp_path), "--cycle", "2018-04-27", "--as-of", "noon", cwd=tmp_path)
    assert (done.status, done.err.splitlines()[0]) == (2, "hazecast: --as-of is 'noon'; expected a time in UTC.")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"languages": ("en", "tlh")}, "There are no bulletins in the language 'tlh'."),
        ({"edition": "cma-haze-1913"}, "There is no edition 'cma-haze-1913' of the warning standards."),
    ],
)
@pytest.mark.parametrize("command", [("run", "--cycle", "2018-04-27"), ("serve",)])
def test_a_language_or_edition_that_there_is_none_of_is_refused_before_the_work(
    command: tuple[str, ...], changes: dict[str, object], said: str, tmp_path: Path
) -> None:
    file = settings_file(tmp_path, **changes)
    done = hazecast(*command, "--config", file, cwd=tmp_path)
    assert (done.status, done.err.splitlines()[0]) == (2, f"hazecast: {said}")
    assert list(files_below(tmp_path)) == ["case.toml"]


@pytest.mark.parametrize("out", [".", "", "folder"])
def test_init_does_not_take_a_folder_for_the_settings_file(out: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    done = hazecast("init", "--meteorology", "a", "--observations", "b", "--out", out, "--force", cwd=tmp_path)
    assert done.status == 2
    assert "is a folder.\n          Name the settings file to write, such as " in done.err


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_the_demo_does_not_take_a_file_for_its_folder(out: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    done = hazecast("demo", "--out", out, cwd=tmp_path)
    assert done.status == 2
    assert done.err.startswith(f"hazecast: The folder {out} cannot be made: ")
    assert files_below(tmp_path) == {"file": b"mine"}


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "taken").mkdir()
    for target in (tmp_path / "file" / "case.toml", tmp_path / "taken"):
        with pytest.raises(SettingsError, match="cannot be written"):
            output.write_whole(target, "text")
    with pytest.raises(SettingsError, match="cannot be written"):
        output.write_whole(tmp_path / "case.toml", "a path with \udcff in it")
    assert list(files_below(tmp_path)) == ["file"]


def test_a_write_that_fails_leaves_the_old_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "case.toml").write_text("old")
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(SettingsError, match="No space left on device"):
        output.write_whole(tmp_path / "case.toml", "new")
    assert files_below(tmp_path) == {"case.toml": b"old"}


def test_a_terminal_without_micrograms_is_no_reason_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "argv", ["hazecast", "--version"])
    with pytest.raises(SystemExit):
        cli.main()
    output.print_result(False, {}, ["7 µg/m³"])
    stream.flush()
    assert stream.buffer.getvalue().endswith(rb"7 \xb5g/m\xb3" + b"\n")  # type: ignore[attr-defined]


def test_progress_is_shown_on_a_terminal_alone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with progress.progress_bars(quiet=False) as report:
        report("reading", 0.5)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress.progress_bars(quiet=False) as report:
        for share in (0.0, 0.5, 1.0):
            report("reading", share)
    assert "reading" in capsys.readouterr().err


def test_the_module_is_the_command_with_its_exit_status(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hazecast", "run", "--config", "absent.toml", "--cycle", "2018-04-27T00"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "hazecast: There is no settings file absent.toml.\n          Write one with `hazecast init`.\n"


def settings_file(folder: Path, languages: tuple[str, ...] = ("en",), edition: str = "cma-haze-2013") -> Path:
    settings = small_settings(SmallCase(folder))
    settings = settings.model_copy(
        update={
            "site": settings.site.model_copy(update={"languages": languages}),
            "warnings": settings.warnings.model_copy(update={"edition": edition}),
        }
    )
    file = folder / "case.toml"
    file.write_text(settings_text(settings, folder), encoding="utf-8")
    return file


def test_serve_and_its_workers_begin_no_archive_for_one_whose_disk_is_away_looks_like_none(tmp_path: Path) -> None:
    file = settings_file(tmp_path)
    with pytest.raises(ArchiveError, match=r"There is no archive in .* Bring its disk back if it is away") as refused:
        serve.serve(file)
    job = JobTask(JobClaim(ingest_job(datetime(2018, 4, 27, tzinfo=UTC)), "one", 1))
    with pytest.raises(ArchiveError, match=re.escape(refused.value.problem)):
        do_task(job, load_settings(file), lambda _stage, _done: None)
    assert list(files_below(tmp_path)) == ["case.toml"]
