"""Levels that rest on little do not look like those that rest on a forecast."""

from dataclasses import replace

import pytest

from hazecast.bulletins import founding
from hazecast.bulletins.page import Page, page
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import languages, wording
from hazecast.records import Action, AreaStatus, BulletinFacts, Ground, HazeWarning, Level, Rung, Status
from tests.bulletin_facts import calm_facts

ALL = ("inner", "west", "south")


@pytest.fixture(scope="module")
def calm() -> BulletinFacts:
    return calm_facts()


def resting(facts: BulletinFacts, rung: Rung, areas: tuple[str, ...], part: float) -> BulletinFacts:
    """With a part of the hours, the earlier ones, of every station of some areas on a rung."""
    stations = facts.forecast.stations.copy(deep=True)
    rungs = stations["rung"].transpose("station", "lead_time").values.copy()
    hours = slice(2, 2 + round(24 * part))  # the first window begins 2 h ahead
    for row, station in enumerate(stations["station"].values):
        if str(station).rpartition("-")[0] in areas:
            rungs[row, hours] = rung
    stations["rung"] = (("station", "lead_time"), rungs)
    return replace(facts, forecast=replace(facts.forecast, stations=stations))


def told(facts: BulletinFacts, language: str = "en") -> Page:
    return page(facts, wording(language))


def weak_areas(facts: BulletinFacts) -> set[str]:
    telling = Telling(facts, wording("en"))
    return {view.area.id for view in telling.views if founding.weakness(view, telling)}


def test_what_rests_on_forecasts_is_not_marked(calm: BulletinFacts) -> None:
    assert weak_areas(calm) == set()
    assert told(calm).head.weak == ""
    assert "Weakly founded" not in {fact.label for fact in told(calm).glance}


@pytest.mark.parametrize("rung", [Rung.CLIMATOLOGY, Rung.NOTHING])
def test_half_of_the_hours_without_a_forecast_make_a_level_weak(calm: BulletinFacts, rung: Rung) -> None:
    assert weak_areas(resting(calm, rung, ("west",), 0.45)) == set()
    weak = resting(calm, rung, ("west",), 0.5)
    assert weak_areas(weak) == {"west"}
    (fact,) = (fact for fact in told(weak).glance if fact.label == "Weakly founded")
    assert fact.text == "West London"
    assert [row.level.weak for row in told(weak).rows if row.area == "West London"] == ["weakly founded"]


@pytest.mark.parametrize("rung", [Rung.WITHOUT_BASE, Rung.WITHOUT_OBSERVATIONS, Rung.WITHOUT_WEATHER, Rung.MODEL])
def test_a_forecast_without_one_of_its_inputs_is_a_forecast(calm: BulletinFacts, rung: Rung) -> None:
    assert weak_areas(resting(calm, rung, ALL, 1.0)) == set()


def test_stations_that_are_not_there_count_as_without_a_forecast(calm: BulletinFacts) -> None:
    areas = tuple(replace(area, station_ids=(*area.station_ids, *"abc")) if area.id == "south" else area for area in calm.areas)
    assert weak_areas(replace(calm, areas=areas)) == {"south"}


def test_the_head_is_marked_where_nothing_at_its_level_is_firm(calm: BulletinFacts) -> None:
    assert told(resting(calm, Rung.CLIMATOLOGY, ALL[:2], 1.0)).head.weak == "", "that of an area is firm"
    for language in languages():
        head = told(resting(calm, Rung.CLIMATOLOGY, ALL, 1.0), language).head
        assert (head.css, head.weak) == ("none", wording(language).say("weakly founded"))


def test_a_warning_kept_for_want_of_input_is_marked_though_the_level_is_unknown(calm: BulletinFacts) -> None:
    window = next(window for window in calm.assessment.windows if window.area_id == "west")
    span, since = (window.valid_from, window.valid_until), window.valid_from
    kept = HazeWarning("old", "west", "cma-haze-2013", Action.ISSUE, Level.ORANGE, *span, since, "20300330T06Z", "", None, ())
    status = AreaStatus("west", "cma-haze-2013", Status.UNKNOWN, Ground.LACKING, Level.ORANGE, since, since)
    windows = tuple(replace(w, level=Level.UNKNOWN) if w.area_id == "west" else w for w in calm.assessment.windows)
    facts = replace(calm, assessment=replace(calm.assessment, windows=windows, in_force=(kept,), statuses=(status,)))
    assert (told(facts).head.css, told(facts).head.weak) == ("orange", "weakly founded")
    facts_at_head = {fact.label: fact.text for fact in told(facts).glance}
    assert facts_at_head["Weakly founded"] == "West London"
    assert facts_at_head["Unknown"] == "West London"
    (row,) = (row for row in told(facts).rows if row.area == "West London")
    assert row.level.weak == "", "unknown says more"
