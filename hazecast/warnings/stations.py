"""What is known of an area's stations when the area is judged."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazecast.warnings.chances import Array, Chances
from hazecast.warnings.courses import AreaLevels
from hazecast.warnings.drawn import DrawnLevels
from hazecast.warnings.hourly_edition import HourlyEdition, Values


@dataclass(frozen=True, slots=True, eq=False)
class StationHours:
    """By an edition on hours: the chances at each station and, where there are trajectories, its level in each of them.

    `ground` (station,) in m2 is that of cells in the place of stations, which count by it.
    """

    edition: HourlyEdition
    chances: Chances
    drawn: DrawnLevels | None = None
    ground: Array | None = None

    def __post_init__(self) -> None:
        if self.ground is not None and (self.ground.shape != self.shape[:1] or not (self.ground > 0.0).all()):
            raise ValueError(f"Weights of {self.ground.shape} for (station, hour) {self.shape}; expected one above 0 for each.")
        if self.drawn is not None and self.drawn.lowest.shape[1:] != self.shape:
            raise ValueError(f"Chances of (station, hour) {self.shape}, but levels of {self.drawn.lowest.shape[1:]}; expected one shape.")

    @property
    def shape(self) -> tuple[int, ...]:
        """(station, hour)."""
        return self.chances.least.shape[1:]

    @property
    def weights(self) -> Array:
        """What each station or cell counts of the area's share, (station,)."""
        return np.ones(self.shape[0]) if self.ground is None else self.ground


@dataclass(frozen=True, slots=True, eq=False)
class AreaStations:
    """The forecast at the stations of one area: `level` and `visibility` (m) as (station, hour), hours as in the cycle.

    `pm25_quantile` (station, hour, quantile) in µg m-3 ascends along `quantiles`. `judged` is what an edition makes of it: at each station
    by one on hours, of the whole area by one on days.
    """

    ids: tuple[str, ...]
    level: NDArray[np.int8]
    visibility: Values
    pm25_quantile: Array
    quantiles: Array
    judged: StationHours | AreaLevels

    def __post_init__(self) -> None:
        shape = (len(self.ids), self.level.shape[-1])
        judged = self.judged.shape if isinstance(self.judged, StationHours) else (shape[0], self.judged.lowest.shape[-1])
        found = (self.level.shape, self.visibility.shape, self.pm25_quantile.shape[:2], judged)
        if any(f != shape for f in found):
            raise ValueError(f"{len(self.ids)} stations come with arrays of {found}; expected (station, hour) of {shape}.")

    @property
    def weights(self) -> Array:
        """What each station or cell counts, (station,)."""
        return self.judged.weights if isinstance(self.judged, StationHours) else np.ones(len(self.ids))
