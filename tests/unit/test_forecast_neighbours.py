import numpy as np
import pytest

from hazecast.forecast.neighbours import FAR_WEIGHT, REACH_M, mean_of_others
from hazecast.grids.distance import distance
from hazecast.grids.lattice import EARTH_RADIUS_M

LATITUDE, LONGITUDE = np.array([40.0, 40.2, 39.0, 23.0]), np.array([116.0, 116.3, 117.0, 113.0])


def apart(*places: float) -> float:
    return float(distance(*(np.array(p) for p in places)))


@pytest.mark.parametrize(
    ("places", "metres"),
    [
        ((0, 0, 0, 90), np.pi / 2 * EARTH_RADIUS_M),
        ((0, 0, 0, 180), np.pi * EARTH_RADIUS_M),
        ((90, 0, -90, 77), np.pi * EARTH_RADIUS_M),
        ((40, 116, 41, 116), np.deg2rad(1) * EARTH_RADIUS_M),
        ((39.9, 116.4, 39.9, 116.4), 0.0),
        ((51.5, 359.9, 51.5, -0.1), 0.0),
        ((39.90, 116.40, 31.23, 121.47), 1_067_000),  # Beijing to Shanghai
    ],
)
def test_distances_follow_great_circles(places: tuple[float, ...], metres: float) -> None:
    assert apart(*places) == pytest.approx(metres, rel=2e-3, abs=1e-3)


def written_out(values: np.ndarray) -> np.ndarray:
    out = np.full(values.shape, np.nan)
    for hour, station in np.ndindex(values.shape):
        weights, total = 0.0, 0.0
        for other in range(values.shape[1]):
            if other != station and not np.isnan(values[hour, other]):
                metres = apart(LATITUDE[station], LONGITUDE[station], LATITUDE[other], LONGITUDE[other])
                weight = np.exp(-((metres / REACH_M) ** 2) / 2) + FAR_WEIGHT
                weights, total = weights + weight, total + weight * values[hour, other]
        if weights:
            out[hour, station] = total / weights
    return out


def test_the_others_are_weighed_by_nearness_and_by_having_a_value() -> None:
    values = np.random.default_rng(0).uniform(5, 300, (12, 4))
    values[np.random.default_rng(1).random(values.shape) < 0.5] = np.nan
    values[5] = np.nan
    values[6] = [70.0, np.nan, np.nan, np.nan]
    got = mean_of_others(values, LATITUDE, LONGITUDE)
    np.testing.assert_allclose(got, written_out(values), rtol=1e-12)
    assert np.isnan(got[5]).all()
    assert np.isnan(got[6, 0])
    np.testing.assert_allclose(got[6, 1:], 70.0)


def test_a_station_is_not_among_its_own_neighbours() -> None:
    values = np.array([[10.0, 20.0, 30.0, 40.0]])
    changed = values.copy()
    changed[0, 2] = 1e6
    assert mean_of_others(changed, LATITUDE, LONGITUDE)[0, 2] == mean_of_others(values, LATITUDE, LONGITUDE)[0, 2]


def test_the_only_station_has_no_neighbours() -> None:
    assert np.isnan(mean_of_others(np.ones((3, 1)), LATITUDE[:1], LONGITUDE[:1])).all()


def test_all_others_alike_give_their_value() -> None:
    np.testing.assert_allclose(mean_of_others(np.full((2, 4), 55.0), LATITUDE, LONGITUDE), 55.0)
