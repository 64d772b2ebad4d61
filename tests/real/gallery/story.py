"""What was said on each day of an episode, read back from the bulletins, beside what was then measured."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hazecast.config import Settings
from hazecast.observed import observed
from hazecast.records import Level
from tests.real.gallery.episode import Episode
from tests.real.gallery.replay import cycle_folder

WINDOW = timedelta(hours=24)
RULE = "===="


@dataclass(frozen=True, slots=True)
class AreaDay:
    """An area on a day from 08:00 to 08:00: what its warning did, the `level` in force, its chance, and what came.

    `action` is empty where nothing was sent; `expected` is the peak with its 90 % band; PM2.5 in µg m-3, NaN where it was not measured.
    """

    area: str
    name: str
    action: str
    level: Level
    chance: float | None
    expected: tuple[float, float, float] | None
    mean: float
    highest: float
    hours_above_150: int
    hours_measured: int


@dataclass(frozen=True, slots=True)
class StoryDay:
    """One cycle: its bulletin in a folder, the headline, and each area."""

    day: date
    begins: datetime
    bulletin: Path
    headline: str
    areas: tuple[AreaDay, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """The days of an episode; `pm25` (time, area), UTC, is what was measured, the mean over the stations of an area."""

    episode: Episode
    days: tuple[StoryDay, ...]
    pm25: xr.DataArray


def story_of(episode: Episode, settings: Settings) -> Story:
    """The story of an episode that has been replayed."""
    first = datetime(episode.first.year, episode.first.month, episode.first.day, tzinfo=UTC)
    measured = _measured(settings, first, first + WINDOW * (len(episode.days) + 1))
    days = tuple(_day(day, cycle_folder(settings, f"{day:%Y%m%d}") / "bulletin", measured) for day in episode.days)
    return Story(episode, days, measured)


def _measured(settings: Settings, first: datetime, last: datetime) -> xr.DataArray:
    usable = observed(settings, first, last).vetted.usable()["pm25"]
    known = [str(id) for id in usable["station"].values]
    means = [usable.sel(station=[s for s in area.stations if s in known]).mean("station").values for area in settings.areas]
    return xr.DataArray(np.stack(means, axis=1), {"time": usable["time"], "area": [area.id for area in settings.areas]}, ("time", "area"))


def _day(day: date, folder: Path, measured: xr.DataArray) -> StoryDay:
    facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    areas = tuple(_area_day(area, facts, measured) for area in facts["areas"])
    begins = min(datetime.fromisoformat(area["windows"][0]["valid_from"]) for area in facts["areas"])
    return StoryDay(day, begins, folder, _headline((folder / "bulletin.en.txt").read_text(encoding="utf-8")), areas)


def _headline(text: str) -> str:
    """What stands between the two rules at the head of the text."""
    lines = text.splitlines()
    rules = [i for i, line in enumerate(lines) if line.startswith(RULE)]
    return " ".join(line.strip() for line in lines[rules[0] + 1 : rules[1]])


def _area_day(area: dict[str, Any], facts: dict[str, Any], measured: xr.DataArray) -> AreaDay:
    window = area["windows"][0]
    begins = datetime.fromisoformat(window["valid_from"])
    sent = next((m for m in facts["messages"] if m["area"] == area["id"]), None)
    held = next((w for w in facts["in_force"] if w["area"] == area["id"]), None)
    level = Level[(held or window)["level"].upper()] if held or window["level"] == "unknown" else Level.NONE
    came = measured.sel(area=area["id"], time=slice(*(_naive(begins + shift) for shift in (timedelta(hours=1), WINDOW)))).values
    known = came[np.isfinite(came)]
    peak = window["peak"]
    return AreaDay(
        area=area["id"],
        name=area["names"]["en"],
        action=sent["action"] if sent else "",
        level=level,
        chance=(sent or held or {}).get("probability"),
        expected=None if peak is None else (peak["pm25"], peak["low"], peak["high"]),
        mean=float(known.mean()) if known.size else float("nan"),
        highest=float(known.max()) if known.size else float("nan"),
        hours_above_150=int((known > 150).sum()),
        hours_measured=int(known.size),
    )


def _naive(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "ns")
