import numpy as np
import pytest

from hazecast.forecast.cities import City, cities_near, known_cities
from hazecast.gazetteer.places import known_places
from hazecast.grids.distance import distance
from hazecast.grids.lattice import Lattice


def lattice(latitude: float, longitude: float, size: int = 11) -> Lattice:
    """Round a place, 0.1 degrees a cell."""
    steps = 0.1 * (np.arange(size) - size // 2)
    return Lattice(latitude + steps, longitude + steps)


def test_the_table_is_sound() -> None:
    cities = known_cities()
    assert len({c.name for c in cities}) == len(cities) > 250
    assert all(100_000 < c.people < 40_000_000 for c in cities)
    by_name = {c.name: c for c in cities}
    assert by_name["Beijing"].people == 20_460_000
    assert by_name["Tokyo"].people == max(c.people for c in cities)


def test_places_that_are_known_by_name_lie_where_the_table_has_a_city_or_within_a_larger_one() -> None:
    """Yokohama and Kobe are of Tokyo and Osaka; the table counts the people of such a place together."""
    for place in known_places():
        near = min(
            known_cities(),
            key=lambda c: float(distance(np.array(c.latitude), np.array(c.longitude), np.array(place.latitude), np.array(place.longitude))),
        )
        away = float(distance(np.array(near.latitude), np.array(near.longitude), np.array(place.latitude), np.array(place.longitude)))
        assert away < 60_000.0, place.id


def test_a_city_is_as_wide_as_its_people_need() -> None:
    small, large = City("a", 0.0, 0.0, 1e6), City("b", 0.0, 0.0, 4e6)
    assert large.radius == pytest.approx(2 * small.radius)
    assert 10_000 < small.radius < 20_000


def test_cities_on_the_lattice_and_those_that_reach_onto_it_are_near() -> None:
    assert "London" in [c.name for c in cities_near(lattice(51.5, 0.0))]
    beside_beijing = lattice(39.3, 115.6)
    assert "Beijing" in [c.name for c in cities_near(beside_beijing)]
    assert [c.name for c in cities_near(lattice(0.0, -150.0))] == []


@pytest.mark.parametrize("turn", [360.0, -360.0])
def test_a_city_is_near_in_any_turn(turn: float) -> None:
    if turn > 0:
        assert [c.name for c in cities_near(lattice(51.5, turn))] == [c.name for c in cities_near(lattice(51.5, 0.0))]
    else:
        assert [c.name for c in cities_near(lattice(39.9, 116.4 + turn))] == [c.name for c in cities_near(lattice(39.9, 116.4))]


@pytest.mark.parametrize("change", [{"latitude": 91.0}, {"longitude": 200.0}, {"people": 0.0}])
def test_a_city_that_cannot_be_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="Nowhere lies at"):
        City("Nowhere", **({"latitude": 0.0, "longitude": 0.0, "people": 1.0} | change))
