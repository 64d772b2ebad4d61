import numpy as np
import pytest

from hazecast.forecast.sun import cosine_of_zenith, solar_hour


def moment(text: str) -> np.ndarray:
    return np.array(text, dtype="datetime64[ns]")


def sun(text: str, latitude: float, longitude: float) -> float:
    return float(cosine_of_zenith(moment(text), np.array(latitude), np.array(longitude)))


@pytest.mark.parametrize(
    ("text", "longitude", "hour"),
    [("2026-01-10T04:00", 120, 12), ("2026-01-10T00:00", 0, 0), ("2026-01-10T20:30", 60, 0.5), ("2026-01-10T02:00", -75, 21)],
)
def test_solar_time_runs_an_hour_ahead_every_fifteen_degrees_east(text: str, longitude: float, hour: float) -> None:
    assert float(solar_hour(moment(text), np.array(float(longitude)))) == pytest.approx(hour)


@pytest.mark.parametrize("longitude", [-105.00000000000001, np.nextafter(-45.0, -90.0), np.nextafter(-180.0, -360.0)])
def test_a_hair_before_midnight_is_never_hour_24(longitude: float) -> None:
    times = np.datetime64("2026-01-10", "ns") + np.arange(24) * np.timedelta64(1, "h")
    hours = solar_hour(times, np.array(longitude))
    assert (hours >= 0).all()
    assert (hours < 24).all()


@pytest.mark.parametrize(
    ("text", "latitude", "degrees"),
    [
        ("2026-06-21T12:00", 40.0, 40 - 23.44),
        ("2026-12-21T12:00", 40.0, 40 + 23.44),
        ("2026-12-21T12:00", -33.9, 33.9 - 23.44),
        ("2026-03-20T12:00", 0.0, 0.0),
    ],
)
def test_the_noon_sun_stands_where_the_almanac_has_it(text: str, latitude: float, degrees: float) -> None:
    assert np.rad2deg(np.arccos(sun(text, latitude, 0.0))) == pytest.approx(degrees, abs=1.0)


def test_the_sun_rises_in_the_east_first_and_sets_there_first() -> None:
    assert sun("2026-03-20T07:00", 40, 10) > sun("2026-03-20T07:00", 40, 0) > 0
    assert sun("2026-03-20T17:00", 40, 10) < sun("2026-03-20T17:00", 40, 0)


def test_night_is_below_the_horizon_but_not_in_the_polar_summer() -> None:
    assert sun("2026-06-21T00:00", 40, 0) < 0
    assert sun("2026-06-21T00:00", 75, 0) > 0
    assert sun("2026-12-21T12:00", 75, 0) < 0


def test_times_and_places_broadcast() -> None:
    times = np.datetime64("2026-01-10", "ns") + np.arange(3) * np.timedelta64(1, "h")
    assert cosine_of_zenith(times[:, None, None], np.zeros((4, 1)), np.zeros((1, 5))).shape == (3, 4, 5)
