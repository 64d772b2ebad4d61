"""The commands. Arguments, progress bars and what is printed live here and nowhere else.

What a command needs is imported when it runs, so that `hazecast --help` answers at once.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hazecast.errors import HazecastError, SettingsError

if TYPE_CHECKING:
    from hazecast.config import Settings
    from hazecast.cycle import Outcome, Surroundings

Progress = Callable[[str, float], None]
REPLAY_KEPT = timedelta(days=1)  # how long the delivery of a cycle of the past is tried when somebody asked for it
YEARS = range(1700, 2200)  # what times in nanoseconds can hold, with room for history and horizon

app = typer.Typer(
    name="hazecast", help="Air quality forecasts and haze warnings for cities.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip

ConfigOption = Annotated[Path, typer.Option("--config", metavar="FILE.toml", help="The settings file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def main() -> None:
    """Run a command; what a user can mend ends in one message and exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without µ is no reason to stop
    try:
        app(prog_name="hazecast")
    except HazecastError as error:
        problem, remedy = (" ".join(part.split()) for part in (error.problem, error.remedy))
        print(f"hazecast: {problem}\n          {remedy}", file=sys.stderr)
        sys.exit(2)


def _print_version(asked: bool) -> None:
    if asked:
        from hazecast import __version__

        print(__version__)
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")] = False,
) -> None:
    pass


@app.command()
def init(
    meteorology: Annotated[Path, typer.Option(help="Gridded weather: a NetCDF file or a folder of them.")],
    observations: Annotated[Path, typer.Option(help="Monitoring data: a folder of CSV files in the OpenAQ archive layout.")],
    out: Annotated[Path, typer.Option(metavar="FILE.toml", help="The settings file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at your data and write a settings file that works."""
    if out.is_dir():
        raise SettingsError(f"{out} is a folder.", f"Name the settings file to write, such as {out / 'hazecast.toml'}.")
    if out.exists() and not force:
        raise SettingsError(f"{out} is there already.", "Choose another name, or replace it with --force.")
    from hazecast.survey.findings import finding_lines, survey_facts, survey_lines
    from hazecast.survey.settings_file import settings_text
    from hazecast.survey.survey import survey

    with _progress(as_json) as progress:
        progress("reading", 0.0)
        found = survey(meteorology, observations, out)
        progress("reading", 1.0)
    _write_whole(out, settings_text(found.settings, out.parent, finding_lines(found)))
    _print(as_json, survey_facts(found, out), survey_lines(found, out))


@app.command()
def run(
    config: ConfigOption,
    cycle: Annotated[str, typer.Option(metavar="TIME", help="The cycle's init_time in UTC, such as 2018-04-27T00.")],
    as_of: Annotated[str, typer.Option(metavar="TIME", help="Use only what had arrived by then (UTC). [default: the init_time]")] = "",
    as_json: JsonOption = False,
) -> None:
    """Run one cycle: forecast, warnings, bulletins; then score it against observations where they exist."""
    from hazecast.config import load_settings

    settings = load_settings(config)
    wanted = _cycle(cycle, as_of or cycle, settings)
    _require_known_names(settings)
    from hazecast.report import cycle_facts, cycle_lines

    with _progress(as_json) as progress:
        outcome, scores, undelivered = _run_and_score(wanted, settings, progress)
    _print(as_json, cycle_facts(outcome, scores, undelivered), cycle_lines(outcome, scores, undelivered, settings))


@app.command()
def schedule(config: ConfigOption) -> None:
    """Run cycles as they fall due, until stopped; a restart runs none of them twice."""
    import logging

    from hazecast.config import load_settings
    from hazecast.cycle import Outcome, run_cycle, send
    from hazecast.records import Cycle
    from hazecast.scheduler import run_schedule, tick

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = load_settings(config)
    _require_known_names(settings)
    with _surroundings(settings) as around:

        def run_one(cycle: Cycle, *, announces: bool) -> Outcome:
            return run_cycle(cycle, settings, around, lambda _stage, _done: None, announces=announces)

        run_schedule(lambda: tick(around.database, settings, run_one, lambda _now: send(around), _now), _now)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for everything the demo makes.")] = Path("hazecast-demo"),
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another winter.")] = 2013,
) -> None:
    """Make up a winter episode, forecast it, warn of it, and see how right that was. Needs no data and no network."""
    from hazecast.demo.play import prepare
    from hazecast.report import demo_lines

    _make_folder(out)
    with _progress(quiet=False) as progress:
        staged = prepare(out, seed, progress)
        _write_whole(staged.settings_file, staged.settings_text)
        wanted = _cycle(staged.init_time.isoformat(), staged.init_time.isoformat(), staged.settings)
        outcome, scores, _ = _run_and_score(wanted, staged.settings, progress)
    _print(False, {}, demo_lines(outcome, scores, staged.settings))


def _run_and_score(cycle: Any, settings: "Settings", progress: Progress) -> "tuple[Outcome, Any, tuple[str, ...]]":
    """Run the cycle; what came of it, its scores, and what is not delivered yet.

    A cycle that a later one has overtaken is kept and announced to nobody: what is sent never goes back in time.
    """
    from hazecast.archive.ledger import Standing, is_overtaken
    from hazecast.archive.manifest import verify_products
    from hazecast.archive.netcdf import read_dataset
    from hazecast.backtest.scores import score_cycle
    from hazecast.cycle import STATIONS_FILE, run_cycle
    from hazecast.intake.openaq_csv import read_monitoring

    with _surroundings(settings, late_delivery=REPLAY_KEPT) as around:
        overtaken = is_overtaken(around.database, cycle)
        outcome = run_cycle(cycle, settings, around, progress, announces=not overtaken)
        unsent = (
            ("anybody: a later cycle is done",) if overtaken and outcome.standing is Standing.CLAIMED else _undelivered(around, outcome)
        )
    if outcome.standing is Standing.BUSY:
        return outcome, (), ()
    verify_products(outcome.folder)
    observed = read_monitoring(settings.observations.path).data["pm25"]
    return outcome, score_cycle(read_dataset(outcome.folder / STATIONS_FILE), observed), unsent


def _undelivered(around: "Surroundings", outcome: "Outcome") -> tuple[str, ...]:
    from hazecast.archive.deliveries import DeliveryState, delivery_states

    return tuple(
        f"{status.delivery.recipient} ({status.state}): {status.attempts[-1].error if status.attempts else 'not tried yet'}"
        for status in delivery_states(around.database, outcome.cycle.key)
        if status.state is not DeliveryState.DELIVERED
    )


def _require_known_names(settings: "Settings") -> None:
    """Before the long work, not after it: raises SettingsError for an edition or a language that there is none of."""
    from hazecast.bulletins.wording import wording
    from hazecast.warnings.edition import load_edition

    load_edition(settings.warnings.edition)
    for language in settings.site.languages:
        wording(language)


@contextmanager
def _surroundings(settings: "Settings", late_delivery: timedelta = timedelta(0)) -> "Iterator[Surroundings]":
    import os
    import socket

    from hazecast.archive.database import open_database
    from hazecast.cycle import Surroundings
    from hazecast.delivery.outbox import FOLDER_CHANNEL, Recipient, folder_channel
    from hazecast.intake.gather import gather

    database = open_database(settings.output.archive)
    try:
        yield Surroundings(
            gather=gather,
            database=database,
            archive=settings.output.archive,
            channels={FOLDER_CHANNEL: folder_channel(settings.output.outbox)},
            recipients=(Recipient("outbox", FOLDER_CHANNEL),),
            clock=_now,
            owner=f"{socket.gethostname()}:{os.getpid()}",
            late_delivery=late_delivery,
        )
    finally:
        database.dispose()


def _now() -> datetime:
    return datetime.now(UTC)


def _cycle(init_time: str, as_of: str, settings: "Settings") -> Any:
    from hazecast.records import Cycle

    start, known = _moment("--cycle", init_time), _moment("--as-of", as_of)
    if start != start.replace(minute=0, second=0, microsecond=0):
        raise SettingsError(f"--cycle is {init_time!r}; expected a full hour in UTC.", f"Give it as {start:%Y-%m-%dT%H}.")
    return Cycle(start, known, timedelta(hours=settings.forecast.horizon_hours))


def _moment(option: str, text: str) -> datetime:
    from hazecast.records import utc

    remedy = "Give it as 2018-04-27T00."
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as wrong:
        raise SettingsError(f"{option} is {text!r}; expected a time in UTC.", remedy) from wrong
    if moment.year not in YEARS:
        raise SettingsError(f"{option} is {text!r}; expected a year from {YEARS.start} to {YEARS.stop - 1}.", remedy)
    return utc(moment)


@contextmanager
def _progress(quiet: bool) -> Iterator[Progress]:
    """A bar a stage on a terminal; nothing where the output is read by a program."""
    if quiet or not sys.stderr.isatty():
        yield lambda _stage, _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<20}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def report(stage: str, done: float) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=1.0)
            bars.update(tasks[stage], completed=done)

        yield report


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise SettingsError(f"The folder {folder} cannot be made: {refused.strerror}.", "Choose another with --out.") from refused


def _write_whole(file: Path, text: str) -> None:
    partial = file.with_name(f".{file.name}.partial")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(text.encode())
        partial.replace(file)
    except (OSError, UnicodeEncodeError) as refused:
        with suppress(OSError):
            partial.unlink()
        raise SettingsError(f"{file} cannot be written: {refused}.", "Choose a folder that may be written to.") from refused


def _print(as_json: bool, facts: dict[str, Any], lines: list[str]) -> None:
    print(json.dumps(facts, ensure_ascii=False, indent=1) if as_json else "\n".join(lines))
