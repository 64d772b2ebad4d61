"""Which formats the data came in, and what of it is a forecast."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from hazecast.config import Settings
from hazecast.errors import MissingVariable
from hazecast.intake.fields import formats as field_formats
from hazecast.intake.fields.layout import Box, Wanted
from hazecast.intake.fields.reading import Fields, read_fields
from hazecast.intake.monitoring import formats as monitoring_formats
from hazecast.intake.monitoring.reading import Monitoring
from hazecast.vocabulary import PM25


def _counted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{name} ({count} file{'' if count == 1 else 's'})" for name, count in Counter(names).most_common())


def _runs(weather: xr.Dataset) -> str:
    """What is a forecast: the number of runs, when the first and the last began, and the longest step; empty for analyses."""
    times, runs = weather["time"].values, weather["init_time"].values
    known = runs[~np.isnat(runs)]
    if not known.size:
        return ""
    longest = int((times - runs)[~np.isnat(runs)].max() / np.timedelta64(1, "h"))
    first, last = (str(run)[:16].replace("T", " ") for run in (known.min(), known.max()))
    count = np.unique(known).size
    return f"{count} run{'' if count == 1 else 's'}, {first if count == 1 else f'{first} to {last}'} UTC, up to {longest} h ahead"


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """In which formats data came, which runs, whose base forecast there will be, and at how many places values are modelled."""

    weather_formats: tuple[str, ...]
    weather_runs: str
    observation_formats: tuple[str, ...]
    places_modelled: int
    base: str


def sources_found(settings: Settings, weather: xr.Dataset, fields: Fields, monitoring: Monitoring) -> SourcesFound:
    """What `settings` will be fed with; raises InputError where they name forecasts of another model without PM2.5."""
    return SourcesFound(
        weather_formats=_counted(field_formats.format_of(file).name for file in fields.files),
        weather_runs=_runs(weather),
        observation_formats=_counted(monitoring_formats.format_of(file, settings.observations.columns).name for file in monitoring.files),
        places_modelled=monitoring.modelled.sizes.get("station", 0),
        base=_base(settings, weather),
    )


def _base(settings: Settings, weather: xr.Dataset) -> str:
    """Empty for hazecast's own transport alone."""
    path, domain = settings.base_forecast.path, settings.domain
    if path is None:
        return f"{PM25.long_name} beside the weather" if PM25.key in weather else ""
    found = read_fields(path, Wanted(box=Box(domain.south, domain.north, domain.west, domain.east)))
    if PM25.key not in found.data:
        raise MissingVariable(f"{path} holds no {PM25.long_name} near the ground.", "Name forecasts that hold it.")
    formats = ", ".join(_counted(field_formats.format_of(file).name for file in found.files))
    return f"{formats}, {_runs(found.data) or 'analyses, which only the past is taken of'}"
