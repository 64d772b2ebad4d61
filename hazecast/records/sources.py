"""Where PM2.5 comes from: the regions that emit it, and their shares in what is forecast."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.records.checks import require_dims
from hazecast.records.places import PlaceName

EDGES, INITIAL, ELSEWHERE = "edges", "initial", "elsewhere"
"""Ids of what comes over the edges of the domain, of what was in the air at the start and is of no known region, and of the rest of
the domain."""
RESERVED = (EDGES, INITIAL, ELSEWHERE)


@dataclass(frozen=True, slots=True, eq=False)
class SourceRegion:
    """A region whose emission is told apart: what its `rings` wind round, or, where there is one, its `mask`.

    rings  each (point, 2): longitude and latitude in degrees, closed or not; a hole runs the other way round than what it is cut from
    mask   (latitude, longitude): the share of each cell that belongs to it, 0 to 1
    """

    id: str
    names: tuple[PlaceName, ...]
    rings: tuple[NDArray[np.float64], ...] = ()
    mask: xr.DataArray | None = None

    def __post_init__(self) -> None:
        if not self.id or self.id in RESERVED or not self.names:
            raise ValueError(f"A source region needs a name and an id that is none of {', '.join(RESERVED)}; got {self.id!r}.")
        if bool(self.rings) == (self.mask is not None):
            raise ValueError(f"Source region {self.id!r} needs rings or a mask, and not both.")
        if any(ring.ndim != 2 or ring.shape[0] < 3 or ring.shape[1] != 2 for ring in self.rings):
            raise ValueError(f"The rings of source region {self.id!r} need three points of longitude and latitude each.")


@dataclass(frozen=True, slots=True)
class Source:
    """Something that PM2.5 comes from: a source region, or one of `RESERVED`, which have no names of their own."""

    id: str
    names: tuple[PlaceName, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SourceForecast:
    """PM2.5 of the transport model by where it comes from, in µg m-3; NaN where the air is not known.

    grid       (lead_time, source, latitude, longitude): pm25_source; (lead_time, latitude, longitude): pm25_secondary, formed on the way;
               (lead_time, layer, latitude, longitude): pm25_layer
    stations   (station, lead_time, source): pm25_source; (station, lead_time): pm25_secondary; with `member` first: pm25_source_member, as
               it is with other winds and emissions
    strengths  (season, source): strength, by which the emission of a region is multiplied, or what flows in over the edge of a side in
               µg m-3; strength_error, its standard deviation; (season): days of observations behind them
    """

    grid: xr.Dataset
    stations: xr.Dataset
    strengths: xr.Dataset

    def __post_init__(self) -> None:
        require_dims("grid", self.grid, ("lead_time", "source", "latitude", "longitude"))
        require_dims("stations", self.stations, ("station", "lead_time", "source"))
        require_dims("strengths", self.strengths, ("season", "source"))


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """Where the PM2.5 of areas comes from, by the transport model.

    `areas` has (area, lead_time, source): share, from 0 to 1, with share_low and share_high, between which four of five members of the
    ensemble lie; (area, lead_time): secondary_share, that was formed on the way; (area): own_source, the id of the region the area lies
    in, or empty. NaN where it is not known. `source` has the ids of `sources`, in their order; `valid_time` runs along lead_time.
    `members` is how many runs the spread is of.
    """

    sources: tuple[Source, ...]
    areas: xr.Dataset
    members: int

    def __post_init__(self) -> None:
        require_dims("areas", self.areas, ("area", "lead_time", "source"))
        if [source.id for source in self.sources] != self.areas["source"].values.tolist():
            raise ValueError(f"Shares are of {self.areas['source'].values.tolist()}; expected {[s.id for s in self.sources]}.")
