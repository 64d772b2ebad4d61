"""A background drawn to stations, on the ground and up the layers."""

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.errors import InputError
from hazecast.forecast.analysis.aloft import aloft, shares_aloft
from hazecast.forecast.analysis.error_statistics import Basis, ErrorStatistics
from hazecast.forecast.analysis.geometry import cells_of, directions_of
from hazecast.forecast.analysis.interpolation import Departures, interpolated, interpolated_locally, solved, weights
from hazecast.forecast.analysis.scale import OFFSET_PM25, moved, on_scale, variance_of
from hazecast.forecast.analysis.start import LARGEST_RATIO, Analysis, analyse
from hazecast.forecast.kernels.tag_scaling import scale_tags
from hazecast.grids.lattice import Lattice
from hazecast.records import Station

Array = NDArray[np.float64]

LATTICE = Lattice(np.arange(36.0, 44.05, 0.25), np.arange(112.0, 120.05, 0.25))
STATISTICS = ErrorStatistics(0.3, 0.03, 100e3, Basis.DEPARTURES)
TOPS = np.array([60.0, 180.0, 400.0, 800.0, 1500.0, 3000.0])
HERE = (16, 16)


def station(latitude: float, longitude: float) -> Station:
    return Station(f"{latitude},{longitude}", "a station", latitude, longitude)


def even(value: float) -> Array:
    return np.full(LATTICE.shape, value)


def drawn(background: Array, observed: list[float], *stations: Station) -> Analysis:
    return analyse(background, LATTICE, np.array(observed), stations, STATISTICS)


# ---- on the ground ----


def test_at_a_lone_station_the_departure_counts_by_the_two_variances() -> None:
    got = drawn(even(80.0), [200.0], station(40.0, 116.0))
    share = 0.3 / 0.33
    assert got.departures[0] == pytest.approx(np.log(210.0 / 90.0))
    assert got.surface[HERE] == pytest.approx(90.0 * (210.0 / 90.0) ** share - 10.0)
    left = 0.3 * (1.0 - share)
    assert got.variance[HERE] == pytest.approx((got.surface[HERE] + 10.0) ** 2 * np.exp(left) * np.expm1(left))
    assert got.ratio[HERE] == pytest.approx(got.surface[HERE] / 80.0)
    assert got.added[HERE] == 0.0


def test_far_from_stations_the_background_stays_to_the_bit_with_its_own_variance() -> None:
    background = np.random.default_rng(0).uniform(5, 300, LATTICE.shape)
    got = drawn(background, [400.0], station(40.0, 116.0))
    np.testing.assert_array_equal(got.surface[0], background[0])
    np.testing.assert_array_equal(got.ratio[0], 1.0)
    np.testing.assert_allclose(got.variance[0], variance_of(background[0], np.array(0.3)))
    assert (got.surface != background).any()


@pytest.mark.parametrize("observed", [[], [np.nan], [-5.0], [np.inf]])
def test_without_a_usable_observation_nothing_changes(observed: list[float]) -> None:
    background = np.random.default_rng(1).uniform(0, 300, LATTICE.shape)
    got = drawn(background, observed, *[station(40.0, 116.0)][: len(observed)])
    np.testing.assert_array_equal(got.surface, background)
    assert not got.used.any()


def test_a_missing_observation_is_as_if_there_were_no_station() -> None:
    places = station(40.0, 116.0), station(40.5, 116.3), station(39.0, 115.0)
    one = drawn(even(80.0), [160.0, np.nan, 20.0], *places)
    other = drawn(even(80.0), [160.0, 20.0], places[0], places[2])
    np.testing.assert_array_equal(one.surface, other.surface)
    np.testing.assert_array_equal(one.variance, other.variance)
    assert one.used.tolist() == [True, False, True]


def test_a_station_off_the_lattice_or_by_a_missing_cell_counts_for_nothing() -> None:
    background = even(80.0)
    background[HERE] = np.nan
    background[17:19, 16:18] = np.nan
    got = drawn(background, [300.0, 300.0], station(50.0, 116.0), station(40.4, 116.3))
    assert not got.used.any()
    np.testing.assert_array_equal(got.surface, background)
    np.testing.assert_array_equal(np.isnan(got.ratio), np.isnan(background))


def test_longitudes_may_be_counted_the_other_way_round() -> None:
    greenwich = Lattice(np.arange(50.0, 53.05, 0.25), np.arange(-2.0, 2.05, 0.25))
    background, observed = np.full(greenwich.shape, 80.0), np.array([160.0])
    one, other = (analyse(background, greenwich, observed, [station(51.5, lon)], STATISTICS) for lon in (-0.5, 359.5))
    np.testing.assert_allclose(one.surface, other.surface, rtol=1e-12)
    assert one.used.all()
    assert other.used.all()


def test_from_nothing_at_all_haze_is_added_and_not_multiplied() -> None:
    background = even(0.0)
    background[:, :16] = 1e-9
    got = drawn(background, [150.0], station(40.0, 116.0))
    assert got.surface[HERE] > 80.0
    np.testing.assert_allclose(got.ratio * background + got.added, got.surface, rtol=1e-14)
    assert got.ratio.max() <= LARGEST_RATIO
    assert (got.ratio[:, 16:] == 1.0).all()


def test_labelled_and_plain_backgrounds_are_one() -> None:
    labelled = xr.DataArray(even(80.0).astype(np.float32), dims=("latitude", "longitude"))
    one = analyse(labelled, LATTICE, np.array([160.0]), [station(40.0, 116.0)], STATISTICS)
    np.testing.assert_array_equal(one.surface, drawn(even(80.0), [160.0], station(40.0, 116.0)).surface)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="shape"):
        drawn(np.zeros((3, 3)), [])
    with pytest.raises(InputError, match="one value a station"):
        drawn(even(1.0), [3.0])
    with pytest.raises(InputError, match=r"falls to -1 µg"):
        drawn(even(-1.0), [])


def test_departures_that_are_none_are_refused() -> None:
    directions = directions_of(np.array([40.0]), np.array([116.0]))
    for values, noise in ((np.array([np.nan]), np.array([0.1])), (np.array([1.0]), np.array([0.0]))):
        with pytest.raises(ValueError, match="finite"):
            Departures(directions, values, noise)
    with pytest.raises(ValueError, match="expected one of each"):
        Departures(directions, np.ones(2), np.ones(2))


# ---- many stations ----


def crowd(count: int, seed: int) -> Departures:
    chance = np.random.default_rng(seed)
    directions = directions_of(chance.uniform(36, 44, count), chance.uniform(112, 120, count))
    return Departures(directions, chance.normal(size=count), chance.uniform(0.05, 0.3, count))


@pytest.mark.parametrize("length_m", [5e3, 20e3, 60e3, 500e3])
def test_a_narrow_band_is_solved_as_the_whole_matrix(length_m: float) -> None:
    departures, correlation = crowd(200, 2), ErrorStatistics(1.0, 0.1, length_m, Basis.DEPARTURES).correlation
    expected = solved(departures.stations, departures.noise, departures.values, correlation)
    np.testing.assert_allclose(weights(departures, correlation), expected, rtol=1e-10, atol=1e-12)


def test_the_nearest_of_all_is_the_analysis_from_all() -> None:
    departures, cells = crowd(12, 3), cells_of(LATTICE.latitude, LATTICE.longitude)
    local, left = interpolated_locally(cells, departures, STATISTICS.correlation, nearest=20)
    np.testing.assert_allclose(local, interpolated(cells, departures, STATISTICS.correlation), atol=1e-12)
    assert ((left >= 0.0) & (left <= 1.0)).all()


# ---- the scale ----


def test_what_is_moved_by_the_departure_is_the_observation() -> None:
    background, observed = np.array([0.0, 3.0, 80.0]), np.array([90.0, 0.0, 500.0])
    np.testing.assert_allclose(moved(background, on_scale(observed) - on_scale(background)), observed, atol=1e-12)


def test_moved_by_nothing_it_stays_and_moved_far_down_it_is_zero() -> None:
    values = np.array([0.0, 0.1, 123.456])
    np.testing.assert_array_equal(moved(values, np.zeros(3)), values)
    np.testing.assert_array_equal(moved(values, np.full(3, -50.0)), 0.0)


def test_the_variance_is_that_of_the_lognormal_distribution() -> None:
    chance = np.random.default_rng(3)
    sample = (50.0 + OFFSET_PM25) * np.exp(0.3 * chance.normal(size=400_000)) - OFFSET_PM25
    assert float(variance_of(np.array(50.0), np.array(0.09))) == pytest.approx(sample.var(), rel=0.02)


# ---- up the layers ----


def test_the_correction_is_whole_in_the_mixed_layer_and_fades_to_twice_its_height() -> None:
    shares = shares_aloft(TOPS, np.array([[400.0, 30.0, 1000.0, 5000.0]]))[:, 0]
    np.testing.assert_allclose(shares[:, 0], [1, 1, 1, 0.5, 0, 0], atol=1e-15)
    np.testing.assert_allclose(shares[:, 1], [1, 60 * 0.5 / 120, 0, 0, 0, 0], atol=1e-15)  # never below the lowest layer's top
    fade = 200.0 + 500.0 - 500.0**2 / 2000.0
    np.testing.assert_allclose(shares[:, 2], [1, 1, 1, 1, fade / 700.0, 500.0**2 / 2000.0 / 1500.0], atol=1e-15)
    np.testing.assert_array_equal(shares[:, 3], 1.0)


def test_tags_add_up_to_the_analysis_and_keep_their_shares() -> None:
    chance = np.random.default_rng(6)
    density, height = 1.2, np.full(LATTICE.shape, 700.0)
    pm25 = chance.uniform(0, 30, (6, LATTICE.shape[0], 4, LATTICE.shape[1]))
    pm25[:, 16, :, 16] = 0.0
    before = pm25.copy()
    background = density * pm25[0].sum(axis=1)
    analysis = drawn(background, [200.0, 10.0], station(40.0, 116.0), station(38.0, 113.0))
    scale_tags(pm25, *aloft(analysis, TOPS, height, density), 1)
    np.testing.assert_allclose(density * pm25[0].sum(axis=1), analysis.surface, rtol=1e-13)
    np.testing.assert_allclose(pm25[0, 15, :, 15] / pm25[0, 15].sum(axis=0)[15], before[0, 15, :, 15] / before[0, 15].sum(axis=0)[15])
    assert (pm25[:4, 16, 1, 16] > 0.0).all()
    np.testing.assert_array_equal(np.delete(pm25[:, 16, :, 16], 1, axis=1), 0.0)
    np.testing.assert_array_equal(pm25[5], before[5])
