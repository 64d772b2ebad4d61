"""What has drifted: recent errors tell of the next ones, and none that was not known by then is looked at."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.correction.drift import HALF_LIFE_HOURS, learnt_drift, recent_errors
from hazecast.forecast.series import Rows

HOURS, STATIONS, LEAD = 2400, 6, 9


def rows() -> Rows:
    origin, station = (a.ravel() for a in np.meshgrid(np.arange(0, HOURS, 3), np.arange(STATIONS), indexing="ij"))
    return Rows(origin, station, np.full(origin.size, LEAD), 2)


def drifting(size: float, own: float) -> NDArray[np.float64]:
    """Errors by row: a slow wave of the whole network, a constant of each station, and noise."""
    here = rows()
    noise = 0.3 * np.random.default_rng(0).normal(size=here.lead.size)
    return np.asarray(size * np.sin(here.valid / 300) + own * (here.station - 2.5) + noise)


def test_a_drift_of_the_network_and_of_stations_is_learnt_and_expected() -> None:
    error = drifting(1.0, 0.4)
    drift = learnt_drift(rows(), error)
    assert (drift.gains[1] > 0.6).all()
    left = error - drift.expected(*recent_errors(rows(), error, rows()), rows().lead)
    assert np.std(left[1000:]) < 0.6 * np.std(error[1000:])


def test_of_noise_nothing_is_expected() -> None:
    error = drifting(0.0, 0.0)
    drift = learnt_drift(rows(), error)
    assert np.abs(drift.expected(*recent_errors(rows(), error, rows()), rows().lead)).max() < 0.05


@pytest.mark.parametrize("station", range(STATIONS))
def test_no_error_is_looked_at_that_was_not_known_by_then(station: int) -> None:
    past, error = rows(), drifting(1.0, 0.4)
    now = Rows(np.array([902]), np.array([station]), np.array([LEAD]), 2)
    poisoned = np.where(past.valid > now.known[0], 1e9, error)
    np.testing.assert_array_equal(recent_errors(past, poisoned, now), recent_errors(past, error, now))
    shown = np.where(past.valid == now.known[0], 1e9, error)
    assert recent_errors(past, shown, now)[0][0] > 1e6


def test_the_recent_counts_most() -> None:
    past = rows()
    error = np.where(past.valid > 1200, 1.0, 0.0)
    network, _ = recent_errors(past, error, Rows(np.array([1200 + 2 + int(HALF_LIFE_HOURS)]), np.array([0]), np.array([LEAD]), 2))
    assert abs(network[0] - 0.5) < 0.05


def test_without_errors_of_its_lead_nothing_is_expected() -> None:
    drift = learnt_drift(rows(), drifting(1.0, 0.4))
    far = Rows(np.array([1500]), np.array([0]), np.array([60]), 2)
    network, departure = recent_errors(rows(), drifting(1.0, 0.4), far)
    assert np.isnan(network[0])
    assert drift.expected(network, departure, far.lead).tolist() == [0.0]


def test_with_no_rows_at_all_nothing_is_known() -> None:
    none = rows().take(np.zeros(rows().lead.size, dtype=bool))
    network, departure = recent_errors(none, np.empty(0), rows())
    assert np.isnan(network).all()
    assert np.isnan(departure).all()
