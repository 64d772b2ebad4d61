"""The transport model through past weather, with strengths learnt from observations before a day: what it says of those after it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import Settings
from hazecast.forecast.emissions.choosing import emission_of
from hazecast.forecast.strengths import season_of
from hazecast.forecast.transport.driving import driving
from hazecast.forecast.transport.learning import learnt_strengths, run_unscaled
from hazecast.forecast.transport.state import SIDES
from hazecast.grids.gridding import to_grid
from hazecast.grids.lattice import lattice_of_domain
from hazecast.grids.sampling import sampling
from hazecast.quality.thresholds import thresholds_for
from hazecast.quality.vet import vet
from hazecast.records import Cycle
from hazecast.survey.survey import survey
from tests.gathering import gather

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Hindcast:
    """Hourly, all in µg m-3: `sources` (time, station, source) of the regions and at last the edges, `observed` (time, station).

    `places` are latitudes and longitudes in degrees (station,), `station_weather` is (time, station).
    """

    times: NDArray[np.datetime64]
    stations: tuple[str, ...]
    regions: tuple[str, ...]
    sources: Array
    observed: Array
    split: np.datetime64
    places: tuple[Array, Array]
    station_weather: xr.Dataset

    @property
    def modelled(self) -> Array:
        return np.asarray(self.sources.sum(axis=2))

    @property
    def after(self) -> NDArray[np.bool_]:
        """The hours that nothing was learnt from."""
        return np.asarray(self.times >= self.split)

    def climatology(self) -> Array:
        """The mean of what was observed before, by hour of the day, (time, station)."""
        hour = pd.DatetimeIndex(self.times).hour
        before = pd.DataFrame(self.observed[~self.after]).groupby(hour[~self.after]).mean()
        return np.asarray(before.reindex(hour).values)

    def correlations(self, foretold: Array) -> Array:
        """Of `foretold` with what was observed after, (station,)."""
        out = np.full(len(self.stations), np.nan)
        for i in range(len(self.stations)):
            both = self.after & ~np.isnan(self.modelled[:, i] + self.observed[:, i] + foretold[:, i])
            if both.sum() > 24:
                out[i] = np.corrcoef(foretold[both, i], self.observed[both, i])[0, 1]
        return out


def settings_of(case: Path, out: Path) -> Settings:
    """Those that `hazecast init` writes."""
    return survey(case / "meteorology.nc", case / "observations", out).settings


def hindcast(case: Path, out: Path, until: datetime, split: datetime, days: int) -> Hindcast:
    """Of the `days` before `until`, with strengths learnt from what was observed before `split`."""
    settings = settings_of(case, out)
    settings = settings.model_copy(update={"forecast": settings.forecast.model_copy(update={"history_days": days, "horizon_hours": 6})})
    raw = gather(Cycle(until.replace(tzinfo=UTC), until.replace(tzinfo=UTC), timedelta(hours=6)), settings)
    usable = vet(raw.observations, raw.stations, thresholds_for(settings.quality)).usable()
    gridded = to_grid(replace(raw, observations=usable), lattice_of_domain(settings.domain))
    emission = emission_of(gridded, settings.site.time_zone, np.array(settings.transport.layer_tops))
    assert gridded.region_shares is not None
    drive = driving(gridded.lattice_weather, gridded.lattice_aloft, emission, gridded.region_shares, settings.transport)
    times = gridded.lattice_weather["time"].values
    run = run_unscaled(drive, settings.transport, sampling(drive.air.lattice, raw.stations), slice(0, times.size), (), lambda _: None)
    observed = gridded.observations["pm25"].transpose("time", "station").values
    first_unknown = np.datetime64(split.replace(tzinfo=None), "ns")
    strengths = learnt_strengths(run, np.where((times < first_unknown)[:, None], observed, np.nan), times)
    assert strengths is not None
    scaled = run.sources() * strengths.of_season(season_of(times))[:, None, :]
    sources = np.concatenate([scaled[..., : -len(SIDES)], scaled[..., -len(SIDES) :].sum(axis=2, keepdims=True)], axis=2)
    names = tuple(station.name for station in raw.stations)
    places = np.array([s.latitude for s in raw.stations]), np.array([s.longitude for s in raw.stations])
    return Hindcast(times, names, drive.tags.regions, sources, observed, first_unknown, places, gridded.station_weather)
