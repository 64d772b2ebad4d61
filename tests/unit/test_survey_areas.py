"""Which stations make a city, and what it is called."""

import numpy as np
import pytest

from hazecast.records import Station
from hazecast.survey.areas import NEIGHBOUR_M, areas_of

KM_PER_DEGREE = 111.195


def station(id: str, name: str, latitude: float, longitude: float) -> Station:
    return Station(id, name, latitude, longitude)


def test_stations_of_two_cities_become_two_areas_under_the_names_of_the_gazetteer() -> None:
    beijing = [station("b1", "Dongsi", 39.93, 116.42), station("b2", "Gucheng", 39.91, 116.18)]
    tianjin = [station("t1", "Heping", 39.12, 117.2)]
    areas = areas_of([beijing[0], *tianjin, beijing[1]])
    assert [(a.id, a.names["en"], a.names["zh"], a.stations) for a in areas] == [
        ("beijing", "Beijing", "北京", ("b1", "b2")),
        ("tianjin", "Tianjin", "天津", ("t1",)),
    ]


def test_a_chain_of_near_stations_is_one_city_and_a_gap_parts_it() -> None:
    step = 0.9 * NEIGHBOUR_M / 1000 / KM_PER_DEGREE
    chain = [station(str(i), f"Post {i}", step * i, 80.0) for i in range(4)]
    apart = station("9", "Far post", step * 3 + 1.1 * NEIGHBOUR_M / 1000 / KM_PER_DEGREE, 80.0)
    assert [a.stations for a in areas_of([*chain, apart])] == [("9",), ("0", "1", "2", "3")]


def test_a_city_across_the_date_line_is_one() -> None:
    areas = areas_of([station("1", "Taveuni West", -16.8, 179.95), station("2", "Taveuni East", -16.8, -179.95)])
    assert [(a.id, a.stations) for a in areas] == [("taveuni", ("1", "2"))]


def test_a_city_that_is_not_known_is_called_what_its_stations_names_share() -> None:
    areas = areas_of([station("1", "Port Vila North", -17.7, 168.3), station("2", "Port Vila Harbour", -17.75, 168.31)])
    assert [(a.id, a.names) for a in areas] == [("port-vila", {"en": "Port Vila"})]


@pytest.mark.parametrize("names", [("London Westminster", "London N. Kensington"), ("London Westminster", "London")])
def test_london_is_london(names: tuple[str, str]) -> None:
    at_sea = [station(str(i), name, -40.0, 0.1 * i) for i, name in enumerate(names)]
    assert [a.names["en"] for a in areas_of(at_sea)] == ["London"]


def test_names_that_share_no_whole_word_give_the_first() -> None:
    areas = areas_of([station("1", "Northgate", -40.0, 0.0), station("2", "Northfield", -40.0, 0.1)])
    assert [(a.id, a.names["en"]) for a in areas] == [("northgate", "Northgate")]


def test_a_lone_station_far_from_any_known_city_is_its_own_area() -> None:
    assert [(a.id, a.names["en"], a.stations) for a in areas_of([station("x", "Mauna Loa", 19.54, -155.58)])] == [
        ("mauna-loa", "Mauna Loa", ("x",))
    ]


@pytest.mark.parametrize(
    ("name", "id"),
    [("Östermalm", "ostermalm"), ("云岗", "area"), ('<script>"x"\'', "script-x"), ("../../etc", "etc"), ("   ", "area"), ("a  b", "a-b")],
)
def test_an_id_is_made_of_plain_letters_whatever_the_name(name: str, id: str) -> None:
    assert [a.id for a in areas_of([station("1", name, -40.0, 0.0)])] == [id]


def test_areas_of_one_name_get_ids_of_their_own() -> None:
    alike = [station(str(i), "Station", -40.0, 5.0 * i) for i in range(4)] + [station("9", "Station 3", -50.0, 0.0)]
    ids = [a.id for a in areas_of(alike)]
    assert ids == sorted(set(ids))
    assert len(ids) == 5


def test_two_clusters_near_one_known_city_do_not_both_take_its_name() -> None:
    areas = areas_of([station("1", "North Post", 40.25, 116.4), station("2", "West Post", 39.9, 115.9)])
    assert [(a.id, a.names["en"], a.stations) for a in areas] == [("beijing", "Beijing", ("1",)), ("west-post", "West Post", ("2",))]


def test_a_network_of_two_thousand_stations_is_gathered_quickly_and_completely() -> None:
    chance = np.random.default_rng(0)
    many = [
        station(str(i), f"S{i}", *xy) for i, xy in enumerate(zip(chance.uniform(20, 50, 2000), chance.uniform(80, 130, 2000), strict=True))
    ]
    areas = areas_of(many)
    assert sorted(s for a in areas for s in a.stations) == sorted(s.id for s in many)
    assert len({a.id for a in areas}) == len(areas)
