"""CAMS, global and European, as the Atmosphere Data Store delivers it in NetCDF: pollutants, and the weather beside them.

The files are nearly CF: here they are completed to what the reader of CF files takes. Of several levels the one at the ground is taken.
Mixing ratios become mass in a volume with the density of the air at the ground: by surface pressure (or the pressure of the level) and
the temperature at 2 m (or at the level).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast import vocabulary as v
from hazecast.archive.netcdf import read_dataset
from hazecast.errors import UnreadableInput
from hazecast.intake.fields.cf_reading import read_cf
from hazecast.intake.fields.conversion import converted, units_of
from hazecast.intake.fields.layout import FieldFormat, LevelKind, Part, Wanted
from hazecast.intake.fields.mixing_ratio import concentration, is_mixing_ratio, no_density
from hazecast.intake.fields.near_ground import is_near_ground
from hazecast.intake.fields.netcdf_names import dimensions_in
from hazecast.intake.units import is_sum
from hazecast.vocabulary import Variable

GLOBAL: Mapping[str, Variable] = MappingProxyType({"pm2p5": v.PM25, "pm10": v.PM10, "go3": v.O3, "no2": v.NO2, "so2": v.SO2, "co": v.CO})
EUROPEAN: Mapping[str, Variable] = MappingProxyType(
    {f"{name}_conc": p for name, p in {**GLOBAL, "o3": v.O3}.items()} | {"o3": v.O3}  # the European reanalyses write no _conc
)
POLLUTANTS: Mapping[str, Variable] = MappingProxyType({**GLOBAL, **EUROPEAN})
RUNS_AND_STEPS = frozenset({"forecast_reference_time", "forecast_period"})
SUMS: Mapping[str, Variable] = MappingProxyType({"tp": v.PRECIPITATION, "ssrd": v.SOLAR_RADIATION})
_LEVELS: Mapping[str, LevelKind] = MappingProxyType(
    {"level": "hybrid", "model_level": "hybrid", "hybrid": "hybrid", "pressure_level": "pressure", "isobaricInhPa": "pressure"}
)
_PRESSURES = ("millibars", "millibar", "hPa", "mbar")
_METRES = ("m", "metre", "metres")
_BEGINNING = re.compile(r"(FORECAST|ANALYSIS)\D*(\d{8})")
_REMEDY = "Deliver the file as the Atmosphere Data Store writes it."
_PRESSURE, _LOG_PRESSURE, _TEMPERATURE, _TEMPERATURE_ON_LEVELS = "sp", "lnsp", "t2m", "t"


def recognises(file: Path) -> bool:
    """Whether it has pollutants by CAMS's names, or runs and steps as the Atmosphere Data Store lays them out.

    ERA5 has ozone too, on levels.
    """
    variables = dimensions_in(file)
    pollutants = {name for name in variables if name in POLLUTANTS and not (name == "o3" and set(variables[name]) & set(_LEVELS))}
    return bool(pollutants) or variables.keys() >= RUNS_AND_STEPS


@dataclass(frozen=True, slots=True)
class _Air:
    """Where the pressure and the temperature come from by which mixing ratios are converted.

    `pressure` is the variable of surface pressure, or of its logarithm; without one, `level_pa` is that of the level, if it is one of
    pressure. `temperature` is the variable of the temperature at 2 m, or on the levels of the pollutants.
    """

    pressure: str | None
    level_pa: float | None
    temperature: str | None


def read(file: Path, wanted: Wanted) -> Part:
    """The hours, runs and region that are wanted of one file.

    Raises UnreadableInput, MissingVariable, and UnknownUnits also where a mixing ratio comes without the density of the air.
    """
    air: list[_Air | None] = []

    def opened(choose: Callable[[xr.Dataset], xr.Dataset]) -> xr.Dataset:
        def chosen(raw: xr.Dataset) -> xr.Dataset:
            dated = _with_dates(raw, file)
            air.append(_air_in(dated, file))
            return choose(_completed(_with_stand_ins(dated, air[0], file), file))

        return _with_concentrations(read_dataset(file, chosen), air[0], file)

    part = read_cf(file, wanted, opened)
    stood_in = air[0] is not None and air[0].temperature == _TEMPERATURE_ON_LEVELS
    return replace(part, surface=part.surface.drop_vars(v.AIR_TEMPERATURE.key)) if stood_in else part


FORMAT = FieldFormat("CAMS NetCDF", ("*.nc", "*.nc4"), recognises, read)


def _pollutants_in(data: xr.Dataset) -> list[str]:
    """Without ERA5's ozone, which is on levels."""
    return [name for name in POLLUTANTS if name in data and not (name == "o3" and is_mixing_ratio(units_of(data[name])))]


def _completed(data: xr.Dataset, file: Path) -> xr.Dataset:
    """Nothing is loaded by it but axes."""
    at_ground = {name: _at_ground(data, name, file) for name in _pollutants_in(data)}
    named = {name: values.assign_attrs(standard_name=POLLUTANTS[name].standard_name) for name, values in at_ground.items()}
    data = data.assign(named)
    if set(map(str, data.variables)) >= RUNS_AND_STEPS:
        sums = [name for name, variable in SUMS.items() if name in data and is_sum(variable, units_of(data[name]))]
        data = data.assign({name: data[name].assign_attrs(GRIB_stepType="accum") for name in sums})
    return data


def _with_dates(raw: xr.Dataset, file: Path) -> xr.Dataset:
    """European files count hours from a date that stands in words."""
    if "time" not in raw.coords or raw["time"].dtype.kind not in "iuf":
        return raw
    words = [str(raw["time"].attrs.get("long_name", "")), *(f"{key} {value}" for key, value in raw.attrs.items())]
    found = next((match for text in words if (match := _BEGINNING.search(text))), None)
    if found is None or units_of(raw["time"]) not in ("hours", "hour") or raw["time"].isnull().any():
        raise UnreadableInput(
            f"{file}: its time is in {units_of(raw['time'])!r} and called {words[0]!r}; expected hours, and 'FORECAST time from 20240131'.",
            _REMEDY,
        )
    try:
        beginning = np.datetime64(f"{found[2][:4]}-{found[2][4:6]}-{found[2][6:]}", "ns")
    except ValueError:
        raise UnreadableInput(f"{file}: its time counts from {found[2]}, which is no date.", _REMEDY) from None
    seconds = np.round(raw["time"].values * 3600.0).astype("timedelta64[s]")
    dated = raw.assign_coords(time=("time", beginning + seconds, {"standard_name": "time"}))
    return dated.assign_coords(forecast_reference_time=beginning) if found[1] == "FORECAST" else dated


def _level(data: xr.Dataset, name: str, file: Path) -> tuple[str, int, LevelKind, float] | None:
    """The dimension of a field's levels, the index along it of the one at the ground, and that level, in Pa, m or by its number.

    None for a field without levels.
    """
    dim = next((str(d) for d in data[name].dims if d in _LEVELS), None)
    if dim is None:
        return None
    if dim not in data.coords or not data[dim].size:
        raise UnreadableInput(f"{file}: the {dim} of {name} has no values.", _REMEDY)
    units = units_of(data[dim])
    kind: LevelKind = "height" if units in _METRES else "pressure" if units in _PRESSURES else _LEVELS[dim]
    axis = data[dim].values.astype(np.float64) * (100.0 if kind == "pressure" else 1.0)
    index = int(axis.argmin() if kind == "height" else axis.argmax())
    if not is_near_ground(kind, axis[index]):
        raise UnreadableInput(
            f"{file}: the lowest level of {name} is {data[dim].values[index]:g} {units}, which is not at the ground.",
            "Add the lowest level to the download: 0 m, 1000 hPa, or model level 137.",
        )
    return dim, index, kind, float(axis[index])


def _at_ground(data: xr.Dataset, name: str, file: Path) -> xr.DataArray:
    level = _level(data, name, file)
    return data[name] if level is None else data[name].isel({level[0]: level[1]}, drop=True)


def _air_in(data: xr.Dataset, file: Path) -> _Air | None:
    """None where no pollutant is a mixing ratio."""
    ratios = [name for name in _pollutants_in(data) if is_mixing_ratio(units_of(data[name]))]
    if not ratios:
        return None
    level = _level(data, ratios[0], file)
    on_levels = level is not None and _TEMPERATURE_ON_LEVELS in data and level[0] in data[_TEMPERATURE_ON_LEVELS].dims
    return _Air(
        pressure=next((name for name in (_PRESSURE, _LOG_PRESSURE) if name in data), None),
        level_pa=level[3] if level is not None and level[2] == "pressure" else None,
        temperature=_TEMPERATURE if _TEMPERATURE in data else _TEMPERATURE_ON_LEVELS if on_levels else None,
    )


def _with_stand_ins(data: xr.Dataset, air: _Air | None, file: Path) -> xr.Dataset:
    """With the air's pressure and temperature under the names of those at the ground, so that they are read along."""
    if air is not None and air.pressure == _LOG_PRESSURE:
        surplus = {dim: 0 for dim in data[_LOG_PRESSURE].dims if dim in _LEVELS}
        data = data.assign({_PRESSURE: data[_LOG_PRESSURE].isel(surplus, drop=True).assign_attrs(units="Pa")})
    if air is not None and air.temperature == _TEMPERATURE_ON_LEVELS:
        data = data.assign({_TEMPERATURE: _at_ground(data, _TEMPERATURE_ON_LEVELS, file)})
    return data


def _with_concentrations(loaded: xr.Dataset, air: _Air | None, file: Path) -> xr.Dataset:
    if air is not None and air.pressure == _LOG_PRESSURE:
        loaded = loaded.assign({_PRESSURE: loaded[_PRESSURE].copy(data=np.exp(loaded[_PRESSURE].values))})
    ratios = [name for name in _pollutants_in(loaded) if is_mixing_ratio(units_of(loaded[name]))]
    return loaded.assign({name: _concentration(loaded, name, air, f"{file}: {name}") for name in ratios})


def _concentration(loaded: xr.Dataset, name: str, air: _Air | None, where: str) -> xr.DataArray:
    variable, ratio = POLLUTANTS[name], loaded[name]
    if air is None or air.temperature is None or (air.pressure is None and air.level_pa is None):
        raise no_density(where, variable)

    def like_ratio(other: str, meaning: Variable) -> NDArray[np.float64]:
        return converted(loaded[other].transpose(*ratio.dims).values, units_of(loaded[other]), meaning, where)

    pascal = np.array(air.level_pa) if air.pressure is None else like_ratio(_PRESSURE, v.SURFACE_PRESSURE)
    mass = concentration(ratio.values.astype(np.float64), pascal, like_ratio(_TEMPERATURE, v.AIR_TEMPERATURE), variable)
    return ratio.copy(data=mass).assign_attrs(units=variable.units)
