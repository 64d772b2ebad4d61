"""Observations carried forward: nothing is invented, and no value knows what came after it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hazecast.forecast.series import LONGEST_CARRY_HOURS, carried_forward

OBSERVED = arrays(np.float64, st.tuples(st.integers(1, 30), st.integers(1, 3)), elements=st.floats(0.5, 2000) | st.just(np.nan))


@given(OBSERVED)
def test_a_carried_value_is_the_latest_observed_one_of_the_last_hours(observed: np.ndarray) -> None:
    carried = carried_forward(observed)
    for hour, station in np.ndindex(observed.shape):
        recent = observed[max(0, hour - LONGEST_CARRY_HOURS) : hour + 1, station]
        known = recent[~np.isnan(recent)]
        np.testing.assert_array_equal(carried[hour, station], known[-1] if known.size else np.nan)


@given(OBSERVED, st.data())
def test_what_comes_later_changes_nothing_before_it(observed: np.ndarray, data: st.DataObject) -> None:
    hour = data.draw(st.integers(0, observed.shape[0] - 1))
    poisoned = observed.copy()
    poisoned[hour + 1 :] = 1e9
    np.testing.assert_array_equal(carried_forward(poisoned)[: hour + 1], carried_forward(observed)[: hour + 1])
