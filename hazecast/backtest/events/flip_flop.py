"""How often the forecast of one and the same day changed its mind from cycle to cycle."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.backtest.events.steps import steps_of
from hazecast.records import Level


@dataclass(frozen=True, slots=True)
class FlipFlop:
    """Changes of the forecast level of a validity window over the cycles that forecast it, over all windows and places.

    `windows` had at least two cycles, `steps` are pairs of successive cycles. Of these `raised` and `lowered` the level. In `turned`
    windows it went up and down or down and up. `index` is the mean Flip-Flop Index in steps of the level over windows with three cycles or
    more, NaN without any.
    """

    windows: int
    steps: int
    raised: int
    lowered: int
    turned: int
    index: float


def flip_flop(levels: NDArray[np.int8], ladder: Sequence[Level]) -> FlipFlop:
    """Flip-flop of `levels` (window, cycle), the cycles of each window in the order of time; -1 where a cycle says nothing of it.

    They count as steps of `ladder`, the levels of the edition. The Flip-Flop Index of a window with steps x is
    (Σ|x_i+1 - x_i| - (max x - min x)) / (n - 2): what was revised for nothing.
    Griffiths, Foley, Ioannou and Leeuwenburg 2019, Meteorological Applications 26.
    """
    spoken = [row[row >= 0] for row in steps_of(levels, ladder)]
    sequences = [row for row in spoken if row.size >= 2]
    steps = [np.diff(row) for row in sequences]
    indices = [(np.abs(s).sum() - np.ptp(row)) / (row.size - 2) for row, s in zip(sequences, steps, strict=True) if row.size >= 3]
    return FlipFlop(
        windows=len(sequences),
        steps=sum(s.size for s in steps),
        raised=sum(int((s > 0).sum()) for s in steps),
        lowered=sum(int((s < 0).sum()) for s in steps),
        turned=sum(bool((s > 0).any() and (s < 0).any()) for s in steps),
        index=float(np.mean(indices)) if indices else float("nan"),
    )


def window_levels(
    init_hours: NDArray[np.int64], lead_hours: NDArray[np.int64], levels: NDArray[np.int8], starts: NDArray[np.int64], least_hours: int
) -> NDArray[np.int8]:
    """The level of each day that each cycle forecasts at one place, (window, cycle): the highest that `least_hours` hours reach.

    `levels` is (cycle, lead) at positions `init_hours` + `lead_hours`; a window is the 24 hours after each of `starts`. -1 where a cycle
    does not forecast all of its hours.
    """
    valid = init_hours[:, None] + lead_hours[None, :]
    table = np.full((starts.size, init_hours.size), -1, dtype=np.int8)
    for row, start in enumerate(starts):
        for cycle in np.flatnonzero((valid[:, 0] <= start + 1) & (valid[:, -1] >= start + 24)):
            inside = levels[cycle, (valid[cycle] > start) & (valid[cycle] <= start + 24)]
            if inside.size == 24 and (inside >= 0).all():
                table[row, cycle] = np.sort(inside)[-least_hours]
    return table
