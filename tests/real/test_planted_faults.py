"""Faults planted into real series, at least 95 % of them caught; on series that no threshold was chosen on, and a made-up one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks import planting
from benchmarks.planted_faults import CHOSEN_ON, JUDGED_ON, Result, by_kind, caught_of, judge, table, unfounded_stations, untouched_of
from benchmarks.planting import Bed, Chance, as_dataset, bed_of
from hazecast.quality.thresholds import default_thresholds
from hazecast.quality.vet import vet
from tests.quality_series import network, stations

ENOUGH = 0.95
MOST_REJECTED = 0.005
# What the checks fall short with: single frozen values near zero, short sums, and an hour's difference where the wind brings as much.
FALLING_SHORT = {"cumulated": 0.85, "frozen pollutant": 0.85, "start of hour for its end": 0.75, "three wrong clocks at once": 0.85}


@pytest.fixture(scope="module")
def judged(shared_data: Path) -> list[Result]:
    """Each series with fewer repetitions than the benchmark has of faults of whole series, which take longest."""
    return [judge(series, shared_data, whole=2) for series in JUDGED_ON]


def test_no_threshold_was_chosen_on_these_series() -> None:
    for one in JUDGED_ON:
        assert one.seed not in {other.seed for other in CHOSEN_ON}
        assert all(one.last <= other.first or one.first >= other.last for other in CHOSEN_ON if other.case == one.case)


@pytest.mark.slow
def test_planted_faults_are_caught(judged: list[Result]) -> None:
    kinds = by_kind(judged)
    assert len(kinds) == 23
    assert sum(k.flagged for k in kinds) >= ENOUGH * sum(k.faults for k in kinds)
    assert not [k for k in kinds if k.flagged < FALLING_SHORT.get(k.kind, ENOUGH) * k.faults], table(judged)


@pytest.mark.slow
def test_good_values_stay_good(judged: list[Result]) -> None:
    for result in judged:
        assert result.untouched.rejected <= MOST_REJECTED * result.untouched.values, result.series
        assert result.untouched.values > 5000


@pytest.mark.slow
def test_hardly_a_station_is_accused_without_a_cause(judged: list[Result]) -> None:
    assert sum(map(unfounded_stations, judged)) <= 0.05 * sum(r.stations for r in judged)


def plant_network(bed: Bed, chance: Chance) -> None:
    planting.plant_frozen_network(bed, chance)


@pytest.mark.parametrize("plant", [planting.plant_points, planting.plant_stretches, plant_network], ids=["points", "stretches", "network"])
def test_faults_of_a_made_up_network_are_caught(plant: Callable[[Bed, Chance], None]) -> None:
    data, places = network(hours=24 * 40, count=9, seed=8), stations(9)
    bed = bed_of(data, 1.0, tuple(range(9)))
    plant(bed, np.random.default_rng(5))
    vetted = vet(as_dataset(bed, data), places, default_thresholds())
    caught, untouched = caught_of(bed.planted, vetted), untouched_of(bed, vetted)
    assert len(caught) >= 4 * 6
    assert sum(c.flagged for c in caught) >= ENOUGH * len(caught)
    assert untouched.rejected <= MOST_REJECTED * untouched.values
