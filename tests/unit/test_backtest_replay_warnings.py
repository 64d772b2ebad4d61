"""The life of warnings is replayed as it would have been lived: the same messages as cycles that meet each other in one ledger."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.archive.cycle_files import GRID_FILE, STATIONS_FILE
from hazecast.archive.database import open_database
from hazecast.archive.ledger import CycleResults, claim_cycle, finish_cycle
from hazecast.archive.netcdf import write_dataset
from hazecast.archive.warning_log import warnings_known
from hazecast.backtest.replay.folder import CYCLES
from hazecast.backtest.replay.warnings_life import replay_warnings
from hazecast.config import Settings
from hazecast.intake.territories import areas_of
from hazecast.records import Action, Cycle, Forecast, HazeWarning
from hazecast.warnings.assess import assess
from hazecast.warnings.life import REMEMBERED
from tests.small_case import SmallCase, small_settings

INIT = datetime(2019, 1, 9, tzinfo=UTC)
SPREAD = np.array([0.6, 0.8, 1.0, 1.2, 1.4])
HOURS = 48


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return small_settings(SmallCase(tmp_path))


def forecast(pm25: float, hour: int, settings: Settings) -> Forecast:
    """The same PM2.5 everywhere at 90 % humidity, as cycles store it."""
    cycle = Cycle(INIT + timedelta(hours=hour), INIT + timedelta(hours=hour), timedelta(hours=HOURS))
    start, leads = np.datetime64(cycle.init_time.replace(tzinfo=None), "ns"), np.arange(1, HOURS + 1, dtype=np.int32)
    times = {"lead_time": leads, "init_time": start, "valid_time": ("lead_time", start + leads * np.timedelta64(1, "h"))}
    ids = [station.id for station in settings.stations]

    def fields(dims: tuple[str, ...], shape: tuple[int, ...]) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
        values = np.full(shape, pm25, dtype=np.float32)
        return {"pm25": (dims, values), "visibility": (dims, 6e5 / values), "relative_humidity": (dims, np.full_like(values, 90.0))}

    coords = {"station": ids, "quantile": [0.05, 0.25, 0.5, 0.75, 0.95], **times}
    stations = xr.Dataset(fields(("station", "lead_time"), (len(ids), HOURS)), coords=coords)
    band = stations["pm25"].expand_dims(quantile=5, axis=2) * SPREAD.astype(np.float32)
    stations = stations.assign(pm25_quantile=band, visibility_quantile=6e5 / band, rung=xr.zeros_like(stations["pm25"], dtype=np.int8))
    cells = fields(("lead_time", "latitude", "longitude"), (HOURS, 2, 3))
    return Forecast(cycle, xr.Dataset(cells, coords={"latitude": [36.0, 37.0], "longitude": [116.0, 117.0, 118.0], **times}), stations, ())


def store(out: Path, forecasts: list[Forecast]) -> None:
    for made in forecasts:
        folder = out / CYCLES / made.cycle.key
        folder.mkdir(parents=True)
        write_dataset(made.grid, folder / GRID_FILE)
        write_dataset(made.stations, folder / STATIONS_FILE)


def lived(folder: Path, forecasts: list[Forecast], settings: Settings) -> list[tuple[HazeWarning, ...]]:
    """As in operation: each cycle asks the ledger what is in force, and enters its messages."""
    ledger, told = open_database(folder), []
    for made in forecasts:
        known = warnings_known(ledger, made.cycle.as_of, made.cycle.as_of - REMEMBERED)
        messages = assess(made, areas_of(settings), settings.warnings, known).messages
        claim = claim_cycle(ledger, made.cycle, "one", "s", made.cycle.as_of)
        finish_cycle(ledger, claim, CycleResults((), (), messages, (), "0.1.0"), made.cycle.as_of)
        told.append(messages)
    ledger.dispose()
    return told


def test_messages_are_those_of_cycles_that_followed_each_other(settings: Settings, tmp_path: Path) -> None:
    course = [(40.0, 0), (200.0, 6), (200.0, 12), (400.0, 18), (400.0, 24), (np.nan, 30), (40.0, 36), (200.0, 60)]
    forecasts = [forecast(pm25, hour, settings) for pm25, hour in course]
    store(tmp_path, forecasts)
    replayed = list(replay_warnings(tmp_path, settings, [made.cycle for made in forecasts]))
    assert [told.messages for told in replayed] == lived(tmp_path / "ledger", forecasts, settings)
    actions = [message.action for told in replayed for message in told.messages]
    assert {Action.ISSUE, Action.UPGRADE, Action.LIFT} <= set(actions)
    assert [told.cycle_key for told in replayed] == [made.cycle.key for made in forecasts]
    for told, made in zip(replayed, forecasts, strict=True):
        assert all(warning.valid_until > made.cycle.as_of for warning in told.in_force)


def test_a_warning_that_nobody_renews_is_over_at_its_end(settings: Settings, tmp_path: Path) -> None:
    forecasts = [forecast(200.0, 0, settings), forecast(np.nan, 72, settings)]
    store(tmp_path, forecasts)
    first, last = replay_warnings(tmp_path, settings, [made.cycle for made in forecasts])
    assert len(first.in_force) == 1
    assert (last.messages, last.in_force) == ((), ())
