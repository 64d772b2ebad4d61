"""How long before its onset an event was forecast."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.backtest.events.spans import EventRule, Span


@dataclass(frozen=True, slots=True)
class LeadGained:
    """Hours from a cycle to the onset: of the first cycle that `first` foresaw the event, and of the one since which all of them `held` it.

    None where no cycle did, or where the last cycle before the onset no longer did. `cycles` could have foreseen it.
    """

    first: int | None
    held: int | None
    cycles: int


def lead_gained(
    observed: Span, init_hours: NDArray[np.int64], lead_hours: NDArray[np.int64], levels: NDArray[np.int8], rule: EventRule
) -> LeadGained:
    """Lead time gained on one observed event at one place.

    `init_hours` (cycle,) ascend and are positions in the observed series, `lead_hours` (lead,) follow them, `levels` is (cycle, lead).
    Cycles before the onset that reach `least_hours` of the event count. One foresees it by `least_hours` hours at the level, from
    `near_hours` before the onset to `near_hours` after the end.
    """
    earliest = observed.first - int(lead_hours[-1]) + rule.least_hours - 1
    asked = slice(*np.searchsorted(init_hours, [earliest, observed.first]))
    valid = init_hours[asked, None] + lead_hours
    around = (valid >= observed.first - rule.near_hours) & (valid <= observed.last + rule.near_hours)
    foreseen = ((levels[asked] >= rule.level) & around).sum(axis=1) >= rule.least_hours
    gained = observed.first - init_hours[asked]
    if not foreseen.any():
        return LeadGained(None, None, gained.size)
    lapses = np.flatnonzero(~foreseen)
    since = lapses[-1] + 1 if lapses.size else 0
    return LeadGained(int(gained[np.argmax(foreseen)]), int(gained[since]) if since < gained.size else None, gained.size)
