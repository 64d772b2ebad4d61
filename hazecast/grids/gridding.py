"""From what was gathered to one lattice, one hourly axis, and the stations."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.grids.hours import bridged, bridged_between, hours_between, onto_hours
from hazecast.grids.lattice import Lattice
from hazecast.grids.regions import region_shares
from hazecast.grids.regridding import to_lattice, to_stations
from hazecast.grids.sources import cells_without_emission, emissions_on, population_on
from hazecast.grids.wind_profile import lowest_level_name, wind_near_ground
from hazecast.records import Gathered, Gridded, Note, NoteCode
from hazecast.vocabulary import EASTWARD_WIND_ALOFT, GEOPOTENTIAL_HEIGHT_ALOFT, NORTHWARD_WIND_ALOFT, REQUIRED_METEOROLOGY

DRIVING_ALOFT = (EASTWARD_WIND_ALOFT, NORTHWARD_WIND_ALOFT, GEOPOTENTIAL_HEIGHT_ALOFT)


def to_grid(gathered: Gathered, lattice: Lattice) -> Gridded:
    """Bring weather to `lattice` and to the stations, and everything to the hours from the first input to the last valid time.

    What was bridged, estimated or lacks becomes a note; weather that lacks inside the forecast period is named apart. Raises InputError
    for an inventory or a population grid that has nothing on the lattice, and for weather without a wind that can be used; SettingsError
    for a source region that has nothing on it.
    """
    weather, observations, from_aloft = gathered.meteorology, gathered.observations, _wind_from_aloft(gathered)
    init_time, end_time = _naive(gathered.cycle.init_time), _naive(gathered.cycle.end_time)
    hours = hours_between(min(init_time, *weather["time"].values[:1], *observations["time"].values[:1]), end_time)
    base = None if gathered.base is None else bridged(gathered.base, hours).data
    filled = [bridged(source, hours) for source in (weather, from_aloft) if source is not None]
    lattice_weather = _side_by_side(to_lattice(f.data, lattice) for f in filled)
    candidates = (
        Note(NoteCode.WEATHER_HOURS_FILLED, max(f.hours_bridged for f in filled)),
        Note(NoteCode.WEATHER_CELLS_FILLED, sum(f.cells_filled for f in filled)),
        Note(NoteCode.WEATHER_HOURS_LACKING, _hours_without_wind(lattice_weather.sel(time=hours[hours > init_time]))),
        Note(NoteCode.EMISSION_CELLS_LACKING, 0 if gathered.emissions is None else cells_without_emission(lattice, gathered.emissions)),
    )
    return Gridded(
        gathered=gathered,
        lattice_weather=lattice_weather,
        station_weather=_side_by_side(to_stations(f.data, gathered.stations) for f in filled),
        observations=onto_hours(observations, hours),
        notes=(*_how_estimated(gathered, from_aloft), *(n for n in candidates if n.count)),
        emissions=None if gathered.emissions is None else emissions_on(lattice, gathered.emissions),
        population=None if gathered.population is None else population_on(lattice, gathered.population),
        lattice_base=None if base is None else to_lattice(base, lattice),
        station_base=None if base is None else to_stations(base, gathered.stations),
        region_shares=region_shares(lattice, gathered.regions),
        lattice_aloft=_aloft_on(lattice, gathered.meteorology_aloft, hours),
    )


def _aloft_on(lattice: Lattice, aloft: xr.Dataset | None, hours: NDArray[np.datetime64]) -> xr.Dataset | None:
    """What is aloft and drives transport, from its own first hour on; cells that lack stay so, for no note would tell of a filling."""
    driving = [] if aloft is None else [variable.key for variable in DRIVING_ALOFT if variable.key in aloft]
    if aloft is None or not driving or not (within := hours >= aloft["time"].values[:1]).any():
        return None
    return to_lattice(bridged_between(aloft[driving], hours[within]), lattice)


def _wind_from_aloft(gathered: Gathered) -> xr.Dataset | None:
    """Wind at 10 m made of that aloft, where it was not delivered itself."""
    delivered = all(variable.key in gathered.meteorology for variable in REQUIRED_METEOROLOGY)
    return None if delivered or gathered.meteorology_aloft is None else wind_near_ground(gathered.meteorology_aloft)


def _how_estimated(gathered: Gathered, from_aloft: xr.Dataset | None) -> tuple[Note, ...]:
    if from_aloft is None or gathered.meteorology_aloft is None:
        return ()
    return (Note(NoteCode.WIND_FROM_ALOFT, detail=lowest_level_name(gathered.meteorology_aloft)),)


def _side_by_side(parts: Iterable[xr.Dataset]) -> xr.Dataset:
    """The fields of all parts, which have the same hours and places; of those that two have, the last."""
    first, *others = parts
    return first.assign({key: values for part in others for key, values in part.data_vars.items()})


def _hours_without_wind(weather: xr.Dataset) -> int:
    """Hours in which a cell has no wind: nothing can then be carried through it."""
    lacking = np.zeros(weather.sizes["time"], dtype=bool)
    for variable in REQUIRED_METEOROLOGY:
        lacking |= weather[variable.key].isnull().any(("latitude", "longitude")).values
    return int(lacking.sum())


def _naive(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.replace(tzinfo=None), "ns")
