"""The Brier score of a probability and what it is made of."""

import numpy as np
from numpy.typing import NDArray

from hazecast.backtest.verification.contingency import above
from hazecast.backtest.verification.statistic import Scored, Sums, ratio
from hazecast.backtest.verification.terms import FORECAST

Array = NDArray[np.float64]
BINS = 10


def bin_names(threshold: float) -> tuple[str, ...]:
    """The statistics of a threshold: the score, and by bin of probability how many, their probabilities, and how often it came."""
    return (f"brier {threshold:g}", *(f"{what} {threshold:g} {i}" for what in ("pairs", "chances", "events") for i in range(BINS)))


def in_bins(sums: Sums, threshold: float) -> tuple[Array, Array, Array]:
    """Pairs, summed probabilities and events, each (…, bin)."""
    pairs, chances, events = (sums.several([f"{what} {threshold:g} {i}" for i in range(BINS)]) for what in ("pairs", "chances", "events"))
    return pairs, chances, events


def brier_scores(sums: Sums, n: Array, threshold: float) -> tuple[Scored, ...]:
    """The score, its skill over the base rate, and reliability - resolution + uncertainty (Murphy 1973, J. Appl. Meteor. 12, 595).

    The mean probability stands for each bin; what probabilities differ by within bins is the rest (Stephenson et al. 2008).
    """
    pairs, chances, events = in_bins(sums, threshold)
    score = ratio(sums.of(f"brier {threshold:g}"), n)
    reliability, resolution, uncertainty = decomposition(pairs, chances, events)
    found = (
        ("brier", score),
        ("brier_skill", 1.0 - ratio(score, uncertainty)),
        ("brier_reliability", reliability),
        ("brier_resolution", resolution),
        ("brier_uncertainty", uncertainty),
        ("brier_within_bins", score - (reliability - resolution + uncertainty)),
    )
    return tuple(Scored(FORECAST, name, above(threshold), values) for name, values in found)


def decomposition(pairs: Array, chances: Array, events: Array) -> tuple[Array, Array, Array]:
    """Reliability, resolution and uncertainty (…,) from counts and sums by bin (…, bin); NaN without any pair."""
    n = pairs.sum(axis=-1)
    base_rate = ratio(events.sum(axis=-1), n)
    gap = np.nan_to_num(ratio(chances - events, pairs))
    departure = np.nan_to_num(ratio(events, pairs) - base_rate[..., None])
    reliability = ratio((pairs * gap**2).sum(axis=-1), n)
    resolution = ratio((pairs * departure**2).sum(axis=-1), n)
    return reliability, resolution, base_rate * (1.0 - base_rate)
