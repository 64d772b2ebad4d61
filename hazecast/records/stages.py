"""What the stages of a cycle hand on, from its inputs to the forecast."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.records.checks import require_dims, require_places, require_sources, require_utc
from hazecast.records.codes import MeteorologyKind, Note
from hazecast.records.places import Station
from hazecast.records.sources import SourceForecast, SourceRegion


@dataclass(frozen=True, slots=True)
class Cycle:
    """One run of the engine: forecasts from `init_time` out to `horizon`, made from what had arrived by `as_of`."""

    init_time: datetime
    as_of: datetime
    horizon: timedelta

    def __post_init__(self) -> None:
        require_utc("init_time", self.init_time)
        require_utc("as_of", self.as_of)
        if self.init_time != self.init_time.replace(minute=0, second=0, microsecond=0):
            raise ValueError(f"init_time is {self.init_time}; it must be a full hour.")
        if self.horizon < timedelta(hours=1) or self.horizon % timedelta(hours=1):
            raise ValueError(f"horizon is {self.horizon}; it must be a whole number of hours, at least one.")

    @property
    def key(self) -> str:
        """The cycle's name in file names, the ledger and bulletins, such as 20180427T00Z."""
        return f"{self.init_time:%Y%m%dT%HZ}"

    @property
    def lead_hours(self) -> range:
        """Lead times in hours, 1 to the horizon."""
        return range(1, int(self.horizon / timedelta(hours=1)) + 1)

    @property
    def end_time(self) -> datetime:
        """The last valid time."""
        return self.init_time + self.horizon


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that a cycle read: enough to say later whether the same file is still there."""

    path: Path
    sha256: str
    size_bytes: int
    role: str


@dataclass(frozen=True, slots=True)
class ObservationQuestion:
    """What was asked of the store of observations, so that it can be asked again and get the same answer.

    Values that had arrived by `as_of`, of the hours from `first` to `last`, out of what the store held when `newest_batch` was its
    newest. A value whose arrival is only assumed counts as arrived `assumed_delay` after its hour.
    """

    as_of: datetime
    newest_batch: int
    assumed_delay: timedelta
    first: datetime
    last: datetime
    station_ids: tuple[str, ...]
    keys: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in ("as_of", "first", "last"):
            require_utc(name, getattr(self, name))
        if self.last < self.first or self.newest_batch < 0:
            raise ValueError(f"A question of the hours from {self.first} to {self.last}, up to batch {self.newest_batch}.")


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question to the store of observations, and the hash of the answer that a cycle got."""

    question: ObservationQuestion
    sha256: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What had arrived by the cycle's `as_of`.

    `meteorology` has (time, latitude, longitude), latitude and longitude ascending, on the source's own grid, or (time, y, x) with the
    coordinates latitude and longitude along both; `meteorology_aloft`, if delivered, the same with `level` after time, and its own hours.
    Where there is no gridded weather, `station_weather` (time, station) has what the stations measured of it, and none of both.
    `observations` has (time, station), hourly, NaN where nothing usable arrived. `emissions`, if an inventory was delivered, has
    (sector, month, latitude, longitude) in kg m-2 s-1 on the inventory's own cells; `month` is 1 to 12, or 0 alone for the mean of a
    year. `population`, if delivered, has (latitude, longitude) in persons per m2. `base`, if another model's PM2.5 was delivered, has
    `pm25` in µg m-3 as `meteorology` has its fields, with `init_time` along time; of analyses nothing after `as_of`. `asked` is what
    `observations` answer, where they come from the store. `regions` are those whose part in the air is told apart.
    """

    cycle: Cycle
    meteorology: xr.Dataset | None
    meteorology_kind: MeteorologyKind
    observations: xr.Dataset
    stations: tuple[Station, ...]
    inputs: tuple[InputFile, ...]
    notes: tuple[Note, ...]
    emissions: xr.Dataset | None = None
    population: xr.Dataset | None = None
    meteorology_aloft: xr.Dataset | None = None
    base: xr.Dataset | None = None
    asked: AnsweredQuestion | None = None
    regions: tuple[SourceRegion, ...] = ()
    station_weather: xr.Dataset | None = None

    def __post_init__(self) -> None:
        if (self.meteorology is None) == (self.station_weather is None):
            raise ValueError("Either meteorology or station_weather was expected, and not both.")
        if self.meteorology is not None:
            require_places("meteorology", self.meteorology)
        if self.station_weather is not None:
            require_dims("station_weather", self.station_weather, ("time", "station"))
        if self.base is not None:
            require_places("base", self.base)
        if self.meteorology_aloft is not None:
            require_places("meteorology_aloft", self.meteorology_aloft)
            require_dims("meteorology_aloft", self.meteorology_aloft, ("level",))
        require_dims("observations", self.observations, ("time", "station"))
        require_sources(self.emissions, self.population)
        if len(self.stations) != self.observations.sizes["station"]:
            raise ValueError(f"{len(self.stations)} stations, but observations of {self.observations.sizes['station']}.")


@dataclass(frozen=True, slots=True)
class Gridded:
    """`Gathered` brought to one hourly time axis and one lattice, and to the stations.

    `lattice_weather` has (time, latitude, longitude), `station_weather` (time, station); both end at the cycle's last
    valid time or where the weather ends, with NaN in hours that could not be filled. The `time` of `observations` is the same. Where the
    stations' own weather is all there is, `lattice_weather` has its winds NaN and nothing else.
    `emissions` and `population` are those gathered, on the lattice, 0 where nothing is known; of that a note tells. `lattice_base` and
    `station_base` are the `base` gathered, NaN where it does not reach. `region_shares` has (region, latitude, longitude): the share of
    each cell that belongs to each region, whose sum is 1; the last is the rest of the domain. `lattice_aloft` has (time, level, latitude,
    longitude): winds and heights of the `meteorology_aloft` gathered, hourly from its own first hour on, NaN where it lacks.
    """

    gathered: Gathered
    lattice_weather: xr.Dataset
    station_weather: xr.Dataset
    observations: xr.Dataset
    notes: tuple[Note, ...]
    emissions: xr.Dataset | None = None
    population: xr.Dataset | None = None
    lattice_base: xr.Dataset | None = None
    station_base: xr.Dataset | None = None
    region_shares: xr.DataArray | None = None
    lattice_aloft: xr.Dataset | None = None

    def __post_init__(self) -> None:
        require_sources(self.emissions, self.population)
        if self.lattice_aloft is not None:
            require_dims("lattice_aloft", self.lattice_aloft, ("time", "level", "latitude", "longitude"))
        require_dims("lattice_weather", self.lattice_weather, ("time", "latitude", "longitude"))
        require_dims("station_weather", self.station_weather, ("time", "station"))
        require_dims("observations", self.observations, ("time", "station"))


@dataclass(frozen=True, slots=True)
class EarlierCycle:
    """A cycle before, and what drove its forecast: the `drivers` that its `Forecast` had."""

    cycle: Cycle
    drivers: xr.Dataset

    def __post_init__(self) -> None:
        require_dims("drivers", self.drivers, ("station", "lead_time"))


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is predicted for one cycle.

    `grid` has (lead_time, latitude, longitude): pm25 (µg m-3), relative_humidity (%), visibility (m).
    `stations` has (station, lead_time): the same, `rung`, and with a further dimension `quantile` pm25_quantile and
    visibility_quantile, the latter being the visibility at each pm25_quantile, so that it falls where that rises; what the visibility
    at a given PM2.5 errs by beside, in its logarithm, is `visibility_log_error`. `draws` are whole trajectories, (draw, station,
    lead_time): pm25 and visibility, the visibility's own error included; None where none were drawn.
    `lead_time` is in whole hours; each dataset carries the coordinates `init_time` and `valid_time`. `sources` tells where PM2.5 comes
    from, None where the transport model could not be run or scaled. `drivers` (station, lead_time) is the weather and the base forecast
    that it was made from, and the median that came of them. `exchanged` (station, lead_time) has for the first hours what the median
    would be with one kind of input as it was in the cycle before, a variable for each `Driver`, and `then`, what it was in that cycle.
    """

    cycle: Cycle
    grid: xr.Dataset
    stations: xr.Dataset
    notes: tuple[Note, ...]
    sources: SourceForecast | None = None
    draws: xr.Dataset | None = None
    drivers: xr.Dataset | None = None
    exchanged: xr.Dataset | None = None

    def __post_init__(self) -> None:
        require_dims("grid", self.grid, ("lead_time", "latitude", "longitude"))
        require_dims("stations", self.stations, ("station", "lead_time", "quantile"))
        if self.draws is not None:
            require_dims("draws", self.draws, ("draw", "station", "lead_time"))
        leads = list(self.cycle.lead_hours)
        drawn = () if self.draws is None else (("draws", self.draws),)
        for name, data in (("grid", self.grid), ("stations", self.stations), *drawn):
            if list(data["lead_time"].values) != leads:
                raise ValueError(f"{name} has lead times {data['lead_time'].values}, expected the hours 1 to {leads[-1]}.")


@dataclass(frozen=True, slots=True, eq=False)
class TerritoryForecast:
    """The forecast on the ground of one area: its `stations` and their draws are cells of the grid, each with its `ground` in m2."""

    area_id: str
    forecast: Forecast
    ground: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.ground.shape != (self.forecast.stations.sizes["station"],) or not (self.ground > 0.0).all():
            raise ValueError(f"Ground of {self.ground.shape} cells of {self.area_id!r} for {dict(self.forecast.stations.sizes)}.")
