"""Another model's forecast beside hazecast's own: what the correction makes of it, and what is left of it where nothing was learnt."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.base import LEAST_PAIRS, BaseForecast, scaled_to
from hazecast.forecast.features import FEATURES, Source, columns_of, feature_table
from hazecast.forecast.model_alone import FADING_HOURS, uncorrected_quantiles
from hazecast.forecast.series import Rows
from hazecast.forecast.stations import StationForecast
from hazecast.forecast.uncertainty import QUANTILES
from hazecast.records import Rung
from tests.unit.test_forecast_stations import DAYS, LEADS, ORIGIN, STATIONS, predicted, series, world

Array = NDArray[np.float64]


def course() -> Array:
    """What PM2.5 does, beyond anything that the wind tells."""
    hour = np.arange(DAYS * 24)[:, None]
    return np.asarray(80 + 50 * np.sin(hour / 31) * np.cos(hour / 7) + 10 * np.arange(STATIONS))


def erratic(model: Array | None = None) -> dict[str, Array]:
    fields = world()
    fields["pm25"] = course() * np.exp(0.1 * np.random.default_rng(5).normal(size=(DAYS * 24, STATIONS)))
    fields["pm25"][ORIGIN + 1 :] = np.nan
    return fields if model is None else {**fields, "model": model}


def error(forecast: StationForecast) -> float:
    return float(np.abs(forecast.median - course()[ORIGIN + 1 : ORIGIN + 25].T).mean())


@pytest.fixture(scope="module")
def without() -> StationForecast:
    return predicted(erratic())


def test_a_model_that_is_right_but_for_its_scale_is_listened_to(without: StationForecast) -> None:
    with_model = predicted(erratic(2.5 * course()))
    assert error(with_model) < 0.6 * error(without)
    assert (with_model.rung == Rung.CORRECTED).all()


def test_hours_that_it_does_not_reach_are_predicted_without_it(without: StationForecast) -> None:
    model = 2.5 * course()
    model[ORIGIN + 9 :] = np.nan
    forecast = predicted(erratic(model))
    truth = course()[ORIGIN + 1 : ORIGIN + 25].T
    near, far = slice(0, 8), slice(8, None)
    off, off_without = (np.abs(f.median - truth) for f in (forecast, without))
    usual = np.abs(truth - np.median(course()[:ORIGIN]))
    assert off[:, near].mean() < 0.7 * off_without[:, near].mean()
    assert off[:, far].mean() < 0.6 * usual[:, far].mean()
    assert (forecast.rung == Rung.CORRECTED).all()


def test_its_scale_is_that_of_the_observations_where_these_are_enough() -> None:
    observed = np.full((100, 2), 60.0)
    observed[:, 1] = np.nan
    modelled = np.full((100, 2), 20.0)
    modelled[50:] = 40.0
    np.testing.assert_allclose(scaled_to(modelled, observed), 2.0 * modelled)
    observed[LEAST_PAIRS - 1 :] = np.nan
    np.testing.assert_array_equal(scaled_to(modelled, observed), modelled)


def test_a_model_never_seen_before_changes_nothing_that_was_learnt(without: StationForecast) -> None:
    model = np.full((DAYS * 24, STATIONS), np.nan)
    model[ORIGIN + 1 :] = 1000.0
    np.testing.assert_allclose(predicted(erratic(model)).pm25, without.pm25)


def short(model: Array) -> dict[str, Array]:
    """A network that begins to report."""
    fields = {**world(), "model": model}
    fields["pm25"][: ORIGIN - 5] = np.nan
    return fields


def test_where_nothing_could_be_learnt_the_model_stands_alone_on_a_rung_of_its_own() -> None:
    model = np.full((DAYS * 24, STATIONS), 90.0)
    model[ORIGIN + 13 :] = np.nan
    forecast = predicted(short(model))
    assert (forecast.rung[:, :12] == Rung.MODEL).all()
    assert (forecast.rung[:, 12:] == Rung.NOTHING).all()
    assert np.isfinite(forecast.pm25[:, :12]).all()
    assert np.isnan(forecast.pm25[:, 12:]).all()


def rows_at(*leads: int) -> Rows:
    return Rows(np.full(len(leads), ORIGIN), np.zeros(len(leads), dtype=np.int64), np.array(leads), 0)


def test_alone_it_is_drawn_towards_what_was_observed_lately_and_half_of_all_lies_within_a_factor_of_two() -> None:
    fields = {"pm25": np.full((DAYS * 24, STATIONS), 100.0), "model": np.full((DAYS * 24, STATIONS), 50.0)}
    got = uncorrected_quantiles(series(fields), rows_at(1, 12, 24))
    median = got[:, QUANTILES == 0.5].ravel()
    np.testing.assert_allclose(median, 50.0 * 2.0 ** np.exp(-np.array([1, 12, 24]) / FADING_HOURS))
    np.testing.assert_allclose(got[:, QUANTILES == 0.75], 2.0 * median[:, None])
    np.testing.assert_allclose(got[:, QUANTILES == 0.25], 0.5 * median[:, None])


def test_without_recent_observations_its_median_is_the_model_and_without_a_model_there_is_none() -> None:
    fields = {"pm25": np.full((DAYS * 24, STATIONS), np.nan), "model": np.full((DAYS * 24, STATIONS), 50.0)}
    fields["model"][ORIGIN + 2] = np.nan
    median = uncorrected_quantiles(series(fields), rows_at(1, 2))[:, QUANTILES == 0.5].ravel()
    np.testing.assert_allclose(median, [50.0, np.nan])


def test_its_features_are_of_their_own_kind_and_lack_without_it() -> None:
    assert {f.name for f in FEATURES if f.source is Source.MODEL} >= {"model", "model 24 h", "model since origin"}
    rows = rows_at(*LEADS)
    assert np.isnan(feature_table(series(erratic()), rows)[:, columns_of(Source.MODEL)]).all()
    assert np.isfinite(feature_table(series(erratic(course())), rows)[:, columns_of(Source.MODEL)]).all()


def test_what_one_base_does_not_know_is_taken_from_the_other() -> None:
    nan = np.nan
    one = BaseForecast(np.array([nan, 2.0]), np.array([[1.0, nan]]), np.array([nan, 4.0]))
    other = BaseForecast(np.array([7.0, 6.0]), np.array([[8.0, 9.0]]), np.array([5.0, 3.0]))
    np.testing.assert_array_equal(one.or_else(other).grid, [[1.0, 9.0]])
    np.testing.assert_array_equal(one.or_else(other).stations, [7.0, 2.0])
    np.testing.assert_array_equal(one.or_else(other).ahead, [5.0, 4.0])
