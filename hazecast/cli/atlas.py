"""`hazecast atlas`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hazecast.cli.app import ConfigOption, JsonOption, app
from hazecast.cli.output import make_folder, print_result, write_whole
from hazecast.cli.progress import progress_bars
from hazecast.errors import MissingExtra, SettingsError
from hazecast.vocabulary import HazeRule

if TYPE_CHECKING:
    from hazecast.records.haze_days import HazeDays

YEARS = range(1700, 2200)


@app.command()
def atlas(
    config: ConfigOption,
    year: Annotated[int, typer.Option(metavar="YEAR", help="The year, by the local time of the settings.")],
    rule: Annotated[
        HazeRule | None, typer.Option(help="What makes a day one of haze. [default: visibility where it is observed, or else pm25]")
    ] = None,
    least_days: Annotated[int, typer.Option(metavar="DAYS", min=1, max=366, help="With fewer days a count is unknown.")] = 324,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where map and table go. [default: beside the settings]")] = None,
    as_json: JsonOption = False,
) -> None:
    """Count the days of haze of a year, and draw their map."""
    if year not in YEARS:
        raise SettingsError(f"--year is {year}; expected one from {YEARS.start} to {YEARS.stop - 1}.", "Give it as 2015.")
    from zoneinfo import ZoneInfo

    try:
        from hazecast.bulletins.pictures import haze_day_map
    except ImportError:
        raise MissingExtra("The map of the days of haze", "maps") from None
    from hazecast.bulletins.wording import wording
    from hazecast.config import load_settings
    from hazecast.intake.territories import areas_of
    from hazecast.observed import observed
    from hazecast.records import PlaceName
    from hazecast.yearbook.haze_days import count_haze_days, rule_for, year_bounds
    from hazecast.yearbook.table import haze_days_csv

    settings = load_settings(config)
    folder = out or config.parent / f"{config.stem}-atlas"
    make_folder(folder)
    zone = ZoneInfo(settings.site.time_zone)
    with progress_bars(as_json) as progress:
        progress("counting", 0.0)
        found = observed(settings, *year_bounds(year, zone))
        usable = found.vetted.usable()
        chosen = rule or rule_for(usable)
        measured = tuple(area for area in areas_of(settings) if area.station_ids)
        stations, areas = count_haze_days(usable, found.stations, measured, year, zone, chosen, least_days)
        progress("counting", 1.0)
        titles = tuple(PlaceName(language, text) for language, text in settings.site.titles.items())
        what = haze_day_map.Year(titles, year, chosen, least_days, settings.site.exercise)
        for picture in haze_day_map.draw(what, stations, areas, [wording(language) for language in settings.site.languages]):
            write_whole(folder / f"{picture.name}.{picture.language}.png", picture.png)
            write_whole(folder / f"{picture.name}.{picture.language}.svg", picture.svg)
        table = folder / f"haze-days-{year}.csv"
        write_whole(table, haze_days_csv([*areas, *stations], chosen, settings.site.languages[0]))
        progress("drawing", 1.0)
    print_result(as_json, _facts(table, chosen, stations), _lines(table, year, chosen, stations))


def _facts(table: Path, rule: HazeRule, stations: "list[HazeDays]") -> dict[str, Any]:
    return {
        "table": str(table),
        "rule": str(rule),
        "stations": len(stations),
        "unknown": sum(not count.enough for count in stations),
        "haze_days": {count.place.id: count.haze for count in stations if count.enough},
        "missing_days": {count.place.id: count.missing for count in stations},
    }


def _lines(table: Path, year: int, rule: HazeRule, stations: "list[HazeDays]") -> list[str]:
    enough = [count.haze for count in stations if count.enough]
    span = f"{min(enough)} to {max(enough)} days of haze" if enough else "no count stands for the year"
    unknown = len(stations) - len(enough)
    return [f"{year}, by {rule}: {span} at {len(enough)} stations; {unknown} with too few days", f"Written  {table} and its maps"]
