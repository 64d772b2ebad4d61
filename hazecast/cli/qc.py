"""`hazecast qc`."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hazecast.cli.app import ConfigOption, JsonOption, app
from hazecast.cli.output import make_folder, print_result, write_whole
from hazecast.cli.progress import progress_bars
from hazecast.errors import SettingsError

if TYPE_CHECKING:
    from hazecast.quality.report.page import Page


@app.command()
def qc(
    config: ConfigOption,
    first: Annotated[str, typer.Option(metavar="TIME", help="First hour, in UTC. [default: the first there is]")] = "",
    last: Annotated[str, typer.Option(metavar="TIME", help="Last hour, in UTC. [default: the last there is]")] = "",
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where the report goes. [default: beside the settings]")] = None,
    as_json: JsonOption = False,
) -> None:
    """Check the observations, and report how complete and how good they are."""
    from hazecast.cli.times import moment_of
    from hazecast.config import load_settings

    settings = load_settings(config)
    begin, end = (moment_of(option, text) if text else None for option, text in (("--first", first), ("--last", last)))
    if begin and end and end < begin:
        raise SettingsError(f"--last {last} is before --first {first}.", "Exchange them.")
    folder = out or config.parent / f"{config.stem}-quality"
    make_folder(folder)
    from hazecast import __version__
    from hazecast.observed import observed
    from hazecast.quality.report.files import report_files
    from hazecast.quality.report.page import Heading, page_of
    from hazecast.quality.thresholds import thresholds_for

    title = settings.site.titles.get("en") or next(iter(settings.site.titles.values()))
    with progress_bars(as_json) as progress:
        progress("checking", 0.0)
        found = observed(settings, begin, end)
        progress("checking", 1.0)
        heading = Heading(title, str(settings.observations.path.resolve()), __version__, settings.site.exercise)
        page = page_of(heading, found.vetted, found.stations, found.modelled, found.notes, thresholds_for(settings.quality))
        for name, content in report_files(page, found.vetted, found.stations, found.modelled).items():
            write_whole(folder / name, content.decode("utf-8"))
        progress("reporting", 1.0)
    print_result(as_json, _facts(page, folder), _lines(page, folder))


def _lines(page: "Page", folder: Path) -> list[str]:
    lines = [f"Observations  {page.first} to {page.last} UTC, {len(page.stations)} stations"]
    width = max((len(row.name) for row in page.variables), default=0) + 2
    lines += [f"{'':{width}}{'values':>10} {'usable of expected':>19} {'doubtful':>9} {'rejected':>9}   mean (values behind it)"]
    for row in page.variables:
        t = row.tally
        mean = f"{t.mean:.3g} {row.units} ({t.usable:,})"
        lines.append(f"{row.name:{width}}{t.values:>10,} {t.usable_share:>19.1%} {t.doubtful:>9,} {t.rejected:>9,}   {mean}")
    lines += [f"Found         {finding}" for finding in page.findings] or ["Found         nothing about whole series"]
    return [*lines, f"Written       {folder / 'quality.html'} and its tables"]


def _facts(page: "Page", folder: Path) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "first": page.first,
        "last": page.last,
        "stations": len(page.stations),
        "silent": page.silent,
        "variables": {
            row.key: {
                "expected": row.tally.expected,
                "values": row.tally.values,
                "usable": row.tally.usable,
                "doubtful": row.tally.doubtful,
                "rejected": row.tally.rejected,
                "mean": None if math.isnan(row.tally.mean) else row.tally.mean,
                "highest": None if math.isnan(row.tally.highest) else row.tally.highest,
            }
            for row in page.variables
        },
        "findings": page.findings,
    }
