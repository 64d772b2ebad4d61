"""Emission on a lattice, hour by hour."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.records import EmissionProxy

Array = NDArray[np.float64]

SPECIES = ("pm25", "so2", "nox")  # nox as NO2


@dataclass(frozen=True, slots=True, eq=False)
class Emission:
    """What is emitted on a lattice.

    fields   (species, field, y, x) µg m-2 s-1: PM2.5 alone, or all of `SPECIES`
    shares   (time, field) what each hour has of a field's mean
    heights  (field, layer) how a field is spread over the lowest layers, with a sum of 1
    proxy    what it is, unless it is an inventory
    """

    fields: Array
    shares: Array
    heights: Array
    proxy: EmissionProxy | None

    def __post_init__(self) -> None:
        species, count = self.fields.shape[:2]
        if self.fields.ndim != 4 or species not in (1, len(SPECIES)):
            raise ValueError(f"Fields have the shape {self.fields.shape}; expected (1 or {len(SPECIES)} species, field, y, x).")
        if self.shares.ndim != 2 or self.shares.shape[1] != count:
            raise ValueError(f"There are {count} fields, but shares of the shape {self.shares.shape}; expected one share a field and hour.")
        if self.heights.ndim != 2 or self.heights.shape[0] != count or not np.allclose(self.heights.sum(axis=1), 1.0):
            raise ValueError(f"There are {count} fields, but heights of the shape {self.heights.shape}; expected shares whose sum is 1.")

    @property
    def has_gases(self) -> bool:
        """Whether the gases that PM2.5 is formed from are emitted too."""
        return bool(self.fields.shape[0] > 1)

    def during(self, hour: int, dtype: type[np.floating] = np.float64) -> NDArray[np.floating]:
        """The emission (layer, species, y, x) in µg m-2 s-1 of the hour with this index, up to the highest layer emitted into."""
        weights = self.shares[hour, :, None] * self.heights
        layers = np.flatnonzero(self.heights.any(axis=0))[-1] + 1
        species, _, rows, columns = self.fields.shape
        out = np.zeros((layers, species, rows, columns), dtype)
        for field, layer in np.argwhere(weights[:, :layers] != 0.0):
            out[layer] += np.multiply(self.fields[:, field], weights[field, layer], dtype=dtype, casting="same_kind")
        return out

    def scaled(self, factors: Array) -> "Emission":
        """Each cell's emission times a factor, (y, x)."""
        return Emission(self.fields * factors, self.shares, self.heights, self.proxy)
