import numpy as np
import pytest

from hazecast.config import VisibilitySettings
from hazecast.forecast.visibility import HIGHEST_HUMIDITY, extinction_factors, growth, visibility

SENSORS = VisibilitySettings()
OBSERVERS = VisibilitySettings(contrast=0.02)
BISECTIONS = 60


def seen(pm25: float, humidity: float, optics: VisibilitySettings = SENSORS) -> float:
    return float(visibility(np.array(pm25), np.array(humidity), optics))


def pm25_for(metres: float, humidity: float, optics: VisibilitySettings) -> float:
    """The PM2.5 at which the view ends there, by halving."""
    low, high = 0.0, 5000.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if seen(middle, humidity, optics) > metres else (low, middle)
    return low


@pytest.mark.parametrize(("humidity", "factor"), [(0, 1.0), (50, 1.16), (70, 1.36), (80, 1.59), (90, 2.19), (95, 3.21)])
def test_growth_with_humidity_is_as_published_for_a_kappa_of_a_quarter(humidity: float, factor: float) -> None:
    assert float(growth(np.array(float(humidity)), 0.25)) == pytest.approx(factor, abs=0.005)


def test_growth_stops_where_fog_begins() -> None:
    at_the_end = float(growth(np.array(100 * HIGHEST_HUMIDITY), 0.25))
    np.testing.assert_array_equal(growth(np.array([97.0, 99.0, 100.0, 130.0]), 0.25), at_the_end)
    assert np.isnan(growth(np.array(np.nan), 0.25))


def test_without_hygroscopic_matter_nothing_grows() -> None:
    np.testing.assert_array_equal(growth(np.linspace(0, 100, 11), 0.0), 1.0)


def test_the_terms_add_up_to_the_extinction() -> None:
    """100 µg m-3 at 80 %: scattering 340 Mm-1 grown by 1.587, absorption 60 that does not grow, and 10 of clean air."""
    extinction_per_km = 0.34 * (1 + 0.25 * 4) ** (2 / 3) + 0.06 + 0.010
    assert seen(100.0, 80.0) == pytest.approx(1000 * np.log(20) / extinction_per_km, rel=1e-12)
    assert seen(100.0, 80.0, OBSERVERS) == pytest.approx(1000 * np.log(50) / extinction_per_km, rel=1e-12)


def test_clean_air_alone_ends_the_view_at_hundreds_of_kilometres() -> None:
    assert seen(0.0, 50.0) == pytest.approx(299_573, rel=1e-5)
    assert seen(-3.0, 50.0) == seen(0.0, 50.0)


def test_three_kilometres_in_dry_haze_mean_a_quarter_less_pm25_to_a_sensor_than_to_an_observer() -> None:
    """b = 2.996 / 3 km or 3.912 / 3 km, less 0.010; per µg 3.4 × 1.2366 + 0.6 = 4.804 m2 g-1: 205.8 and 269.3 µg m-3."""
    by_sensor, by_observer = (pm25_for(3000.0, 60.0, optics) for optics in (SENSORS, OBSERVERS))
    assert by_sensor == pytest.approx(205.8, abs=0.1)
    assert by_observer == pytest.approx(269.3, abs=0.1)


def test_the_view_only_shortens_with_more_pm25_and_with_more_humidity() -> None:
    pm25, humidity = np.meshgrid(np.linspace(0, 1000, 60), np.linspace(0, 100, 60))
    metres = visibility(pm25, humidity, SENSORS)
    assert (np.diff(metres, axis=1) < 0).all()
    assert (np.diff(metres, axis=0) <= 0).all()
    assert metres.min() > 0


@pytest.mark.parametrize(("pm25", "humidity"), [(np.nan, 50.0), (50.0, np.nan), (np.nan, np.nan)])
def test_what_is_not_known_gives_no_view(pm25: float, humidity: float) -> None:
    assert np.isnan(seen(pm25, humidity))


def test_shapes_broadcast() -> None:
    assert visibility(np.ones((2, 3, 9)), np.ones((2, 3, 1)), SENSORS).shape == (2, 3, 9)


def test_dimmer_particles_shorten_the_view_in_proportion_and_clean_air_not() -> None:
    humidity = np.array(60.0)
    expected, dimmer = (float(visibility(np.array(300.0), humidity, SENSORS, factor)) for factor in (1.0, 2.0))
    assert dimmer == pytest.approx(expected / 2, rel=0.01)
    assert float(visibility(np.array(0.0), humidity, SENSORS, 2.0)) == seen(0.0, 60.0)


def test_extinction_errs_log_normally_by_what_the_settings_say() -> None:
    factors = extinction_factors(2000, SENSORS, np.random.default_rng(0))
    assert np.log(factors).std() == pytest.approx(SENSORS.log_error, rel=0.01)
    assert np.median(factors) == pytest.approx(1.0, abs=1e-3)
    assert abs(np.corrcoef(factors, np.arange(2000))[0, 1]) < 0.1
    assert (extinction_factors(5, VisibilitySettings(log_error=0.0), np.random.default_rng(0)) == 1.0).all()
