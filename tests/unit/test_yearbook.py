"""Days of haze of a year: what is counted, what is unknown, and that table and map say the same."""

import csv
from dataclasses import replace
from io import StringIO
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import xarray as xr

from hazecast.bulletins.pictures import haze_day_map
from hazecast.bulletins.wording import languages, wording
from hazecast.records import Area, PlaceName, Station
from hazecast.records.haze_days import HazeDays
from hazecast.vocabulary import HazeRule
from hazecast.yearbook.haze_days import count_haze_days, rule_for
from hazecast.yearbook.table import haze_days_csv

ZONE = ZoneInfo("Asia/Shanghai")
STATIONS = (Station("a", "A", 39.9, 116.4), Station("b", "=B()", 39.1, 117.2))
AREAS = (Area("both", (PlaceName("en", "Both"), PlaceName("zh", "两地")), ("a", "b"), "Asia/Shanghai"),)
YEAR = haze_day_map.Year((PlaceName("en", "Somewhere"),), 2015, HazeRule.PM25, 324, exercise=False)


def observations(**daily: list[float]) -> xr.Dataset:
    """The first days of 2015 in China, station a; an hour's value stands at its end, and before these days all is 999."""
    days = len(next(iter(daily.values())))
    time = np.datetime64("2014-12-31T16", "ns") + np.arange(0, 24 * days + 1) * np.timedelta64(1, "h")
    both = {key: np.concatenate([[999.0], np.repeat(values, 24)]) for key, values in daily.items()}
    data = {key: (("time", "station"), np.stack([values, np.full(values.size, np.nan)], axis=1)) for key, values in both.items()}
    return xr.Dataset(data, {"time": time, "station": ["a", "b"]})


def counted(data: xr.Dataset, rule: HazeRule, least: int = 1) -> tuple[HazeDays, HazeDays, HazeDays]:
    (a, b), (both,) = count_haze_days(data, STATIONS, AREAS, 2015, ZONE, rule, least)
    return a, b, both


@pytest.mark.parametrize(
    ("visibility", "humidity", "pm25", "haze", "known"),
    [
        (9_999.0, 79.9, 10.0, 1, 1),
        (10_000.0, 60.0, 400.0, 0, 1),
        (9_999.0, 80.0, 75.1, 1, 1),
        (9_999.0, 95.0, 75.0, 0, 1),
        (9_999.0, 95.1, 400.0, 0, 1),  # fog
        (9_999.0, 90.0, np.nan, 0, 0),
        (9_999.0, np.nan, 400.0, 0, 0),
        (np.nan, 60.0, 400.0, 0, 0),
    ],
)
def test_a_day_of_haze_by_visibility(visibility: float, humidity: float, pm25: float, haze: int, known: int) -> None:
    one = counted(observations(visibility=[visibility], relative_humidity=[humidity], pm25=[pm25]), HazeRule.VISIBILITY)[0]
    assert (one.haze, one.known, one.days) == (haze, known, 365)


def test_days_are_local_and_need_twenty_hours() -> None:
    data = observations(pm25=[76.0, 75.0, 300.0, 300.0])
    data["pm25"].values[49:54, 0] = np.nan  # five hours of the third day
    data["pm25"].values[73:77, 0] = np.nan  # four of the fourth
    a, b, both = counted(data, HazeRule.PM25)
    assert (a.haze, a.known, a.missing) == (2, 3, 362)
    assert (b.haze, b.known, b.enough) == (0, 0, False)
    assert (both.haze, both.known) == (2, 3)  # half of the stations are enough


def test_a_year_with_too_few_days_is_unknown_and_never_clean() -> None:
    enough, few = (counted(observations(pm25=[80.0] * days), HazeRule.PM25, 324)[0] for days in (324, 323))
    assert (enough.enough, few.enough) == (True, False)
    row = next(csv.DictReader(StringIO(haze_days_csv([few], HazeRule.PM25, "en"))))
    assert (row["haze_days"], row["known_days"], row["missing_days"], row["status"]) == ("323", "323", "42", "unknown")


def test_the_table_names_places_and_runs_no_formula() -> None:
    a, b, both = counted(observations(pm25=[80.0]), HazeRule.PM25)
    rows = list(csv.DictReader(StringIO(haze_days_csv([both, a, b], HazeRule.PM25, "zh"))))
    assert [(row["kind"], row["name"]) for row in rows] == [("area", "两地"), ("station", "A"), ("station", "'=B()")]


def test_visibility_decides_where_it_is_observed() -> None:
    assert rule_for(observations(visibility=[1.0], relative_humidity=[1.0], pm25=[1.0])) is HazeRule.VISIBILITY
    assert rule_for(observations(relative_humidity=[1.0], pm25=[1.0])) is HazeRule.PM25


def test_the_map_says_the_counts_and_what_is_unknown_in_every_language() -> None:
    a, b, both = counted(observations(pm25=[80.0] * 330), HazeRule.PM25, 324)
    pictures = list(haze_day_map.draw(YEAR, [a, b], [both], [wording(language) for language in languages()]))
    assert [picture.language for picture in pictures] == list(languages())
    english = next(picture for picture in pictures if picture.language == "en")
    assert "at 2 stations; unknown at 1 of them" in english.alt
    assert "Both 330" in english.alt
    assert b">330</text>" in english.svg
    other = next(haze_day_map.draw(YEAR, [replace(a, enough=False), b], [], [wording("en")]))
    assert b">330</text>" not in other.svg
    with pytest.raises(ValueError, match="needs a station"):
        list(haze_day_map.draw(YEAR, [], [], [wording("en")]))
