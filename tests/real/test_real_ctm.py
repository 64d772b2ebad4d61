"""CMAQ over Atlanta, corrected on later dates and at every fourth monitor, of which nothing was shown."""

from pathlib import Path

import numpy as np
import pytest

from tests.real.ctm import FOLDS, SHARE_LEARNT, Corrected, corrected, read_daily

pytestmark = pytest.mark.slow
AT_LEAST = 0.25


@pytest.fixture(scope="module")
def found(shared_data: Path) -> Corrected:
    daily = read_daily(shared_data / "ctm_atlanta")
    monitors = np.arange(daily.latitude.size)
    return corrected(daily, int(SHARE_LEARNT * daily.days.size), monitors % FOLDS == 0)


def test_the_evening_before_the_error_at_monitors_learnt_from_is_lower_by_a_quarter(found: Corrected) -> None:
    assert found.told("ahead").sum() > 2_000
    assert found.lower_by("ahead") >= AT_LEAST


def test_the_evening_before_the_error_at_monitors_left_out_is_lower_by_a_quarter(found: Corrected) -> None:
    assert found.told("spread").sum() > 700
    assert found.lower_by("spread") >= AT_LEAST


def test_with_the_other_monitors_of_the_day_the_error_at_those_left_out_is_lower_by_a_quarter(found: Corrected) -> None:
    assert (found.told("analysed") == found.told("spread")).all()
    assert found.lower_by("analysed") >= AT_LEAST


def test_monitors_left_out_are_never_told_as_if_learnt_from(found: Corrected) -> None:
    assert not (found.told("ahead") & found.told("spread")).any()
