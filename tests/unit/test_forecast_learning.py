import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.learning import MOST_REPEATS, Lesson, learning_rows
from hazecast.forecast.series import Rows, Series, series_of

HOURS, STATIONS = 24 * 20, 3


def series(seed: int = 0, lacking: float = 0.3) -> Series:
    chance = np.random.default_rng(seed)
    pm25 = chance.uniform(5, 300, (HOURS, STATIONS))
    pm25[chance.random(pm25.shape) < lacking] = np.nan
    coords = {"time": np.datetime64("2026-01-01", "ns") + np.arange(HOURS) * np.timedelta64(1, "h")}
    places = {"latitude": ("station", np.full(STATIONS, 40.0)), "longitude": ("station", np.full(STATIONS, 116.0))}
    return series_of(xr.Dataset({"pm25_exact": (("time", "station"), pm25)}, coords={**coords, **places}))


def lesson(known: int = HOURS - 49, lag: int = 2, horizon: int = 48, rows: int = 2000, seed: int = 0) -> Lesson:
    return Lesson(known, lag, horizon, rows, seed)


def triples(rows: Rows) -> list[tuple[int, int, int]]:
    return list(zip(rows.origin.tolist(), rows.station.tolist(), rows.lead.tolist(), strict=True))


def test_every_outcome_was_observed_and_known() -> None:
    data, rows = series(), learning_rows(series(), lesson(known=300))
    assert rows.lead.size > 1500
    assert not np.isnan(data.at("pm25_exact", rows.valid, rows.station)).any()
    assert rows.valid.max() == 300
    assert rows.known.min() >= 0
    assert rows.lag == 2
    assert rows.lead.min() == 1
    assert rows.lead.max() == 48


def test_never_more_rows_than_asked_for_and_no_hour_more_often_than_allowed() -> None:
    assert learning_rows(series(), lesson(rows=500)).lead.size == 500
    many = learning_rows(series(), lesson(rows=1_000_000))
    _, repeats = np.unique(np.stack([many.valid, many.station]), axis=1, return_counts=True)
    assert repeats.max() == MOST_REPEATS


def test_all_stations_and_hours_take_part_alike() -> None:
    rows = learning_rows(series(lacking=0.0), lesson(rows=1000))
    share = np.bincount(rows.station, minlength=STATIONS) / rows.station.size
    np.testing.assert_allclose(share, 1 / STATIONS, atol=0.05)
    assert np.histogram(rows.valid, bins=4)[0].min() > 150


def test_short_leads_are_favoured_and_all_are_there() -> None:
    lead = learning_rows(series(lacking=0.0), lesson(rows=8000)).lead
    assert set(lead.tolist()) == set(range(1, 49))
    assert (lead <= 6).mean() > 0.25
    assert (lead > 24).mean() > 0.25


def test_the_same_seed_draws_the_same_rows_and_another_seed_others() -> None:
    assert triples(learning_rows(series(), lesson())) == triples(learning_rows(series(), lesson()))
    assert triples(learning_rows(series(), lesson())) != triples(learning_rows(series(), lesson(seed=1)))


def test_outcomes_that_came_later_change_no_row() -> None:
    whole, cut = series(), series()
    cut.values["pm25_exact"][301:] = np.nan
    assert triples(learning_rows(cut, lesson(known=300))) == triples(learning_rows(whole, lesson(known=300)))


@pytest.mark.parametrize("known", [-30, -1, 0, 2])
def test_a_history_too_short_for_its_lag_gives_no_rows(known: int) -> None:
    empty = series()
    empty.values["pm25_exact"][max(known, 0) :] = np.nan
    assert learning_rows(empty, lesson(known=known, lag=12)).lead.size == 0
