import numpy as np
import pytest
import xarray as xr

from hazecast.config import DomainSettings
from hazecast.grids.lattice import EARTH_RADIUS_M, Lattice, lattice_of_data, lattice_of_domain

LATTICE = Lattice(np.arange(36.0, 42.01, 0.25), np.arange(113.0, 119.01, 0.5))


def sphere_between(south: float, north: float, width: float) -> float:
    """Area of a part of the sphere in m2, edges in degrees."""
    return float(EARTH_RADIUS_M**2 * np.deg2rad(width) * (np.sin(np.deg2rad(north)) - np.sin(np.deg2rad(south))))


def test_the_cells_cover_their_part_of_the_sphere_once() -> None:
    total = LATTICE.cell_area.sum() * LATTICE.longitude.size
    assert total == pytest.approx(sphere_between(35.875, 42.125, 13 * 0.5), rel=1e-12)


def test_the_cells_of_a_whole_globe_cover_it() -> None:
    globe = Lattice(np.arange(-87.5, 90, 5.0), np.arange(-177.5, 180, 5.0))
    assert globe.cell_area.sum() * globe.longitude.size == pytest.approx(4 * np.pi * EARTH_RADIUS_M**2, rel=1e-12)
    assert globe.north_face_length[[0, -1]] == pytest.approx([0, 0], abs=1e-6)


def test_faces_have_the_lengths_of_arcs() -> None:
    assert LATTICE.shape == (25, 13)
    np.testing.assert_allclose(LATTICE.east_face_length, EARTH_RADIUS_M * np.deg2rad(0.25) * np.ones(25))
    assert LATTICE.north_face_length.shape == (26,)
    assert LATTICE.north_face_length[0] == pytest.approx(EARTH_RADIUS_M * np.cos(np.deg2rad(35.875)) * np.deg2rad(0.5))
    assert LATTICE.north_face_length[-1] == pytest.approx(EARTH_RADIUS_M * np.cos(np.deg2rad(42.125)) * np.deg2rad(0.5))
    assert (np.diff(LATTICE.north_face_length) < 0).all()


def test_a_southern_lattice_mirrors_the_northern() -> None:
    south = Lattice(-LATTICE.latitude[::-1], LATTICE.longitude)
    np.testing.assert_allclose(south.cell_area, LATTICE.cell_area[::-1])
    np.testing.assert_allclose(south.north_face_length, LATTICE.north_face_length[::-1])


def test_coordinates_in_single_precision_make_an_even_lattice() -> None:
    single = Lattice(*(axis.astype(np.float32).astype(np.float64) for axis in (np.arange(39.4, 41.0, 0.1), np.arange(115.4, 117.5, 0.1))))
    assert single.spacing_latitude == pytest.approx(0.1, rel=1e-6)
    assert single.spacing_longitude == pytest.approx(0.1, rel=1e-6)


@pytest.mark.parametrize(
    ("latitude", "longitude", "message"),
    [
        ([39, 40], [115, 116, 117], "at least three cells"),
        ([39, 40, 41], [[115, 116, 117]], "at least three cells"),
        ([41, 40, 39], [115, 116, 117], "even and ascending"),
        ([39, 40, 41], [115, 116, 118], "even and ascending"),
        ([39, 40, 40], [115, 116, 117], "even and ascending"),
        ([39, np.nan, 41], [115, 116, 117], "even and ascending"),
        ([88, 89, 90], [115, 116, 117], "beyond a pole"),
        ([-90, -89, -88], [115, 116, 117], "beyond a pole"),
        ([39, 40, 41], [0, 100, 200, 300], "more than once round the globe"),
    ],
)
def test_a_lattice_that_is_not_right_cannot_be_made(latitude: list[float], longitude: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Lattice(np.array(latitude, dtype=float), np.array(longitude, dtype=float))


@pytest.mark.parametrize("spacing", [0.1, 0.25, 0.3, 1 / 3])
def test_the_lattice_of_a_domain_begins_and_ends_where_the_settings_say(spacing: float) -> None:
    domain = DomainSettings(south=39.0, north=39.0 + 9 * spacing, west=-2.5, east=-2.5 + 12 * spacing, spacing=spacing)
    lattice = lattice_of_domain(domain)
    assert lattice.shape == (10, 13)
    np.testing.assert_allclose(lattice.latitude[[0, -1]], [domain.south, domain.north])
    np.testing.assert_allclose(lattice.longitude[[0, -1]], [domain.west, domain.east])


def test_the_lattice_of_data_is_that_of_its_axes() -> None:
    data = xr.Dataset(coords={"latitude": np.float32([39, 39.5, 40]), "longitude": np.float32([115, 116, 117])})
    lattice = lattice_of_data(data)
    assert lattice.latitude.tolist() == [39.0, 39.5, 40.0]
    assert lattice.longitude.dtype == np.float64
