"""The room's one door: everything a cycle may know, and nothing that had not arrived by its `as_of`."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import xarray as xr

from hazecast.config import Settings, StationSettings
from hazecast.errors import MissingVariable, NoDataInPeriod
from hazecast.intake.era5_netcdf import Weather, read_weather
from hazecast.intake.files import identified
from hazecast.intake.openaq_csv import Monitoring, read_monitoring
from hazecast.records import Cycle, Gathered, Note, Station

RECENT = timedelta(hours=48)


def gather(cycle: Cycle, settings: Settings) -> Gathered:
    """Weather from the start of the history to the end of the forecast, and observations that had arrived by `as_of`.

    Weather after `as_of` is there only as the forecast's own input; where it is an analysis, every product says so. Raises
    InputError for files that cannot be read, and NoDataInPeriod where neither weather nor recent observations are there.
    """
    first = _naive(cycle.init_time - timedelta(days=settings.forecast.history_days))
    weather = read_weather(settings.meteorology.path, first, _naive(cycle.end_time))
    delay = pd.Timedelta(hours=settings.observations.arrival_delay_hours)
    monitoring = read_monitoring(settings.observations.path, pd.Timestamp(_naive(cycle.as_of)), delay)
    observations = _of_listed_stations(monitoring, settings).sel(time=slice(first, _naive(cycle.init_time)))
    _require_something(cycle, weather, observations)
    return Gathered(
        cycle=cycle,
        meteorology=weather.data,
        meteorology_kind=settings.meteorology.kind,
        observations=observations,
        stations=tuple(_station(s) for s in settings.stations),
        inputs=(*identified(weather.files, "meteorology"), *identified(monitoring.files, "observations")),
        notes=(*weather.notes, *_without_zero(monitoring.notes)),
    )


def _naive(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.replace(tzinfo=None), "ns")


def _station(listed: StationSettings) -> Station:
    return Station(listed.id, listed.name, listed.latitude, listed.longitude)


def _without_zero(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    return tuple(n for n in notes if n.count)


def _of_listed_stations(monitoring: Monitoring, settings: Settings) -> xr.Dataset:
    if "pm25" not in monitoring.data:
        raise MissingVariable(
            f"{settings.observations.path} holds no PM2.5 by then; it has {', '.join(map(str, monitoring.data.data_vars))}.",
            "Add PM2.5 to the observations: it is what is forecast.",
        )
    return monitoring.data.reindex(station=[s.id for s in settings.stations])


def _require_something(cycle: Cycle, weather: Weather, observations: xr.Dataset) -> None:
    ahead = weather.data["time"].values[-1] > _naive(cycle.init_time)
    recent = observations["pm25"].sel(time=slice(_naive(cycle.init_time - RECENT), None)).notnull().any()
    if not ahead and not recent:
        raise NoDataInPeriod(
            f"For cycle {cycle.key} there is no weather after {cycle.init_time:%Y-%m-%d %H:%M} UTC (it ends "
            f"{str(weather.data['time'].values[-1])[:16]}) and no observation of the {RECENT.total_seconds() / 3600:.0f} hours before.",
            "Choose a cycle inside the data, or add later files.",
        )
