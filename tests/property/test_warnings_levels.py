"""Levels over the whole input space: as the text has them, monotone, and unknown rather than none."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hazecast.records import Level
from hazecast.warnings.deciding import levels
from hazecast.warnings.edition import known_editions, load_edition, load_hourly_edition
from hazecast.warnings.hourly_edition import HourlyEdition

EDITION = load_hourly_edition("cma-haze-2013")
REGIONAL = load_hourly_edition("regional-haze-6h")
BOUNDS = {"pm25": (115.0, 150.0, 250.0, 500.0), "visibility": (1000.0, 2000.0, 3000.0, 5000.0), "humidity": (80.0,)}


def around(bounds: tuple[float, ...], highest: float) -> st.SearchStrategy[float]:
    """Any value from 0 up to the highest, with the bounds and their nearest neighbours among the likely ones."""
    near = [v for b in bounds for v in (np.nextafter(b, 0.0), b, np.nextafter(b, np.inf))]
    return st.one_of(st.sampled_from([float(v) for v in near]), st.floats(0.0, highest))


PM25 = around(BOUNDS["pm25"], 2000.0)
VISIBILITY = around(BOUNDS["visibility"], 50_000.0)
HUMIDITY = around(BOUNDS["humidity"], 100.0)
LACKING = st.just(math.nan)
EVERYTHING = (PM25 | LACKING, VISIBILITY | LACKING, HUMIDITY | LACKING)
EDITIONS = st.sampled_from([e for e in map(load_edition, known_editions()) if isinstance(e, HourlyEdition)])


def level(pm25: float, visibility: float, humidity: float) -> Level:
    return Level(int(levels(EDITION, pm25, visibility, humidity)))


def as_the_text_says(pm25: float, visibility: float, humidity: float) -> Level:
    """The table of 28 January 2013 row by row, with its upper bounds, the highest row that is met."""
    dry = humidity < 80
    if (dry and visibility < 1000) or (not dry and visibility < 1000 and 250 < pm25 <= 500) or (visibility < 5000 and pm25 > 500):
        return Level.RED
    if (dry and visibility < 2000) or (not dry and visibility < 2000 and 150 < pm25 <= 250) or (visibility < 5000 and 250 < pm25 <= 500):
        return Level.ORANGE
    if (dry and visibility < 3000) or (not dry and visibility < 3000 and 115 < pm25 <= 150) or (visibility < 5000 and 150 < pm25 <= 250):
        return Level.YELLOW
    return Level.NONE


def as_the_regional_text_says(pm25: float, visibility: float, humidity: float) -> Level:
    """The regional table with all its bounds, the highest row that is met."""
    dry, km = humidity < 80, visibility / 1000
    red = [km < 1 and dry, km < 1 and not dry and pm25 > 250, 1 <= km < 5 and pm25 > 500]
    orange = [
        km < 1 and not dry and 150 < pm25 <= 250,
        1 <= km < 2 and dry and pm25 <= 500,
        1 <= km < 2 and not dry and 150 < pm25 <= 500,
        2 <= km < 5 and 250 < pm25 <= 500,
        5 <= km < 10 and pm25 > 500,
    ]
    yellow = [
        km < 2 and not dry and 115 < pm25 <= 150,
        2 <= km < 3 and dry and pm25 <= 250,
        2 <= km < 3 and not dry and 115 < pm25 <= 250,
        3 <= km < 5 and 150 < pm25 <= 250,
        5 <= km < 10 and 250 < pm25 <= 500,
    ]
    return Level.RED if any(red) else Level.ORANGE if any(orange) else Level.YELLOW if any(yellow) else Level.NONE


@given(PM25, around((1000.0, 2000.0, 3000.0, 5000.0, 10_000.0), 30_000.0), HUMIDITY)
def test_levels_of_the_regional_edition_are_those_of_its_text(pm25: float, visibility: float, humidity: float) -> None:
    assert levels(REGIONAL, pm25, visibility, humidity) == as_the_regional_text_says(pm25, visibility, humidity)


@given(PM25, VISIBILITY, HUMIDITY)
def test_levels_are_those_of_the_text(pm25: float, visibility: float, humidity: float) -> None:
    assert level(pm25, visibility, humidity) is as_the_text_says(pm25, visibility, humidity)


def test_levels_are_those_of_the_text_at_and_beside_every_bound() -> None:
    axes = [[v for b in BOUNDS[k] for v in (np.nextafter(b, 0.0), b, np.nextafter(b, np.inf))] for k in ("pm25", "visibility", "humidity")]
    pm25, visibility, humidity = (a.ravel() for a in np.meshgrid(*axes))
    expected = [as_the_text_says(*values) for values in zip(pm25, visibility, humidity, strict=True)]
    assert levels(EDITION, pm25, visibility, humidity).tolist() == expected
    assert set(expected) == {Level.NONE, Level.YELLOW, Level.ORANGE, Level.RED}


@given(EDITIONS, PM25, PM25, VISIBILITY, VISIBILITY, HUMIDITY)
def test_more_pm25_or_less_visibility_never_lowers_the_level(
    edition: HourlyEdition, pm25: float, other_pm25: float, visibility: float, other_visibility: float, humidity: float
) -> None:
    better = levels(edition, min(pm25, other_pm25), max(visibility, other_visibility), humidity)
    worse = levels(edition, max(pm25, other_pm25), min(visibility, other_visibility), humidity)
    assert worse >= better


@given(*EVERYTHING)
@example(math.nan, 30_000.0, 50.0)
def test_without_pm25_the_level_is_never_none(pm25: float, visibility: float, humidity: float) -> None:
    if math.isnan(pm25):
        assert level(pm25, visibility, humidity) is not Level.NONE


@given(*EVERYTHING, st.data())
def test_a_level_that_is_known_is_that_of_whatever_was_lacking(
    pm25: float, visibility: float, humidity: float, data: st.DataObject
) -> None:
    found = level(pm25, visibility, humidity)
    truth = [data.draw(s) if math.isnan(v) else v for v, s in zip((pm25, visibility, humidity), (PM25, VISIBILITY, HUMIDITY), strict=True)]
    if found is not Level.UNKNOWN:
        assert found is as_the_text_says(*truth)


@given(VISIBILITY | LACKING, HUMIDITY | LACKING, PM25)
def test_a_level_is_unknown_only_if_what_is_lacking_could_change_it(visibility: float, humidity: float, pm25: float) -> None:
    visibilities = [0.0, 1000.0, 2000.0, 3000.0, 5000.0, 1e6] if math.isnan(visibility) else [visibility]
    humidities = [0.0, 80.0] if math.isnan(humidity) else [humidity]
    possible = {as_the_text_says(pm25, v, h) for v in visibilities for h in humidities}
    assert level(pm25, visibility, humidity) is (possible.pop() if len(possible) == 1 else Level.UNKNOWN)


@given(EDITIONS, *EVERYTHING, st.tuples(st.booleans(), st.booleans(), st.booleans()))
def test_losing_more_data_never_changes_a_level_except_to_unknown(
    edition: HourlyEdition, pm25: float, visibility: float, humidity: float, lost: tuple[bool, bool, bool]
) -> None:
    values = (pm25, visibility, humidity)
    before = levels(edition, *values)
    after = levels(edition, *(math.nan if gone else v for v, gone in zip(values, lost, strict=True)))
    assert after in (before, Level.UNKNOWN)


@given(st.lists(st.tuples(*EVERYTHING), min_size=1, max_size=30))
def test_a_field_is_decided_as_its_values_one_by_one(rows: list[tuple[float, float, float]]) -> None:
    pm25, visibility, humidity = (np.array(column) for column in zip(*rows, strict=True))
    assert levels(EDITION, pm25, visibility, humidity).tolist() == [level(*row) for row in rows]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bounds_are_exact_in_both_precisions(dtype: type) -> None:
    def number(value: float, towards: float) -> np.floating:
        return np.nextafter(dtype(value), dtype(towards))

    assert levels(EDITION, number(500, np.inf), dtype(4000), dtype(85)) == Level.RED
    assert levels(EDITION, dtype(500), dtype(4000), dtype(85)) == Level.ORANGE
    assert levels(EDITION, dtype(0), number(1000, 0), dtype(50)) == Level.RED
    assert levels(EDITION, dtype(0), dtype(1000), dtype(50)) == Level.ORANGE
    assert levels(EDITION, dtype(0), dtype(900), number(80, 0)) == Level.RED
    assert levels(EDITION, dtype(0), dtype(900), dtype(80)) == Level.NONE
