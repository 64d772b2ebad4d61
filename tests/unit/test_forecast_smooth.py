import numpy as np
import pytest

from hazecast.forecast.features import FEATURES
from hazecast.forecast.network import FARTHEST, ROWS_AT_ONCE
from hazecast.forecast.smooth import SmoothFit, fit_smooth

NAMES = [feature.name for feature in FEATURES]
SHOWN = np.array([NAMES.index(name) for name in ("pm25 now", "wind_speed 24 h", "lead time")])


def table(rows: int, seed: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    out = np.full((rows, len(NAMES)), np.nan, dtype=np.float32)
    out[:, SHOWN] = np.stack([chance.uniform(5, 400, rows), chance.uniform(0, 8, rows), chance.integers(6, 73, rows)], axis=1)
    return out


def truth(of: np.ndarray) -> np.ndarray:
    now, wind, lead = of[:, SHOWN].astype(float).T
    fading = np.exp(-lead / 24)
    return np.asarray(fading * np.sqrt(now) + (1 - fading) * 14 * np.exp(-wind / 4))


@pytest.fixture(scope="module")
def fitted() -> SmoothFit:
    learnt = table(6000, 0)
    return fit_smooth(learnt, truth(learnt), SHOWN, seed=0)


def test_a_smooth_law_is_found(fitted: SmoothFit) -> None:
    other = table(2000, 1)
    error = fitted.predict(other) - truth(other)
    assert np.sqrt((error**2).mean()) < 0.12 * truth(other).std()


def test_what_lacks_stands_in_the_middle_and_what_lies_far_off_at_the_rim(fitted: SmoothFit) -> None:
    calm, mean, storm, rim = table(4, 2)[:, None]
    wind = NAMES.index("wind_speed 24 h")
    column = SHOWN.tolist().index(wind)
    for row in (mean, storm, rim):
        row[:] = calm
    calm[:, wind] = np.nan
    mean[:, wind] = fitted.network.middle[column]
    storm[:, wind] = 1e6
    rim[:, wind] = fitted.network.middle[column] + FARTHEST * fitted.network.scale[column]
    np.testing.assert_allclose(fitted.predict(calm), fitted.predict(mean), rtol=1e-5)
    np.testing.assert_allclose(fitted.predict(storm), fitted.predict(rim), rtol=1e-5)
    assert abs(fitted.predict(calm) - fitted.predict(rim)) > 0.1


def test_rows_come_in_blocks_and_none_is_lost(fitted: SmoothFit) -> None:
    few = table(100, 3)
    many = np.tile(few, (ROWS_AT_ONCE // 100 + 2, 1))
    np.testing.assert_allclose(fitted.predict(many), np.tile(fitted.predict(few), len(many) // 100), rtol=1e-4)


def test_columns_that_are_not_read_change_nothing(fitted: SmoothFit) -> None:
    plain = table(50, 4)
    other = plain.copy()
    other[:, NAMES.index("latitude")] = 40.0
    np.testing.assert_array_equal(fitted.predict(other), fitted.predict(plain))


def test_the_same_seed_gives_the_same_network() -> None:
    learnt, other = table(1000, 5), table(50, 6)
    first, again, changed = (fit_smooth(learnt, truth(learnt), SHOWN, seed=seed).predict(other) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != changed).any()


def test_a_truth_without_any_spread_is_told_as_it_is() -> None:
    learnt = table(300, 7)
    np.testing.assert_allclose(fit_smooth(learnt, np.full(300, 8.0), SHOWN, seed=0).predict(learnt), 8.0, rtol=1e-4)
