"""Corrected stations spread over the lattice, with the band about what comes of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.spatial import KDTree

from hazecast.forecast.analysis.geometry import Cells, cells_of
from hazecast.forecast.analysis.scale import moved, on_scale
from hazecast.forecast.kernels.spreading import explained_rows, spread_rows
from hazecast.forecast.spreading.reach import Reach

Array = NDArray[np.float64]
Index = NDArray[np.int64]

LEADS_TOGETHER = 12  # that share one mean wind
NEAREST = 16  # stations that tell how sure a cell is
BAND = 1.6448536269514722  # standard deviations of a normal distribution from its middle to 5 % and 95 %
LOW, HIGH = 0.05, 0.95
BESIDE_LEADS = 4  # what is spread beside the leads: see `_drawn`
NEXT_TO_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class OnLattice:
    """The base forecast in µg m-3 and the winds in m s-1 (lead, y, x), and heights of the ground in m (y, x); degrees (y,) and (x,)."""

    latitude: Array
    longitude: Array
    base: Array
    east: Array
    north: Array
    ground: Array

    def __post_init__(self) -> None:
        shape = (self.latitude.size, self.longitude.size)
        if self.ground.shape != shape or not self.base.shape == self.east.shape == self.north.shape == (self.base.shape[0], *shape):
            raise ValueError(f"Base {self.base.shape}, winds {self.east.shape} and ground {self.ground.shape} on a lattice of {shape}.")


@dataclass(frozen=True, slots=True, eq=False)
class AtStations:
    """The same at stations, (lead, station) and (station,), and what is to be spread: corrected values with their 5 % and 95 %.

    Where base or corrected value is NaN, a station draws nothing; where its band is, the value counts as sure.
    """

    latitude: Array
    longitude: Array
    base: Array
    east: Array
    north: Array
    ground: Array
    corrected: Array
    low: Array
    high: Array

    def __post_init__(self) -> None:
        series = {a.shape for a in (self.base, self.east, self.north, self.corrected, self.low, self.high)}
        places = {a.shape for a in (self.latitude, self.longitude, self.ground)}
        if places != {(self.latitude.size,)} or series != {(self.base.shape[0], self.latitude.size)}:
            raise ValueError(f"Shapes {series} and {places}; expected (lead, station) and (station,).")


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """PM2.5 (lead, y, x) in µg m-3 and its 5 % and 95 %, NaN where the base is."""

    pm25: Array
    low: NDArray[np.float32]
    high: NDArray[np.float32]


def spread(lattice: OnLattice, stations: AtStations, reach: Reach) -> Spread:
    """The base forecast drawn to the corrected stations by simple kriging on the scale of errors, and the band about it.

    With weights k of the stations, their sum K and the worth p of the base's pattern, the logarithm of PM2.5 is
    lb (1 - (1 - p) K) + Σ k (lc - p · lb at the station): near stations the base's own differences count by p, far from all the base
    shows through, to the bit. The band's variance is that which kriging leaves, that of the stations' own bands by K², and by (1 - K)²
    what the base errs beyond that, so that far from all it is as wide as the base's own past error. (Daley 1991, Atmospheric Data
    Analysis, ch. 4; likeness of places: hazecast.forecast.kernels.spreading.)
    """
    cells = cells_of(lattice.latitude, lattice.longitude)
    pm25 = np.empty_like(lattice.base)
    low, high = np.empty(pm25.shape, dtype=np.float32), np.empty(pm25.shape, dtype=np.float32)
    nearest: tuple[Index, Index] | None = None
    for leads, known in _groups(stations):
        if nearest is None or not np.array_equal(nearest[0], known):
            nearest = known, _nearest(cells, stations, known)
        pm25[leads], low[leads], high[leads] = _group(cells, lattice, stations, reach, leads, known, nearest[1])
    return Spread(pm25, low, high)


def _groups(stations: AtStations) -> Iterator[tuple[Index, Index]]:
    """Leads that share a wind and the stations that are known, with these."""
    known = ~np.isnan(stations.base + stations.corrected)
    for first in range(0, known.shape[0], LEADS_TOGETHER):
        block = known[first : first + LEADS_TOGETHER]
        for these in np.unique(block, axis=0):
            yield first + np.flatnonzero((block == these).all(axis=1)), np.flatnonzero(these)


def _nearest(cells: Cells, stations: AtStations, known: Index) -> Index:
    """The nearest known stations of each cell (y, x, station), counted among the known, ascending."""
    count = min(NEAREST, known.size)
    if not count:
        return np.empty((*cells.shape, 0), dtype=np.int64)
    phi, lam = np.deg2rad(stations.latitude[known]), np.deg2rad(stations.longitude[known])
    tree = KDTree(np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1))
    places = np.empty((*cells.shape, 3))
    places[..., :2] = cells.level[:, None, None] * cells.towards.T
    places[..., 2] = cells.height[:, None]
    return np.sort(tree.query(places, np.arange(1, count + 1), workers=-1)[1].astype(np.int64), axis=-1)


def _group(
    cells: Cells, lattice: OnLattice, stations: AtStations, reach: Reach, leads: Index, known: Index, nearest: Index
) -> tuple[Array, Array, Array]:
    base = lattice.base[leads]
    if not known.size:
        return base, *_band(base, np.full(base.shape, reach.base_variance), np.full(base.shape, reach.base_variance))
    likeness, rows = reach.likeness, np.stack([cells.level, cells.height])
    over = likeness.beside_direction(
        lattice.latitude[:, None], lattice.longitude, lattice.ground, _mean(lattice.east[leads]), _mean(lattice.north[leads])
    )
    at = leads[:, None], known
    where = stations.latitude[known], stations.longitude[known], stations.ground[known], _mean(stations.east[at]), _mean(stations.north[at])
    places = likeness.places(*where)
    among = likeness.among(places)
    widths, by_lead = _widths(stations, at)
    drawn = _drawn(on_scale(stations.corrected[at]) - reach.pattern * on_scale(stations.base[at]), widths, among, likeness.noise)
    fields, explained = np.empty((drawn.shape[0], *cells.shape)), np.empty(cells.shape)
    spread_rows(rows, cells.towards, cells.west, cells.step, over, places, drawn, likeness.parameters, fields)
    explained_rows(rows, cells.towards, over, places, nearest, among, likeness.noise, likeness.parameters, explained)
    increment, (drawing, near, *squares) = fields[:-BESIDE_LEADS], fields[-BESIDE_LEADS:]
    pm25 = moved(base, increment - (1.0 - reach.pattern) * drawing * on_scale(base))
    share = np.clip(drawing, 0.0, 1.0)
    own = _left(reach, explained, share)
    below, above = (own + (share**2 * of_all / np.maximum(near, NEXT_TO_NOTHING)) * by_lead[:, None, None] for of_all in squares)
    return pm25, *_band(pm25, below, above)


def _drawn(values: Array, widths: Array, among: Array, noise: float) -> Array:
    """What each station adds to its surroundings (case, station): the leads and the sum of weights by kriging, the rest by likeness alone.

    The rest are ones, and the squares of the stations' bands below and above: their mean about a cell is that of the likely ones.
    """
    matrix = among + noise * np.eye(among.shape[0])
    factor = scipy.linalg.cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
    solved = scipy.linalg.cho_solve(factor, np.vstack([values, np.ones(among.shape[0])]).T, check_finite=False).T
    return np.ascontiguousarray(np.vstack([solved, np.ones(among.shape[0]), widths]))


def _widths(stations: AtStations, at: tuple[Index, Index]) -> tuple[Array, Array]:
    """Variances of the stations' bands, below and above (2, station), over all of the leads, and what each lead has of that, (lead,)."""
    middle, low, high = (on_scale(np.maximum(a[at], 0.0)) for a in (stations.corrected, stations.low, stations.high))
    sides = np.nan_to_num(np.stack([middle - low, high - middle]).clip(0.0)) / BAND
    squares = sides**2
    by_lead = squares.mean(axis=(0, 2))
    return squares.mean(axis=1), by_lead / max(float(by_lead.mean()), NEXT_TO_NOTHING)


def _left(reach: Reach, explained: Array, share: Array) -> Array:
    """The variance (y, x) of what corrections that are sure would leave, and of what is a place's alone."""
    noise = reach.variance * reach.likeness.noise
    beyond = reach.base_variance - reach.variance - noise
    return np.maximum(reach.variance * (1.0 - explained) + noise + (1.0 - share) ** 2 * beyond, noise)


def _band(pm25: Array, below: Array, above: Array) -> tuple[Array, Array]:
    return moved(pm25, -BAND * np.sqrt(below)), moved(pm25, BAND * np.sqrt(above))


def _mean(winds: Array) -> Array:
    """Over the leads, NaN where none is known."""
    whole: Array = winds.mean(axis=0)
    known = ~np.isnan(winds) if np.isnan(whole).any() else None
    return whole if known is None else np.where(known, winds, 0.0).sum(axis=0) / np.where(known.any(axis=0), known.sum(axis=0), np.nan)
