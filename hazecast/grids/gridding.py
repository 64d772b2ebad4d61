"""From what was gathered to one lattice, one hourly axis, and the stations."""

import numpy as np

from hazecast.grids.hours import bridged, hours_between, onto_hours
from hazecast.grids.lattice import Lattice
from hazecast.grids.regridding import to_lattice, to_stations
from hazecast.records import Gathered, Gridded, Note, NoteCode


def to_grid(gathered: Gathered, lattice: Lattice) -> Gridded:
    """Bring weather to `lattice` and to the stations, and everything to the hours from the first input to the last valid time.

    What was bridged or lacks becomes a note; weather that lacks inside the forecast period is named apart.
    """
    weather, observations = gathered.meteorology, gathered.observations
    end = np.datetime64(gathered.cycle.end_time.replace(tzinfo=None), "ns")
    hours = hours_between(min(weather["time"].values[0], observations["time"].values[0]), end)
    filled = bridged(weather, hours)
    ahead = filled.data.sel(time=slice(np.datetime64(gathered.cycle.init_time.replace(tzinfo=None), "ns"), None))
    lacking_ahead = int(ahead["eastward_wind"].isnull().all(("latitude", "longitude")).sum())
    candidates = (
        Note(NoteCode.WEATHER_HOURS_FILLED, filled.hours_bridged),
        Note(NoteCode.WEATHER_CELLS_FILLED, filled.cells_filled),
        Note(NoteCode.WEATHER_HOURS_LACKING, lacking_ahead),
    )
    return Gridded(
        gathered=gathered,
        lattice_weather=to_lattice(filled.data, lattice),
        station_weather=to_stations(filled.data, gathered.stations),
        observations=onto_hours(gathered.observations, hours),
        notes=tuple(n for n in candidates if n.count),
    )
