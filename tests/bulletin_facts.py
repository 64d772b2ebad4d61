"""Facts for bulletins, made up from a seed: a week of haze in North China, calm days in London, and a cycle without input."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.records import (
    Action,
    Area,
    AreaStatus,
    Assessment,
    BulletinFacts,
    Came,
    Change,
    Cycle,
    Driver,
    DriverPart,
    Forecast,
    Ground,
    HazeWarning,
    InputFile,
    Level,
    LevelChance,
    Likeness,
    Margin,
    Note,
    NoteCode,
    PastEpisode,
    PlaceName,
    PreviousBulletin,
    Rung,
    Situation,
    Station,
    Status,
    WarningSkill,
    Why,
    WindowAssessment,
)
from hazecast.warnings.edition import load_edition
from hazecast.warnings.telling import facts_of as told_by
from tests.attribution_facts import attribution_of

BEFORE_FIRST_WINDOW = 2
QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
PEAKS = {Level.UNKNOWN: np.nan, Level.NONE: 62.0, Level.YELLOW: 188.0, Level.ORANGE: 296.0, Level.RED: 548.0}
CONDITIONS = {Level.UNKNOWN: "", Level.NONE: "", Level.YELLOW: "yellow-3", Level.ORANGE: "orange-1", Level.RED: "red-2"}
CHANCES = {
    Level.NONE: (0.11, 0.02, 0.001),
    Level.YELLOW: (0.74, 0.22, 0.04),
    Level.ORANGE: (0.93, 0.68, 0.19),
    Level.RED: (0.998, 0.91, 0.63),
}
WARNED = (Level.YELLOW, Level.ORANGE, Level.RED)

IN_NORTH_CHINA = (PlaceName("zh", "华北平原 PM2.5"), PlaceName("ja", "華北平原のPM2.5"))
OF_LONDON = (PlaceName("zh", "伦敦空气质量"), PlaceName("ja", "ロンドンの大気"))
HEBEI = (PlaceName("zh", "河北"), PlaceName("en", "Hebei"), PlaceName("ja", "河北省"))
IN_HEBEI = ("shijiazhuang", "baoding", "langfang", "tangshan", "chengde", "zhangjiakou", "handan", "cangzhou")


@dataclass(frozen=True)
class Place:
    """An area of a scenario: where it lies and the level of each day."""

    id: str
    zh: str
    en: str
    ja: str
    latitude: float
    longitude: float
    days: str
    stations: int = 2

    @property
    def names(self) -> tuple[PlaceName, ...]:
        return tuple(PlaceName(language, getattr(self, language)) for language in ("zh", "en", "ja"))

    @property
    def region(self) -> tuple[PlaceName, ...]:
        return HEBEI if self.id in IN_HEBEI else ()

    @property
    def levels(self) -> tuple[Level, ...]:
        return tuple({"?": Level.UNKNOWN, "-": Level.NONE, "y": Level.YELLOW, "o": Level.ORANGE, "r": Level.RED}[c] for c in self.days)


NORTH_CHINA = (
    Place("beijing", "北京", "Beijing", "北京", 39.93, 116.40, "oro-", 3),
    Place("tianjin", "天津", "Tianjin", "天津", 39.12, 117.20, "yoo-"),
    Place("shijiazhuang", "石家庄", "Shijiazhuang", "石家荘", 38.04, 114.50, "rroy"),
    Place("baoding", "保定", "Baoding", "保定", 38.87, 115.48, "rro-", 3),
    Place("langfang", "廊坊", "Langfang", "廊坊", 39.53, 116.70, "oo--", 1),
    Place("tangshan", "唐山", "Tangshan", "唐山", 39.63, 118.18, "yy--"),
    Place("chengde", "承德", "Chengde", "承徳", 40.97, 117.94, "----", 1),
    Place("zhangjiakou", "张家口", "Zhangjiakou", "張家口", 40.81, 114.88, "----", 1),
    Place("jinan", "济南", "Jinan", "済南", 36.66, 117.00, "-yy-"),
    Place("handan", "邯郸", "Handan", "邯鄲", 36.60, 114.49, "ooyy"),
    Place("cangzhou", "沧州", "Cangzhou", "滄州", 38.30, 116.86, "yoy-", 1),
    Place("taiyuan", "太原", "Taiyuan", "太原", 37.87, 112.55, "????", 1),
)
SOURCE_REGIONS = (
    *(place for place in NORTH_CHINA if place.id in ("beijing", "tianjin", "shijiazhuang", "tangshan")),
    Place("hebei", "河北", "Hebei", "河北省", 38.4, 115.6, ""),
    Place("shandong", "山东", "Shandong", "山東省", 36.7, 117.6, ""),
    Place("shanxi", "山西", "Shanxi", "山西省", 38.2, 112.6, ""),
    Place("henan", "河南", "Henan", "河南省", 35.3, 114.2, ""),
)
LONDON = (
    Place("inner", "内伦敦", "Inner London", "ロンドン中心部", 51.51, -0.12, "----", 3),
    Place("west", "西伦敦", "West London", "ロンドン西部", 51.50, -0.34, "----"),
    Place("south", "南伦敦", "South London", "ロンドン南部", 51.38, -0.10, "----"),
)


@dataclass(frozen=True)
class Scenario:
    """What a bulletin is made from; `title` in English, and others where there are."""

    title: str
    time_zone: str
    init_time: datetime
    places: tuple[Place, ...]
    latitudes: NDArray[np.float64]
    longitudes: NDArray[np.float64]
    notes: tuple[Note, ...]
    other_titles: tuple[PlaceName, ...] = ()

    @property
    def cycle(self) -> Cycle:
        return Cycle(
            self.init_time, self.init_time + timedelta(minutes=30), timedelta(hours=24 * len(self.places[0].days) + BEFORE_FIRST_WINDOW)
        )

    @property
    def first_window(self) -> datetime:
        return self.init_time + timedelta(hours=BEFORE_FIRST_WINDOW)

    @property
    def valid_times(self) -> NDArray[np.datetime64]:
        return np.datetime64(self.init_time.replace(tzinfo=None), "ns") + np.array(self.cycle.lead_hours) * np.timedelta64(1, "h")


def _stations(place: Place) -> tuple[Station, ...]:
    names = [f"{place.en} {part}" for part in ("Centre", "North", "East", *range(4, place.stations + 1))][: place.stations]
    if place.id == "baoding":
        names[1] = "<script>alert('$x$')</script>"
    offsets = ((0.0, 0.0), (0.09, -0.03), (0.01, 0.1), *((0.03 * (n % 5), -0.03 * (n // 5)) for n in range(4, place.stations + 1)))
    return tuple(
        Station(f"{place.id}-{i}", name, place.latitude + offsets[i][0], place.longitude + offsets[i][1]) for i, name in enumerate(names)
    )


def _curve(place: Place, hours: NDArray[np.int64]) -> NDArray[np.float64]:
    """PM2.5 with its daily peaks at the levels of `place`; before the first day it grows towards it."""
    peaks = np.array([PEAKS[level] for level in place.levels])
    shape = np.interp(hours, 24 * np.arange(-2, len(peaks)) + 17, np.concatenate([[40.0, 0.45 * peaks[0]], peaks]))
    return shape * (0.80 + 0.20 * np.cos((hours - 17) / 24 * 2 * np.pi))


def _forecast(scenario: Scenario) -> Forecast:
    return Forecast(scenario.cycle, _grid(scenario), _station_forecast(scenario), ())


def _coordinates(scenario: Scenario) -> dict[str, object]:
    init = np.datetime64(scenario.init_time.replace(tzinfo=None), "ns")
    return {"lead_time": list(scenario.cycle.lead_hours), "init_time": init, "valid_time": ("lead_time", scenario.valid_times)}


def _grid(scenario: Scenario) -> xr.Dataset:
    hours = np.array(scenario.cycle.lead_hours)
    latitude, longitude = np.meshgrid(scenario.latitudes, scenario.longitudes, indexing="ij")
    distances = np.stack([np.hypot(latitude - p.latitude, 0.77 * (longitude - p.longitude)) for p in scenario.places])
    weights = 1 / (distances**2 + 0.15)
    weights /= weights.sum(0)
    pm25 = np.einsum("pt,pyx->tyx", np.stack([np.nan_to_num(_curve(p, hours), nan=60.0) for p in scenario.places]), weights)
    nearest = distances.argmin(0)
    lacking = np.array([p.levels[0] is Level.UNKNOWN for p in scenario.places])[nearest] & (distances.min(0) < 1.3)
    pm25 = np.where(lacking, np.nan, pm25)
    dims = ("lead_time", "latitude", "longitude")
    humidity = np.full(pm25.shape, 70.0)
    data = {"pm25": (dims, pm25), "relative_humidity": (dims, humidity), "visibility": (dims, 6.0e5 / pm25)}
    return xr.Dataset(data, {**_coordinates(scenario), "latitude": scenario.latitudes, "longitude": scenario.longitudes})


def _station_forecast(scenario: Scenario) -> xr.Dataset:
    hours = np.array(scenario.cycle.lead_hours)
    owners = [(place, number) for place in scenario.places for number in range(place.stations)]
    median = np.stack([_curve(place, hours) * (1 + 0.06 * number) for place, number in owners])
    spread = 0.12 + 0.004 * hours
    quantile = median[..., None] * np.exp(spread[:, None] * np.array([-1.65, -0.67, 0.0, 0.67, 1.65]))
    rung = np.where(np.isnan(median), Rung.NOTHING, Rung.CORRECTED).astype(np.int8)
    for row, (place, _) in enumerate(owners):
        if place.id == "tangshan":
            rung[row] = Rung.CLIMATOLOGY
        if place.id == "handan":
            rung[row, 60:] = Rung.WITHOUT_WEATHER
    dims = ("station", "lead_time")
    data = {
        "pm25": (dims, median),
        "pm25_quantile": ((*dims, "quantile"), quantile),
        "relative_humidity": (dims, np.full(median.shape, 70.0)),
        "visibility": (dims, 6.0e5 / median),
        "rung": (dims, rung),
    }
    ids = [station.id for place in scenario.places for station in _stations(place)]
    return xr.Dataset(data, {**_coordinates(scenario), "station": ids, "quantile": QUANTILES})


def _observations(scenario: Scenario) -> xr.Dataset:
    random = np.random.default_rng(7)
    hours = np.arange(-71, 1)
    series = []
    for place in scenario.places:
        for number in range(place.stations):
            values = _curve(place, hours) * (1 + 0.06 * number) * np.exp(0.12 * random.standard_normal(len(hours)))
            series.append(np.where(random.random(len(hours)) < 0.08, np.nan, values))
    ids = [station.id for place in scenario.places for station in _stations(place)]
    time = np.datetime64(scenario.init_time.replace(tzinfo=None), "ns") + hours * np.timedelta64(1, "h")
    return xr.Dataset({"pm25": (("time", "station"), np.stack(series).T)}, {"time": time, "station": ids})


def _window(place: Place, day: int, scenario: Scenario, forecast: Forecast) -> WindowAssessment:
    level = place.levels[day]
    start = scenario.first_window + timedelta(days=day)
    inside = slice(24 * day + BEFORE_FIRST_WINDOW, 24 * day + 24 + BEFORE_FIRST_WINDOW)
    quantile = forecast.stations["pm25_quantile"].sel(station=_stations(place)[0].id).values[inside]
    known = level is not Level.UNKNOWN
    hour = int(np.argmax(quantile[:, 2])) if known else 0
    low, middle, high = (float(quantile[hour, i]) for i in (0, 2, 4))
    worst = _stations(place)[1] if place.stations > 1 and level in WARNED[:2] else None
    return WindowAssessment(
        area_id=place.id,
        valid_from=start,
        valid_until=start + timedelta(days=1),
        level=level,
        condition=CONDITIONS[level],
        chances=tuple(LevelChance(w, CHANCES[level][i] if known else None) for i, w in enumerate(WARNED)),
        peak_pm25=middle if known else None,
        peak_pm25_low=low if known else None,
        peak_pm25_high=high if known else None,
        peak_time=start + timedelta(hours=hour + 1) if known else None,
        lowest_visibility=6.0e5 / middle if known else None,
        worst_station_id=worst.id if worst else None,
        worst_station_level=Level(level + 1) if worst and place.id in ("beijing", "tianjin") else level,
        hours=24,
        hours_known=24 if known else 5,
        values=24 * place.stations if known else 5 * place.stations,
    )


def _messages(scenario: Scenario, windows: tuple[WindowAssessment, ...]) -> tuple[HazeWarning, ...]:
    actions = {"beijing": Action.UPGRADE, "baoding": Action.UPGRADE, "shijiazhuang": Action.UPGRADE, "handan": Action.CONTINUE}
    messages = []
    for window in windows:
        if window.valid_from == scenario.first_window and window.level > Level.NONE:
            action = actions.get(window.area_id, Action.ISSUE)
            messages.append(_message(scenario, window, action, window.level))
        if window.valid_from == scenario.first_window and window.area_id == "chengde":
            messages.append(_message(scenario, window, Action.LIFT, Level.NONE))
    return tuple(messages)


def _before(scenario: Scenario, messages: tuple[HazeWarning, ...]) -> tuple[HazeWarning, ...]:
    """The warnings of the day before that `messages` replace: of the same level, or one lower where it goes up."""
    day = timedelta(days=1)
    return tuple(
        replace(
            message,
            id=message.replaces[0],
            action=Action.ISSUE,
            level=Level(message.level - 1) if message.action is Action.UPGRADE else max(message.level, Level.YELLOW),
            valid_from=message.valid_from - day,
            issued_at=scenario.cycle.as_of - day,
            replaces=(),
        )
        for message in messages
        if message.replaces
    )


def _message(scenario: Scenario, window: WindowAssessment, action: Action, level: Level) -> HazeWarning:
    return HazeWarning(
        id=f"{scenario.cycle.key}-{window.area_id}",
        area_id=window.area_id,
        edition="cma-haze-2013",
        action=action,
        level=level,
        valid_from=window.valid_from,
        valid_until=window.valid_until,
        issued_at=scenario.cycle.as_of,
        cycle_key=scenario.cycle.key,
        condition=window.condition,
        probability=None if action is Action.LIFT else 0.7,
        replaces=() if action is Action.ISSUE else (f"before-{window.area_id}",),
    )


STATUSES = {
    Action.ISSUE: Status.ISSUED,
    Action.CONTINUE: Status.CONTINUED,
    Action.UPGRADE: Status.UPGRADED,
    Action.DOWNGRADE: Status.DOWNGRADED,
    Action.LIFT: Status.LIFTED,
}


def _status(message: HazeWarning) -> AreaStatus:
    """Since the day before for what goes on, in the south on the ground that input lacks."""
    before, now = message.issued_at - timedelta(days=1), message.issued_at
    since, level_since = {
        Action.ISSUE: (now, now),
        Action.CONTINUE: (before, before),
        Action.UPGRADE: (before, now),
        Action.DOWNGRADE: (before, now),
        Action.LIFT: (None, None),
    }[message.action]
    ground = Ground.LACKING if message.action is Action.CONTINUE else Ground.FORECAST
    return AreaStatus(message.area_id, message.edition, STATUSES[message.action], ground, message.level, since, level_since)


def _levels(pm25: xr.DataArray) -> xr.DataArray:
    values = np.select(
        [pm25.isnull(), pm25 > 400, pm25 > 230, pm25 > 150], [Level.UNKNOWN, Level.RED, Level.ORANGE, Level.YELLOW], Level.NONE
    )
    return pm25.copy(data=values.astype(np.int8))


def day_before(facts: BulletinFacts) -> PreviousBulletin:
    """A bulletin of the day before that knew less: one level lower at the worst, and a first window that came out a little higher."""
    day, moved = timedelta(days=1), []
    first = min(window.valid_from for window in facts.assessment.windows)
    for window in facts.assessment.windows:
        if window.valid_from == first:
            lower = Level.ORANGE if window.level is Level.RED else window.level
            moved.append(replace(window, level=lower))
            part = 1.0 if window.area_id == "tianjin" else 0.6
            peaks = {name: p and part * p for name in ("peak_pm25", "peak_pm25_low", "peak_pm25_high") for p in [getattr(window, name)]}
            moved.append(replace(window, valid_from=first - day, valid_until=window.valid_until - day, **peaks))
    return PreviousBulletin("20300112T22Z", facts.cycle.init_time - day, tuple(moved))


def _reason(window: WindowAssessment, status: AreaStatus | None) -> Why:
    """Beijing, and without a warning Zhangjiakou, have all that can be told; others less, and nothing where the level is unknown."""
    in_force = status.level if status else Level.NONE
    present, peak = max(window.level, in_force), window.peak_pm25
    if peak is None:
        return Why(window.area_id, window.valid_from, window.valid_until, None, None)
    chances = {c.level: c.probability for c in window.chances}
    up, down = (next((w for w in WARNED if w > present), None), present if present > Level.NONE else None)
    clear = 6.0e5 / peak
    margins = [
        None
        if level is None
        else Margin(level, bar, (chances[level] or 0.0) - bar, factor, peak * (factor - 1.0), clear * (1.0 / factor - 1.0))
        for level, bar, factor in ((up, 0.5, 1.22), (down, 0.35, 0.91))
    ]
    why = Why(window.area_id, window.valid_from, window.valid_until, *margins)
    if window.area_id == "tianjin":
        return replace(why, likeness=Likeness(7, 20, ()), change=_change(window, None))
    if window.area_id not in ("beijing", "zhangjiakou"):
        return why
    start, end, sha256 = datetime(2029, 11, 1, tzinfo=UTC), datetime(2029, 12, 31, tzinfo=UTC), "ab" * 32
    if window.area_id == "zhangjiakou":
        quiet = WarningSkill(Level.YELLOW, 13, 24, 610, 150, 205, start, end, sha256, 5035)
        return replace(why, skill=quiet, likeness=Likeness(58, 20, _episodes(window, 58.0, (61.0, 96.0, 44.0))))
    skill = WarningSkill(Level.ORANGE, 13, 24, 310, 120, 95, start, end, sha256, 5475)
    return replace(
        why,
        change=_change(window, Driver.OBSERVATIONS),
        skill=skill,
        likeness=Likeness(61, 20, _episodes(window, 262.0, (301.0, 188.0, 96.0))),
    )


def _change(window: WindowAssessment, driver: Driver | None) -> Change:
    parts = (DriverPart(Driver.OBSERVATIONS, 31.4), DriverPart(Driver.WEATHER, -4.2), DriverPart(Driver.BASE, None))
    chance, peak = window.chances[1].probability, window.peak_pm25 or 0.0
    then = None if driver is None else 0.21
    return Change("20300113T10Z", Level.ORANGE, Level.YELLOW, chance, then, window.peak_time, peak, peak - 29.0, parts, driver)


def _episodes(window: WindowAssessment, expected: float, peaks: tuple[float, ...]) -> tuple[PastEpisode, ...]:
    day = timedelta(days=1)
    begins = [window.valid_from - days * day for days in (24, 37, 52)]
    situations = [
        Situation(f"{b:%Y%m%dT%HZ}", window.area_id, b, b + day, window.level, min(level, window.level), expected, 0.4, 1.9, 71.0, 310.0)
        for b, level in zip(begins, (Level.ORANGE, Level.YELLOW, Level.NONE), strict=True)
    ]
    return tuple(
        PastEpisode(one, Came(one.cycle_key, window.area_id, came, 24), 0.3 * (i + 1))
        for i, (one, came) in enumerate(zip(situations, peaks, strict=True))
    )


def facts_of(scenario: Scenario) -> BulletinFacts:
    """The facts of a scenario."""
    forecast = _forecast(scenario)
    days = range(len(scenario.places[0].days))
    windows = tuple(_window(place, day, scenario, forecast) for place in scenario.places for day in days)
    messages = _messages(scenario, windows)
    in_force = tuple(message for message in messages if message.action is not Action.LIFT)
    statuses = {message.area_id: _status(message) for message in messages}
    levels = (_levels(forecast.grid["pm25"]), _levels(forecast.stations["pm25"]))
    files = ("weather.nc", "stations-2030-01.csv")
    return BulletinFacts(
        titles=(PlaceName("en", scenario.title), *scenario.other_titles),
        issued_at=scenario.cycle.as_of,
        time_zone=scenario.time_zone,
        cycle=scenario.cycle,
        edition="cma-haze-2013",
        software_version="1.2.3",
        settings_sha256=hashlib.sha256(b"settings").hexdigest(),
        areas=tuple(Area(p.id, p.names, tuple(s.id for s in _stations(p)), scenario.time_zone, p.region) for p in scenario.places),
        stations=tuple(station for place in scenario.places for station in _stations(place)),
        assessment=Assessment(
            scenario.cycle,
            "cma-haze-2013",
            *levels,
            windows,
            messages,
            in_force,
            statuses=tuple(statuses.values()),
            standard=told_by(load_edition("cma-haze-2013")),
            reasons=tuple(_reason(w, statuses.get(w.area_id)) for w in windows if w.valid_from == scenario.first_window),
        ),
        forecast=forecast,
        observations=_observations(scenario),
        inputs=tuple(
            InputFile(Path("/data") / name, hashlib.sha256(name.encode()).hexdigest(), 1_234_567, role)
            for name, role in zip(files, ("meteorology", "observations"), strict=True)
        ),
        notes=scenario.notes,
        exercise=False,
        in_force_before=_before(scenario, messages),
        sender="haze@example.org",
    )


def episode_facts() -> BulletinFacts:
    """A haze episode over 8° by 8°: areas of every level and one that cannot be judged."""
    notes = (
        Note(NoteCode.WEATHER_HOURS_FILLED, 3),
        Note(NoteCode.PERFECT_PROGNOSIS),
        Note(NoteCode.STATIONS_SILENT, 1, "Taiyuan Centre"),
        Note(NoteCode.VARIABLE_LACKING, 1, "mixing_height"),
        Note(NoteCode.MIXING_HEIGHT_DIAGNOSED),
    )
    init = datetime(2030, 1, 13, 22, tzinfo=UTC)
    latitudes, longitudes = np.arange(34, 42.1, 0.25), np.arange(112.25, 120.3, 0.25)
    scenario = Scenario("PM2.5 over North China", "Asia/Shanghai", init, NORTH_CHINA, latitudes, longitudes, notes, IN_NORTH_CHINA)
    own = dict.fromkeys(("baoding", "langfang", "zhangjiakou", "handan", "cangzhou"), "hebei") | {"jinan": "shandong"}
    sources = attribution_of(NORTH_CHINA, SOURCE_REGIONS, scenario.valid_times, own, unknown=("handan",))
    facts = facts_of(scenario)
    return replace(facts, attribution=sources, previous=day_before(facts))


def calm_facts() -> BulletinFacts:
    """Clean air over 0.5° by 0.5°, with the clocks going forward on the second day."""
    init = datetime(2030, 3, 30, 6, tzinfo=UTC)
    latitudes, longitudes = np.arange(51.3, 51.71, 0.1), np.arange(-0.4, 0.11, 0.1)
    scenario = Scenario("London air", "Europe/London", init, LONDON, latitudes, longitudes, (), OF_LONDON)
    sources = attribution_of(LONDON, LONDON, scenario.valid_times, edges=1.1)
    return replace(facts_of(scenario), attribution=sources)


def blind_facts() -> BulletinFacts:
    """An exercise in which nothing can be judged."""
    places = tuple(replace(place, days="????") for place in NORTH_CHINA[:4])
    init = datetime(2030, 1, 13, 22, tzinfo=UTC)
    notes = (Note(NoteCode.WEATHER_HOURS_LACKING, 96), Note(NoteCode.VISIBILITY_UNKNOWN))
    latitudes, longitudes = np.arange(37.5, 40.6, 0.25), np.arange(114, 118.1, 0.25)
    scenario = Scenario("PM2.5 over North China", "Asia/Shanghai", init, places, latitudes, longitudes, notes, IN_NORTH_CHINA)
    return replace(facts_of(scenario), exercise=True)
