"""The emission of an inventory, each sector by its clock, calendar, season and height."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.emissions.emission import SPECIES, Emission
from hazecast.forecast.emissions.heights import layer_shares
from hazecast.forecast.profiles import civil_time, profiles
from hazecast.vocabulary import Sector

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Times = NDArray[np.datetime64]
MICROGRAMS = 1e9  # in a kilogram


def inventory_emission(emissions: xr.Dataset, times: Times, time_zone: str, tops: Array) -> Emission:
    """An inventory (sector, month, latitude, longitude) in kg m-2 s-1, each sector by its profiles in the civil time of `time_zone`.

    Without SO2 or NOx nothing but PM2.5 is emitted. A month that the inventory lacks is the nearest that it has, made larger or smaller
    as the sector's season is. `tops` are those of the model's layers in m.
    """
    known = [key for key in SPECIES if key in emissions]
    kept = known if len(known) == len(SPECIES) else known[:1]
    fields = np.stack([_field(emissions[key]) for key in kept]) * MICROGRAMS
    sectors = [Sector(name) for name in emissions["sector"].values.tolist()]
    months = emissions["month"].values.astype(np.int64)
    heights = np.repeat(np.stack([layer_shares(sector, tops) for sector in sectors]), months.size, axis=0)
    highest = int(np.flatnonzero(heights.any(axis=0))[-1]) + 1
    shares = _shares(sectors, months, times, time_zone, float(emissions["latitude"].mean()))
    return Emission(fields.reshape(len(kept), -1, *fields.shape[3:]), shares, heights[:, :highest], None)


def _field(flux: xr.DataArray) -> Array:
    return np.asarray(flux.transpose("sector", "month", "latitude", "longitude").values, dtype=np.float64)


def _shares(sectors: list[Sector], months: Index, times: Times, time_zone: str, latitude: float) -> Array:
    clock, hours = civil_time(times, time_zone), np.arange(times.size)
    shares = np.zeros((times.size, len(sectors), months.size))
    for i, sector in enumerate(sectors):
        profile = profiles()[sector]
        entry, factor = _by_month(months, profile.season(latitude))
        shares[hours, i, entry[clock.month]] = factor[clock.month] * profile.hourly[clock.hour] * profile.weekly[clock.weekday]
    return shares.reshape(times.size, -1)


def _by_month(months: Index, season: Array) -> tuple[Index, Array]:
    """For each month of the year: which of the inventory's `months` stands for it (0: the year's mean), and times how much."""
    if months.tolist() == [0]:
        return np.zeros(12, dtype=np.int64), season
    apart = np.abs(np.arange(1, 13)[:, None] - months)
    entry = np.minimum(apart, 12 - apart).argmin(axis=1)
    return entry, season / np.maximum(season[months[entry] - 1], 1e-3)
