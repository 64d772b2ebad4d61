import numpy as np
import pytest

from hazecast.forecast.emissions import CITY_RADIUS_M, CITY_SHARE, DIURNAL_PROFILE, station_proxy
from hazecast.grids.distance import distance
from hazecast.grids.lattice import Lattice
from hazecast.records import Station

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
