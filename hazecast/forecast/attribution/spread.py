"""The band that the shares of a source lie in."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LOW, HIGH = 0.1, 0.9  # four of five members lie between


def share_band(share: Array, members: Array | None) -> tuple[Array, Array]:
    """Lower and upper shares, (hour, source), round `share` (hour, source), from the parts of members (member, hour, source).

    The share itself always lies within. Without members, or in hours that they do not know, the band is NaN: how sure a share is, is
    then not known either.
    """
    if members is None or not members.shape[0]:
        return np.full_like(share, np.nan), np.full_like(share, np.nan)
    shares = members / members.sum(axis=2, keepdims=True)
    low, high = np.quantile(shares, (LOW, HIGH), axis=0)
    return np.minimum(low, share), np.maximum(high, share)
