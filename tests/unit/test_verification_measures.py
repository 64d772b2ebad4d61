"""Each score against published worked examples and by hand."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import norm
from scores.probability import crps_cdf

from hazecast.backtest.verification.brier import BINS, bin_names, brier_scores, decomposition
from hazecast.backtest.verification.contingency import contingency_scores
from hazecast.backtest.verification.deterministic import Deterministic
from hazecast.backtest.verification.ordered import Levels, gerrity, levels_in
from hazecast.backtest.verification.quantile_loss import crps, probability_below
from hazecast.backtest.verification.statistic import Scored, Sums
from hazecast.records import Level
from hazecast.warnings.edition import load_edition

NAN = np.nan
LEVELS = (Level.NONE, Level.YELLOW, Level.ORANGE, Level.RED)
# Goldsmith (1990) as printed by Wilks (2011), Table 8.4: freezing rain, snow and rain, rows observed here, columns forecast.
PRECIPITATION_TYPES = np.array([[50.0, 47.0, 54.0], [91.0, 2364.0, 205.0], [71.0, 170.0, 3288.0]])


def by_name(scored: tuple[Scored, ...], event: str | None = None) -> dict[str, np.ndarray]:
    return {s.score: s.values for s in scored if event is None or s.event == event}


def of_counts(hits: float, false_alarms: float, misses: float, correct: float) -> dict[str, float]:
    scored = contingency_scores("f", ("e",), *(np.array([c]) for c in (hits, false_alarms, misses, correct)))
    return {name: float(values) for name, values in by_name(scored).items()}


def test_finleys_tornadoes() -> None:
    """Murphy (1996), Wea. Forecasting 11, 3: 28 hits, 72 false alarms, 23 misses, 2680 correct negatives."""
    found = of_counts(28, 72, 23, 2680)
    published = {"pod": 0.549, "far": 0.720, "csi": 0.228, "ets": 0.216, "hss": 0.355, "pss": 0.523, "pofd": 0.026, "frequency_bias": 1.96}
    assert {name: found[name] for name in published} == pytest.approx(published, abs=0.001)
    assert found["success_ratio"] == pytest.approx(0.280)
    assert found["base_rate"] == pytest.approx(51 / 2803)


def test_sedi_as_ferro_and_stephenson_define_it() -> None:
    """Ferro and Stephenson (2011), Wea. Forecasting 26, 699, equation 4, with H = 28/51 and F = 72/2752."""
    h, f = 28 / 51, 72 / 2752
    above = np.log(f) - np.log(h) - np.log(1 - f) + np.log(1 - h)
    below = np.log(f) + np.log(h) + np.log(1 - f) + np.log(1 - h)
    assert of_counts(28, 72, 23, 2680)["sedi"] == pytest.approx(above / below)
    assert of_counts(28, 72, 23, 2680)["sedi"] == pytest.approx(0.753, abs=0.001)  # by hand: -3.814 / -5.066
    assert of_counts(20, 20, 20, 20)["sedi"] == pytest.approx(0.0)


@pytest.mark.parametrize("counts", [(0, 0, 0, 0), (0, 0, 0, 50), (0, 5, 0, 50), (0, 0, 5, 50), (5, 0, 0, 0)])
def test_what_is_not_defined_is_nan(counts: tuple[float, float, float, float]) -> None:
    found = of_counts(*counts)
    hits, false_alarms, misses, _ = counts
    assert np.isnan(found["pod"]) == (hits + misses == 0)
    assert np.isnan(found["far"]) == (hits + false_alarms == 0)
    assert np.isnan(found["csi"]) == (hits + false_alarms + misses == 0)
    assert np.isnan(found["sedi"])
    assert np.isnan(found["frequency_bias"]) == (hits + misses == 0)
    assert not np.isinf(list(found.values())).any()


def gandin_murphy_gerrity(table: np.ndarray) -> float:
    """The scoring matrix of Gerrity (1992), equation 15, and its sum over a table (observed, forecast)."""
    p = table / table.sum()
    below = np.cumsum(p.sum(axis=1))[:-1]
    a = (1 - below) / below
    size = len(p)
    s = np.zeros((size, size))
    for i in range(size):
        for j in range(i, size):
            s[i, j] = s[j, i] = ((1 / a[:i]).sum() - (j - i) + a[j:].sum()) / (size - 1)
    return float((p * s).sum())


def test_gerrity_of_rain_and_snow() -> None:
    """The weights by hand: s11 21.1, s22 0.64, s33 0.41, s12 0.13, s13 -1, s23 -0.49."""
    weights = np.array([[21.1, 0.13, -1.0], [0.13, 0.64, -0.49], [-1.0, -0.49, 0.41]])
    assert gerrity(PRECIPITATION_TYPES) == pytest.approx((weights * PRECIPITATION_TYPES).sum() / PRECIPITATION_TYPES.sum(), abs=0.005)
    assert gerrity(PRECIPITATION_TYPES) == pytest.approx(0.57, abs=0.005)
    assert gerrity(PRECIPITATION_TYPES) == pytest.approx(gandin_murphy_gerrity(PRECIPITATION_TYPES))


@given(hnp.arrays(np.float64, st.integers(2, 5).map(lambda k: (k, k)), elements=st.integers(1, 500).map(float)))
def test_gerrity_is_the_sum_over_its_scoring_matrix(table: np.ndarray) -> None:
    assert gerrity(table) == pytest.approx(gandin_murphy_gerrity(table))


def test_gerrity_of_two_categories_is_peirces_score() -> None:
    assert gerrity(np.array([[2680.0, 72.0], [23.0, 28.0]])) == pytest.approx(0.523, abs=0.001)


def test_gerrity_leaves_out_levels_that_nobody_saw() -> None:
    never_red = np.zeros((4, 4))
    never_red[:3, :3] = PRECIPITATION_TYPES
    assert gerrity(never_red) == pytest.approx(gerrity(PRECIPITATION_TYPES))
    assert gerrity(np.diag([5.0, 0.0, 3.0, 0.0])) == pytest.approx(1.0)
    assert np.isnan(gerrity(np.array([[50.0, 3.0], [0.0, 0.0]])))
    assert np.isnan(gerrity(np.zeros((2, 3, 3)))).all()


def test_levels_are_counted_from_each_one_on_and_firm_charges_for_every_bound() -> None:
    family = Levels("f", LEVELS, risk=0.25)
    table = np.zeros((4, 4))
    table[0, 0], table[0, 2], table[3, 1], table[2, 2] = 10, 2, 1, 3  # seen, said
    values = np.concatenate([[table.sum()], table.ravel()])
    scored = family.scores(Sums(family.names, values))
    orange = by_name(scored, "orange or above")
    assert [float(orange[c]) for c in ("hits", "false_alarms", "misses", "correct_negatives")] == [3, 2, 1, 10]
    whole = by_name(scored, "levels")
    # For every bound that lies between: 1 - risk when too much was said, risk when too little.
    assert float(whole["firm_overforecast"]) == pytest.approx(2 * 2 * 0.75 / 16)
    assert float(whole["firm_underforecast"]) == pytest.approx(1 * 2 * 0.25 / 16)
    assert float(whole["firm"]) == pytest.approx((3.0 + 0.5) / 16)
    assert float(whole["fraction_correct"]) == pytest.approx(13 / 16)


def test_an_editions_levels_ascend_from_none() -> None:
    assert levels_in(load_edition("cma-haze-2013")) == LEVELS


def test_deterministic_scores_by_hand() -> None:
    f, y, h = np.array([10.0, 60.0, 30.0]), np.array([20.0, 40.0, 90.0]), np.array([20.0, 50.0, 60.0])
    sums = [3, f.sum(), y.sum(), f @ f, y @ y, f @ y, np.abs(f - y).sum(), ((f - y) ** 2).sum(), 2.0, ((h - y) ** 2).sum()]
    family = Deterministic("persistence")
    found = {name: float(v) for name, v in by_name(family.scores(Sums(family.names, np.array(sums)))).items()}
    assert found["bias"] == pytest.approx(-50 / 3)
    assert found["mae"] == pytest.approx(30.0)
    assert found["rmse"] == pytest.approx(np.sqrt((100 + 400 + 3600) / 3))
    assert found["correlation"] == pytest.approx(np.corrcoef(f, y)[0, 1])
    assert found["fac2"] == pytest.approx(2 / 3)
    assert found["forecast_sd"] == pytest.approx(f.std())
    assert found["observed_sd"] == pytest.approx(y.std())
    assert found["unbiased_rmse"] ** 2 == pytest.approx(found["rmse"] ** 2 - found["bias"] ** 2)
    assert found["skill_over_persistence"] == pytest.approx(1 - 1000 / 4100)
    assert found["fairmode_target"] == pytest.approx(np.sqrt(1000 / 4100))


def test_a_constant_has_no_correlation() -> None:
    family = Deterministic("hazecast")
    f, y = np.full(7, 0.1 + 400), np.arange(7.0)
    sums = [7, f.sum(), y.sum(), f @ f, y @ y, f @ y, 0, 0, 0, 0]
    assert np.isnan(by_name(family.scores(Sums(family.names, np.array(sums, dtype=float))))["correlation"])


Q = np.array([0.02, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.98])


def test_crps_of_a_fine_normal_distribution_is_the_closed_form() -> None:
    """Gneiting and Raftery (2007), J. Amer. Stat. Assoc. 102, 359: σ (z (2 Φ(z) - 1) + 2 φ(z) - 1/√π)."""
    fine = np.linspace(0.0005, 0.9995, 1000)
    for y in (-2.0, 0.3, 0.0, 4.0):
        closed = y * (2 * norm.cdf(y) - 1) + 2 * norm.pdf(y) - 1 / np.sqrt(np.pi)
        assert crps(norm.ppf(fine)[None], fine, np.array([y]))[0] == pytest.approx(closed, abs=2e-3)


@pytest.mark.slow  # the library compiles what it integrates with
def test_crps_is_that_of_the_library_for_the_same_distribution() -> None:
    values = np.array([20.0, 35.0, 50.0, 80.0, 120.0, 180.0, 260.0, 300.0, 400.0])
    y = np.array([5.0, 90.0, 120.0, 450.0])
    edge = 1e-7  # the outermost quantiles hold their tails: jumps there
    at = np.concatenate([[values[0] - edge], values, [values[-1] + edge]])
    cdf = xr.DataArray(np.tile(np.concatenate([[0.0], Q, [1.0]]), (y.size, 1)), dims=("pair", "x"), coords={"x": at})
    theirs = crps_cdf(cdf, xr.DataArray(y, dims="pair"), threshold_dim="x", preserve_dims=["pair"], propagate_nans=True)["total"].values
    assert crps(np.tile(values, (y.size, 1)), Q, y) == pytest.approx(theirs, rel=1e-5)


def test_crps_of_one_value_is_the_absolute_error() -> None:
    assert crps(np.full((3, 9), 50.0), Q, np.array([20.0, 50.0, 90.0])) == pytest.approx([30.0, 0.0, 40.0])


@given(hnp.arrays(np.float64, (9,), elements=st.floats(0, 800)), st.floats(0, 1000))
def test_crps_is_never_negative_nor_above_the_farthest_quantiles_error(values: np.ndarray, y: float) -> None:
    ordered = np.sort(values)
    found = crps(ordered[None], Q, np.array([y]))[0]
    assert -1e-9 <= found <= np.abs(ordered - y).max() + 1e-9


def test_probability_below() -> None:
    values = np.linspace(10, 90, 9)[None].repeat(3, axis=0)
    below = probability_below(values, Q, np.array([10.0, 55.0, 1e6]))
    assert below[:2] == pytest.approx([0.02, 0.625])
    assert 0.98 < below[2] < 1.0


def test_brier_score_and_murphys_parts_by_hand() -> None:
    """Ten forecasts of 0.8 of which six came and ten of 0.2 of which one came."""
    pairs, events = np.zeros(BINS), np.zeros(BINS)
    pairs[[2, 8]], events[[2, 8]] = 10, [1, 6]
    chances = pairs * np.array([0, 0, 0.2, 0, 0, 0, 0, 0, 0.8, 0])
    reliability, resolution, uncertainty = decomposition(pairs, chances, events)
    assert reliability == pytest.approx(0.5 * 0.01 + 0.5 * 0.04)
    assert resolution == pytest.approx(0.25**2)
    assert uncertainty == pytest.approx(0.35 * 0.65)
    score = (6 * 0.04 + 4 * 0.64 + 1 * 0.64 + 9 * 0.04) / 20
    sums = Sums(("n", *bin_names(75.0)), np.concatenate([[20], [score * 20], pairs, chances, events]))
    found = by_name(brier_scores(sums, sums.of("n"), 75.0))
    assert found["brier"] == pytest.approx(score)
    assert found["brier_within_bins"] == pytest.approx(0.0, abs=1e-12)
    assert found["brier_skill"] == pytest.approx(1 - score / (0.35 * 0.65))


def test_no_pairs_no_brier_score() -> None:
    nothing = np.zeros(BINS)
    assert np.isnan(decomposition(nothing, nothing, nothing)).all()
