"""CMAQ over Atlanta, corrected on later dates and at monitors of which nothing was shown, each left out once."""

from pathlib import Path

import numpy as np
import pytest

from tests.real.ctm import WAYS, Corrected, joined, read_daily, turns

pytestmark = pytest.mark.slow
AT_LEAST = 0.2  # of all four turns it is a quarter: docs/skill.md


@pytest.fixture(scope="module")
def parts(shared_data: Path) -> list[Corrected]:
    """Two of the four turns, the harder ones among them; `python -m tests.real.ctm_figure` takes all."""
    return turns(read_daily(shared_data / "ctm_atlanta"), 2)


@pytest.mark.parametrize("way", WAYS)
def test_the_error_of_later_dates_is_lower(parts: list[Corrected], way: str) -> None:
    whole = joined(parts)
    assert whole.told(way).sum() > 1_200
    assert whole.lower_by(way) >= AT_LEAST


def test_a_monitor_is_either_learnt_from_or_left_out_and_left_out_once(parts: list[Corrected]) -> None:
    left_out = np.array([part.told("silent").any(axis=0) for part in parts])
    assert not any((part.told("ahead") & part.told("silent")).any() for part in parts)
    assert (left_out.sum(axis=0) <= 1).all()
    for part in parts:
        assert (part.told("spread") == part.told("analysed")).all()
