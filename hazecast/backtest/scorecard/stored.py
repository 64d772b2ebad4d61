"""A finished backtest, read from its folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr
from pydantic import ValidationError

from hazecast.archive.netcdf import read_dataset
from hazecast.backtest.replay.folder import FORECASTS_FILE, OBSERVED_FILE, SETTINGS_FILE, WARNINGS_FILE
from hazecast.backtest.replay.forecasts_file import by_id
from hazecast.backtest.replay.record import read_record
from hazecast.backtest.replay.warnings_life import CycleWarnings, read_warnings
from hazecast.backtest.verification import Terms, terms_of
from hazecast.config import Settings
from hazecast.errors import ArchiveError


@dataclass(frozen=True, slots=True, eq=False)
class StoredBacktest:
    """What the folder of a backtest holds; `record` is its backtest.json, `told` is empty where no warnings were kept."""

    folder: Path
    forecasts: xr.Dataset
    observed: xr.DataArray
    settings: Settings
    record: dict[str, Any]
    told: tuple[CycleWarnings, ...]

    @property
    def name(self) -> str:
        """By which it is told from another: that of its folder."""
        return self.folder.resolve().name

    @property
    def terms(self) -> Terms:
        """How its forecasts are verified."""
        return terms_of(self.settings)

    @property
    def areas(self) -> dict[str, tuple[str, ...]]:
        """The ids of the stations of each area."""
        return {area.id: tuple(area.stations) for area in self.settings.areas}


def load_backtest(folder: Path) -> StoredBacktest:
    """Read it; raises ArchiveError or UnreadableInput where the folder holds no finished backtest."""
    record = read_record(folder)
    if not (folder / FORECASTS_FILE).is_file():
        raise ArchiveError(
            f"{folder} holds a backtest that is not finished: {FORECASTS_FILE} is lacking.", "Run `hazecast backtest` again."
        )
    warnings = folder / WARNINGS_FILE
    return StoredBacktest(
        folder=folder,
        forecasts=by_id(read_dataset(folder / FORECASTS_FILE)).sortby("init_time"),
        observed=read_dataset(folder / OBSERVED_FILE)["pm25"],
        settings=_settings(folder / SETTINGS_FILE),
        record=record,
        told=read_warnings(warnings) if warnings.is_file() else (),
    )


def _settings(file: Path) -> Settings:
    try:
        return Settings.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as broken:
        raise ArchiveError(f"{file} cannot be read as the settings of a backtest: {broken!s:.300}.", "Run the backtest again.") from broken
