"""What drives the transport for one hour."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Hour:
    """Winds as fluxes of air, and the state of the air near the ground, for one hour on a lattice of (y, x).

    east_flux          (layer, y, x + 1) kg s-1 through the western to the eastern faces
    north_flux         (layer, y + 1, x) kg s-1 through the southern to the northern faces
    friction_velocity  (y, x) m s-1
    inverse_obukhov    (y, x) m-1, below zero where the ground heats the air
    mixing_height      (y, x) m
    rain               (y, x) mm h-1
    cosine_of_zenith   (y, x) of the sun, below zero at night
    emission           (layer, species, y, x) µg m-2 s-1 into the lowest layers: PM2.5 alone, or PM2.5, SO2 and NOx as NO2; None of nothing
    """

    east_flux: Floats
    north_flux: Floats
    friction_velocity: Floats
    inverse_obukhov: Floats
    mixing_height: Floats
    rain: Floats
    cosine_of_zenith: Floats
    emission: Floats | None = None

    def __post_init__(self) -> None:
        layers, rows, faces = self.east_flux.shape
        if self.north_flux.shape != (layers, rows + 1, faces - 1):
            raise ValueError(f"Fluxes have the shapes {self.east_flux.shape} and {self.north_flux.shape}; expected those of one lattice.")
        for field in fields(self)[2:-1]:
            if (shape := getattr(self, field.name).shape) != (rows, faces - 1):
                raise ValueError(f"{field.name} has the shape {shape}; expected {(rows, faces - 1)}.")
        if self.emission is not None and self.emission.shape[2:] != (rows, faces - 1):
            raise ValueError(f"Emission has the shape {self.emission.shape}; expected (layer, species, {rows}, {faces - 1}).")
