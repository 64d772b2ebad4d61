"""`hazecast ingest`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hazecast.cli.app import ConfigOption, JsonOption, app
from hazecast.cli.output import print_result
from hazecast.cli.progress import progress_bars

if TYPE_CHECKING:
    from hazecast.archive.observations.holdings import Holdings
    from hazecast.intake.ingesting import Ingested

REFUSED_STATUS = 2


@app.command()
def ingest(
    config: ConfigOption,
    backfill: Annotated[
        bool, typer.Option("--backfill", help="All of it is history: count it as arrived when its hours were, not when it is read.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Take what has come into the archive, and note when. `run` and `serve` do so themselves; this is for in between.

    From the first time on it is known when values arrive: those of later hours count as arrived when they are read. Status 2 where a
    file was refused; all others are taken in.
    """
    from hazecast.archive.observations.holdings import holdings
    from hazecast.archive.observations.watch import Watching
    from hazecast.cli.running import memory_of, now
    from hazecast.config import load_settings
    from hazecast.intake.ingesting import ingest as take_in_all

    settings = load_settings(config)
    watching = Watching.BACKFILL if backfill else Watching.LIVE
    with progress_bars(as_json) as progress, memory_of(settings) as memory:
        came = take_in_all(settings, memory, watching, now, lambda done: progress("reading", done))
        held = holdings(memory.observations)
    print_result(as_json, _facts(came, held), _lines(came, held))
    if came.observations.refused:
        raise typer.Exit(REFUSED_STATUS)


def ingested_line(came: "Ingested") -> str:
    """What observations came, in one line."""
    taken, counts = came.observations, came.observations.appended
    return (
        f"{taken.read} new or changed files, {taken.unchanged} as before, {len(taken.refused)} refused; values: {counts.new:,} new, "
        f"{counts.late:,} late, {counts.corrected:,} corrected, {counts.unchanged:,} known before"
    )


def _lines(came: "Ingested", held: "Holdings") -> list[str]:
    lines = [f"Observations  {ingested_line(came)}"]
    for noted in came.gridded:
        name = f"{noted.role.value.capitalize():14}"
        lines.append(f"{name}{noted.files} files: {noted.new} new, {noted.changed} changed, {noted.gone} gone")
    lines += [f"Refused       {error}" for error in came.observations.refused]
    return [*lines, *_held_lines(held)]


def _held_lines(held: "Holdings") -> list[str]:
    if held.first is None or held.last is None:
        return ["In the archive: no observations yet."]
    since, span = held.watched_since, f"{held.first:%Y-%m-%d %H:%M} to {held.last:%Y-%m-%d %H:%M} UTC"
    watched = "all arrivals are assumed" if since is None else f"arrivals are known since {since:%Y-%m-%d %H:%M} UTC"
    return [
        f"In the archive: {', '.join(held.keys)} of {held.stations:,} stations, {span};",
        f"{held.facts:,} values, corrections among them, in {held.size_bytes / 1e6:,.1f} MB; {watched}.",
    ]


def _facts(came: "Ingested", held: "Holdings") -> dict[str, Any]:
    taken, counts = came.observations, came.observations.appended
    return {
        "files": {"read": taken.read, "unchanged": taken.unchanged, "refused": [str(error) for error in taken.refused]},
        "values": {"new": counts.new, "late": counts.late, "corrected": counts.corrected, "unchanged": counts.unchanged},
        "gridded": [{"role": n.role.value, "files": n.files, "new": n.new, "changed": n.changed, "gone": n.gone} for n in came.gridded],
        "archive": {
            "first": None if held.first is None else held.first.isoformat(),
            "last": None if held.last is None else held.last.isoformat(),
            "keys": held.keys,
            "stations": held.stations,
            "values": held.facts,
            "size_bytes": held.size_bytes,
            "batches": held.batches,
            "files": held.files,
            "watched_since": None if held.watched_since is None else held.watched_since.isoformat(),
        },
    }
