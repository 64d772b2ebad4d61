"""The stations' own weather, where no gridded weather is delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import xarray as xr

from hazecast.archive.observations.holdings import keys_between
from hazecast.archive.observations.store import ObservationStore
from hazecast.intake.fields.dew_point import of_relative_humidity
from hazecast.intake.monitoring.recalling import recall
from hazecast.records import Cycle, Note, NoteCode
from hazecast.vocabulary import AIR_TEMPERATURE, DEW_POINT, METEOROLOGY, RELATIVE_HUMIDITY, VARIABLES

MEASURED = tuple(variable.key for variable in (*METEOROLOGY, RELATIVE_HUMIDITY))
WHENEVER = datetime(9999, 1, 1, tzinfo=UTC)  # what came is known by then
DRIEST_PERCENT = 1.0  # no air near the ground is drier; a dew point that says so is a code


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredWeather:
    """Variables of `METEOROLOGY` (time, station), NaN where nothing plausible was measured, and notes of what was rejected."""

    data: xr.Dataset
    notes: tuple[Note, ...]


def weather_kept(store: ObservationStore, first: datetime, last: datetime) -> tuple[str, ...]:
    """The keys of weather of which `store` may hold values in these hours; raises ArchiveError."""
    held = keys_between(store, first, last)
    return tuple(key for key in MEASURED if key in held)


def weather_that_came(store: ObservationStore, station_ids: Sequence[str], cycle: Cycle) -> xr.Dataset:
    """What the stations measured of weather after `init_time`, raw, whenever it arrived; raises ArchiveError."""
    hours = cycle.init_time + timedelta(hours=1), cycle.end_time
    return recall(store, station_ids, weather_kept(store, *hours), hours, WHENEVER, timedelta(0)).data


def station_weather(known: xr.Dataset, came: xr.Dataset | None) -> MeasuredWeather:
    """Of what was `known` of the stations (time, station), and of what `came` in a perfect prognosis, the weather.

    The dew point is that measured, else that of the relative humidity. Values outside the plausible range become NaN.
    """
    parts = [known] if came is None else [known, came]
    weather = [part.drop_vars([key for key in part.data_vars if key not in MEASURED]) for part in parts]
    measured = xr.merge(weather, join="outer", compat="no_conflicts")
    plausible, notes = _within_plausible_range(measured)
    return MeasuredWeather(_with_dew_point(plausible), notes)


def _within_plausible_range(measured: xr.Dataset) -> tuple[xr.Dataset, tuple[Note, ...]]:
    notes = []
    for key, values in measured.data_vars.items():
        variable = VARIABLES[str(key)]
        kept = values.where((values >= variable.lowest) & (values <= variable.highest))
        if rejected := int((kept.isnull() & values.notnull()).sum()):
            notes.append(Note(NoteCode.VALUES_REJECTED, rejected, variable.long_name))
        measured = measured.assign({key: kept})
    return measured, tuple(notes)


def _with_dew_point(measured: xr.Dataset) -> xr.Dataset:
    """Never above the temperature, nor in air drier than there is."""
    weather = measured.drop_vars(RELATIVE_HUMIDITY.key, errors="ignore")
    if AIR_TEMPERATURE.key not in measured:
        return weather
    warmth = measured[AIR_TEMPERATURE.key]
    dew_point = measured.get(DEW_POINT.key, xr.full_like(warmth, np.nan))
    if RELATIVE_HUMIDITY.key in measured:
        humid = measured[RELATIVE_HUMIDITY.key].clip(0.0, 100.0)
        dew_point = dew_point.fillna(warmth.copy(data=of_relative_humidity(humid.values, warmth.values)))
    driest = warmth.copy(data=of_relative_humidity(np.full(warmth.shape, DRIEST_PERCENT), warmth.values))
    believed = dew_point.where((dew_point >= driest) | warmth.isnull())
    return weather.assign({DEW_POINT.key: believed.where(~(believed > warmth), warmth).assign_attrs(units=DEW_POINT.units)})
