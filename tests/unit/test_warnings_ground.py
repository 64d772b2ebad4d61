"""Areas on the ground: what the grid says of their cells, draw by draw, and the levels that come of it."""

from dataclasses import replace

import numpy as np
import pytest

from hazecast.config import VisibilitySettings, WarningSettings
from hazecast.forecast.draws.between_stations import scores_of
from hazecast.forecast.draws.territory import MOST_CELLS, _blocks, forecast_on_territory
from hazecast.grids.medians import weighted_median
from hazecast.records import Area, Assessment, Forecast, Level, NoteCode, TerritoryForecast
from hazecast.warnings.assess import assess
from hazecast.warnings.ground import notes_on_ground
from tests.territories import LATTICE, STATIONS, area, box, forecast

CLEAN, SEVERE = 40.0, 700.0
WHOLE = box(112.0, 36.0, 118.0, 40.0)


def on_ground(made: Forecast, of: Area) -> TerritoryForecast:
    assert of.territory is not None
    return forecast_on_territory(of.id, of.territory, made, VisibilitySettings(), seed=3)


def assessed(made: Forecast, of: Area, edition: str = "cma-haze-2013", share: float = 0.3) -> Assessment:
    rule = WarningSettings(edition=edition, area_share=share)
    return assess(made, (of,), rule, (), None, (on_ground(made, of),))


def split(west: float, east: float) -> np.ndarray:
    """One value west of 115.25 degrees east and another beyond."""
    return np.where(LATTICE.longitude < 115.25, west, east) * np.ones(LATTICE.shape)


def test_a_cell_has_the_distribution_that_the_grid_gives_it() -> None:
    found = on_ground(forecast(split(200.0, 80.0)), area(WHOLE)).forecast
    assert found.draws is not None
    middle = found.stations["pm25"].values
    low, median, high = np.quantile(found.draws["pm25"].values, (0.05, 0.5, 0.95), axis=0)
    np.testing.assert_allclose(low, 0.75 * middle, rtol=0.03)
    np.testing.assert_allclose(median, middle, rtol=0.02)
    np.testing.assert_allclose(high, 1.25 * middle, rtol=0.03)


def test_draws_go_with_those_of_a_station_nearby_and_hour_by_hour_and_little_with_those_far_away() -> None:
    made = forecast(200.0)
    found = on_ground(made, area(WHOLE)).forecast
    assert found.draws is not None
    assert made.draws is not None
    station = scores_of(made.draws["pm25"].sel(station="a").values)
    cells = found.stations
    score = scores_of(found.draws["pm25"].values)
    near = int(np.argmin(abs(cells["latitude"].values - 38.0) + abs(cells["longitude"].values - 113.0)))
    far = int(np.argmin(abs(cells["latitude"].values - 36.0) + abs(cells["longitude"].values - 118.0)))
    together = [np.corrcoef(score[:, place].ravel(), station.ravel())[0, 1] for place in (near, far)]
    assert together[0] > 0.9
    assert abs(together[1]) < 0.35
    assert np.corrcoef(score[:, far, 1:].ravel(), score[:, far, :-1].ravel())[0, 1] > 0.8


def test_the_same_forecast_gives_the_same_draws() -> None:
    one, two = (on_ground(forecast(200.0), area(WHOLE)).forecast.draws for _ in range(2))
    assert one is not None
    assert one.identical(two)


@pytest.mark.parametrize(("share", "level"), [(0.4, Level.RED), (0.6, Level.NONE)])
def test_a_level_needs_its_share_of_the_ground(share: float, level: Level) -> None:
    assert assessed(forecast(split(SEVERE, CLEAN)), area(WHOLE), share=share).windows[0].level is level


def test_ground_counts_as_much_as_there_is_of_it() -> None:
    """Of these four columns the outer ones have a fifth of their width each, and make up a seventh of the area."""
    narrow = box(112.65, 36.3, 113.85, 39.7)
    hazy = np.where(np.isin(LATTICE.longitude, (112.5, 114.0)), SEVERE, CLEAN) * np.ones(LATTICE.shape)
    assert assessed(forecast(hazy), area(narrow), share=0.15).windows[0].level is Level.RED
    assert assessed(forecast(hazy), area(narrow), share=0.2).windows[0].level is Level.NONE


def test_ground_that_nothing_is_known_of_is_never_clean() -> None:
    few = split(CLEAN, CLEAN)
    few[:2] = np.nan
    many = split(CLEAN, CLEAN)
    many[:4] = np.nan
    assert [assessed(forecast(values), area(WHOLE)).windows[0].level for values in (few, many)] == [Level.NONE, Level.UNKNOWN]
    some_hours = assessed(forecast(many), area(WHOLE)).windows[0]
    assert [chance.probability for chance in some_hours.chances] == [None, None, None]
    hazy = split(SEVERE, SEVERE)
    hazy[:4] = np.nan
    assert assessed(forecast(hazy), area(WHOLE)).windows[0].level is Level.RED


def test_without_any_of_the_ground_the_stations_in_it_decide_and_are_named() -> None:
    made, of = forecast(np.nan, at_stations=SEVERE), area(WHOLE, ("a", "c"))
    assert assessed(made, of).windows[0].level is Level.RED
    (note,) = notes_on_ground((of,), (on_ground(made, of),), STATIONS, WarningSettings())
    assert (note.code, note.count, note.detail) == (NoteCode.AREA_BY_STATIONS, 1, "Aville, Cham")
    assert assessed(made, area(WHOLE)).windows[0].level is Level.UNKNOWN
    known = forecast(CLEAN)
    assert notes_on_ground((of,), (on_ground(known, of),), STATIONS, WarningSettings()) == ()


def test_an_edition_on_days_decides_by_the_monitors_of_a_city() -> None:
    made = forecast(SEVERE, at_stations=CLEAN)
    by_days = assessed(made, area(WHOLE, ("a",)), "japan-pm25-advisory")
    assert by_days.windows == assess(made, (area(None, ("a",)),), WarningSettings(edition="japan-pm25-advisory"), ()).windows


def test_peaks_are_of_the_ground_and_the_worst_station_is_one_in_it() -> None:
    made = forecast(split(SEVERE, SEVERE), at_stations=400.0)
    window = assessed(made, area(WHOLE, ("b",))).windows[0]
    assert window.peak_pm25 == pytest.approx(SEVERE, rel=0.02)
    assert (window.worst_station_id, window.worst_station_level) == ("b", Level.ORANGE)
    without = assessed(made, area(WHOLE)).windows[0]
    assert (without.worst_station_id, without.worst_station_level) == (None, Level.UNKNOWN)


def test_an_archive_without_draws_is_judged_as_if_all_erred_together() -> None:
    made = replace(forecast(split(SEVERE, CLEAN)), draws=None)
    assert [assessed(made, area(WHOLE), share=share).windows[0].level for share in (0.4, 0.6)] == [Level.RED, Level.NONE]


def test_of_very_many_cells_one_stands_for_its_neighbours() -> None:
    rows, columns = (axis.ravel() for axis in np.meshgrid(np.arange(100), np.arange(100), indexing="ij"))
    block, width = _blocks(rows, columns, MOST_CELLS)
    assert width == 3
    assert block.max() + 1 == 34 * 34
    assert np.bincount(block).max() == 9


def test_the_median_of_ground_is_where_half_of_it_lies_below() -> None:
    values = np.array([[1.0, 1.0], [2.0, np.nan], [9.0, np.nan]])
    np.testing.assert_array_equal(weighted_median(values, np.array([1.0, 1.0, 1.0])), [2.0, np.nan])
    np.testing.assert_array_equal(weighted_median(values, np.array([2.0, 1.0, 1.0])), [1.5, 1.0])
    np.testing.assert_array_equal(weighted_median(values, np.array([1.0, 1.0, 5.0])), [9.0, np.nan])
