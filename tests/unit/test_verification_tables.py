"""A whole backtest in its table and curves: every number found again from the pairs, one by one."""

import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.archive.netcdf import read_dataset
from hazecast.backtest.verification import ControlDays, ControlPeriod, Pairs, Verification, paired, read_control_days, verify, write_scores
from hazecast.backtest.verification import accumulate as accumulating
from hazecast.backtest.verification.counting import comparison_of
from hazecast.backtest.verification.distribution import PIT_BINS
from hazecast.backtest.verification.quantile_loss import crps
from hazecast.backtest.verification.table import COLUMNS
from hazecast.backtest.verification.terms import CLIMATOLOGY, FORECAST, FORECASTS, PERSISTENCE
from hazecast.errors import UnreadableInput
from hazecast.records import Level
from tests.verification_case import QUANTILES, TERMS, backtest, observed, random_case, terms

Truth = NDArray[np.bool_]
NAN = np.nan


@pytest.fixture(scope="module")
def case() -> tuple[xr.Dataset, xr.DataArray]:
    return random_case()


@pytest.fixture(scope="module")
def verification(case: tuple[xr.Dataset, xr.DataArray]) -> Verification:
    return verify(*case, TERMS)


@pytest.fixture(scope="module")
def pairs(case: tuple[xr.Dataset, xr.DataArray]) -> Pairs:
    return paired(*case, TERMS)


@pytest.fixture(scope="module")
def counted(pairs: Pairs) -> Truth:
    return pairs.counted(FORECAST, comparison_of(pairs.missing))


def where(pairs: Pairs, kind: str, name: str) -> Truth:
    """The pairs (cycle, station, lead) of a slice, found in another way than the tables do."""
    index = pd.DatetimeIndex(pairs.local_times.ravel())
    by_valid = {"hour": index.strftime("%H"), "season": index.month.map(lambda m: ["DJF", "MAM", "JJA", "SON"][m % 12 // 3])}
    if kind in by_valid:
        here = np.asarray(by_valid[kind] == name).reshape(pairs.local_times.shape)[:, None, :]
    elif kind == "lead":
        first, last = map(int, name.split("-"))
        here = (pairs.lead >= first) & (pairs.lead <= last)
    elif kind == "station":
        here = (np.array(pairs.stations) == name)[None, :, None]
    elif kind == "level":
        here = pairs.observed_level == Level[name.upper()]
    else:
        value = pairs.observed if kind == "observed" else pairs.values[0]
        here = value > 115 if name.startswith("above") else value <= 115
    return np.broadcast_to(here, pairs.observed.shape)


SLICES = [
    ("lead", "7-12"),
    ("lead", "25-30"),
    ("season", "DJF"),
    ("hour", "05"),
    ("station", "s1"),
    ("level", "yellow"),
    ("observed", "above 115"),
    ("forecast", "above 115"),
    ("lead, observed", "13-24 / above 115"),
    ("lead, forecast", "1-6 / up to 115"),
    ("lead, level", "13-24 / none"),
    ("lead, station", "25-30 / s2"),
]


@pytest.mark.parametrize(("kind", "name"), SLICES)
def test_every_slice_is_scored_on_its_own_pairs(verification: Verification, pairs: Pairs, counted: Truth, kind: str, name: str) -> None:
    parts = list(zip(kind.split(", "), name.split(" / "), strict=True))
    slice_ = np.all([where(pairs, k, n) for k, n in parts], axis=0)
    here = slice_ & counted
    y = pairs.observed[here]
    for i, forecast in enumerate(FORECASTS):
        f = pairs.values[i][here]
        assert verification.value("rmse", forecast=forecast, kind=kind, name=name) == pytest.approx(np.sqrt(((f - y) ** 2).mean()))
        assert verification.value("bias", forecast=forecast, kind=kind, name=name) == pytest.approx((f - y).mean())
    (row,) = verification.rows(score="rmse", forecast=FORECAST, kind=kind).query("slice == @name").itertuples()
    assert (row.n, row.missing) == (here.sum(), (slice_ & ~counted).sum())
    assert here.sum() > 10


@pytest.mark.parametrize("forecast", [FORECAST, PERSISTENCE])
def test_contingency_scores_count_the_pairs(verification: Verification, pairs: Pairs, counted: Truth, forecast: str) -> None:
    f, y = pairs.values[FORECASTS.index(forecast)][counted], pairs.observed[counted]
    for threshold in TERMS.thresholds:
        event = f"pm25 > {threshold:g}"
        hits, either = ((f > threshold) & (y > threshold)).sum(), ((f > threshold) | (y > threshold)).sum()
        assert verification.value("csi", forecast=forecast, event=event) == pytest.approx(hits / either)
        assert verification.value("hits", forecast=forecast, event=event) == hits
    known = pairs.levels_counted(forecast, comparison_of(pairs.missing))
    said, seen = pairs.levels[FORECASTS.index(forecast)][known], pairs.observed_level[known]
    orange = ((said >= Level.ORANGE) & (seen >= Level.ORANGE)).sum() / (seen >= Level.ORANGE).sum()
    assert verification.value("pod", forecast=forecast, event="orange or above") == pytest.approx(orange)
    assert verification.value("fraction_correct", forecast=forecast, event="levels") == pytest.approx((said == seen).mean())
    table = verification.curves["level_count"].sel(days="all", forecast=forecast).values[0]
    assert table[2, 0] == ((seen == Level.ORANGE) & (said == Level.NONE)).sum()


def test_probabilistic_scores(verification: Verification, pairs: Pairs, counted: Truth) -> None:
    q, y = pairs.quantile_values[counted], pairs.observed[counted]
    at = {p: q[:, i] for i, p in enumerate(QUANTILES)}
    assert verification.value("crps") == pytest.approx(crps(q, np.array(QUANTILES), y).mean())
    assert verification.value("coverage_90") == pytest.approx(((y >= at[0.05]) & (y <= at[0.95])).mean())
    assert verification.value("width_80") == pytest.approx((at[0.9] - at[0.1]).mean())
    assert verification.value("share_at_or_below", event="quantile 0.25") == pytest.approx((y <= at[0.25]).mean())
    error = y - at[0.75]
    assert verification.value("pinball", event="quantile 0.75") == pytest.approx(np.maximum(0.75 * error, -0.25 * error).mean())
    absolute = np.abs(pairs.values[FORECASTS.index(CLIMATOLOGY)][counted] - y).mean()
    assert verification.value("crps_skill_over_climatology") == pytest.approx(1 - verification.value("crps") / absolute)
    parts = [
        verification.value(f"brier_{part}", event="pm25 > 150") for part in ("reliability", "resolution", "uncertainty", "within_bins")
    ]
    assert verification.value("brier", event="pm25 > 150") == pytest.approx(parts[0] - parts[1] + parts[2] + parts[3])
    high = counted & (pairs.observed > 115)
    above = (pairs.observed[high] <= pairs.quantile_values[high][:, 7]) & (pairs.observed[high] >= pairs.quantile_values[high][:, 1])
    assert verification.value("coverage_90", kind="observed", name="above 115") == pytest.approx(above.mean())


def test_curves_hold_every_pair_once(verification: Verification, counted: Truth) -> None:
    curves = verification.curves_of()
    assert int(curves["pit_count"].sum()) == int(curves["rank_count"].sum()) == counted.sum()
    assert (curves["reliability_count"].sum("bin") == counted.sum()).all()
    assert curves.sizes["pit_bin"] == PIT_BINS
    assert float(curves["rank_expected"].sum()) == pytest.approx(1.0)
    came = (curves["observed_frequency"] * curves["reliability_count"]).sum("bin").values
    assert came == pytest.approx([verification.value("hits", event=e) + verification.value("misses", event=e) for e in events()])
    by_lead = [verification.curves_of("lead", name)["pit_count"] for name in ("1-6", "7-12", "13-24", "25-30")]
    assert (sum(by_lead) == curves["pit_count"]).all()
    with pytest.raises(KeyError, match="no slice"):
        verification.curves_of("lead", "1-7")


def events() -> list[str]:
    return [f"pm25 > {t:g}" for t in TERMS.thresholds]


def test_the_histogram_of_a_true_distribution_is_flat_and_of_a_narrow_one_is_not() -> None:
    rng = np.random.default_rng(3)
    centre = np.full((100, 1, 20), 200.0)
    truth = observed(200.0 + 20.0 * rng.normal(size=(101 * 24, 1)))
    right, narrow = (verify(backtest(centre, spread=s), truth, terms(resamples=0)) for s in (20.0, 5.0))
    assert right.value("coverage_90") == pytest.approx(0.9, abs=0.02)
    assert right.value("pit_deviation") < 0.15 < narrow.value("pit_deviation")
    assert narrow.value("coverage_90") < 0.5


def test_stations_that_beat_persistence_are_counted() -> None:
    truth = np.tile(np.arange(80.0)[:, None] * 10, (1, 3))
    pm25 = np.tile(truth[1:5, 0], (1, 3, 1))
    pm25[0, 2] -= 500.0  # worse than persistence by far
    found = verify(backtest(pm25), observed(truth), TERMS)
    assert found.value("fairmode_share") == pytest.approx(2 / 3)
    (row,) = found.rows(score="fairmode_share", kind="lead").itertuples()
    assert (row.slice, row.value, row.n) == ("1-4", pytest.approx(2 / 3), 3)
    assert found.value("fairmode_target", kind="station", name="s0") == 0.0


def test_the_table_is_tidy(verification: Verification) -> None:
    table = verification.table
    assert tuple(table.columns) == COLUMNS
    key = ["forecast", "kind", "slice", "score", "event", "days"]
    assert not table.duplicated(key).any()
    assert not table[[*key, "n", "missing"]].isna().any().any()
    assert set(table[(table["kind"] == "station") & (table["score"] == "csi")]["forecast"]) == {FORECAST}
    assert set(table[table["kind"] == "lead, station"]["score"]) == {"bias", "rmse", "fairmode_target"}
    bounded = table.dropna(subset=["value", "low", "high"])
    assert (bounded["low"] <= bounded["high"]).all()
    assert set(table.loc[table["low"].notna(), "kind"]).isdisjoint({"station", "lead, station"})
    assert ((bounded["value"] >= bounded["low"]) & (bounded["value"] <= bounded["high"])).mean() > 0.9


def test_slices_without_pairs_give_nan_and_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = verify(backtest(np.full((1, 2, 3), NAN)), observed(np.full((30, 2), 20.0), first_hour=-10), TERMS)
    assert found.counts.both == 0
    assert set(found.table["n"]) == {0}
    scores = found.table[~found.table["score"].isin(["hits", "misses", "false_alarms", "correct_negatives"])]
    assert scores["value"].isna().all()
    assert found.rows(score="rmse", forecast=FORECAST, kind="level")["slice"].tolist() == ["none", "yellow", "orange", "red"]
    assert found.rows(score="rmse", forecast=FORECAST, kind="all")["missing"].tolist() == [6]


def test_missing_observations_are_no_clean_air() -> None:
    truth = np.full((40, 1), 300.0)
    half = truth.copy()
    half[::2] = NAN
    forecasts = backtest(np.full((1, 1, 20), 300.0))
    whole, holed = (verify(forecasts, observed(t, first_hour=-10), TERMS) for t in (truth, half))
    for score, event in (
        ("rmse", ""),
        ("csi", "pm25 > 250"),
        ("observed_mean", ""),
        ("pod", "orange or above"),
        ("false_alarms", "pm25 > 75"),
    ):
        assert holed.value(score, event=event) == whole.value(score, event=event)
    assert holed.value("correct_negatives", event="pm25 > 75") == 0
    assert holed.rows(score="csi", forecast=FORECAST, kind="all", event="pm25 > 75")[["n", "missing"]].values.tolist() == [[10, 10]]


def test_forecasts_without_quantiles_levels_or_humidity_are_scored_as_far_as_they_go() -> None:
    forecasts, truth = random_case(cycles=5)
    found = verify(forecasts[["pm25"]], truth, TERMS)
    assert found.value("rmse") > 0
    assert "pit_count" not in found.curves
    assert np.isnan(found.value("crps"))
    assert np.isnan(found.value("csi", event="orange or above"))  # PM2.5 alone decides no level above 115


def test_some_cycles_at_a_time_give_the_same(case: tuple[xr.Dataset, xr.DataArray], monkeypatch: pytest.MonkeyPatch) -> None:
    forecasts, truth = (part.isel(station=slice(0, 2)) for part in case)
    whole = verify(forecasts, truth, TERMS)
    monkeypatch.setattr(accumulating, "MOST_PAIRS", 1)
    parts = verify(forecasts, truth, TERMS)
    pd.testing.assert_frame_equal(parts.table, whole.table, rtol=1e-9)
    xr.testing.assert_allclose(parts.curves, whole.curves)


def test_scores_are_given_with_control_days_and_without() -> None:
    truth = np.full((6 * 24, 2), 50.0)
    pm25 = np.full((5, 2, 24), 50.0)
    pm25[2] = 300.0  # warned, and then nothing came
    control = ControlDays((ControlPeriod(date(2015, 12, 3), date(2015, 12, 3)),))
    found = verify(backtest(pm25), observed(truth), terms(), control_days=control)
    counts = {days: found.value("false_alarms", event="pm25 > 75", days=days) for days in ("all", "without control days")}
    assert counts == {"all": 48, "without control days": 2}  # of hour 0 of the day after, once a station
    n = found.rows(score="rmse", forecast=FORECAST, kind="all", days="without control days")[["n", "missing"]]
    assert n.values.tolist() == [[146, 46]]  # of 192; the first cycle has no day before it
    assert found.curves["days"].values.tolist() == ["all", "without control days"]


def test_control_days_can_be_of_some_stations_and_follow_the_local_clock() -> None:
    control = ControlDays((ControlPeriod(date(2015, 12, 2), date(2015, 12, 2), frozenset({"s1"})),))
    pairs = paired(backtest(np.ones((1, 2, 48))), observed(np.ones((60, 2))), terms(time_zone="Asia/Shanghai"))
    held = control.hold(pairs.local_times, pairs.stations)
    assert not held[:, 0].any()
    assert pairs.lead[held[0, 1]].tolist() == list(range(16, 40))  # 16 UTC is midnight in Shanghai


def test_control_days_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "control.csv"
    file.write_text("first,last,where,remark\n2015-11-30,2015-12-02,,red alert\n2015-12-07,2015-12-07,city s2,\n")
    days = read_control_days(file, {"city": ("s0", "s1")}, ("s0", "s1", "s2"))
    assert days.periods == (
        ControlPeriod(date(2015, 11, 30), date(2015, 12, 2)),
        ControlPeriod(date(2015, 12, 7), date(2015, 12, 7), frozenset({"s0", "s1", "s2"})),
    )


@pytest.mark.parametrize(
    "text",
    [
        "first,last\n2015-12-01,2015-12-02\n",
        "first,last,where\n2015-12-01,2015-11-02,\n",
        "first,last,where\nDecember,2015-11-02,\n",
        "first,last,where\n2015-12-01\n",
        "first,last,where\n2015-12-01,2015-12-02,nowhere\n",
        "first,last,where\n2015-12-01,2015-12-02,empty\n",
    ],
)
def test_a_wrong_file_of_control_days_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "control.csv"
    file.write_text(text)
    with pytest.raises(UnreadableInput, match=r"control\.csv cannot be read as days of emission control"):
        read_control_days(file, {"empty": ()}, ("s0",))
    with pytest.raises(UnreadableInput, match="No such file"):
        read_control_days(tmp_path / "none.csv", {}, ("s0",))


def test_files_hold_the_table(verification: Verification, tmp_path: Path) -> None:
    write_scores(verification, tmp_path)
    table = pd.read_csv(tmp_path / "scores.csv", keep_default_na=False, na_values={c: [""] for c in ("value", "low", "high")})
    assert table["slice"].tolist() == verification.table["slice"].tolist()
    assert table["value"].to_numpy() == pytest.approx(verification.table["value"].to_numpy(), rel=1e-5, nan_ok=True)
    stored = read_dataset(tmp_path / "scores.nc")
    assert stored["score_names"].values[stored["row_score"].values].tolist() == verification.table["score"].tolist()
    assert np.array_equal(stored["row_high"].values, verification.table["high"].to_numpy(), equal_nan=True)
    assert np.array_equal(stored["pit_count"].values, verification.curves["pit_count"].values)
    assert stored.attrs["possible_pairs"] == verification.counts.possible
    assert stored.attrs["same_pairs"] == "hazecast, persistence, diurnal persistence, climatology, uncorrected"


def test_stations_have_their_places() -> None:
    forecasts, truth = random_case(cycles=1)
    bare = verify(forecasts, truth, TERMS).stations
    assert bare["name"].tolist() == ["s0", "s1", "s2"]
    assert bare["latitude"].isna().all()
    named = forecasts.assign_coords(station_name=("station", ["A", "B", "C"]), latitude=("station", [1.0, 2.0, 3.0]), longitude=0.0)
    named = named.assign_coords(longitude=("station", [4.0, 5.0, 6.0]))
    places = verify(named, truth, TERMS).stations
    assert places.loc["s1"].tolist() == ["B", 2.0, 5.0]


def test_a_forecast_below_nothing_is_scored_as_it_is() -> None:
    found = verify(backtest(np.full((1, 1, 3), -40.0)), observed(np.full((30, 1), 20.0), first_hour=-24), TERMS)
    assert found.value("rmse") == pytest.approx(60.0)
    assert found.value("fraction_correct", event="levels") == 1.0
