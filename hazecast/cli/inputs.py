"""`hazecast inputs`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hazecast.cli.app import ConfigOption, JsonOption, app
from hazecast.cli.output import print_result

if TYPE_CHECKING:
    from hazecast.archive.reading_back import ReadBack, UsedFile
    from hazecast.config import Settings

NOT_WHOLE_STATUS = 1


@app.command()
def inputs(
    cycle: Annotated[str, typer.Argument(metavar="CYCLE", help="The cycle's init_time in UTC, such as 2018-04-27T00 or 20180427T00Z.")],
    config: ConfigOption,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.nc", help="Write the observations that it used as NetCDF.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List what a cycle was made from, and see whether all of it can still be read as it was. Status 1 where it cannot."""
    from hazecast.archive.reading_back import read_back
    from hazecast.cli.running import memory_of
    from hazecast.cli.times import cycle_of
    from hazecast.config import load_settings

    settings = load_settings(config)
    key = cycle_of(cycle.removesuffix("Z"), "2000-01-01", settings).key
    require_archive(settings)
    with memory_of(settings) as memory:
        found = read_back(memory, key)
    written = None if out is None else _written(found, out)
    print_result(as_json, _facts(found, written), _lines(found, written))
    if not found.is_whole:
        raise typer.Exit(NOT_WHOLE_STATUS)


def require_archive(settings: "Settings") -> None:
    """Raise ArchiveError where there is none: looking makes no archive, nor does what starts by itself.

    An archive on a disk that is away looks like none at all. Whoever began another in its place would send again what was sent.
    """
    from hazecast.archive.database import LEDGER_NAME
    from hazecast.errors import ArchiveError

    if settings.database.address is None and not (settings.output.archive / LEDGER_NAME).is_file():
        raise ArchiveError(
            f"There is no archive in {settings.output.archive}.",
            "Bring its disk back if it is away, or correct output.archive; begin one with `hazecast run` or `hazecast ingest`.",
        )


def _written(found: "ReadBack", out: Path) -> Path:
    from hazecast.archive.netcdf import write_dataset
    from hazecast.errors import ArchiveError, SettingsError

    if found.observations is None:
        raise ArchiveError(f"Cycle {found.cycle_key} asked the store for nothing.", "It was run by a hazecast without one; see its files.")
    partial = out.with_name(f".{out.name}.partial")
    try:
        write_dataset(found.observations.assign_attrs(title=f"Observations as cycle {found.cycle_key} used them"), partial)
        partial.replace(out)
    except OSError as refused:
        partial.unlink(missing_ok=True)
        raise SettingsError(f"{out} cannot be written: {refused}.", "Choose a folder that may be written to.") from refused
    return out


def _lines(found: "ReadBack", written: Path | None) -> list[str]:
    lines = [f"Cycle {found.cycle_key} was made from", *(_file_line(used) for used in found.files)]
    if found.asked is not None:
        question = found.asked.question
        lines += [
            f"  {'answer':13}{found.asked.sha256[:12]}  {'same' if found.answers_as_then else 'DIFFERENT'}",
            f"      to: {', '.join(question.keys)} of {len(question.station_ids)} stations, {question.first:%Y-%m-%d %H:%M} to "
            f"{question.last:%Y-%m-%d %H:%M} UTC, as of {question.as_of:%Y-%m-%d %H:%M} UTC, up to batch {question.newest_batch}",
        ]
    lines.append("All of it can be read as it was." if found.is_whole else "Not all of it can be read as it was: restore it from a backup.")
    return lines if written is None else [*lines, f"Written    {written}"]


def _file_line(used: "UsedFile") -> str:
    kept = "; its values of then are in the store" if used.state != "same" and not used.is_lost else ""
    return f"  {used.file.role:13}{used.file.sha256[:12]}  {used.state.upper() if used.is_lost else used.state:9}{used.file.path}{kept}"


def _facts(found: "ReadBack", written: Path | None) -> dict[str, Any]:
    asked = found.asked
    return {
        "cycle": found.cycle_key,
        "whole": found.is_whole,
        "files": [
            {
                "role": used.file.role,
                "path": str(used.file.path),
                "sha256": used.file.sha256,
                "size_bytes": used.file.size_bytes,
                "state": used.state.value,
            }
            for used in found.files
        ],
        "observations": None
        if asked is None
        else {
            "as_of": asked.question.as_of.isoformat(),
            "newest_batch": asked.question.newest_batch,
            "assumed_delay_hours": asked.question.assumed_delay.total_seconds() / 3600,
            "first": asked.question.first.isoformat(),
            "last": asked.question.last.isoformat(),
            "stations": asked.question.station_ids,
            "keys": asked.question.keys,
            "sha256": asked.sha256,
            "same": found.answers_as_then,
        },
        "written": None if written is None else str(written),
    }
