"""Several forecasts drawn into one: by what each has earned on times it was not learnt from, and the shorter the history, the more
by trust spread over all of them. Weights fitted to few days are worth less than none (the forecast combination puzzle: Stock and
Watson 2004, J. Forecasting 23, 405).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

Array = NDArray[np.float64]
Index = NDArray[np.int64]

TRUST_DAYS = 30.0  # with so many days of history, what was earned counts as much as trust
LEAST_PRESENCE = 0.25  # a member that lacks more often has not shown what it can, and the pairs that have it tell little of the others
# By lead group (see `uncertainty.LEAD_GROUP_ENDS`): straight and step by step, relaxing climatology, base forecast, another model's. The
# last two know nothing of the station's last hours, so they are not trusted on the first ones.
TRUST = np.array([[0.4, 0.2, 0.4, 0.0, 0.0], [0.3, 0.3, 0.4, 0.2, 0.2], *[[1.0, 1.0, 1.0, 1.0, 1.0]] * 3])


def shares(members: Array, truth: Array, group: Index, days: float) -> Array:
    """The share of each member in each lead group, (group, member), none negative, each row adding up to 1.

    `members` is (pair, member) and `truth` (pair,). A member that is there for less than `LEAST_PRESENCE` of the pairs has no share,
    and pairs that lack one of the others do not count. `days` is the length of the history.
    """
    known = ~np.isnan(members)
    present = known.any(axis=0) & (known.mean(axis=0) >= LEAST_PRESENCE)
    trusted = TRUST[:, : members.shape[1]] * present
    trusted /= trusted.sum(axis=1, keepdims=True)
    earned = trusted.copy()
    whole = ~np.isnan(members[:, present]).any(axis=1)
    for g in range(TRUST.shape[0]):
        here = whole & (group == g)
        weights = nnls(members[np.ix_(here, present)], truth[here])[0] if here.any() else np.zeros(1)
        if weights.sum() > 0.0:
            earned[g, present] = weights / weights.sum()
    share_earned = days / (days + TRUST_DAYS)
    return np.asarray(share_earned * earned + (1.0 - share_earned) * trusted)


def blend(members: Array, share: Array) -> Array:
    """The members (row, member) weighted by `share` (row, member); where one is NaN the others take its part, NaN where all are."""
    weight = np.where(np.isnan(members), 0.0, share)
    total = weight.sum(axis=1)
    mean = (weight * np.nan_to_num(members)).sum(axis=1) / np.where(total > 0.0, total, 1.0)
    return np.where(total > 0.0, mean, np.nan)
