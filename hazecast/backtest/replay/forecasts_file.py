"""The station forecasts of all cycles in one file, put together cycle by cycle."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from hazecast.archive.cycle_files import STATIONS_FILE
from hazecast.archive.netcdf import read_dataset, variables_in, write_slices
from hazecast.backtest.replay.folder import CYCLES, FORECASTS_FILE
from hazecast.backtest.replay.plan import Plan

ALONG = "init_time"


def write_forecasts(out: Path, plan: Plan, cycle_keys: Sequence[str]) -> Path:
    """Write `forecasts.nc`: the variables that all station products have, (init_time, station, lead_time[, …]), in the order of the keys.

    Stations go by their names, as people and programs know them from the observations, unless two have the same; `station_id` has the ids
    of the settings. One cycle is in memory at a time. Raises OSError where the file cannot be written.
    """
    file = out / FORECASTS_FILE
    write_slices(_slices(out, plan, cycle_keys), ALONG, file)
    return file


def _slices(out: Path, plan: Plan, cycle_keys: Sequence[str]) -> Iterator[xr.Dataset]:
    files = [out / CYCLES / key / STATIONS_FILE for key in cycle_keys]
    shared = set.intersection(*(set(variables_in(file)) for file in files))
    for file in files:
        stations = read_dataset(file)
        yield _slice(stations.drop_vars(set(map(str, stations.variables)) - shared), plan)


def _slice(stations: xr.Dataset, plan: Plan) -> xr.Dataset:
    """With `init_time` as the first dimension of all that the cycles do not share."""
    bare = stations.drop_vars([ALONG, "valid_time"])
    whole = bare.expand_dims({ALONG: np.atleast_1d(stations[ALONG].values)})
    whole[ALONG].attrs = dict(stations[ALONG].attrs)
    whole = _by_name(whole)
    valid = stations["valid_time"]
    whole = whole.assign_coords(valid_time=((ALONG, *valid.dims), valid.values[None], valid.attrs))
    return whole.assign_attrs(history=_history(plan), comment=_weather(stations))


def _by_name(data: xr.Dataset) -> xr.Dataset:
    ids, names = data["station"], data["station_name"].values
    called = names if len(set(names)) == names.size else ids.values
    told = {
        "station": ("station", called, {"long_name": "Station", "cf_role": "timeseries_id"}),
        "station_id": ("station", ids.values, {"long_name": "Station id in the settings"}),
    }
    return data.assign_coords(told)


def by_id(forecasts: xr.Dataset) -> xr.Dataset:
    """What `write_forecasts` wrote, with the ids of the settings for stations, as every other file of a backtest has them."""
    return forecasts.assign_coords(station=forecasts["station_id"].values) if "station_id" in forecasts.coords else forecasts


def _history(plan: Plan) -> str:
    hours = int(plan.every.total_seconds() // 3600)
    return f"hazecast backtest from {plan.start:%Y-%m-%dT%H}Z to {plan.end:%Y-%m-%dT%H}Z every {hours} h"


def _weather(stations: xr.Dataset) -> str:
    """What the cycle says of its weather and of the base forecast, without its remarks on single hours."""
    return ". ".join(str(stations.attrs.get("comment", "")).split(". ")[:2])
