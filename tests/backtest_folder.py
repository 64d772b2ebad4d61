"""The folder of a finished backtest, made up: air that hangs together, forecasts that are wrong by more the further they look ahead."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.archive.netcdf import write_dataset
from hazecast.backtest.replay.warnings_life import CycleWarnings, write_warnings
from hazecast.config import (
    DomainSettings,
    MeteorologySettings,
    ObservationSettings,
    OutputSettings,
    Settings,
    SiteSettings,
    VisibilitySettings,
)
from hazecast.config.places import AreaSettings, StationSettings
from hazecast.forecast.visibility import visibility
from hazecast.records import Action, Cycle, HazeWarning, Level, MeteorologyKind
from hazecast.warnings.deciding import levels
from hazecast.warnings.edition import load_edition

Array = NDArray[np.float64]
START = np.datetime64("2015-11-20T00", "ns")
HOUR = np.timedelta64(1, "h")
DAYS_BEFORE = 20
NAMES = ("Dongsi", "Olympic Centre", "Guanyuan", "万柳", "Shunyi", "Dingling")
QUANTILES = np.array([0.02, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.98])
NORMAL_SCORES = np.array([-2.0537, -1.6449, -1.2816, -0.6745, 0.0, 0.6745, 1.2816, 1.6449, 2.0537])
DIMS = ("init_time", "station", "lead_time")


@dataclass(frozen=True)
class Made:
    """What to make; `error` is the standard error of the logarithm a day ahead, `level` what the air is multiplied by."""

    days: int = 30
    stations: int = 3
    leads: int = 72
    error: float = 0.45
    level: float = 1.0
    forecast_seed: int = 2
    start: np.datetime64 = START


def write_backtest(folder: Path, made: Made = Made(), title: str = "Beijing") -> Path:
    """Write a whole folder; the air depends on the period, the forecasts on `forecast_seed` too."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = settings_of(folder, made, title)
    observed = air(made)
    forecasts = forecasts_of(observed, made)
    (folder / "settings.json").write_text(settings.model_dump_json(), encoding="utf-8")
    write_dataset(forecasts, folder / "forecasts.nc")
    pm25 = observed[["pm25"]].copy()
    pm25["pm25"][40:52, 0] = np.nan
    write_dataset(pm25, folder / "observed.nc")
    write_warnings(folder, told(forecasts, settings))
    record = {
        "start": str(made.start)[:19] + "+00:00",
        "end": str(made.start + made.days * 24 * HOUR)[:19] + "+00:00",
        "every_hours": 24,
        "horizon_hours": made.leads,
        "settings_sha256": settings.sha256(),
        "software_version": "0.1.0",
        "title": title,
        "time_zone": "Asia/Shanghai",
        "edition": settings.warnings.edition,
        "exercise": False,
        "perfect_prognosis": True,
        "cycles_planned": made.days + 1,
        "cycles_done": made.days,
        "failed": [{"cycle": "20151220T0000Z", "reason": "No weather for 24 hours."}],
        "cycles": [{"cycle": "x", "models": ["ab" * 32]}],
        "command": f"hazecast backtest --config beijing.toml --start 2015-11-20 --end 2015-12-20 --every 24h --out {folder.name}",
    }
    (folder / "backtest.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


def air(made: Made) -> xr.Dataset:
    """(time, station) PM2.5 in µg m-3 and humidity in %: three days of growing haze, then wind."""
    random = np.random.default_rng(int(made.start.astype("datetime64[h]").astype(np.int64)) % 1000)
    hours = (DAYS_BEFORE + made.days) * 24 + made.leads
    times = made.start - DAYS_BEFORE * 24 * HOUR + np.arange(1, hours + 1) * HOUR
    shared = _red(random, hours, 1, 0.98)[:, 0] * 0.35
    phase = np.cumsum(1.0 + 0.35 * _red(random, hours, 1, 0.97)[:, 0]) / 132.0
    wave = 1.25 * np.sin(2 * np.pi * phase) - 0.25 * np.cos(4 * np.pi * phase)
    local = 0.18 * _red(random, hours, made.stations, 0.95)
    daily = 0.18 * np.cos(2 * np.pi * (np.arange(hours) - 16) / 24)
    log = np.log(72.0 * made.level) + (wave + shared + daily)[:, None] + local - 0.12 * np.arange(made.stations)
    humidity = np.clip(52 + 12 * wave + 14 * np.cos(2 * np.pi * (np.arange(hours) - 22) / 24), 12, 97)
    return xr.Dataset(
        {"pm25": (("time", "station"), np.exp(log)), "relative_humidity": (("time", "station"), np.tile(humidity[:, None], made.stations))},
        coords={"time": times, "station": [f"{1001 + i}" for i in range(made.stations)]},
    )


def forecasts_of(observed: xr.Dataset, made: Made) -> xr.Dataset:
    """As a backtest writes them, with a distribution that is about right."""
    random = np.random.default_rng(made.forecast_seed)
    inits = made.start + np.arange(made.days) * 24 * HOUR
    leads = np.arange(1, made.leads + 1)
    valid = inits[:, None] + leads * HOUR
    at = observed["time"].to_index().get_indexer(valid.ravel()).reshape(valid.shape)
    truth = np.log(observed["pm25"].values[at]).transpose(0, 2, 1)
    humidity = observed["relative_humidity"].values[at].transpose(0, 2, 1)
    spread = made.error * np.sqrt(1 - np.exp(-leads / 14.0))
    common = _red(random, made.leads, made.days, 0.96).T[:, None, :]
    own = _red(random, made.leads, made.days * made.stations, 0.9).T.reshape(made.days, made.stations, made.leads)
    median = 0.9 * truth + 0.1 * np.log(70.0 * made.level) + spread * (0.8 * common + 0.6 * own)
    quantiles = np.exp(median[..., None] + 1.05 * np.maximum(spread, 0.08)[:, None] * NORMAL_SCORES)
    mean = np.exp(median + 0.3 * spread**2)
    optics = VisibilitySettings()
    sight = visibility(quantiles, humidity[..., None], optics)
    level = levels(load_edition("cma-haze-2013"), mean, visibility(mean, humidity, optics), humidity)
    fields = {
        "pm25": mean,
        "pm25_uncorrected": np.exp(0.7 * median + 0.3 * np.log(110.0 * made.level) + 0.4 * own),
        "relative_humidity": humidity,
        "visibility": visibility(mean, humidity, optics),
        "level": level,
        "rung": np.zeros(level.shape, dtype=np.int8),
    }
    ids = observed["station"].values
    return xr.Dataset(
        {
            **{name: (DIMS, values.astype(np.float32 if values.dtype.kind == "f" else np.int8)) for name, values in fields.items()},
            "pm25_quantile": ((*DIMS, "quantile"), quantiles.astype(np.float32)),
            "visibility_quantile": ((*DIMS, "quantile"), sight.astype(np.float32)),
        },
        coords={
            "init_time": inits,
            "station": ids,
            "lead_time": leads.astype(np.int32),
            "quantile": QUANTILES,
            "station_name": ("station", list(NAMES[: made.stations])),
            "latitude": ("station", 39.9 + 0.1 * np.arange(made.stations)),
            "longitude": ("station", 116.3 + 0.1 * np.arange(made.stations)),
        },
    )


def settings_of(folder: Path, made: Made, title: str) -> Settings:
    """The settings of the made backtest."""
    ids = tuple(f"{1001 + i}" for i in range(made.stations))
    return Settings(
        site=SiteSettings(titles={"en": title}, time_zone="Asia/Shanghai"),
        domain=DomainSettings(south=39.5, north=40.5, west=116.0, east=117.0, spacing=0.1),
        meteorology=MeteorologySettings(path=folder / "weather", kind=MeteorologyKind.ANALYSIS),
        observations=ObservationSettings(path=folder / "observations"),
        output=OutputSettings(archive=folder / "archive", outbox=folder / "outbox"),
        stations=tuple(StationSettings(id=i, name=n, latitude=39.9, longitude=116.4) for i, n in zip(ids, NAMES, strict=False)),
        areas=(AreaSettings(id="city", names={"en": "City", "zh": "城区"}, stations=ids),),
    )


def told(forecasts: xr.Dataset, settings: Settings) -> Sequence[CycleWarnings]:
    """A warning for the next day whenever three hours of the day reach a level at the first station."""
    found = []
    for at, init in enumerate(forecasts["init_time"].values):
        moment = datetime.fromtimestamp(int(init.astype("datetime64[s]").astype(np.int64)), UTC)
        cycle = Cycle(moment, moment, timedelta(hours=int(forecasts["lead_time"].values[-1])))
        level = Level(int(np.sort(forecasts["level"].values[at, 0, :24])[-3]))
        warning = (
            HazeWarning(
                id=f"city-{cycle.key}",
                area_id="city",
                edition=settings.warnings.edition,
                action=Action.ISSUE,
                level=level,
                valid_from=moment,
                valid_until=moment + timedelta(hours=24),
                issued_at=moment,
                cycle_key=cycle.key,
                condition="",
                probability=None,
                replaces=(),
            )
            if level > Level.NONE
            else None
        )
        found.append(CycleWarnings(cycle.key, (warning,) if warning else (), (warning,) if warning else ()))
    return found


def _red(random: np.random.Generator, hours: int, series: int, memory: float) -> Array:
    """Noise of variance 1 that hangs together from hour to hour, (hour, series)."""
    noise = random.normal(size=(hours, series)) * np.sqrt(1 - memory**2)
    noise[0] /= np.sqrt(1 - memory**2)
    for hour in range(1, hours):
        noise[hour] += memory * noise[hour - 1]
    return noise
