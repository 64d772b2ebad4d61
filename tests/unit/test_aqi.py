"""Air quality indices: the tables of the texts, their corners, and what lacks."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hazecast.aqi.index import air_quality, concentration_at, sub_index
from hazecast.aqi.standard import known_standards, load_standard, read_standard, standard_on
from hazecast.errors import SettingsError

OLD, NEW, US = (load_standard(name) for name in ("hj-633-2012", "hj-633-2026", "us-epa-2024"))


@pytest.mark.parametrize("name", known_standards())
def test_every_breakpoint_has_its_index(name: str) -> None:
    standard = load_standard(name)
    for row in standard.pollutants:
        found = sub_index(standard, row.key, row.hours, row.breakpoints)
        assert found.tolist() == list(standard.index[: len(row.breakpoints)])
        assert [concentration_at(standard, row.key, row.hours, i) for i in standard.index[: len(row.breakpoints) - 1]] == list(
            row.breakpoints[:-1]
        )


@pytest.mark.parametrize(
    ("standard", "key", "hours", "value", "expected"),
    [
        (OLD, "pm25", 24, 75.0, 100),
        (NEW, "pm25", 24, 75.0, 114),  # 100 + 50 × 15 / 55 = 113.6, rounded up
        (OLD, "pm25", 24, 36.0, 52),  # 50 + 50 / 40 = 51.25
        (OLD, "pm25", 24, 35.4, 50),  # reported as 35
        (OLD, "pm25", 24, 900.0, 500),
        (OLD, "pm10", 24, 120.0, 85),
        (NEW, "pm10", 24, 120.0, 100),
        (OLD, "co", 24, 2.04, 50),
        (OLD, "co", 24, 2.06, 53),
        (NEW, "so2", 1, 801.0, 200),
        (NEW, "o3", 8, 900.0, 300),
        (US, "pm25", 24, 9.09, 50),
        (US, "pm25", 24, 9.1, 51),
        (US, "pm25", 24, 35.5, 101),
        (US, "pm25", 24, 90.0, 175),  # 151 + 49 × 34.5 / 69.9 = 175.2
        (US, "pm25", 24, 400.0, 500),
    ],
)
def test_an_index_is_that_of_the_text(standard: object, key: str, hours: int, value: float, expected: int) -> None:
    assert sub_index(standard, key, hours, value) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(("key", "hours"), [("so2", 1), ("o3", 8)])
def test_the_older_text_has_no_index_beyond_where_it_stops(key: str, hours: int) -> None:
    assert np.isnan(sub_index(OLD, key, hours, 801.0))


@pytest.mark.parametrize("lacking", [np.nan, np.inf, -1.0])
def test_what_is_no_concentration_has_no_index(lacking: float) -> None:
    assert np.isnan(sub_index(NEW, "pm25", 24, lacking))
    assert air_quality(NEW, {"pm25": lacking}) is None


@settings(max_examples=60)
@given(st.sampled_from(known_standards()), st.floats(0, 2000), st.floats(0, 2000))
def test_more_of_a_pollutant_never_lowers_the_index(name: str, one: float, other: float) -> None:
    standard = load_standard(name)
    for row in standard.pollutants:
        low, high = sub_index(standard, row.key, row.hours, sorted((one, other)))
        assert np.isnan(high) or low <= high <= standard.index[-1]


def test_the_edition_follows_the_date() -> None:
    assert [standard_on(day).name for day in (date(2010, 1, 1), date(2026, 2, 28), date(2026, 3, 1))] == [
        "hj-633-2012",
        "hj-633-2012",
        "hj-633-2026",
    ]
    assert standard_on(date(2026, 1, 1), "us-epa") is US
    with pytest.raises(SettingsError, match="hj-633, us-epa"):
        standard_on(date(2026, 1, 1), "moon")


def test_the_primary_pollutant_leads_above_the_first_class_and_what_lacks_is_named() -> None:
    found = air_quality(OLD, {"pm25": 160.0, "pm10": 180.0, "o3": 40.0, "no2": None})
    assert found is not None
    assert (found.index, found.primary, found.index_class.name["zh"]) == (210, ("pm25",), "重度污染")
    assert found.lacking == ("so2", "no2", "co")
    clean = air_quality(OLD, {"pm25": 35.0, "pm10": 50.0})
    assert clean is not None
    assert (clean.index, clean.primary) == (50, ())
    both = air_quality(OLD, {"pm25": 75.0, "pm10": 150.0})
    assert both is not None
    assert both.primary == ("pm25", "pm10")


def test_classes_have_names_in_three_languages_and_end_where_the_text_says() -> None:
    for name in known_standards():
        standard = load_standard(name)
        assert all({"zh", "en", "ja"} <= set(c.name) for c in standard.classes)
        assert [standard.class_of(v).up_to for v in (0, 50, 51, 200, 201, 999)] == [50, 50, 100, 200, 300, 500]
    with pytest.raises(ValueError, match="0 or more"):
        OLD.class_of(float("nan"))


def test_a_standard_that_is_not_right_is_refused_with_the_reason() -> None:
    text = 'name = "mine"\nfamily = "f"\ntitle = {en = "t"}\nissuer = "i"\nin_force_from = 2020-01-01\nlanguage = "en"\nindex = [0, 500]\n'
    text += 'rounding = "up"\nsegments = "joined"\nprimary_above = 50\nleast_hours_of_day = 20\n'
    row = '[[pollutants]]\nkey = "pm25"\nhours = 24\nunits = "u"\ndecimals = 0\nbreakpoints = [0, {}]\n'
    last = '[[classes]]\nup_to = {}\ncolour = "#000000"\nname = {{en = "all"}}\n'
    assert read_standard("mine", text + row.format(500) + last.format(500)).pollutant("pm25", 24).breakpoints == (0, 500)
    for wrong, complaint in (
        (row.format(-1) + last.format(500), "then rising"),
        (row.format("9, 10") + last.format(500), "more breakpoints"),
        (row.format(9) + last.format(400), "the last at 500"),
        (row.format(9) * 2 + last.format(500), "twice"),
    ):
        with pytest.raises(SettingsError, match=complaint):
            read_standard("mine", text + wrong)
    with pytest.raises(SettingsError, match="calls itself"):
        read_standard("yours", text + row.format(9) + last.format(500))
    with pytest.raises(SettingsError, match="no air quality index"):
        load_standard("../mine")
    with pytest.raises(SettingsError, match="pm25 over 24 h"):
        US.pollutant("o3", 8)
