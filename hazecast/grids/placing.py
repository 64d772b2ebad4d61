"""Where targets lie between the cells of a source, as the indices and shares that the bilinear kernels take."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.errors import InputError

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]

OUTSIDE_TOLERANCE_CELLS = 1.0  # a target this far outside the source takes the value of the edge; beyond it, none
ON_A_CELL = 1e-9  # a target nearer to a cell, in cells, is on it: rounding must not mix in neighbours that may lack


@dataclass(frozen=True, slots=True)
class Shares:
    """Per target along one axis of a source: the index `below` it, the share of the one above, and whether the source reaches it."""

    below: Index
    share: Array
    inside: Mask


@dataclass(frozen=True, slots=True)
class Places:
    """Single targets among the cells of a source, by its rows and columns; the same shape each way."""

    rows: Shares
    columns: Shares

    @property
    def inside(self) -> Mask:
        """Which targets the source reaches."""
        return self.rows.inside & self.columns.inside


def shares_along(axis: Array, targets: Array) -> Shares:
    """Where `targets` lie on an ascending axis of cell centres. Raises InputError for an axis of a single cell."""
    require_two_each_way(axis.shape)
    below = np.clip(np.searchsorted(axis, targets, side="right") - 1, 0, axis.size - 2)
    return shares_of(below.astype(np.int64), (targets - axis[below]) / (axis[below + 1] - axis[below]))


def shares_of(below: Index, share: Array) -> Shares:
    """Shares that may lie outside 0 to 1, at the edge of a source, held to the edge."""
    inside = (share >= -OUTSIDE_TOLERANCE_CELLS) & (share <= 1.0 + OUTSIDE_TOLERANCE_CELLS)
    held = np.where(inside, np.clip(share, 0.0, 1.0), 0.0)
    return Shares(below, np.where(held < ON_A_CELL, 0.0, np.where(held > 1.0 - ON_A_CELL, 1.0, held)), inside)


def goes_round(longitude: Array) -> bool:
    """Whether a source's columns go all round the globe, so that the last one has the first for its eastern neighbour."""
    gap = longitude[0] + 360.0 - longitude[-1]
    return bool(longitude.size > 2 and 0.0 < gap < 1.5 * (longitude[-1] - longitude[0]) / (longitude.size - 1))


def closed(longitude: Array) -> Array:
    """The columns of a source, the first of them once more at the end where they go round the globe."""
    return np.append(longitude, longitude[0] + 360.0) if goes_round(longitude) else longitude


def in_the_turn_of(axis: Array, longitude: Array) -> Array:
    """`longitude` by as many whole turns nearer to `axis` as it takes: 359 and -1 degrees east are one place."""
    middle = (axis[0] + axis[-1]) / 2
    return np.asarray(longitude - 360.0 * np.round((longitude - middle) / 360.0))


def require_two_each_way(shape: tuple[int, ...]) -> None:
    """Raise InputError unless a source has at least two cells along each axis."""
    if min(shape) < 2:
        raise InputError(
            "A field to be brought onto another grid has a single row or column; at least two of each were expected.",
            "Deliver weather with at least two latitudes and two longitudes round the stations.",
        )
