from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.base import base_forecast
from hazecast.forecast.cities import AREA_PER_PERSON_M2, City
from hazecast.forecast.emissions import (
    CITY_RADIUS_M,
    CITY_SHARE,
    COUNTRY_PEOPLE_PER_M2,
    DIURNAL_PROFILE,
    Emission,
    city_proxy,
    emission_of,
    inventory_emission,
    station_proxy,
)
from hazecast.forecast.profiles import profiles
from hazecast.grids.distance import distance
from hazecast.grids.lattice import Lattice
from hazecast.records import Cycle, EmissionProxy, Gathered, Gridded, MeteorologyKind, Station
from hazecast.vocabulary import Sector

LATTICE = Lattice(np.arange(38.0, 42.01, 0.1), np.arange(114.0, 118.01, 0.1))


def station(latitude: float, longitude: float) -> Station:
    return Station("s", "S", latitude, longitude)


def test_the_day_averages_to_one_with_less_by_night_and_more_in_the_rush_hours() -> None:
    assert DIURNAL_PROFILE.shape == (24,)
    assert DIURNAL_PROFILE.mean() == pytest.approx(1.0)
    assert DIURNAL_PROFILE.argmin() in range(1, 5)
    assert DIURNAL_PROFILE[[8, 18]].min() > 1.2 > DIURNAL_PROFILE[[0, 3]].max()


@pytest.mark.parametrize("places", [[(40.0, 116.0)], [(39.0, 115.0), (41.0, 117.5)], [(40.0, 116.0)] * 5])
def test_the_mean_is_one_and_half_of_it_is_everywhere(places: list[tuple[float, float]]) -> None:
    emission = station_proxy(LATTICE, [station(*place) for place in places])
    assert emission.shape == LATTICE.shape
    assert emission.mean() == pytest.approx(1.0)
    assert emission.min() == pytest.approx(1 - CITY_SHARE, abs=1e-3)


def test_the_other_half_lies_round_the_stations_as_a_bell() -> None:
    city = station_proxy(LATTICE, [station(40.0, 116.0)]) - (1 - CITY_SHARE)
    latitude, longitude = LATTICE.latitude[:, None], LATTICE.longitude[None, :]
    away = distance(latitude, longitude, np.array(40.0), np.array(116.0))
    np.testing.assert_allclose(city / city.max(), np.exp(-0.5 * (away / CITY_RADIUS_M) ** 2), atol=1e-12)
    assert np.unravel_index(city.argmax(), city.shape) == (20, 20)


def test_many_stations_in_one_city_emit_no_more_than_one() -> None:
    once = station_proxy(LATTICE, [station(40.0, 116.0)])
    np.testing.assert_allclose(station_proxy(LATTICE, [station(40.0, 116.0)] * 9), once)


def test_without_a_station_near_the_emission_is_even() -> None:
    np.testing.assert_array_equal(station_proxy(LATTICE, [station(0.0, 0.0)]), 1.0)


def test_a_station_between_the_centres_of_wide_cells_still_counts() -> None:
    wide = Lattice(np.arange(30.0, 45.0, 1.0), np.arange(105.0, 120.0, 1.0))
    city = station_proxy(wide, [station(35.0, 110.0), station(40.5, 115.5)]) - (1 - CITY_SHARE)
    assert city[10:12, 10:12].max() > 0.3 * city[5, 5]


def test_longitudes_a_whole_turn_apart_are_one_place() -> None:
    np.testing.assert_allclose(station_proxy(LATTICE, [station(40.0, -244.0 + 360.0)]), station_proxy(LATTICE, [station(40.0, 116.0)]))
    turned = Lattice(LATTICE.latitude, LATTICE.longitude + 360.0)
    np.testing.assert_allclose(station_proxy(turned, [station(40.0, 116.0)]), station_proxy(LATTICE, [station(40.0, 116.0)]))


# ---- cities and people ----


def test_cities_emit_by_their_people_over_an_even_country() -> None:
    one, four = City("one", 39.0, 115.0, 1e6), City("four", 41.0, 117.0, 4e6)
    emission = city_proxy(LATTICE, (one, four))
    assert emission.mean() == pytest.approx(1.0)
    country = emission.min()
    at = {name: emission[np.abs(LATTICE.latitude - c.latitude).argmin(), np.abs(LATTICE.longitude - c.longitude).argmin()] for name, c in
          (("one", one), ("four", four))}  # fmt: skip
    assert at["one"] == pytest.approx(at["four"], rel=0.02)  # as dense in the middle, but wider
    assert at["one"] / country == pytest.approx(1 + 1 / (AREA_PER_PERSON_M2 * COUNTRY_PEOPLE_PER_M2), rel=0.02)
    excess = (emission - country) * LATTICE.cell_area[:, None]
    assert excess[20:].sum() / excess[:20].sum() == pytest.approx(4.0, rel=0.05)


def gridded(**sources: xr.Dataset) -> Gridded:
    """Two days of calm over the lattice, without a station."""
    coords = {"time": np.datetime64("2018-01-06", "ns") + np.arange(48) * np.timedelta64(1, "h")}
    places = {"latitude": LATTICE.latitude, "longitude": LATTICE.longitude}
    weather = xr.Dataset({"eastward_wind": (("time", *places), np.zeros((48, *LATTICE.shape)))}, coords=coords | places)
    observed = xr.Dataset({"pm25": (("time", "station"), np.full((48, 1), np.nan))}, coords=coords | {"station": ["s"]})
    init = datetime(2018, 1, 7, tzinfo=UTC)
    gathered = Gathered(Cycle(init, init, timedelta(hours=6)), weather, MeteorologyKind.FORECAST, observed, (station(40.0, 116.0),), (), ())
    return Gridded(gathered, weather, observed, observed, (), **sources)


def inventory(values: np.ndarray, sectors: list[str], months: list[int]) -> xr.Dataset:
    coords = {"sector": sectors, "month": months, "latitude": LATTICE.latitude, "longitude": LATTICE.longitude}
    return xr.Dataset({"pm25": (tuple(coords), values)}, coords=coords)


def one_cell(sectors: int = 1, months: int = 1) -> np.ndarray:
    values = np.zeros((sectors, months, *LATTICE.shape))
    values[:, :, 12, 7] = 1e-9
    return values


def test_the_best_there_is_stands_for_emission() -> None:
    people = xr.Dataset({"population": (("latitude", "longitude"), np.ones(LATTICE.shape))})
    with_inventory = emission_of(gridded(emissions=inventory(one_cell(), ["power"], [0]), population=people), "UTC")
    assert with_inventory.proxy is None
    assert emission_of(gridded(population=people), "UTC").proxy is EmissionProxy.POPULATION
    assert emission_of(gridded(), "UTC").proxy is EmissionProxy.CITIES
    with_cities_gone = gridded()
    desert = with_cities_gone.lattice_weather.assign_coords(latitude=LATTICE.latitude - 40.0, longitude=LATTICE.longitude - 250.0)
    elsewhere = replace(with_cities_gone, lattice_weather=desert)
    assert emission_of(elsewhere, "UTC").proxy is EmissionProxy.STATIONS


def test_half_of_a_population_proxy_is_where_people_live() -> None:
    people = np.ones(LATTICE.shape)
    people[:20] = 0.0
    emission = emission_of(gridded(population=xr.Dataset({"population": (("latitude", "longitude"), people)})), "UTC").fields[0]
    assert emission.mean() == pytest.approx(1.0)
    assert emission[:20].max() == pytest.approx(0.5)


# ---- inventories in time ----

HOURS_OF_2018 = np.datetime64("2018-01-01T01", "ns") + np.arange(8760) * np.timedelta64(1, "h")
ALL_SECTORS = [s.value for s in Sector]


def test_an_inventory_of_a_year_emits_its_mean_over_the_year_by_every_clock() -> None:
    emission = inventory_emission(inventory(one_cell(len(ALL_SECTORS)), ALL_SECTORS, [0]), HOURS_OF_2018, "Asia/Shanghai")
    assert emission.proxy is None
    assert emission.shares.shape == (8760, len(ALL_SECTORS))
    np.testing.assert_allclose(emission.shares.mean(axis=0), 1.0, atol=0.01)  # months and weeks do not fit into a year exactly
    assert emission.fields.sum(axis=0).mean() == pytest.approx(1.0)


def test_each_hour_is_that_of_its_sectors_profiles_in_civil_time() -> None:
    emission = inventory_emission(inventory(one_cell(), ["transport"], [0]), HOURS_OF_2018, "Asia/Shanghai")
    traffic = profiles()[Sector.TRANSPORT]
    hour = 24 * 32 + 9  # 2 February 09-10 UTC is Friday 17-18 in Shanghai
    expected = traffic.hourly[17] * traffic.weekly[4] * traffic.seasonal[1]
    assert emission.shares[hour, 0] == pytest.approx(expected)
    assert emission.during(hour)[12, 7] == pytest.approx(expected * LATTICE.latitude.size * LATTICE.longitude.size)
    assert emission.during(hour).sum() == pytest.approx(emission.during(hour)[12, 7])


def test_an_inventory_by_months_has_its_own_seasons() -> None:
    values = one_cell(2, 12) * np.arange(1, 13)[:, None, None]
    emission = inventory_emission(inventory(values, ["power", "residential"], list(range(1, 13))), HOURS_OF_2018, "UTC")
    by_hour = np.array([emission.during(t)[12, 7] for t in range(0, 8760, 1)])
    month = HOURS_OF_2018 - np.timedelta64(1, "h")
    months = month.astype("datetime64[M]").astype(int) % 12
    means = np.array([by_hour[months == m].mean() for m in range(12)])
    np.testing.assert_allclose(means / means[0], np.arange(1, 13), rtol=0.02)


def test_a_month_that_lacks_is_the_nearest_there_is_by_the_season() -> None:
    emission = inventory_emission(inventory(one_cell(1, 2), ["residential"], [1, 7]), HOURS_OF_2018, "UTC")
    homes = profiles()[Sector.RESIDENTIAL]
    noon_of = [12 + 24 * day for day in (14, 14 + 334, 14 + 181, 14 + 90)]  # of January, December, July, April
    january, december, july, april = (emission.during(t)[12, 7] / homes.hourly[12] for t in noon_of)
    assert december / january == pytest.approx(homes.seasonal[11] / homes.seasonal[0])
    assert july == pytest.approx(january)  # as the inventory has them
    assert april / january == pytest.approx(homes.seasonal[3] / homes.seasonal[0])


def test_an_emission_whose_shares_do_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one share a field and hour"):
        Emission(np.ones((2, 3, 3)), np.ones((5, 3)), None)


# ---- through the transport ----


def test_the_plume_lies_downwind_of_what_the_inventory_says_and_not_upwind() -> None:
    hours = 60
    axes = {"latitude": LATTICE.latitude, "longitude": LATTICE.longitude}
    coords = {"time": HOURS_OF_2018[:hours], **axes}
    shape = (hours, *LATTICE.shape)
    winds = {"eastward_wind": (tuple(coords), np.full(shape, 3.0)), "northward_wind": (tuple(coords), np.zeros(shape))}
    weather = xr.Dataset(winds | {"mixing_height": (tuple(coords), np.full(shape, 400.0))}, coords=coords)
    stations = (station(39.2, 115.5), station(39.2, 114.2), station(40.5, 115.5))
    values = one_cell()  # 39.2 north, 114.7 east
    emission = inventory_emission(inventory(values, ["industry"], [0]), HOURS_OF_2018[:hours], "Asia/Shanghai")
    observed = 20.0 + np.random.default_rng(0).uniform(0, 100, (hours, 3))
    base = base_forecast(weather, emission, observed, stations, lambda _: None)
    downwind, upwind, beside = np.nanmean(base.stations, axis=0)
    background = np.nanmin(base.grid)
    assert downwind > background + 20.0
    assert upwind == pytest.approx(background, abs=1e-6)
    assert beside == pytest.approx(background, rel=0.05)
    rush, night = (emission.shares[t, 0] for t in (24 + 2, 24 + 18))  # 10 and 02 o'clock in Shanghai
    assert rush > 1.4 * night
