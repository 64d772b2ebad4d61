"""From what was gathered to one lattice, one hourly axis, and the stations."""

from collections.abc import Iterable
from dataclasses import dataclass
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

OF_FIELDS = np.float32  # weather on a lattice is not known any finer, and days of it fill the memory
DRIVING_ALOFT = (EASTWARD_WIND_ALOFT, NORTHWARD_WIND_ALOFT, GEOPOTENTIAL_HEIGHT_ALOFT)


@dataclass(frozen=True, slots=True, eq=False)
class _Weather:
    """On the lattice and at the stations; notes that count nothing are not to be told."""

    lattice: xr.Dataset
    stations: xr.Dataset
    notes: tuple[Note, ...]


def to_grid(gathered: Gathered, lattice: Lattice) -> Gridded:
    """Bring weather to `lattice` and to the stations, and everything to the hours from the first input to the last valid time.

    What was bridged, estimated or lacks becomes a note; weather that lacks inside the forecast period is named apart. Where the stations'
    own weather is all there is, that of the lattice is unknown. Raises InputError
    for an inventory or a population grid that has nothing on the lattice, and for weather without a wind that can be used; SettingsError
    for a source region that has nothing on it.
    """
    hours = _hours_of(gathered)
    base = None if gathered.base is None else bridged(gathered.base, hours).data
    weather = _of_stations(gathered, lattice, hours) or _of_grid(gathered, lattice, hours)
    emission_lacks = 0 if gathered.emissions is None else cells_without_emission(lattice, gathered.emissions)
    candidates = (*weather.notes, Note(NoteCode.EMISSION_CELLS_LACKING, emission_lacks))
    return Gridded(
        gathered=gathered,
        lattice_weather=weather.lattice,
        station_weather=weather.stations,
        observations=onto_hours(gathered.observations, hours),
        notes=tuple(note for note in candidates if note.count != 0),
        emissions=None if gathered.emissions is None else emissions_on(lattice, gathered.emissions),
        population=None if gathered.population is None else population_on(lattice, gathered.population),
        lattice_base=None if base is None else to_lattice(base, lattice),
        station_base=None if base is None else to_stations(base, gathered.stations),
        region_shares=region_shares(lattice, gathered.regions),
        lattice_aloft=_aloft_on(lattice, gathered.meteorology_aloft, hours),
    )


def _hours_of(gathered: Gathered) -> NDArray[np.datetime64]:
    sources = gathered.observations, gathered.meteorology, gathered.station_weather
    first = [data["time"].values[0] for data in sources if data is not None and data.sizes["time"]]
    return hours_between(min(_naive(gathered.cycle.init_time), *first), _naive(gathered.cycle.end_time))


def _of_grid(gathered: Gathered, lattice: Lattice, hours: NDArray[np.datetime64]) -> _Weather:
    from_aloft = _wind_from_aloft(gathered)
    filled = [bridged(source, hours) for source in (gathered.meteorology, from_aloft) if source is not None]
    on_lattice = _side_by_side(to_lattice(f.data.astype(OF_FIELDS, copy=False), lattice) for f in filled)
    notes = (
        *_how_estimated(gathered, from_aloft),
        Note(NoteCode.WEATHER_HOURS_FILLED, max(f.hours_bridged for f in filled)),
        Note(NoteCode.WEATHER_CELLS_FILLED, sum(f.cells_filled for f in filled)),
        Note(NoteCode.WEATHER_HOURS_LACKING, _hours_without_wind(on_lattice.sel(time=_ahead(gathered, hours)))),
    )
    return _Weather(on_lattice, _side_by_side(to_stations(f.data, gathered.stations) for f in filled), notes)


def _of_stations(gathered: Gathered, lattice: Lattice, hours: NDArray[np.datetime64]) -> _Weather | None:
    """As measured, with winds that are unknown where no station measures any; None where weather is gridded."""
    if gathered.station_weather is None:
        return None
    filled = bridged(gathered.station_weather.transpose("time", "station"), hours)
    unknown = xr.DataArray(np.full((hours.size, len(gathered.stations)), np.nan), filled.data.coords, ("time", "station"))
    winds = {wind.key: filled.data.get(wind.key, unknown).assign_attrs(units=wind.units) for wind in REQUIRED_METEOROLOGY}
    lacking = _hours_without_anything(filled.data.sel(time=_ahead(gathered, hours)))
    notes = Note(NoteCode.WEATHER_HOURS_FILLED, filled.hours_bridged), Note(NoteCode.WEATHER_HOURS_LACKING, lacking)
    return _Weather(_unknown_on(lattice, hours), filled.data.assign(winds), notes)


def _unknown_on(lattice: Lattice, hours: NDArray[np.datetime64]) -> xr.Dataset:
    axes = {"time": hours, "latitude": lattice.latitude, "longitude": lattice.longitude}
    field = np.full((hours.size, *lattice.shape), np.nan, dtype=np.float32)
    return xr.Dataset({wind.key: (tuple(axes), field, {"units": wind.units}) for wind in REQUIRED_METEOROLOGY}, axes)


def _ahead(gathered: Gathered, hours: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    return hours[hours > _naive(gathered.cycle.init_time)]


def _aloft_on(lattice: Lattice, aloft: xr.Dataset | None, hours: NDArray[np.datetime64]) -> xr.Dataset | None:
    """What is aloft and drives transport, from its own first hour on; cells that lack stay so, for no note would tell of a filling."""
    driving = [] if aloft is None else [variable.key for variable in DRIVING_ALOFT if variable.key in aloft]
    if aloft is None or not driving or not (within := hours >= aloft["time"].values[:1]).any():
        return None
    return to_lattice(bridged_between(aloft[driving].astype(OF_FIELDS, copy=False), hours[within]), lattice)


def _wind_from_aloft(gathered: Gathered) -> xr.Dataset | None:
    """Wind at 10 m made of that aloft, where it was not delivered itself."""
    near = gathered.meteorology
    delivered = near is None or all(variable.key in near for variable in REQUIRED_METEOROLOGY)
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


def _hours_without_anything(weather: xr.Dataset) -> int:
    """Hours in which no station has a value."""
    known = np.zeros(weather.sizes["time"], dtype=bool)
    for values in weather.data_vars.values():
        known |= values.notnull().any("station").values
    return int((~known).sum())


def _naive(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.replace(tzinfo=None), "ns")
