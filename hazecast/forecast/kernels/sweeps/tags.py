"""Tags are parts of one whole: what they have at a face is rescaled so that their sum is what the whole has there by itself.

With q_i the tags of the donor cell and Q their sum, g_i and G what each and the whole have at the face by the scheme, T the sum of g_i,
and R the room of the face (`carried_air`), each tag is given

    keep g_i + give q_i,    keep = a (1 - w),  give = w R,    a = min(G / T, S),  w = (G - a T) / (R Q - a T)

with S the stretch of the face. The sum is a T (1 - w) + w R Q = G. No tag gets more than R q_i: the scheme's own bound on g_i is R q_i / S,
and the same bound on G makes w lie in [0, 1]. As room is made, what leaves a cell through both faces is then less than what the tag
holds, so no tag is ever negative. As a rule a = G / T and w = 0: the tags are scaled, all by one number. Only where that would ask too
much of one does w > 0 fill up from what the donor cell holds. Where there is no room, w = 1 and every tag gets its share of the donor.
"""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hazecast.forecast.kernels.sweeps.carried_air import ROOM, STRETCH
from hazecast.forecast.kernels.sweeps.limiters import FAST, Number

Floats = NDArray[np.floating]

SUM, GIVE, KEEP, KEEP_NEXT = range(4)  # rows of `shares` (4, x + 1): T, what is given, and what is kept at two rows of faces in turn
SHARE_ROWS: Final = 4
TINY: Final = 1.2e-38  # about the smallest number that 32 bits hold in full


@njit(cache=True, error_model="numpy", fastmath=FAST)
def find_share(i: int, whole: Number, donor: Number, faces: Floats, tiny: Number, shares: Floats, keep: int) -> None:
    """KEEP and GIVE of face i, from SUM and what the whole has at the face and in the donor cell; T, G, Q, R and S of above."""
    zero = tiny - tiny
    tags, room = shares[SUM, i], faces[ROOM, i]
    wanted, stretch = whole / (tags if tags > tiny else tiny), faces[STRETCH, i]
    fits = wanted <= stretch
    scale = wanted if fits else stretch
    lacking = whole - scale * tags
    spare = room * donor - scale * tags
    spare = spare if spare > lacking else lacking
    filled = zero if fits else lacking / (spare if spare > tiny else tiny)
    shares_alone = room == zero
    shares[GIVE, i] = whole / (donor if donor > tiny else tiny) if shares_alone else filled * room
    shares[keep, i] = zero if shares_alone else scale - scale * filled


@njit(cache=True, error_model="numpy", fastmath=FAST)
def gives(n: int, shares: Floats) -> bool:
    """Whether anything is given at any of n faces."""
    zero = shares.dtype.type(0.0)
    any_given = False
    for i in range(n):
        any_given |= shares[GIVE, i] != zero
    return any_given


@njit(cache=True, error_model="numpy", fastmath=FAST)
def keep_all(n: int, shares: Floats, keep: int) -> None:
    """What was given is already in what is passed, and all of that is kept."""
    one = shares.dtype.type(1.0)
    for i in range(n):
        shares[keep, i] = one


@njit(cache=True, error_model="numpy", fastmath=FAST)
def add_up(part: Floats, count: int, total: Floats, row: int) -> None:
    """The sum of the first `count` rows of `part`, into a row of `total`, from left to right by fours."""
    zero = part.dtype.type(0.0)
    for i in range(part.shape[1]):
        total[row, i] = zero
    fours = count - count % 4
    for t in range(0, fours, 4):
        for i in range(part.shape[1]):
            total[row, i] += (part[t, i] + part[t + 1, i]) + (part[t + 2, i] + part[t + 3, i])
    for t in range(fours, count):
        for i in range(part.shape[1]):
            total[row, i] += part[t, i]
