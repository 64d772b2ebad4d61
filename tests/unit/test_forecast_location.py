"""The fitted location on a made-up law: the last observation counts at short leads, the wind at long ones."""

import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.features import FEATURES
from hazecast.forecast.location import (
    FAR_TREES,
    NEAR_ALONE,
    NEAR_ENDS,
    Location,
    fit_location,
    share_of_near,
    varies,
)
from hazecast.forecast.series import Rows, Series, series_of
from hazecast.forecast.trees.growing import LEAST_TREES, ROWS_A_TREE, trees_for

NAMES = [feature.name for feature in FEATURES]
HORIZON = 48


def series() -> Series:
    times = np.datetime64("2026-03-01", "ns") + np.arange(5) * np.timedelta64(1, "h")
    places = {"latitude": ("station", [40.0]), "longitude": ("station", [116.0])}
    return series_of(xr.Dataset({"pm25": (("time", "station"), np.ones((5, 1)))}, {"time": times, **places}))


def rows(count: int, seed: int) -> Rows:
    lead = np.random.default_rng(seed).integers(1, HORIZON + 1, count)
    return Rows(np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64), lead, 0)


def table(of: Rows, seed: int) -> np.ndarray:
    chance = np.random.default_rng(seed + 100)
    out = np.full((of.lead.size, len(NAMES)), np.nan, dtype=np.float32)
    out[:, NAMES.index("lead time")] = of.lead
    out[:, NAMES.index("pm25 now")] = chance.uniform(5, 400, of.lead.size)
    out[:, NAMES.index("wind_speed 24 h")] = chance.uniform(0, 8, of.lead.size)
    return out


def truth(of: np.ndarray) -> np.ndarray:
    now, wind, lead = (of[:, NAMES.index(name)].astype(float) for name in ("pm25 now", "wind_speed 24 h", "lead time"))
    fading = np.exp(-lead / 8)
    return np.asarray(fading * np.sqrt(now) + (1 - fading) * (14 - 1.5 * wind))


@pytest.fixture(scope="module")
def fitted() -> Location:
    learnt = rows(6000, 0)
    shown = table(learnt, 0)
    return fit_location(learnt, shown, truth(shown), seed=0)


def predicted(location: Location, of: Rows, shown: np.ndarray) -> np.ndarray:
    return location.predict(of, shown)


@pytest.mark.parametrize(("first", "last"), [(1, NEAR_ALONE), (NEAR_ALONE + 1, NEAR_ENDS - 1), (NEAR_ENDS, HORIZON)])
def test_the_law_is_found_at_every_lead(fitted: Location, first: int, last: int) -> None:
    other = rows(3000, 1)
    shown = table(other, 1)
    here = (other.lead >= first) & (other.lead <= last)
    error = predicted(fitted, other, shown)[here] - truth(shown)[here]
    assert np.sqrt((error**2).mean()) < 0.2 * truth(shown)[here].std()


def test_near_trees_speak_alone_first_and_are_silent_at_last(fitted: Location) -> None:
    np.testing.assert_array_equal(share_of_near(np.array([1, NEAR_ALONE, NEAR_ENDS, 100])), [1, 1, 0, 0])
    assert (np.diff(share_of_near(np.arange(1, 30))) <= 0).all()
    assert len(fitted.models) == 1 + FAR_TREES
    models = (fitted.models[0], *[fitted.models[0]] * FAR_TREES)
    others = Location(models, fitted.columns, fitted.anchor, fitted.smooth)
    other = rows(500, 2)
    same = predicted(others, other, table(other, 2)) == predicted(fitted, other, table(other, 2))
    np.testing.assert_array_equal(same, other.lead <= NEAR_ALONE)


@pytest.mark.parametrize(("count", "trees"), [(600, LEAST_TREES), (10_000, 10_000 // ROWS_A_TREE), (120_000, 350)])
def test_few_rows_teach_few_trees(count: int, trees: int) -> None:
    assert trees_for(count, 350) == trees


def test_rows_do_not_know_of_each_other(fitted: Location) -> None:
    other = rows(200, 3)
    shown = table(other, 3)
    some = np.arange(0, 200, 7)
    alone = predicted(fitted, other.take(some), shown[some])
    np.testing.assert_allclose(alone, predicted(fitted, other, shown)[some], rtol=1e-5)


def test_the_flat_trees_say_what_the_models_say(fitted: Location) -> None:
    shown = table(rows(100, 4), 4)[:, fitted.columns]
    for model, flat in zip(fitted.models, fitted.trees, strict=True):
        np.testing.assert_allclose(flat.predict(shown), model.predict(shown), rtol=1e-12)


def test_far_off_trees_and_networks_speak_alike(fitted: Location) -> None:
    other = rows(100, 7)
    far = other.take(other.lead >= NEAR_ENDS)
    shown = table(far, 7)
    of_trees = np.mean([model.predict(shown[:, fitted.columns]) for model in fitted.models[1:]], axis=0)
    of_networks = np.mean([network.predict(shown) for network in fitted.smooth], axis=0)
    np.testing.assert_allclose(predicted(fitted, far, shown), (of_trees + of_networks) / 2, rtol=1e-5)


def test_the_same_seed_fits_the_same_and_another_seed_other_trees(fitted: Location) -> None:
    learnt, other = rows(6000, 0), rows(200, 5)
    shown, asked = table(learnt, 0), table(other, 5)
    again, changed = (fit_location(learnt, shown, truth(shown), seed=seed) for seed in (0, 1))
    np.testing.assert_array_equal(predicted(again, other, asked), predicted(fitted, other, asked))
    assert (predicted(changed, other, asked) != predicted(fitted, other, asked)).any()


@pytest.mark.parametrize(("first", "last"), [(1, 4), (30, 48)])
def test_leads_of_one_kind_alone_can_be_learnt(first: int, last: int) -> None:
    learnt = rows(20000, 6)
    learnt = learnt.take((learnt.lead >= first) & (learnt.lead <= last))
    shown = table(learnt, 6)
    location = fit_location(learnt, shown, truth(shown), seed=0)
    np.testing.assert_allclose(predicted(location, learnt, shown).mean(), truth(shown).mean(), rtol=0.05)


def test_only_columns_that_vary_are_shown(fitted: Location) -> None:
    assert {NAMES[i] for i in fitted.columns} == {"lead time", "pm25 now", "wind_speed 24 h"}
    nan = np.nan
    few = np.array([[1, 1, nan, nan, 1], [1, 2, nan, 3, nan], [1, 1, nan, nan, 1]], dtype=np.float32)
    assert varies(few).tolist() == [False, True, False, False, False]
