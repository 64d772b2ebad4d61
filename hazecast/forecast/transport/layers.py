"""The layers of the transport model, and the air that a cell of each holds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.grids.lattice import Lattice

Array = NDArray[np.float64]

TOPS_M = (60.0, 180.0, 400.0, 800.0, 1500.0, 3000.0)
FEWEST, MOST = 3, 10
SURFACE_DENSITY = 1.225  # kg m-3, of the ICAO standard atmosphere at the sea's level (Doc 7488)
TEMPERATURE_LAPSE = 2.25577e-5  # m-1, lapse rate over surface temperature of the same
DENSITY_EXPONENT = 4.25588


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """Layers above the ground, lowest first; `tops` are their upper bounds in m, (layer,)."""

    tops: Array

    def __post_init__(self) -> None:
        if self.tops.ndim != 1 or not FEWEST <= self.tops.size <= MOST:
            raise ValueError(f"There are {self.tops.size} layers; expected {FEWEST} to {MOST}.")
        if self.tops[0] <= 0.0 or not (np.diff(self.tops) > 0.0).all():
            raise ValueError(f"The tops of the layers are {self.tops.tolist()} m; expected heights above 0 that rise.")

    @property
    def count(self) -> int:
        """How many there are."""
        return self.tops.size

    @property
    def thickness(self) -> Array:
        """M, (layer,)."""
        return np.diff(self.tops, prepend=0.0)

    @property
    def centres(self) -> Array:
        """Heights of the middles in m, (layer,)."""
        return self.tops - self.thickness / 2.0

    @property
    def density(self) -> Array:
        """Air at the centres in kg m-3, (layer,), as in the standard atmosphere over the sea."""
        return standard_density(self.centres)

    @property
    def interface_density(self) -> Array:
        """Air between one layer and the next in kg m-3, (layer - 1,)."""
        return standard_density(self.tops[:-1])


def default_layers() -> Layers:
    """Six layers to 3 km, thin where people breathe."""
    return Layers(np.array(TOPS_M))


def standard_density(height: Array) -> Array:
    """Density of the ICAO standard atmosphere in kg m-3 at heights in m, below 11 km (Doc 7488)."""
    return np.asarray(SURFACE_DENSITY * (1.0 - TEMPERATURE_LAPSE * height) ** DENSITY_EXPONENT)


@dataclass(frozen=True, slots=True, eq=False)
class Air:
    """The air of each cell as it is before and after every step: `mass` in kg, (layer, y), the same all along a row."""

    lattice: Lattice
    layers: Layers
    mass: Array

    def __post_init__(self) -> None:
        expected = self.layers.count, self.lattice.shape[0]
        if self.mass.shape != expected or not (self.mass > 0.0).all():
            raise ValueError(f"Air has the shape {self.mass.shape}; expected {expected}, all above 0.")

    @property
    def shape(self) -> tuple[int, int, int]:
        """(layers, rows, columns)."""
        return self.layers.count, *self.lattice.shape


def air_of(lattice: Lattice, layers: Layers) -> Air:
    """The air of the standard atmosphere in the cells of a lattice."""
    return Air(lattice, layers, np.multiply.outer(layers.density * layers.thickness, lattice.cell_area))
