"""The door of the room: a forecast held against an edition of the warning standards and the warnings in force."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from hazecast.config import WarningSettings
from hazecast.errors import SettingsError
from hazecast.records import Area, Assessment, Cycle, Forecast, HazeWarning, Level, WindowAssessment
from hazecast.warnings.areas import AreaStations, Judgement, judge
from hazecast.warnings.chances import Array, Chances, ascending, level_chances
from hazecast.warnings.deciding import levels, usable
from hazecast.warnings.drawn import DrawnLevels, drawn_levels
from hazecast.warnings.edition import Edition, load_edition
from hazecast.warnings.life import Outlook, in_force_after, next_message, of_area, standing_warnings
from hazecast.warnings.windows import Window, validity_windows

GRID_DIMS = ("lead_time", "latitude", "longitude")
STATION_DIMS = ("station", "lead_time")
QUANTILE_DIMS = (*STATION_DIMS, "quantile")
DRAW_DIMS = ("draw", *STATION_DIMS)


def assess(forecast: Forecast, areas: tuple[Area, ...], settings: WarningSettings, in_force: tuple[HazeWarning, ...]) -> Assessment:
    """Levels on the grid and at stations, what each area can expect in each validity window, and the messages to send.

    `in_force` are the warnings before this cycle; those that it made itself are passed over, so that a rerun gives the same.
    A variable that the forecast lacks counts as unknown everywhere. Raises SettingsError for an edition that is not known,
    window hours out of range, or two areas with one id.
    """
    _require_distinct(areas)
    edition = load_edition(settings.edition)
    cycle = forecast.cycle
    standing = standing_warnings(in_force, cycle)
    station_level = _levels(edition, forecast.stations, STATION_DIMS)
    windows: list[WindowAssessment] = []
    messages: list[HazeWarning] = []
    for area in areas:
        judgements, before = _judge_area(area, forecast, station_level, edition, settings)
        windows += [j.assessment for j in judgements]
        outlook = Outlook(judgements[0].assessment, judgements[0].possible, before)
        message = next_message(outlook, of_area(standing, area.id, edition.name), cycle, edition.name)
        messages += [message] if message else []
    return Assessment(
        cycle=cycle,
        edition=edition.name,
        grid_level=_levels(edition, forecast.grid, GRID_DIMS),
        station_level=station_level,
        windows=tuple(windows),
        messages=tuple(messages),
        in_force=in_force_after(standing, tuple(messages)),
        station_probability=_station_probability(edition, forecast.stations),
    )


def _judge_area(
    area: Area, forecast: Forecast, station_level: xr.DataArray, edition: Edition, settings: WarningSettings
) -> tuple[list[Judgement], Level | None]:
    """One area in each of its windows, and its level in the hours ahead of the first, None if there are none."""
    cycle = forecast.cycle
    stations = _area_stations(area, forecast, station_level, edition)
    windows = validity_windows(cycle, area.time_zone, settings.window_start_hours)
    judgements = [judge(area.id, stations, edition, w, cycle, settings) for w in windows]
    ahead = _ahead_of(windows[0], cycle)
    return judgements, judge(area.id, stations, edition, ahead, cycle, settings).assessment.level if ahead else None


def _ahead_of(window: Window, cycle: Cycle) -> Window | None:
    if window.hours(cycle).start == 0:
        return None
    return Window(cycle.init_time, window.valid_from)


def _area_stations(area: Area, forecast: Forecast, station_level: xr.DataArray, edition: Edition) -> AreaStations:
    """The area's stations; one that the forecast does not have is unknown throughout."""
    ids = list(dict.fromkeys(area.station_ids))
    own = forecast.stations.reindex(station=ids)
    return AreaStations(
        ids=tuple(ids),
        level=station_level.reindex(station=ids, fill_value=np.int8(Level.UNKNOWN)).values,
        visibility=usable(_values(own, "visibility", STATION_DIMS)),
        pm25_quantile=ascending(_values(own, "pm25_quantile", QUANTILE_DIMS)),
        quantiles=own["quantile"].values.astype(np.float64),
        chances=_chances(edition, own),
        drawn=None if forecast.draws is None else _drawn(edition, forecast.draws.reindex(station=ids), own),
    )


def _chances(edition: Edition, stations: xr.Dataset) -> Chances:
    pm25, visibility = (_values(stations, name, QUANTILE_DIMS) for name in ("pm25_quantile", "visibility_quantile"))
    humidity = _values(stations, "relative_humidity", STATION_DIMS)
    log_error = float(stations["visibility_log_error"]) if "visibility_log_error" in stations else 0.0
    return level_chances(edition, pm25, visibility, humidity, stations["quantile"].values.astype(np.float64), log_error)


def _drawn(edition: Edition, draws: xr.Dataset, stations: xr.Dataset) -> DrawnLevels:
    pm25, visibility = (_values(draws, name, DRAW_DIMS) for name in ("pm25", "visibility"))
    return drawn_levels(edition, pm25, visibility, _values(stations, "relative_humidity", STATION_DIMS))


def _station_probability(edition: Edition, stations: xr.Dataset) -> xr.DataArray:
    """(station, lead_time, warning_level): the chance of the level or a higher one in the hour, NaN where it is not known."""
    chances = _chances(edition, stations)
    known = np.isclose(chances.least, chances.greatest, atol=1e-9)
    return xr.DataArray(
        np.moveaxis(np.where(known, chances.least, np.nan), 0, -1).astype(np.float32),
        dims=(*STATION_DIMS, "warning_level"),
        coords={
            **{name: c for name, c in stations.coords.items() if set(c.dims) <= set(STATION_DIMS)},
            "warning_level": ("warning_level", np.array(chances.levels, dtype=np.int8), _flags()),
        },
        name="level_probability",
        attrs={"long_name": f"Probability of the level or a higher one by {edition.name}", "units": "1"},
    )


def _levels(edition: Edition, data: xr.Dataset, dims: Sequence[str]) -> xr.DataArray:
    pm25, visibility, humidity = (_values(data, name, dims) for name in ("pm25", "visibility", "relative_humidity"))
    return xr.DataArray(
        levels(edition, pm25, visibility, humidity),
        dims=dims,
        coords={name: c for name, c in data.coords.items() if set(c.dims) <= set(dims)},
        name="level",
        attrs={
            "long_name": f"Warning level by {edition.name}",
            "units": "1",
            **_flags(),
        },
    )


def _flags() -> dict[str, object]:
    return {"flag_values": np.array(list(Level), dtype=np.int8), "flag_meanings": " ".join(level.name.lower() for level in Level)}


def _values(data: xr.Dataset, name: str, dims: Sequence[str]) -> Array:
    """A variable along `dims`, NaN throughout if there is none."""
    if name not in data:
        return np.full([data.sizes[d] for d in dims], np.nan)
    return np.asarray(data[name].transpose(*dims).values)


def _require_distinct(areas: tuple[Area, ...]) -> None:
    ids = [a.id for a in areas]
    if len(set(ids)) < len(ids):
        raise SettingsError(f"Two areas have one id: {sorted({i for i in ids if ids.count(i) > 1})}.", "Give each area its own.")
