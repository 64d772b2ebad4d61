"""Stations left out of real cases: what the corrected lattice says of them, and what the base and plain interpolation say."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hazecast.archive.memory import Memory, open_memory
from hazecast.archive.observations.watch import Watching
from hazecast.config import Settings, looking_back
from hazecast.forecast.analysis.scale import OFFSET_PM25, on_scale
from hazecast.forecast.predict import predict, train
from hazecast.forecast.spreading.ground import ground_of
from hazecast.forecast.spreading.learning import learnt_reach
from hazecast.forecast.spreading.leaving_out import Hour, left_out
from hazecast.forecast.spreading.reach import Past, Reach
from hazecast.forecast.spreading.spread import BAND
from hazecast.forecast.trained import Trained
from hazecast.grids.distance import distance
from hazecast.grids.gridding import to_grid
from hazecast.grids.lattice import lattice_of_domain
from hazecast.grids.sampling import sampling
from hazecast.intake import gather as gathering
from hazecast.intake.ingesting import ingest
from hazecast.quality.usable import only_usable
from hazecast.records import Cycle, Gathered, Gridded, Station
from tests.real.hindcasts import Hindcast, hindcast, settings_of

Array = NDArray[np.float64]
FOLDS = 4
LEAST_APART_M = 1e3


@dataclass(frozen=True)
class Case:
    """A folder of real data; of the `days` before `until`, those from `split` on are judged."""

    folder: str
    until: datetime
    split: datetime
    days: int

    def past(self, shared: Path, out: Path) -> Hindcast:
        return hindcast(shared / self.folder, out / f"{self.folder}.toml", self.until, self.split, self.days)


CASES = (
    Case("beijing_spring_2018", datetime(2018, 5, 1), datetime(2018, 4, 24), 31),
    Case("beijing_winters", datetime(2016, 1, 20), datetime(2015, 12, 10), 110),
    Case("ten_cities", datetime(2016, 1, 1), datetime(2015, 11, 1), 140),
)


@dataclass(frozen=True)
class Judged:
    """All about values left out, (value,) µg m-3: the truth, the lattice with its 5 % and 95 %, and the others."""

    truth: Array
    lattice: Array
    low: Array
    high: Array
    base: Array
    inverse_distance: Array
    nearest: Array

    def error(self, name: str) -> float:
        """Root mean square over the values that every method has."""
        known = ~np.isnan(self.truth + self.lattice + self.base + self.inverse_distance + self.nearest)
        return float(np.sqrt(((getattr(self, name) - self.truth)[known] ** 2).mean()))

    @property
    def inside(self) -> float:
        """The share of values within the band, of which nine in ten should be."""
        known = ~np.isnan(self.truth + self.low + self.high)
        return float(((self.low <= self.truth) & (self.truth <= self.high))[known].mean())


def joined(parts: Sequence[Judged]) -> Judged:
    return Judged(*(np.concatenate([getattr(part, name).ravel() for part in parts]) for name in Judged.__annotations__))


def plain(values: Array, places: tuple[Array, Array], of: tuple[Array, Array], power: float | None) -> Array:
    """Values (…, station) by inverse distance to a power, or the nearest where it is None, (…, place); never a station by itself."""
    apart = distance(places[0][:, None], places[1][:, None], *of)
    near = np.maximum(apart, LEAST_APART_M) ** -(60.0 if power is None else power)
    near[apart == 0.0] = 0.0
    known = ~np.isnan(values)
    if power is None:
        order = np.where(known[..., None], near, -1.0)
        return np.take_along_axis(values[..., None], order.argmax(axis=-2)[..., None, :], axis=-2)[..., 0, :]
    return np.asarray((np.where(known, values, 0.0) @ near) / np.maximum(known @ near, 1e-300))


def past_of(run: Hindcast, hours: NDArray[np.bool_], stations: NDArray[np.int64]) -> Past:
    """Of some hours and stations."""
    weather = run.station_weather.transpose("time", "station")
    east, north = weather["eastward_wind"].values, weather["northward_wind"].values
    at = np.ix_(hours, stations)
    ground = ground_of(run.station_weather)
    latitude, longitude = (axis[stations] for axis in run.places)
    return Past(run.observed[at], run.modelled[at], east[at], north[at], latitude, longitude, ground[stations])


def as_learnt(reach: Reach) -> Reach:
    return reach


def analyses(run: Hindcast, altered: Callable[[Reach], Reach] = as_learnt) -> Judged:
    """Hours after the split: each station foretold from what the others observed, with distances learnt before it from other stations."""
    stations = np.arange(len(run.stations))
    after = past_of(run, run.after, stations)
    foretold = np.full((3, *after.observed.shape), np.nan)
    for fold in range(FOLDS):
        mine = stations % FOLDS == fold
        reach = learnt_reach(past_of(run, ~run.after, stations[~mine]))
        foretold[:, :, mine] = analysed(after, altered(reach))[:, :, mine]
    judged = ~np.isnan(foretold[0])
    observed, places = after.observed, (after.latitude, after.longitude)
    by_distance, nearest = (plain(observed, places, places, power) for power in (2.0, None))
    fields = (observed, *foretold, after.base, by_distance, nearest)
    return Judged(*(field[judged] for field in fields))


def analysed(after: Past, reach: Reach) -> Array:
    """(3, time, station): each from the others of its hour, with 5 % and 95 %."""
    out = np.full((3, *after.observed.shape), np.nan)
    for index in range(after.observed.shape[0]):
        here = np.flatnonzero(~np.isnan(after.observed[index] + after.base[index]))
        if here.size >= 3:
            where = (*(a[here] for a in (after.latitude, after.longitude, after.ground)), after.east[index, here], after.north[index, here])
            observed = on_scale(after.observed[index, here])
            without, with_pattern, variance = left_out(Hour(index, observed, on_scale(after.base[index, here]), where), reach.likeness)
            middle = observed - (without + reach.pattern * with_pattern)
            side = BAND * np.sqrt(reach.variance * variance)
            out[:, index, here] = np.maximum(np.exp(np.stack([middle, middle - side, middle + side])) - OFFSET_PM25, 0.0)
    return out


@dataclass(frozen=True)
class Cycles:
    """Forecasts of a folder from each of `inits`, by what was learnt in the `days` before the first, and the hours they reach."""

    folder: str
    inits: tuple[datetime, ...]
    days: int
    hours: int


@dataclass(frozen=True)
class _Replay:
    """What a folder's cycles are made from, by which settings."""

    settings: Settings
    memory: Memory

    @property
    def delay(self) -> timedelta:
        return timedelta(hours=self.settings.observations.arrival_delay_hours)

    def usable(self, cycle: Cycle, days: int) -> Gathered:
        raw = gathering.gather(cycle, looking_back(self.settings, days), self.memory)
        return only_usable(raw, self.settings.quality)[0]

    def without(self, cycle: Cycle, days: int, fold: int) -> tuple[Gridded, tuple[Station, ...]]:
        """What a cycle has without the stations of a fold, and these."""
        raw = self.usable(cycle, days)
        kept, held = (tuple(s for i, s in enumerate(raw.stations) if (i % FOLDS == fold) is away) for away in (False, True))
        less = replace(raw, stations=kept, observations=raw.observations.sel(station=[s.id for s in kept]))
        return to_grid(less, lattice_of_domain(self.settings.domain)), held

    def seen(self, cycle: Cycle, stations: Sequence[Station]) -> Array:
        """What stations observed in the hours that a cycle forecasts, (lead, station)."""
        end = cycle.init_time + cycle.horizon
        times = np.datetime64(cycle.init_time.replace(tzinfo=None), "ns") + np.array(cycle.lead_hours) * np.timedelta64(1, "h")
        later = self.usable(Cycle(end, end + self.delay, timedelta(hours=1)), 10).observations["pm25"]
        return later.reindex(time=times).sel(station=[s.id for s in stations]).transpose("time", "station").values


def forecasts(cycles: Cycles, shared: Path, out: Path, folds: Sequence[int]) -> Judged:
    """A share of the stations, those of each fold, taken away before anything is learnt, and foretold from the lattice."""
    settings = settings_of(shared / cycles.folder, out / "cycles.toml")
    settings = settings.model_copy(update={"forecast": settings.forecast.model_copy(update={"learning_rows": 8_000})})
    with tempfile.TemporaryDirectory() as folder, open_memory(Path(folder)) as memory:
        ingest(settings, memory, Watching.BACKFILL, lambda: datetime.now(UTC))
        replay = _Replay(settings, memory)
        return joined([part for fold in folds for part in _of_fold(replay, cycles, fold)])


def _of_fold(replay: _Replay, cycles: Cycles, fold: int) -> list[Judged]:
    first, zone = Cycle(cycles.inits[0], cycles.inits[0], timedelta(hours=cycles.hours)), replay.settings.site.time_zone
    gridded, _ = replay.without(first, cycles.days, fold)
    settings = replay.settings
    stored = train(gridded, settings.forecast, settings.transport, replay.delay, lambda _stage, _done: None, time_zone=zone)
    recent = min(cycles.days, settings.forecast.recent_days)
    return [_forecast(replay, replace(first, init_time=init, as_of=init), stored, fold, recent) for init in cycles.inits]


def _forecast(replay: _Replay, cycle: Cycle, stored: Trained, fold: int, days: int) -> Judged:
    settings = replay.settings
    gridded, held = replay.without(cycle, days, fold)
    alone = settings.transport.model_copy(update={"members": 0})
    done = predict(
        gridded, settings.forecast, alone, settings.visibility, replay.delay, lambda _stage, _done: None,
        time_zone=settings.site.time_zone, stored=stored,
    )  # fmt: skip
    where = sampling(lattice_of_domain(settings.domain), held)
    lattice, low, high, base = (
        np.stack([where.of(field[:, None])[:, 0] for field in done.grid[name].values.astype(np.float64)])
        for name in ("pm25", "pm25_low", "pm25_high", "pm25_uncorrected")
    )
    corrected = done.stations["pm25"].transpose("lead_time", "station").values.astype(np.float64)
    places = done.stations["latitude"].values, done.stations["longitude"].values
    of = np.array([s.latitude for s in held]), np.array([s.longitude for s in held])
    by_distance, nearest = (plain(corrected, places, of, power) for power in (2.0, None))
    return Judged(replay.seen(cycle, held), lattice, low, high, base, by_distance, nearest)
