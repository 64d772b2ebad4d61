"""The base forecast: hazecast's own transport with the strengths that observations teach, or another model's, as it was delivered."""

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hazecast.beside.process import beside
from hazecast.config import TransportSettings
from hazecast.forecast.attribution.members import BEFORE_HOURS, members_at_stations, with_other_strengths
from hazecast.forecast.strengths import LEAST_PAIRS, Strengths, season_of
from hazecast.forecast.transport.carrying import as_one
from hazecast.forecast.transport.coarsening import blocks_of, coarser, coarser_state
from hazecast.forecast.transport.driving import Driving
from hazecast.forecast.transport.forecasting import Fields, run_ahead, scaled_start
from hazecast.forecast.transport.learning import Snapshot, UnitRun, at_stations, learnt_strengths, run_unscaled
from hazecast.forecast.transport.starting import drawn_to_observations
from hazecast.forecast.transport.state import SIDES
from hazecast.grids.sampling import Sampling, sampling
from hazecast.records import Gridded, Station

Array = NDArray[np.float64]
Progress = Callable[[float], None]
LEARNING = 0.7  # of the time that the runs take
MOST_CELLS_OF_MEMBERS = 20_000  # of which members are run on wider cells: how sure shares are needs no detail
CELLS_WORTH_A_PROCESS = 5_000  # of members: with fewer it takes longer to begin one than to run them


@dataclass(frozen=True, slots=True, eq=False)
class BaseForecast:
    """PM2.5 in µg m-3, NaN where unknown.

    stations  (time, station) over all hours, in the past as in the future without a start from observations
    grid      (lead, y, x) over the hours ahead;  ahead  (lead, station) the same at the stations
    """

    stations: Array
    grid: Array
    ahead: Array

    def or_else(self, other: "BaseForecast") -> "BaseForecast":
        """These values, and those of `other` where they are unknown."""
        pairs = ((self.stations, other.stations), (self.grid, other.grid), (self.ahead, other.ahead))
        return BaseForecast(*(np.where(np.isnan(own), others, own) for own, others in pairs))


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Where PM2.5 comes from, by the transport model.

    fields    over the hours ahead
    stations  (lead, station, source) µg m-3 and `formed` (lead, station), at the stations
    members   waits for (member, lead, station, source) µg m-3 with other winds and emissions
    """

    fields: Fields
    stations: Array
    formed: Array
    members: Callable[[], Array]
    strengths: Strengths


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What hazecast's own base forecast is made of and for.

    `first`, `known` and `origin` are indices into the hours of `driving`: where the model starts, the last hour whose observation could
    have arrived, and the cycle's init_time. `mixing_height` (y, x) in m is that of `origin`.
    """

    driving: Driving
    settings: TransportSettings
    stations: tuple[Station, ...]
    mixing_height: Array
    first: int
    known: int
    origin: int
    seed: int

    @property
    def where(self) -> Sampling:
        """Where the stations stand on the lattice."""
        return sampling(self.driving.air.lattice, self.stations)

    @property
    def end(self) -> int:
        """One beyond the last hour."""
        return int(self.driving.weather.sizes["time"])

    @property
    def early(self) -> int:
        """The hour after which members have weather of their own."""
        return max(self.origin - BEFORE_HOURS, self.first)

    @property
    def times(self) -> NDArray[np.datetime64]:
        """Of all hours."""
        return self.driving.weather["time"].values


def own_base(
    task: Task, observed: Array, progress: Progress, meanwhile: ExitStack, learnt_before: Strengths | None = None
) -> tuple[BaseForecast, Sources | None]:
    """Carry what is emitted, with the strengths learnt before or else those that `observed` (time, station) in µg m-3 teaches.

    All NaN where that is too little to learn from. Members are run beside, until `meanwhile` is left.
    """
    kept = task.early, task.origin
    past, ahead = slice(task.first, task.origin + 1), slice(task.origin + 1, task.end)
    run = run_unscaled(task.driving, task.settings, task.where, past, kept, lambda done: progress(LEARNING * done))
    known = np.where(np.arange(task.end)[:, None] <= task.known, observed, np.nan)
    strengths = learnt_before or learnt_strengths(run, known, task.times)
    if strengths is None:
        return _unknown(task), None
    now = int(season_of(task.times[task.origin : task.origin + 1])[0])
    values, free = strengths.values[now], at_stations(run, strengths, task.times)
    start = scaled_start(run.snapshots[task.origin], values)
    unmoved = replace(start, state=as_one(start.state))
    if task.settings.from_observations:
        start = _drawn(task, start, free, known)
    members = _members(task, run, strengths, now, meanwhile)
    fields, alone = run_ahead(
        task.driving, task.settings, start, unmoved, task.where, values, ahead, lambda done: progress(LEARNING + (1.0 - LEARNING) * done)
    )
    whole = fields.sources.sum(axis=1, keepdims=True)
    base = BaseForecast(np.concatenate([free, alone]), whole[:, 0].astype(np.float64), _sampled(whole, task.where)[..., 0])
    at_the_stations, formed = _sampled(fields.sources, task.where), _sampled(fields.formed[:, None], task.where)[..., 0]
    return base, Sources(fields, at_the_stations, formed, lambda: _in_the_order_of(at_the_stations, members()), strengths)


def _drawn(task: Task, start: Snapshot, free: Array, known: Array) -> Snapshot:
    past, lag = slice(task.first, task.known + 1), task.origin - task.known
    return drawn_to_observations(start, task.driving.air, task.mixing_height, free[past], known[past], lag, task.stations)


def _members(task: Task, run: UnitRun, strengths: Strengths, season: int, meanwhile: ExitStack) -> Callable[[], Array]:
    """Begin the members' runs; what is given back waits for them."""
    if not task.settings.members:
        return lambda: np.empty((0, task.end - task.origin - 1, len(task.stations), len(run.tags.regions) + len(SIDES)))
    blocks = blocks_of(task.driving.air.lattice, MOST_CELLS_OF_MEMBERS)
    window = coarser(task.driving.window(task.early, task.end), blocks)
    early = run.snapshots[task.early]
    early = replace(early, state=coarser_state(early.state, task.driving.air, blocks))
    where = sampling(window.air.lattice, task.stations)
    worth_it = math.prod(window.air.lattice.shape) >= CELLS_WORTH_A_PROCESS
    ahead = task.origin - task.early  # of the members' hours, which begin after `early`
    arguments = window, task.settings, early, where, task.seed, ahead
    unscaled = meanwhile.enter_context(beside(members_at_stations, *arguments, worth_it=worth_it))

    def with_strengths() -> Array:
        members = unscaled()
        members[:, :, ~task.where.inside] = np.nan  # wider cells reach farther
        return with_other_strengths(members, strengths.values[season], strengths.covariance[season], task.seed)

    return with_strengths


def _in_the_order_of(parts: Array, members: Array) -> Array:
    """Members (member, lead, station, region + side) as `parts` (lead, station, source): what was there at the start is of these."""
    initial = np.broadcast_to(parts[None, ..., 1, None], (*members.shape[:-1], 1))
    edges = members[..., -len(SIDES) :].sum(axis=-1, keepdims=True)
    return np.concatenate([edges, initial, members[..., : -len(SIDES)]], axis=-1)


def _sampled(fields: NDArray[np.floating], where: Sampling) -> Array:
    """(lead, …, y, x) at stations, (lead, station, …)."""
    return np.stack([where.of(np.moveaxis(field, 0, 1)) for field in fields])


def _unknown(task: Task) -> BaseForecast:
    hours, stations, leads = task.end, task.where.inside.size, task.end - task.origin - 1
    shapes = (hours, stations), (leads, *task.driving.air.lattice.shape), (leads, stations)
    return BaseForecast(*(np.full(shape, np.nan) for shape in shapes))


def delivered_base(gridded: Gridded, ahead: slice) -> BaseForecast | None:
    """PM2.5 of another model as it was delivered, neither scaled nor corrected; None where none was."""
    if gridded.lattice_base is None or gridded.station_base is None:
        return None
    lattice, stations = gridded.lattice_base["pm25"], gridded.station_base["pm25"]
    at_all = stations.transpose("time", "station").values
    return BaseForecast(at_all, lattice.transpose("time", "latitude", "longitude").values[ahead], at_all[ahead])


def scaled_to(modelled: Array, observed: Array) -> Array:
    """Another model's PM2.5 (time, station) with the mean of the observations over the hours that both have, if these are enough."""
    both = ~(np.isnan(modelled) | np.isnan(observed))
    if both.sum() < LEAST_PAIRS or not modelled[both].mean() > 0.0:
        return modelled
    return np.asarray(modelled * (observed[both].mean() / modelled[both].mean()))
