"""A Lambert conformal grid on the sphere (Snyder 1987, USGS Prof. Paper 1395, ch. 15): places, and exact directions of its axes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RADIUS_M = 6_370_000.0
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Lambert:
    """Cells `spacing` m apart about a centre, with two standard parallels; all angles in degrees."""

    latitude: float = 36.65
    longitude: float = 117.0
    reference_longitude: float = 105.0
    parallels: tuple[float, float] = (30.0, 60.0)
    spacing: float = 12_000.0
    rows: int = 24
    columns: int = 26

    @property
    def cone(self) -> float:
        low, high = np.deg2rad(self.parallels)
        return float(np.log(np.cos(low) / np.cos(high)) / np.log(np.tan(np.pi / 4 + high / 2) / np.tan(np.pi / 4 + low / 2)))

    def places(self, row_shift: float = 0.0, column_shift: float = 0.0) -> tuple[Array, Array]:
        """Latitude and longitude of all cells, or of points shifted from them by so many cells; one more row or column for a half."""
        x0, y0 = self._projected(self.latitude, self.longitude)
        rows = np.arange(self.rows + (row_shift != 0.0)) + row_shift - (self.rows - 1) / 2
        columns = np.arange(self.columns + (column_shift != 0.0)) + column_shift - (self.columns - 1) / 2
        x, y = np.meshgrid(x0 + columns * self.spacing, y0 + rows * self.spacing)
        return self._unprojected(x, y)

    def angle(self, longitude: Array) -> Array:
        """From east to the direction of x, counter-clockwise, in radians."""
        return -self.cone * np.deg2rad(longitude - self.reference_longitude)

    def along_axes(self, eastward: float, northward: float, longitude: Array) -> tuple[Array, Array]:
        """The components along x and y of a wind given on the Earth."""
        angle = self.angle(longitude)
        return eastward * np.cos(angle) + northward * np.sin(angle), northward * np.cos(angle) - eastward * np.sin(angle)

    def _scale(self) -> float:
        low = np.deg2rad(self.parallels[0])
        return float(RADIUS_M * np.cos(low) * np.tan(np.pi / 4 + low / 2) ** self.cone / self.cone)

    def _projected(self, latitude: float, longitude: float) -> tuple[float, float]:
        rho = self._scale() / np.tan(np.pi / 4 + np.deg2rad(latitude) / 2) ** self.cone
        theta = self.cone * np.deg2rad(longitude - self.reference_longitude)
        return float(rho * np.sin(theta)), float(-rho * np.cos(theta))

    def _unprojected(self, x: Array, y: Array) -> tuple[Array, Array]:
        rho, theta = np.hypot(x, y), np.arctan2(x, -y)
        latitude = 2 * np.arctan((self._scale() / rho) ** (1 / self.cone)) - np.pi / 2
        return np.rad2deg(latitude), self.reference_longitude + np.rad2deg(theta / self.cone)
