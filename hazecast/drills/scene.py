"""Where a drill takes place: the months that it plays in, a small town's settings, and when its inputs come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hazecast.config import (
    DomainSettings,
    ForecastSettings,
    MeteorologySettings,
    ObservationSettings,
    OutputSettings,
    Settings,
    SiteSettings,
)
from hazecast.config.places import AreaSettings, StationSettings
from hazecast.config.schedule import RetentionSettings, ScheduleSettings
from hazecast.drills.faults import OF_INPUT, Fault, FaultKind
from hazecast.drills.inputs import STATIONS
from hazecast.records import MeteorologyKind

EVERY_HOURS = 24
HORIZON_HOURS = 24
WEATHER_AFTER, OBSERVATIONS_AFTER = timedelta(minutes=10), timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Month:
    """When and by whose clocks a drill plays, and why then."""

    first: datetime
    days: int
    time_zone: str
    has: str


MONTHS = (
    Month(datetime(2024, 2, 27, tzinfo=UTC), 35, "Europe/Berlin", "29 February, two ends of months, clocks go forward"),
    Month(datetime(2023, 10, 20, tzinfo=UTC), 31, "Europe/Berlin", "an end of a month, clocks go back"),
    Month(datetime(2023, 12, 10, tzinfo=UTC), 31, "Asia/Shanghai", "the end of a year"),
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that comes: `of` is its run or its last hour."""

    at: datetime
    is_weather: bool
    of: datetime
    fault: FaultKind | None = None


def settings_of(folder: Path, month: Month) -> Settings:
    """A town of three stations, with a cycle a day that waits for weather and observations."""
    return Settings(
        site=SiteSettings(titles={"en": "Drill"}, time_zone=month.time_zone, languages=("en",)),
        domain=DomainSettings(south=36.25, north=37.25, west=116.5, east=117.5, spacing=0.25),
        meteorology=MeteorologySettings(path=folder / "weather", kind=MeteorologyKind.FORECAST),
        observations=ObservationSettings(path=folder / "observations"),
        forecast=ForecastSettings(horizon_hours=HORIZON_HOURS, history_days=3),
        schedule=ScheduleSettings(
            every=f"{EVERY_HOURS}h", wait_for=("weather", "observations"), deadline="3h", delay_minutes=30, expire_hours=16
        ),
        retention=RetentionSettings(gridded_days=5),
        output=OutputSettings(archive=folder / "archive", outbox=folder / "outbox"),
        stations=tuple(StationSettings(id=i, name=name, latitude=lat, longitude=lon) for i, name, lat, lon in STATIONS),
        areas=(AreaSettings(id="town", names={"en": "Town"}, stations=tuple(s[0] for s in STATIONS)),),
    )


def init_times(month: Month) -> tuple[datetime, ...]:
    """Of every cycle of the month."""
    number = month.days * 24 // EVERY_HOURS
    return tuple(month.first + timedelta(hours=EVERY_HOURS * n) for n in range(number))


def arrivals_of(month: Month, faults: Sequence[Fault]) -> tuple[tuple[Arrival, ...], tuple[Fault, ...]]:
    """What comes when, by time, and the faults of inputs that found a file to befall: each the next that nothing has befallen yet."""
    free = {(time, weather) for time in init_times(month)[1:] for weather in (True, False)}
    coming: dict[tuple[datetime, bool], tuple[Arrival, ...]] = {
        (time, weather): (_whole(time, weather),) for time in init_times(month) for weather in (True, False)
    }
    struck = []
    for fault in (f for f in faults if f.kind in OF_INPUT):
        ahead = sorted(slot for slot in free if slot[0] >= fault.at and _befalls(fault.kind, is_weather=slot[1]))
        if ahead:
            slot = ahead[fault.number % min(2, len(ahead))]
            free.remove(slot)
            coming[slot] = _with_fault(_whole(*slot), fault)
            struck.append(fault)
    return tuple(sorted((a for several in coming.values() for a in several), key=lambda a: (a.at, a.is_weather))), tuple(struck)


def _whole(time: datetime, is_weather: bool) -> Arrival:
    return Arrival(time + (WEATHER_AFTER if is_weather else OBSERVATIONS_AFTER), is_weather, time)


def _befalls(kind: FaultKind, *, is_weather: bool) -> bool:
    return not is_weather or kind not in (FaultKind.FROZEN_STATION, FaultKind.TWICE_DELIVERED)


def _with_fault(whole: Arrival, fault: Fault) -> tuple[Arrival, ...]:
    """Late alone; truncated, and whole some time later; or with wrong values."""
    later = Arrival(whole.at + timedelta(minutes=fault.number), whole.is_weather, whole.of)
    told = Arrival(whole.at, whole.is_weather, whole.of, fault.kind)
    match fault.kind:
        case FaultKind.LATE_FILE:
            return (later,)
        case FaultKind.TRUNCATED_FILE:
            return (told, later)
        case FaultKind.TWICE_DELIVERED:
            return (whole, Arrival(later.at, whole.is_weather, whole.of, fault.kind))
        case _:
            return (told,)
