"""Tags are parts of one whole: what they have at a face is rescaled so that their sum is what the whole has there by itself.

With q_i the tags of the donor cell and Q their sum, g_i and G what each and the whole have at the face by the scheme, T the sum of g_i,
and R the room of the face (`carried_air`), each tag is given

    keep g_i + give q_i,    keep = a (1 - w),  give = w R,    a = min(G / T, max(1, R / s)),  w = (G - a T) / (R Q - a T)

with s = `STEEPEST_FACE`. The sum is a T (1 - w) + w R Q = G. No tag gets more than R q_i: the scheme gives g_i <= s q_i, and g_i <= R q_i
where air leaves through one face alone, so a g_i <= R q_i, and w lies in [0, 1], for G <= R Q by the same bounds. As `room` is made,
what leaves a cell through both faces is then less than what the tag holds, so no tag is ever negative. As a rule a = G / T and w = 0:
the tags are scaled, all by one number. Only where that would ask too much of one does w > 0 fill up from what the donor cell holds.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hazecast.forecast.kernels.sweeps.carried_air import STEEPEST_FACE
from hazecast.forecast.kernels.sweeps.limiters import FAST, Number

Floats = NDArray[np.floating]

SUM, KEEP, GIVE = range(3)  # rows of `shares` (3, x or x + 1): T, and what is kept and given at each face
SHARE_ROWS: Final = 3
TINY: Final = 1.2e-38


class Constants(NamedTuple):
    """Constants in the type of the rows."""

    one: Number
    zero: Number
    steepest: Number
    tiny: Number


@njit(cache=True, error_model="numpy", fastmath=FAST)
def constants_for(like: Floats) -> Constants:
    """Those of the type of `like`; `tiny` is about the smallest number that 32 bits hold in full."""
    kind = like.dtype.type
    return Constants(kind(1.0), kind(0.0), kind(STEEPEST_FACE), kind(TINY))


@njit(cache=True, error_model="numpy", fastmath=FAST)
def keep_and_give(tags: Number, whole: Number, donor: Number, room: Number, number: Constants) -> tuple[Number, Number]:
    """What each tag keeps of its value at a face, and what it is given of that of the donor cell; T, G, Q and R of above."""
    one, zero, steepest, tiny = number
    scale = whole / (tags if tags > tiny else tiny)
    most = room / steepest
    most = most if most > one else one
    scale = scale if scale < most else most
    lacking = whole - scale * tags
    lacking = lacking if lacking > zero else zero
    spare = room * donor - scale * tags
    spare = spare if spare > lacking else lacking
    filled = lacking / (spare if spare > tiny else tiny)
    shares_alone = room == zero
    give = whole / (donor if donor > tiny else tiny) if shares_alone else filled * room
    return (zero if shares_alone else scale - scale * filled), give


@njit(cache=True, error_model="numpy", fastmath=FAST)
def add_row(part: Floats, t: int, total: Floats, row: int, fresh: bool) -> None:
    """Add row t of `part` to a row of `total`; `fresh` begins it anew."""
    if fresh:
        for i in range(part.shape[1]):
            total[row, i] = part[t, i]
    else:
        for i in range(part.shape[1]):
            total[row, i] += part[t, i]
