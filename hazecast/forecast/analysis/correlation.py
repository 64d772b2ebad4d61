"""How alike the background's errors of two places are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.kernels.correlations import EXPONENTIALS, GASPARI_COHN, TAPERED, correlations
from hazecast.grids.lattice import EARTH_RADIUS_M

Array = NDArray[np.float64]

TAPER_LENGTHS = 4.0  # where less than 2 % of the exponential is left


@dataclass(frozen=True, slots=True)
class Correlation:
    """A model of correlation and its parameters, as the kernels number them, lengths in m; make one by the functions below."""

    kind: int
    lengths_m: tuple[float, float]
    share: float

    def __post_init__(self) -> None:
        if not (self.lengths_m[0] > 0.0 and self.lengths_m[1] >= 0.0 and 0.0 <= self.share <= 1.0):
            raise ValueError(f"Lengths {self.lengths_m} m and share {self.share}; lengths must be above 0, a share between 0 and 1.")

    @property
    def parameters(self) -> Array:
        """What the kernels take: lengths in radii of the Earth, and the share."""
        return np.array([self.lengths_m[0] / EARTH_RADIUS_M, self.lengths_m[1] / EARTH_RADIUS_M, self.share])

    @property
    def end_m(self) -> float:
        """The distance from which on nothing is left; infinite where the correlation has no end."""
        return np.inf if self.kind == EXPONENTIALS else 2.0 * self.lengths_m[0]

    def at(self, apart: Array) -> Array:
        """The correlation of places `apart` m along the surface; any shape."""
        squares = (2.0 * np.sin(np.minimum(apart / EARTH_RADIUS_M, np.pi) / 2.0)) ** 2
        out = np.empty(squares.size)
        correlations(np.ascontiguousarray(squares, dtype=np.float64).ravel(), self.kind, self.parameters, out)
        return out.reshape(np.shape(apart))


def gaspari_cohn(half_m: float) -> Correlation:
    """The compact correlation of Gaspari and Cohn (1999), eq. 4.10, with nothing left at twice `half_m`."""
    return Correlation(GASPARI_COHN, (half_m, 0.0), 0.0)


def tapered(length_m: float) -> Correlation:
    """An exponential of the distance, brought to its end at `TAPER_LENGTHS` lengths by the function of Gaspari and Cohn."""
    return Correlation(TAPERED, (0.5 * TAPER_LENGTHS * length_m, length_m), 0.0)


def exponentials(local_m: float, regional_m: float, regional_share: float) -> Correlation:
    """A local and a regional exponential of the distance; `regional_share` of the variance is the regional part's."""
    return Correlation(EXPONENTIALS, (local_m, regional_m), regional_share)
