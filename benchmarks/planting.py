"""Faults as real monitoring data have them, planted into series at random places that are remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.records import FindingKind
from hazecast.vocabulary import POLLUTANTS

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Chance = np.random.Generator
KEYS = tuple(p.key for p in POLLUTANTS)
UP = {"pm25": 120.0, "pm10": 180.0, "so2": 60.0, "no2": 90.0, "o3": 120.0, "co": 3.0}
LEVEL_WORTH_A_DROP = {"pm25": 25.0, "pm10": 40.0, "so2": 12.0, "no2": 25.0, "o3": 50.0, "co": 0.8}


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """One fault: its values (time, station) of `keys`, or, for one of a whole series, the finding that should tell of it."""

    kind: str
    keys: tuple[str, ...]
    where: Mask
    station: str = ""
    finding: FindingKind | None = None
    lag_hours: float = 0.0


@dataclass(slots=True, eq=False)
class Bed:
    """A dataset that faults are planted into, and the places that are taken already."""

    data: dict[str, Array]
    hours: float
    stations: tuple[str, ...]
    with_neighbours: tuple[int, ...]
    taken: dict[str, Mask]
    planted: list[Planted]

    def touched(self, key: str) -> Mask:
        """Where something was planted into a pollutant."""
        return np.logical_or.reduce([p.where for p in self.planted if key in p.keys] or [np.zeros(self.data[key].shape, np.bool_)])

    def put(self, kind: str, key: str, where: Mask, values: Array) -> None:
        """Write `values` where there is something, and remember what changed."""
        changed = where & ~np.isnan(self.data[key]) & ~np.isnan(values) & (values != self.data[key])
        self.data[key] = np.where(changed, values, self.data[key])
        self.taken[key] |= where
        if changed.any():
            self.planted.append(Planted(kind, (key,), changed))


def bed_of(observations: xr.Dataset, hours: float, with_neighbours: tuple[int, ...], keys: Sequence[str] = KEYS) -> Bed:
    """A copy of those of `keys`, the pollutants, that a dataset (time, station) has.

    `with_neighbours` are the stations (indices) whose clock or place others can speak of.
    """
    data = {key: observations[key].transpose("time", "station").values.copy() for key in keys if key in observations}
    taken = {key: np.zeros(values.shape, np.bool_) for key, values in data.items()}
    return Bed(data, hours, tuple(map(str, observations["station"].values)), with_neighbours, taken, [])


def as_dataset(bed: Bed, observations: xr.Dataset) -> xr.Dataset:
    """The planted data in the place of the original."""
    return observations.assign({key: (("time", "station"), values) for key, values in bed.data.items()})


def free_places(bed: Bed, key: str, count: int, chance: Chance, margin: int = 6, above: float = -np.inf) -> list[tuple[int, int]]:
    """Places (time, station) with a value above `above`, with nothing planted within `margin` steps."""
    places: list[tuple[int, int]] = []
    known = np.argwhere(np.nan_to_num(bed.data[key], nan=-np.inf) > above)
    for step, station in known[chance.permutation(len(known))[: 40 * count]].tolist():
        near = slice(max(0, step - margin), step + margin + 1)
        if len(places) < count and not bed.taken[key][near, station].any():
            bed.taken[key][step, station] = True
            places.append((step, station))
    return places


def plant_codes(bed: Bed, chance: Chance, count: int) -> None:
    """Missing values written as numbers, one hour or a few on end."""
    codes = {"-999": -999.0, "-9999": -9999.0, "9999": 9999.0, "99999": 99999.0, "-1": -1.0, "zero": 0.0, "tiny negative": np.nan}
    for name, code in codes.items():
        for key in bed.data:
            for step, station in free_places(bed, key, count, chance):
                value = -(10.0 ** chance.uniform(-6, -1)) if np.isnan(code) else code
                length = int(chance.choice([1, 1, 1, 2, 5]))
                bed.put(f"code {name}", key, _stretch(bed, key, step, station, length), np.full_like(bed.data[key], value))


def plant_caps(bed: Bed, chance: Chance, count: int) -> None:
    """The upper end of an instrument's or a network's scale, where the air around was far from it."""
    for cap in (985.0, 994.0, 999.0, 999.9):
        for key in ("pm25", "pm10"):
            if key in bed.data:
                for step, station in free_places(bed, key, count, chance):
                    bed.put("cap 985/994/999", key, _stretch(bed, key, step, station, 1), np.full_like(bed.data[key], cap))


def plant_spikes(bed: Bed, chance: Chance, count: int) -> None:
    """Single hours several times too high, or nearly nothing."""
    for key in bed.data:
        for step, station in free_places(bed, key, count, chance):
            high = bed.data[key] * chance.uniform(2.0, 8.0) + UP[key] * chance.uniform(1.0, 3.0)
            bed.put("spike up", key, _stretch(bed, key, step, station, 1), np.round(high, 1))
        for step, station in free_places(bed, key, count, chance, above=LEVEL_WORTH_A_DROP[key]):
            bed.put("spike down", key, _stretch(bed, key, step, station, 1), np.round(bed.data[key] * chance.uniform(0.01, 0.1), 2))


def plant_particles(bed: Bed, chance: Chance, count: int) -> None:
    """PM2.5 half as much again as PM10 and more."""
    if not {"pm25", "pm10"} <= set(bed.data):
        return
    for step, station in free_places(bed, "pm25", count, chance):
        if not np.isnan(bed.data["pm10"][step, station]) and not bed.taken["pm10"][step, station]:
            bed.taken["pm10"][step, station] = True
            value = np.round(bed.data["pm10"] * chance.uniform(1.5, 3.0) + 20.0)
            bed.put("PM2.5 above PM10", "pm25", _stretch(bed, "pm25", step, station, 1), value)


def plant_frozen(bed: Bed, chance: Chance, count: int) -> None:
    """One pollutant, a whole station, or the whole network that repeats its last value."""
    for key in bed.data:
        for step, station in free_places(bed, key, max(1, count // 2), chance, margin=72):
            where = _stretch(bed, key, step, station, int(chance.integers(12, 49)))
            bed.put("frozen pollutant", key, where, np.full_like(bed.data[key], bed.data[key][step, station]))
    first = next(iter(bed.data))
    for step, station in free_places(bed, first, count, chance, margin=72):
        _freeze(bed, "frozen station", step, int(chance.integers(6, 49)), [station])


def plant_frozen_network(bed: Bed, chance: Chance, count: int = 4) -> None:
    """Every station repeats its last value."""
    steps = bed.data[next(iter(bed.data))].shape[0]
    for number in range(count):
        step = int((number + chance.uniform(0.1, 0.7)) * steps / count)
        _freeze(bed, "frozen network", step, int(chance.integers(2, 25)), list(range(len(bed.stations))))


def _freeze(bed: Bed, kind: str, step: int, length: int, stations: list[int]) -> None:
    """All pollutants of some stations, as one fault."""
    masks = []
    for key, values in bed.data.items():
        where = np.zeros(values.shape, np.bool_)
        for station in stations:
            where |= _stretch(bed, key, step, station, length) & ~bed.taken[key]
        held = np.broadcast_to(values[step], values.shape)
        changed = where & ~np.isnan(values) & ~np.isnan(held) & (values != held)
        bed.data[key] = np.where(changed, held, values)
        bed.taken[key] |= where
        masks.append(changed)
    together = np.logical_or.reduce(masks)
    if together.any():
        bed.planted.extend(Planted(kind, (key,), mask) for key, mask in zip(bed.data, masks, strict=True) if mask.any())


def plant_units(bed: Bed, chance: Chance, count: int) -> None:
    """A day or more in other units."""
    for factor, kind in ((1000.0, "units ×1000"), (0.001, "units ×0.001")):
        for key in bed.data:
            for step, station in free_places(bed, key, max(1, count // 3), chance, margin=60):
                where = _stretch(bed, key, step, station, int(chance.integers(24, 73)))
                bed.put(kind, key, where, bed.data[key] * factor)


def plant_sums(bed: Bed, chance: Chance, count: int) -> None:
    """Twice 24 values that are added up."""
    day = 24
    for key in bed.data:
        for step, station in free_places(bed, key, max(1, count // 3), chance, margin=60):
            start = step - step % day
            where = _stretch(bed, key, start, station, 2 * day)
            sums = bed.data[key].copy()
            for first in (start, start + day):
                sums[first : first + day, station] = np.nancumsum(sums[first : first + day, station])
            bed.put("cumulated", key, where & ~np.isnan(bed.data[key]), sums)


def plant_late_clock(bed: Bed, chance: Chance) -> None:
    """One station eight hours late, as by local time taken for UTC; nine where there is a value every three hours."""
    hours = 8.0 if bed.hours == 1.0 else 9.0
    if bed.with_neighbours:
        _shift(bed, int(chance.choice(bed.with_neighbours)), hours, "clock 8 h off", FindingKind.TIME_SHIFTED)


def plant_hour_label(bed: Bed, chance: Chance) -> None:
    """One station an hour late or early: hours called by their end for their start, or the other way round. Needs hourly values."""
    if bed.hours == 1.0 and bed.with_neighbours:
        hours = float(chance.choice([-1.0, 1.0]))
        _shift(bed, int(chance.choice(bed.with_neighbours)), hours, "start of hour for its end", FindingKind.TIME_SHIFTED)


def plant_several_clocks(bed: Bed, chance: Chance) -> None:
    """A quarter of the stations at once: one eight hours late, one an hour late, one an hour early."""
    if bed.hours == 1.0 and len(bed.with_neighbours) >= 12:
        for station, hours in zip(chance.permutation(bed.with_neighbours).tolist(), (8.0, 1.0, -1.0), strict=False):
            _shift(bed, station, hours, "three wrong clocks at once", FindingKind.TIME_SHIFTED)


def plant_lone_clock(bed: Bed, chance: Chance) -> None:
    """A station without neighbours eight hours late, its thermometer too."""
    _shift(bed, int(chance.integers(len(bed.stations))), 8.0, "clock 8 h off, no neighbours", FindingKind.DAY_SHIFTED)


def _shift(bed: Bed, station: int, hours: float, kind: str, finding: FindingKind) -> None:
    _replace(bed, station, {key: _shifted(values[:, station], round(hours / bed.hours)) for key, values in bed.data.items()})
    bed.planted.append(Planted(kind, (), np.zeros((0, 0), np.bool_), bed.stations[station], finding, hours))


def plant_strangers(bed: Bed, chance: Chance) -> None:
    """One station whose file is of other weeks, as little like these as those of another place."""
    if not bed.with_neighbours:
        return
    one = int(chance.choice(bed.with_neighbours))
    steps = bed.data[next(iter(bed.data))].shape[0]
    away = int(chance.integers(round(0.35 * steps), round(0.65 * steps)))
    _replace(bed, one, {key: np.roll(values[:, one], away) for key, values in bed.data.items()})
    bed.planted.append(Planted("another city's file", (), np.zeros((0, 0), np.bool_), bed.stations[one], FindingKind.FOREIGN))


def plant_doubles(bed: Bed, chance: Chance) -> None:
    """One station under the name of another."""
    other, double = (int(s) for s in chance.permutation(len(bed.stations))[:2])
    _replace(bed, double, {key: values[:, other].copy() for key, values in bed.data.items()})
    bed.planted.append(Planted("duplicate station", (), np.zeros((0, 0), np.bool_), bed.stations[double], FindingKind.DUPLICATE))


def _replace(bed: Bed, station: int, series: Mapping[str, Array]) -> None:
    for key, values in series.items():
        bed.data[key] = bed.data[key].copy()
        bed.data[key][:, station] = values
        bed.taken[key][:, station] = True


def _shifted(values: Array, lag: int) -> Array:
    moved = np.full_like(values, np.nan)
    if lag >= 0:
        moved[lag:] = values[: values.size - lag]
    else:
        moved[:lag] = values[-lag:]
    return moved


def _stretch(bed: Bed, key: str, step: int, station: int, length: int) -> Mask:
    where = np.zeros(bed.data[key].shape, np.bool_)
    where[step : step + length, station] = True
    return where


def plant_points(bed: Bed, chance: Chance) -> None:
    """Faults of single hours or a few."""
    for plant in (plant_codes, plant_caps, plant_spikes, plant_particles):
        plant(bed, chance, 6)


def plant_stretches(bed: Bed, chance: Chance) -> None:
    """Faults of half a day to three days."""
    for plant in (plant_units, plant_sums, plant_frozen):
        plant(bed, chance, 6)
