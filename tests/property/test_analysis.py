"""What holds of an analysis whatever the background, the stations and what they observed."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hazecast.forecast.analysis.aloft import aloft
from hazecast.forecast.analysis.error_statistics import Basis, ErrorStatistics
from hazecast.forecast.analysis.start import LARGEST_RATIO, analyse
from hazecast.forecast.kernels.tag_scaling import scale_tags
from hazecast.grids.distance import distance
from hazecast.grids.lattice import Lattice
from hazecast.records import Station

Array = NDArray[np.float64]

LATTICE = Lattice(np.arange(38.0, 41.05, 0.25), np.arange(114.0, 118.05, 0.25))
TOPS = np.array([60.0, 200.0, 800.0])
DENSITY = 1.21


@dataclass(frozen=True)
class Case:
    pm25: Array  # [layer, y, tag, x]
    stations: tuple[Station, ...]
    observed: Array
    statistics: ErrorStatistics
    mixing_height: Array

    @property
    def background(self) -> Array:
        return DENSITY * self.pm25[0].sum(axis=1)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(0, 25))
    scale = draw(st.sampled_from([1e-12, 1e-3, 1.0, 60.0]))
    pm25 = scale * chance.gamma(0.5, 1.0, (3, LATTICE.shape[0], 4, LATTICE.shape[1]))
    pm25[:, chance.random(LATTICE.shape[0]) < 0.3] *= draw(st.sampled_from([0.0, 1.0]))
    latitude, longitude = chance.uniform(37.5, 41.5, count), chance.uniform(113.5, 118.5, count)
    if count > 2:
        latitude[1], longitude[1] = latitude[0], longitude[0]
    stations = tuple(Station(str(i), str(i), *place) for i, place in enumerate(zip(latitude, longitude, strict=True)))
    observed = np.where(chance.random(count) < 0.3, np.nan, chance.gamma(0.7, 120.0, count))
    variances = [draw(st.floats(1e-3, 2.0)) for _ in range(2)]
    statistics = ErrorStatistics(*variances, draw(st.floats(10e3, 300e3)), Basis.DEPARTURES)
    return Case(pm25, stations, observed, statistics, chance.uniform(20, 2000, LATTICE.shape))


@given(cases())
@settings(max_examples=60)
def test_never_negative_never_more_certain_than_can_be_and_made_of_ratio_and_rest(case: Case) -> None:
    got = analyse(case.background, LATTICE, case.observed, case.stations, case.statistics)
    for field in (got.surface, got.ratio, got.added, got.variance):
        assert np.isfinite(field).all()
        assert (field >= 0.0).all()
    assert (got.ratio <= LARGEST_RATIO * (1 + 1e-12)).all()
    np.testing.assert_allclose(got.ratio * case.background + got.added, got.surface, rtol=1e-12, atol=1e-12)


@given(cases())
@settings(max_examples=60)
def test_the_tags_add_up_to_the_analysis(case: Case) -> None:
    got = analyse(case.background, LATTICE, case.observed, case.stations, case.statistics)
    after = case.pm25.copy()
    scale_tags(after, *aloft(got, TOPS, case.mixing_height, DENSITY), 1)
    assert (after >= 0.0).all()
    np.testing.assert_allclose(DENSITY * after[0].sum(axis=1), got.surface, rtol=1e-12, atol=1e-12)
    others = np.delete(after, 1, axis=2)
    assert (others[np.delete(case.pm25, 1, axis=2) == 0.0] == 0.0).all()


@given(cases())
@settings(max_examples=40)
def test_out_of_reach_nothing_changes(case: Case) -> None:
    got = analyse(case.background, LATTICE, case.observed, case.stations, case.statistics)
    reached = np.zeros(LATTICE.shape, dtype=bool)
    for station, used in zip(case.stations, got.used, strict=True):
        here = np.array(station.latitude), np.array(station.longitude)
        reached |= used & (
            distance(LATTICE.latitude[:, None], LATTICE.longitude[None, :], *here) < case.statistics.correlation.end_m * 1.001
        )
    np.testing.assert_array_equal(got.surface[~reached], case.background[~reached])
    np.testing.assert_array_equal(got.ratio[~reached], 1.0)


@given(cases())
@settings(max_examples=40)
def test_what_is_missing_is_as_if_it_were_not_there(case: Case) -> None:
    whole = analyse(case.background, LATTICE, case.observed, case.stations, case.statistics)
    known = ~np.isnan(case.observed)
    fewer = tuple(s for s, there in zip(case.stations, known, strict=True) if there)
    rest = analyse(case.background, LATTICE, case.observed[known], fewer, case.statistics)
    np.testing.assert_array_equal(whole.surface, rest.surface)
    np.testing.assert_array_equal(whole.variance, rest.variance)
    nothing = analyse(case.background, LATTICE, np.full(known.size, np.nan), case.stations, case.statistics)
    np.testing.assert_array_equal(nothing.surface, case.background)


@given(cases())
@settings(max_examples=30)
def test_the_order_of_stations_does_not_matter_but_for_rounding(case: Case) -> None:
    one = analyse(case.background, LATTICE, case.observed, case.stations, case.statistics)
    other = analyse(case.background, LATTICE, case.observed[::-1].copy(), case.stations[::-1], case.statistics)
    np.testing.assert_allclose(one.surface, other.surface, rtol=1e-6, atol=1e-6)
