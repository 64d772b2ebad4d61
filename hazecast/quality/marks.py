"""What a check says of values, and what all of them together say."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.records import Reason, Trust

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """The values (station, step) that one check trusts no more than `trust`."""

    reason: Reason
    trust: Trust
    where: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """Trust (int8) and reasons (uint32) of every value (station, step) of one pollutant."""

    trust: NDArray[np.int8]
    reason: NDArray[np.uint32]

    @property
    def rejected(self) -> Mask:
        """Where a value is not to be used."""
        return np.asarray(self.trust == Trust.REJECTED)

    def having(self, reason: Reason) -> Mask:
        """Where one of the reasons in `reason` holds."""
        return np.asarray((self.reason & np.uint32(reason)) != 0)

    def at_steps(self, steps: NDArray[np.int64]) -> "Verdict":
        """The verdict at some of the steps, as (step, station)."""
        return Verdict(self.trust[:, steps].T, self.reason[:, steps].T)

    def marked(self, marks: Iterable[Mark]) -> "Verdict":
        """The verdict with these marks added: the least trust counts, every reason stays."""
        trust, reason = self.trust.copy(), self.reason.copy()
        for mark in marks:
            trust[mark.where] = np.maximum(trust[mark.where], np.int8(mark.trust))
            reason[mark.where] |= np.uint32(mark.reason)
        return Verdict(trust, reason)


def unmarked(shape: tuple[int, ...]) -> Verdict:
    """Everything good."""
    return Verdict(np.zeros(shape, np.int8), np.zeros(shape, np.uint32))
