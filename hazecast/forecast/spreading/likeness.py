"""How alike the errors of a base forecast are in two places, by the way between them, the ground and the wind."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.analysis.geometry import directions_of
from hazecast.forecast.kernels.spreading import among
from hazecast.grids.lattice import EARTH_RADIUS_M

Array = NDArray[np.float64]

REACH_M = 800e3  # beyond which nothing is left
MOST_STRETCH = 3.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """A local and a regional exponential, of lengths that the wind stretches along itself and a difference of height shortens.

    regional_share  of the variance;  noise  variance of what is a station's alone, over that of what it shares with its surroundings
    ground_ratio    m on the way that 1 m of height counts like
    stretch         by how much lengths along the wind grow, per m s-1: 1 + stretch · speed, at most `MOST_STRETCH`
    """

    local_m: float
    regional_m: float
    regional_share: float
    noise: float
    ground_ratio: float
    stretch: float

    def __post_init__(self) -> None:
        if not (self.local_m > 0.0 and self.regional_m > 0.0 and self.noise > 0.0 and 0.0 <= self.regional_share <= 1.0):
            raise ValueError(f"{self}: lengths and noise must be above 0, a share between 0 and 1.")
        if not (self.ground_ratio >= 0.0 and self.stretch >= 0.0):
            raise ValueError(f"{self}: ground and wind may bring places apart or along, so neither factor may be below 0.")

    @property
    def parameters(self) -> Array:
        """What the kernels take: lengths in radii of the Earth, the regional share, and the reach."""
        return np.array([self.local_m, self.regional_m, self.regional_share * EARTH_RADIUS_M, REACH_M]) / EARTH_RADIUS_M

    def among(self, places: Array) -> Array:
        """Of all `places` (8, place) with each other, (place, place)."""
        out = np.empty((places.shape[1], places.shape[1]))
        among(places, self.parameters, out)
        return out

    def places(self, latitude: Array, longitude: Array, ground: Array, east: Array, north: Array) -> Array:
        """Places as the kernels take them (8, place), from degrees, heights of the ground in m and mean winds in m s-1, all (place,)."""
        return np.vstack([directions_of(latitude, longitude), self.beside_direction(latitude, longitude, ground, east, north)])

    def beside_direction(self, latitude: Array, longitude: Array, ground: Array, east: Array, north: Array) -> Array:
        """Of places whose direction is known anyway: the ground and the wind (5, …); all of shapes that go together, calm where NaN."""
        phi, lam, east, north = np.deg2rad(latitude), np.deg2rad(longitude), np.nan_to_num(east), np.nan_to_num(north)
        speed = np.hypot(east, north)
        times = np.minimum(1.0 + self.stretch * speed, MOST_STRETCH)
        share = np.sqrt(0.5 * (times**2 - 1.0)) / np.where(speed > 0.0, speed, 1.0)
        u, v = east * share, north * share
        climb = np.nan_to_num(ground) * (self.ground_ratio / EARTH_RADIUS_M)
        first, second = -np.sin(lam) * u - np.sin(phi) * np.cos(lam) * v, np.cos(lam) * u - np.sin(phi) * np.sin(lam) * v
        return np.stack(np.broadcast_arrays(climb, first, second, np.cos(phi) * v, np.sqrt(times)))


DEFAULT = Likeness(local_m=60e3, regional_m=400e3, regional_share=0.6, noise=0.05, ground_ratio=100.0, stretch=0.1)
"""Where nothing can be learnt. Analyses of surface pollutants use lengths from tens to some hundreds of km, and find their likelihood flat
(Ménard, Deshaies-Jacques and Gasset 2016, J. Air Waste Manag. Assoc. 66, 874); analyses that follow terrain and flow are those of
De Pondeca et al. (2011), Weather Forecast. 26, 593, and Riishojgaard (1998), Tellus 50A, 42."""
