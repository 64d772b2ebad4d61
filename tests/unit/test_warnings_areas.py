from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hazecast.config import WarningSettings
from hazecast.records import Cycle, Level, WindowAssessment
from hazecast.warnings.areas import Judgement, judge
from hazecast.warnings.bounds import of_the_last_needed, weight_needed
from hazecast.warnings.chances import ascending, level_chances
from hazecast.warnings.deciding import levels
from hazecast.warnings.drawn import sustained
from hazecast.warnings.edition import load_hourly_edition
from hazecast.warnings.hourly_edition import HourlyEdition
from hazecast.warnings.rule import rule_of
from hazecast.warnings.stations import AreaStations, StationHours
from hazecast.warnings.windows import Window

EDITION = load_hourly_edition("cma-haze-2013")
OLDER = load_hourly_edition("cma-haze-2007")
QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
SPREAD = np.array([0.8, 0.9, 1.0, 1.1, 1.2])
INIT = datetime(2026, 1, 10, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT, timedelta(hours=24))
CLEAN, HAZY, SEVERE, LACKING = 40.0, 200.0, 400.0, np.nan


def judged(
    pm25: list[list[float]],
    rule: WarningSettings | None = None,
    humidity: float = 90.0,
    clarity: float = 6e5,
    edition: HourlyEdition = EDITION,
    cycle: Cycle = CYCLE,
) -> Judgement:
    """An area whose stations have these values hour after hour, the last one repeated; visibility is `clarity` over PM2.5."""
    hours = len(cycle.lead_hours)
    median = np.array([(row + [row[-1]] * hours)[:hours] for row in pm25])
    quantile = ascending(median[..., None] * SPREAD)
    rh = np.full(median.shape, humidity)
    stations = AreaStations(
        ids=tuple("abcdefghij"[: len(pm25)]),
        level=levels(edition, median, clarity / median, rh),
        visibility=clarity / median,
        pm25_quantile=quantile,
        quantiles=QUANTILES,
        judged=StationHours(edition, level_chances(edition, quantile, clarity / quantile, rh, QUANTILES)),
    )
    return judge("town", stations, Window(INIT, cycle.end_time), cycle, rule_of(rule or WarningSettings(), edition))


def assessed(pm25: list[list[float]], rule: WarningSettings | None = None) -> WindowAssessment:
    return judged(pm25, rule).assessment


def chance(assessment: WindowAssessment, level: Level) -> float | None:
    return next(c.probability for c in assessment.chances if c.level is level)


@pytest.mark.parametrize(
    ("share", "stations", "needed"), [(0.3, 1, 1), (0.3, 3, 1), (0.3, 4, 2), (0.3, 10, 3), (0.28, 25, 7), (1.0, 7, 7), (0.01, 5, 1)]
)
def test_the_share_of_stations_is_rounded_up(share: float, stations: int, needed: int) -> None:
    assert needed - 1 < weight_needed(share, np.ones(stations)) <= needed


def test_the_chance_of_an_hour_is_that_of_the_last_station_needed() -> None:
    chances = np.array([[[0.1, 0.9], [0.7, 0.2], [0.4, 0.3]]])
    assert of_the_last_needed(chances, np.ones(3), 2.0).tolist() == [[0.4, 0.3]]
    assert of_the_last_needed(chances, np.array([1.0, 5.0, 1.0]), 4.0).tolist() == [[0.7, 0.2]]


def test_a_run_is_as_likely_as_its_least_likely_hour() -> None:
    assert sustained(np.array([0.9, 0.2, 0.8, 0.7, 0.6]), 3).tolist() == [0.2, 0.2, 0.6]
    assert sustained(np.array([0.9, 0.2]), 3).tolist() == [0.2]


def test_a_level_holds_when_enough_stations_reach_it() -> None:
    assert assessed([[SEVERE], [SEVERE], [CLEAN], [CLEAN]]).level is Level.ORANGE
    assert assessed([[SEVERE], [CLEAN], [CLEAN], [CLEAN]]).level is Level.NONE
    assert assessed([[SEVERE], [HAZY], [CLEAN], [CLEAN]]).level is Level.YELLOW


def test_a_level_holds_only_over_the_minimum_of_consecutive_hours() -> None:
    assert assessed([[SEVERE, SEVERE, CLEAN]]).level is Level.NONE
    assert assessed([[SEVERE, SEVERE, SEVERE, CLEAN]]).level is Level.ORANGE
    assert assessed([[SEVERE, CLEAN, SEVERE, SEVERE, CLEAN]]).level is Level.NONE
    assert assessed([[SEVERE, SEVERE, CLEAN]], WarningSettings(minimum_hours=2)).level is Level.ORANGE


def test_hours_in_turn_at_two_stations_are_consecutive_for_the_area() -> None:
    turns = [[SEVERE, SEVERE, CLEAN], [CLEAN, CLEAN, SEVERE, SEVERE, CLEAN]]
    assert assessed(turns).level is Level.ORANGE


def test_a_window_shorter_than_the_minimum_must_be_hazy_throughout() -> None:
    short = Cycle(INIT, INIT, timedelta(hours=2))
    assert judged([[SEVERE, SEVERE]], cycle=short).assessment.level is Level.ORANGE
    assert judged([[SEVERE, CLEAN]], cycle=short).assessment.level is Level.NONE


@pytest.mark.parametrize(("needed", "expected"), [(0.5, Level.YELLOW), (0.51, Level.NONE), (0.05, Level.YELLOW)])
def test_the_level_is_the_highest_whose_chance_reaches_the_raise_probability(needed: float, expected: Level) -> None:
    """In humid air with good enough visibility for column 3 alone, the median lies exactly at the bound of 150."""
    found = assessed([[150.0]], WarningSettings(raise_probability=needed))
    assert chance(found, Level.YELLOW) == pytest.approx(0.5)
    assert found.level is expected


def test_chances_fall_from_level_to_level_and_are_those_of_the_level_or_higher() -> None:
    probabilities = [c.probability for c in assessed([[260.0]]).chances]
    assert [c.level for c in assessed([[260.0]]).chances] == [Level.YELLOW, Level.ORANGE, Level.RED]
    assert probabilities == sorted(probabilities, key=lambda p: -(p or 0.0))
    assert probabilities[1] == pytest.approx(0.5 + 0.25 * 10 / 26)


@pytest.mark.parametrize(
    ("humidity", "pm25", "clarity", "expected"),
    [
        (50.0, 160.0, 4e5, "yellow-1"),
        (50.0, 160.0, 2.4e5, "orange-1"),
        (90.0, 140.0, 3e5, "yellow-2"),
        (90.0, 200.0, 3e5, "orange-2"),
        (90.0, 200.0, 6e5, "yellow-3"),
        (50.0, 400.0, 1e6, "orange-3"),
    ],
)
def test_the_condition_names_what_decided(humidity: float, pm25: float, clarity: float, expected: str) -> None:
    assert judged([[pm25]], humidity=humidity, clarity=clarity).assessment.condition == expected


def test_the_condition_is_that_of_the_deciding_station_and_hour() -> None:
    """Of two stations needed, the second most likely decides; of three hours, the least likely."""
    rule = WarningSettings(area_share=1.0)
    stations = [[600.0, 600.0, 600.0, CLEAN], [400.0, 200.0, 400.0, CLEAN], [600.0, 600.0, 600.0, CLEAN]]
    found = assessed(stations, rule)
    assert found.level is Level.YELLOW
    assert found.condition == "yellow-3"
    assert chance(found, Level.YELLOW) == chance(assessed([[200.0]]), Level.YELLOW)


def test_there_is_no_condition_without_a_level() -> None:
    assert assessed([[CLEAN]]).condition == ""
    assert assessed([[LACKING]]).condition == ""


def test_an_area_without_values_is_unknown_and_says_so() -> None:
    found = assessed([[LACKING], [LACKING]])
    assert found.level is Level.UNKNOWN
    assert (found.hours, found.hours_known) == (24, 0)
    assert [c.probability for c in found.chances] == [None, None, None]
    assert (found.peak_pm25, found.peak_pm25_low, found.peak_pm25_high, found.peak_time, found.lowest_visibility) == (None,) * 5
    assert (found.worst_station_id, found.worst_station_level) == (None, Level.UNKNOWN)


def test_an_unknown_station_that_could_make_up_the_share_makes_the_area_unknown() -> None:
    found = judged([[CLEAN], [CLEAN], [LACKING]])
    assert found.assessment.level is Level.UNKNOWN
    assert found.possible is Level.RED
    assert (found.assessment.worst_station_id, found.assessment.worst_station_level) == (None, Level.UNKNOWN)


def test_an_unknown_station_that_could_not_make_up_the_share_alone_leaves_the_area_known() -> None:
    found = assessed([[CLEAN], [CLEAN], [CLEAN], [LACKING]])
    assert found.level is Level.NONE
    assert found.hours_known == 24


def test_stations_that_suffice_alone_raise_the_level_beside_unknown_ones() -> None:
    found = judged([[HAZY], [LACKING], [LACKING]])
    assert found.assessment.level is Level.YELLOW
    assert found.possible is Level.RED
    assert chance(found.assessment, Level.ORANGE) is None
    assert found.assessment.hours_known == 0


def test_unknown_hours_matter_only_if_a_run_could_hide_in_them() -> None:
    two = assessed([[CLEAN, LACKING, LACKING, CLEAN]])
    assert (two.level, two.hours_known) == (Level.NONE, 22)
    three = assessed([[CLEAN, LACKING, LACKING, LACKING, CLEAN]])
    assert (three.level, three.hours_known) == (Level.UNKNOWN, 21)


def test_two_hazy_hours_beside_an_unknown_one_are_unknown() -> None:
    assert assessed([[CLEAN, HAZY, HAZY, LACKING, CLEAN]]).level is Level.UNKNOWN


def test_the_peak_is_the_median_station_at_its_peak_hour_with_its_band() -> None:
    found = assessed([[100.0, 130.0, 100.0], [80.0, 90.0, 80.0], [60.0, 300.0, 60.0]])
    assert found.peak_pm25 == pytest.approx(130.0)
    assert found.peak_pm25_low == pytest.approx(130.0 * 0.8)
    assert found.peak_pm25_high == pytest.approx(130.0 * 1.2)
    assert found.peak_time == INIT + timedelta(hours=2)
    assert found.lowest_visibility == pytest.approx(6e5 / 130.0)


def test_hours_with_fewer_than_half_of_the_stations_have_no_median() -> None:
    found = assessed([[50.0, 50.0], [LACKING, 50.0], [LACKING, 50.0]])
    assert found.peak_time == INIT + timedelta(hours=2)


def test_the_worst_station_is_the_more_polluted_of_those_with_the_highest_level() -> None:
    found = assessed([[HAZY], [SEVERE], [SEVERE, SEVERE + 20, SEVERE]])
    assert (found.worst_station_id, found.worst_station_level) == ("c", Level.ORANGE)
    clean = assessed([[30.0], [60.0]])
    assert (clean.worst_station_id, clean.worst_station_level) == ("b", Level.NONE)


def test_a_level_with_a_shorter_horizon_counts_only_the_hours_within_it() -> None:
    late = [[CLEAN] * 6 + [SEVERE]]
    assert judged(late, edition=OLDER).assessment.level is Level.YELLOW
    assert judged([[SEVERE]], edition=OLDER).assessment.level is Level.ORANGE
    assert judged([[CLEAN] * 12 + [SEVERE]], edition=OLDER).assessment.level is Level.NONE


def test_chances_fall_from_level_to_level_also_where_horizons_are_shorter_than_the_minimum() -> None:
    """Six hours of severe haze fill the horizon of orange, but not the eight hours that yellow has room for."""
    found = judged([[SEVERE] * 6 + [CLEAN]], WarningSettings(minimum_hours=8), edition=OLDER).assessment
    yellow, orange = (c.probability for c in found.chances)
    assert found.level is Level.ORANGE
    assert yellow == orange


def test_arrays_of_another_number_of_stations_are_refused() -> None:
    ones = np.ones((2, 3))
    chances = level_chances(EDITION, np.ones((2, 3, 5)), np.ones((2, 3, 5)), ones, QUANTILES)
    with pytest.raises(ValueError, match="1 stations"):
        AreaStations(("a",), ones.astype(np.int8), ones, np.ones((2, 3, 5)), QUANTILES, StationHours(EDITION, chances))
