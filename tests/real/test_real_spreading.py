"""The corrected lattice at stations that it has not seen, against the uncorrected one and plain interpolation, on real observations."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.real.left_out import CASES, Case, Cycles, analyses, forecasts


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder)
def test_left_out_stations_are_told_better_than_by_the_base_and_by_plain_interpolation(
    case: Case, shared_data: Path, tmp_path: Path
) -> None:
    judged = analyses(case.past(shared_data, tmp_path))
    assert judged.truth.size > 1500
    assert judged.error("lattice") < 0.96 * judged.error("inverse_distance")
    assert judged.error("lattice") < 0.93 * judged.error("nearest")
    assert judged.error("lattice") < 0.8 * judged.error("base")
    assert 0.80 < judged.inside < 0.97


@pytest.mark.slow
def test_forecasts_of_left_out_stations_are_better_than_the_uncorrected_ones(shared_data: Path, tmp_path: Path) -> None:
    inits = tuple(datetime(2015, 12, day, tzinfo=UTC) for day in (18, 24))
    judged = forecasts(Cycles("beijing_winters", inits, days=60, hours=24), shared_data, tmp_path, folds=(1,))
    assert judged.truth.size > 100
    assert judged.error("lattice") < 0.9 * judged.error("base")
    assert judged.error("lattice") < 1.05 * judged.error("inverse_distance")
    assert judged.inside > 0.6
