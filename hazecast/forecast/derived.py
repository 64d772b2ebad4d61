"""Hourly series made of other series at stations: of weather hour by hour, of observations looking back only."""

import numpy as np
import xarray as xr

from hazecast.forecast.neighbours import mean_of_others


def with_derived(stations: xr.Dataset) -> xr.Dataset:
    """The dataset (time, station) with coordinates `latitude` and `longitude`, and whatever its series allow to derive."""
    derived = {}
    if "pm25" in stations:
        places = stations["latitude"].values, stations["longitude"].values
        derived["neighbours"] = mean_of_others(stations["pm25"].values, *places)
    if "eastward_wind" in stations:
        derived["wind_speed"] = np.hypot(stations["eastward_wind"].values, stations["northward_wind"].values)
    return stations.assign({key: (("time", "station"), values) for key, values in derived.items()})
