"""Makes a winter episode by itself, so that the whole of hazecast can be seen at work without a network or anyone's data.

Nothing here is shared with the forecast: the weather is a story written down in formulas, and the pollution is summed along backward
paths of the air, where the forecast moves it over a grid.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np

from hazecast.demo.cities import CITIES, all_stations, area_of
from hazecast.demo.files import write_meteorology, write_observations
from hazecast.demo.monitors import read_monitors
from hazecast.demo.pollution import concentrations
from hazecast.demo.region import Field
from hazecast.demo.storyline import HOURS_AFTER_INIT, INIT_TIME, SPIN_UP_HOURS, Front, Storyline, hour_of, tell, time_of
from hazecast.demo.weather import make_weather
from hazecast.records import Area, Station, require_utc

Progress = Callable[[str, float], None]
_HAZE_UG_M3 = 75.0


@dataclass(frozen=True, slots=True)
class Episode:
    """An episode on disk, and the truth about it that no forecast is told. Times are UTC.

    The folders hold `meteorology_files` and `observation_files`, hourly from `first_time` to `last_time`. The network's mean PM2.5
    is above 75 µg/m³ day and night from `episode_start`, highest at `peak_time`, and below again from `episode_end`.
    `front_time` is when the front that ends it crosses the middle of the plain.
    """

    meteorology: Path
    observations: Path
    meteorology_files: tuple[Path, ...]
    observation_files: tuple[Path, ...]
    stations: tuple[Station, ...]
    areas: tuple[Area, ...]
    first_time: datetime
    last_time: datetime
    init_time: datetime
    episode_start: datetime
    peak_time: datetime
    front_time: datetime
    episode_end: datetime
    fronts: tuple[Front, ...]

    def __post_init__(self) -> None:
        order = ("first_time", "episode_start", "peak_time", "episode_end", "last_time")
        for name in (*order, "init_time", "front_time"):
            require_utc(name, getattr(self, name))
        moments = [getattr(self, name) for name in order]
        if moments != sorted(moments) or not self.init_time < self.peak_time:
            raise ValueError(f"The times of an episode must follow {order}, with init_time before the peak; got {moments}.")


def write_episode(folder: Path, seed: int = 2013, progress: Progress | None = None) -> Episode:
    """Write `folder`/meteorology and `folder`/observations; the same seed gives the same bytes.

    `progress` hears (stage, share of it done) for the stages weather, pollution, meteorology files and observation files.
    """
    report = progress or (lambda _stage, _share: None)
    story_rng, weather_rng, monitor_rng = np.random.default_rng(seed).spawn(3)
    story = tell(story_rng)
    hours = np.arange(-SPIN_UP_HOURS, hour_of(INIT_TIME) + HOURS_AFTER_INIT + 1, dtype=np.float32)
    report("weather", 0.0)
    weather = make_weather(story, hours, weather_rng)
    report("weather", 1.0)
    stations, observed_hours = all_stations(), hours[hours >= 0]
    truth = concentrations(weather, stations, observed_hours, partial(report, "pollution"))
    readings = read_monitors(truth, observed_hours, stations, hour_of(INIT_TIME), monitor_rng)
    meteorology_files = write_meteorology(folder / "meteorology", weather, partial(report, "meteorology files"))
    observation_files = write_observations(folder / "observations", readings, partial(report, "observation files"))
    start, peak, end = _milestones(truth.pm25.mean(axis=1), story)
    return Episode(
        meteorology=folder / "meteorology",
        observations=folder / "observations",
        meteorology_files=meteorology_files,
        observation_files=observation_files,
        stations=stations,
        areas=tuple(area_of(city) for city in CITIES),
        first_time=time_of(float(observed_hours[0])),
        last_time=time_of(float(observed_hours[-1])),
        init_time=INIT_TIME,
        episode_start=start,
        peak_time=peak,
        front_time=time_of(story.final_front.hour),
        episode_end=end,
        fronts=story.fronts,
    )


def _milestones(mean_pm25: Field, story: Storyline) -> tuple[datetime, datetime, datetime]:
    """Start, peak and end of the great episode in the network's hourly mean (time,), which begins at hour 0."""
    week_opens = round(story.fronts[-2].hour)
    peak = week_opens + int(mean_pm25[week_opens:].argmax())
    daily = np.convolve(mean_pm25, np.full(24, 1 / 24), mode="full")[: mean_pm25.size]
    start = int(np.flatnonzero(daily[:peak] < _HAZE_UG_M3)[-1]) + 1
    end = peak + int(np.flatnonzero(mean_pm25[peak:] < _HAZE_UG_M3)[0])
    return time_of(start), time_of(peak), time_of(end)
