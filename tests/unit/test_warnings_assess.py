from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from hazecast.config import WarningSettings
from hazecast.errors import SettingsError
from hazecast.records import Action, Area, Cycle, Forecast, Ground, Level, PlaceName, Status
from hazecast.warnings.assess import assess
from hazecast.warnings.edition import load_edition
from hazecast.warnings.rule import rule_of

INIT = datetime(2026, 1, 10, tzinfo=UTC)
QUANTILES = np.array([0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98])
SPREAD = np.array([0.5, 0.6, 0.7, 0.85, 1.0, 1.15, 1.3, 1.4, 1.5])
STATIONS = ("a", "b", "c", "d")
CITY = Area("city", (PlaceName("en", "City"),), ("a", "b"), "Asia/Shanghai")
TOWN = Area("town", (PlaceName("en", "Town"),), ("c", "d"), "Asia/Shanghai")
RULE = WarningSettings()
APART = WarningSettings(merge_hours=0)


def forecast(pm25: float | np.ndarray, hour: int = 0, hours: int = 48, stations: tuple[str, ...] = STATIONS) -> Forecast:
    """Stations (and a grid of two by three cells) with this PM2.5, at 90 % humidity and a visibility of 600 km µg m-3 over it."""
    cycle = Cycle(INIT + timedelta(hours=hour), INIT + timedelta(hours=hour), timedelta(hours=hours))
    median = np.broadcast_to(np.asarray(pm25, dtype=float), (len(stations), hours))
    quantile = median[..., None] * SPREAD
    start = np.datetime64(cycle.init_time.replace(tzinfo=None), "ns")
    leads = np.arange(1, hours + 1)
    axis = {"lead_time": leads, "init_time": start, "valid_time": ("lead_time", start + leads * np.timedelta64(1, "h"))}
    data = xr.Dataset(
        {
            "pm25": (("station", "lead_time"), median),
            "visibility": (("station", "lead_time"), 6e5 / median),
            "relative_humidity": (("station", "lead_time"), np.full_like(median, 90.0)),
            "rung": (("station", "lead_time"), np.zeros(median.shape, dtype=np.int8)),
            "pm25_quantile": (("station", "lead_time", "quantile"), quantile),
            "visibility_quantile": (("station", "lead_time", "quantile"), 6e5 / quantile),
        },
        coords={"station": list(stations), "quantile": QUANTILES, **axis},
    )
    dims = ("lead_time", "latitude", "longitude")
    cells = np.full((hours, 2, 3), float(np.nanmax(median)) if np.isfinite(median).any() else np.nan)
    grid = xr.Dataset(
        {"pm25": (dims, cells), "visibility": (dims, 6e5 / cells), "relative_humidity": (dims, np.full_like(cells, 90.0))},
        coords={"latitude": [39.0, 40.0], "longitude": [115.0, 116.0, 117.0], **axis},
    )
    return Forecast(cycle, grid, data, ())


def test_every_area_is_assessed_in_every_window_in_order() -> None:
    found = assess(forecast(400.0), (TOWN, CITY), RULE, ())
    assert [(w.area_id, w.valid_from.day, w.level) for w in found.windows] == [
        ("town", 10, Level.ORANGE),
        ("town", 11, Level.ORANGE),
        ("city", 10, Level.ORANGE),
        ("city", 11, Level.ORANGE),
    ]
    assert [(m.area_id, m.action) for m in found.messages] == [("town", Action.ISSUE), ("city", Action.ISSUE)]
    assert {w.id for w in found.in_force} == {m.id for m in found.messages}


def test_levels_come_with_the_coordinates_and_flags_of_cf() -> None:
    found = assess(forecast(400.0), (CITY,), RULE, ())
    assert found.grid_level.dims == ("lead_time", "latitude", "longitude")
    assert found.station_level.dims == ("station", "lead_time")
    for level in (found.grid_level, found.station_level):
        assert level.dtype == np.int8
        assert (level == Level.ORANGE).all()
        assert {"init_time", "valid_time", "lead_time"} <= set(level.coords)
        assert level.attrs["flag_values"].tolist() == [-1, 0, 1, 2, 3, 4]
        assert level.attrs["flag_meanings"] == "unknown none blue yellow orange red"
    assert "quantile" not in found.station_level.coords


def test_dimensions_may_come_in_any_order() -> None:
    made = forecast(np.array([[400.0], [400.0], [40.0], [40.0]]))
    turned = Forecast(made.cycle, made.grid.transpose(), made.stations.transpose(), ())
    assert assess(turned, (CITY, TOWN), RULE, ()).windows == assess(made, (CITY, TOWN), RULE, ()).windows


def test_only_the_first_window_sends_and_later_ones_are_outlook() -> None:
    haze_tomorrow = np.where(np.arange(48) < 24, 40.0, 400.0)
    found = assess(forecast(haze_tomorrow), (CITY,), RULE, ())
    assert [w.level for w in found.windows] == [Level.NONE, Level.ORANGE]
    assert found.messages == ()
    assert found.in_force == ()


def test_a_warning_lives_from_cycle_to_cycle() -> None:
    issued = assess(forecast(200.0), (CITY,), RULE, ())
    raised = assess(forecast(400.0, hour=12), (CITY,), RULE, issued.in_force)
    kept = assess(forecast(np.nan, hour=13), (CITY,), RULE, raised.in_force)
    lifted = assess(forecast(40.0, hour=24), (CITY,), RULE, kept.in_force)
    assert [m.action for a in (issued, raised, kept, lifted) for m in a.messages] == [Action.ISSUE, Action.UPGRADE, Action.LIFT]
    assert raised.messages[0].replaces == (issued.messages[0].id,)
    assert kept.windows[0].level is Level.UNKNOWN
    assert kept.in_force == raised.in_force
    assert lifted.messages[0].replaces == (raised.messages[0].id,)
    assert lifted.in_force == ()


def test_a_warning_that_has_just_ended_goes_on_and_one_of_long_ago_is_issued_anew() -> None:
    issued = assess(forecast(200.0), (CITY,), RULE, ())
    next_day = assess(forecast(200.0, hour=24), (CITY,), RULE, issued.in_force)
    assert [(m.action, m.replaces) for m in next_day.messages] == [(Action.CONTINUE, (issued.messages[0].id,))]
    assert [(s.status, s.level, s.since) for s in next_day.statuses] == [(Status.CONTINUED, Level.YELLOW, INIT)]
    for apart in (
        assess(forecast(200.0, hour=48), (CITY,), RULE, issued.in_force),
        assess(forecast(200.0, hour=24), (CITY,), APART, issued.in_force),
    ):
        assert [(m.action, m.replaces) for m in apart.messages] == [(Action.ISSUE, ())]


def test_running_a_cycle_again_gives_the_same_messages() -> None:
    before = assess(forecast(200.0), (CITY, TOWN), RULE, ()).in_force
    once = assess(forecast(400.0, hour=12), (CITY, TOWN), RULE, before)
    again = assess(forecast(400.0, hour=12), (CITY, TOWN), RULE, before)
    with_its_own = assess(forecast(400.0, hour=12), (CITY, TOWN), RULE, (*before, *once.messages))
    assert once.messages == again.messages == with_its_own.messages
    assert once.in_force == again.in_force == with_its_own.in_force


def test_hazy_hours_ahead_of_the_first_window_keep_a_warning_from_being_lifted() -> None:
    issued = assess(forecast(400.0), (CITY,), RULE, ())
    clearing = np.where(np.arange(47) < 5, 400.0, 40.0)
    later = assess(forecast(clearing, hour=6, hours=47), (CITY,), RULE, issued.in_force)
    assert later.windows[0].level is Level.NONE
    assert later.messages == ()
    assert later.in_force == issued.in_force
    clean = assess(forecast(40.0, hour=6), (CITY,), RULE, issued.in_force)
    assert [m.action for m in clean.messages] == [Action.LIFT]


@pytest.mark.parametrize("lacking", ["pm25_quantile", "visibility_quantile"])
def test_quantiles_that_are_not_there_make_windows_unknown_and_never_clean(lacking: str) -> None:
    made = forecast(130.0)
    found = assess(Forecast(made.cycle, made.grid, made.stations.assign({lacking: made.stations[lacking] * np.nan}), ()), (CITY,), RULE, ())
    assert {w.level for w in found.windows} == {Level.UNKNOWN}
    assert assess(Forecast(made.cycle, made.grid, made.stations.drop_vars(lacking), ()), (CITY,), RULE, ()).windows == found.windows


@pytest.mark.parametrize("lacking", ["pm25", "visibility"])
def test_a_variable_that_is_not_there_makes_levels_unknown_and_never_clean(lacking: str) -> None:
    made = forecast(130.0)
    found = assess(Forecast(made.cycle, made.grid.drop_vars(lacking), made.stations.drop_vars(lacking), ()), (CITY,), RULE, ())
    assert (found.grid_level == Level.UNKNOWN).all()
    assert (found.station_level == Level.UNKNOWN).all()


def test_a_station_that_the_forecast_does_not_have_is_unknown() -> None:
    found = assess(forecast(40.0, stations=("a", "c", "d")), (CITY, TOWN), RULE, ())
    assert [(w.level, w.worst_station_level) for w in found.windows if w.area_id == "city"] == [(Level.UNKNOWN, Level.UNKNOWN)] * 2
    assert [w.level for w in found.windows if w.area_id == "town"] == [Level.NONE, Level.NONE]


def test_a_station_named_twice_counts_once() -> None:
    twice = Area("city", CITY.names, ("a", "a", "b"), "Asia/Shanghai")
    made = forecast(np.array([[400.0], [40.0], [40.0], [40.0]]))
    both = WarningSettings(area_share=0.6)
    assert assess(made, (twice,), both, ()).windows == assess(made, (CITY,), both, ()).windows


def with_draws(made: Forecast, draws: np.ndarray) -> Forecast:
    """The forecast with these draws of PM2.5 (draw, station, hour)."""
    dims = ("draw", "station", "lead_time")
    axes = {"station": made.stations["station"].values, "lead_time": made.stations["lead_time"].values}
    return replace(made, draws=xr.Dataset({"pm25": (dims, draws), "visibility": (dims, 6e5 / draws)}, axes))


def test_draws_decide_where_there_are_any() -> None:
    """Each hour alone is orange with a chance of a half; only in draws of the town's do the hours hang together."""
    made = forecast(250.0)
    draws = np.full((4, 4, 48), 240.0)
    draws[:2, 2:] = 260.0
    draws[:2, :2, ::2], draws[2:, :2, 1::2] = 260.0, 260.0
    found = assess(with_draws(made, draws), (CITY, TOWN), RULE, ())
    assert [(w.area_id, w.level) for w in found.windows] == [
        ("city", Level.YELLOW),
        ("city", Level.YELLOW),
        ("town", Level.ORANGE),
        ("town", Level.ORANGE),
    ]
    assert [c.probability for c in found.windows[2].chances] == [1.0, 0.5, 0.0]


def test_dimensions_of_draws_may_come_in_any_order_and_a_station_without_any_is_unknown() -> None:
    made = forecast(250.0)
    drawn = with_draws(made, np.full((4, 4, 48), 260.0))
    assert drawn.draws is not None
    turned = replace(drawn, draws=drawn.draws.transpose())
    assert assess(turned, (CITY,), RULE, ()).windows == assess(drawn, (CITY,), RULE, ()).windows
    without = replace(drawn, draws=drawn.draws.sel(station=["c", "d"]))
    assert {w.level for w in assess(without, (CITY,), RULE, ()).windows} == {Level.UNKNOWN}
    assert {w.level for w in assess(without, (TOWN,), RULE, ()).windows} == {Level.ORANGE}


def test_every_hour_at_a_station_has_the_chance_of_each_level() -> None:
    told = assess(forecast(250.0), (CITY,), RULE, ()).station_probability
    assert told is not None
    assert told.dims == ("station", "lead_time", "warning_level")
    assert told["warning_level"].values.tolist() == [Level.YELLOW, Level.ORANGE, Level.RED]
    assert told["warning_level"].attrs["flag_meanings"] == "unknown none blue yellow orange red"
    assert {"valid_time", "init_time"} <= set(told.coords)
    np.testing.assert_allclose(told.isel(station=0, lead_time=0), [0.95, 0.5, 0.0008], atol=1e-4)
    unknown = assess(forecast(np.nan), (CITY,), RULE, ()).station_probability
    assert unknown is not None
    assert unknown.isnull().all()


def test_the_error_of_visibility_alone_spreads_chances() -> None:
    """At 4700 m the view decides: by what the forecast says it is short enough for yellow, and with its own error it may not be."""
    made = forecast(200.0)
    seen = made.stations.assign(visibility_quantile=0.0 * made.stations["visibility_quantile"] + 4700.0)
    sure = assess(replace(made, stations=seen), (CITY,), RULE, ()).windows[0].chances[0].probability
    unsure = assess(replace(made, stations=seen.assign(visibility_log_error=0.3)), (CITY,), RULE, ()).windows[0].chances[0].probability
    assert sure is not None
    assert unsure is not None
    assert unsure < sure - 0.2


def test_two_areas_with_one_id_are_refused() -> None:
    with pytest.raises(SettingsError, match="'city'"):
        assess(forecast(40.0), (CITY, CITY), RULE, ())


def test_an_unknown_edition_is_refused() -> None:
    with pytest.raises(SettingsError, match="cma-haze-2013"):
        assess(forecast(40.0), (CITY,), WarningSettings(edition="nowhere"), ())


def test_another_edition_is_another_warning() -> None:
    issued = assess(forecast(400.0), (CITY,), RULE, ())
    older = assess(forecast(400.0, hour=12), (CITY,), WarningSettings(edition="cma-haze-2007"), issued.in_force)
    assert [(m.action, m.edition, m.level) for m in older.messages] == [(Action.ISSUE, "cma-haze-2007", Level.ORANGE)]
    assert {w.edition for w in older.in_force} == {"cma-haze-2007", "cma-haze-2013"}


def test_the_forecast_is_left_as_it_was() -> None:
    made = forecast(400.0)
    before = made.stations.copy(deep=True), made.grid.copy(deep=True)
    assess(made, (CITY, TOWN), RULE, ())
    xr.testing.assert_identical(made.stations, before[0])
    xr.testing.assert_identical(made.grid, before[1])


def test_hysteresis_keeps_a_level_in_force_and_raises_none() -> None:
    """At 140 µg/m³ in humid air at more than 3 km, 150 is passed with a chance of a little over a third."""
    issued = assess(forecast(200.0), (CITY,), RULE, ())
    lower = assess(forecast(140.0, hour=12), (CITY,), RULE, issued.in_force)
    chance = lower.windows[0].chances[0].probability
    assert chance is not None
    assert 0.35 < chance < 0.5
    assert [(m.action, m.level) for m in lower.messages] == [(Action.CONTINUE, Level.YELLOW)]
    assert [(s.status, s.ground) for s in lower.statuses] == [(Status.CONTINUED, Ground.KEPT)]
    assert assess(forecast(140.0, hour=12), (CITY,), RULE, ()).messages == ()
    at_once = WarningSettings(clear_probability=0.5)
    assert [m.action for m in assess(forecast(140.0, hour=12), (CITY,), at_once, issued.in_force).messages] == [Action.LIFT]


def test_the_cost_ratio_says_where_a_level_is_raised() -> None:
    careful = WarningSettings(cost_ratio="1:8")
    assert [m.level for m in assess(forecast(140.0), (CITY,), careful, ()).messages] == [Level.YELLOW]
    assert assess(forecast(140.0), (CITY,), WarningSettings(cost_ratio="3:1"), ()).messages == ()
    rule = rule_of(careful, load_edition("cma-haze-2013"))
    assert (rule.raise_probability, rule.clear_probability) == pytest.approx((1 / 9, 0.7 / 9))
    for wrong in (
        {"cost_ratio": "1:8", "raise_probability": 0.4},
        {"cost_ratio": "0:8"},
        {"raise_probability": 0.2, "clear_probability": 0.3},
    ):
        with pytest.raises(ValidationError):
            WarningSettings(**wrong)
    with pytest.raises(SettingsError, match=r"cleared at 0\.6"):
        rule_of(WarningSettings(clear_probability=0.6), load_edition("cma-haze-2013"))
