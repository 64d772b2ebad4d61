"""A cycle's scores, worked out by hand."""

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.backtest.scores import LEAD_GROUPS, score_cycle

INIT = np.datetime64("2020-01-10T00", "ns")
HOUR = np.timedelta64(1, "h")
QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
Array = NDArray[np.float64]


def product(pm25: Array, half_band: float = 10.0, uncorrected: Array | None = None) -> xr.Dataset:
    """A station product (station, lead_time) with a band of constant width."""
    band = pm25[..., None] + half_band * np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    leads = np.arange(1, pm25.shape[1] + 1)
    at = ("station", "lead_time")
    return xr.Dataset(
        {
            "pm25": (at, pm25),
            "pm25_uncorrected": (at, pm25 + 20.0 if uncorrected is None else uncorrected),
            "pm25_quantile": ((*at, "quantile"), band),
        },
        coords={
            "station": [str(i) for i in range(pm25.shape[0])],
            "lead_time": leads,
            "quantile": QUANTILES,
            "init_time": INIT,
            "valid_time": ("lead_time", INIT + leads * HOUR),
        },
    )


def observed(values: Array, first_hour: int = 0) -> xr.DataArray:
    """(time, station) from `first_hour` after init on."""
    times = INIT + np.arange(first_hour, first_hour + values.shape[0]) * HOUR
    return xr.DataArray(values, coords={"time": times, "station": [str(i) for i in range(values.shape[1])]}, dims=("time", "station"))


def test_a_group_of_leads_is_scored_over_its_pairs() -> None:
    forecast = product(np.array([[50.0, 60.0, 70.0]]))
    (score,) = score_cycle(forecast, observed(np.array([[40.0], [44.0], [60.0], [90.0]])))
    assert (score.first_lead, score.last_lead, score.pairs, score.missing) == (1, 3, 3, 0)
    assert score.observed_mean == pytest.approx((44 + 60 + 90) / 3)
    assert score.bias == pytest.approx((6 + 0 - 20) / 3)
    assert score.rmse == pytest.approx(np.sqrt((36 + 0 + 400) / 3))
    assert score.persistence_rmse == pytest.approx(np.sqrt((16 + 400 + 2500) / 3))
    assert score.uncorrected_rmse == pytest.approx(np.sqrt((26**2 + 20**2 + 0) / 3))
    assert score.coverage == pytest.approx(2 / 3)


def test_the_edge_of_the_band_is_inside() -> None:
    (score,) = score_cycle(product(np.array([[50.0, 50.0]])), observed(np.array([[40.0], [40.0], [60.0]])))
    assert score.coverage == 1.0


def test_every_lead_belongs_to_one_group_and_the_last_ends_where_the_forecast_does() -> None:
    assert [first for first, _ in LEAD_GROUPS[1:]] == [last + 1 for _, last in LEAD_GROUPS[:-1]]
    scores = score_cycle(product(np.full((2, 30), 50.0)), observed(np.full((31, 2), 50.0)))
    assert [(s.first_lead, s.last_lead, s.pairs) for s in scores] == [(1, 6, 12), (7, 12, 12), (13, 24, 24), (25, 30, 12)]


def test_only_pairs_that_all_have_count_and_the_others_are_told() -> None:
    forecast, truth = np.full((2, 4), 50.0), np.full((5, 2), 50.0)
    forecast[0, 0] = np.nan  # no forecast
    truth[2, 0] = np.nan  # not observed
    (score,) = score_cycle(product(forecast), observed(truth))
    assert (score.pairs, score.missing) == (6, 2)
    assert score.rmse == 0.0


def test_a_station_without_recent_value_has_no_persistence_and_no_pair() -> None:
    truth = np.full((5, 2), 50.0)
    truth[0, 1] = np.nan
    (score,) = score_cycle(product(np.full((2, 4), 50.0)), observed(truth))
    assert (score.pairs, score.missing) == (4, 4)


@pytest.mark.parametrize(("hours_before", "counts"), [(0, True), (3, True), (4, False)])
def test_persistence_is_the_last_value_of_the_three_hours_before(hours_before: int, counts: bool) -> None:
    truth = np.full((10, 1), np.nan)
    truth[5 - hours_before] = 70.0
    truth[6:] = 50.0
    scores = score_cycle(product(np.full((1, 4), 50.0)), observed(truth, first_hour=-5))
    assert [s.persistence_rmse for s in scores] == ([20.0] if counts else [])


def test_persistence_takes_the_newest_of_several() -> None:
    truth = np.array([[10.0], [20.0], [30.0], [np.nan], [50.0], [50.0]])
    (score,) = score_cycle(product(np.full((1, 2), 50.0)), observed(truth, first_hour=-3))
    assert score.persistence_rmse == pytest.approx(20.0)


def test_persistence_never_looks_past_the_start() -> None:
    truth = np.array([[np.nan], [50.0], [50.0]])
    assert score_cycle(product(np.full((1, 2), 50.0)), observed(truth)) == ()


def test_observations_in_another_order_and_of_other_stations_are_matched_by_name() -> None:
    forecast = product(np.array([[10.0, 10.0], [20.0, 20.0]]))
    truth = observed(np.array([[99.0, 20.0, 10.0]] * 3)).assign_coords(station=["other", "1", "0"])
    (score,) = score_cycle(forecast, truth.transpose("station", "time"))
    assert (score.pairs, score.rmse, score.persistence_rmse) == (4, 0.0, 0.0)


def test_without_observations_there_are_no_scores() -> None:
    assert score_cycle(product(np.full((1, 4), 50.0)), observed(np.full((3, 1), 50.0), first_hour=100)) == ()
    assert score_cycle(product(np.full((1, 4), np.nan)), observed(np.full((5, 1), 50.0))) == ()


def test_the_uncorrected_forecast_may_be_lacking() -> None:
    forecast = product(np.array([[50.0, 50.0]]), uncorrected=np.full((1, 2), np.nan))
    (score,) = score_cycle(forecast, observed(np.full((3, 1), 50.0)))
    assert np.isnan(score.uncorrected_rmse)
    assert score.rmse == 0.0
