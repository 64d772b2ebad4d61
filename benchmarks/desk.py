"""The forecaster's page over a season's records: 120 cycles a month for six months, 500 stations in 30 areas, maps of 200 × 280 cells.

The ledger has all cycles with their messages and deliveries; those that a page may read have their files too. The goals are in seconds
of processor time of the one process that asks and answers, whatever else the machine does. A page is asked for a first time with nothing in
memory, and then again.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import xarray as xr
from sqlalchemy import Engine
from starlette.testclient import TestClient

from benchmarks.measuring import Row
from hazecast.archive.bulletin_facts import facts_files
from hazecast.archive.database import open_database
from hazecast.archive.decisions import DECISIONS_FILE, decisions_json
from hazecast.archive.deliveries import Delivery
from hazecast.archive.ledger import CycleResults, claim_cycle, finish_cycle
from hazecast.archive.netcdf import write_dataset
from hazecast.archive.products import FileWriter, bytes_writer, store_products
from hazecast.config import Settings
from hazecast.desk.app import create_app
from hazecast.desk.pages.verify import CYCLES_SCORED
from hazecast.records import Action, BulletinFacts
from tests.bulletin_facts import NORTH_CHINA, Place, Scenario, facts_of
from tests.desk_archive import INIT, PASSWORD, add_people, desk_settings

EVERY = timedelta(hours=6)
WITH_MAPS = 2
ROUNDS = 9
GOAL_PAGE_S, GOAL_FRAME_S = 1.0, 0.15


@dataclass(frozen=True, slots=True)
class Season:
    """How large the records are."""

    cycles: int
    with_files: int
    areas: int
    stations_an_area: int
    lattice: tuple[int, int]
    recipients: int


WHOLE = Season(720, CYCLES_SCORED + 2, 30, 17, (200, 280), 20)
SMALL = Season(4, 3, 2, 1, (6, 8), 1)


def rows(small: bool) -> list[Row]:
    """The small size has four cycles and two areas."""
    season = SMALL if small else WHOLE
    with TemporaryDirectory() as folder, ExitStack() as stack:
        settings, newest, before = records(Path(folder), season)
        now = INIT + EVERY * season.cycles
        client = stack.enter_context(
            TestClient(create_app(settings, Path(folder) / "hazecast.toml", lambda: now), base_url="http://desk.test")
        )
        client.post("/login", data={"name": "zhao", "password": PASSWORD})
        size = f"{season.cycles} cycles, {season.areas * season.stations_an_area} stations"
        lattice = " × ".join(map(str, season.lattice))
        area = NORTH_CHINA[0].id
        return [
            *_page(client, f"Today, {size}", "/"),
            *_page(client, f"Look with an area's reasons, {size}", f"/look?area={area}-0"),
            *_page(client, f"Verify, {min(season.with_files, CYCLES_SCORED)} cycles scored of {size}", "/verify"),
            _frames(client, f"a frame of PM2.5, {lattice}", lambda hour: f"/look/{newest}/pm25/{hour}.png"),
            _frames(
                client,
                f"a frame of wind, {season.areas * season.stations_an_area} stations",
                lambda hour: f"/look/{newest}/wind/{hour}.svg",
            ),
            _frames(client, f"a frame of a difference, {lattice}", lambda hour: f"/look/{newest}/less/{before}/pm25/{hour}.png"),
        ]


def _page(client: TestClient, name: str, path: str) -> list[Row]:
    first, again = _seconds(client, path), median(_seconds(client, path) for _ in range(ROUNDS))
    return [_row(f"{name}, first", first, GOAL_PAGE_S), _row(f"{name}, again", again, GOAL_PAGE_S)]


def _frames(client: TestClient, name: str, path: Callable[[int], str]) -> Row:
    return _row(name, median(_seconds(client, path(hour)) for hour in range(ROUNDS)), GOAL_FRAME_S)


def _row(name: str, seconds: float, goal: float) -> Row:
    return Row(name, seconds, "s", f"{goal:g} s", goal / seconds, 1.0)


def _seconds(client: TestClient, path: str) -> float:
    start = time.process_time()
    answer = client.get(path)
    spent = time.process_time() - start
    assert answer.status_code == 200, (path, answer.status_code)
    return spent


def records(folder: Path, season: Season) -> tuple[Settings, str, str]:
    """The settings, and the keys of the two newest cycles, which have whole maps."""
    places = tuple(
        replace(NORTH_CHINA[n % 11], id=f"{NORTH_CHINA[n % 11].id}-{n}", stations=season.stations_an_area) for n in range(season.areas)
    )
    coarse = _facts(places, (4, 4))
    settings = desk_settings(folder, coarse, review=False)
    database = open_database(settings.output.archive)
    keys = []
    for number in range(season.cycles):
        rank = season.cycles - 1 - number
        facts = _at(_facts(places, season.lattice) if rank < WITH_MAPS else coarse, number)
        _store(database, settings, facts, rank < season.with_files, season.recipients)
        keys.append(facts.cycle.key)
    add_people(database)
    database.dispose()
    return settings, keys[-1], keys[-2]


def _facts(places: tuple[Place, ...], lattice: tuple[int, int]) -> BulletinFacts:
    latitudes, longitudes = np.linspace(36.0, 41.0, lattice[0]), np.linspace(112.5, 119.0, lattice[1])
    return facts_of(Scenario("North China", "Asia/Shanghai", INIT, places, latitudes, longitudes, ()))


def _at(facts: BulletinFacts, number: int) -> BulletinFacts:
    """The same facts as those of a later cycle, with messages of its own."""
    later, shift = number * EVERY, np.timedelta64(int(number * EVERY.total_seconds()), "s")
    cycle = replace(facts.cycle, init_time=facts.cycle.init_time + later, as_of=facts.cycle.as_of + later)
    windows = tuple(replace(w, valid_from=w.valid_from + later, valid_until=w.valid_until + later) for w in facts.assessment.windows)
    messages = tuple(
        replace(
            m,
            id=f"{cycle.key}-{m.area_id}",
            action=Action.ISSUE,
            issued_at=m.issued_at + later,
            valid_from=m.valid_from + later,
            valid_until=m.valid_until + later,
            cycle_key=cycle.key,
            replaces=(),
        )
        for m in facts.assessment.messages
        if m.level > 0
    )
    forecast = facts.forecast
    moved = (
        data.assign_coords(init_time=data["init_time"] + shift, valid_time=data["valid_time"] + shift)
        for data in (forecast.grid, forecast.stations)
    )
    grid, stations = moved
    assessment = replace(facts.assessment, cycle=cycle, windows=windows, messages=messages, in_force=messages, statuses=())
    seen = facts.observations.assign_coords(time=facts.observations["time"] + shift)
    return replace(
        facts,
        cycle=cycle,
        issued_at=facts.issued_at + later,
        assessment=assessment,
        forecast=replace(forecast, cycle=cycle, grid=grid, stations=stations),
        observations=seen.assign(relative_humidity=seen["pm25"] * 0.0 + 85.0),
        weather=_wind(stations),
        in_force_before=(),
    )


def _wind(stations: xr.Dataset) -> xr.Dataset:
    like = stations["pm25"].transpose("lead_time", "station").values / 100.0
    names = ("eastward_wind", "northward_wind")
    return xr.Dataset(
        dict.fromkeys(names, (("time", "station"), like)), {"time": stations["valid_time"].values, "station": stations["station"].values}
    )


def _store(database: Engine, settings: Settings, facts: BulletinFacts, with_files: bool, recipients: int) -> None:
    now = facts.cycle.as_of
    claim = claim_cycle(database, facts.cycle, "bench", settings.sha256(), now)
    files: dict[str, FileWriter] = {
        "grid.nc": partial(write_dataset, facts.forecast.grid.assign(level=facts.assessment.grid_level.variable)),
        "stations.nc": partial(write_dataset, facts.forecast.stations.assign(level=facts.assessment.station_level.variable)),
        DECISIONS_FILE: bytes_writer(decisions_json(facts.assessment, facts.notes)),
        **facts_files(facts),
    }
    products = store_products(database, settings.output.archive, claim, files) if with_files else ()
    key, until = facts.cycle.key, max(w.valid_until for w in facts.assessment.windows)
    deliveries = tuple(Delivery(f"{key}-{n}", f"{key}-bulletin", key, f"reader-{n}", "mail", until) for n in range(recipients))
    finish_cycle(database, claim, CycleResults(facts.inputs, products, facts.assessment.messages, deliveries, "1.2.3"), now)
