"""PM2.5 as another model forecasts it: what had arrived of it by the cycle's `as_of`."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from hazecast.config import BaseForecastSettings
from hazecast.errors import MissingVariable, NoDataInPeriod, NothingReadable
from hazecast.intake.arrived import Runs
from hazecast.intake.fields.layout import Wanted
from hazecast.intake.fields.reading import Fields, files_unreadable, read_fields
from hazecast.records import Cycle, Note, NoteCode
from hazecast.vocabulary import PM25


@dataclass(frozen=True, slots=True, eq=False)
class DeliveredBase:
    """`data` has `pm25` in µg m-3 as `Fields.data` has its fields, with `init_time` along time; None where nothing was delivered.

    `files` are those that it was read from, beside those of the weather.
    """

    data: xr.Dataset | None
    files: tuple[Path, ...] = ()
    notes: tuple[Note, ...] = ()


def gather_base(cycle: Cycle, settings: BaseForecastSettings, wanted: Wanted, weather: xr.Dataset, runs: Runs) -> DeliveredBase:
    """What the settings name, or else what stands beside the weather; hours and region as `wanted`, of the `runs` that had arrived.

    A delivery that does not come, or of which no file can be read, stops no cycle: notes tell of it. Raises MissingVariable for files
    without PM2.5, and UnknownUnits.
    """
    if settings.path is None:
        beside = weather[[PM25.key]] if PM25.key in weather else None
        return DeliveredBase(None if beside is None else _forecast_or_past(beside, cycle))
    lacking = Note(NoteCode.BASE_LACKING, len(cycle.lead_hours))
    try:
        fields = read_fields(settings.path, wanted, runs=runs)
    except NothingReadable as refused:
        return DeliveredBase(None, (), (files_unreadable(refused.names), lacking))
    except NoDataInPeriod:
        if not settings.path.exists():
            raise
        return DeliveredBase(None, (), (lacking,))
    return DeliveredBase(_forecast_or_past(_pm25_of(fields, settings.path), cycle), fields.files, fields.notes)


def _pm25_of(fields: Fields, path: Path) -> xr.Dataset:
    if PM25.key not in fields.data:
        raise MissingVariable(
            f"{path} holds no PM2.5 near the ground; it has {', '.join(map(str, fields.data.data_vars)) or 'nothing known'}.",
            "Name files that hold it, or leave base_forecast.path out.",
        )
    return fields.data[[PM25.key]]


def _forecast_or_past(base: xr.Dataset, cycle: Cycle) -> xr.Dataset | None:
    """Without analyses of hours after `as_of`: who has seen the pollution does not forecast it."""
    as_of = np.datetime64(cycle.as_of.replace(tzinfo=None), "ns")
    known = base.isel(time=~np.isnat(base["init_time"].values) | (base["time"].values <= as_of))
    return known if known.sizes["time"] else None
