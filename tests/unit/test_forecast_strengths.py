import numpy as np
import pytest

from hazecast.forecast.strengths import FURTHEST, LEAST_PAIRS, SEASONS, fit_strengths, season_of

START = np.datetime64("2015-11-01T01", "ns")
TRUE = np.array([2.0, 0.5, 1.2])
BACKGROUND = 20.0


def times(hours: int) -> np.ndarray:
    return START + np.arange(hours) * np.timedelta64(1, "h")


def made_up(hours: int, stations: int = 4, noise: float = 0.1, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Parts of three regions that come and go by days, and what is observed of them with their true strengths."""
    chance = np.random.default_rng(seed)
    days = hours // 24 + 1
    parts = np.repeat(chance.lognormal(3.0, 0.8, (days, stations, 3)), 24, axis=0)[:hours]
    edges = np.full((hours, stations, 1), 0.9)
    observed = (parts @ TRUE + BACKGROUND * edges[..., 0]) * chance.lognormal(0.0, noise, (hours, stations))
    return np.concatenate([parts, edges], axis=2), observed


def test_strengths_that_made_the_observations_are_found_again() -> None:
    parts, observed = made_up(24 * 80)
    strengths = fit_strengths(parts, observed, times(24 * 80), 1)
    assert strengths is not None
    autumn, winter = (strengths.values[SEASONS.index(name)] for name in ("SON", "DJF"))
    np.testing.assert_allclose(autumn[:3], TRUE, rtol=0.1)
    np.testing.assert_allclose(winter[:3], TRUE, rtol=0.1)
    assert autumn[3] == pytest.approx(BACKGROUND, rel=0.3)
    errors = np.sqrt(np.diag(strengths.covariance[SEASONS.index("DJF")]))
    assert (np.abs(winter[:3] - TRUE) < 3 * errors[:3]).all()
    assert strengths.days.tolist() == [50, 0, 0, 30]


def test_little_data_stay_near_the_first_guess_and_say_so() -> None:
    long, short = (fit_strengths(*made_up(24 * days, stations=1, noise=0.6), times(24 * days), 1) for days in (80, 3))
    assert long is not None
    assert short is not None
    drawn, free = (np.abs(found.values[3, :3] / found.first_guess - 1.0).mean() for found in (short, long))
    assert drawn < 0.7 * free
    assert short.covariance[3, 0, 0] > 4 * long.covariance[3, 0, 0]


def test_a_season_without_days_has_the_strengths_of_the_whole() -> None:
    strengths = fit_strengths(*made_up(24 * 20), times(24 * 20), 1)
    assert strengths is not None
    np.testing.assert_array_equal(strengths.values[SEASONS.index("MAM")], strengths.values[SEASONS.index("JJA")])


def test_seasons_that_differ_are_told_apart() -> None:
    hours = 24 * 120
    parts, observed = made_up(hours)
    in_winter = season_of(times(hours)) == SEASONS.index("DJF")
    observed[in_winter] += 1.5 * parts[in_winter, :, 1]  # the second region emits 2.0 instead of 0.5
    strengths = fit_strengths(parts, observed, times(hours), 1)
    assert strengths is not None
    assert strengths.values[SEASONS.index("DJF"), 1] > 1.5
    assert strengths.values[SEASONS.index("SON"), 1] < 1.0


def test_the_mean_is_nearly_that_of_the_observations() -> None:
    parts, observed = made_up(24 * 40, noise=0.4)
    strengths = fit_strengths(parts, observed, times(24 * 40), 1)
    assert strengths is not None
    fitted = np.einsum("tsr,tr->ts", parts, strengths.of_season(season_of(times(24 * 40))))
    assert fitted.mean() == pytest.approx(observed.mean(), rel=0.05)


def test_too_little_gives_nothing() -> None:
    parts, observed = made_up(LEAST_PAIRS // 4)
    assert fit_strengths(parts, observed, times(observed.shape[0]), 1) is not None
    observed[-1, -1] = np.nan
    assert fit_strengths(parts, observed, times(observed.shape[0]), 1) is None
    parts, observed = made_up(100)
    assert fit_strengths(np.zeros_like(parts), observed, times(100), 1) is None
    assert fit_strengths(np.full_like(parts, np.nan), observed, times(100), 1) is None


def test_missing_values_are_not_values() -> None:
    parts, observed = made_up(24 * 80)
    whole = fit_strengths(parts, observed, times(24 * 80), 1)
    holed = observed.copy()
    holed[np.random.default_rng(1).random(observed.shape) < 0.3] = np.nan
    with_holes = fit_strengths(parts, holed, times(24 * 80), 1)
    assert whole is not None
    assert with_holes is not None
    np.testing.assert_allclose(with_holes.values, whole.values, rtol=0.15)


def test_strengths_are_above_zero_and_within_reason_whatever_is_observed() -> None:
    parts, observed = made_up(24 * 30)
    observed[:] = np.where(parts[..., 0] > np.median(parts[..., 0]), 5.0, 300.0)  # the more the first region gives, the less is observed
    strengths = fit_strengths(parts, observed, times(24 * 30), 1)
    assert strengths is not None
    assert (strengths.values > 0.0).all()
    assert (strengths.values[:, :3] <= FURTHEST**2 * strengths.first_guess).all()


@pytest.mark.parametrize(("day", "season"), [("2015-12-01", "DJF"), ("2016-02-29", "DJF"), ("2016-03-01", "MAM"), ("2016-08-31", "JJA"),
                                              ("2016-11-30", "SON")])  # fmt: skip
def test_seasons_are_those_of_meteorology(day: str, season: str) -> None:
    assert SEASONS[season_of(np.array([day], dtype="datetime64[ns]"))[0]] == season
