"""PM2.5 is a part of PM10: where it is the larger, one of the two is wrong."""

import numpy as np
from numpy.typing import NDArray

from hazecast.quality.checks.neighbours import Apart
from hazecast.quality.marks import Mark
from hazecast.quality.thresholds import ParticleThresholds
from hazecast.records import Reason, Trust

Array = NDArray[np.float64]


def particle_marks(
    fine: Array, coarse: Array, fine_apart: Apart, coarse_apart: Apart, limits: ParticleThresholds
) -> tuple[list[Mark], list[Mark]]:
    """PARTICLES of PM2.5 (`fine`) and of PM10 (`coarse`), both doubtful; where the neighbours show which one is wrong, that is rejected."""
    odd = fine > limits.ratio * coarse + limits.excess
    gross = fine > limits.gross_ratio * coarse + limits.gross_excess
    up, down = np.nan_to_num(fine_apart.departure), np.nan_to_num(coarse_apart.departure)
    judged = ~np.isnan(fine_apart.departure) & ~np.isnan(coarse_apart.departure)
    fine_wrong = gross & judged & (up >= limits.misfit) & (np.abs(down) <= limits.fit)
    coarse_wrong = gross & judged & (down <= -limits.misfit) & (np.abs(up) <= limits.fit)
    doubt = Mark(Reason.PARTICLES, Trust.DOUBTFUL, odd)
    return (
        [doubt, Mark(Reason.PARTICLES, Trust.REJECTED, fine_wrong)],
        [doubt, Mark(Reason.PARTICLES, Trust.REJECTED, coarse_wrong)],
    )
