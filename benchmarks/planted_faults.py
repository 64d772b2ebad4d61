"""How many planted faults the checks of observations catch, and how much of what is good they reject.

Run as `python -m benchmarks.planted_faults`.

The thresholds were chosen on the series of `CHOSEN_ON` and are judged on those of `JUDGED_ON`: other months, other places, other seeds.
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
from benchmarks.planting import Bed, Chance, Planted, as_dataset, bed_of
from hazecast.grids.distance import distance
from hazecast.intake.monitoring.reading import Monitoring, read_monitoring
from hazecast.quality.thresholds import default_thresholds
from hazecast.quality.vet import vet
from hazecast.records import Finding, FindingKind, Station, Trust, Vetted
from hazecast.vocabulary import VARIABLES

ALL_KEYS = tuple(VARIABLES)
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
    Series("beijing_winters", "2016-01-05", "2016-03-05", 12),
    Series("london_2020", "2020-02-01", "2020-04-01", 13),
    Series("five_cities", "2014-01-01", "2014-03-01", 14, lone=True),
    Series("ten_cities", "2016-07-01", "2016-10-31", 15, hours=3.0),
)
JUDGED_ON = (
    Series("beijing_spring_2018", "2018-03-31", "2018-05-31", 21),
    Series("beijing_winters", "2015-11-05", "2016-01-04", 22),
    Series("beijing_winters", "2016-04-01", "2016-06-01", 23),
    Series("london_2020", "2020-06-01", "2020-08-01", 24),
    Series("london_2020", "2020-10-15", "2020-12-15", 25),
    Series("five_cities", "2013-01-01", "2013-03-01", 26, lone=True),
    Series("ten_cities", "2016-01-01", "2016-06-01", 27, hours=3.0),
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
    """Of the values beside the faults: how many there are, and how many are rejected or doubted all the same."""

    values: int
    rejected: int
    doubted: int


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


def judge(series: Series, shared: Path) -> Result:
    """Plant every kind of fault into the series, each group into a copy of its own, and look what the checks say."""
    read = monitoring(shared / series.case)
    observations = read.data.sel(time=slice(series.first, series.last)).dropna("station", how="all")
    stations = observations.sizes["station"]
    parts = [_judged(plant, number, series, observations, read) for number, plant in enumerate(_groups(series.lone))]
    return Result(
        series,
        stations,
        tuple(c for caught, _, _ in parts for c in caught),
        Untouched(*(sum(getattr(u, f.name) for _, u, _ in parts) for f in fields(Untouched))),
        tuple(f for _, _, false in parts for f in false),
    )


def _groups(lone: bool) -> tuple[Callable[[Bed, Chance], None], ...]:
    alone = (planting.plant_points, planting.plant_stretches)
    if lone:
        return (*alone, planting.plant_lone_clock)
    return (
        *alone,
        planting.plant_frozen_network,
        planting.plant_clocks,
        planting.plant_strangers,
        planting.plant_doubles,
    )


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
    vetted = vet(as_dataset(bed, observations), read.stations, default_thresholds())
    return _caught(bed.planted, vetted), _untouched(bed, vetted), _unfounded(bed.planted, vetted)


def _with_neighbours(observations: xr.Dataset, stations: Sequence[Station]) -> tuple[int, ...]:
    """The stations with two others at least within the reach of the checks."""
    places = {s.id: s for s in stations}
    near = [places[str(id)] for id in observations["station"].values]
    latitude, longitude = np.array([s.latitude for s in near]), np.array([s.longitude for s in near])
    apart = distance(latitude[:, None], longitude[:, None], latitude[None, :], longitude[None, :])
    return tuple(np.flatnonzero((apart <= 1000.0 * default_thresholds().neighbours.reach_km).sum(axis=1) >= 3).tolist())


def _caught(planted: Sequence[Planted], vetted: Vetted) -> list[Caught]:
    return [Caught(p.kind, 1, _is_caught(p, vetted, Trust.DOUBTFUL), _is_caught(p, vetted, Trust.REJECTED)) for p in planted]


def _is_caught(fault: Planted, vetted: Vetted, trust: Trust) -> bool:
    if fault.finding is not None:
        told = any(_tells_of(finding, fault) for finding in vetted.findings)
        return told and (trust is Trust.DOUBTFUL or fault.finding is FindingKind.DUPLICATE)
    return all((vetted.trust[key].values[fault.where] >= trust).mean() >= MOSTLY for key in fault.keys)


def _tells_of(finding: Finding, fault: Planted) -> bool:
    same_lag = fault.finding is not FindingKind.TIME_SHIFTED or finding.number("lag_hours") == fault.lag_hours
    return finding.kind is fault.finding and fault.station in finding.station_ids and same_lag


def _untouched(bed: Bed, vetted: Vetted) -> Untouched:
    """Nothing, where whole series were planted: they spoil what their neighbours are held against."""
    if any(p.finding for p in bed.planted):
        return Untouched(0, 0, 0)
    beside = [(vetted.trust[key].values, ~np.isnan(bed.data[key]) & ~bed.touched(key)) for key in bed.data]
    counts = [(good.sum(), (trust[good] == Trust.REJECTED).sum(), (trust[good] == Trust.DOUBTFUL).sum()) for trust, good in beside]
    return Untouched(*(int(n) for n in np.sum(counts, axis=0)))


def _unfounded(planted: Sequence[Planted], vetted: Vetted) -> list[Finding]:
    whole = (FindingKind.TIME_SHIFTED, FindingKind.DAY_SHIFTED, FindingKind.FOREIGN, FindingKind.DUPLICATE)
    concerned = {p.station for p in planted}
    return [f for f in vetted.findings if f.kind in whole and not concerned & set(f.station_ids)]


def by_kind(results: Iterable[Result]) -> tuple[Caught, ...]:
    """The faults of all results, one line a kind."""
    found: dict[str, list[Caught]] = {}
    for caught in (c for result in results for c in result.caught):
        found.setdefault(caught.kind, []).append(caught)
    return tuple(Caught(kind, len(all_), sum(c.flagged for c in all_), sum(c.rejected for c in all_)) for kind, all_ in found.items())


def table(results: Sequence[Result]) -> str:
    """Two tables in Markdown: faults by kind, and what is untouched by series."""
    lines = ["| planted | faults | flagged | rejected |", "|---|---|---|---|"]
    lines += [f"| {c.kind} | {c.faults} | {c.flagged / c.faults:.1%} | {c.rejected / c.faults:.1%} |" for c in by_kind(results)]
    lines += ["", "| series | stations | untouched values | rejected | doubted | unfounded findings |", "|---|---|---|---|---|---|"]
    for r in results:
        u, s = r.untouched, r.series
        shares = f"{u.rejected / u.values:.2%} | {u.doubted / u.values:.2%}"
        lines.append(f"| {s.case} {s.first} to {s.last} | {r.stations} | {u.values:,} | {shares} | {len(r.false_findings)} |")
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
