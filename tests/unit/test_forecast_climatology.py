import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.climatology import LEAST_OBSERVED_HOURS, RELAXATION_HOURS, fit_climatology, relaxed_climatology
from hazecast.forecast.features import Source
from hazecast.forecast.learning import Lesson
from hazecast.forecast.series import Rows, Series, series_of
from hazecast.forecast.uncertainty import QUANTILES

HOURS, STATIONS = 24 * 30, 2
MEDIAN = QUANTILES.tolist().index(0.5)
DAY = 60 + 30 * np.cos(2 * np.pi * np.arange(24) / 24)  # worst at midnight, by the sun


def series(pm25: np.ndarray, **others: np.ndarray) -> Series:
    """Stations on the Greenwich meridian, so that the sun's hour is UTC."""
    coords = {"time": np.datetime64("2026-01-01", "ns") + np.arange(pm25.shape[0]) * np.timedelta64(1, "h")}
    places = {"latitude": ("station", np.full(STATIONS, 40.0)), "longitude": ("station", np.zeros(STATIONS))}
    fields = {"pm25": pm25, "pm25_exact": pm25, "neighbours": pm25, **others}
    return series_of(xr.Dataset({key: (("time", "station"), values) for key, values in fields.items()}, coords={**coords, **places}))


def days(scale: float = 1.0) -> np.ndarray:
    return np.repeat(np.tile(DAY, HOURS // 24)[:, None], STATIONS, axis=1) * scale


def noisy() -> np.ndarray:
    return days() * np.exp(0.3 * np.random.default_rng(0).normal(size=(HOURS, STATIONS)))


def lesson(known: int = HOURS - 1, lag: int = 0) -> Lesson:
    return Lesson(known, lag, 24, 3000, 0)


def rows(origin: int, *leads: int, station: int = 0, lag: int = 0) -> Rows:
    return Rows(np.full(len(leads), origin), np.full(len(leads), station), np.array(leads), lag)


def test_it_learns_the_usual_course_of_the_day() -> None:
    fitted = fit_climatology(series(days()), lesson())
    assert fitted is not None
    np.testing.assert_allclose(fitted.by_hour, np.sqrt(DAY))


def test_it_learns_nothing_from_after_what_was_known() -> None:
    poisoned = noisy()
    poisoned[400:] = 1e9
    fitted, honest = fit_climatology(series(poisoned), lesson(399)), fit_climatology(series(noisy()[:400]), lesson(399))
    assert fitted is not None
    assert honest is not None
    np.testing.assert_array_equal(fitted.by_hour, honest.by_hour)
    np.testing.assert_array_equal(fitted.bands.quantiles, honest.bands.quantiles)


def test_a_day_like_any_other_goes_on_like_it() -> None:
    predicted = relaxed_climatology(np.sqrt(DAY), series(days()), rows(480, 1, 5, 12, 24))
    np.testing.assert_allclose(predicted**2, DAY[[1, 5, 12, 0]], rtol=0.02)


def test_a_departure_of_the_present_fades_with_lead_time() -> None:
    flat = np.full(24, np.sqrt(50.0))
    predicted = relaxed_climatology(flat, series(np.full((HOURS, STATIONS), 200.0)), rows(480, 1, 24, 96))
    left = (predicted - np.sqrt(50)) / (np.sqrt(200) - np.sqrt(50))
    np.testing.assert_allclose(left, np.exp(-np.array([1, 24, 96]) / RELAXATION_HOURS))


def test_old_news_have_faded_further() -> None:
    flat, high = np.full(24, np.sqrt(50.0)), series(np.full((HOURS, STATIONS), 200.0))
    assert relaxed_climatology(flat, high, rows(480, 6, lag=6))[0] == pytest.approx(relaxed_climatology(flat, high, rows(480, 12))[0])


@pytest.mark.parametrize(
    ("lacking", "expected"),
    [((), 200.0), ((Source.STATION,), 100.0), ((Source.STATION, Source.NEIGHBOURS), 50.0), ((Source.WEATHER,), 200.0)],
)
def test_the_present_is_the_stations_own_or_that_of_those_around_it(lacking: tuple[Source, ...], expected: float) -> None:
    flat = np.full(24, np.sqrt(50.0))
    data = series(np.full((HOURS, STATIONS), 200.0), neighbours=np.full((HOURS, STATIONS), 100.0))
    predicted = relaxed_climatology(flat, data, rows(480, 24), lacking)[0]
    assert predicted == pytest.approx(np.sqrt(50) + (np.sqrt(expected) - np.sqrt(50)) * np.exp(-24 / RELAXATION_HOURS))


def test_a_silent_station_leans_on_its_neighbours_and_a_silent_network_on_the_usual() -> None:
    flat, silent = np.full(24, np.sqrt(50.0)), np.full((HOURS, STATIONS), np.nan)
    leaning = series(silent, neighbours=np.full((HOURS, STATIONS), 100.0))
    assert relaxed_climatology(flat, leaning, rows(480, 1))[0] > np.sqrt(50) + 1
    assert relaxed_climatology(flat, series(silent), rows(480, 1))[0] == pytest.approx(np.sqrt(50))


def test_its_bands_are_in_order_positive_and_cover_the_noise() -> None:
    fitted = fit_climatology(series(noisy()), lesson(HOURS // 2))
    assert fitted is not None
    origins = np.arange(HOURS // 2 + 1, HOURS - 24, 3)
    later = Rows(origins, np.zeros_like(origins), np.full(origins.size, 20), 0)
    quantiles = fitted.quantiles(series(noisy()), later)
    truth = series(noisy()).at("pm25_exact", later.valid, later.station)
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert quantiles.min() >= 0
    covered = (truth >= quantiles[:, 1]) & (truth <= quantiles[:, -2])
    assert 0.8 < covered.mean() < 0.98
    assert 0.35 < (truth <= quantiles[:, MEDIAN]).mean() < 0.65


def test_an_hour_of_day_never_observed_takes_the_mean_of_the_others() -> None:
    pm25 = days()
    pm25[5::24] = np.nan
    fitted = fit_climatology(series(pm25), lesson())
    assert fitted is not None
    assert fitted.by_hour[5] == pytest.approx(np.delete(np.sqrt(DAY), 5).mean())


@pytest.mark.parametrize("hours", [0, 1, LEAST_OBSERVED_HOURS - 1])
def test_less_than_a_day_is_no_climatology(hours: int) -> None:
    pm25 = days()
    pm25[hours:] = np.nan
    assert fit_climatology(series(pm25), lesson()) is None


def test_a_day_that_is_older_than_anything_known_at_an_origin_is_none_either() -> None:
    """With observations that arrive two days late, thirty hours of them make no row to learn an error from."""
    assert fit_climatology(series(days()[:30]), lesson(29, lag=48)) is None
