"""`hazecast init`."""

from pathlib import Path
from typing import Annotated

import typer

from hazecast.cli.app import JsonOption, app
from hazecast.cli.output import print_result, write_whole
from hazecast.cli.progress import progress_bars
from hazecast.errors import SettingsError


@app.command()
def init(
    meteorology: Annotated[Path, typer.Option(help="Gridded weather: a NetCDF file or a folder of them.")],
    observations: Annotated[Path, typer.Option(help="Monitoring data: a file or a folder, as its source writes it; see docs/sources.md.")],
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

    with progress_bars(as_json) as progress:
        progress("reading", 0.0)
        found = survey(meteorology, observations, out)
        progress("reading", 1.0)
    write_whole(out, settings_text(found.settings, out.parent, finding_lines(found)))
    print_result(as_json, survey_facts(found, out), survey_lines(found, out))
