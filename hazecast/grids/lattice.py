"""The lattice of a forecast: regular cells in latitude and longitude, their areas and faces."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # the transport model stands on this module, and starts without them
    import xarray as xr

    from hazecast.config import DomainSettings

EARTH_RADIUS_M = 6_371_008.8  # mean radius of the Earth, IUGG
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """Cell centres in degrees, ascending and evenly spaced; a lattice that exists is a lattice that is right."""

    latitude: Array
    longitude: Array

    def __post_init__(self) -> None:
        for name, axis in (("latitude", self.latitude), ("longitude", self.longitude)):
            if axis.ndim != 1 or axis.size < 3:
                raise ValueError(f"{name} has shape {axis.shape}; a lattice needs at least three cells each way.")
            steps = np.diff(axis)
            if steps[0] <= 0 or not np.allclose(steps, steps[0], rtol=1e-3):
                raise ValueError(f"{name} steps from {steps.min()} to {steps.max()} degrees; they must be even and ascending.")
        if np.abs(self.latitude).max() + self.spacing_latitude / 2 > 90:
            raise ValueError(f"Cells reach beyond a pole: latitudes {self.latitude[0]} to {self.latitude[-1]}.")
        if self.longitude.size * self.spacing_longitude > 360.0 * (1 + 1e-6):
            raise ValueError(f"Cells reach more than once round the globe: longitudes {self.longitude[0]} to {self.longitude[-1]}.")

    @property
    def shape(self) -> tuple[int, int]:
        """(latitudes, longitudes)."""
        return self.latitude.size, self.longitude.size

    @property
    def spacing_latitude(self) -> float:
        """Degrees between rows."""
        return float(self.latitude[-1] - self.latitude[0]) / (self.latitude.size - 1)

    @property
    def spacing_longitude(self) -> float:
        """Degrees between columns."""
        return float(self.longitude[-1] - self.longitude[0]) / (self.longitude.size - 1)

    @property
    def cell_area(self) -> Array:
        """Area of a cell of each row, m2, shape (latitudes,): exact on the sphere."""
        south, north = np.deg2rad(self.row_edges[:-1]), np.deg2rad(self.row_edges[1:])
        return np.asarray(EARTH_RADIUS_M**2 * np.deg2rad(self.spacing_longitude) * (np.sin(north) - np.sin(south)))

    @property
    def east_face_length(self) -> Array:
        """Length of the meridional faces, m, shape (latitudes,)."""
        return np.full(self.latitude.size, EARTH_RADIUS_M * np.deg2rad(self.spacing_latitude))

    @property
    def north_face_length(self) -> Array:
        """Length of the zonal faces from the southern edge to the northern, m, shape (latitudes + 1,)."""
        return np.asarray(EARTH_RADIUS_M * np.deg2rad(self.spacing_longitude) * np.cos(np.deg2rad(self.row_edges)))

    @property
    def row_edges(self) -> Array:
        """Latitudes of the edges of the rows, shape (latitudes + 1,)."""
        half = self.spacing_latitude / 2
        return np.append(self.latitude - half, self.latitude[-1] + half)

    @property
    def column_edges(self) -> Array:
        """Longitudes of the edges of the columns, shape (longitudes + 1,)."""
        return np.asarray(self.longitude[0] + self.spacing_longitude * (np.arange(self.longitude.size + 1) - 0.5))


def lattice_of_domain(domain: "DomainSettings") -> Lattice:
    """The lattice that the settings describe."""
    rows = round((domain.north - domain.south) / domain.spacing) + 1
    columns = round((domain.east - domain.west) / domain.spacing) + 1
    latitude = domain.south + domain.spacing * np.arange(rows, dtype=np.float64)
    return Lattice(latitude, domain.west + domain.spacing * np.arange(columns, dtype=np.float64))


def lattice_of_data(data: "xr.Dataset") -> Lattice:
    """The lattice that a dataset's `latitude` and `longitude` make up."""
    return Lattice(data["latitude"].values.astype(np.float64), data["longitude"].values.astype(np.float64))
