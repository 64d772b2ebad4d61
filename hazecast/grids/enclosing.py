"""Where targets lie on a source of any projection, whose cell centres have a latitude and a longitude each."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from hazecast.errors import InputError
from hazecast.grids.kernels.quads import find_quads
from hazecast.grids.placing import Places, require_two_each_way, shares_of

Array = NDArray[np.float64]


def places_in_quads(source_latitude: Array, source_longitude: Array, latitude: Array, longitude: Array) -> Places:
    """Targets (target,) among the cell centres of a source (y, x), all in degrees, in whatever turn of longitude.

    The shares are those of the bilinear map of the quadrilateral of four centres round a target, seen in its tangent plane.
    Raises InputError for a source of a single row or column, or with a centre that is nowhere.
    """
    require_two_each_way(source_latitude.shape)
    nodes = _unit_vectors(source_latitude, source_longitude)
    if not np.isfinite(nodes).all():
        raise InputError(
            f"A field on a projection lacks the latitude or longitude of {int((~np.isfinite(nodes)).any(axis=-1).sum())} of its cells.",
            "Deliver it with the coordinates of every cell, also of those without values.",
        )
    targets = _unit_vectors(latitude, longitude)
    _, nearest = KDTree(nodes.reshape(-1, 3)).query(targets)
    rows, columns = source_latitude.shape
    row, column = np.minimum(nearest // columns, rows - 2), np.minimum(nearest % columns, columns - 2)
    row_share, column_share = np.empty(latitude.size), np.empty(latitude.size)
    find_quads(nodes, targets, row, column, row_share, column_share)
    return Places(shares_of(row, row_share), shares_of(column, column_share))


def _unit_vectors(latitude: Array, longitude: Array) -> Array:
    phi, lam = np.deg2rad(latitude), np.deg2rad(longitude)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)
