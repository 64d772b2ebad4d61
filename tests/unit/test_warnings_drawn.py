"""An area's chances from whole trajectories: the share of them that reach a level for hours on end."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.deciding import of_area, window_chances
from hazecast.config import WarningSettings
from hazecast.quantiles import values_at
from hazecast.records import Cycle, Level, WindowAssessment
from hazecast.warnings.areas import judge
from hazecast.warnings.chances import ascending, level_chances
from hazecast.warnings.deciding import levels
from hazecast.warnings.drawn import DrawnLevels, drawn_levels, hourly_chances
from hazecast.warnings.edition import load_hourly_edition
from hazecast.warnings.hourly_edition import HourlyEdition
from hazecast.warnings.rule import rule_of
from hazecast.warnings.stations import AreaStations, StationHours
from hazecast.warnings.windows import Window

Array = NDArray[np.float64]
EDITION = load_hourly_edition("cma-haze-2013")
OLDER = load_hourly_edition("cma-haze-2007")
INIT = datetime(2026, 1, 10, tzinfo=UTC)
QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
CLARITY = 6e5  # visibility times PM2.5
NONE, YELLOW, ORANGE, RED = Level.NONE, Level.YELLOW, Level.ORANGE, Level.RED
CLEAN, HAZY, SEVERE, NAN = 40.0, 200.0, 400.0, np.nan


def courses(*of_draws: list[Level]) -> NDArray[np.int8]:
    return np.array(of_draws, dtype=np.int8)


def judged(draws: Array, rule: WarningSettings | None = None, edition: HourlyEdition = EDITION, humidity: float = 90.0) -> WindowAssessment:
    """An area of the stations of `draws` (draw, station, hour) of PM2.5, whose quantiles are theirs."""
    quantile = ascending(np.moveaxis(np.quantile(draws, QUANTILES, axis=0), 0, -1))
    rh = np.full(draws.shape[1:], humidity)
    cycle = Cycle(INIT, INIT, timedelta(hours=draws.shape[2]))
    stations = AreaStations(
        ids=tuple("abcdefghij"[: draws.shape[1]]),
        level=levels(edition, quantile[..., 2], CLARITY / quantile[..., 2], rh),
        visibility=CLARITY / quantile[..., 2],
        pm25_quantile=quantile,
        quantiles=QUANTILES,
        judged=StationHours(
            edition,
            level_chances(edition, quantile, CLARITY / quantile, rh, QUANTILES),
            drawn_levels(edition, draws, CLARITY / draws, rh),
        ),
    )
    return judge("town", stations, Window(INIT, cycle.end_time), cycle, rule_of(rule or WarningSettings(), edition)).assessment


def chance(found: WindowAssessment, level: Level) -> float | None:
    return next(c.probability for c in found.chances if c.level is level)


def test_each_draw_is_decided_by_the_edition_with_its_own_visibility() -> None:
    pm25 = np.array([160.0, 160.0, 160.0])[:, None, None]
    seen = np.array([6000.0, 4000.0, 1500.0])[:, None, None]
    found = drawn_levels(EDITION, pm25, seen, np.array([[50.0]]))
    assert found.lowest[:, 0, 0].tolist() == found.highest[:, 0, 0].tolist() == [NONE, YELLOW, ORANGE]


def test_what_lacks_in_a_draw_leaves_everything_possible() -> None:
    found = drawn_levels(EDITION, np.full((2, 1, 1), NAN), np.full((2, 1, 1), NAN), np.array([[50.0]]))
    assert (found.lowest == NONE).all()
    assert (found.highest == RED).all()


def test_the_area_has_the_level_that_the_last_station_needed_has_in_the_same_draw() -> None:
    at_stations = np.array([[[YELLOW], [NONE], [RED]], [[ORANGE], [ORANGE], [NONE]]], dtype=np.int8)
    assert of_area(at_stations, 1).tolist() == [[RED], [ORANGE]]
    assert of_area(at_stations, 2).tolist() == [[YELLOW], [ORANGE]]
    assert of_area(at_stations, 3).tolist() == [[NONE], [NONE]]


def test_hours_have_the_share_of_draws_that_reach_a_level() -> None:
    found = hourly_chances(courses([YELLOW, RED], [NONE, ORANGE], [NONE, NONE], [NONE, YELLOW]), (YELLOW, ORANGE, RED))
    assert found.tolist() == [[0.25, 0.75], [0.0, 0.5], [0.0, 0.25]]


def test_a_window_has_the_share_of_draws_with_a_run_wherever_it_lies() -> None:
    of_draws = courses(
        [YELLOW, YELLOW, YELLOW, NONE, NONE],
        [NONE, NONE, YELLOW, RED, ORANGE],
        [YELLOW, YELLOW, NONE, YELLOW, YELLOW],
        [NONE, ORANGE, ORANGE, ORANGE, NONE],
    )
    assert window_chances(of_draws, EDITION, 3).tolist() == [0.75, 0.25, 0.0]
    assert window_chances(of_draws, EDITION, 2).tolist() == [1.0, 0.5, 0.0]
    assert window_chances(of_draws, EDITION, 9).tolist() == [0.0, 0.0, 0.0]


def test_a_level_counts_within_its_own_horizon_and_for_the_lower_ones() -> None:
    """Yellow of 2007 looks twelve hours ahead, orange six."""
    early = courses([ORANGE] * 6 + [NONE] * 18)
    late = courses([NONE] * 6 + [ORANGE] * 18)
    assert window_chances(early, OLDER, 8).tolist() == [1.0, 1.0]
    assert window_chances(late, OLDER, 5).tolist() == [1.0, 0.0]
    assert window_chances(late, OLDER, 8).tolist() == [0.0, 0.0]


def test_hours_apart_in_different_draws_make_no_run() -> None:
    """Every hour is hazy in half of the draws; whether three in a row are depends on which draws they are."""
    together = np.full((4, 1, 6), CLEAN)
    together[:2] = SEVERE
    in_turn = np.full((4, 1, 6), CLEAN)
    in_turn[:2, :, ::2] = SEVERE
    in_turn[2:, :, 1::2] = SEVERE
    assert chance(judged(together), ORANGE) == 0.5
    assert judged(together).level is ORANGE
    assert chance(judged(in_turn), ORANGE) == 0.0
    assert judged(in_turn).level is NONE


def test_runs_at_different_times_add_up() -> None:
    draws = np.full((10, 1, 24), CLEAN)
    for i in range(6):
        draws[i, 0, 4 * i : 4 * i + 3] = HAZY
    found = judged(draws)
    assert chance(found, YELLOW) == 0.6
    assert found.level is YELLOW
    assert found.condition == "yellow-3"


def test_stations_that_are_hazy_in_different_draws_do_not_make_up_the_share() -> None:
    rule = WarningSettings(area_share=1.0)
    apart = np.full((4, 2, 6), CLEAN)
    apart[:2, 0], apart[2:, 1] = SEVERE, SEVERE
    together = np.full((4, 2, 6), CLEAN)
    together[:2] = SEVERE
    assert chance(judged(apart, rule), ORANGE) == 0.0
    assert chance(judged(together, rule), ORANGE) == 0.5


def test_draws_that_err_together_agree_with_the_rule_for_errors_that_go_together() -> None:
    parts = (np.arange(400) + 0.5) / 400
    quantile = np.array([60.0, 130.0, 220.0, 310.0, 620.0])
    draws = np.broadcast_to(values_at(quantile, QUANTILES, parts)[:, None, None], (400, 3, 12))
    rh = np.full((3, 12), 90.0)
    marginal = level_chances(EDITION, np.broadcast_to(quantile, (3, 12, 5)), CLARITY / np.broadcast_to(quantile, (3, 12, 5)), rh, QUANTILES)
    found = window_chances(of_area(drawn_levels(EDITION, draws, CLARITY / draws, rh).lowest, 2), EDITION, 3)
    np.testing.assert_allclose(found, marginal.least[:, 0, 0], atol=0.004)


def test_a_station_without_draws_is_unknown_and_never_clean() -> None:
    draws = np.full((4, 2, 6), CLEAN)
    draws[:, 1] = NAN
    found = judged(draws)
    assert found.level is Level.UNKNOWN
    assert found.hours_known == 0
    assert chance(found, YELLOW) is None
    sure = np.full((4, 2, 6), HAZY)
    sure[:, 1] = NAN
    assert judged(sure).level is YELLOW
    assert chance(judged(sure), YELLOW) == 1.0
    assert chance(judged(sure), ORANGE) is None


def test_unknown_hours_matter_only_if_a_run_could_hide_in_them() -> None:
    draws = np.full((4, 1, 8), CLEAN)
    draws[:, :, 3:5] = NAN
    assert (judged(draws).level, judged(draws).hours_known) == (NONE, 6)
    draws[:, :, 3:6] = NAN
    assert (judged(draws).level, judged(draws).hours_known) == (Level.UNKNOWN, 5)


@pytest.mark.parametrize(("lowest", "highest"), [((2, 3, 4), (2, 3, 5)), ((3, 4), (3, 4)), ((0, 3, 4), (0, 3, 4))])
def test_levels_of_other_shapes_are_refused(lowest: tuple[int, ...], highest: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\(draw, station, hour\)"):
        DrawnLevels(np.zeros(lowest, dtype=np.int8), np.zeros(highest, dtype=np.int8))


def test_draws_of_other_stations_or_hours_than_the_forecast_are_refused() -> None:
    ones = np.ones((2, 3))
    values = np.ones((2, 3, 5))
    chances = level_chances(EDITION, values, values, ones, QUANTILES)
    drawn = drawn_levels(EDITION, np.ones((4, 2, 4)), np.ones((4, 2, 4)), np.ones((2, 4)))
    with pytest.raises(ValueError, match="station, hour"):
        StationHours(EDITION, chances, drawn)
