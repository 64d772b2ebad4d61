"""How alike the errors of two places are, by the square of the straight line (chord) between them on the unit sphere.

A model of correlation is a number, one of those below, and three parameters, lengths in radii of the sphere:

    GASPARI_COHN   half the distance at which nothing is left, 0, 0
    EXPONENTIALS   local length, regional length, share of the regional part in the variance
    TAPERED        half the distance at which nothing is left, length of the exponential that is brought to this end, 0

The loops over a row of cells have no branches and call nothing, so that the compiler does several cells at once.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]

GASPARI_COHN, EXPONENTIALS, TAPERED = 0, 1, 2
NEXT_TO_NOTHING = 1e-300
LOWEST_EXPONENT = -700.0  # e to the power of it is above the smallest normal number
LOG2_E = 1.0 / math.log(2.0)
LN2_HIGH = 0.693147180369123816490  # its last bits are zero, so that its products with whole numbers are exact
LN2_LOW = 1.90821492927058770002e-10
HALF_PI = math.pi / 2.0
BIAS_OF_EXPONENT, BITS_OF_FRACTION = 1023, 52


@njit(cache=True)
def correlations(squares: Array, kind: int, parameters: Array, out: Array) -> None:
    """The correlation at each of the `squares` of chords, into `out`; both (n,)."""
    if kind == GASPARI_COHN:
        _gaspari_cohn(squares, parameters[0], out)
    elif kind == TAPERED:
        _gaspari_cohn(squares, parameters[0], out)
        _times_exponential(squares, parameters[1], out)
    else:
        _exponentials(squares, parameters[0], parameters[1], parameters[2], out)


@njit(cache=True)
def largest_square(kind: int, parameters: Array) -> float:
    """The square of the chord from which on nothing is left: 4, that of antipodes, where the correlation has no end."""
    return 4.0 if kind == EXPONENTIALS else float(min(4.0, 4.0 * parameters[0] * parameters[0]))


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _gaspari_cohn(squares: Array, half: float, out: Array) -> None:
    """Gaspari and Cohn (1999), Q. J. R. Meteorol. Soc. 125, 723, eq. 4.10; the outer part with its fourfold root taken out.

    Of the chord, not the arc: the function is positive definite in space of three dimensions, and so among points of a sphere.
    """
    inverse = 1.0 / half
    for i in range(squares.size):
        z = np.sqrt(squares[i]) * inverse
        inner = (((-0.25 * z + 0.5) * z + 0.625) * z - 5.0 / 3.0) * z * z + 1.0
        left = max(2.0 - z, 0.0)
        left *= left
        outer = left * left * ((z + 2.0) * z - 0.5) / (12.0 * max(z, 1.0))
        out[i] = inner if z <= 1.0 else outer


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _times_exponential(squares: Array, length: float, out: Array) -> None:
    """`out` times the exponential of the chord: a product of positive definite functions is one again (Schur)."""
    inverse = -1.0 / length
    for i in range(squares.size):
        out[i] *= _exponential(np.sqrt(squares[i]) * inverse)


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _exponentials(squares: Array, local: float, regional: float, share: float, out: Array) -> None:
    """Two exponentials of the arc, (1 - share) exp(-d / local) + share exp(-d / regional)."""
    to_local, to_regional, rest = -1.0 / local, -1.0 / regional, 1.0 - share
    for i in range(squares.size):
        arc = _arc(squares[i])
        out[i] = rest * _exponential(arc * to_local) + share * _exponential(arc * to_regional)


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def exponentials_of_chords(squares: Array, local: float, regional: float, share: float, out: Array) -> None:
    """Two exponentials of straight lines, which are positive definite in space of any number of dimensions (Schoenberg 1938)."""
    to_local, to_regional, rest = -1.0 / local, -1.0 / regional, 1.0 - share
    for i in range(squares.size):
        chord = np.sqrt(squares[i])
        out[i] = rest * _exponential(chord * to_local) + share * _exponential(chord * to_regional)


@njit(cache=True, inline="always", fastmath={"contract"})
def _arc(square: float) -> float:
    """The angle of a chord, 2 arcsin(chord / 2), to 1e-12 of itself: the power series, beyond 60° that of what lacks to 180°."""
    quarter = min(0.25 * square, 1.0)
    sine = np.sqrt(quarter)
    near = quarter <= 0.25
    t = quarter if near else 0.5 * (1.0 - sine)
    series = 1.0 + t * (1 / 6 + t * (3 / 40 + t * (5 / 112 + t * (35 / 1152 + t * (63 / 2816 + t * (231 / 13312 + t * _tail(t)))))))
    return float(2.0 * sine * series if near else 2.0 * (HALF_PI - 2.0 * np.sqrt(t) * series))


@njit(cache=True, inline="always", fastmath={"contract"})
def _tail(t: float) -> float:
    """What follows in the series of arcsin(x) / x, with t = x²: terms (2k)! / (4^k (k!)² (2k + 1)) of k = 7 to 17."""
    later = 0.005740037670841924 + t * (0.005153309682319905 + t * (0.004660143486915096 + t * (0.004240907093679363 + t * 0.0038809646)))
    later = 0.0073125258735988454 + t * (0.006447210311889649 + t * later)
    return 0.01396484375 + t * (0.011551800896139705 + t * (0.009761609529194078 + t * (0.008390335809616815 + t * later)))


@njit(cache=True, inline="always", fastmath={"contract"})
def _exponential(x: float) -> float:
    """e to the power of x <= 0: 2 to a whole number times the power series of what is left, of 1e-16 of itself."""
    x = max(x, LOWEST_EXPONENT)
    whole = np.floor(x * LOG2_E + 0.5)
    r = (x - whole * LN2_HIGH) - whole * LN2_LOW
    high = 1 / 5040 + r * (
        1 / 40320 + r * (1 / 362880 + r * (1 / 3628800 + r * (1 / 39916800 + r * (1 / 479001600 + r * (1 / 6227020800)))))
    )
    series = 1.0 + r * (1.0 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r * high))))))
    return float(series * _power_of_two(np.int64(whole)))


@njit(cache=True, inline="always")
def _power_of_two(whole: np.int64) -> float:
    return np.int64((whole + BIAS_OF_EXPONENT) << BITS_OF_FRACTION).view(np.float64)
