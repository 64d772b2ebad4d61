"""The air of one row: what crosses its faces, which part of the donor cell that is, and what is there afterwards.

Computed once per row and used by every tracer. All of it stands in `faces` (9, x + 1), of which the rows are

FLUX       kg through each face in this sweep, positive to the east or north
NEAR, FAR  weights of the donor's nearer and farther edge (PPM); NEAR alone weighs the half slope, with its sign (van Leer)
ENTERING   flux over new air, through the western or southern face of each cell;  LEAVING: the eastern or northern one
ROOM       how many times its own mean the tag of a donor cell may have at the face and never lose all of itself; zero where the
           cell loses so much through both faces that only the shares of the donor are safe;  CELL_ROOM: the same of each cell
STRETCH    by how much the tags at a face may be multiplied and none have more than there is room for
BEFORE     flux through the row of faces before

One array and not nine, and numbers of its own type only: so loops become vectors, and the whole compiles in a few seconds. In every loop
both neighbours of a face are read before one is chosen, for what reads only the chosen one gathers cell by cell.
"""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hazecast.forecast.kernels.sweeps.limiters import FAST, Number

Floats = NDArray[np.floating]

FLUX, NEAR, FAR, ENTERING, LEAVING, ROOM, CELL_ROOM, STRETCH, BEFORE = range(9)
FACE_ROWS: Final = 9

# What a tag may lose of itself in one sweep: a little less than all, yet more than a whole ever loses with 0.9 of its air (0.9990).
MOST_OF_A_TAG: Final = 0.9995
STEEPEST_FACE: Final = 3.0  # the value at a face is at most so many times the mean of its donor cell
LEAST_PART: Final = 1e-6  # of the air of a cell: less than this leaving is as good as none
AMPLE_ROOM: Final = MOST_OF_A_TAG / LEAST_PART


@njit(cache=True, error_model="numpy", fastmath=FAST)
def weigh_eastern_faces(parabolic: bool, periodic: bool, air: Floats, flux: Floats, seconds: Number, faces: Floats) -> None:
    """Flux and weights of the n + 1 faces of a row of n cells; air from outside is all alike, unless the row is a ring."""
    n = air.size
    zero = air.dtype.type(0.0)
    for i in range(n + 1):
        faces[FLUX, i] = flux[i] * seconds
    for i in range(1, n):
        before, after = air[i - 1], air[i]
        faces[NEAR, i] = abs(faces[FLUX, i]) / (before if faces[FLUX, i] >= zero else after)
    faces[NEAR, 0] = faces[NEAR, n] = zero
    if periodic or faces[FLUX, 0] < zero:
        faces[NEAR, 0] = abs(faces[FLUX, 0]) / (air[n - 1] if faces[FLUX, 0] >= zero else air[0])
    if periodic or faces[FLUX, n] >= zero:
        faces[NEAR, n] = abs(faces[FLUX, n]) / (air[n - 1] if faces[FLUX, n] >= zero else air[0])
    _weigh(parabolic, n + 1, faces)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def weigh_northern_faces(parabolic: bool, southern_air: Floats, northern_air: Floats, flux: Floats, seconds: Number, faces: Floats) -> None:
    """Flux and weights of the faces between two rows of cells; a row outside has infinite air."""
    n = southern_air.size
    zero = southern_air.dtype.type(0.0)
    for i in range(n):
        faces[BEFORE, i] = faces[FLUX, i]
    for i in range(n):
        faces[FLUX, i] = flux[i] * seconds
    for i in range(n):
        before, after = southern_air[i], northern_air[i]
        faces[NEAR, i] = abs(faces[FLUX, i]) / (before if faces[FLUX, i] >= zero else after)
    _weigh(parabolic, n, faces)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _weigh(parabolic: bool, n: int, faces: Floats) -> None:
    """The weights, where NEAR holds the part of the donor's air that crosses."""
    one, zero = faces.dtype.type(1.0), faces.dtype.type(0.0)
    if parabolic:
        for i in range(n):
            faces[FAR, i] = (faces[NEAR, i] - one) * faces[NEAR, i]
        for i in range(n):
            faces[NEAR, i] = (one - faces[NEAR, i]) * (one - faces[NEAR, i])
    else:
        for i in range(n):
            faces[NEAR, i] = one - faces[NEAR, i] if faces[FLUX, i] >= zero else faces[NEAR, i] - one


@njit(cache=True, error_model="numpy", fastmath=FAST)
def find_eastern_room(parabolic: bool, periodic: bool, air: Floats, faces: Floats) -> None:
    """ROOM of the cells and faces of a row, of the air before the sweep."""
    n = air.size
    kind = air.dtype.type
    zero, least, most, steepest = kind(0.0), kind(LEAST_PART), kind(MOST_OF_A_TAG), kind(STEEPEST_FACE)
    for i in range(n):
        faces[CELL_ROOM, i] = _room(-faces[FLUX, i], faces[FLUX, i + 1], air[i], zero, least, most, steepest)
    for i in range(1, n):
        before, after = faces[CELL_ROOM, i - 1], faces[CELL_ROOM, i]
        faces[ROOM, i] = before if faces[FLUX, i] >= zero else after
    ample = kind(AMPLE_ROOM)
    west, east = (faces[CELL_ROOM, n - 1], faces[CELL_ROOM, 0]) if periodic else (ample, ample)
    faces[ROOM, 0] = west if faces[FLUX, 0] >= zero else faces[CELL_ROOM, 0]
    faces[ROOM, n] = faces[CELL_ROOM, n - 1] if faces[FLUX, n] >= zero else east
    _find_stretch(parabolic, n + 1, faces)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def find_northern_room(parabolic: bool, northern_air: Floats, beyond: Floats, seconds: Number, faces: Floats) -> None:
    """ROOM of the faces between two rows; `beyond` is the flux per second through the faces after the northern row.

    CELL_ROOM is that of the southern row, and of the northern one afterwards.
    """
    kind = northern_air.dtype.type
    zero, least, most, steepest = kind(0.0), kind(LEAST_PART), kind(MOST_OF_A_TAG), kind(STEEPEST_FACE)
    for i in range(northern_air.size):
        here = _room(-faces[FLUX, i], beyond[i] * seconds, northern_air[i], zero, least, most, steepest)
        before = faces[CELL_ROOM, i]
        faces[ROOM, i] = before if faces[FLUX, i] >= zero else here
        faces[CELL_ROOM, i] = here
    _find_stretch(parabolic, northern_air.size, faces)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _room(back: Number, on: Number, air: Number, zero: Number, least: Number, most: Number, steepest: Number) -> Number:
    """Of a cell that loses `back` through one face and `on` through the other, where these are above zero."""
    both = (back > zero) & (on > zero)
    back = zero if back < zero else back
    part = (back + (zero if on < zero else on)) / air
    part = least if part < least else part
    return zero if both & (part * steepest > most) else most / part


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _find_stretch(parabolic: bool, n: int, faces: Floats) -> None:
    """Of a part c of the donor, a face has at most (1 - (1 - c)^3) / c times its mean by a parabola, (1 - (1 - c)^2) / c by a slope."""
    one = faces.dtype.type(1.0)
    for i in range(n):
        kept_twice = abs(faces[NEAR, i]) + (faces[NEAR, i] - faces[FAR, i] if parabolic else one - one)
        stretch = faces[ROOM, i] / (one + kept_twice)
        faces[STRETCH, i] = stretch if stretch > one else one


@njit(cache=True, error_model="numpy", fastmath=FAST)
def carry_air_east(air: Floats, faces: Floats) -> None:
    """The air of a row after the sweep, in place, and the fluxes as parts of it."""
    for i in range(air.size):
        air[i] += faces[FLUX, i] - faces[FLUX, i + 1]
    for i in range(air.size):
        faces[ENTERING, i] = faces[FLUX, i] / air[i]
    for i in range(air.size):
        faces[LEAVING, i] = faces[FLUX, i + 1] / air[i]


@njit(cache=True, error_model="numpy", fastmath=FAST)
def carry_air_north(air: Floats, faces: Floats) -> None:
    """The air of a row after the sweep, in place, and the fluxes as parts of it."""
    for i in range(air.size):
        air[i] += faces[BEFORE, i] - faces[FLUX, i]
    for i in range(air.size):
        faces[ENTERING, i] = faces[BEFORE, i] / air[i]
    for i in range(air.size):
        faces[LEAVING, i] = faces[FLUX, i] / air[i]
