"""What is said to readers, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import xarray as xr

from hazecast.records.checks import require_utc
from hazecast.records.codes import Note
from hazecast.records.places import Area, PlaceName, Station
from hazecast.records.review import Reviewed
from hazecast.records.sources import Attribution
from hazecast.records.stages import Cycle, Forecast, InputFile
from hazecast.records.warnings import Assessment, HazeWarning, WindowAssessment

NO_SENDER = "hazecast.invalid"


@dataclass(frozen=True, slots=True)
class PreviousBulletin:
    """What the bulletin of about a day before expected of each area."""

    cycle_key: str
    init_time: datetime
    windows: tuple[WindowAssessment, ...]

    def __post_init__(self) -> None:
        require_utc("init_time", self.init_time)


@dataclass(frozen=True, slots=True)
class BulletinFacts:
    """All that any format of a bulletin may say. Formats choose and arrange; they compute nothing.

    `in_force_before` are the warnings that held when the cycle began, and `replaced` those that its messages replace, ended or not.
    `sender` is who speaks, as one word such as a mail address; `forecaster` is the name of who answers for it, empty for an automatic one.
    `weather` is that of the stations, (time, station), over the hours of `observations` and of the forecast. `reviewed`
    tells how a bulletin that waited for a person was released; None for one that waited for nobody.
    """

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
    attribution: Attribution | None = None
    in_force_before: tuple[HazeWarning, ...] = ()
    sender: str = NO_SENDER
    weather: xr.Dataset | None = None
    previous: PreviousBulletin | None = None
    replaced: tuple[HazeWarning, ...] = ()
    forecaster: str = ""
    reviewed: Reviewed | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One rendered file of a bulletin. `language` is empty for pictures without words.

    Of a picture, `alt` says in words what it shows, and `area` is the name of the one area that it is of, if it is of one.
    """

    name: str
    media_type: str
    language: str
    content: bytes
    alt: str = ""
    area: str = ""

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
    exercise: bool = False

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
