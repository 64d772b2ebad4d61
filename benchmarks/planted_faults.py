"""How many planted faults the checks of observations catch, and how much of what is good they reject.

Run as `python -m benchmarks.planted_faults`.

The thresholds were chosen on the series of `CHOSEN_ON` and are judged on those of `JUDGED_ON`: other months and other seeds. Of spring 2018
in Beijing, a network of 34 stations, earlier seeds were looked at too.
"""

import argparse
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np
import xarray as xr

from benchmarks import planting
from benchmarks.planting import Array, Bed, Chance, Mask, Planted, as_dataset, bed_of
from hazecast.grids.distance import distance
from hazecast.intake.monitoring.reading import Monitoring, read_monitoring
from hazecast.quality.thresholds import default_thresholds
from hazecast.quality.vet import vet
from hazecast.records import Finding, FindingKind, Station, Trust, Vetted
from hazecast.vocabulary import VARIABLES

ALL_KEYS = tuple(VARIABLES)
TIMES_WHOLE = 5  # a fault of a whole series is planted at other stations so often, one at a time
LAG_OFF = 1.0  # hours: what the wind carries comes to some stations that much later by itself
HEARD = 0.6  # the share of hours with a value from which on others can speak of a station's clock and place
MANY = 8  # stations of which nearly all repeat their value: a network that stands still
NEARLY_ALL = 0.9
FINE = 10.0  # µg m-3
MOSTLY = 0.8  # a fault of several hours is caught when so many of its values are flagged


@dataclass(frozen=True, slots=True)
class Series:
    """Some weeks of a real case, and the seed that faults are planted with."""

    case: str
    first: str
    last: str
    seed: int
    hours: float = 1.0
    lone: bool = False


CHOSEN_ON = (
    Series("beijing_winters", "2015-07-05", "2015-09-03", 11),
    Series("beijing_winters", "2015-11-05", "2016-01-04", 22),
    Series("beijing_winters", "2016-01-05", "2016-03-05", 12),
    Series("beijing_winters", "2016-04-01", "2016-06-01", 23),
    Series("london_2020", "2020-02-01", "2020-04-01", 13),
    Series("london_2020", "2020-06-01", "2020-08-01", 24),
    Series("london_2020", "2020-10-15", "2020-12-15", 25),
    Series("five_cities", "2013-01-01", "2013-03-01", 26, lone=True),
    Series("five_cities", "2014-01-01", "2014-03-01", 14, lone=True),
    Series("ten_cities", "2016-01-01", "2016-06-01", 27, hours=3.0),
    Series("ten_cities", "2016-07-01", "2016-10-31", 15, hours=3.0),
)
JUDGED_ON = (
    Series("beijing_spring_2018", "2018-03-31", "2018-05-31", 31),
    Series("beijing_winters", "2013-11-01", "2014-01-01", 32),
    Series("beijing_winters", "2014-05-01", "2014-07-01", 33),
    Series("beijing_winters", "2014-12-01", "2015-02-01", 34),
    Series("london_2020", "2020-04-05", "2020-06-01", 35),
    Series("london_2020", "2020-08-01", "2020-10-01", 36),
    Series("five_cities", "2015-01-01", "2015-03-01", 37, lone=True),
    Series("ten_cities", "2015-01-01", "2015-06-01", 38, hours=3.0),
)


@dataclass(frozen=True, slots=True)
class Caught:
    """Of the faults of one kind how many were planted, flagged, and rejected."""

    kind: str
    faults: int
    flagged: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Untouched:
    """Of the values beside the faults: how many there are, and how many are rejected or doubted all the same.

    `standing` more, not among these `values`, were delivered while a whole network stood still: faults that the data came with.
    """

    standing: int
    values: int
    rejected: int
    doubted: int


NOTHING = Untouched(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of planting into one series; `false_findings` are clocks, strangers and doubles where none were planted."""

    series: Series
    stations: int
    caught: tuple[Caught, ...]
    untouched: Untouched
    false_findings: tuple[Finding, ...]


@cache
def monitoring(folder: Path) -> Monitoring:
    """The observations of a case, read once."""
    return read_monitoring(folder / "observations")


def judge(series: Series, shared: Path, whole: int = TIMES_WHOLE) -> Result:
    """Plant every kind of fault into the series, each group into a copy of its own, and look what the checks say.

    Faults of whole series are planted `whole` times.
    """
    read = monitoring(shared / series.case)
    observations = read.data.sel(time=slice(series.first, series.last)).dropna("station", how="all")
    stations = observations.sizes["station"]
    parts = [_judged(plant, number, series, observations, read) for number, plant in enumerate(groups(series.lone, whole))]
    return Result(
        series,
        stations,
        tuple(c for caught, _, _ in parts for c in caught),
        Untouched(*(sum(getattr(u, f.name) for _, u, _ in parts) for f in fields(Untouched))),
        tuple(f for _, _, false in parts for f in false),
    )


def groups(lone: bool, whole: int) -> tuple[Callable[[Bed, Chance], None], ...]:
    """What is planted together into one copy of a series."""
    alone = (planting.plant_points, planting.plant_stretches)
    if lone:
        return (*alone, *whole * (planting.plant_lone_clock,))
    clocks = (planting.plant_late_clock, planting.plant_hour_label, planting.plant_several_clocks)
    of_series = (*clocks, planting.plant_strangers, planting.plant_doubles)
    return (*alone, planting.plant_frozen_network, *whole * of_series)


def _judged(
    plant: Callable[[Bed, Chance], None], number: int, series: Series, observations: xr.Dataset, read: Monitoring
) -> tuple[list[Caught], Untouched, list[Finding]]:
    bed = bed_of(
        observations,
        series.hours,
        _with_neighbours(observations, read.stations),
        ALL_KEYS if plant is planting.plant_lone_clock else planting.KEYS,
    )
    plant(bed, np.random.default_rng([series.seed, number]))
    if not bed.planted:
        return [], NOTHING, []
    vetted = vet(as_dataset(bed, observations), read.stations, default_thresholds())
    return caught_of(bed.planted, vetted), untouched_of(bed, vetted), _unfounded(bed.planted, vetted)


def _with_neighbours(observations: xr.Dataset, stations: Sequence[Station]) -> tuple[int, ...]:
    """The stations that deliver most of the time, with two others at least within the reach of the checks that do so too."""
    places = {s.id: s for s in stations}
    ids = [str(id) for id in observations["station"].values]
    heard = np.flatnonzero(observations["pm25"].notnull().mean("time").values >= HEARD)
    near = [places[ids[i]] for i in heard]
    latitude, longitude = np.array([s.latitude for s in near]), np.array([s.longitude for s in near])
    apart = distance(latitude[:, None], longitude[:, None], latitude[None, :], longitude[None, :])
    enough = (apart <= 1000.0 * default_thresholds().neighbours.reach_km).sum(axis=1) >= 3
    return tuple(heard[enough].tolist())


def caught_of(planted: Sequence[Planted], vetted: Vetted) -> list[Caught]:
    """For each fault whether it was flagged, and whether it was rejected."""
    return [Caught(p.kind, 1, _is_caught(p, vetted, Trust.DOUBTFUL), _is_caught(p, vetted, Trust.REJECTED)) for p in planted]


def _is_caught(fault: Planted, vetted: Vetted, trust: Trust) -> bool:
    if fault.finding is not None:
        told = any(_tells_of(finding, fault) for finding in vetted.findings)
        return told and (trust is Trust.DOUBTFUL or fault.finding is FindingKind.DUPLICATE)
    return all((vetted.trust[key].values[fault.where] >= trust).mean() >= MOSTLY for key in fault.keys)


def _tells_of(finding: Finding, fault: Planted) -> bool:
    lag = finding.number("lag_hours")
    same_lag = fault.finding is not FindingKind.TIME_SHIFTED or (lag * fault.lag_hours > 0 and abs(lag - fault.lag_hours) <= LAG_OFF)
    return finding.kind is fault.finding and fault.station in finding.station_ids and same_lag


def untouched_of(bed: Bed, vetted: Vetted) -> Untouched:
    """What became of all other values; nothing is counted where whole series were planted, which spoil what neighbours are held against."""
    if any(p.finding for p in bed.planted):
        return NOTHING
    still = standing_still(bed)
    beside = [(vetted.trust[key].values, ~np.isnan(bed.data[key]) & ~bed.touched(key), still[key]) for key in bed.data]
    counts = []
    for trust, known, stood in beside:
        good = known & ~stood
        counts.append([(known & stood).sum(), good.sum(), *((trust[good] == level).sum() for level in (Trust.REJECTED, Trust.DOUBTFUL))])
    return Untouched(*(int(n) for n in np.sum(counts, axis=0)))


def standing_still(bed: Bed) -> dict[str, Mask]:
    """By pollutant the values (time, station) of hours at which nearly all of many stations had just what they had the hour before.

    What is written in coarse steps often stays the same: only values of ten steps and more tell, and CO goes with the others.
    """
    hours = {key: _repeated(values) for key, values in bed.data.items() if key != "co"}
    hours["co"] = np.sum(list(hours.values()), axis=0) >= 2
    return {key: hours[key][:, None] & (values == _before(values)) for key, values in bed.data.items()}


def _repeated(values: Array) -> Mask:
    both = (values >= FINE) & ~np.isnan(_before(values))
    same = both & (values == _before(values))
    return np.asarray((both.sum(axis=1) >= MANY) & (same.sum(axis=1) >= NEARLY_ALL * both.sum(axis=1)))


def _before(values: Array) -> Array:
    return np.concatenate([np.full((1, values.shape[1]), np.nan), values[:-1]])


def _unfounded(planted: Sequence[Planted], vetted: Vetted) -> list[Finding]:
    whole = (FindingKind.TIME_SHIFTED, FindingKind.DAY_SHIFTED, FindingKind.FOREIGN, FindingKind.DUPLICATE)
    concerned = {p.station for p in planted}
    return [f for f in vetted.findings if f.kind in whole and not concerned & set(f.station_ids)]


def unfounded_stations(result: Result) -> int:
    """At how many stations something was found at least once where nothing was planted."""
    return len({f.station_ids for f in result.false_findings})


def by_kind(results: Iterable[Result]) -> tuple[Caught, ...]:
    """The faults of all results, one line a kind."""
    found: dict[str, list[Caught]] = {}
    for caught in (c for result in results for c in result.caught):
        found.setdefault(caught.kind, []).append(caught)
    return tuple(Caught(kind, len(all_), sum(c.flagged for c in all_), sum(c.rejected for c in all_)) for kind, all_ in found.items())


def table(results: Sequence[Result]) -> str:
    """Two tables in Markdown: faults by kind, and what is untouched by series."""
    lines = ["| planted | faults | flagged | rejected |", "|---|---|---|---|"]
    kinds = by_kind(results)
    everything = Caught("all", sum(c.faults for c in kinds), sum(c.flagged for c in kinds), sum(c.rejected for c in kinds))
    lines += [f"| {c.kind} | {c.faults} | {c.flagged / c.faults:.1%} | {c.rejected / c.faults:.1%} |" for c in (*kinds, everything)]
    columns = (
        "series",
        "stations",
        "untouched values",
        "rejected",
        "doubted",
        "stood still as delivered",
        "stations wrongly accused",
    )
    lines += ["", f"| {' | '.join(columns)} |", len(columns) * "|---" + "|"]
    for r in results:
        u, s = r.untouched, r.series
        shares = f"{u.rejected / u.values:.2%} | {u.doubted / u.values:.2%}"
        lines.append(
            f"| {s.case} {s.first} to {s.last} | {r.stations} | {u.values:,} | {shares} | {u.standing:,} | {unfounded_stations(r)} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables of the series that the thresholds are judged on, or of those they were chosen on."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planted_faults", description="Plant faults into real series.")
    default = Path(os.environ.get("HAZECAST_SHARED", Path(__file__).resolve().parents[2] / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=default, help="folder of the real cases")
    parser.add_argument("--chosen-on", action="store_true", help="the series that the thresholds were chosen on")
    asked = parser.parse_args(arguments)
    print(table([judge(series, asked.data) for series in (CHOSEN_ON if asked.chosen_on else JUDGED_ON)]))


if __name__ == "__main__":
    main()
