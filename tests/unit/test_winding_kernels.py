"""Cells covered by rings, along scan lines: against shares that can be told by hand, compiled and as plain Python."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.grids.kernels.winding import cover_cells

Array = NDArray[np.float64]
Ring = list[tuple[float, float]]


def covered(*regions: list[Ring], rows: int = 3, columns: int = 4, lines_a_row: int = 8) -> Array:
    """(region, row, column) of cells of width 1 from 0, 0 upwards; the rings are closed here."""
    rings = [(i, np.array([*ring, ring[0]], dtype=float)) for i, region in enumerate(regions) for ring in region]
    edges = np.concatenate([np.concatenate([ring[:-1], ring[1:]], axis=1) for _, ring in rings])
    whose = np.concatenate([np.full(len(ring) - 1, i) for i, ring in rings])
    lines = (np.arange(rows * lines_a_row) + 0.5) / lines_a_row
    out = np.zeros((len(regions), rows, columns))
    cover_cells(lines, np.arange(rows + 1) * lines_a_row, edges, whose, out)
    return out


def box(west: float, south: float, east: float, north: float) -> Ring:
    return [(west, south), (east, south), (east, north), (west, north)]


def test_a_box_covers_what_lies_in_it() -> None:
    (out,) = covered([box(0.5, 0.5, 2.25, 2.0)])
    np.testing.assert_allclose(out, [[0.25, 0.5, 0.125, 0.0], [0.5, 1.0, 0.25, 0.0], [0.0, 0.0, 0.0, 0.0]], atol=1e-15)


@pytest.mark.parametrize("turned", [False, True])
def test_the_direction_of_a_ring_is_of_no_matter(turned: bool) -> None:
    ring: Ring = [(0.1, 0.2), (3.7, 0.9), (2.0, 2.8)]
    (out,) = covered([ring[::-1] if turned else ring], lines_a_row=200)
    assert out.sum() == pytest.approx(0.5 * (3.6 * 2.6 - 1.9 * 0.7), rel=1e-4)  # half the cross product of two sides


def test_a_hole_that_runs_the_other_way_round_is_left_out() -> None:
    (out,) = covered([box(0, 0, 4, 3), box(1, 1, 3, 2)[::-1]])
    np.testing.assert_allclose(out, [[1, 1, 1, 1], [1, 0, 0, 1], [1, 1, 1, 1]])


def test_rings_of_one_region_that_overlap_make_no_hole() -> None:
    (out,) = covered([box(0, 0, 3, 2), box(1, 1, 4, 3)])
    np.testing.assert_allclose(out, [[1, 1, 1, 0], [1, 1, 1, 1], [0, 1, 1, 1]])


def test_where_regions_overlap_the_ground_belongs_to_the_first() -> None:
    city, province = [box(1.25, 0.0, 1.75, 1.0)], [box(1.5, 0.0, 3.0, 2.0)]
    first, second = covered(city, province)
    np.testing.assert_allclose(first[0], [0, 0.5, 0, 0])
    np.testing.assert_allclose(second, [[0, 0.25, 1, 0], [0, 0.5, 1, 0], [0, 0, 0, 0]])
    np.testing.assert_allclose(covered(province, city)[1][0], [0, 0.25, 0, 0])


def test_what_lies_outside_the_cells_covers_what_it_reaches() -> None:
    (out,) = covered([box(-10, -10, 10, 10)])
    assert (out == 1.0).all()
    assert not covered([box(5, 0, 6, 3)]).any()
    assert not covered([box(-2, 0, -1, 3)]).any()
    assert not covered([box(0, 4, 4, 5)]).any()


def test_no_edge_crosses_a_line_twice_in_its_own_corner() -> None:
    """Corners on scan lines themselves: each line is crossed an even number of times."""
    (out,) = covered([[(2.0, 0.5), (3.0, 1.5), (2.0, 2.5), (1.0, 1.5)]], lines_a_row=1)
    np.testing.assert_allclose(out, [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]])
