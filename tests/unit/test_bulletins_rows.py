"""The rows of the tables, and what they remark on."""

from dataclasses import replace

import numpy as np
import pytest

from hazecast.bulletins.page import page
from hazecast.bulletins.rows import AreaRow
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import wording
from hazecast.records import BulletinFacts, Rung
from tests.bulletin_facts import calm_facts, episode_facts


def rows(facts: BulletinFacts) -> dict[str, AreaRow]:
    return {row.area: row for row in page(facts, wording("en")).rows}


def test_areas_are_told_from_the_highest_level_down_unknown_before_none() -> None:
    levels = [row.level.css for row in page(episode_facts(), wording("en")).rows]
    assert levels == ["red"] * 2 + ["orange"] * 3 + ["yellow"] * 3 + ["unknown"] + ["none"] * 3


def test_a_row_holds_the_figures_of_its_area() -> None:
    row = rows(episode_facts())["Beijing"]
    assert (row.level.word, row.warning, row.peak, row.peak_time) == (
        "orange",
        "orange, upgraded",
        "309 (223–426), n = 72",
        "Tue 15 Jan 01:00",
    )
    assert [(chance.level, chance.text, chance.percent) for chance in row.chances] == [
        ("yellow", "93%", 93),
        ("orange", "68%", 68),
        ("red", "19%", 19),
    ]
    assert row.remarks == (
        "in force since Sun 13 Jan 06:30, at this level since Mon 14 Jan 06:30",
        "locally extremely severe haze (red): Beijing North",
    )


def test_what_is_not_known_is_called_unknown() -> None:
    row = rows(episode_facts())["Taiyuan"]
    assert {row.peak, row.peak_time, row.visibility, *(chance.text for chance in row.chances)} == {"unknown"}
    assert {chance.percent for chance in row.chances} == {None}
    assert row.remarks == ("only 5 of 24 hours could be judged", "no forecast, at least for some hours (stations: 1 of 1)")


@pytest.mark.parametrize(
    ("probability", "text"), [(0.0, "<1%"), (0.004, "<1%"), (0.5, "50%"), (0.994, "99%"), (1.0, ">99%"), (None, "unknown")]
)
def test_no_chance_is_told_as_certain(probability: float | None, text: str) -> None:
    assert Telling(calm_facts(), wording("en")).chance(probability) == text


@pytest.mark.parametrize(
    ("metres", "text"), [(2999.9, "2.9 km"), (50.0, "0.0 km"), (9999.0, "9.9 km"), (12_900.0, "12 km"), (None, "unknown")]
)
def test_visibility_is_rounded_down(metres: float | None, text: str) -> None:
    assert Telling(calm_facts(), wording("en")).visibility(metres) == text


def test_a_peak_after_the_clocks_change_carries_its_own_offset() -> None:
    facts = calm_facts()
    assert Telling(facts, wording("en")).moment(facts.cycle.end_time) == "Wed 3 Apr 09:00 (UTC+01:00)"


@pytest.mark.parametrize(
    ("rung", "remark"),
    [
        (Rung.WITHOUT_OBSERVATIONS, "forecast without recent observations"),
        (Rung.WITHOUT_WEATHER, "forecast without weather"),
        (Rung.CLIMATOLOGY, "usual values, not a forecast"),
        (Rung.NOTHING, "no forecast, at least for some hours"),
    ],
)
def test_a_rung_below_the_best_is_remarked_on_where_it_falls_into_the_window(rung: Rung, remark: str) -> None:
    facts = calm_facts()
    one_hour = facts.forecast.stations["rung"].values.copy()
    outside = one_hour.copy()
    one_hour[0, 2] = rung  # the first hour of the first window, which begins two hours after init_time
    outside[0, 1] = rung
    for values, expected in ((one_hour, (f"{remark} (stations: 1 of 3)",)), (outside, ())):
        stations = facts.forecast.stations.assign(rung=(("station", "lead_time"), values))
        changed = replace(facts, forecast=replace(facts.forecast, stations=stations))
        assert rows(changed)["Inner London"].remarks == expected
        assert rows(changed)["West London"].remarks == ()


def test_a_station_that_the_forecast_does_not_have_is_remarked_on() -> None:
    facts = calm_facts()
    ids = [i for i in facts.forecast.stations["station"].values if i != "west-1"]
    changed = replace(facts, forecast=replace(facts.forecast, stations=facts.forecast.stations.sel(station=ids)))
    assert rows(changed)["West London"].remarks == ("no forecast, at least for some hours (stations: 1 of 2)",)


def test_the_outlook_tells_the_chance_of_the_level_or_of_the_lowest_one() -> None:
    told = page(episode_facts(), wording("en"))
    assert [day.period[:16] for day in told.outlook] == ["Tue 15 Jan 08:00", "Wed 16 Jan 08:00", "Thu 17 Jan 08:00"]
    beijing, *_, taiyuan = told.outlook_rows
    assert [(entry.level.word, entry.chance) for entry in beijing] == [("red", "63%"), ("orange", "68%"), ("none", "11%")]
    assert {(entry.level.word, entry.chance, entry.peak) for entry in taiyuan} == {("unknown", "unknown", "unknown")}


def test_chances_that_no_window_has_leave_no_columns() -> None:
    facts = calm_facts()
    windows = tuple(replace(w, chances=()) for w in facts.assessment.windows)
    told = page(replace(facts, assessment=replace(facts.assessment, windows=windows)), wording("en"))
    assert told.chance_levels == ()
    assert {entry.chance for day in told.outlook for entry in day.entries} == {"unknown"}


def test_the_same_facts_give_the_same_rows_whatever_the_order_of_dimensions() -> None:
    facts = episode_facts()
    turned = facts.forecast.stations.transpose("quantile", "lead_time", "station")
    assert rows(replace(facts, forecast=replace(facts.forecast, stations=turned))) == rows(facts)
    assert np.array_equal(facts.forecast.stations["rung"].values, turned["rung"].values.T)
