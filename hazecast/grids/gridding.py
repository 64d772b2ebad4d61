"""From what was gathered to one lattice, one hourly axis, and the stations."""

from datetime import datetime

import numpy as np
import xarray as xr

from hazecast.grids.hours import bridged, hours_between, onto_hours
from hazecast.grids.lattice import Lattice
from hazecast.grids.regridding import to_lattice, to_stations
from hazecast.records import Gathered, Gridded, Note, NoteCode
from hazecast.vocabulary import REQUIRED_METEOROLOGY


def to_grid(gathered: Gathered, lattice: Lattice) -> Gridded:
    """Bring weather to `lattice` and to the stations, and everything to the hours from the first input to the last valid time.

    What was bridged or lacks becomes a note; weather that lacks inside the forecast period is named apart.
    """
    weather, observations = gathered.meteorology, gathered.observations
    init_time, end_time = _naive(gathered.cycle.init_time), _naive(gathered.cycle.end_time)
    hours = hours_between(min(init_time, *weather["time"].values[:1], *observations["time"].values[:1]), end_time)
    filled = bridged(weather, hours)
    lattice_weather = to_lattice(filled.data, lattice)
    candidates = (
        Note(NoteCode.WEATHER_HOURS_FILLED, filled.hours_bridged),
        Note(NoteCode.WEATHER_CELLS_FILLED, filled.cells_filled),
        Note(NoteCode.WEATHER_HOURS_LACKING, _hours_without_wind(lattice_weather.sel(time=hours[hours > init_time]))),
    )
    return Gridded(
        gathered=gathered,
        lattice_weather=lattice_weather,
        station_weather=to_stations(filled.data, gathered.stations),
        observations=onto_hours(observations, hours),
        notes=tuple(n for n in candidates if n.count),
    )


def _hours_without_wind(weather: xr.Dataset) -> int:
    """Hours in which a cell has no wind: nothing can then be carried through it."""
    lacking = np.zeros(weather.sizes["time"], dtype=bool)
    for variable in REQUIRED_METEOROLOGY:
        lacking |= weather[variable.key].isnull().any(("latitude", "longitude")).values
    return int(lacking.sum())


def _naive(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.replace(tzinfo=None), "ns")
