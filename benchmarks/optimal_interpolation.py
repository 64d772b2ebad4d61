"""Optimal interpolation of 1,500 stations onto a country's lattice, beside PyKrige's compiled kriging, and how well each does.

Truth and observations of the accuracy are drawn with the exponential correlation that all contestants are given; PyKrige estimates
its constant mean, which is nothing here, and we are told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import Row, Times, in_turn
from hazecast.forecast.analysis.correlation import Correlation, exponentials, gaspari_cohn
from hazecast.forecast.analysis.geometry import cells_of, directions_of
from hazecast.forecast.analysis.interpolation import Departures, interpolated, interpolated_locally
from hazecast.grids.distance import distance

Array = NDArray[np.float64]

SOUTH, WEST, SPACING = 20.1, 80.1, 0.1
LENGTH_M, NOISE = 200e3, 0.1
DEGREE_M = 111_195.0  # along a great circle
HALF_M = 250e3  # of the compact correlation: nothing is left at 500 km
NEAREST = 16
AS_GOOD = 0.98  # errors up to 2 % larger are the same: the contestants differ in the mean that they assume
PEER = "PyKrige, compiled, 16 neighbours, with variance"


@dataclass(frozen=True, slots=True)
class Size:
    """Stations, the lattice, places whose truth is known, and rounds of each timing."""

    stations: int
    lattice: tuple[int, int]
    judged: int
    rounds: int


FULL = Size(stations=1500, lattice=(500, 700), judged=1000, rounds=5)
SMALL = Size(stations=40, lattice=(20, 28), judged=30, rounds=3)


@dataclass(frozen=True, slots=True)
class Case:
    """Stations, what they observe, and cells whose truth is known."""

    latitude: Array
    longitude: Array
    station_latitude: Array
    station_longitude: Array
    values: Array
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    truth: Array
    exact: Array

    @property
    def departures(self) -> Departures:
        """As our kernels take them."""
        directions = directions_of(self.station_latitude, self.station_longitude)
        return Departures(directions, self.values, np.full(self.values.size, NOISE))


def rows(small: bool) -> list[Row]:
    """Every line of the table, in its order."""
    if find_spec("pykrige") is None:
        return []
    size = SMALL if small else FULL
    case = _case(size)
    cells, departures, local = cells_of(case.latitude, case.longitude), case.departures, _exponential()
    what = f"{size.stations} stations onto {size.lattice[0]} × {size.lattice[1]} cells"
    krige = _pykrige(case)
    mean = in_turn(lambda: interpolated(cells, departures, gaspari_cohn(HALF_M)), {PEER: krige}, size.rounds)
    near = in_turn(lambda: interpolated_locally(cells, departures, local, NEAREST), {PEER: krige}, size.rounds)
    ours, theirs = interpolated_locally(cells, departures, local, NEAREST)[0], krige()
    return [
        _timed(f"mean from all, compact, {what}", mean, size, 20.0),
        _timed(f"mean and variance from 16, {what}", near, size, 3.5),
        _error("error of the mean from 16 against the truth", ours, theirs, case.truth, case),
        _error("error of the mean from 16 against the exact solution from all", ours, theirs, case.exact, case),
        _error("error of the mean from all against the truth", interpolated(cells, departures, local), theirs, case.truth, case),
    ]


def _timed(name: str, times: Times, size: Size, goal: float) -> Row:
    cells = size.lattice[0] * size.lattice[1]
    return Row(name, cells / median(times.ours) / 1e6, "million cells/s", PEER, times.ratio(PEER), goal)


def _error(name: str, ours: Array, theirs: Array, right: Array, case: Case) -> Row:
    mine, other = (float(np.sqrt(((field[case.rows, case.columns] - right) ** 2).mean())) for field in (ours, theirs))
    return Row(name, mine, "of the deviation of the truth", PEER, other / mine, AS_GOOD)


def _exponential() -> Correlation:
    return exponentials(LENGTH_M, LENGTH_M, 0.0)


def _case(size: Size) -> Case:
    chance = np.random.default_rng(1)
    latitude, longitude = SOUTH + SPACING * np.arange(size.lattice[0]), WEST + SPACING * np.arange(size.lattice[1])
    south_north, west_east = (chance.uniform(axis[0], axis[-1], size.stations) for axis in (latitude, longitude))
    rows, columns = (chance.integers(0, n, size.judged) for n in size.lattice)
    phi, lam = np.append(south_north, latitude[rows]), np.append(west_east, longitude[columns])
    alike = _exponential().at(distance(phi[:, None], lam[:, None], phi[None], lam[None]))
    field = np.linalg.cholesky(alike + 1e-10 * np.eye(phi.size)) @ chance.normal(size=phi.size)
    n = size.stations
    values = field[:n] + np.sqrt(NOISE) * chance.normal(size=n)
    exact = alike[n:, :n] @ np.linalg.solve(alike[:n, :n] + NOISE * np.eye(n), values)
    return Case(latitude, longitude, south_north, west_east, values, rows, columns, field[n:], exact)


def _pykrige(case: Case) -> Callable[[], Array]:
    """A call that kriges the lattice with the same correlation: PyKrige has lengths in degrees, and exponentials by three of them."""
    from pykrige.ok import OrdinaryKriging

    parameters = {"psill": 1.0, "range": 3.0 * LENGTH_M / DEGREE_M, "nugget": NOISE}
    kriging = OrdinaryKriging(
        case.station_longitude, case.station_latitude, case.values, variogram_model="exponential", variogram_parameters=parameters,
        coordinates_type="geographic", exact_values=False,
    )  # fmt: skip
    return lambda: np.asarray(kriging.execute("grid", case.longitude, case.latitude, n_closest_points=NEAREST, backend="C")[0])
