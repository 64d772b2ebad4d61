"""`hazecast init`."""

from pathlib import Path
from typing import Annotated

import typer

from hazecast.cli.app import JsonOption, app
from hazecast.cli.output import print_result, write_whole
from hazecast.cli.progress import progress_bars
from hazecast.errors import SettingsError, UnreadableInput


@app.command()
def init(
    observations: Annotated[Path, typer.Option(help="Monitoring data: a file or a folder, as its source writes it; see docs/sources.md.")],
    out: Annotated[Path, typer.Option(metavar="FILE.toml", help="The settings file to write.")],
    meteorology: Annotated[
        Path | None,
        typer.Option(help="Gridded weather: a file or a folder, as its source writes it; left out: what the stations measure of it."),
    ] = None,
    emissions: Annotated[Path | None, typer.Option(help="An emission inventory: a file or a folder; see docs/emissions.md.")] = None,
    population: Annotated[Path | None, typer.Option(help="A population grid to stand in where there is no inventory.")] = None,
    base_forecast: Annotated[
        Path | None, typer.Option(help="PM2.5 as another model forecasts it, such as CAMS: a file or a folder.")
    ] = None,
    columns: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="How tables of your own are laid out: a section [observations.columns].")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at your data and write a settings file that works."""
    if out.is_dir():
        raise SettingsError(f"{out} is a folder.", f"Name the settings file to write, such as {out / 'hazecast.toml'}.")
    if out.exists() and not force:
        raise SettingsError(f"{out} is there already.", "Choose another name, or replace it with --force.")
    from hazecast.config import EmissionSettings
    from hazecast.survey.findings import finding_lines, survey_facts, survey_lines
    from hazecast.survey.own_tables import load_columns
    from hazecast.survey.settings_file import settings_text
    from hazecast.survey.survey import survey

    layout = None if columns is None else load_columns(columns)
    if layout is None:
        _require_known_tables(observations, out)
    with progress_bars(as_json) as progress:
        progress("reading", 0.0)
        found = survey(meteorology, observations, out, EmissionSettings(path=emissions, population=population), layout, base_forecast)
        progress("reading", 1.0)
    write_whole(out, settings_text(found.settings, out.parent, finding_lines(found)))
    print_result(as_json, survey_facts(found, out), survey_lines(found, out))


def _require_known_tables(observations: Path, out: Path) -> None:
    """Raise UnreadableInput for tables of the user's own, with a draft of their layout written beside the settings."""
    from hazecast.survey.own_tables import columns_draft, own_tables

    tables = own_tables(observations)
    if not tables:
        return
    draft = out.with_name(f"{out.stem}-columns.toml")
    if not draft.exists():
        write_whole(draft, columns_draft(tables[0]))
    others = f" and {len(tables) - 1} more are tables" if len(tables) > 1 else " is a table"
    raise UnreadableInput(
        f"{tables[0]}{others} in no layout that hazecast knows.",
        f"Say how it is laid out: mend the draft in {draft}, and add --columns {draft}.",
    )
