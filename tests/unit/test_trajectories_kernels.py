"""Following particles: what the kernel does with winds that are known in full, at edges, at gaps and at the poles."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.kernels.footprints import residence
from hazecast.forecast.kernels.trajectories import follow
from hazecast.forecast.kernels.wind_at_point import Axes, wind_at

Array = NDArray[np.float64]
Points = list[tuple[float, float, float]]
DEGREE_M = np.pi / 180.0 * 6_371_008.8
LEVELS = np.array([0.0, 100.0, 400.0])
REGION = Axes(south=30.0, per_latitude=1.0, west=100.0, per_longitude=1.0, per_second=1 / 3600.0, around=False)
GLOBE = Axes(south=-90.0, per_latitude=0.1, west=0.0, per_longitude=0.1, per_second=1 / 3600.0, around=True)


def region_winds(eastward: float = 0.0, northward: float = 0.0, upward: float = 0.0, hours: int = 7) -> Array:
    return np.tile(np.array([eastward, northward, upward]), (hours, LEVELS.size, 11, 21, 1))


def globe_winds() -> Array:
    return np.zeros((25, 1, 19, 36, 2))


def followed(winds: Array, axes: Axes, points: Points, hours: int, dt: float = 900.0, start: float = 0.0) -> Array:
    paths = np.full((len(points), hours + 1, 3), np.nan)
    paths[:, 0] = points
    follow(paths, winds, LEVELS[: winds.shape[1]], axes, start, dt, round(3600.0 / abs(dt)))
    return paths


def test_between_points_levels_and_times_the_wind_is_linear_in_each() -> None:
    t, z, y, x = np.meshgrid(3600.0 * np.arange(7), LEVELS, 30.0 + np.arange(11), 100.0 + np.arange(21), indexing="ij")
    winds = np.stack([t / 3600 + y, z + x, x * y / 100 + 0 * t], axis=-1)
    found = wind_at(winds, LEVELS, REGION, 5000.0, 33.3, 110.7, 250.0)
    assert found == pytest.approx((5000 / 3600 + 33.3, 250 + 110.7, 33.3 * 110.7 / 100), rel=1e-12)
    assert wind_at(winds, LEVELS, REGION, 0.0, 40.0, 120.0, 400.0) == pytest.approx((40.0, 520.0, 48.0), rel=1e-12)


def test_a_wind_to_the_north_carries_by_its_speed_forth_and_back() -> None:
    path = followed(region_winds(northward=10.0), REGION, [(35.0, 110.0, 50.0)], 3)[0]
    assert path[:, 0] == pytest.approx(35.0 + np.arange(4) * 36_000 / DEGREE_M, rel=1e-12)
    assert (path[:, 1:] == (110.0, 50.0)).all()
    back = followed(region_winds(northward=10.0), REGION, [tuple(path[-1])], 3, dt=-900.0, start=3 * 3600.0)[0]
    assert back == pytest.approx(path[::-1], rel=1e-12)


def test_a_particle_that_leaves_the_winds_is_missing_from_there_on_and_stays_so() -> None:
    path = followed(region_winds(eastward=50.0), REGION, [(35.0, 117.0, 50.0), (35.0, 101.0, 50.0)], 6)
    inside = np.isfinite(path).all(axis=-1)
    assert inside[1].all()
    assert inside[0].tolist() == [True, True, False, False, False, False, False]
    assert np.isnan(path[0, 2:]).all()


@pytest.mark.parametrize(("hours", "dt", "start"), [(4, 900.0, 3.5 * 3600.0), (4, -900.0, 3600.0)])
def test_time_before_and_after_the_winds_is_outside_them(hours: int, dt: float, start: float) -> None:
    path = followed(region_winds(), REGION, [(35.0, 110.0, 50.0)], hours, dt, start)[0]
    known = int((6 * 3600.0 - start if dt > 0 else start) // 3600) + 1
    assert np.isfinite(path[:known]).all()
    assert np.isnan(path[known:]).all()


def test_a_start_on_the_outermost_points_and_times_is_inside() -> None:
    corners = [(y, x, z) for y in (30.0, 40.0) for x in (100.0, 120.0) for z in (0.0, 400.0)]
    assert np.isfinite(followed(region_winds(), REGION, corners, 6)).all()


def test_missing_wind_makes_a_particle_missing_only_where_it_gets_there() -> None:
    winds = region_winds(eastward=20.0)
    winds[:, :, 5, 12:] = np.nan
    path = followed(winds, REGION, [(34.5, 110.0, 50.0), (32.0, 110.0, 50.0), (34.5, 102.0, 50.0)], 6)
    assert np.isfinite(path[1:]).all()
    assert np.isfinite(path[0, :2]).all()
    assert np.isnan(path[0, 2:]).all()


def test_an_hour_without_wind_is_not_looked_at_by_a_particle_that_starts_just_before_it() -> None:
    winds = region_winds(northward=1.0)
    winds[4:] = np.nan
    assert np.isfinite(followed(winds, REGION, [(35.0, 110.0, 50.0)], 3, dt=-900.0, start=3 * 3600.0)).all()
    winds = region_winds(northward=1.0)
    winds[:4] = np.nan
    assert np.isfinite(followed(winds, REGION, [(35.0, 110.0, 50.0)], 2, start=4 * 3600.0)).all()


def test_what_comes_down_to_the_ground_stays_on_the_lowest_level_and_can_rise_again() -> None:
    winds = region_winds(eastward=1.0, upward=-0.1)
    winds[4:, :, :, :, 2] = 0.05
    path = followed(winds, REGION, [(35.0, 110.0, 90.0), (35.0, 110.0, -20.0)], 6)
    assert path[0, 1:4, 2].tolist() == [0.0, 0.0, 0.0]
    assert path[1, 0, 2] == 0.0
    assert (path[:, 6, 2] > 150.0).all()
    assert np.isfinite(path).all()


def test_what_rises_above_the_highest_level_is_missing() -> None:
    path = followed(region_winds(upward=0.05), REGION, [(35.0, 110.0, 350.0)], 2)[0]
    assert np.isnan(path[1:]).all()


def test_on_one_level_height_neither_matters_nor_changes() -> None:
    winds = globe_winds()
    winds[..., 1] = 5.0
    path = followed(winds, GLOBE, [(10.0, 10.0, 700.0)], 2)[0]
    assert (path[:, 2] == 700.0).all()
    assert path[2, 0] == pytest.approx(10.0 + 36_000 / DEGREE_M, rel=1e-12)


def test_round_the_globe_the_last_column_is_beside_the_first_in_either_turn() -> None:
    winds = globe_winds()
    winds[..., 0] = 100.0
    path = followed(winds, GLOBE, [(0.0, 355.0, 0.0), (0.0, -5.0, 0.0)], 24)
    assert path[0, -1, 1] == pytest.approx(355.0 + 24 * 360_000 / DEGREE_M, rel=1e-9)
    assert path[1, :, 1] + 360.0 == pytest.approx(path[0, :, 1], rel=1e-12)


@pytest.mark.parametrize("pole", [90.0, -90.0])
def test_over_a_pole_a_particle_goes_straight_on(pole: float) -> None:
    """A wind as of a rigid turn about an axis in the equator, over the pole along the meridians of 0 and 180 degrees."""
    axes = Axes(south=-90.0, per_latitude=1.0, west=0.0, per_longitude=1.0, per_second=1 / 3600.0, around=True)
    latitude, longitude = np.meshgrid(np.radians(np.arange(-90.0, 91.0)), np.radians(np.arange(360.0)), indexing="ij")
    turn = np.stack([-np.sin(latitude) * np.sin(longitude), np.cos(longitude) + 0 * latitude], axis=-1)
    winds = np.tile(30.0 * np.sign(pole) * turn, (25, 1, 1, 1, 1))
    path = followed(winds, axes, [(pole * 70 / 90, 0.0, 0.0), (pole * 70 / 90, 0.0, 0.0), (pole, 0.0, 0.0)], 24)
    went = 24 * 108_000 / DEGREE_M
    assert abs(path[0, -1, 0]) == pytest.approx(180.0 - 70.0 - went, abs=0.01)
    assert np.cos(np.radians(path[0, -1, 1])) == pytest.approx(-1.0, abs=1e-6)
    assert abs(path[2, -1, 0]) == pytest.approx(90.0 - went, abs=0.01)
    assert np.isfinite(path).all()


def test_in_32_bits_the_winds_lead_to_the_same_place_within_metres() -> None:
    rng = np.random.default_rng(3)
    winds = rng.normal(0.0, 8.0, (7, LEVELS.size, 11, 21, 3)) * (1.0, 1.0, 1e-3)
    points = [(y, x, 200.0) for y in (33.0, 36.0) for x in (105.0, 111.3)]
    exact, short = (followed(w, REGION, points, 6) for w in (winds, winds.astype(np.float32)))
    assert np.nanmax(np.abs(exact - short)[..., :2]) * DEGREE_M < 1.0


def test_the_number_of_threads_changes_nothing() -> None:
    import numba

    rng = np.random.default_rng(4)
    winds = rng.normal(0.0, 8.0, (7, LEVELS.size, 11, 21, 3)).astype(np.float32) * np.float32([1.0, 1.0, 1e-3])
    points = [(float(y), float(x), 200.0) for y, x in zip(rng.uniform(31, 39, 200), rng.uniform(101, 119, 200), strict=True)]
    threads = numba.get_num_threads()
    found = []
    for number in (1, threads):
        numba.set_num_threads(number)
        found.append(followed(winds, REGION, points, 6))
    np.testing.assert_array_equal(*found)


EDGES = np.arange(30.0, 36.0), np.arange(100.0, 107.0)


def stay(paths: Array, highest: float = np.inf) -> Array:
    rows, columns = EDGES
    return residence(paths, rows[0], 1.0, columns[0], 1.0, (rows.size - 1, columns.size - 1), 3600.0, highest)


def test_time_is_shared_among_the_cells_that_a_straight_piece_crosses() -> None:
    paths = np.array([[[31.5, 100.5, 0.0], [31.5, 103.5, 0.0]]])
    assert stay(paths)[1].tolist() == pytest.approx([600.0, 1200.0, 1200.0, 600.0, 0.0, 0.0])
    assert stay(paths).sum() == pytest.approx(3600.0, rel=1e-12)


def test_all_time_inside_is_counted_and_none_outside() -> None:
    rng = np.random.default_rng(5)
    inside = np.concatenate([rng.uniform(30.0, 35.0, (50, 9, 1)), rng.uniform(100.0, 106.0, (50, 9, 1)), np.zeros((50, 9, 1))], axis=-1)
    assert stay(inside).sum() == pytest.approx(50 * 8 * 3600.0, rel=1e-12)
    half_out = np.array([[[34.0, 103.5, 0.0], [36.0, 103.5, 0.0]], [[29.0, 90.0, 0.0], [28.0, 95.0, 0.0]]])
    assert stay(half_out).sum() == pytest.approx(1800.0, rel=1e-12)


def test_a_particle_at_rest_stays_in_its_cell_and_on_an_edge_in_one_of_its_two() -> None:
    assert stay(np.array([[[31.5, 102.5, 0.0], [31.5, 102.5, 0.0]]]))[1, 2] == 3600.0
    assert stay(np.array([[[31.0, 102.0, 0.0], [31.0, 102.0, 0.0]]])).sum() == 3600.0


def test_only_time_below_the_height_asked_for_counts() -> None:
    rising = np.array([[[31.5, 100.5, 0.0], [31.5, 100.5, 400.0]], [[31.5, 100.5, 400.0], [31.5, 102.5, 0.0]]])
    found = stay(rising, highest=100.0)
    assert found[1, 0] == pytest.approx(900.0)
    assert found[1, 2] == pytest.approx(900.0)


def test_pieces_that_end_nowhere_count_for_nothing() -> None:
    paths = np.array([[[31.5, 100.5, 0.0], [np.nan, np.nan, np.nan], [31.5, 100.5, 0.0]]])
    assert stay(paths).sum() == 0.0


def test_a_lattice_is_met_in_whatever_turn_the_longitude_has_got_to() -> None:
    paths = np.array([[[31.5, 462.5, 0.0], [31.5, 463.5, 0.0]], [[31.5, -257.5, 0.0], [31.5, -256.5, 0.0]]])
    assert stay(paths)[1, 2:4].tolist() == pytest.approx([3600.0, 3600.0])
