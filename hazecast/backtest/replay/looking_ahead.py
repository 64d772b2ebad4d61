"""That nothing of the future reaches a cycle of the past, asked of all that it gathered."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import SettingsError
from hazecast.records import Gathered, MeteorologyKind


def require_no_look_ahead(gathered: Gathered) -> Gathered:
    """What was gathered, if nothing of it was known later than `as_of`; weather of kind 'analysis' alone is what came, as it says.

    Raises SettingsError where hours ahead of a weather forecast belong to no run, so that nobody knows when they were known, and
    ValueError for anything else.
    """
    as_of = np.datetime64(gathered.cycle.as_of.replace(tzinfo=None), "ns")
    _require_none_after("observations", gathered.observations["time"].values, as_of)
    if gathered.base is not None:
        known = np.where(np.isnat(gathered.base["init_time"].values), gathered.base["time"].values, gathered.base["init_time"].values)
        _require_none_after("the base forecast", known, as_of)
    if gathered.meteorology_kind is not MeteorologyKind.ANALYSIS:
        for weather in (gathered.meteorology, gathered.meteorology_aloft):
            if weather is not None:
                _require_known_weather(weather, gathered, as_of)
        if gathered.station_weather is not None:
            _require_none_after("the stations' weather", gathered.station_weather["time"].values, as_of)
    return gathered


def _require_known_weather(weather: xr.Dataset, gathered: Gathered, as_of: np.datetime64) -> None:
    times, runs = weather["time"].values, weather["init_time"].values
    unknown = np.isnat(runs) & (times > as_of)
    if gathered.meteorology_kind is MeteorologyKind.FORECAST and unknown.any():
        raise SettingsError(
            f"meteorology.kind is 'forecast', and {int(unknown.sum())} hours of it after {str(as_of)[:16].replace('T', ' ')} UTC belong "
            "to no run: their files do not say when they were forecast.",
            "Deliver files that say it, or set the kind to 'analysis': every product then says that it is a perfect prognosis.",
        )
    _require_none_after("weather", np.where(np.isnat(runs), times, runs), as_of)


def _require_none_after(name: str, known: NDArray[np.datetime64], as_of: np.datetime64) -> None:
    if (known > as_of).any():
        raise ValueError(f"A cycle as of {as_of} was given {name} of {known.max()}.")
