"""A whole daily cycle: weather of 0.25°, 1,500 stations, eight tags, 120 hours, a bulletin for 30 areas in three languages.

On lattices of 0.25° and, six hours later, of 0.1°. The model is learnt before, on the first of them and from few rows, and looks back eight
days; how much it knows changes nothing of the time. Told are the seconds, the share of each stage, and how often the transport of those
hours alone would fit into them, timed right after each cycle: machines differ, and one is not as fast at every hour.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from benchmarks import whole_model
from benchmarks.measuring import Row
from benchmarks.national_network import FIRST_DAY, Network, write_dumps
from hazecast.cli.running import gather_what_came, memory_of, surroundings_of
from hazecast.config import Settings, load_settings
from hazecast.cycle import run_cycle
from hazecast.records import Cycle
from hazecast.training import train_model

WEATHER_SPACING = 0.25
SOUTH, WEST = 20.0, 75.0
GOALS_S = {0.25: 120.0, 0.1: 360.0}
UNITS = {"u10": "m s**-1", "v10": "m s**-1", "t2m": "K", "d2m": "K", "sp": "Pa", "tp": "m", "blh": "m"}
RULES = """
[site]
titles = {{ en = "Haze forecast", zh = "霾预报", ja = "ヘイズ予報" }}
time_zone = "Asia/Shanghai"
languages = ["zh", "en", "ja"]
[domain]
south = {south}
north = {north}
west = {west}
east = {east}
spacing = {spacing}
[meteorology]
path = "weather"
kind = "analysis"
[observations]
path = "observations"
[forecast]
horizon_hours = {hours}
learning_rows = 2000
recent_days = 8
[output]
archive = "archive"
outbox = "outbox"
"""


@dataclass(frozen=True, slots=True)
class Size:
    """Rows and columns of the weather, days of it, stations, areas, lead hours, spacings of the lattices, and how far sources reach."""

    shape: tuple[int, int]
    days: int
    stations: int
    areas: int
    hours: int
    spacings: tuple[float, ...]
    radius_km: int


FULL = Size((200, 280), 24, 1500, 30, 120, (0.25, 0.1), 300)
SMALL = Size((10, 12), 12, 6, 2, 24, (0.25,), 15)


def rows(small: bool) -> list[Row]:
    """The time of each cycle beside its goal, and the share of every stage."""
    size = SMALL if small else FULL
    with tempfile.TemporaryDirectory(prefix="hazecast-bench-") as folder:
        home = Path(folder)
        _write_weather(size, home / "weather")
        write_dumps(Network(size.stations, size.days), home / "observations")
        first = _first_init(size)
        _prepare(_settings(size, size.spacings[0], home), first - timedelta(days=1))
        inits = (first + timedelta(hours=6 * number) for number in range(len(size.spacings)))
        return [row for spacing, init in zip(size.spacings, inits, strict=True) for row in _rows_of(size, spacing, init, home)]


def _rows_of(size: Size, spacing: float, init: datetime, home: Path) -> Iterator[Row]:
    stages, whole = _timed_cycle(_settings(size, spacing, home), init)
    name = f"daily cycle, {' × '.join(map(str, _cells(size, spacing)))}, {size.stations:,} stations, {size.hours} h"
    yield Row(name, whole, "s", f"{GOALS_S[spacing]:g} s", GOALS_S[spacing] / whole, 1.0)
    alone = _transport_alone(size, spacing, home)
    yield Row(f"{name}: in units of its transport alone", whole / alone, "times", "the transport of these hours alone", alone / whole, None)
    for stage, seconds in stages.items():
        yield Row(f"{name}: {stage}", 100.0 * max(seconds, 1e-6) / whole, "% of its time", "all of it", whole / max(seconds, 1e-6), None)


def _transport_alone(size: Size, spacing: float, home: Path) -> float:
    """Seconds that eight tags take through the hours ahead, without gases, on a lattice of as many cells; timed over a fifth of them."""
    folder = home / f"transport-{spacing}"
    folder.mkdir()
    hours = max(size.hours // 5, 2)
    return whole_model.run(_cells(size, spacing), spacing, hours, "ppm", folder).seconds * size.hours / hours


def _cells(size: Size, spacing: float) -> tuple[int, int]:
    """Rows and columns of a lattice over the weather."""
    rows, columns = (round(n * WEATHER_SPACING / spacing) for n in size.shape)
    return rows, columns


def _first_init(size: Size) -> datetime:
    """Its last hour, and that of a cycle six hours after it, are within the weather."""
    day = (FIRST_DAY + size.days - 1).astype(datetime)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=size.hours - 12)


def _prepare(settings: Settings, init: datetime) -> None:
    """What was there before: a model, and a cycle, for what is said of changes needs one."""
    cycle = Cycle(init, init, timedelta(hours=settings.forecast.horizon_hours))
    with memory_of(settings) as memory:
        gather = partial(gather_what_came, memory=memory)
        train_model(cycle, settings, settings.output.archive, gather, lambda _stage, _done: None)
        run_cycle(cycle, settings, surroundings_of(settings, memory, gather, clock=lambda: init), lambda _stage, _done: None)


def _timed_cycle(settings: Settings, init: datetime) -> tuple[dict[str, float], float]:
    stages: dict[str, float] = {}
    with memory_of(settings) as memory:
        around = surroundings_of(settings, memory, partial(gather_what_came, memory=memory), clock=lambda: init)
        timed = replace(
            around,
            gather=_timed(around.gather, "gathering what came", stages),
            forecaster=_timed(around.forecaster, "forecasting", stages),
            composer=_timed(around.composer, "the bulletin in three languages", stages),
        )
        begun = time.perf_counter()
        run_cycle(Cycle(init, init, timedelta(hours=settings.forecast.horizon_hours)), settings, timed, lambda _stage, _done: None)
        whole = time.perf_counter() - begun
    stages["checking, gridding, deciding, reasons, keeping"] = whole - sum(stages.values())
    return stages, whole


def _timed(work: Callable[..., Any], name: str, stages: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        with _adding(stages, name):
            return work(*arguments, **named)

    return timed


@contextmanager
def _adding(stages: dict[str, float], name: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    stages[name] = stages.get(name, 0.0) + time.perf_counter() - begun


def _settings(size: Size, spacing: float, home: Path) -> Settings:
    north, east = SOUTH + WEATHER_SPACING * (size.shape[0] - 1), WEST + WEATHER_SPACING * (size.shape[1] - 1)
    chance = np.random.default_rng(3)
    names = Network(size.stations, size.days).names
    latitudes, longitudes = chance.uniform(SOUTH + 0.5, north - 0.5, len(names)), chance.uniform(WEST + 0.5, east - 0.5, len(names))
    text = RULES.format(south=SOUTH, north=north, west=WEST, east=east, spacing=spacing, hours=size.hours)
    text += "".join(
        f'[[stations]]\nid = "{name}"\nname = "{name}"\nlatitude = {latitude:.3f}\nlongitude = {longitude:.3f}\n'
        for name, latitude, longitude in zip(names, latitudes, longitudes, strict=True)
    )
    for area, own in enumerate(np.array_split(np.argsort(longitudes), size.areas)):
        members = ", ".join(f'"{names[n]}"' for n in own)
        text += f'[[areas]]\nid = "city-{area}"\nnames = {{ en = "City {area}" }}\nstations = [{members}]\n'
    for area in range(2):
        text += f'[[sources]]\nid = "around-{area}"\nnames = {{ en = "Around city {area}" }}\n'
        text += f'around_area = "city-{area}"\nradius_km = {size.radius_km}\n'
    file = home / f"hazecast-{spacing}.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


def _write_weather(size: Size, folder: Path) -> None:
    """A file a day: lows and highs that move east, a mixed layer that breathes, some rain."""
    folder.mkdir()
    latitude = SOUTH + WEATHER_SPACING * np.arange(size.shape[0])
    longitude = WEST + WEATHER_SPACING * np.arange(size.shape[1])
    y, x = np.deg2rad(latitude)[:, None], np.deg2rad(longitude)[None, :]
    for day in range(size.days):
        with netCDF4.Dataset(folder / f"era5-{day:03}.nc", "w") as data:
            for name, values in (("valid_time", range(24)), ("latitude", latitude), ("longitude", longitude)):
                data.createDimension(name, len(values))
                axis = data.createVariable(name, "f8", (name,))
                axis[:] = values
                axis.units = (
                    f"hours since {FIRST_DAY + day}" if name == "valid_time" else f"degrees_{'north' if name[1] == 'a' else 'east'}"
                )
            fields = {key: data.createVariable(key, "f4", ("valid_time", "latitude", "longitude")) for key in UNITS}
            for key, field in fields.items():
                field.units = UNITS[key]
            for hour in range(24):
                for key, values in _hour(24 * day + hour, y, x).items():
                    fields[key][hour] = values


def _hour(t: int, y: Any, x: Any) -> dict[str, Any]:
    phase, flat = 8.0 * x - t / 12.0, 0.0 * (x + y)
    warmth = np.cos((t - 6) * np.pi / 12)
    return {
        "u10": 3.0 + 2.5 * np.sin(10.0 * y + phase),
        "v10": 3.0 * np.cos(phase) + flat,
        "t2m": 278.0 + 4.0 * warmth + 3.0 * np.sin(phase) + flat,
        "d2m": 271.0 + 2.0 * np.sin(phase) + flat,
        "sp": 101_000.0 + 300.0 * np.sin(phase) + flat,
        "tp": np.maximum(np.sin(10.0 * y + phase) - 0.8, 0.0) * 0.005,
        "blh": 700.0 + 500.0 * warmth + flat,
    }
