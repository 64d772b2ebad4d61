"""What was observed in some hours as it is known today, read and vetted: for scores and for reports, never for a forecast."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import xarray as xr

from hazecast.config import Settings
from hazecast.errors import NoDataInPeriod
from hazecast.intake.monitoring.reading import read_monitoring
from hazecast.quality.thresholds import thresholds_for
from hazecast.quality.vet import vet
from hazecast.records import Note, Station, Vetted

CONTEXT = timedelta(days=60)  # before and after, that values are held against


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Vetted values of all stations in the files; `stations` are those with a place, or listed in the settings."""

    vetted: Vetted
    stations: tuple[Station, ...]
    modelled: xr.Dataset
    files: tuple[Path, ...]
    notes: tuple[Note, ...]


def observed(settings: Settings, first: datetime | None = None, last: datetime | None = None) -> Observed:
    """Read the observations and check those from `first` to `last`, UTC, with what came before and after beside them.

    Raises InputError for files that cannot be read, NoDataInPeriod where there is nothing in these hours.
    """
    read = read_monitoring(settings.observations.path, columns=settings.observations.columns)
    stations = _placed(read.stations, settings)
    wide = read.data.sel(time=slice(_naive(first, -CONTEXT), _naive(last, CONTEXT)))
    vetted = vet(wide, stations, thresholds_for(settings.quality))
    inside = vetted.between(_naive(first), _naive(last))
    if not inside.raw.sizes["time"]:
        raise NoDataInPeriod(
            f"{settings.observations.path} has no hour from {_said(first)} to {_said(last)}; it has {_span(read.data)}.",
            "Choose hours inside the data.",
        )
    return Observed(inside, stations, read.modelled.sel(time=slice(_naive(first), _naive(last))), read.files, read.notes)


def _placed(stations: tuple[Station, ...], settings: Settings) -> tuple[Station, ...]:
    """Where the settings say that they are, or else the files."""
    listed = {s.id: Station(s.id, s.name, s.latitude, s.longitude) for s in settings.stations}
    return (*listed.values(), *(s for s in stations if s.id not in listed))


def _naive(moment: datetime | None, more: timedelta = timedelta(0)) -> np.datetime64 | None:
    return None if moment is None else np.datetime64(moment.replace(tzinfo=None) + more, "ns")


def _said(moment: datetime | None) -> str:
    return "any time" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def _span(data: xr.Dataset) -> str:
    first, last = (str(data["time"].values[i])[:16].replace("T", " ") for i in (0, -1))
    return f"{first} to {last} UTC"
