import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.blending import TRUST, TRUST_DAYS, blend, shares
from hazecast.forecast.uncertainty import LEAD_GROUP_ENDS

Array = NDArray[np.float64]
GROUPS = LEAD_GROUP_ENDS.size + 1
OF_THREE = TRUST[:, :3] / TRUST[:, :3].sum(axis=1, keepdims=True)
AGES = 1e9  # days of history after which trust no longer counts
GROUP = np.arange(4000) % GROUPS


def members(seed: int = 0) -> Array:
    return np.random.default_rng(seed).uniform(2, 20, (4000, 3))


def test_trust_has_a_row_for_every_lead_group_and_spreads_all_of_it() -> None:
    assert TRUST.shape == (GROUPS, 5)
    assert (TRUST.sum(axis=1) > 0).all()
    assert TRUST.min() >= 0
    np.testing.assert_array_equal(TRUST[:, 3], TRUST[:, 4])


@pytest.mark.parametrize("weights", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0.5, 0.2, 0.3), (0.25, 0.75, 0)])
def test_a_long_history_finds_what_each_member_is_worth(weights: tuple[float, ...]) -> None:
    truth = members() @ np.array(weights)
    np.testing.assert_allclose(shares(members(), truth, GROUP, AGES), np.tile(weights, (GROUPS, 1)), atol=1e-6)


def test_lead_groups_are_judged_apart() -> None:
    best = GROUP % 3
    truth = members()[np.arange(4000), best]
    got = shares(members(), truth, GROUP, AGES)
    np.testing.assert_allclose(got, np.eye(3)[np.arange(GROUPS) % 3], atol=1e-6)


@pytest.mark.parametrize("days", [0.0, 10.0, TRUST_DAYS, 800.0])
def test_a_short_history_counts_little_against_trust(days: float) -> None:
    got = shares(members(), members()[:, 0], GROUP, days)
    earned = days / (days + TRUST_DAYS)
    np.testing.assert_allclose(got, earned * np.array([1.0, 0, 0]) + (1 - earned) * OF_THREE, atol=1e-6)
    np.testing.assert_allclose(got.sum(axis=1), 1.0)


def test_no_share_is_negative_even_where_that_would_fit() -> None:
    got = shares(members(), 30 - members()[:, 0], GROUP, AGES)
    assert got.min() >= 0
    np.testing.assert_allclose(got.sum(axis=1), 1.0)


def test_pairs_that_lack_a_member_do_not_count() -> None:
    few = members()
    few[::2, 2] = np.nan
    truth = np.where(np.arange(4000) % 2 == 0, 1e3, members()[:, 1])
    np.testing.assert_allclose(shares(few, truth, GROUP, AGES), np.tile([0, 1, 0], (GROUPS, 1)), atol=1e-6)


def test_a_member_that_lacks_throughout_has_no_share_and_the_others_still_earn_theirs() -> None:
    two = members()
    two[:, 2] = np.nan
    np.testing.assert_allclose(shares(two, members()[:, 0], GROUP, AGES), np.tile([1, 0, 0], (GROUPS, 1)), atol=1e-6)
    trusted = shares(two, members()[:, 0], GROUP, 0.0)
    np.testing.assert_allclose(trusted, OF_THREE * [1, 1, 0] / OF_THREE[:, :2].sum(axis=1, keepdims=True))


def test_another_model_earns_its_share_once_it_is_there_often_enough() -> None:
    often, seldom = (np.column_stack([members(), np.full(4000, np.nan)]) for _ in range(2))
    truth = members(1)[:, 0]
    often[::2, 3] = truth[::2]
    seldom[::5, 3] = truth[::5]
    np.testing.assert_allclose(shares(often, truth, GROUP, AGES)[:, 3], 1.0, atol=1e-6)
    np.testing.assert_array_equal(shares(seldom, truth, GROUP, AGES)[:, 3], 0.0)
    np.testing.assert_allclose(shares(seldom, truth, GROUP, AGES)[:, :3], shares(members(), truth, GROUP, AGES))


def test_a_group_without_pairs_goes_by_trust() -> None:
    np.testing.assert_allclose(shares(members(), members()[:, 0], np.zeros(4000, dtype=np.int64), AGES)[1:], OF_THREE[1:])


def test_a_blend_is_the_weighted_mean_of_the_members_that_are_there() -> None:
    nan = np.nan
    rows = np.array([[2.0, 4, 8], [2, 4, nan], [nan, nan, 8], [nan, nan, nan]])
    share = np.tile([0.5, 0.25, 0.25], (4, 1))
    np.testing.assert_allclose(blend(rows, share), [4.0, 8 / 3, 8.0, nan])


def test_a_blend_of_nothing_but_members_without_share_is_unknown() -> None:
    assert np.isnan(blend(np.array([[np.nan, 5.0]]), np.array([[1.0, 0.0]]))).all()
