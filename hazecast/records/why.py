"""Why it was decided so: how far the next level is, what changed since the last cycle, how such warnings fared, and what was like it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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


class Driver(StrEnum):
    """A kind of input that drives a forecast, as far as one cycle's can be exchanged for another's."""

    OBSERVATIONS = "observations"
    WEATHER = "weather"
    BASE = "base"


@dataclass(frozen=True, slots=True)
class DriverPart:
    """How much higher PM2.5 (µg m-3) is forecast than it would be with the last cycle's input of one kind; None where not known."""

    driver: Driver
    pm25: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """What changed of a window's forecast since the last cycle.

    `level` is the level whose chance is `chance`, and was `chance_then` for the same window, of which `former_level` was then expected.
    `pm25` and `pm25_then` (µg m-3) are the medians of the area's median station in the hour that ends at `hour`, that of the peak. `parts`
    is what each kind of input does to that hour by itself, and `driver` the one that explains the change. None is what is not known.
    """

    cycle_key: str
    level: Level
    former_level: Level | None
    chance: float | None
    chance_then: float | None
    hour: datetime | None
    pm25: float | None
    pm25_then: float | None
    parts: tuple[DriverPart, ...]
    driver: Driver | None

    def __post_init__(self) -> None:
        if self.hour is not None:
            require_utc("hour", self.hour)
        if self.driver is not None and self.driver not in {part.driver for part in self.parts if part.pm25 is not None}:
            raise ValueError(f"{self.driver} is said to have changed the forecast, and is none of {[p.driver.value for p in self.parts]}.")


@dataclass(frozen=True, slots=True)
class WarningSkill:
    """How forecasts of a level or a higher one fared in a backtest from `start` to `end`, in hours at stations of some leads (hours).

    Where `of_days`, in days at stations whose last hour is of these leads. `sha256` is that of the file with the scores;
    `correct_negatives`, the hours or days without it forecast or come, are None where it has none.
    """

    level: Level
    first_lead: int
    last_lead: int
    hits: int
    misses: int
    false_alarms: int
    start: datetime
    end: datetime
    sha256: str
    correct_negatives: int | None = None
    of_days: bool = False

    def __post_init__(self) -> None:
        require_utc("start", self.start)
        require_utc("end", self.end)
        if min(self.hits, self.misses, self.false_alarms, self.correct_negatives or 0) < 0:
            raise ValueError(
                f"{self.hits} hits, {self.misses} misses, {self.false_alarms} false alarms and {self.correct_negatives} correct negatives; "
                "expected none below 0."
            )

    @property
    def pod(self) -> float | None:
        """The share of what came that was forecast."""
        return _share(self.hits, self.misses)

    @property
    def far(self) -> float | None:
        """The share of what was forecast that did not come."""
        return _share(self.false_alarms, self.hits)

    @property
    def came_unforecast(self) -> float | None:
        """The share of the hours without it forecast in which it came all the same."""
        return None if self.correct_negatives is None else _share(self.misses, self.correct_negatives)

    @property
    def csi(self) -> float | None:
        """The share of what was forecast or came that was both."""
        return _share(self.hits, self.misses + self.false_alarms)


def _share(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None


@dataclass(frozen=True, slots=True)
class Situation:
    """What a cycle expected of an area's first window, in the quantities by which situations are alike, and what was warned.

    PM2.5 in µg m-3, `trend` the logarithm of the window's mean over that of the last day observed; means over the window of the wind speed
    (m s-1), the relative humidity (%) and the mixing height (m) of the area's median station. `warned_level` is that in force.
    """

    cycle_key: str
    area_id: str
    valid_from: datetime
    valid_until: datetime
    expected_level: Level
    warned_level: Level
    peak_pm25: float | None
    trend: float | None
    wind_speed: float | None
    humidity: float | None
    mixing_height: float | None

    def __post_init__(self) -> None:
        require_utc("valid_from", self.valid_from)
        require_utc("valid_until", self.valid_until)


@dataclass(frozen=True, slots=True)
class Came:
    """What came in a window of an earlier cycle: the highest hourly PM2.5 (µg m-3) of the area's median station, in so many hours known."""

    cycle_key: str
    area_id: str
    pm25: float
    hours: int


@dataclass(frozen=True, slots=True)
class PastEpisode:
    """An earlier situation like that of now, what came of it, and how far it is from that of now in standard deviations."""

    situation: Situation
    came: Came
    distance: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """The most similar of the `past` situations of an area whose outcome is known; none where these are fewer than `needed`."""

    past: int
    needed: int
    episodes: tuple[PastEpisode, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """Why an area's first window was decided as it was.

    `above` is the margin to the next level up, None at the highest; `below` that to losing what is in force or forecast, None without.
    Neither is there where the level is unknown. `change` is None where there is no earlier cycle to compare with, `skill` where no
    backtest tells, `situation` and `likeness` where nothing was looked for.
    """

    area_id: str
    valid_from: datetime
    valid_until: datetime
    above: Margin | None
    below: Margin | None
    change: Change | None = None
    skill: WarningSkill | None = None
    situation: Situation | None = None
    likeness: Likeness | None = None

    def __post_init__(self) -> None:
        require_utc("valid_from", self.valid_from)
        require_utc("valid_until", self.valid_until)
