"""The door of the room: a forecast held against an edition of the warning standards and the warnings in force."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hazecast.config import WarningSettings
from hazecast.errors import SettingsError
from hazecast.records import Area, Assessment, Cycle, Forecast, HazeWarning, Level, TerritoryForecast, WindowAssessment
from hazecast.warnings.areas import Judgement, judge
from hazecast.warnings.chances import Array, ascending
from hazecast.warnings.edition import Edition, load_edition
from hazecast.warnings.ground import ground_of
from hazecast.warnings.hourly_edition import HourlyEdition
from hazecast.warnings.life import Outlook, Turn, in_force_after, standing_warnings, take_turn
from hazecast.warnings.on_days import OnDays
from hazecast.warnings.on_hours import OnHours
from hazecast.warnings.rule import Rule, rule_of
from hazecast.warnings.states import Ahead
from hazecast.warnings.stations import AreaStations
from hazecast.warnings.telling import facts_of
from hazecast.warnings.usable import usable
from hazecast.warnings.values import GRID_DIMS, QUANTILE_DIMS, STATION_DIMS, values_of
from hazecast.warnings.windows import Window, validity_windows

NOWHERE = ""  # a station that no forecast has


def assess(
    forecast: Forecast,
    areas: tuple[Area, ...],
    settings: WarningSettings,
    known: tuple[HazeWarning, ...],
    observed: xr.Dataset | None = None,
    territories: Sequence[TerritoryForecast] = (),
) -> Assessment:
    """Levels on the grid and at stations, what each area can expect in each validity window, and the messages to send.

    `known` are the warnings before this cycle: those in force, and of the earlier ones as many as there are. Those that the cycle made
    itself are passed over, so that a rerun gives the same. `observed` has pm25 (time, station) of the hours so far, for editions that
    decide on days. `territories` are what is forecast on the ground of areas that have one; see `hazecast.warnings.ground`. A variable
    that the forecast lacks counts as unknown everywhere. Raises SettingsError for an edition that is not known, window hours out of
    range, or two areas with one id.
    """
    _require_distinct(areas)
    edition = load_edition(settings.edition)
    cycle, rule = forecast.cycle, rule_of(settings, edition)
    general = held_against(edition, cycle, areas[0].time_zone if areas else "UTC", settings, observed)
    station_level = _levels(edition, forecast.stations, STATION_DIMS, general.at_stations(forecast))
    windows: list[WindowAssessment] = []
    turns: list[Turn] = []
    for area in areas:
        own = held_against(edition, cycle, area.time_zone, settings, observed)
        stations = _area_stations(area, forecast, station_level, own)
        ground = ground_of(area, territories, own)
        judgements, before = _judge_area(area, ground or stations, stations, cycle, settings, rule)
        windows += [j.assessment for j in judgements]
        ahead = Ahead(judgements[0].assessment.level, judgements[0].kept, judgements[0].keepable, before)
        turns.append(take_turn(Outlook(judgements[0].assessment, ahead), known, cycle, edition.name, rule.hold, rule.merge))
    messages = tuple(turn.message for turn in turns if turn.message)
    return Assessment(
        cycle=cycle,
        edition=edition.name,
        grid_level=_levels(edition, forecast.grid, GRID_DIMS, general.of_grid(forecast)),
        station_level=station_level,
        windows=tuple(windows),
        messages=messages,
        in_force=in_force_after(standing_warnings(known, cycle), messages),
        station_probability=_probability(edition, forecast.stations, general.chances_at_stations(forecast)),
        statuses=tuple(turn.status for turn in turns),
        standard=facts_of(edition),
    )


def held_against(
    edition: Edition, cycle: Cycle, time_zone: str, settings: WarningSettings, observed: xr.Dataset | None
) -> OnHours | OnDays:
    """The edition for one cycle and the zone that its days begin in; `observed` as for `assess`."""
    if isinstance(edition, HourlyEdition):
        return OnHours(edition)
    first = validity_windows(cycle, time_zone, settings.window_start_hours)[0].valid_from
    return OnDays(edition, cycle, first, ZoneInfo(time_zone), observed)


def _judge_area(
    area: Area, judged: AreaStations, stations: AreaStations, cycle: Cycle, settings: WarningSettings, rule: Rule
) -> tuple[list[Judgement], Level | None]:
    """One area in each of its windows, and its level in the hours ahead of the first, None if there are none."""
    windows = validity_windows(cycle, area.time_zone, settings.window_start_hours)
    judgements = [judge(area.id, judged, w, cycle, rule, stations) for w in windows]
    ahead = _ahead_of(windows[0], cycle)
    return judgements, judge(area.id, judged, ahead, cycle, rule, stations).assessment.level if ahead else None


def _ahead_of(window: Window, cycle: Cycle) -> Window | None:
    if window.hours(cycle).start == 0:
        return None
    return Window(cycle.init_time, window.valid_from)


def _area_stations(area: Area, forecast: Forecast, station_level: xr.DataArray, against: OnHours | OnDays) -> AreaStations:
    """The area's stations; one that the forecast does not have is unknown throughout, and so is an area without any."""
    ids = list(dict.fromkeys(area.station_ids)) or [NOWHERE]
    own = forecast.stations.reindex(station=ids)
    return AreaStations(
        ids=tuple(ids),
        level=station_level.reindex(station=ids, fill_value=np.int8(Level.UNKNOWN)).values,
        visibility=usable(values_of(own, "visibility", STATION_DIMS)),
        pm25_quantile=ascending(values_of(own, "pm25_quantile", QUANTILE_DIMS)),
        quantiles=own["quantile"].values.astype(np.float64),
        judged=against.of_area(ids, forecast),
    )


def _probability(edition: Edition, stations: xr.Dataset, chances: Array) -> xr.DataArray:
    """(station, lead_time, warning_level): the chance of the level or a higher one in the hour, NaN where it is not known."""
    return xr.DataArray(
        np.moveaxis(chances, 0, -1).astype(np.float32),
        dims=(*STATION_DIMS, "warning_level"),
        coords={
            **{name: c for name, c in stations.coords.items() if set(c.dims) <= set(STATION_DIMS)},
            "warning_level": ("warning_level", np.array([row.level for row in edition.levels], dtype=np.int8), _flags()),
        },
        name="level_probability",
        attrs={"long_name": f"Probability of the level or a higher one by {edition.name}", "units": "1"},
    )


def _levels(edition: Edition, data: xr.Dataset, dims: Sequence[str], values: NDArray[np.int8]) -> xr.DataArray:
    return xr.DataArray(
        values,
        dims=dims,
        coords={name: c for name, c in data.coords.items() if set(c.dims) <= set(dims)},
        name="level",
        attrs={"long_name": f"Warning level by {edition.name}", "units": "1", **_flags()},
    )


def _flags() -> dict[str, object]:
    return {"flag_values": np.array(list(Level), dtype=np.int8), "flag_meanings": " ".join(level.name.lower() for level in Level)}


def _require_distinct(areas: tuple[Area, ...]) -> None:
    ids = [a.id for a in areas]
    if len(set(ids)) < len(ids):
        raise SettingsError(f"Two areas have one id: {sorted({i for i in ids if ids.count(i) > 1})}.", "Give each area its own.")
