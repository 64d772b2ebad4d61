"""`hazecast trajectories`."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hazecast.cli.app import ConfigOption, JsonOption, app
from hazecast.cli.output import make_folder, print_result
from hazecast.cli.progress import progress_bars
from hazecast.errors import MissingExtra, SettingsError

if TYPE_CHECKING:
    from hazecast.config import Settings
    from hazecast.forecast.air_of_place import AirOfPlace, Place
    from hazecast.records import Gridded

LONGEST_HOURS = 240
PATHS_FILE, FOOTPRINT_FILE, MAP_FILE = "trajectories.nc", "footprint.nc", "footprint.png"


@app.command()
def trajectories(
    config: ConfigOption,
    cycle: Annotated[str, typer.Option(metavar="TIME", help="The cycle whose weather is used: its init_time in UTC.")],
    place: Annotated[str, typer.Option("--from", metavar="AREA|LAT,LON", help="An area of the settings, or degrees north and east.")],
    at: Annotated[str, typer.Option(metavar="TIME", help="When the air is there, in UTC. [default: the init_time]")] = "",
    hours: Annotated[int, typer.Option(metavar="HOURS", help="How long to follow it: below zero, where it came from.")] = -48,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where the files go. [default: beside the settings]")] = None,
    as_json: JsonOption = False,
) -> None:
    """Follow the air of a place back or on through a cycle's winds, and map the ground that it passes."""
    from hazecast.cli.times import cycle_of, moment_of
    from hazecast.config import load_settings

    settings = load_settings(config)
    wanted = cycle_of(cycle, cycle, settings)
    moment = moment_of("--at", at) if at else wanted.init_time
    if not 1 <= abs(hours) <= LONGEST_HOURS:
        raise SettingsError(f"--hours is {hours}; expected -{LONGEST_HOURS} to {LONGEST_HOURS}, and not 0.", "Such as --hours -48.")
    chosen = _place(place, settings)
    _require_maps()
    import numpy as np

    folder = out or config.parent / f"{config.stem}-trajectories"
    make_folder(folder)
    from hazecast.forecast.air_of_place import air_of_place
    from hazecast.forecast.transport.layers import Layers

    with progress_bars(as_json) as progress:
        progress("gathering", 0.0)
        gridded = _gridded(wanted, settings)
        progress("following", 0.0)
        layers = Layers(np.array(settings.transport.layer_tops))
        air = air_of_place(gridded, layers, chosen, np.datetime64(moment.replace(tzinfo=None), "ns"), hours)
        _write(air, chosen, f"{moment:%Y-%m-%d %H:%M} UTC", hours, f"cycle {wanted.key}", folder)
        progress("following", 1.0)
    facts = _facts(air, chosen, hours, folder)
    print_result(as_json, facts, _lines(air, chosen, hours, folder))


def _require_maps() -> None:
    """Before the long work."""
    try:
        import hazecast.bulletins.pictures.footprint_map  # noqa: F401
    except ImportError:
        raise MissingExtra("The map of a footprint", "maps") from None


def _place(text: str, settings: "Settings") -> "Place":
    """An area's is in the middle of its stations."""
    from hazecast.forecast.air_of_place import Place

    parts = text.split(",")
    if len(parts) == 2:
        with suppress(ValueError):
            latitude, longitude = map(float, parts)
            if abs(latitude) <= 90.0 and -180.0 <= longitude <= 360.0:
                return Place(latitude, longitude, f"{latitude:g}, {longitude:g}")
    for area in settings.areas:
        if area.id == text and area.stations:
            own = [station for station in settings.stations if station.id in area.stations]
            latitude, longitude = (sum(getattr(s, axis) for s in own) / len(own) for axis in ("latitude", "longitude"))
            return Place(latitude, longitude, area.names.get("en") or next(iter(area.names.values())))
    known = ", ".join(area.id for area in settings.areas if area.stations) or "none"
    raise SettingsError(
        f"--from is {text!r}; expected an area of the settings ({known}) or degrees north and east.", "Such as --from 39.9,116.4."
    )


def _gridded(cycle: Any, settings: "Settings") -> "Gridded":
    """The weather as the cycle itself would have it."""
    from hazecast.cli.running import surroundings
    from hazecast.grids.gridding import to_grid
    from hazecast.grids.lattice import lattice_of_domain

    with surroundings(settings) as around:
        return to_grid(around.gather(cycle, settings), lattice_of_domain(settings.domain))


def _write(air: "AirOfPlace", place: "Place", moment: str, hours: int, cycle: str, folder: Path) -> None:
    from hazecast import __version__
    from hazecast.archive.netcdf import write_dataset
    from hazecast.bulletins.pictures.footprint_map import Titles, draw

    way = f"{'back' if hours < 0 else 'on'} {abs(hours)} h"
    said = {"title": f"Air of {place.name} at {moment}, {way}", "source": f"hazecast {__version__}", "history": f"hazecast {cycle}"}
    titles = Titles(
        f"Where the air of {place.name} {'came from' if hours < 0 else 'goes'}",
        f"Residence time over each cell, {way} from {moment}, of one particle on average",
        f"{air.paths.sizes['trajectory']} particles from the mixed layer ({air.mixing_height_m:.0f} m); {cycle}. The frame is the domain.",
        place.name,
    )
    picture = draw(air.footprint, air.paths, titles)
    try:
        write_dataset(air.paths.assign_attrs(said), folder / PATHS_FILE)
        write_dataset(air.footprint.to_dataset().assign_attrs(said, Conventions="CF-1.11"), folder / FOOTPRINT_FILE)
        (folder / MAP_FILE).write_bytes(picture)
    except OSError as refused:
        raise SettingsError(f"{folder} cannot be written to: {refused}.", "Choose another with --out.") from refused


def _facts(air: "AirOfPlace", place: "Place", hours: int, folder: Path) -> dict[str, Any]:
    return {
        "place": place.name,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "hours": hours,
        "particles": air.paths.sizes["trajectory"],
        "mixing_height_m": round(air.mixing_height_m, 1),
        "hours_inside": round(air.hours_inside, 2),
        "folder": str(folder),
    }


def _lines(air: "AirOfPlace", place: "Place", hours: int, folder: Path) -> list[str]:
    return [
        f"Air of {place.name}, {air.paths.sizes['trajectory']} particles within {air.mixing_height_m:.0f} m of the ground",
        f"Followed     {'back' if hours < 0 else 'on'} for {abs(hours)} h, of which {air.hours_inside:.1f} h within the domain on average",
        f"Written      {folder / PATHS_FILE}, {FOOTPRINT_FILE} and {MAP_FILE}",
    ]
