"""Two backtests held against each other, and the sentence that says so."""

import dataclasses

import numpy as np
import pytest
import xarray as xr

from hazecast.backtest.comparison.compared import Compared, HeadToHead, compare_apart, compare_paired, same_cases
from hazecast.backtest.comparison.losses import CRPS, SQUARED, Slice, losses_beside_persistence, paired_losses, slices_of
from hazecast.backtest.comparison.verdict import verdict
from hazecast.backtest.verification import Terms
from hazecast.backtest.verification.pairs import Against, against
from tests.backtest_folder import Made, air, forecasts_of

MADE = Made(days=24, stations=2, leads=24)
NAMES = ("new", "old")
Case = tuple[xr.Dataset, xr.Dataset, Against]


def held_against(forecasts: xr.Dataset, made: Made) -> Against:
    return against(forecasts, air(made)["pm25"], Terms())


def worse(forecasts: xr.Dataset, by: float) -> xr.Dataset:
    """The same forecasts, too high by so many µg m-3."""
    return forecasts.assign(pm25=forecasts["pm25"] + by, pm25_quantile=forecasts["pm25_quantile"] + by)


@pytest.fixture(scope="module")
def case() -> Case:
    good = forecasts_of(air(MADE), dataclasses.replace(MADE, error=0.15))
    return good, worse(good, 300.0), held_against(good, MADE)


def test_sums_of_losses_are_those_of_the_pairs(case: Case) -> None:
    good, bad, held = case
    slices = slices_of(["1001", "1002"], good["lead_time"].values)
    assert [s.label for s in slices if s.kind == "lead"] == ["1-6", "7-12", "13-24"]
    losses = paired_losses(good, bad, held, slices)
    observed = held.observations.at(
        held.observations.hour_of(good["init_time"].values[:, None] + good["lead_time"].values * np.timedelta64(1, "h"))
    )
    errors = [f["pm25"].values.astype(float) - observed.transpose(0, 2, 1) for f in (good, bad)]
    for part, where in (
        (Slice("all", "all"), np.s_[:]),
        (Slice("lead", "7-12"), np.s_[:, :, 6:12]),
        (Slice("station", "1002"), np.s_[:, 1]),
    ):
        at = slices.index(part)
        for forecast in (0, 1):
            assert losses.mean(SQUARED, forecast, at) == pytest.approx(np.nanmean(errors[forecast][where] ** 2))
    daily = np.mean(errors[0] ** 2 - errors[1] ** 2, axis=(1, 2))
    np.testing.assert_allclose(losses.differences(SQUARED, 0), daily)
    assert 0 < losses.mean(CRPS, 0, 0) < losses.mean(CRPS, 1, 0)


def test_seasons_and_levels_divide_the_pairs(case: Case) -> None:
    good, bad, held = case
    slices = slices_of(["1001", "1002"], good["lead_time"].values)
    losses = paired_losses(good, bad, held, slices)
    for kind in ("lead", "station", "season", "level"):
        places = [i for i, s in enumerate(slices) if s.kind == kind]
        np.testing.assert_array_equal(losses.counts[:, places].sum(axis=1), losses.counts[:, 0])


def test_pairs_that_one_lacks_count_for_neither(case: Case) -> None:
    good, bad, held = case
    holes = bad.copy(deep=True)
    holes["pm25"][3, 0, :10] = np.nan
    losses = paired_losses(good, holes, held, [Slice("all", "all")])
    assert losses.counts[0, 0].sum() == MADE.days * 2 * MADE.leads - 10


def test_the_better_one_is_named_with_where_and_how_much(case: Case) -> None:
    good, bad, held = case
    found = compare_paired(good, bad, held, NAMES)
    assert {row.slice.kind for row in found.rows} == {"all", "lead", "station", "season", "level"}
    assert verdict(found).startswith("new is better than old at every lead time (RMSE ")
    turned = compare_paired(bad, good, held, NAMES)
    assert verdict(turned).startswith("old is better than new at every lead time (RMSE ")
    for one, other in zip(found.rows, turned.rows, strict=True):
        assert (one.first, one.p_value) == (other.second, pytest.approx(other.p_value, nan_ok=True))


def test_the_same_forecast_is_not_better_than_itself(case: Case) -> None:
    good, _, held = case
    found = compare_paired(good, good, held, NAMES)
    assert not any(row.told for row in found.rows)
    assert verdict(found).startswith("No difference between new and old can be told from chance at any lead time (RMSE ")


def test_forecasts_that_differ_by_chance_are_not_told_apart() -> None:
    first, second = (forecasts_of(air(MADE), dataclasses.replace(MADE, forecast_seed=seed)) for seed in (4, 5))
    found = compare_paired(first, second, held_against(first, MADE), NAMES)
    assert verdict(found).startswith("No difference")


def test_only_what_both_forecast_is_compared(case: Case) -> None:
    good, bad, _ = case
    shared = same_cases(good.isel(init_time=slice(0, 10)), bad.isel(init_time=slice(5, 24), station=[1], lead_time=slice(0, 12)))
    assert shared is not None
    assert [dict(part.sizes)[d] for part in shared for d in ("init_time", "station", "lead_time")] == [5, 1, 12] * 2
    assert same_cases(good.isel(station=[0]), bad.isel(station=[1])) is None


def test_other_cases_are_compared_by_their_skill(case: Case) -> None:
    good, _, held = case
    elsewhere = dataclasses.replace(MADE, start=np.datetime64("2016-12-01T00", "ns"))
    other = worse(forecasts_of(air(elsewhere), elsewhere), 300.0)
    found = compare_apart((good, held), (other, held_against(other, elsewhere)), NAMES)
    assert not found.paired
    (whole,) = found.of("all", found.main_score)
    beside = losses_beside_persistence(good, held, [Slice("all", "all")])
    assert whole.first == pytest.approx(1 - np.sqrt(beside.mean(SQUARED, 0, 0) / beside.mean(SQUARED, 1, 0)))
    assert whole.better == pytest.approx(whole.first - whole.second)
    assert "its skill over persistence is" in verdict(found)
    again = compare_apart((good, held), (other, held_against(other, elsewhere)), NAMES)
    assert again.rows == found.rows


def head_to_head(*leads: tuple[str, float, float, float], paired: bool = True) -> HeadToHead:
    """Of (leads, first, second, p)."""
    score = "RMSE" if paired else "skill over persistence (RMSE)"
    rows = [Compared(Slice("lead", label), score, a, b, 1 - a / b if paired else a - b, p, 30, 700) for label, a, b, p in leads]
    return HeadToHead(NAMES, paired, tuple(rows))


@pytest.mark.parametrize(
    ("versus", "sentence"),
    [
        (
            head_to_head(("1-6", 18.0, 20.0, 0.2), ("7-12", 45.0, 50.0, 0.02), ("13-24", 45.0, 60.0, 0.0004)),
            "new is better than old at 7–24 h (RMSE 10.0 to 25.0 % lower, p = 0.02); at 1–6 h no difference can be told from chance.",
        ),
        (
            head_to_head(("1-6", 20.0, 18.0, 0.004), ("7-12", 45.0, 50.0, 0.04)),
            "new is better than old at 7–12 h (RMSE 10.0 % lower, p = 0.04); "
            "old is better than new at 1–6 h (RMSE 10.0 % lower, p = 0.004).",
        ),
        (
            head_to_head(("1-6", 0.3, 0.1, 0.0001), paired=False),
            "new is better than old at every lead time (its skill over persistence is 20.0 percentage points higher, p < 0.001).",
        ),
        (
            head_to_head(("1-6", 18.0, 20.0, float("nan")), ("13-24", 1.0, 1.0, 1.0)),
            "No difference between new and old can be told from chance at any lead time.",
        ),
        (head_to_head(), "new and old cannot be compared: nothing was observed that both forecast."),
    ],
)
def test_the_sentence(versus: HeadToHead, sentence: str) -> None:
    assert verdict(versus) == sentence
