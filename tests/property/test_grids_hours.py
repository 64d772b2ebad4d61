"""Bridging: only between two known hours close enough to each other, in a straight line, and nothing beyond the last."""

import itertools

import numpy as np
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hazecast.grids.hours import LONGEST_BRIDGE_HOURS, bridged

START = np.datetime64("2026-01-10", "ns")
COURSES = arrays(np.float64, st.integers(1, 40), elements=st.floats(-50, 50) | st.just(np.nan))


def bridged_by_hand(course: np.ndarray) -> list[float]:
    known = np.flatnonzero(~np.isnan(course))
    out = course.tolist()
    for before, after in itertools.pairwise(known):
        if after - before <= LONGEST_BRIDGE_HOURS:
            out[before : after + 1] = np.linspace(course[before], course[after], after - before + 1).tolist()
    return out


@given(COURSES, st.booleans())
def test_a_course_is_bridged_as_by_hand_whether_hours_are_absent_or_empty(course: np.ndarray, absent: bool) -> None:
    hours = START + np.arange(course.size) * np.timedelta64(1, "h")
    data = xr.Dataset(
        {"x": (("time", "latitude", "longitude"), course[:, None, None])}, coords={"time": hours, "latitude": [40.0], "longitude": [116.0]}
    )
    delivered = data.isel(time=np.flatnonzero(~np.isnan(course))) if absent else data
    filled = bridged(delivered, hours)
    got = filled.data["x"].values[:, 0, 0]
    np.testing.assert_allclose(got, bridged_by_hand(course), atol=1e-12)
    assert filled.hours_bridged == (~np.isnan(got)).sum() - (~np.isnan(course)).sum()
    assert filled.cells_filled == 0
