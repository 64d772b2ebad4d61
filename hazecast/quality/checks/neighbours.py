"""Values that are far from the neighbours', beyond what is usual for the station and beyond what the neighbours differ by."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.quality.checks.jumps import ROBUST
from hazecast.quality.kernels import block_medians, spread_of_neighbours
from hazecast.quality.marks import Mark
from hazecast.quality.panel import Channel
from hazecast.quality.thresholds import NeighbourThresholds
from hazecast.records import Reason, Trust

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Apart:
    """How far (station, step) a value is from its neighbours' median in logarithms, less what is usual; and the scale of that.

    NaN where there are too few neighbours.
    """

    departure: Array
    scale: Array


def apart(channel: Channel, values: Array, limits: NeighbourThresholds, block: int) -> Apart:
    """The distance of `values`, those that are not rejected yet, from the nearest stations.

    What is usual is taken from the same `block` of steps.
    """
    z = channel.logarithm(values)
    middle = channel.neighbours_median(z, limits.least)
    usual, usual_size, spread = np.empty(z.shape), np.empty(z.shape), np.empty(z.shape)
    block_medians(z - middle, block, usual)
    departure = z - middle - usual
    block_medians(np.abs(departure), block, usual_size)
    spread_of_neighbours(z, channel.neighbours, np.abs(departure) >= limits.doubtful, middle, spread)
    scale = ROBUST * np.sqrt(np.maximum(usual_size, limits.least_scale / ROBUST) ** 2 + np.nan_to_num(spread) ** 2)
    return Apart(departure, scale)


def neighbour_marks(distance: Apart, limits: NeighbourThresholds) -> list[Mark]:
    """NEIGHBOURS."""
    size = np.nan_to_num(np.abs(distance.departure))
    return [
        Mark(Reason.NEIGHBOURS, Trust.DOUBTFUL, (size >= limits.doubtful) & (size >= limits.doubtful_scales * distance.scale)),
        Mark(Reason.NEIGHBOURS, Trust.REJECTED, (size >= limits.rejected) & (size >= limits.rejected_scales * distance.scale)),
    ]
