"""Why it was decided so: how far the next level is, what changed since the last cycle, how such warnings fared, and what was like it."""

from dataclasses import dataclass
from datetime import datetime

from hazecast.records.checks import require_utc
from hazecast.records.codes import Level


@dataclass(frozen=True, slots=True)
class Margin:
    """How far it is to where a level of a window would be decided otherwise.

    The level is decided on at `probability`; `chance` is how far its own chance lies above that, negative where it is short of it. `factor`
    is what PM2.5 of all stations and hours ahead would have to be multiplied by for it to be decided otherwise, visibility falling by the
    same: above 1 for a level to be reached, below 1 for one to be lost. `pm25` (µg m-3) and `visibility` (m) are what that adds to the
    window's peak and to its lowest visibility. None where not known, or where no factor within reach does it.
    """

    level: Level
    probability: float
    chance: float | None
    factor: float | None
    pm25: float | None
    visibility: float | None

    def __post_init__(self) -> None:
        if self.level <= Level.NONE or not 0.0 < self.probability < 1.0:
            raise ValueError(f"{self.level.name} cannot be decided on at a probability of {self.probability}.")
        if self.factor is not None and self.factor <= 0.0:
            raise ValueError(f"PM2.5 would be multiplied by {self.factor}; expected a factor above 0.")


@dataclass(frozen=True, slots=True)
class Why:
    """Why an area's first window was decided as it was.

    `above` is the margin to the next level up, None at the highest; `below` that to losing what is in force or forecast, None without.
    Neither is there where the level is unknown.
    """

    area_id: str
    valid_from: datetime
    valid_until: datetime
    above: Margin | None
    below: Margin | None

    def __post_init__(self) -> None:
        require_utc("valid_from", self.valid_from)
        require_utc("valid_until", self.valid_until)
