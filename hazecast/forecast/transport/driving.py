"""What a run of the transport model is driven by, from any hour on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import TransportSettings
from hazecast.forecast.emissions.emission import Emission
from hazecast.forecast.transport.building import Carrier, carrier_of, with_emission
from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Air, Layers, air_of
from hazecast.forecast.transport.state import Tags
from hazecast.forecast.winds.hours import hours_of
from hazecast.grids.lattice import lattice_of_data

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Driving:
    """Weather, emission and source regions, all on one lattice.

    weather   (time, latitude, longitude), hourly, as `winds.hours.hours_of` takes it
    aloft     (time, level, latitude, longitude) likewise, where winds aloft were delivered
    emission  of the hours of `weather`
    shares    (region, latitude, longitude): which share of each cell is of which region
    """

    weather: xr.Dataset
    aloft: xr.Dataset | None
    emission: Emission
    shares: xr.DataArray
    air: Air

    @property
    def tags(self) -> Tags:
        """The parts that are told apart."""
        return Tags(tuple(self.shares["region"].values.tolist()), self.emission.has_gases)

    def hours(self, first: int, beyond: int) -> Iterator[Hour | None]:
        """The hours with indices from `first` to `beyond` - 1; None where weather lacks."""
        before = max(first - 1, 0)  # the wind of an hour is the mean of those at its beginning and its end
        driven = hours_of(self.weather.isel(time=slice(before, beyond)), self.aloft, self.air.layers)
        return with_emission(islice(driven, first - before, None), self.emission, first)

    def window(self, first: int, beyond: int) -> "Driving":
        """The same for the hours with indices from `first` to `beyond` - 1 alone."""
        emission = replace(self.emission, shares=self.emission.shares[first:beyond])
        return replace(self, weather=self.weather.isel(time=slice(first, beyond)), emission=emission)

    def carrier(self, settings: TransportSettings, strengths: Array, background: Array) -> Carrier:
        """A model in which each region emits with its strength, (region,), and `background` (side,) in µg m-3 flows in over the edges."""
        shares = self.shares.values * strengths[:, None, None]
        return carrier_of(self.air, self.tags, shares, background, settings.scheme)

    def carrier_of_all(self, settings: TransportSettings, strengths: Array, background: Array) -> Carrier:
        """The same, for air that is not told apart."""
        shares = np.tensordot(strengths, self.shares.values, axes=1)[None]
        return carrier_of(self.air, self.tags.as_one(), shares, background, settings.scheme)


def driving(
    weather: xr.Dataset, aloft: xr.Dataset | None, emission: Emission, shares: xr.DataArray, settings: TransportSettings
) -> Driving:
    """Put together what drives the model, with the layers of the settings."""
    lattice = lattice_of_data(weather)
    air = air_of(lattice, Layers(np.array(settings.layer_tops)))
    return Driving(weather, aloft, emission, shares.transpose("region", "latitude", "longitude"), air)
