import numpy as np
import pytest

from hazecast.forecast.anchor import CONCENTRATIONS, fit_anchor
from hazecast.forecast.features import FEATURES

NAMES = [feature.name for feature in FEATURES]


def table(rows: int, seed: int = 0, **columns: np.ndarray) -> np.ndarray:
    chance = np.random.default_rng(seed)
    out = np.full((rows, len(NAMES)), np.nan, dtype=np.float32)
    for name in CONCENTRATIONS:
        out[:, NAMES.index(name)] = chance.uniform(5, 300, rows)
    out[:, NAMES.index("lead time")] = chance.integers(1, 19, rows)
    for name, values in columns.items():
        out[:, NAMES.index(name.replace("_", " "))] = values
    return out


def roots(of: np.ndarray, name: str) -> np.ndarray:
    return np.asarray(np.sqrt(of[:, NAMES.index(name)].astype(float)))


def test_persistence_that_gives_way_to_the_base_is_found() -> None:
    """Standing beside the exact law, what is left is what the ridge takes."""
    learnt, other = table(4000), table(500, seed=1)

    def law(of: np.ndarray) -> np.ndarray:
        fading = np.exp(-of[:, NAMES.index("lead time")].astype(float) / 6.0)
        return np.asarray(fading * roots(of, "pm25 now") + (1 - fading) * roots(of, "base"))

    anchor = fit_anchor(learnt, law(learnt))
    assert np.abs(anchor.predict(other) - law(other)).max() < 0.2
    assert np.std(law(other)) > 3


def test_what_lacks_stands_at_its_mean() -> None:
    learnt = table(2000)
    anchor = fit_anchor(learnt, roots(learnt, "pm25 now"))
    silent = table(10, seed=1, pm25_now=np.full(10, np.nan))
    mean = table(10, seed=1, pm25_now=np.full(10, anchor.centre[CONCENTRATIONS.index("pm25 now")] ** 2))
    np.testing.assert_allclose(anchor.predict(silent), anchor.predict(mean), rtol=1e-5)


@pytest.mark.parametrize("name", CONCENTRATIONS)
def test_a_concentration_that_was_never_known_changes_nothing(name: str) -> None:
    learnt = table(1000)
    learnt[:, NAMES.index(name)] = np.nan
    anchor = fit_anchor(learnt, roots(table(1000, seed=2), "base 24 h"))
    assert np.isfinite(anchor.weights).all()
    other = table(5, seed=3)
    without = other.copy()
    without[:, NAMES.index(name)] = np.nan
    np.testing.assert_allclose(anchor.predict(other), anchor.predict(without))
