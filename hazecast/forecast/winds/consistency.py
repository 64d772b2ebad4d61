"""Air through the faces of a lattice, and how little it must change for no column to fill or empty.

A wind that was raised from the ground, or from a single level, converges where it was measured to and where it was not alike: the
column's divergence, summed from the ground to the top of the model, is an artefact, and what would have to pass the top would swamp
the vertical motion of the layers below. Such fluxes are changed by as little as will close every column. Winds delivered on several
levels carry divergence that a model of the weather made; they are left, and the air passes the top.
"""

from dataclasses import dataclass

import numba
import numpy as np
import scipy.fft
from numpy.typing import NDArray

from hazecast.forecast.kernels import mass_consistency as kernels
from hazecast.forecast.transport.layers import Layers
from hazecast.grids.lattice import Lattice

Array = NDArray[np.float64]
Floats = NDArray[np.floating]

A_POLE = 90.0 - 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """What closing the columns of one lattice needs, made once.

    shares            (layer,) part of a column's correction that each layer takes, 1 in all
    east_conductance  (y,) length of a meridional face over the way through it;  north_conductance  (y + 1,) of a zonal one
    below             (y,), and `upper`, `scale` (y, wave): the Poisson equation of each wave along a row, eliminated
    """

    closed: bool
    shares: Array
    east_conductance: Array
    north_conductance: Array
    below: Array
    upper: Array
    scale: Array


def is_closed(lattice: Lattice) -> bool:
    """Whether the lattice goes once round the Earth, so that its last column is the western neighbour of its first."""
    return lattice.longitude.size * lattice.spacing_longitude > 360.0 * (1.0 - 1e-6)


def air_through_faces(eastward: Floats, northward: Floats, lattice: Lattice, layers: Layers) -> tuple[Floats, Floats]:
    """Air in kg s-1 eastward (layer, y, x + 1) and northward (layer, y + 1, x), of winds in m s-1 (layer, y, x), in their precision.

    Density of the standard atmosphere, times thickness, length of the face on the sphere, and the mean of the winds on its two sides.
    """
    count, rows, columns = eastward.shape
    east = np.empty((count, rows, columns + 1), eastward.dtype)
    north = np.empty((count, rows + 1, columns), eastward.dtype)
    lengths = lattice.east_face_length, lattice.north_face_length
    kernels.air_through_faces(eastward, northward, layers.density * layers.thickness, *lengths, is_closed(lattice), east, north)
    return east, north


def column_divergence(east_flux: Floats, north_flux: Floats) -> Array:
    """Air in kg s-1 that leaves each column through its sides, (y, x)."""
    out = np.empty((east_flux.shape[1], north_flux.shape[2]))
    kernels.column_divergence(east_flux, north_flux, out)
    return out


def balance_of(lattice: Lattice, layers: Layers) -> Balance:
    """What `close_columns` needs of a lattice and its layers."""
    closed = is_closed(lattice)
    turn, rise = np.deg2rad(lattice.spacing_longitude), np.deg2rad(lattice.spacing_latitude)
    east = rise / (turn * np.cos(np.deg2rad(lattice.latitude)))
    north = np.where(np.abs(lattice.row_edges) > A_POLE, 0.0, turn * np.cos(np.deg2rad(lattice.row_edges)) / rise)
    below, above = np.append(0.0, north[1:-1]), np.append(north[1:-1], 0.0)
    at_edges = below + above
    at_edges[0] += 2.0 * north[0]
    at_edges[-1] += 2.0 * north[-1]
    waves = _waves(lattice.longitude.size, closed)
    diagonal = -(east[:, None] * waves + at_edges[:, None])
    if closed and north[0] == 0.0 == north[-1]:  # no edge at all: the potential is known but for a constant
        diagonal[0, waves == 0.0] -= north[1]
    weights = layers.centres * layers.density * layers.thickness
    return Balance(closed, weights / weights.sum(), east, north, below, *kernels.eliminated(below, diagonal, above))


def close_columns(east_flux: Floats, north_flux: Floats, balance: Balance) -> None:
    """Change the fluxes, in place, by as little as will let no column fill or empty: nothing then need pass the top.

    The least change of the winds in the mean square over the air of the model, with errors of the wind growing with height: a layer's
    share of a correction is its mass times its height (Sherman 1978, J. Appl. Meteor. 17, 312, for the variational principle; O'Brien
    1970, J. Appl. Meteor. 9, 197, for the weights by height; 10 m winds are known best). The multiplier of the constraint is a
    potential that obeys a Poisson equation on the lattice, with its exact lengths; it is 0 along the edges, through which the air may
    come and go. Solved exactly: sines along rows, or waves round the Earth, and elimination from row to row.
    """
    potential = _potential(column_divergence(east_flux, north_flux), balance)
    kernels.push(potential, balance.east_conductance, balance.north_conductance, balance.shares, balance.closed, east_flux, north_flux)


def _waves(columns: int, closed: bool) -> Array:
    """What minus the second difference along a row makes of each wave: sines that vanish at the edges, or waves round the Earth."""
    if closed:
        around = np.repeat(np.arange(columns // 2 + 1), 2)  # real and imaginary parts
        return np.asarray(4.0 * np.sin(np.pi * around / columns) ** 2)
    return np.asarray(4.0 * np.sin(np.pi * np.arange(1, columns + 1) / (2.0 * columns)) ** 2)


def _potential(divergence: Array, balance: Balance) -> Array:
    """The potential whose slope takes in what each column gives away, (y, x)."""
    workers = numba.get_num_threads()
    if balance.closed:
        waves = scipy.fft.rfft(-divergence, axis=1, workers=workers)
        kernels.solve_rows(balance.below, balance.upper, balance.scale, waves.view(np.float64))
        return np.asarray(scipy.fft.irfft(waves, n=divergence.shape[1], axis=1, workers=workers))
    waves = scipy.fft.dst(-divergence, type=2, axis=1, workers=workers)
    kernels.solve_rows(balance.below, balance.upper, balance.scale, waves)
    return np.asarray(scipy.fft.idst(waves, type=2, axis=1, workers=workers, overwrite_x=True))
