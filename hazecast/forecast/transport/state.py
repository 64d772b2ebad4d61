"""What the air carries: PM2.5 as parts by where it came from, and the gases that more of it is formed from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.forecast.transport.layers import Air

Floats = NDArray[np.floating]

SIDES = ("west", "east", "south", "north")
WHOLE = "whole"
EDGES, INITIAL, FIRST_REGION = slice(0, len(SIDES)), len(SIDES), len(SIDES) + 1  # where the parts of PM2.5 stand


@dataclass(frozen=True, slots=True)
class Tags:
    """The parts that PM2.5 is carried in: what came over each side's edge, what was there at the start, then region by region.

    `regions` are the ids of the source regions; each has a primary part and, if `secondary`, one that was formed on the way. Air that is
    not `told_apart` has one part alone, whatever it came from.
    """

    regions: tuple[str, ...]
    secondary: bool
    told_apart: bool = True

    def __post_init__(self) -> None:
        if not self.regions or len(set(self.regions)) != len(self.regions):
            raise ValueError(f"The source regions are {self.regions}; expected at least one, and no id twice.")
        if not self.told_apart and len(self.regions) > 1:
            raise ValueError(f"The source regions are {self.regions}; expected one, for air that is not told apart.")

    @property
    def count(self) -> int:
        """How many parts there are."""
        return FIRST_REGION + len(self.regions) * (2 if self.secondary else 1) if self.told_apart else 1

    @property
    def gases(self) -> int:
        """How many parts each gas is carried in."""
        return len(self.regions) if self.secondary else 0

    @property
    def primary(self) -> slice:
        """The primary parts, region by region."""
        return slice(FIRST_REGION, FIRST_REGION + len(self.regions)) if self.told_apart else slice(0, 1)

    @property
    def formed(self) -> slice:
        """The secondary parts, region by region; empty where none are told apart."""
        if not self.told_apart:
            return slice(0, self.gases)
        return slice(FIRST_REGION + len(self.regions), self.count)

    @property
    def initial(self) -> int:
        """The part that was there at the start."""
        return INITIAL if self.told_apart else 0

    def edge(self, side: int) -> int:
        """The part that came over the edge of a side, in the order of `SIDES`."""
        return side if self.told_apart else 0

    def as_one(self) -> "Tags":
        """The same air, not told apart."""
        return Tags((WHOLE,), self.secondary, told_apart=False)


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Mixing ratios in µg per kg of air, (layer, y, tracer, x), changed in place, and the air in motion in kg, (layer, y, x).

    pm25      by `Tags`
    so2, nox  by source region, nox as NO2; without secondary parts there are none
    moving    the air of each cell, which horizontal sweeps change and the vertical motion brings back to `Air.mass`
    """

    tags: Tags
    pm25: Floats
    so2: Floats
    nox: Floats
    moving: Floats

    def __post_init__(self) -> None:
        layers, rows, columns = self.moving.shape
        for name, tracers in (("pm25", self.tags.count), ("so2", self.tags.gases), ("nox", self.tags.gases)):
            if (shape := getattr(self, name).shape) != (layers, rows, tracers, columns):
                raise ValueError(f"{name} has the shape {shape}; expected {(layers, rows, tracers, columns)}.")


def clean_state(air: Air, tags: Tags, dtype: type[np.floating] = np.float32) -> State:
    """Air that carries nothing."""
    layers, rows, columns = air.shape
    moving = np.repeat(air.mass[:, :, None], columns, axis=2).astype(dtype)
    pm25, so2, nox = (np.zeros((layers, rows, count, columns), dtype=dtype) for count in (tags.count, tags.gases, tags.gases))
    return State(tags, pm25, so2, nox, moving)
