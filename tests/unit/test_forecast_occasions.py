from datetime import date, timedelta

import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.location import NEAR_ALONE, NEAR_ENDS
from hazecast.forecast.occasions import (
    AFTER_DIWALI,
    NEW_YEARS,
    NO_OCCASIONS,
    SPRING_FESTIVALS,
    STRETCH_HOURS,
    STRETCHES,
    Occasions,
    fit_occasions,
    shrunk,
    stretches,
)
from hazecast.forecast.series import Rows, Series, series_of

DAYS = 800
START = np.datetime64("2013-12-01T00", "ns")
EVE = int((np.datetime64("2014-01-30T16") - START.astype("datetime64[h]")).astype(int))  # midnight of 31 January at 120 degrees east


def series(longitude: float = 120.0) -> Series:
    times = START + np.arange(DAYS * 24) * np.timedelta64(1, "h")
    places = {"latitude": ("station", [40.0]), "longitude": ("station", [longitude])}
    return series_of(xr.Dataset({"pm25": (("time", "station"), np.ones((times.size, 1)))}, {"time": times, **places}))


def rows(valid: np.ndarray, lead: int = 24) -> Rows:
    return Rows(valid - lead, np.zeros(valid.size, dtype=np.int64), np.full(valid.size, lead), 0)


EVERY_HOUR = rows(np.arange(48, DAYS * 24))


def days_from_a_new_moon(day: date, hours_ahead: float) -> float:
    """From noon in a zone `hours_ahead` of UTC; mean lunation with its greatest periodic terms (Meeus 1998, Astronomical Algorithms,
    ch. 49), good to about an hour.
    """
    since = (np.datetime64(day) - np.datetime64("2000-01-06")).astype(int)
    moons = []
    for k in (round(since / 29.530588861) + np.arange(-1, 2)).tolist():
        century = k / 1236.85
        sun, moon, node = (
            np.deg2rad(a + b * k)
            for a, b in ((2.5534, 29.10535670), (201.5643 + 0.0107582 * century**2, 385.81693528), (160.7108, 390.67050284))
        )
        periodic = -0.40720 * np.sin(moon) + 0.17241 * np.sin(sun) + 0.01608 * np.sin(2 * moon) + 0.01039 * np.sin(2 * node)
        more = 0.00739 * np.sin(moon - sun) - 0.00514 * np.sin(moon + sun) + 0.00208 * np.sin(2 * sun)
        moons.append(0.59766 + 29.530588861 * k + periodic + more + hours_ahead / 24.0)  # days since 6 January 2000, there
    return min((moon - since - 0.5 for moon in moons), key=abs)


def test_every_spring_festival_is_a_new_moon_in_china() -> None:
    for day in SPRING_FESTIVALS:
        assert abs(days_from_a_new_moon(day, 8.0)) < 0.5 + 0.06, day
        assert (1, 21) <= (day.month, day.day) <= (2, 20)


def test_every_diwali_is_the_evening_of_a_new_moon_in_autumn() -> None:
    """The lunar day of the new moon, that ends with it, covers part of that evening: it comes within a day and a half of the noon."""
    for day in AFTER_DIWALI:
        diwali = day - timedelta(days=1)
        assert -0.1 < days_from_a_new_moon(diwali, 5.5) < 1.3, diwali
        assert (10, 15) <= (diwali.month, diwali.day) <= (11, 15)


def test_days_come_year_after_year() -> None:
    assert [day.year for day in SPRING_FESTIVALS] == list(range(2000, 2051))
    assert [str(day) for day in NEW_YEARS[:2]] == ["2000-01-01", "2001-01-01"]
    assert [day.year for day in AFTER_DIWALI] == list(range(2010, 2031))


@pytest.mark.parametrize(("hours", "stretch"), [(-7, -1), (-6, 0), (-1, 0), (0, 1), (5, 1), (6, 2), (11, 2), (12, -1), (24 * 40, -1)])
def test_stretches_lie_about_the_midnight_that_begins_the_day(hours: int, stretch: int) -> None:
    got, which = stretches(series(), rows(np.array([EVE + hours])), SPRING_FESTIVALS)
    assert got.tolist() == [stretch]
    if stretch >= 0:
        assert SPRING_FESTIVALS[which[0]].isoformat() == "2014-01-31"


def test_midnight_is_that_of_the_sun_at_the_station() -> None:
    later = rows(np.array([EVE + 8]))
    assert stretches(series(0.0), later, SPRING_FESTIVALS)[0].tolist() == [1]


def left(chance_of: float = 1.0, fireworks: float = 0.0) -> np.ndarray:
    chance = np.random.default_rng(0)
    out = np.repeat(chance.normal(0, chance_of, EVERY_HOUR.lead.size // STRETCH_HOURS + 2), STRETCH_HOURS)[: EVERY_HOUR.lead.size]
    out[stretches(series(), EVERY_HOUR, SPRING_FESTIVALS)[0] == 1] += fireworks
    return np.asarray(out)


def test_what_fireworks_add_is_learnt_from_the_years_that_had_them() -> None:
    fitted = fit_occasions(series(), EVERY_HOUR, left(fireworks=8.0))
    assert fitted.effect.shape == NO_OCCASIONS.effect.shape == (3, STRETCHES)
    assert 6.0 < fitted.effect[0, 1] < 10.0
    added = fitted.predict(series(), EVERY_HOUR)
    night = stretches(series(), EVERY_HOUR, SPRING_FESTIVALS)[0] == 1
    assert night.sum() == 3 * STRETCH_HOURS
    np.testing.assert_array_equal(added[night], fitted.effect[0, 1])
    assert np.abs(added).sum() < 1.5 * np.abs(added[night]).sum()


def test_near_observations_tell_it_themselves() -> None:
    fitted = fit_occasions(series(), EVERY_HOUR, left(fireworks=8.0))
    night = rows(np.arange(EVE, EVE + STRETCH_HOURS))
    far, between, near = (fitted.predict(series(), rows(night.valid, lead)) for lead in (NEAR_ENDS, NEAR_ENDS - 6, NEAR_ALONE))
    np.testing.assert_allclose(far, fitted.effect[0, 1])
    np.testing.assert_allclose(between, far / 2)
    np.testing.assert_array_equal(near, 0.0)


def test_errors_of_near_forecasts_teach_nothing() -> None:
    near = rows(EVERY_HOUR.valid, NEAR_ENDS - 1)
    np.testing.assert_array_equal(fit_occasions(series(), near, left(fireworks=8.0)).effect, 0.0)


def test_what_chance_makes_of_a_night_is_not_taken_for_fireworks() -> None:
    found = [np.abs(fit_occasions(series(), EVERY_HOUR, np.roll(left(), 6 * shift)).effect) for shift in range(40)]
    assert np.mean(np.array(found) == 0.0) > 0.4
    assert np.mean(found) < 0.4  # of what a night lies off by chance


@pytest.mark.parametrize(("mean", "variance", "expected"), [(2.0, 1.0, 1.5), (-2.0, 1.0, -1.5), (1.0, 4.0, 0.0), (0.0, 1.0, 0.0)])
def test_a_mean_is_drawn_to_nothing_by_its_variance(mean: float, variance: float, expected: float) -> None:
    assert shrunk(mean, variance) == expected


def test_without_such_a_day_nothing_is_learnt_and_nothing_added() -> None:
    summer = rows(np.arange(24 * 150, 24 * 200))
    np.testing.assert_array_equal(fit_occasions(series(), summer, np.ones(summer.lead.size)).effect, 0.0)
    always = Occasions(np.full((3, STRETCHES), 9.0))
    np.testing.assert_array_equal(always.predict(series(), summer), 0.0)
