"""Meteograms: what is measured, forecast and unknown, and panels over time."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
import xarray as xr

from hazecast.bulletins.area_weather import area_weather
from hazecast.bulletins.pictures import album, meteogram
from hazecast.bulletins.pictures.canvas import figure
from hazecast.bulletins.pictures.plot import Panel, known_runs, line, round_values
from hazecast.bulletins.situation import areas_on
from hazecast.records import BulletinFacts
from tests.bulletin_facts import calm_facts
from tests.pictures import copies


def with_weather(facts: BulletinFacts) -> BulletinFacts:
    """Wind of 3-4-5, a mixing height that lacks for six hours, and visibility that is measured."""
    observed, stations = facts.observations, facts.forecast.stations
    time = np.concatenate([observed["time"].values, stations["valid_time"].values])
    shape, dims = (time.size, stations.sizes["station"]), ("time", "station")
    height = np.full(shape, 600.0)
    height[80:86] = np.nan
    fields = {"eastward_wind": (dims, np.full(shape, 3.0)), "northward_wind": (dims, np.full(shape, -4.0)), "mixing_height": (dims, height)}
    seen = observed.assign(visibility=(observed["pm25"].dims, np.full(observed["pm25"].shape, 8000.0)))
    return replace(facts, weather=xr.Dataset(fields, {"time": time, "station": stations["station"].values}), observations=seen)


def test_the_weather_of_an_area_is_measured_and_then_forecast() -> None:
    facts = with_weather(calm_facts())
    weather = area_weather(areas_on(facts, 0)[0], facts)
    ahead = weather.times > np.datetime64(facts.cycle.init_time.replace(tzinfo=None))
    assert weather.times.size == 49 + facts.forecast.stations.sizes["lead_time"]
    assert weather.wind_speed == pytest.approx(5.0)
    assert np.isnan(weather.mixing_height).sum() == 6
    assert weather.visibility[~ahead] == pytest.approx(8.0)
    assert weather.visibility[ahead] == pytest.approx(
        facts.forecast.stations["visibility"].isel(station=slice(0, 3)).median("station") / 1000
    )
    assert np.isnan(weather.humidity[~ahead]).all()
    bare = area_weather(areas_on(facts, 0)[0], replace(facts, weather=None))
    assert np.isnan(bare.wind_speed).all()


@pytest.mark.usefixtures("two_cores")
def test_meteograms_drawn_beside_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = with_weather(calm_facts())
    here = list(meteogram.draw(facts, copies(facts, "en", "zh")))
    monkeypatch.setattr(album, "METEOGRAMS_WORTH_A_PROCESS", 1)
    monkeypatch.setattr(meteogram, "figure", None)  # so that they cannot be drawn here
    together = list(album.draw_all(facts, copies(facts, "en", "zh")))
    assert together[-len(here) :] == here
    assert {picture.name for picture in together} > {picture.name for picture in here}


def test_a_meteogram_says_its_numbers_and_what_lacks() -> None:
    facts = with_weather(calm_facts())
    one, *others = list(meteogram.draw(replace(facts, areas=facts.areas[:1]), copies(facts, "en", "zh")))
    assert [(one.name, one.language, one.area)] == [("meteogram-01", "en", "Inner London")]
    assert [picture.language for picture in others] == ["zh"]
    assert "Wind: 5.0 m/s. Relative humidity: 70 %. Mixing height: 600 m." in one.alt
    blind = replace(facts, areas=facts.areas[:1], weather=None)
    said = [text.text for text in ElementTree.fromstring(next(meteogram.draw(blind, copies(blind, "en"))).svg).findall(".//{*}text")]
    assert said.count("unknown: input lacking") == 3  # wind, mixing height, and the legend
    said = [text.text for text in ElementTree.fromstring(one.svg).findall(".//{*}text")]
    assert said.count("unknown: input lacking") == 1


def test_a_curve_has_gaps_where_nothing_is_known_and_a_value_alone_is_a_dot() -> None:
    assert known_runs(np.array([False, True, True, False, True])) == [slice(1, 3), slice(4, 5)]
    with figure(2, 1) as drawn:
        panel = Panel(drawn, 0.0, 0.0, 2.0, 1.0, (0.0, 4.0), (0.0, 10.0))
        line(panel, np.arange(5.0), np.array([np.nan, 5.0, 20.0, np.nan, 5.0]))
        first, alone = drawn.artists[0].get_paths()
    assert first.vertices.tolist() == [[0.5, 0.5], [1.0, 1.0]]  # what is beyond the range stands at its end
    assert alone.vertices.tolist() == [[2.0, 0.5], [2.0, 0.5]]


@pytest.mark.parametrize(
    ("low", "high", "at_most", "ticks"),
    [(0, 100, 3, [0, 50, 100]), (0, 1000, 6, [0, 200, 400, 600, 800, 1000]), (0, 0.9, 3, [0, 0.5]), (0, 162, 6, [0, 50, 100, 150])],
)
def test_axes_have_round_values(low: float, high: float, at_most: int, ticks: list[float]) -> None:
    assert round_values(low, high, at_most) == pytest.approx(ticks)
