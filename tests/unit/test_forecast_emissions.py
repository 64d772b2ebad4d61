from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.cities import AREA_PER_PERSON_M2, City
from hazecast.forecast.emissions.choosing import emission_of
from hazecast.forecast.emissions.emission import SPECIES, Emission
from hazecast.forecast.emissions.heights import layer_shares
from hazecast.forecast.emissions.inventory import MICROGRAMS, inventory_emission
from hazecast.forecast.emissions.proxies import (
    CITY_RADIUS_M,
    CITY_SHARE,
    COUNTRY_PEOPLE_PER_M2,
    DIURNAL_PROFILE,
    PER_PERSON,
    people_of_cities,
    people_round_stations,
)
from hazecast.forecast.profiles import profiles
from hazecast.forecast.transport.layers import TOPS_M
from hazecast.grids.distance import distance
from hazecast.grids.lattice import Lattice
from hazecast.records import Cycle, EmissionProxy, Gathered, Gridded, MeteorologyKind, Station
from hazecast.vocabulary import Sector

TOPS = np.array(TOPS_M)
LATTICE = Lattice(np.arange(38.0, 42.01, 0.1), np.arange(114.0, 118.01, 0.1))


def station_proxy(lattice: Lattice, stations: list[Station]) -> np.ndarray:
    return people_round_stations(lattice, stations) / COUNTRY_PEOPLE_PER_M2


def during(emission: Emission, hour: int) -> np.ndarray:
    """PM2.5 of all layers, (y, x)."""
    return emission.during(hour)[:, 0].sum(axis=0)


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
    emission = people_of_cities(LATTICE, (one, four))
    country = emission.min()
    assert country == pytest.approx(COUNTRY_PEOPLE_PER_M2)
    at = {name: emission[np.abs(LATTICE.latitude - c.latitude).argmin(), np.abs(LATTICE.longitude - c.longitude).argmin()] for name, c in
          (("one", one), ("four", four))}  # fmt: skip
    assert at["one"] == pytest.approx(at["four"], rel=0.02)  # as dense in the middle, but wider
    assert at["one"] / country == pytest.approx(1 + 1 / (AREA_PER_PERSON_M2 * COUNTRY_PEOPLE_PER_M2), rel=0.02)
    excess = (emission - country) * LATTICE.cell_area[:, None]
    assert excess[20:].sum() / excess[:20].sum() == pytest.approx(4.0, rel=0.05)
    assert excess.sum() == pytest.approx(5e6, rel=0.02)


def gridded(**sources: xr.Dataset) -> Gridded:
    """Two days of calm over the lattice, without a station."""
    coords = {"time": np.datetime64("2018-01-06", "ns") + np.arange(48) * np.timedelta64(1, "h")}
    places = {"latitude": LATTICE.latitude, "longitude": LATTICE.longitude}
    weather = xr.Dataset({"eastward_wind": (("time", *places), np.zeros((48, *LATTICE.shape)))}, coords=coords | places)
    observed = xr.Dataset({"pm25": (("time", "station"), np.full((48, 1), np.nan))}, coords=coords | {"station": ["s"]})
    init = datetime(2018, 1, 7, tzinfo=UTC)
    gathered = Gathered(Cycle(init, init, timedelta(hours=6)), weather, MeteorologyKind.FORECAST, observed, (station(40.0, 116.0),), (), ())
    return Gridded(gathered, weather, observed, observed, (), **sources)


def inventory(values: np.ndarray, sectors: list[str], months: list[int], keys: tuple[str, ...] = ("pm25",)) -> xr.Dataset:
    coords = {"sector": sectors, "month": months, "latitude": LATTICE.latitude, "longitude": LATTICE.longitude}
    return xr.Dataset({key: (tuple(coords), values * (1 + n)) for n, key in enumerate(keys)}, coords=coords)


def one_cell(sectors: int = 1, months: int = 1) -> np.ndarray:
    values = np.zeros((sectors, months, *LATTICE.shape))
    values[:, :, 12, 7] = 1e-9
    return values


def test_the_best_there_is_stands_for_emission() -> None:
    people = xr.Dataset({"population": (("latitude", "longitude"), np.ones(LATTICE.shape))})
    with_inventory = emission_of(gridded(emissions=inventory(one_cell(), ["power"], [0]), population=people), "UTC", TOPS)
    assert with_inventory.proxy is None
    assert emission_of(gridded(population=people), "UTC", TOPS).proxy is EmissionProxy.POPULATION
    assert emission_of(gridded(), "UTC", TOPS).proxy is EmissionProxy.CITIES
    with_cities_gone = gridded()
    desert = with_cities_gone.lattice_weather.assign_coords(latitude=LATTICE.latitude - 40.0, longitude=LATTICE.longitude - 250.0)
    elsewhere = replace(with_cities_gone, lattice_weather=desert)
    assert emission_of(elsewhere, "UTC", TOPS).proxy is EmissionProxy.STATIONS


def test_half_of_a_population_proxy_is_where_people_live_and_gases_go_with_it() -> None:
    people = np.full(LATTICE.shape, 1e-3)
    people[:20] = 0.0
    emission = emission_of(gridded(population=xr.Dataset({"population": (("latitude", "longitude"), people)})), "UTC", TOPS)
    assert emission.has_gases
    for species in range(len(SPECIES)):
        field = emission.fields[species, 0]
        assert field.mean() == pytest.approx(PER_PERSON[species] * people.mean())
        assert field[:20].max() == pytest.approx(0.5 * field.mean())
    assert emission.during(0).shape == (1, 3, *LATTICE.shape)  # all of it near the ground


# ---- inventories in time ----

HOURS_OF_2018 = np.datetime64("2018-01-01T01", "ns") + np.arange(8760) * np.timedelta64(1, "h")
ALL_SECTORS = [s.value for s in Sector]


def test_an_inventory_of_a_year_emits_its_mean_over_the_year_by_every_clock() -> None:
    emission = inventory_emission(inventory(one_cell(len(ALL_SECTORS)), ALL_SECTORS, [0]), HOURS_OF_2018, "Asia/Shanghai", TOPS)
    assert emission.proxy is None
    assert emission.shares.shape == (8760, len(ALL_SECTORS))
    np.testing.assert_allclose(emission.shares.mean(axis=0), 1.0, atol=0.01)  # months and weeks do not fit into a year exactly
    assert not emission.has_gases
    assert emission.fields[0].sum(axis=0).max() == pytest.approx(1e-9 * MICROGRAMS * len(ALL_SECTORS))


def test_each_hour_is_that_of_its_sectors_profiles_in_civil_time() -> None:
    emission = inventory_emission(inventory(one_cell(), ["transport"], [0]), HOURS_OF_2018, "Asia/Shanghai", TOPS)
    traffic = profiles()[Sector.TRANSPORT]
    hour = 24 * 32 + 9  # 2 February 09-10 UTC is Friday 17-18 in Shanghai
    expected = traffic.hourly[17] * traffic.weekly[4] * traffic.seasonal[1]
    assert emission.shares[hour, 0] == pytest.approx(expected)
    assert during(emission, hour)[12, 7] == pytest.approx(expected * 1e-9 * MICROGRAMS)
    assert during(emission, hour).sum() == pytest.approx(during(emission, hour)[12, 7])


def test_an_inventory_by_months_has_its_own_seasons() -> None:
    values = one_cell(2, 12) * np.arange(1, 13)[:, None, None]
    emission = inventory_emission(inventory(values, ["power", "residential"], list(range(1, 13))), HOURS_OF_2018, "UTC", TOPS)
    by_hour = np.array([during(emission, t)[12, 7] for t in range(0, 8760, 1)])
    month = HOURS_OF_2018 - np.timedelta64(1, "h")
    months = month.astype("datetime64[M]").astype(int) % 12
    means = np.array([by_hour[months == m].mean() for m in range(12)])
    np.testing.assert_allclose(means / means[0], np.arange(1, 13), rtol=0.02)


def test_a_month_that_lacks_is_the_nearest_there_is_by_the_season() -> None:
    emission = inventory_emission(inventory(one_cell(1, 2), ["residential"], [1, 7]), HOURS_OF_2018, "UTC", TOPS)
    homes = profiles()[Sector.RESIDENTIAL]
    noon_of = [12 + 24 * day for day in (14, 14 + 334, 14 + 181, 14 + 90)]  # of January, December, July, April
    january, december, july, april = (during(emission, t)[12, 7] / homes.hourly[12] for t in noon_of)
    assert december / january == pytest.approx(homes.seasonal[11] / homes.seasonal[0])
    assert july == pytest.approx(january)  # as the inventory has them
    assert april / january == pytest.approx(homes.seasonal[3] / homes.seasonal[0])


def test_an_inventory_with_both_gases_emits_them_too() -> None:
    emission = inventory_emission(inventory(one_cell(), ["power"], [0], SPECIES), HOURS_OF_2018[:24], "UTC", TOPS)
    assert emission.has_gases
    pm25, so2, nox = (emission.during(12)[:, species, 12, 7] for species in range(3))
    np.testing.assert_allclose(so2, 2 * pm25)
    np.testing.assert_allclose(nox, 3 * pm25)
    assert not inventory_emission(inventory(one_cell(), ["power"], [0], ("pm25", "so2")), HOURS_OF_2018[:24], "UTC", TOPS).has_gases


def test_power_stations_emit_high_homes_at_the_ground() -> None:
    power, homes = layer_shares(Sector.POWER, TOPS), layer_shares(Sector.RESIDENTIAL, TOPS)
    assert power.sum() == pytest.approx(1.0)
    assert homes.tolist() == [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert power[0] < 0.01
    assert power[2] > 0.5  # from 180 to 400 m
    assert layer_shares(Sector.POWER, np.array([50.0, 100.0, 300.0]))[2] == pytest.approx(1.0, abs=0.01)  # what rises above is left in it


def test_what_is_emitted_into_the_layers_is_what_is_emitted() -> None:
    emission = inventory_emission(inventory(one_cell(2), ["power", "industry"], [0]), HOURS_OF_2018[:24], "UTC", TOPS)
    assert during(emission, 12)[12, 7] == pytest.approx(float((emission.fields[0, :, 12, 7] * emission.shares[12]).sum()))


@pytest.mark.parametrize(
    ("fields", "shares", "heights", "said"),
    [
        ((1, 2, 3, 3), (5, 3), (2, 1), "expected one share a field and hour"),
        ((2, 2, 3, 3), (5, 2), (2, 1), "expected .1 or 3 species"),
        ((1, 2, 3, 3), (5, 2), (3, 1), "expected shares whose sum is 1"),
    ],
)
def test_an_emission_whose_parts_do_not_fit_is_refused(
    fields: tuple[int, ...], shares: tuple[int, ...], heights: tuple[int, ...], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Emission(np.ones(fields), np.ones(shares), np.ones(heights), None)
