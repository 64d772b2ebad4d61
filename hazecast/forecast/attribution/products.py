"""Where PM2.5 comes from, as CF datasets."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.products import times_of
from hazecast.forecast.strengths import SEASONS, Strengths
from hazecast.forecast.transport.driving import Driving
from hazecast.forecast.transport.forecasting import Fields
from hazecast.forecast.transport.state import SIDES
from hazecast.records import EDGES, INITIAL, Cycle, SourceForecast, Station

Array = NDArray[np.float64]
Variable = tuple[tuple[str, ...], NDArray[np.generic], dict[str, str]]

UNITS = "µg m-3"
SOURCE_ATTRIBUTES = {"long_name": "Source: over the edges of the domain, in the air at the start, or the id of a source region"}


def source_forecast(
    cycle: Cycle,
    stations: Sequence[Station],
    driving: Driving,
    fields: Fields,
    at_stations: tuple[Array, Array],
    members: Array,
    strengths: Strengths,
) -> SourceForecast:
    """The products of a run: `at_stations` are PM2.5 by source (lead, station, source) and what of it was formed (lead, station).

    `members` (member, lead, station, source) have the sources in the same order; there may be none.
    """
    sources = [EDGES, INITIAL, *driving.tags.regions]
    shared = {"source": ("source", sources, SOURCE_ATTRIBUTES), **times_of(cycle)}
    return SourceForecast(
        grid=_grid(driving, fields).assign_coords(shared),
        stations=_stations(stations, at_stations, members).assign_coords(shared),
        strengths=_strengths(strengths, [*driving.tags.regions, *(f"{EDGES}-{side}" for side in SIDES)]),
    )


def _grid(driving: Driving, fields: Fields) -> xr.Dataset:
    lattice, layers = driving.air.lattice, driving.air.layers
    places = ("latitude", "longitude")
    return xr.Dataset(
        {
            "pm25_source": _variable(("lead_time", "source", *places), fields.sources, UNITS, "PM2.5 near the ground by source"),
            "pm25_secondary": _variable(("lead_time", *places), fields.formed, UNITS, "PM2.5 near the ground that was formed on the way"),
            "pm25_layer": _variable(("lead_time", "layer", *places), fields.layers, UNITS, "PM2.5 by layer"),
        },
        coords={
            "latitude": ("latitude", lattice.latitude, {"standard_name": "latitude", "units": "degrees_north"}),
            "longitude": ("longitude", lattice.longitude, {"standard_name": "longitude", "units": "degrees_east"}),
            "layer": ("layer", layers.centres, {"long_name": "Height of the middle of the layer", "units": "m", "positive": "up"}),
        },
    )


def _stations(stations: Sequence[Station], at_stations: tuple[Array, Array], members: Array) -> xr.Dataset:
    parts, formed = (np.moveaxis(values, 0, 1).astype(np.float32) for values in at_stations)
    fields = {
        "pm25_source": _variable(("station", "lead_time", "source"), parts, UNITS, "PM2.5 by source"),
        "pm25_secondary": _variable(("station", "lead_time"), formed, UNITS, "PM2.5 that was formed on the way"),
    }
    if members.shape[0]:
        varied = np.moveaxis(members, 1, 2).astype(np.float32)
        told = "PM2.5 by source with other winds and other emissions"
        fields["pm25_source_member"] = _variable(("member", "station", "lead_time", "source"), varied, UNITS, told)
    coords = {
        "station": ("station", [s.id for s in stations], {"long_name": "Station id", "cf_role": "timeseries_id"}),
        "latitude": ("station", [s.latitude for s in stations], {"standard_name": "latitude", "units": "degrees_north"}),
        "longitude": ("station", [s.longitude for s in stations], {"standard_name": "longitude", "units": "degrees_east"}),
    }
    return xr.Dataset(fields, coords=coords)


def _strengths(strengths: Strengths, sources: Sequence[str]) -> xr.Dataset:
    errors = np.sqrt(np.diagonal(strengths.covariance, axis1=1, axis2=2))
    told = "Factor of a region's emission as it was assumed; PM2.5 that flows in over the edges, µg m-3"
    fields = {
        "strength": _variable(("season", "source"), strengths.values, "1", told),
        "strength_error": _variable(("season", "source"), errors, "1", "Standard deviation of the strength"),
        "days": _variable(("season",), strengths.days, "1", "Days of observations behind the strengths"),
    }
    coords = {"season": ("season", list(SEASONS), {"long_name": "Months of the season"}), "source": ("source", list(sources), {})}
    return xr.Dataset(fields, coords=coords)


def _variable(dims: tuple[str, ...], values: NDArray[np.generic], units: str, long_name: str) -> Variable:
    return dims, values, {"units": units, "long_name": long_name}
