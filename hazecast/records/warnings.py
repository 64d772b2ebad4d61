"""What is decided on a forecast."""

from dataclasses import dataclass
from datetime import datetime

import xarray as xr

from hazecast.records.checks import require_utc
from hazecast.records.codes import Action, Ground, Level, Status
from hazecast.records.places import PlaceName
from hazecast.records.stages import Cycle
from hazecast.records.why import Why


@dataclass(frozen=True, slots=True)
class LevelChance:
    """The probability that a level or a higher one is reached; None where it is not known."""

    level: Level
    probability: float | None

    def __post_init__(self) -> None:
        if self.probability is not None and not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"The probability of {self.level.name} is {self.probability}; expected 0 to 1.")


@dataclass(frozen=True, slots=True)
class WindowAssessment:
    """One area in one validity window: the level, why, and how sure.

    `condition` names the row of the edition that decided, empty without a level. `hours_known` of `hours` could be judged.
    PM2.5 in µg m-3 is the area's median station at its peak hour with its 90 % band; visibility in metres is its least. `values` is how
    many forecast values, of its stations and hours, the peak is taken from; None in what was stored before that was counted.
    """

    area_id: str
    valid_from: datetime
    valid_until: datetime
    level: Level
    condition: str
    chances: tuple[LevelChance, ...]
    peak_pm25: float | None
    peak_pm25_low: float | None
    peak_pm25_high: float | None
    peak_time: datetime | None
    lowest_visibility: float | None
    worst_station_id: str | None
    worst_station_level: Level
    hours: int
    hours_known: int
    values: int | None = None

    def __post_init__(self) -> None:
        require_utc("valid_from", self.valid_from)
        require_utc("valid_until", self.valid_until)
        if not self.valid_from < self.valid_until:
            raise ValueError(f"The window of {self.area_id!r} runs from {self.valid_from} to {self.valid_until}.")


@dataclass(frozen=True, slots=True)
class HazeWarning:
    """One message in the life of a warning for one area and edition. Identity and times never change once made.

    `sender` is who sent it and `time_zone` the zone its times are written in; empty in what was stored before they were kept.
    """

    id: str
    area_id: str
    edition: str
    action: Action
    level: Level
    valid_from: datetime
    valid_until: datetime
    issued_at: datetime
    cycle_key: str
    condition: str
    probability: float | None
    replaces: tuple[str, ...]
    sender: str = ""
    time_zone: str = ""

    def __post_init__(self) -> None:
        for name in ("valid_from", "valid_until", "issued_at"):
            require_utc(name, getattr(self, name))
        if not self.valid_from < self.valid_until:
            raise ValueError(f"Warning {self.id} is valid from {self.valid_from} to {self.valid_until}.")
        if self.level is Level.UNKNOWN or (self.level is Level.NONE) != (self.action is Action.LIFT):
            raise ValueError(f"Warning {self.id} would {self.action} level {self.level.name}.")


@dataclass(frozen=True, slots=True)
class AreaStatus:
    """How an area stands with its warning of one edition once a cycle has decided, and on what ground.

    `level` is that in force, NONE without a warning. `since` is when the episode's first warning was sent and `level_since` when its
    present level was, over renewals and short gaps; None without a warning.
    """

    area_id: str
    edition: str
    status: Status
    ground: Ground
    level: Level
    since: datetime | None
    level_since: datetime | None

    def __post_init__(self) -> None:
        if len({self.level is Level.NONE, self.since is None, self.level_since is None}) > 1:
            raise ValueError(f"{self.area_id} has {self.level.name} in force since {self.since} and {self.level_since}.")
        if self.since is not None and self.level_since is not None:
            require_utc("since", self.since)
            require_utc("level_since", self.level_since)


@dataclass(frozen=True, slots=True)
class ConditionFacts:
    """One condition of an edition: its code, such as orange-2, its words by language where it has any, and its bounds where it has those.

    Visibility in m, PM2.5 in µg m-3, relative humidity in %; `below` and `above` are exclusive, `from` inclusive.
    """

    code: str
    said: tuple[PlaceName, ...] = ()
    visibility_below_m: float | None = None
    pm25_above_ug_m3: float | None = None
    humidity_from: float | None = None
    humidity_below: float | None = None


@dataclass(frozen=True, slots=True)
class Guidance:
    """What to do, line by line, in one language."""

    language: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LevelFacts:
    """One level of an edition: what it warns of by language, its colour, its CAP severity, what to do, and its conditions."""

    level: Level
    grade: tuple[PlaceName, ...]
    colour: str
    cap_severity: str
    guidance: tuple[Guidance, ...]
    conditions: tuple[ConditionFacts, ...]


@dataclass(frozen=True, slots=True)
class StandardFacts:
    """What products say of the edition that was decided by; its texts by language. Levels ascend.

    `called` is what it calls a warning in the middle of a sentence; empty where its file does not say.
    """

    name: str
    title: tuple[PlaceName, ...]
    issuer: str
    issued: str
    language: str
    cap_event: tuple[PlaceName, ...]
    cap_event_code: str
    cap_urgency: str
    cap_certainty: str
    levels: tuple[LevelFacts, ...]
    called: tuple[PlaceName, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """A forecast held against an edition of the warning standards and the warnings in force.

    `grid_level` has (lead_time, latitude, longitude) and `station_level` (station, lead_time), holding `Level` values as int8.
    `in_force` are the warnings that hold once this cycle is sent, old ones that still run included. `station_probability` has
    (station, lead_time, warning_level): that of the level or a higher one in the hour. `statuses` has one for each area,
    `standard` what the edition's file says, and `reasons` why each area's first window was decided so, where that was asked for.
    """

    cycle: Cycle
    edition: str
    grid_level: xr.DataArray
    station_level: xr.DataArray
    windows: tuple[WindowAssessment, ...]
    messages: tuple[HazeWarning, ...]
    in_force: tuple[HazeWarning, ...]
    station_probability: xr.DataArray | None = None
    statuses: tuple[AreaStatus, ...] = ()
    standard: StandardFacts | None = None
    reasons: tuple[Why, ...] = ()
