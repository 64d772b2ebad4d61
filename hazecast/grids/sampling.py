"""Values of a lattice at stations, again and again: where they stand is worked out once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.grids.lattice import Lattice
from hazecast.grids.placing import closed, in_the_turn_of, shares_along
from hazecast.records import Station

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Sampling:
    """The four cells about each station, (4, station), with their bilinear weights; a station beyond the lattice is not `inside`."""

    row: Index
    column: Index
    weight: Array
    inside: NDArray[np.bool_]

    def of(self, rows: NDArray[np.floating]) -> Array:
        """Values of (y, tracer, x) at the stations, (station, tracer), NaN beyond the lattice."""
        corners = rows[self.row, :, self.column]
        out: Array = np.einsum("cs,cst->st", self.weight, corners, dtype=np.float64)
        out[~self.inside] = np.nan
        return out


def sampling(lattice: Lattice, stations: Sequence[Station]) -> Sampling:
    """Where `stations` stand on a lattice; up to one cell outside they take its edge."""
    latitude, longitude = (np.array([getattr(s, axis) for s in stations], dtype=np.float64) for axis in ("latitude", "longitude"))
    columns = closed(lattice.longitude)
    rows, across = shares_along(lattice.latitude, latitude), shares_along(columns, in_the_turn_of(columns, longitude))
    row = np.stack([rows.below, rows.below, rows.below + 1, rows.below + 1])
    column = np.stack([across.below, across.below + 1, across.below, across.below + 1]) % lattice.longitude.size
    up, right = rows.share, across.share
    weight = np.stack([(1 - up) * (1 - right), (1 - up) * right, up * (1 - right), up * right])
    return Sampling(row, column, weight, rows.inside & across.inside)
