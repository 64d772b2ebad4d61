"""The facts of a bulletin as plain data: what the JSON document holds, and its schema.

`docs/bulletin.schema.json` is made from these models. A field is added rather than changed; where that cannot be, `FORMAT` counts up.
"""

import math
from collections.abc import Sequence
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hazecast.bulletins.air_quality import air_quality_of
from hazecast.bulletins.formats.review_data import LEVEL_PATTERN, ReviewData, review_data
from hazecast.bulletins.formats.why_data import WhyData, why_data
from hazecast.bulletins.situation import expiry
from hazecast.records import Area, BulletinFacts, HazeWarning, Level, Note, PlaceName, Why, WindowAssessment

FORMAT = "hazecast-bulletin/1"
LevelName = str


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class PeakData(_Data):
    """PM2.5 (µg m-3) of the area's median station at its peak hour, with its 90 % band, from so many hourly values."""

    pm25: float
    low: float | None
    high: float | None
    time: AwareDatetime | None = Field(description="End of the hour.")
    values: int | None


class AirQualityData(_Data):
    """The air quality index of PM2.5 alone, of the mean (µg m-3) over the hours and stations, by one edition of HJ 633."""

    standard: str
    pm25_mean: float
    index: int
    index_class: dict[str, str] = Field(description="Name of the class by language.")


class WindowData(_Data):
    """An area in one validity window."""

    valid_from: AwareDatetime
    valid_until: AwareDatetime
    level: LevelName = Field(pattern=LEVEL_PATTERN, description="'unknown' means that input lacks, and is never the same as 'none'.")
    condition: str = Field(description="Code of the edition's condition that is met; empty without one.")
    chances: dict[LevelName, float | None] = Field(description="Probability of each level or a higher one; null where it is not known.")
    peak: PeakData | None
    lowest_visibility_m: float | None
    worst_station: str | None
    worst_station_level: LevelName = Field(pattern=LEVEL_PATTERN)
    hours: int
    hours_known: int
    air_quality: AirQualityData | None = Field(None, description="null where too few hours are known, or the window is no day.")
    why: WhyData | None = Field(None, description="Of the first window.")


class AreaData(_Data):
    """An area: its names by language, its stations, and what is expected in each window, the first one first."""

    id: str
    names: dict[str, str]
    stations: tuple[str, ...]
    time_zone: str
    windows: tuple[WindowData, ...]


class StationData(_Data):
    """A station, in degrees north and east."""

    id: str
    name: str
    latitude: float
    longitude: float


class WarningData(_Data):
    """One message in the life of a warning."""

    id: str
    area: str
    edition: str
    action: str
    level: LevelName = Field(pattern=LEVEL_PATTERN)
    valid_from: AwareDatetime
    valid_until: AwareDatetime
    issued_at: AwareDatetime
    condition: str
    probability: float | None
    replaces: tuple[str, ...]


class NoteData(_Data):
    """What a reader must know besides the numbers; see the bulletin in words for its sentence."""

    code: str
    count: int | None
    detail: str


class InputData(_Data):
    """A file that went into the forecast."""

    role: str
    name: str
    bytes: int
    sha256: str


class BulletinData(_Data):
    """A bulletin as data. Times are UTC."""

    format: str = Field(FORMAT, pattern=f"^{FORMAT}$")
    id: str
    exercise: bool = Field(description="true: made for an exercise, and not a real warning.")
    titles: dict[str, str]
    sender: str
    forecaster: str = Field("", description="Who answers for it; empty for an automatic one.")
    issued_at: AwareDatetime
    expires_at: AwareDatetime
    cycle: str
    init_time: AwareDatetime
    as_of: AwareDatetime
    edition: str
    areas: tuple[AreaData, ...]
    stations: tuple[StationData, ...]
    messages: tuple[WarningData, ...] = Field(description="What this cycle sends.")
    in_force: tuple[WarningData, ...] = Field(description="What holds once it is sent.")
    review: ReviewData | None = Field(None, description="null for a bulletin that waited for nobody.")
    notes: tuple[NoteData, ...]
    inputs: tuple[InputData, ...]
    software_version: str
    settings_sha256: str


def bulletin_data(facts: BulletinFacts, bulletin_id: str) -> BulletinData:
    """The facts as data."""
    return BulletinData(
        id=bulletin_id,
        exercise=facts.exercise,
        titles=_names(facts.titles),
        sender=facts.sender,
        forecaster=facts.forecaster,
        issued_at=facts.issued_at,
        expires_at=expiry(facts),
        cycle=facts.cycle.key,
        init_time=facts.cycle.init_time,
        as_of=facts.cycle.as_of,
        edition=facts.edition,
        areas=_areas(facts),
        stations=tuple(StationData(id=s.id, name=s.name, latitude=s.latitude, longitude=s.longitude) for s in facts.stations),
        messages=tuple(_warning(message) for message in facts.assessment.messages),
        in_force=tuple(_warning(warning) for warning in facts.assessment.in_force),
        review=None if facts.reviewed is None else review_data(facts.reviewed),
        notes=tuple(_note(note) for note in dict.fromkeys((*facts.notes, *facts.forecast.notes))),
        inputs=tuple(InputData(role=i.role, name=i.path.name, bytes=i.size_bytes, sha256=i.sha256) for i in facts.inputs),
        software_version=facts.software_version,
        settings_sha256=facts.settings_sha256,
    )


def _areas(facts: BulletinFacts) -> tuple[AreaData, ...]:
    windows = sorted(facts.assessment.windows, key=_start)
    return tuple(
        AreaData(
            id=area.id,
            names=_names(area.names),
            stations=area.station_ids,
            time_zone=area.time_zone,
            windows=tuple(_window(window, area, facts) for window in windows if window.area_id == area.id),
        )
        for area in facts.areas
    )


def _start(window: WindowAssessment) -> datetime:
    return window.valid_from


def _window(window: WindowAssessment, area: Area, facts: BulletinFacts) -> WindowData:
    return WindowData(
        valid_from=window.valid_from,
        valid_until=window.valid_until,
        level=_level(window.level),
        condition=window.condition,
        chances={_level(chance.level): _known(chance.probability) for chance in window.chances},
        peak=_peak(window),
        lowest_visibility_m=_known(window.lowest_visibility),
        worst_station=window.worst_station_id,
        worst_station_level=_level(window.worst_station_level),
        hours=window.hours,
        hours_known=window.hours_known,
        air_quality=_air_quality(window, area, facts),
        why=next((why_data(why) for why in facts.assessment.reasons if _is_of(why, window)), None),
    )


def _is_of(why: Why, window: WindowAssessment) -> bool:
    return (why.area_id, why.valid_from, why.valid_until) == (window.area_id, window.valid_from, window.valid_until)


def _air_quality(window: WindowAssessment, area: Area, facts: BulletinFacts) -> AirQualityData | None:
    quality = air_quality_of(area, window, facts)
    if quality is None:
        return None
    named = dict(quality.standard.class_of(quality.index).name)
    return AirQualityData(standard=quality.standard.name, pm25_mean=round(quality.mean, 3), index=quality.index, index_class=named)


def _peak(window: WindowAssessment) -> PeakData | None:
    peak = _known(window.peak_pm25)
    if peak is None:
        return None
    low, high = _known(window.peak_pm25_low), _known(window.peak_pm25_high)
    return PeakData(pm25=peak, low=low, high=high, time=window.peak_time, values=window.values)


def _known(value: float | None) -> float | None:
    """JSON has no NaN."""
    return value if value is not None and math.isfinite(value) else None


def _warning(warning: HazeWarning) -> WarningData:
    return WarningData(
        id=warning.id,
        area=warning.area_id,
        edition=warning.edition,
        action=warning.action.value,
        level=_level(warning.level),
        valid_from=warning.valid_from,
        valid_until=warning.valid_until,
        issued_at=warning.issued_at,
        condition=warning.condition,
        probability=_known(warning.probability),
        replaces=warning.replaces,
    )


def _note(note: Note) -> NoteData:
    return NoteData(code=note.code.value, count=note.count, detail=note.detail)


def _names(names: Sequence[PlaceName]) -> dict[str, str]:
    return {name.language: name.text for name in names}


def _level(level: Level) -> str:
    return level.name.lower()
