"""Draws have the margins that were forecast, and hours and stations that hang together as truth does."""

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.special import ndtri

from hazecast.config import ForecastSettings
from hazecast.forecast.draws.copula import DEFAULT_MEMORY_HOURS, gaussian_scores, memory_hours
from hazecast.forecast.draws.drawing import draw_trajectories
from hazecast.forecast.draws.past import past_errors, past_origins
from hazecast.forecast.draws.ranks import ranks_of
from hazecast.forecast.draws.runs import probability_of_run
from hazecast.forecast.series import Series, series_of
from hazecast.forecast.uncertainty import QUANTILES
from hazecast.quantiles import at_quantile

Array = NDArray[np.float64]

MEMORY, MEDIAN, SPREAD = 18.0, 100.0, 0.7  # of the truth: hours, µg m-3, in the logarithm
KEPT = np.exp(-1.0 / MEMORY)
HOURS = 72
LEADS = range(1, HOURS + 1)
NOTHING_AHEAD = np.full(HOURS, np.nan)


def walks(start: float, count: int, hours: int, chance: np.random.Generator) -> Array:
    """So many courses (walk, hour) of a process with a memory, from `start` on."""
    pushed = lfilter([np.sqrt(1.0 - KEPT**2)], [1.0, -KEPT], chance.standard_normal((count, hours)), axis=-1)
    return np.asarray(pushed + start * KEPT ** np.arange(1, hours + 1))


def pm25_of(state: Array) -> Array:
    return np.asarray(MEDIAN * np.exp(SPREAD * state))


def series_ending_at(state: float, days: int, stations: int = 1, own: float = 0.0, seed: int = 0) -> tuple[Series, int]:
    """Observed hours up to `state` (the process is the same backwards), hours ahead without any, and the index of the last."""
    chance = np.random.default_rng(seed)
    hours = 24 * days
    past = np.append(walks(state, 1, hours - 1, chance)[0][::-1], state)
    noise = own * np.stack([walks(0.0, 1, hours, chance)[0] for _ in range(stations)], axis=1)
    observed = np.vstack([pm25_of(past[:, None] + noise), np.broadcast_to(NOTHING_AHEAD[:, None], (HOURS, stations))])
    return series_from(observed), hours - 1


def series_from(observed: Array) -> Series:
    times = np.datetime64("2013-03-01T01", "ns") + np.arange(observed.shape[0]) * np.timedelta64(1, "h")
    places = {
        "latitude": ("station", 40.0 + 0.1 * np.arange(observed.shape[1])),
        "longitude": ("station", np.full(observed.shape[1], 116.0)),
    }
    return series_of(xr.Dataset({"pm25": (("time", "station"), observed)}, {"time": times, **places}))


def forecast_from(state: float, stations: int = 1) -> Array:
    """The quantile functions (station, lead, quantile) that are right."""
    kept = KEPT ** np.array(LEADS)[:, None]
    return np.broadcast_to(pm25_of(kept * state + np.sqrt(1.0 - kept**2) * ndtri(QUANTILES)), (stations, HOURS, QUANTILES.size))


def settings(draws: int = 100, seed: int = 0) -> ForecastSettings:
    return ForecastSettings(draws=draws, random_seed=seed)


@pytest.mark.parametrize(("days", "within"), [(900, 0.035), (15, 0.07)], ids=["templates", "gaussian"])
@pytest.mark.parametrize("hours", [slice(0, 24), slice(24, 48), slice(0, 72)], ids=["first day", "second day", "three days"])
def test_six_hours_above_150_are_as_likely_as_they_are(days: int, within: float, hours: slice) -> None:
    """Truth from 4,000 courses each; hours drawn one by one find hardly any such run, and hours all alike too few of them."""
    chance = np.random.default_rng(1)
    truths, drawn, alone, alike = [], [], [], []
    for i, state in enumerate(np.linspace(-0.5, 1.0, 8)):
        series, origin = series_ending_at(state, days, seed=i)
        draws = draw_trajectories(series, forecast_from(state), origin, 0, LEADS, settings(draws=200, seed=i))
        shuffled = chance.permuted(draws, axis=0)
        for found, courses in ((truths, pm25_of(walks(state, 4000, HOURS, chance))[:, None]), (drawn, draws), (alone, shuffled)):
            found.append(probability_of_run(courses[:, :, hours], 150.0, 6)[0])
        alike.append(probability_of_run(np.sort(draws, axis=0)[:, :, hours], 150.0, 6)[0])
    truth = np.array(truths)
    assert abs(np.mean(drawn - truth)) < within
    assert np.sqrt(np.mean((drawn - truth) ** 2)) < 2.0 * within
    assert np.mean(alone) < np.mean(truth) - 0.25
    assert np.mean(alike) < np.mean(truth) - (0.01 if hours == slice(0, 24) else 0.04)


def test_every_hour_is_drawn_in_equal_parts_of_its_distribution() -> None:
    series, origin = series_ending_at(0.0, 200, stations=3, own=0.3)
    forecast = forecast_from(0.0, 3) * np.array([0.5, 1.0, 2.0])[:, None, None]
    draws = draw_trajectories(series, forecast, origin, 0, LEADS, settings(draws=200))
    assert draws.shape == (200, 3, HOURS)
    ascending = np.sort(draws, axis=0)
    for part in (0.1, 0.5, 0.9):
        index = round(200 * part)
        between = 0.5 * (ascending[index - 1] + ascending[index])
        np.testing.assert_allclose(between, at_quantile(forecast, QUANTILES, part), rtol=0.01)
    assert (np.diff(ascending, axis=0) > 0).all()
    assert (draws.max(axis=0) > forecast[..., -1]).all()


def test_draws_are_never_negative_and_unknown_where_the_forecast_is() -> None:
    series, origin = series_ending_at(0.0, 200, stations=2)
    forecast = np.array(forecast_from(0.0, 2))
    forecast[0, 5:7] = np.nan
    forecast[1, 0] = np.array([0.1, 0.2, 5.0, 20.0, 100.0, 150.0, 200.0, 250.0, 300.0])
    draws = draw_trajectories(series, forecast, origin, 0, LEADS, settings())
    assert np.isnan(draws[:, 0, 5:7]).all()
    assert np.isnan(draws).sum() == 2 * 100
    assert draws[:, 1, 0].min() == 0.0


def test_stations_that_go_together_are_drawn_together() -> None:
    def correlation(own: float) -> float:
        series, origin = series_ending_at(0.0, 400, stations=2, own=own)
        draws = draw_trajectories(series, forecast_from(0.0, 2), origin, 0, LEADS, settings())
        ranks = draws[:, :, 40].argsort(axis=0).argsort(axis=0)
        return float(np.corrcoef(ranks.T)[0, 1])

    assert correlation(0.1) > 0.9
    assert correlation(3.0) < 0.5


@pytest.mark.parametrize("days", [200, 10], ids=["templates", "gaussian"])
def test_nothing_after_what_was_known_matters(days: int) -> None:
    series, origin = series_ending_at(0.5, days, stations=2, own=0.3)
    lag = 5
    future = series.values["pm25"].copy()
    future[origin - lag + 1 :] = 9999.0
    forecast = forecast_from(0.5, 2)
    one, other = (draw_trajectories(s, forecast, origin, lag, LEADS, settings()) for s in (series, series_from(future)))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("days", [200, 10], ids=["templates", "gaussian"])
def test_the_same_seed_draws_the_same_and_another_something_else(days: int) -> None:
    series, origin = series_ending_at(0.5, days)
    one, again, other = (draw_trajectories(series, forecast_from(0.5), origin, 0, LEADS, settings(seed=seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_without_a_past_hours_still_hang_together() -> None:
    nothing = series_from(np.full((24 + HOURS, 2), np.nan))
    draws = draw_trajectories(nothing, forecast_from(0.0, 2), 23, 0, LEADS, settings())
    ranks = draws[:, 0].argsort(axis=0).argsort(axis=0)
    assert np.corrcoef(ranks[:, 40], ranks[:, 41])[0, 1] > 0.8
    assert abs(np.corrcoef(ranks[:, 1], ranks[:, 71])[0, 1]) < 0.4


def test_past_origins_are_of_the_same_hour_and_season_and_long_over() -> None:
    series, origin = series_ending_at(0.0, 900)
    lag = 4
    found = past_origins(series, origin, lag, HOURS, 60)
    assert found.size == 60
    assert ((found - origin) % 24 == 0).all()
    assert (np.diff(found) >= 24).all()
    assert found.max() + HOURS <= origin - lag
    assert found.min() - lag >= 24
    days = np.abs((series.times[found] - series.times[origin]) / np.timedelta64(1, "D")) % 365.25
    assert (np.minimum(days, 365.25 - days) <= 45.0).all()


def test_where_the_season_has_too_few_the_whole_year_serves() -> None:
    series, origin = series_ending_at(0.0, 900)
    assert past_origins(series, origin, 0, HOURS, 2000).size == 900 - 1 - 3
    assert past_origins(series, 30, 0, HOURS, 60).size == 0


def test_a_past_with_hardly_a_value_is_passed_over() -> None:
    series, origin = series_ending_at(0.0, 100)
    gap = series.values["pm25"].copy()
    gap[480:600] = np.nan
    left = past_origins(series_from(gap), origin, 0, HOURS, 1000)
    assert left.size > 80
    assert not ((left >= 480) & (left < 540)).any()


def test_what_the_present_and_the_base_forecast_tell_is_no_error() -> None:
    chance = np.random.default_rng(0)
    root = np.sqrt(pm25_of(walks(0.0, 1, 24 * 200, chance)[0]))[:, None]
    times = np.datetime64("2013-03-01T01", "ns") + np.arange(root.size) * np.timedelta64(1, "h")
    told = {"pm25": (("time", "station"), root**2), "base": (("time", "station"), (0.3 * root + 1.0) ** 2)}
    series = series_of(xr.Dataset(told, {"time": times, "latitude": ("station", [40.0]), "longitude": ("station", [116.0])}))
    origins = past_origins(series, root.size - 1, 0, HOURS, 60)
    assert np.abs(past_errors(series, origins, 0, LEADS)).max() < 0.2 * root.std()
    alone = past_errors(series_from(root**2), origins, 0, LEADS)
    assert alone[:, 0, 0].std() < 0.5 * alone[:, 0, 60].std()


def test_ranks_place_what_lacks_with_the_others_of_its_template() -> None:
    templates = np.array([[[1.0], [5.0]], [[np.nan], [7.0]], [[3.0], [6.0]], [[2.0], [np.nan]]])
    ranks = ranks_of(templates)
    assert ranks.shape == (2, 1, 4)
    assert ranks[0, 0].tolist() == [0, 2, 3, 1]  # the second is as high as the third, and before it
    assert ranks[1, 0].tolist() == [0, 3, 1, 2]


def test_a_station_that_was_never_observed_goes_with_the_others() -> None:
    templates = np.random.default_rng(0).standard_normal((30, 2, 4))
    templates[:, 1] = np.nan
    ranks = ranks_of(templates)
    np.testing.assert_array_equal(ranks[1], ranks[0])
    np.testing.assert_array_equal(ranks_of(np.full((5, 1, 2), np.nan))[0, 0], np.arange(5))


def test_the_memory_is_that_of_the_observations_and_a_guess_without_them() -> None:
    series, known = series_ending_at(0.0, 600)
    assert memory_hours(series, known) == pytest.approx(MEMORY, rel=0.2)
    assert memory_hours(series, 60) == DEFAULT_MEMORY_HOURS
    flat = series_from(np.full((500, 1), 50.0))
    assert memory_hours(flat, 400) == DEFAULT_MEMORY_HOURS


def test_gaussian_scores_of_near_stations_agree_more_than_of_far_ones() -> None:
    places = {"latitude": ("station", [40.0, 40.0, 45.0]), "longitude": ("station", [116.0, 116.0, 116.0])}
    times = np.datetime64("2013-03-01", "ns") + np.arange(90) * np.timedelta64(1, "h")
    series = series_of(xr.Dataset({"pm25": (("time", "station"), np.full((90, 3), np.nan))}, {"time": times, **places}))
    scores = gaussian_scores(series, 10, 0, range(1, 25), 2000, np.random.default_rng(0))
    assert scores.shape == (2000, 3, 24)
    same, far = np.corrcoef(scores[:, :, 23].T)[0, 1:]
    assert same > 0.9
    assert abs(far) < 0.15
