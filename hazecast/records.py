"""What the stages of a cycle hand to each other: small, frozen, and checked when they are made.

The order is that of the cycle: Cycle -> Gathered -> Gridded -> Forecast -> Assessment -> BulletinFacts -> Bulletin -> Receipt.
Times are UTC and aware. Datasets inside records use the keys and units of `hazecast.vocabulary` and are not changed in place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from pathlib import Path

import xarray as xr


def require_utc(name: str, moment: datetime) -> None:
    """Raise ValueError unless `moment` is aware and in UTC."""
    if moment.utcoffset() != timedelta(0):
        raise ValueError(f"{name} is {moment!r}; it must be aware and in UTC.")


def require_dims(name: str, data: xr.Dataset, dims: Sequence[str]) -> None:
    """Raise ValueError unless `data` has all of `dims`."""
    lacking = [d for d in dims if d not in data.dims]
    if lacking:
        raise ValueError(f"{name} lacks the dimensions {lacking}; it has {list(data.dims)}.")


class Level(IntEnum):
    """A warning level. UNKNOWN means that an input was lacking, and is never the same as NONE."""

    UNKNOWN = -1
    NONE = 0
    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4


class Action(StrEnum):
    """What a warning does to the one before it for the same area and edition."""

    ISSUE = "issue"
    CONTINUE = "continue"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    LIFT = "lift"


class MeteorologyKind(StrEnum):
    """Whether weather was forecast at `init_time`, or is an analysis of what came that stands in for a forecast."""

    FORECAST = "forecast"
    ANALYSIS = "analysis"


class Rung(IntEnum):
    """The step of the ladder a station value stands on, best first. Everything below CORRECTED is named in every product."""

    CORRECTED = 0
    WITHOUT_OBSERVATIONS = 1
    WITHOUT_WEATHER = 2
    CLIMATOLOGY = 3
    NOTHING = 4


class NoteCode(StrEnum):
    """What a reader must know about a cycle besides its numbers. Each has a sentence in every language of the bulletins."""

    PERFECT_PROGNOSIS = "perfect-prognosis"
    WEATHER_HOURS_FILLED = "weather-hours-filled"
    WEATHER_CELLS_FILLED = "weather-cells-filled"
    WEATHER_HOURS_LACKING = "weather-hours-lacking"
    VARIABLE_LACKING = "variable-lacking"
    VALUES_REJECTED = "values-rejected"
    STATIONS_SILENT = "stations-silent"
    OBSERVATIONS_STALE = "observations-stale"
    MIXING_HEIGHT_DIAGNOSED = "mixing-height-diagnosed"
    EMISSIONS_ARE_PROXY = "emissions-are-proxy"
    SHORT_HISTORY = "short-history"
    UNCORRECTED = "uncorrected"
    VISIBILITY_UNKNOWN = "visibility-unknown"


@dataclass(frozen=True, slots=True)
class Note:
    """One remark on a cycle: its code, how many values it concerns, and names or quantities that go into its sentence."""

    code: NoteCode
    count: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Cycle:
    """One run of the engine: forecasts from `init_time` out to `horizon`, made from what had arrived by `as_of`."""

    init_time: datetime
    as_of: datetime
    horizon: timedelta

    def __post_init__(self) -> None:
        require_utc("init_time", self.init_time)
        require_utc("as_of", self.as_of)
        if self.init_time != self.init_time.replace(minute=0, second=0, microsecond=0):
            raise ValueError(f"init_time is {self.init_time}; it must be a full hour.")
        if self.horizon < timedelta(hours=1) or self.horizon % timedelta(hours=1):
            raise ValueError(f"horizon is {self.horizon}; it must be a whole number of hours, at least one.")

    @property
    def key(self) -> str:
        """The cycle's name in file names, the ledger and bulletins, such as 20180427T00Z."""
        return f"{self.init_time:%Y%m%dT%HZ}"

    @property
    def lead_hours(self) -> range:
        """Lead times in hours, 1 to the horizon."""
        return range(1, int(self.horizon / timedelta(hours=1)) + 1)

    @property
    def end_time(self) -> datetime:
        """The last valid time."""
        return self.init_time + self.horizon


@dataclass(frozen=True, slots=True)
class Station:
    """A monitoring station."""

    id: str
    name: str
    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 360):
            raise ValueError(f"Station {self.name!r} lies at {self.latitude}, {self.longitude}; expected degrees north and east.")


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A name in one language (an ISO 639-1 code)."""

    language: str
    text: str


def name_in(language: str, names: Sequence[PlaceName]) -> str:
    """The name in `language`, or else the first that there is."""
    return next((n.text for n in names if n.language == language), names[0].text)


@dataclass(frozen=True, slots=True)
class Area:
    """A city or district that is warned as one, made of stations, with its own time zone."""

    id: str
    names: tuple[PlaceName, ...]
    station_ids: tuple[str, ...]
    time_zone: str

    def __post_init__(self) -> None:
        if not self.names or not self.station_ids:
            raise ValueError(f"Area {self.id!r} needs a name and at least one station.")

    def name_in(self, language: str) -> str:
        """The name in `language`, or else the first that there is."""
        return name_in(language, self.names)


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that a cycle read: enough to say later whether the same file is still there."""

    path: Path
    sha256: str
    size_bytes: int
    role: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What had arrived by the cycle's `as_of`.

    `meteorology` has (time, latitude, longitude), latitude and longitude ascending, on the source's own grid;
    `observations` has (time, station), hourly, NaN where nothing usable arrived.
    """

    cycle: Cycle
    meteorology: xr.Dataset
    meteorology_kind: MeteorologyKind
    observations: xr.Dataset
    stations: tuple[Station, ...]
    inputs: tuple[InputFile, ...]
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        require_dims("meteorology", self.meteorology, ("time", "latitude", "longitude"))
        require_dims("observations", self.observations, ("time", "station"))
        if len(self.stations) != self.observations.sizes["station"]:
            raise ValueError(f"{len(self.stations)} stations, but observations of {self.observations.sizes['station']}.")


@dataclass(frozen=True, slots=True)
class Gridded:
    """`Gathered` brought to one hourly time axis and one lattice, and to the stations.

    `lattice_weather` has (time, latitude, longitude), `station_weather` (time, station); both end at the cycle's last
    valid time or where the weather ends, with NaN in hours that could not be filled. The `time` of `observations` is the same.
    """

    gathered: Gathered
    lattice_weather: xr.Dataset
    station_weather: xr.Dataset
    observations: xr.Dataset
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        require_dims("lattice_weather", self.lattice_weather, ("time", "latitude", "longitude"))
        require_dims("station_weather", self.station_weather, ("time", "station"))
        require_dims("observations", self.observations, ("time", "station"))


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is predicted for one cycle.

    `grid` has (lead_time, latitude, longitude): pm25 (µg m-3), relative_humidity (%), visibility (m).
    `stations` has (station, lead_time): the same, `rung`, and with a further dimension `quantile` pm25_quantile and
    visibility_quantile, the latter being the visibility at each pm25_quantile, so that it falls where that rises.
    `lead_time` is in whole hours; each dataset carries the coordinates `init_time` and `valid_time`.
    """

    cycle: Cycle
    grid: xr.Dataset
    stations: xr.Dataset
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        require_dims("grid", self.grid, ("lead_time", "latitude", "longitude"))
        require_dims("stations", self.stations, ("station", "lead_time", "quantile"))
        leads = list(self.cycle.lead_hours)
        for name, data in (("grid", self.grid), ("stations", self.stations)):
            if list(data["lead_time"].values) != leads:
                raise ValueError(f"{name} has lead times {data['lead_time'].values}, expected the hours 1 to {leads[-1]}.")


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
    PM2.5 in µg m-3 is the area's median station at its peak hour with its 90 % band; visibility in metres is its least.
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

    def __post_init__(self) -> None:
        require_utc("valid_from", self.valid_from)
        require_utc("valid_until", self.valid_until)
        if not self.valid_from < self.valid_until:
            raise ValueError(f"The window of {self.area_id!r} runs from {self.valid_from} to {self.valid_until}.")


@dataclass(frozen=True, slots=True)
class HazeWarning:
    """One message in the life of a warning for one area and edition. Identity and times never change once made."""

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

    def __post_init__(self) -> None:
        for name in ("valid_from", "valid_until", "issued_at"):
            require_utc(name, getattr(self, name))
        if not self.valid_from < self.valid_until:
            raise ValueError(f"Warning {self.id} is valid from {self.valid_from} to {self.valid_until}.")
        if self.level is Level.UNKNOWN or (self.level is Level.NONE) != (self.action is Action.LIFT):
            raise ValueError(f"Warning {self.id} would {self.action} level {self.level.name}.")


@dataclass(frozen=True, slots=True)
class Assessment:
    """A forecast held against an edition of the warning standards and the warnings in force.

    `grid_level` has (lead_time, latitude, longitude) and `station_level` (station, lead_time), holding `Level` values as int8.
    `in_force` are the warnings that hold once this cycle is sent, old ones that still run included.
    """

    cycle: Cycle
    edition: str
    grid_level: xr.DataArray
    station_level: xr.DataArray
    windows: tuple[WindowAssessment, ...]
    messages: tuple[HazeWarning, ...]
    in_force: tuple[HazeWarning, ...]


@dataclass(frozen=True, slots=True)
class BulletinFacts:
    """All that any format of a bulletin may say. Formats choose and arrange; they compute nothing."""

    titles: tuple[PlaceName, ...]
    issued_at: datetime
    time_zone: str
    cycle: Cycle
    edition: str
    software_version: str
    settings_sha256: str
    areas: tuple[Area, ...]
    stations: tuple[Station, ...]
    assessment: Assessment
    forecast: Forecast
    observations: xr.Dataset
    inputs: tuple[InputFile, ...]
    notes: tuple[Note, ...]
    exercise: bool


@dataclass(frozen=True, slots=True)
class Document:
    """One rendered file of a bulletin. `language` is empty for pictures without words."""

    name: str
    media_type: str
    language: str
    content: bytes

    def __post_init__(self) -> None:
        if not self.name or Path(self.name).name != self.name or not self.content:
            raise ValueError(f"A document needs a plain file name and content; got {self.name!r} with {len(self.content)} bytes.")


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What one cycle says to its readers, in every language and format."""

    id: str
    cycle_key: str
    expires_at: datetime
    documents: tuple[Document, ...]

    def __post_init__(self) -> None:
        require_utc("expires_at", self.expires_at)
        names = [d.name for d in self.documents]
        if len(set(names)) != len(names):
            raise ValueError(f"Two documents of bulletin {self.id} have one name: {sorted(names)}.")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one bulletin at one recipient through one channel."""

    key: str
    bulletin_id: str
    recipient: str
    channel: str
    delivered_at: datetime
    place: str


def utc(moment: datetime) -> datetime:
    """`moment` in UTC; a naive one is taken to be UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
