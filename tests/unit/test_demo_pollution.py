from dataclasses import replace

import numpy as np
import pytest

from hazecast.demo.cities import CITIES
from hazecast.demo.emissions import emission
from hazecast.demo.pollution import Concentrations, concentrations, relative_humidity
from hazecast.demo.region import KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH, lattice
from hazecast.demo.trajectories import STEPS_HOURS, Carrier, Leg, walk_back
from hazecast.demo.weather import Weather
from hazecast.records import Station

HOURS = np.arange(-72, 13, dtype=np.float32)
NOON = np.array([4.0], dtype=np.float32)
BEIJING = CITIES[0]


def uniform_weather(
    east: float = 0.0, north: float = 2.0, mixing_height: float = 300.0, depression: float = 3.0, rain: float = 0.0
) -> Weather:
    shape = (HOURS.size, *lattice()[0].shape)

    def full(value: float) -> np.ndarray:
        return np.full(shape, value, dtype=np.float32)

    return Weather(
        hours=HOURS,
        eastward_wind=full(east),
        northward_wind=full(north),
        temperature=full(275.0),
        dew_point=full(275.0 - depression),
        surface_pressure=full(101_500.0),
        mixing_height=full(mixing_height),
        precipitation=full(rain),
        stagnation=full(0.0),
    )


def station(east_km: float, north_km: float) -> Station:
    latitude = BEIJING.latitude + north_km / KM_PER_DEGREE_NORTH
    return Station("1", "somewhere", latitude, BEIJING.longitude + east_km / KM_PER_DEGREE_EAST)


def at(weather: Weather, *stations: Station) -> Concentrations:
    return concentrations(weather, stations, NOON)


def winds(east: np.ndarray, north: np.ndarray) -> Carrier:
    """A wind in degrees per hour that is the same everywhere and changes from hour to hour."""
    shape = (east.size, *lattice()[0].shape)
    spread = [np.broadcast_to(w[:, None, None], shape) for w in (east, north)]
    return Carrier(float(HOURS[0]), np.stack(spread, axis=-1).astype(np.float32), np.zeros((*shape, 1), dtype=np.float32))


def one(value: float) -> np.ndarray:
    return np.array([value], dtype=np.float32)


def test_a_steady_wind_leads_straight_back_upwind() -> None:
    air = winds(np.full(HOURS.size, 0.02), np.full(HOURS.size, -0.01))

    *_, last = walk_back(air, one(0.0), one(38.0), one(117.0))

    assert last.hours == pytest.approx(-sum(STEPS_HOURS))
    assert last.longitude == pytest.approx(117.0 - 0.02 * 72, abs=1e-3)
    assert last.latitude == pytest.approx(38.0 + 0.01 * 72, abs=1e-3)


def test_a_wind_that_grows_steadily_is_followed_exactly_by_the_midpoint_rule() -> None:
    air = winds(0.001 * HOURS, np.zeros(HOURS.size))

    *_, last = walk_back(air, one(0.0), one(38.0), one(114.0))

    assert last.longitude == pytest.approx(114.0 + 0.001 * 72**2 / 2, abs=1e-3)


def test_the_age_of_a_leg_is_that_of_its_middle() -> None:
    legs = list(walk_back(winds(np.zeros(HOURS.size), np.zeros(HOURS.size)), one(0.0), one(38.0), one(117.0)))

    assert sum(leg.length for leg in legs) == 72
    assert legs[0].age == legs[0].length / 2
    assert legs[-1].age == 72 - legs[-1].length / 2


def test_air_downwind_of_a_city_is_dirtier_than_upwind() -> None:
    north, south = (at(uniform_weather(north=2.0), station(0, d)) for d in (25.0, -45.0))

    assert north.no2[0, 0] > 2 * south.no2[0, 0]


def test_emission_is_greatest_in_the_city_and_its_plume_widens_with_age() -> None:
    def seen(age: float, north_km: float) -> float:
        there = station(0, north_km)
        return float(emission(Leg(1.0, age, NOON, one(there.latitude), one(there.longitude), np.zeros((1, 1))))[0, 0])

    assert seen(0.0, 0.0) > 3 * seen(0.0, 60.0)
    assert seen(30.0, 0.0) < seen(0.0, 0.0)
    assert seen(30.0, 60.0) > seen(0.0, 60.0)


@pytest.mark.parametrize("cleaner", [{"mixing_height": 900.0}, {"depression": 15.0}, {"rain": 0.4}, {"north": -9.0, "east": 9.0}])
def test_deep_dry_wet_or_windy_weather_is_cleaner(cleaner: dict[str, float]) -> None:
    assert at(uniform_weather(**cleaner), station(0, 0)).pm25[0, 0] < 0.85 * at(uniform_weather(), station(0, 0)).pm25[0, 0]


def test_coarse_dust_comes_on_top_of_fine_particles_and_grows_with_the_wind() -> None:
    calm, windy = at(uniform_weather(), station(0, 0)), at(uniform_weather(east=9.0, north=-9.0), station(0, 0))

    assert calm.pm10 > calm.pm25
    assert windy.pm10 - windy.pm25 > calm.pm10 - calm.pm25


def test_ozone_is_low_where_nitrogen_dioxide_is_high() -> None:
    clean, dirty = at(uniform_weather(east=9.0, north=-9.0), station(0, 0)), at(uniform_weather(), station(0, 0))

    assert dirty.no2 > clean.no2
    assert dirty.o3 < clean.o3


def test_saturated_air_has_a_relative_humidity_of_one_and_dry_air_less() -> None:
    assert relative_humidity(one(280.0), one(280.0)) == pytest.approx(1.0)
    assert relative_humidity(one(293.15), one(283.15)) == pytest.approx(0.525, abs=0.005)


def test_progress_runs_to_one() -> None:
    heard: list[float] = []

    concentrations(uniform_weather(), (station(0, 0),), NOON, heard.append)

    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_what_a_path_inherits_depends_on_the_calm_at_its_far_end() -> None:
    fresh = uniform_weather()
    calm = replace(
        fresh, stagnation=np.full_like(fresh.stagnation, 0.9), eastward_wind=fresh.eastward_wind, northward_wind=0 * fresh.northward_wind
    )

    assert at(calm, station(0, 0)).co > at(replace(calm, stagnation=0 * calm.stagnation), station(0, 0)).co
