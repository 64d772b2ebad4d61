import itertools
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from hazecast.demo.cities import CITIES, all_stations, area_of, stations_of
from hazecast.demo.region import KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH, elevation, lattice, sea_share
from hazecast.demo.storyline import INIT_TIME, Front, Storyline, hour_of, tell, time_of

SEEDS = range(40)
FRONT = Front(
    hour=10.0,
    bearing=135.0,
    speed=10.0,
    cooling=6.0,
    pressure_rise=10.0,
    return_flow=0.5,
    rain=0.0,
    calm=0.5,
    clearing_hours=40.0,
)


def place(east_km: float, north_km: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([east_km]), np.array([north_km])


def test_a_front_reaches_the_north_west_first_and_the_south_east_last() -> None:
    delays = [float(FRONT.delay(*place(d, -d))[0]) for d in (-300.0, 0.0, 300.0)]

    assert delays[0] < delays[1] < delays[2]
    assert delays[1] == 0.0
    assert delays[2] == pytest.approx(300 * np.sqrt(2) / 36.0)


def test_the_flanks_of_a_front_trail_behind_its_middle() -> None:
    assert FRONT.delay(*place(200.0, 200.0))[0] > 0
    assert FRONT.delay(*place(-200.0, -200.0)) == pytest.approx(FRONT.delay(*place(200.0, 200.0)))


@pytest.mark.parametrize("wrong", [{"bearing": 300.0}, {"calm": 1.2}, {"speed": 0.0}, {"rain": -0.1}])
def test_a_front_that_is_none_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="cold front"):
        replace(FRONT, **wrong)


def test_fronts_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="order of time"):
        Storyline((FRONT, replace(FRONT, hour=2.0)))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_winter_ends_with_a_calm_week_and_a_front_inside_the_horizon(seed: int) -> None:
    fronts = tell(np.random.default_rng(seed)).fronts
    days_between = [(b.hour - a.hour) / 24 for a, b in itertools.pairwise(fronts)]

    assert all(4.0 <= days <= 7.0 for days in days_between[:-1])
    assert days_between[-1] > 7.0
    assert INIT_TIME + timedelta(hours=48) < time_of(fronts[-1].hour) < INIT_TIME + timedelta(hours=90)
    assert fronts[-2].calm == max(f.calm for f in fronts)
    assert fronts[0].hour < 0


def test_another_seed_tells_another_winter() -> None:
    assert tell(np.random.default_rng(1)) == tell(np.random.default_rng(1))
    assert tell(np.random.default_rng(1)) != tell(np.random.default_rng(2))


def test_hours_and_times_are_inverse() -> None:
    assert time_of(hour_of(INIT_TIME)) == INIT_TIME
    assert hour_of(INIT_TIME) == 45 * 24


def test_stations_have_ids_and_names_of_their_own_and_stand_within_twenty_kilometres_of_their_city() -> None:
    stations = all_stations()
    assert 36 <= len(stations) <= 45
    assert len({s.id for s in stations}) == len({s.name for s in stations}) == len(stations)
    for city in CITIES:
        for station in stations_of(city):
            east = (station.longitude - city.longitude) * KM_PER_DEGREE_EAST
            north = (station.latitude - city.latitude) * KM_PER_DEGREE_NORTH
            assert np.hypot(east, north) < 20


def test_each_city_is_an_area_with_two_names_and_its_own_stations() -> None:
    areas = [area_of(city) for city in CITIES]

    assert len({a.id for a in areas}) == 12
    assert areas[0].name_in("zh") == "北京"
    assert areas[0].name_in("en") == "Beijing"
    assert [i for a in areas for i in a.station_ids] == [s.id for s in all_stations()]


def test_a_city_that_emits_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="Beijing"):
        replace(CITIES[0], industry=0.0)


def test_mountains_stand_in_the_west_and_north_and_the_sea_in_the_east() -> None:
    latitude, longitude = lattice()
    height, sea = elevation(latitude, longitude), sea_share(latitude, longitude)

    plain = height[(latitude == 37.5) & (longitude == 116.0)]
    assert height[(latitude == 38.5) & (longitude == 112.5)] > 500 + plain
    assert height[(latitude == 41.5) & (longitude == 117.0)] > 500 + plain
    assert sea[(latitude == 38.5) & (longitude == 119.5)] > 0.95
    assert sea[(latitude == 38.5) & (longitude == 116.0)] < 0.01
