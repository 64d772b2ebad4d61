"""`hazecast fetch SOURCE`."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from hazecast.cli.app import JsonOption, app
from hazecast.cli.output import make_folder, print_result
from hazecast.cli.progress import progress_bars

if TYPE_CHECKING:
    from hazecast.fetch.source import Source

fetch = typer.Typer(
    name="fetch", help="Fetch open data: whole files or none, resumed after a break, with a manifest.", no_args_is_help=True
)
app.add_typer(fetch)

INTERRUPTED = 130
OutOption = Annotated[Path, typer.Option(help="Folder for the files and their manifest.", metavar="FOLDER")]
FromOption = Annotated[
    str, typer.Option("--from", metavar="TIME", help="First hour wanted (UTC). With --config, as far back as its history.")
]
ToOption = Annotated[str, typer.Option("--to", metavar="TIME", help="First hour no longer wanted (UTC). With --config, now.")]
FromConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE.toml", help="Take from a settings file what is not given.")
]
RunOption = Annotated[str, typer.Option("--run", metavar="TIME", help="The run, such as 2024-01-01T00 (UTC); without it the latest.")]
HoursOption = Annotated[int | None, typer.Option("--hours", min=0, help="Last lead time, hours; without it the settings' horizon, or 96.")]
EveryOption = Annotated[int, typer.Option("--every", min=1, help="Step between lead times, hours.")]
BoxOption = Annotated[str, typer.Option("--box", metavar="S,N,W,E", help="South, north, west and east in degrees, such as 36,43,113,120.")]
VariableOption = Annotated[
    list[str],
    typer.Option("--variable", metavar="KEY", help="A variable of docs/fetching.md; several allowed; without it the usual ones."),
]
LevelOption = Annotated[
    list[int], typer.Option("--level", metavar="HPA", help="A level of the fields aloft, hPa; several allowed; without it 1000 to 700.")
]
KeyOption = Annotated[Path | None, typer.Option("--key-file", metavar="FILE", help="File with your key; without it none is used.")]
StoreKeyOption = Annotated[
    Path | None, typer.Option("--key-file", metavar="FILE", help="File with your key; without it CDSAPI_KEY or ~/.cdsapirc.")
]
BaseOption = Annotated[str, typer.Option("--base-url", metavar="URL", help="Another address of the source, such as that of a mirror.")]
AgainOption = Annotated[bool, typer.Option("--again", help="Fetch also what is there already.")]


@fetch.command(epilog="Example: hazecast fetch openaq --location 7423 --from 2024-01-01 --to 2024-02-01 --out observations")
def openaq(
    out: OutOption,
    location: Annotated[list[int], typer.Option(help="Number of a location at OpenAQ; several allowed.")] = [],  # noqa: B006
    config: FromConfigOption = None,
    from_: FromOption = "",
    to: ToOption = "",
    base_url: BaseOption = "",
    again: AgainOption = False,
    as_json: JsonOption = False,
) -> None:
    """Monitoring data from OpenAQ's public archive, one file a location and day. Needs no key."""
    from hazecast.cli.wishes import locations_of, period_of
    from hazecast.fetch.sources.openaq import BASE, SOURCE, OpenAQRequest

    request = OpenAQRequest(locations_of(location, config), period_of(from_, to, config), base_url or BASE)
    _fetch(SOURCE, request, out, again, as_json)


@fetch.command(epilog="Example: hazecast fetch gfs --hours 72 --out weather")
def gfs(
    out: OutOption,
    run: RunOption = "",
    hours: HoursOption = None,
    every: EveryOption = 3,
    variable: VariableOption = [],  # noqa: B006
    level: LevelOption = [],  # noqa: B006
    config: FromConfigOption = None,
    base_url: BaseOption = "",
    again: AgainOption = False,
    as_json: JsonOption = False,
) -> None:
    """Weather forecasts of NOAA's GFS, 0.25 degrees, all the Earth: of each lead time the fields that are used. Needs no key."""
    from hazecast.cli.wishes import lead_hours_of, run_of
    from hazecast.fetch.sources import gfs as source

    request = source.GFSRequest(
        run_of(run, source.RUNS_EVERY_HOURS, source.RUN_IS_OUT_AFTER_HOURS),
        lead_hours_of(hours, every, config),
        tuple(variable) or source.USUAL,
        tuple(level) or source.LEVELS,
        base_url or source.BASE,
    )
    _fetch(source.SOURCE, request, out, again, as_json)


@fetch.command(epilog="Example: hazecast fetch open-meteo --place beijing:39.9,116.4 --from 2024-01-01 --to 2024-02-01 --out air")
def open_meteo(
    out: OutOption,
    product: Annotated[str, typer.Option(help="forecast, archive (weather of the past) or air-quality.")] = "air-quality",
    place: Annotated[list[str], typer.Option(metavar="ID:LAT,LON", help="A place; several allowed.")] = [],  # noqa: B006
    config: FromConfigOption = None,
    from_: FromOption = "",
    to: ToOption = "",
    variable: VariableOption = [],  # noqa: B006
    key_file: KeyOption = None,
    base_url: BaseOption = "",
    again: AgainOption = False,
    as_json: JsonOption = False,
) -> None:
    """Weather and air quality of models at places, from Open-Meteo, one file a place. Needs a key only where it earns money."""
    from hazecast.cli.wishes import period_of, places_of, product_of
    from hazecast.fetch.sources.open_meteo import SOURCE, OpenMeteoRequest
    from hazecast.fetch.sources.store_key import key_in

    request = OpenMeteoRequest(
        product_of(product),
        places_of(place, config),
        period_of(from_, to, config),
        tuple(variable),
        base_url,
        key_in(key_file) if key_file else "",
    )
    _fetch(SOURCE, request, out, again, as_json)


@fetch.command(epilog="Example: hazecast fetch era5 --box 36,43,113,120 --from 2024-01-01 --to 2024-02-01 --out weather")
def era5(
    out: OutOption,
    box: BoxOption = "",
    config: FromConfigOption = None,
    from_: FromOption = "",
    to: ToOption = "",
    variable: VariableOption = [],  # noqa: B006
    level: LevelOption = [],  # noqa: B006
    key_file: StoreKeyOption = None,
    base_url: BaseOption = "",
    again: AgainOption = False,
    as_json: JsonOption = False,
) -> None:
    """Weather of the past from ERA5 through the Climate Data Store, files of a month. Needs your key; requests may wait for hours."""
    from hazecast.cli.wishes import box_of, period_of
    from hazecast.fetch.sources import era5 as source
    from hazecast.fetch.sources.store_key import store_key

    request = source.ERA5Request(
        box_of(box, config),
        period_of(from_, to, config),
        store_key(key_file),
        tuple(variable) or source.USUAL,
        tuple(level) or source.USUAL_LEVELS,
        base_url or source.BASE,
    )
    _fetch(source.SOURCE, request, out, again, as_json)


@fetch.command(epilog="Example: hazecast fetch cams --box 36,43,113,120 --variable pm25 --variable o3 --out base")
def cams(
    out: OutOption,
    box: BoxOption = "",
    run: RunOption = "",
    hours: HoursOption = None,
    every: EveryOption = 3,
    variable: VariableOption = [],  # noqa: B006
    config: FromConfigOption = None,
    key_file: StoreKeyOption = None,
    base_url: BaseOption = "",
    again: AgainOption = False,
    as_json: JsonOption = False,
) -> None:
    """Weather and pollution forecast by CAMS for the globe, through the Atmosphere Data Store. Needs your key."""
    from hazecast.cli.wishes import box_of, lead_hours_of, run_of
    from hazecast.fetch.sources import cams as source
    from hazecast.fetch.sources.store_key import store_key

    request = source.CAMSRequest(
        box_of(box, config),
        run_of(run, source.RUNS_EVERY_HOURS, source.RUN_IS_OUT_AFTER_HOURS),
        lead_hours_of(hours, every, config),
        store_key(key_file),
        tuple(variable) or source.USUAL,
        base_url or source.BASE,
    )
    _fetch(source.SOURCE, request, out, again, as_json)


def _fetch(source: "Source[Any]", request: object, out: Path, again: bool, as_json: bool) -> None:
    """Fetch what answers `request`, and say what came; a file that could not be had is an error when all others are there."""
    from hazecast.fetch.folder import fetch_plan
    from hazecast.fetch.telling import failure_of, outcome_facts, outcome_lines
    from hazecast.fetch.web import open_web

    make_folder(out)
    try:
        with progress_bars(as_json) as progress, open_web() as web:
            plan = source.plan(request, web, lambda share: progress("looking up", share))
            outcome = fetch_plan(web, plan, out, source.name, again=again, progress=lambda share: progress(source.name, share))
    except KeyboardInterrupt:
        _leave()
    print_result(as_json, outcome_facts(outcome, source.name), outcome_lines(outcome, source.title))
    if failure := failure_of(outcome):
        raise failure


def _leave() -> NoReturn:
    """End at once: a thread may wait for a server that keeps silent, and what is on the disk may be left at any time."""
    print("hazecast: stopped. What came is kept; the same command goes on from there.", file=sys.stderr, flush=True)
    os._exit(INTERRUPTED)
