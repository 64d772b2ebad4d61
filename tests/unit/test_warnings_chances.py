import numpy as np
import pytest

from hazecast.quantiles import values_at
from hazecast.records import Level
from hazecast.warnings.chances import ascending, level_chances
from hazecast.warnings.deciding import levels
from hazecast.warnings.edition import load_edition

EDITION = load_edition("cma-haze-2013")
QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
NAN = np.nan


def test_quantiles_that_cross_are_put_in_order_and_a_gap_makes_all_unknown() -> None:
    assert ascending(np.array([[3.0, 1.0, 2.0]])).tolist() == [[1.0, 2.0, 3.0]]
    assert np.isnan(ascending(np.array([[3.0, NAN, 2.0], [1.0, -999.0, 2.0]]))).all()


@pytest.mark.parametrize("quantiles", [[0.5], [0.1, 0.2], [0.6, 0.9], [0.0, 0.5, 0.9], [0.1, 0.5, 1.0], [0.9, 0.5, 0.1], [0.1, 0.1, 0.9]])
def test_quantiles_that_do_not_ascend_round_the_median_are_refused(quantiles: list[float]) -> None:
    values = np.ones((1, 1, len(quantiles)))
    with pytest.raises(ValueError, match="quantiles"):
        level_chances(EDITION, values, values, np.ones((1, 1)), np.array(quantiles))


@pytest.mark.parametrize("humidity", [50.0, 90.0])
@pytest.mark.parametrize("per_metre_and_ug", [4e-6, 8e-6, 1.6e-5])
def test_chances_agree_with_the_levels_of_a_large_sample(humidity: float, per_metre_and_ug: float) -> None:
    """The same quantile function sampled densely between its outermost quantiles, each sample decided by the table."""
    pm25 = np.array([60.0, 130.0, 220.0, 310.0, 620.0])
    extinction = per_metre_and_ug * pm25 + 1e-5
    chances = level_chances(EDITION, pm25[None, None], 3.0 / extinction[None, None], np.array([[humidity]]), QUANTILES)
    probability = np.linspace(QUANTILES[0], QUANTILES[-1], 20_001)
    sampled = np.interp(probability, QUANTILES, pm25)
    decided = levels(EDITION, sampled, 3.0 / (per_metre_and_ug * sampled + 1e-5), humidity)
    within = [level for level in chances.levels if decided[0] < level <= decided[-1]]
    assert within
    for level in within:
        sampled_chance = 1.0 - probability[np.argmax(decided >= level)]
        assert chances.least[chances.levels.index(level), 0, 0] == pytest.approx(sampled_chance, abs=1e-4)
    assert np.array_equal(chances.least, chances.greatest)


@pytest.mark.parametrize("humidity", [50.0, 90.0])
@pytest.mark.parametrize("log_error", [0.1, 0.3, 0.6])
def test_where_visibility_errs_by_itself_chances_agree_with_a_large_sample_too(humidity: float, log_error: float) -> None:
    pm25 = np.array([60.0, 130.0, 220.0, 310.0, 620.0])
    clarity = 1.1e6 if humidity < 80.0 else 6e5
    found = level_chances(EDITION, pm25[None, None], clarity / pm25[None, None], np.array([[humidity]]), QUANTILES, log_error)
    chance = np.random.default_rng(0)
    sampled = values_at(pm25, QUANTILES, (np.arange(200_000) + 0.5) / 200_000)
    seen = clarity / sampled * np.exp(log_error * chance.standard_normal(sampled.size))
    decided = levels(EDITION, sampled, seen, humidity)
    for level, probability in zip(found.levels, found.least[:, 0, 0], strict=True):
        assert probability == pytest.approx(float((decided >= level).mean()), abs=0.02)
    assert np.array_equal(found.least, found.greatest)


def chances_of(pm25: float, visibility: float, humidity: float) -> tuple[dict[Level, tuple[float, float]], list[str]]:
    spread = np.array([0.8, 0.9, 1.0, 1.1, 1.2])
    found = level_chances(EDITION, pm25 * spread[None, None], visibility / spread[None, None], np.array([[humidity]]), QUANTILES)
    bounds = {level: (float(found.least[i, 0, 0]), float(found.greatest[i, 0, 0])) for i, level in enumerate(found.levels)}
    leading = [EDITION.conditions[i] for i in found.leading[:, 0, 0]]
    return bounds, [f"{level.name.lower()}-{condition.column}" for level, condition in leading]


@pytest.mark.parametrize(
    ("pm25", "visibility", "humidity", "expected"),
    [
        (20.0, 1500.0, 50.0, "orange-1"),
        (200.0, 1500.0, 90.0, "orange-2"),
        (400.0, 4000.0, 90.0, "orange-3"),
        (400.0, 4000.0, 50.0, "orange-3"),
    ],
)
def test_the_leading_condition_is_the_one_that_brings_the_level_about(
    pm25: float, visibility: float, humidity: float, expected: str
) -> None:
    bounds, leading = chances_of(pm25, visibility, humidity)
    assert leading[1] == expected
    assert bounds[Level.ORANGE][0] > 0.9


def test_lacking_visibility_leaves_every_chance_open() -> None:
    bounds, _ = chances_of(300.0, NAN, 50.0)
    assert all(low == 0.0 and high >= 0.0005 for low, high in bounds.values())
    assert bounds[Level.RED][1] == 1.0


def test_lacking_pm25_keeps_what_visibility_proves_and_leaves_the_rest_open() -> None:
    bounds, _ = chances_of(NAN, 2500.0, 50.0)
    assert bounds[Level.YELLOW][0] > 0.8
    assert bounds[Level.RED][0] < 0.01
    assert {high for _, high in bounds.values()} == {1.0}
    clear, _ = chances_of(NAN, 40_000.0, 50.0)
    assert clear[Level.YELLOW][1] == 1.0


def test_lacking_humidity_spans_what_dry_and_humid_air_would_give() -> None:
    dry, _ = chances_of(120.0, 2500.0, 50.0)
    humid, _ = chances_of(120.0, 2500.0, 90.0)
    open_, _ = chances_of(120.0, 2500.0, NAN)
    for level in dry:
        both = (dry[level][0], humid[level][0])
        assert open_[level] == (min(both), max(both))
    assert open_[Level.YELLOW][0] < open_[Level.YELLOW][1]
