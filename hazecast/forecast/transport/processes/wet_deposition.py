"""What rain takes out of clouds and out of the air below them, at first order and exactly."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from hazecast.forecast.kernels.local import lose
from hazecast.forecast.transport.hour import Floats, Hour
from hazecast.forecast.transport.layers import Air
from hazecast.forecast.transport.process import Process, Step
from hazecast.forecast.transport.state import State

CLOUD_BASE_M, CLOUD_TOP_M = 800.0, 4000.0  # where no file tells; winter stratus that rains reaches above 3 km


@dataclass(frozen=True, slots=True)
class Scavenging:
    """First-order loss in s-1 for each mm h-1 of rain."""

    in_cloud: float
    below_cloud: float


# EMEP MSC-W rv4.17 (Simpson and others 2012, Atmos. Chem. Phys. 12, 7825): scavenging ratios of 1.0e6 in cloud for fine particles, 0.3e6 in
# and 0.15e6 below cloud for SO2, over 1000 m of depth; below cloud particles are hit with an efficiency of 0.02. NOx is hardly soluble.
FINE_PARTICLES = Scavenging(in_cloud=2.8e-4, below_cloud=5.8e-6)
SULFUR_DIOXIDE = Scavenging(in_cloud=8.3e-5, below_cloud=4.2e-5)
WASHED = FINE_PARTICLES, SULFUR_DIOXIDE


def wet_deposition(cloud_base: float = CLOUD_BASE_M, cloud_top: float = CLOUD_TOP_M) -> Process:
    """Each cell keeps exp(-Λ P t) of what it holds, P being the rain that falls to the ground.

    Layers whose middle is at or above `cloud_base` and below `cloud_top` (m over the ground) count as cloud, lower ones as below it; above
    it nothing is lost.
    """
    if not 0.0 <= cloud_base < cloud_top:
        raise ValueError(f"The cloud reaches from {cloud_base} to {cloud_top} m; expected a top above the base, and none below the ground.")

    def prepare(hour: Hour, air: Air) -> Step:
        bounds = np.append(0, np.searchsorted(air.layers.centres, (cloud_base, cloud_top)))
        raining = bool((hour.rain > 0.0).any())

        @cache
        def remaining(seconds: float, dtype: np.dtype[np.floating]) -> Floats:
            """Once for all steps of one length."""
            factors = seconds * np.array([[of.below_cloud for of in WASHED], [of.in_cloud for of in WASHED]])
            return np.asarray(np.exp(hour.rain.astype(dtype) * -factors.astype(dtype)[:, :, None, None]))

        def step(state: State, seconds: float) -> None:
            if raining:
                lose((state.pm25, state.so2, state.nox), bounds, remaining(seconds, state.pm25.dtype))

        return step

    return prepare
