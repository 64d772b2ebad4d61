import numpy as np
import pytest

from hazecast.forecast.profiles import Profile, civil_time, profiles
from hazecast.vocabulary import Sector


def test_every_sector_has_a_profile_with_means_of_one() -> None:
    assert set(profiles()) == set(Sector)
    for profile in profiles().values():
        for factors, size in ((profile.hourly, 24), (profile.weekly, 7), (profile.seasonal, 12)):
            assert factors.shape == (size,)
            assert factors.mean() == pytest.approx(1.0, abs=1e-9)
            assert factors.min() >= 0.0


def test_profiles_are_like_life() -> None:
    traffic, homes = profiles()[Sector.TRANSPORT], profiles()[Sector.RESIDENTIAL]
    assert traffic.hourly[[7, 8, 16, 17]].min() > 1.8 > 0.2 > traffic.hourly[1:5].max()
    assert traffic.weekly[5:].max() < traffic.weekly[:5].min()
    assert homes.seasonal[[0, 11]].min() > 1.5 > 0.5 > homes.seasonal[6]
    assert (profiles()[Sector.OTHER].hourly == 1.0).all()


def test_seasons_are_half_a_year_later_in_the_south_and_none_in_the_tropics() -> None:
    homes = profiles()[Sector.RESIDENTIAL]
    np.testing.assert_array_equal(homes.season(40.0), homes.seasonal)
    np.testing.assert_array_equal(homes.season(-35.0)[6], homes.seasonal[0])
    np.testing.assert_array_equal(homes.season(1.3), 1.0)
    for latitude in (40.0, -35.0, 1.3):
        assert homes.season(latitude).mean() == pytest.approx(1.0)


def test_the_clock_is_that_of_the_zone_at_the_beginning_of_the_hour_that_ends() -> None:
    ends = np.array(["2018-01-07T16:00", "2018-01-07T17:00", "2018-12-31T16:00"], dtype="datetime64[ns]")
    clock = civil_time(ends, "Asia/Shanghai")
    assert clock.hour.tolist() == [23, 0, 23]
    assert clock.weekday.tolist() == [6, 0, 0]
    assert clock.month.tolist() == [0, 0, 11]


def test_clocks_that_are_put_forward_are_followed() -> None:
    ends = np.array(["2018-03-24T08:00", "2018-03-26T08:00"], dtype="datetime64[ns]")
    assert civil_time(ends, "Europe/London").hour.tolist() == [7, 8]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hourly": np.full(24, 1.1)}, "hourly has 24 factors with a mean of 1.1"),
        ({"weekly": np.ones(6)}, "weekly has 6 factors"),
        ({"seasonal": np.array([3.0, -1.0] + [1.0] * 10)}, "seasonal has 12 factors"),
    ],
)
def test_factors_that_change_the_total_are_refused(change: dict[str, np.ndarray], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Profile(**({"hourly": np.ones(24), "weekly": np.ones(7), "seasonal": np.ones(12)} | change))
