import numpy as np
import pytest

from hazecast.demo.cities import all_stations
from hazecast.demo.monitors import INSTRUMENTS, SENTINEL, Readings, read_monitors
from hazecast.demo.pollution import Concentrations

STATIONS = all_stations()
HOURS = np.arange(600, dtype=np.float32)
INIT_HOUR = 480
NAMES = [i.parameter for i in INSTRUMENTS]


@pytest.fixture(scope="module")
def readings() -> Readings:
    steady = {"pm25": 100.0, "pm10": 140.0, "so2": 30.0, "no2": 50.0, "co": 1500.0, "o3": 30.0}
    truth = Concentrations(**{name: np.full((HOURS.size, len(STATIONS)), value, np.float32) for name, value in steady.items()})
    return read_monitors(truth, HOURS, STATIONS, INIT_HOUR, np.random.default_rng(5))


def of(readings: Readings, parameter: str) -> np.ndarray:
    values = readings.values[:, :, NAMES.index(parameter)].astype(float)
    return np.where(values == SENTINEL, np.nan, values)


def test_values_scatter_around_the_truth_and_keep_it_on_average(readings: Readings) -> None:
    pm25 = of(readings, "pm25")

    assert np.nanmean(pm25) == pytest.approx(100.0, rel=0.06)
    assert 5 < np.nanstd(pm25) < 30


def test_noise_is_correlated_from_hour_to_hour(readings: Readings) -> None:
    pm25 = of(readings, "pm25") - np.nanmean(of(readings, "pm25"), axis=0)

    before, after = pm25[:-1].ravel(), pm25[1:].ravel()
    both = ~np.isnan(before) & ~np.isnan(after)
    assert np.corrcoef(before[both], after[both])[0, 1] > 0.7


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=NAMES)
def test_values_come_in_whole_steps_above_the_least(readings: Readings, instrument: object) -> None:
    name, step, least = instrument.parameter, instrument.step, instrument.least  # type: ignore[attr-defined]
    values = of(readings, name)
    there = values[~np.isnan(values)]

    assert np.array_equal(there, np.round(there / step) * step)
    assert there.min() >= least


def test_pm10_exceeds_pm25_except_where_an_instrument_is_stuck(readings: Readings) -> None:
    above = of(readings, "pm10") - of(readings, "pm25")

    assert (above[~np.isnan(above)] > 0).mean() > 0.998


def test_two_sentinels_stand_among_the_pm25_values(readings: Readings) -> None:
    assert (readings.values == SENTINEL).sum() == 2
    assert (readings.values[:INIT_HOUR, :, NAMES.index("pm25")] == SENTINEL).sum() == 2


def test_one_instrument_is_stuck_for_more_than_a_day(readings: Readings) -> None:
    assert sorted(longest_run(column) for column in of(readings, "pm25").T)[-1] >= 30
    assert sorted(longest_run(column) for column in of(readings, "pm25").T)[-2] < 12


def test_several_stations_are_silent_for_most_of_a_day_and_one_of_them_at_the_start_of_the_cycle(readings: Readings) -> None:
    silent = np.isnan(readings.values).all(axis=2)
    for_long = [longest_true(column) >= 20 for column in silent.T]

    assert 3 <= sum(for_long) <= 6
    assert silent[INIT_HOUR - 14 : INIT_HOUR + 1].all(axis=0).sum() == 1


def test_readings_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        Readings(HOURS, STATIONS, np.zeros((HOURS.size, len(STATIONS), 2), np.float32))


def longest_true(flags: np.ndarray) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def longest_run(values: np.ndarray) -> int:
    there = values[~np.isnan(values)]
    return longest_true(np.diff(there) == 0) + 1
