"""Which pairs are scored, what the baselines say, and what is missing."""

import numpy as np
import pytest

from hazecast.backtest.verification import paired, verify
from hazecast.backtest.verification.counting import MissingCounts, comparison_of
from hazecast.backtest.verification.terms import CLIMATOLOGY, DIURNAL_PERSISTENCE, FORECAST, FORECASTS, PERSISTENCE, UNCORRECTED
from hazecast.errors import NoDataInPeriod
from hazecast.records import Level
from tests.verification_case import FIRST, TERMS, backtest, observed, random_case, terms

NAN = np.nan


def of(name: str) -> int:
    return FORECASTS.index(name)


@pytest.mark.parametrize(("lag", "expected"), [(0.0, 3.0), (1.0, 2.0), (0.5, 2.0), (3.0, 0.0)])
def test_persistence_is_the_last_value_that_was_known(lag: float, expected: float) -> None:
    truth = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]])  # the cycle starts at the hour of 3
    pairs = paired(backtest(np.ones((1, 1, 2))), observed(truth, first_hour=-3), terms(observation_lag_hours=lag))
    assert pairs.values[of(PERSISTENCE)].tolist() == [[[expected, expected]]]


@pytest.mark.parametrize(("hours_before", "found"), [(3, True), (4, False)])
def test_persistence_carries_a_value_three_hours_beyond_the_lag(hours_before: int, found: bool) -> None:
    truth = np.full((20, 1), NAN)
    truth[10 - 2 - hours_before] = 70.0  # the cycle is hour 10, and two hours are not known yet
    pairs = paired(backtest(np.ones((1, 1, 2))), observed(truth, first_hour=-10), terms(observation_lag_hours=2.0))
    assert np.isnan(pairs.values[of(PERSISTENCE)]).all() != found


def test_diurnal_persistence_is_the_same_hour_of_the_last_known_day() -> None:
    truth = np.arange(-72.0, 100.0)[:, None] + 100.0  # the value names its hour: 100 at the cycle's
    pairs = paired(backtest(np.ones((1, 1, 50))), observed(truth, first_hour=-72), TERMS)
    value = pairs.values[of(DIURNAL_PERSISTENCE), 0, 0]
    assert value[0] == 100 + 1 - 24
    assert value[23] == 100  # 24 h ahead: the last value
    assert value[24] == 100 + 25 - 48
    assert value[48] == 100 + 49 - 72


def test_diurnal_persistence_never_uses_what_was_not_known() -> None:
    truth = np.arange(-72.0, 100.0)[:, None] + 100.0
    pairs = paired(backtest(np.ones((1, 1, 50))), observed(truth, first_hour=-72), terms(observation_lag_hours=5.0))
    value = pairs.values[of(DIURNAL_PERSISTENCE), 0, 0]
    assert (value <= 95).all()
    assert value[18] == 95  # 19 h ahead, a day before: just known
    assert value[19] == 100 + 20 - 48


def test_climatology_is_the_mean_of_season_and_hour_before_the_backtest() -> None:
    hours = np.arange(-40 * 24, 100)
    truth = np.where(hours < 0, 10.0 * (hours % 24), 999.0)[:, None]  # November, then values of the backtest itself
    before = observed(np.where(hours < -20 * 24, truth[:, 0], NAN)[:, None], first_hour=-40 * 24)
    pairs = paired(backtest(np.ones((1, 1, 26))), observed(truth, first_hour=-40 * 24), TERMS)
    said = pairs.values[of(CLIMATOLOGY), 0, 0]
    assert said[1] == pytest.approx(20.0)  # in December only autumn is known: the hour in all seasons
    assert said[25] == pytest.approx(20.0)
    assert paired(backtest(np.ones((1, 1, 2))), before, TERMS).values[of(CLIMATOLOGY), 0, 0, 1] == pytest.approx(20.0)


def test_climatology_prefers_the_season_and_then_the_network_to_other_seasons() -> None:
    hours = np.arange(-365 * 24, 10)
    winter = hours < -275 * 24  # December to February
    first = np.where(hours > 0, NAN, np.where(winter, 200.0, 20.0))
    second = np.where((hours > 0) | winter, NAN, 30.0)  # never observed in winter
    third = np.where((hours > 0) | ~winter, NAN, 100.0)
    pairs = paired(backtest(np.ones((1, 3, 2))), observed(np.stack([first, second, third], axis=1), first_hour=-365 * 24), TERMS)
    assert pairs.values[of(CLIMATOLOGY), 0, :, 0].tolist() == pytest.approx([200.0, 150.0, 100.0])


def test_climatology_of_a_local_hour_and_never_of_the_backtest_itself() -> None:
    hours = np.arange(-30 * 24, 100)
    truth = np.where(hours <= 0, (hours + 8) % 24, 500.0)[:, None].astype(float)  # the local hour in Shanghai
    pairs = paired(backtest(np.ones((1, 1, 24))), observed(truth, first_hour=-30 * 24), terms(time_zone="Asia/Shanghai"))
    assert pairs.values[of(CLIMATOLOGY), 0, 0].tolist() == pytest.approx([(8 + lead) % 24 for lead in range(1, 25)])


def test_without_history_there_is_no_climatology() -> None:
    pairs = paired(backtest(np.ones((1, 1, 2))), observed(np.ones((5, 1)), first_hour=1), TERMS)
    assert np.isnan(pairs.values[of(CLIMATOLOGY)]).all()


def test_all_forecasts_have_the_same_pairs_and_the_missing_are_counted() -> None:
    truth = np.full((60, 2), 50.0)
    truth[25, 0] = NAN  # lead 1 of the first cycle at the first station
    pm25 = np.full((1, 2, 4), 60.0)
    pm25[0, 1, 3] = NAN
    uncorrected = np.full((1, 2, 4), 70.0)
    uncorrected[0, 0, 1] = NAN
    pairs = paired(backtest(pm25, pm25_uncorrected=uncorrected), observed(truth, first_hour=-24), TERMS)
    counts = pairs.missing
    assert (counts.possible, counts.not_observed, counts.not_forecast, counts.both) == (8, 1, 1, 6)
    assert dict(zip(counts.forecasts, counts.missing, strict=True))[UNCORRECTED] == 1
    comparison = comparison_of(counts)
    assert comparison.common == FORECASTS
    counted = [pairs.counted(f, comparison) for f in FORECASTS]
    assert counted[0].sum() == 5
    assert all((c == counted[0]).all() for c in counted)


def test_a_baseline_that_is_mostly_missing_takes_no_pairs_from_others() -> None:
    uncorrected = np.full((1, 2, 4), NAN)
    uncorrected[0, 0, :3] = 70.0  # 3 of 8
    pairs = paired(
        backtest(np.full((1, 2, 4), 60.0), pm25_uncorrected=uncorrected), observed(np.full((60, 2), 50.0), first_hour=-24), TERMS
    )
    comparison = comparison_of(pairs.missing)
    assert comparison.own == (UNCORRECTED,)
    assert pairs.counted(FORECAST, comparison).sum() == 8
    assert pairs.counted(UNCORRECTED, comparison).sum() == 3
    table = verify(backtest(np.full((1, 2, 4), 60.0), pm25_uncorrected=uncorrected), observed(np.full((60, 2), 50.0), -24), TERMS)
    marked = table.rows(score="rmse", kind="all").set_index("forecast")
    assert marked["pairs"].to_dict() == {f: "own" if f == UNCORRECTED else "same" for f in FORECASTS}
    assert table.rows(score="skill_over_uncorrected", kind="all")["n"].tolist() == [3]
    assert table.value("skill_over_uncorrected") == pytest.approx(1 - 100 / 400)


@pytest.mark.parametrize(("present", "common"), [(50, True), (49, False)])
def test_half_of_the_pairs_is_enough(present: int, common: bool) -> None:
    counts = MissingCounts(120, 10, 10, 100, ("f", "b"), (10, 70), (100, present))
    assert ("b" in comparison_of(counts).common) == common


def test_counts_add_up() -> None:
    forecasts, truth = random_case(cycles=4)
    whole = paired(forecasts, truth, TERMS).missing
    held = [paired(forecasts.isel(init_time=part), truth, TERMS).missing for part in (slice(0, 1), slice(1, 4))]
    assert (held[0] + held[1]).not_observed == whole.not_observed
    assert (held[0] + held[1]).possible == whole.possible
    with pytest.raises(ValueError, match="do not add up"):
        whole + MissingCounts(0, 0, 0, 0, ("other",), (0,), (0,))


def test_observed_levels_are_the_editions_own_reading() -> None:
    truth = np.array([[10.0], [200.0], [300.0], [NAN], [600.0]])
    pairs = paired(backtest(np.full((1, 1, 5), 200.0), humidity=85.0), observed(truth, first_hour=1), TERMS)
    assert pairs.observed_level[0, 0].tolist() == [Level.NONE, Level.YELLOW, Level.ORANGE, Level.UNKNOWN, Level.RED]
    assert (pairs.levels[0] == Level.YELLOW).all()


def test_observed_visibility_decides_where_there_is_any() -> None:
    truth = observed(np.full((2, 1), 200.0), first_hour=1)
    seen = truth.copy(data=np.array([[800.0], [NAN]]))
    pairs = paired(backtest(np.full((1, 1, 2), 20.0), humidity=60.0), truth, TERMS, visibility=seen)
    assert pairs.observed_level[0, 0].tolist() == [Level.RED, Level.YELLOW]
    clear = truth.copy(data=np.array([[9000.0], [9000.0]]))
    assert (paired(backtest(np.full((1, 1, 2), 20.0)), truth, TERMS, visibility=clear).observed_level == Level.NONE).all()


def test_an_hour_has_one_observed_level_with_the_humidity_of_the_shortest_lead() -> None:
    forecasts = backtest(np.full((2, 1, 30), 130.0))
    humidity = np.full((2, 1, 30), 90.0)
    humidity[0] = 50.0  # the earlier cycle expected dry air
    forecasts["relative_humidity"] = (("init_time", "station", "lead_time"), humidity)
    pairs = paired(forecasts, observed(np.full((80, 1), 130.0)), TERMS)
    assert (pairs.observed_level[0, 0, :24] == Level.NONE).all()
    assert (pairs.observed_level[0, 0, 24:] == Level.YELLOW).all()
    assert (pairs.levels[0, 0] == Level.NONE).all()
    assert (pairs.observed_level[1] == Level.YELLOW).all()


def test_levels_that_hazecast_gave_are_taken_and_others_are_read_from_pm25() -> None:
    level = np.array([[[3.0, NAN, -1.0]]])
    pairs = paired(backtest(np.full((1, 1, 3), 10.0), level=level), observed(np.full((10, 1), 300.0), first_hour=-4), TERMS)
    assert pairs.levels[0, 0, 0].tolist() == [Level.ORANGE, Level.UNKNOWN, Level.UNKNOWN]
    assert (pairs.levels[of(PERSISTENCE)] == Level.ORANGE).all()
    assert (pairs.levels[of(UNCORRECTED)] == Level.UNKNOWN).all()
    counted = pairs.levels_counted(FORECAST, comparison_of(pairs.missing))
    assert counted.tolist() == [[[True, False, False]]]


def test_stations_are_matched_by_name_and_cycles_may_come_in_any_order() -> None:
    forecasts, truth = random_case(cycles=6)
    shuffled = verify(forecasts.isel(init_time=[3, 0, 5, 1, 4, 2]), truth.isel(station=[2, 0, 1]).transpose("station", "time"), TERMS)
    assert shuffled.table.equals(verify(forecasts, truth, TERMS).table)


def test_what_cannot_be_scored_is_refused() -> None:
    forecasts, truth = random_case(cycles=1)
    with pytest.raises(NoDataInPeriod, match="no observations"):
        verify(forecasts, truth.isel(time=slice(0, 0)), TERMS)
    with pytest.raises(NoDataInPeriod, match="no cycle"):
        verify(forecasts.isel(init_time=slice(0, 0)), truth, TERMS)
    with pytest.raises(ValueError, match="lacks the dimensions"):
        verify(forecasts.isel(station=0), truth, TERMS)


def test_the_first_cycle_is_where_the_history_ends() -> None:
    forecasts, truth = random_case(cycles=3)
    later = truth.where(truth["time"] <= FIRST, 9000.0)
    known = of(CLIMATOLOGY)
    assert np.array_equal(paired(forecasts, truth, TERMS).values[known], paired(forecasts, later, TERMS).values[known])
