import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.attribution.perturbing import (
    DEPTH_SPREAD,
    DIRECTION_SPREAD,
    LASTING_HOURS,
    SPEED_SPREAD,
    Errors,
    drawn_strengths,
    errors_of,
    perturbed,
)
from hazecast.forecast.attribution.spread import share_band


def weather(hours: int = 3) -> xr.Dataset:
    coords = {"time": np.datetime64("2015-12-01", "ns") + np.arange(hours) * np.timedelta64(1, "h"), "x": np.arange(4)}
    east, north = np.full((hours, 4), 3.0), np.full((hours, 4), 4.0)
    return xr.Dataset({"eastward_wind": (("time", "x"), east), "northward_wind": (("time", "x"), north)}, coords=coords)


def test_errors_have_the_size_and_the_memory_that_is_said() -> None:
    errors = errors_of(40_000, (0, 0))
    assert errors.turn.std() == pytest.approx(DIRECTION_SPREAD, rel=0.1)
    assert np.log(errors.speed).std() == pytest.approx(SPEED_SPREAD, rel=0.1)
    assert np.log(errors.depth).std() == pytest.approx(DEPTH_SPREAD, rel=0.1)
    lag = int(LASTING_HOURS)
    assert np.corrcoef(errors.turn[lag:], errors.turn[:-lag])[0, 1] == pytest.approx(np.exp(-1.0), abs=0.05)


def test_the_same_seed_gives_the_same_errors_and_members_differ() -> None:
    np.testing.assert_array_equal(errors_of(10, (3, 1)).turn, errors_of(10, (3, 1)).turn)
    assert (errors_of(10, (3, 1)).turn != errors_of(10, (3, 2)).turn).all()


def test_winds_are_turned_and_made_faster_and_nothing_else_is_touched() -> None:
    errors = Errors(np.array([0.0, np.pi / 2, np.pi]), np.array([1.0, 2.0, 0.5]), np.ones(3))
    before = weather().assign(air_temperature=("time", np.full(3, 280.0)))
    after = perturbed(before, errors)
    np.testing.assert_allclose(after["eastward_wind"].values[:, 0], [3.0, -8.0, -1.5])
    np.testing.assert_allclose(after["northward_wind"].values[:, 0], [4.0, 6.0, -2.0])
    xr.testing.assert_identical(after["air_temperature"], before["air_temperature"])
    np.testing.assert_array_equal(before["eastward_wind"], 3.0)


def test_missing_wind_stays_missing() -> None:
    lacking = weather()
    lacking["eastward_wind"][1, 2] = np.nan
    after = perturbed(lacking, errors_of(3, (0, 0)))
    assert np.isnan(after["eastward_wind"].values).sum() == np.isnan(after["northward_wind"].values).sum() == 1


def test_drawn_strengths_scatter_round_the_fitted_ones_and_stay_above_zero() -> None:
    fitted = np.array([2.0, 0.5, 20.0])
    draws = drawn_strengths(fitted, np.diag([0.2, 0.1, 2.0]) ** 2, 4000, 0)
    assert draws.shape == (4000, 3)
    assert (draws > 0.0).all()
    np.testing.assert_allclose(np.median(draws, axis=0), fitted, rtol=0.05)
    assert draws[:, 0].std() > 0.5


def test_the_band_of_a_share_holds_it_and_most_members() -> None:
    chance = np.random.default_rng(0)
    members = chance.uniform(0.5, 1.5, (200, 6, 3))
    share = np.full((6, 3), 1 / 3)
    low, high = share_band(share, members)
    assert ((low < share) & (share < high)).all()
    inside = ((members / members.sum(axis=2, keepdims=True) >= low) & (members / members.sum(axis=2, keepdims=True) <= high)).mean()
    assert inside == pytest.approx(0.8, abs=0.01)
    outlying = np.tile([0.9, 0.05, 0.05], (6, 1))
    low, high = share_band(outlying, members)
    assert ((low <= outlying) & (outlying <= high)).all()


def test_without_members_it_is_not_known_how_sure_a_share_is() -> None:
    for members in (None, np.empty((0, 2, 3)), np.full((4, 2, 3), np.nan)):
        assert np.isnan(share_band(np.full((2, 3), 1 / 3), members)).all()
