"""Every kernel of the warnings once, with the types that a cycle gives it; see hazecast.forecast.warmup."""

from collections.abc import Callable

import numpy as np

from hazecast.warnings.drawn import area_chances, drawn_levels
from hazecast.warnings.edition import load_hourly_edition


def exercises() -> tuple[tuple[str, Callable[[], object]], ...]:
    """What is compiled, in plain words, and how."""
    return (("levels of trajectories", draws),)


def draws() -> None:
    """Two trajectories of an area of two stations."""
    edition = load_hourly_edition("cma-haze-2013")
    pm25 = np.full((2, 2, 6), 200.0, dtype=np.float32)
    humidity = np.full((2, 6), 90.0, dtype=np.float32)
    humidity[0, 0] = np.nan  # what lacks has a kernel of its own
    found = drawn_levels(edition, pm25, 6e5 / pm25, humidity)
    area_chances(found.lowest, edition, [[0, 1]], [1], [slice(0, 6)], 3)
