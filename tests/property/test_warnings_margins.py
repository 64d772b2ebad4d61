"""Margins are true: PM2.5 changed by the margin changes the level, and changed by a little less it does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from hazecast.config import WarningSettings
from hazecast.records import Area, Assessment, Cycle, Forecast, HazeWarning, Level, PlaceName
from hazecast.warnings.assess import assess
from hazecast.warnings.why.explain import Past, explained
from hazecast.warnings.why.margins import FARTHEST, RESOLUTION

INIT = datetime(2026, 1, 10, tzinfo=UTC)
QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
NOTHING_SEEN = xr.Dataset({"pm25": (("time", "station"), np.empty((0, 0)))}, {"time": np.array([], "datetime64[ns]"), "station": []})
A_LITTLE_LESS = np.exp(1.01 * RESOLUTION)
SETTINGS = WarningSettings()
ON_DAYS = ("heavy-pollution-2019", "heavy-pollution-2024", "japan-pm25-advisory")


@st.composite
def forecasts(draw: st.DrawFn, hours: int = 36) -> Forecast:
    seed, stations, drawn = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 3)), draw(st.booleans())
    random, cycle = np.random.default_rng(seed), Cycle(INIT, INIT, timedelta(hours=hours))
    median = np.exp(random.uniform(np.log(20.0), np.log(600.0))) * np.exp(random.normal(0.0, 0.3, (stations, hours)))
    clarity = random.uniform(3e5, 1.5e6, (stations, hours))
    draws = median * np.exp(random.normal(0.0, 0.4, (9, 1, 1)) + random.normal(0.0, 0.1, (9, stations, hours)))
    quantile = median[..., None] * np.exp(np.array([-0.6, -0.25, 0.0, 0.25, 0.6]))
    coords = {
        "station": [str(i) for i in range(stations)],
        "lead_time": list(cycle.lead_hours),
        "quantile": QUANTILES,
        "latitude": [0.0],
        "longitude": [0.0],
    }
    of_station = {
        "pm25": (("station", "lead_time"), median),
        "visibility": (("station", "lead_time"), clarity / median),
        "relative_humidity": (("station", "lead_time"), random.uniform(40.0, 100.0, (stations, hours))),
        "pm25_quantile": (("station", "lead_time", "quantile"), quantile),
        "visibility_quantile": (("station", "lead_time", "quantile"), clarity[..., None] / quantile),
    }
    of_draws = {"pm25": (("draw", "station", "lead_time"), draws), "visibility": (("draw", "station", "lead_time"), clarity / draws)}
    stations_given = xr.Dataset(of_station, {name: coords[name] for name in ("station", "lead_time", "quantile")})
    grid = xr.Dataset({}, {name: coords[name] for name in ("lead_time", "latitude", "longitude")})
    trajectories = xr.Dataset(of_draws, {name: coords[name] for name in ("station", "lead_time")})
    return Forecast(cycle, grid, stations_given, (), draws=trajectories if drawn else None)


def scaled(forecast: Forecast, factor: float) -> Forecast:
    def changed(data: xr.Dataset) -> xr.Dataset:
        pm25 = {name: data[name] * factor for name in data if str(name).startswith("pm25")}
        return data.assign(pm25 | {name: data[name] / factor for name in data if str(name).startswith("visibility")})

    return replace(forecast, stations=changed(forecast.stations), draws=None if forecast.draws is None else changed(forecast.draws))


def decided(
    forecast: Forecast, given: WarningSettings, known: tuple[HazeWarning, ...] = (), observed: xr.Dataset | None = None
) -> Assessment:
    town = (Area("town", (PlaceName("en", "Town"),), tuple(str(i) for i in forecast.stations["station"].values), "Asia/Shanghai"),)
    seen = NOTHING_SEEN if observed is None else observed
    return explained(assess(forecast, town, given, known, observed), forecast, town, given, seen, Past())


def level(assessment: Assessment) -> Level:
    return min(assessment.windows, key=lambda w: w.valid_from).level


@settings(max_examples=25)
@given(forecasts())
def test_a_change_by_the_margin_changes_the_level_and_one_a_little_smaller_does_not(forecast: Forecast) -> None:
    assessment = decided(forecast, SETTINGS)
    why, now = assessment.reasons[0], level(assessment)
    assert (why.above is None) is (now is Level.RED)
    if why.above is not None and why.above.factor is not None:
        assert level(decided(scaled(forecast, why.above.factor), SETTINGS)) >= why.above.level > now
        assert level(decided(scaled(forecast, why.above.factor / A_LITTLE_LESS), SETTINGS)) < why.above.level
    elif why.above is not None:
        assert level(decided(scaled(forecast, FARTHEST), SETTINGS)) < why.above.level


@settings(max_examples=12)
@given(forecasts())
def test_a_warning_in_force_is_lost_by_its_margin_below_and_not_by_a_little_less(forecast: Forecast) -> None:
    first = decided(forecast, SETTINGS)
    below = first.reasons[0].below
    assert (below is None) is (level(first) is Level.NONE)
    if below is None:
        return
    assert below.chance is not None
    assert below.chance >= 0.0
    later = replace(forecast, cycle=replace(forecast.cycle, as_of=INIT + timedelta(hours=1)))
    known = tuple(replace(message, cycle_key="before") for message in first.messages)
    if below.factor is not None:
        kept = decided(scaled(later, below.factor * A_LITTLE_LESS), SETTINGS, known)
        lost = decided(scaled(later, below.factor), SETTINGS, known)
        assert kept.statuses[0].level >= below.level
        assert level(lost) < below.level
        assert lost.statuses[0].level < below.level or lost.statuses[0].ground == "ahead"


@settings(max_examples=8)
@given(
    forecasts(hours=60), st.floats(20.0, 400.0), st.sampled_from(["heavy-pollution-2019", "heavy-pollution-2024", "japan-pm25-advisory"])
)
def test_an_edition_on_days_changes_its_level_by_the_margin_with_what_was_observed_as_it_was(
    forecast: Forecast, past: float, edition: str
) -> None:
    given = WarningSettings(edition=edition)
    hours = np.datetime64("2026-01-10T00", "ns") - np.arange(120)[::-1] * np.timedelta64(1, "h")
    ids = forecast.stations["station"].values
    observed = xr.Dataset({"pm25": (("time", "station"), np.full((hours.size, ids.size), past))}, {"time": hours, "station": ids})
    assessment = decided(forecast, given, observed=observed)
    above = assessment.reasons[0].above
    if above is not None and above.factor is not None:
        assert level(decided(scaled(forecast, above.factor), given, observed=observed)) >= above.level > level(assessment)
        assert level(decided(scaled(forecast, above.factor / A_LITTLE_LESS), given, observed=observed)) < above.level


@settings(max_examples=3)
@given(forecasts())
def test_where_the_level_is_unknown_there_is_no_margin(forecast: Forecast) -> None:
    lacking = forecast.stations.map(lambda values: values * np.nan)
    assessment = decided(replace(forecast, stations=lacking, draws=None), SETTINGS)
    assert level(assessment) is Level.UNKNOWN
    assert (assessment.reasons[0].above, assessment.reasons[0].below) == (None, None)
