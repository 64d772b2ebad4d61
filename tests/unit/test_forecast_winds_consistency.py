import numpy as np
import pytest
from numpy.typing import NDArray

from hazecast.forecast.transport.layers import Layers, default_layers
from hazecast.forecast.winds.consistency import air_through_faces, balance_of, close_columns, column_divergence, is_closed
from hazecast.grids.lattice import EARTH_RADIUS_M, Lattice

Array = NDArray[np.float64]
LAYERS = default_layers()
REGION = Lattice(np.linspace(36.0, 42.0, 13), np.linspace(113.0, 120.0, 15))
SMALLEST = Lattice(np.array([38.0, 39.0, 40.0]), np.array([114.0, 115.5, 117.0]))
TO_POLE = Lattice(np.linspace(60.5, 89.5, 30), np.linspace(10.0, 40.0, 16))
ROUND_THE_EARTH = Lattice(np.linspace(20.0, 50.0, 7), np.arange(-178.0, 180.0, 4.0))
WHOLE_EARTH = Lattice(np.arange(-88.0, 90.0, 4.0), np.arange(-175.0, 180.0, 10.0))
LATTICES = {"region": REGION, "smallest": SMALLEST, "to a pole": TO_POLE, "round": ROUND_THE_EARTH, "whole": WHOLE_EARTH}
every_lattice = pytest.mark.parametrize("lattice", LATTICES.values(), ids=LATTICES)


def any_fluxes(lattice: Lattice, seed: int = 1, dtype: type[np.floating] = np.float64) -> tuple[Array, Array]:
    chance = np.random.default_rng(seed)
    winds = (chance.normal(0.0, 5.0, (LAYERS.count, *lattice.shape)).astype(dtype) for _ in range(2))
    return air_through_faces(*winds, lattice, LAYERS)


def closed_columns(lattice: Lattice, east: Array, north: Array, layers: Layers = LAYERS) -> tuple[Array, Array]:
    changed = east.copy(), north.copy()
    close_columns(*changed, balance_of(lattice, layers))
    return changed


def from_stream_function(lattice: Lattice, layers: Layers = LAYERS) -> tuple[Array, Array]:
    """Fluxes between corners: what enters a cell leaves it. Some of them cross the edges of the lattice."""
    y, x = lattice.row_edges[:, None] / 10.0, np.deg2rad(lattice.column_edges[None, :]) * 2.0
    stream = 1e9 * (np.sin(y) + np.cos(y) ** 2 * np.sin(x)) * np.where(np.abs(lattice.row_edges) > 89.9, 0.0, 1.0)[:, None]
    by_layer = np.linspace(0.5, 2.0, layers.count)[:, None, None]
    return -by_layer * np.diff(stream, axis=0), by_layer * np.diff(stream, axis=1)


def solid_rotation(lattice: Lattice, tilt: float) -> tuple[Array, Array]:
    """Wind of the whole air turning as one round an axis tilted by so many degrees towards Greenwich (Williamson et al. 1992)."""
    latitude, longitude = np.deg2rad(lattice.latitude)[:, None], np.deg2rad(lattice.longitude)[None, :]
    a = np.deg2rad(tilt)
    east = 20.0 * (np.cos(latitude) * np.cos(a) + np.sin(latitude) * np.cos(longitude) * np.sin(a))
    north = -20.0 * np.sin(longitude) * np.sin(a) * np.ones_like(latitude)
    return tuple(np.repeat(wind[None], LAYERS.count, axis=0) for wind in (east, north))  # type: ignore[return-value]


# ---- from winds to air ----


def test_air_through_a_face_is_density_times_area_times_the_mean_of_both_sides() -> None:
    chance = np.random.default_rng(3)
    wind = chance.normal(size=(2, LAYERS.count, *REGION.shape))
    east, north = air_through_faces(*wind, REGION, LAYERS)
    height = EARTH_RADIUS_M * np.deg2rad(0.5)
    expected = LAYERS.density[2] * LAYERS.thickness[2] * height * (wind[0, 2, 4, 6] + wind[0, 2, 4, 7]) / 2
    assert east[2, 4, 7] == pytest.approx(expected, rel=1e-12)
    width = EARTH_RADIUS_M * np.deg2rad(0.5) * np.cos(np.deg2rad(38.25))
    assert north[5, 5, 3] == pytest.approx(LAYERS.density[5] * 1500.0 * width * (wind[1, 5, 4, 3] + wind[1, 5, 5, 3]) / 2, rel=1e-12)
    assert east[0, 1, 0] == pytest.approx(LAYERS.density[0] * 60.0 * height * wind[0, 0, 1, 0], rel=1e-12)
    assert north[0, -1, 2] == pytest.approx(LAYERS.density[0] * 60.0 * REGION.north_face_length[-1] * wind[1, 0, -1, 2], rel=1e-12)


def test_round_the_earth_the_first_face_is_the_last() -> None:
    east, _ = any_fluxes(ROUND_THE_EARTH)
    np.testing.assert_array_equal(east[:, :, 0], east[:, :, -1])
    assert is_closed(ROUND_THE_EARTH)
    assert not is_closed(REGION)


def test_divergence_is_what_leaves_less_what_enters() -> None:
    east, north = any_fluxes(REGION)
    expected = (np.diff(east, axis=2) + np.diff(north, axis=1)).sum(axis=0)
    np.testing.assert_allclose(column_divergence(east, north), expected, rtol=1e-10, atol=1e-6)


def test_a_solid_rotation_round_the_poles_leaves_every_column_full() -> None:
    fluxes = air_through_faces(*solid_rotation(WHOLE_EARTH, 0.0), WHOLE_EARTH, LAYERS)
    assert np.abs(column_divergence(*fluxes)).max() < 1e-12 * np.abs(fluxes[0]).max()


# ---- closing the columns ----


@every_lattice
def test_no_column_fills_or_empties_once_they_are_closed(lattice: Lattice) -> None:
    before = any_fluxes(lattice)
    after = closed_columns(lattice, *before)
    largest = max(np.abs(flux).max() for flux in before)
    assert np.abs(column_divergence(*before)).max() > 0.1 * largest
    assert np.abs(column_divergence(*after)).max() < 1e-12 * largest


@every_lattice
def test_in_32_bits_what_remains_is_rounding(lattice: Lattice) -> None:
    after = closed_columns(lattice, *any_fluxes(lattice, dtype=np.float32))
    assert after[0].dtype == np.float32
    assert np.abs(column_divergence(*after)).max() < 1e-6 * np.abs(after[0]).max()


@every_lattice
def test_a_wind_without_divergence_is_left_as_it_is(lattice: Lattice) -> None:
    before = from_stream_function(lattice)
    for old, new in zip(before, closed_columns(lattice, *before), strict=True):
        np.testing.assert_allclose(new, old, rtol=0, atol=1e-12 * np.abs(before[0]).max())


@every_lattice
def test_closing_twice_is_closing_once(lattice: Lattice) -> None:
    once = closed_columns(lattice, *any_fluxes(lattice))
    for old, new in zip(once, closed_columns(lattice, *once), strict=True):
        np.testing.assert_allclose(new, old, rtol=0, atol=1e-12 * np.abs(once[0]).max())


def change_of_rotation(cells: int, tilt: float) -> float:
    """Change over flux, each in the root of the mean square, on a lattice of the whole Earth."""
    spacing = 180.0 / cells
    lattice = Lattice(-90.0 + spacing * (np.arange(cells) + 0.5), -180.0 + spacing * (np.arange(2 * cells) + 0.5))
    before = air_through_faces(*solid_rotation(lattice, tilt), lattice, LAYERS)
    after = closed_columns(lattice, *before)
    return max(float(np.linalg.norm(new - old) / np.linalg.norm(old)) for old, new in zip(before, after, strict=True))


@pytest.mark.parametrize("tilt", [30.0, 90.0])
def test_of_a_solid_rotation_only_what_the_lattice_does_not_resolve_is_changed_of_second_order(tilt: float) -> None:
    coarse, fine = change_of_rotation(45, tilt), change_of_rotation(90, tilt)
    assert fine < 2e-3
    assert coarse / fine == pytest.approx(4.0, rel=0.1)


def test_an_even_wind_from_the_west_passes_a_region_unchanged_and_one_from_the_south_almost() -> None:
    still, wind = np.zeros((LAYERS.count, *REGION.shape)), np.full((LAYERS.count, *REGION.shape), 8.0)
    westerly = air_through_faces(wind, still, REGION, LAYERS)
    for old, new in zip(westerly, closed_columns(REGION, *westerly), strict=True):
        np.testing.assert_allclose(new, old, rtol=0, atol=1e-12 * westerly[0].max())
    southerly = air_through_faces(still, wind, REGION, LAYERS)  # meridians run together: what enters does not fit
    _, north = closed_columns(REGION, *southerly)
    np.testing.assert_allclose(north, southerly[1], rtol=0.1)


# ---- it is the least change ----


def distances_and_lengths(lattice: Lattice) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Way through and length of the eastern (y, x + 1) and northern faces (y + 1, x), m; half the way at the edges."""
    turn, rise = np.deg2rad(lattice.spacing_longitude), np.deg2rad(lattice.spacing_latitude)
    columns = lattice.longitude.size
    through_east = np.outer(EARTH_RADIUS_M * np.cos(np.deg2rad(lattice.latitude)) * turn, np.ones(columns + 1))
    through_north = np.full((lattice.latitude.size + 1, columns), EARTH_RADIUS_M * rise)
    through_east[:, [0, -1]] /= 2
    through_north[[0, -1]] /= 2
    lengths = np.outer(lattice.east_face_length, np.ones(columns + 1)), np.outer(lattice.north_face_length, np.ones(columns))
    return (through_east, through_north), lengths


def least_change(lattice: Lattice, layers: Layers, east: Array, north: Array) -> tuple[Array, Array]:
    """The same by the normal equations of the constrained least squares over every face of every layer, written out."""
    (rows, columns), faces = lattice.shape, east[0].size + north[0].size
    gathers = np.zeros((rows * columns, faces))
    for y in range(rows):
        for x in range(columns):
            cell = gathers[y * columns + x]
            cell[y * (columns + 1) + x + 1], cell[y * (columns + 1) + x] = 1.0, -1.0
            cell[east[0].size + (y + 1) * columns + x], cell[east[0].size + y * columns + x] = 1.0, -1.0
    ways, lengths = distances_and_lengths(lattice)
    freedom = np.concatenate([(length / way).ravel() for way, length in zip(ways, lengths, strict=True)])
    by_layer = layers.centres * layers.density * layers.thickness
    every = np.outer(by_layer, freedom).ravel()  # change over flux error, squared, of each face of each layer
    constraint = np.tile(gathers, layers.count)
    flux = np.concatenate([np.concatenate([e.ravel(), n.ravel()]) for e, n in zip(east, north, strict=True)])
    multiplier = np.linalg.solve((constraint * every) @ constraint.T, constraint @ flux)
    flux = (flux - every * (constraint.T @ multiplier)).reshape(layers.count, faces)
    return flux[:, : east[0].size].reshape(east.shape), flux[:, east[0].size :].reshape(north.shape)


@pytest.mark.parametrize("lattice", [SMALLEST, Lattice(np.linspace(-70.0, -30.0, 5), np.linspace(0.0, 60.0, 7))], ids=["smallest", "wide"])
@pytest.mark.parametrize("layers", [LAYERS, Layers(np.array([100.0, 500.0, 2000.0]))], ids=["six", "three"])
def test_the_change_is_the_least_of_all_that_close_the_columns(lattice: Lattice, layers: Layers) -> None:
    chance = np.random.default_rng(4)
    winds = (chance.normal(0.0, 5.0, (layers.count, *lattice.shape)) for _ in range(2))
    east, north = air_through_faces(*winds, lattice, layers)
    for got, expected in zip(closed_columns(lattice, east, north, layers), least_change(lattice, layers, east, north), strict=True):
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9 * np.abs(east).max())


def test_the_wind_near_the_ground_is_changed_least() -> None:
    before = any_fluxes(REGION)
    after = closed_columns(REGION, *before)
    wind_change = np.abs(after[0] - before[0])[:, 5, 5] / (LAYERS.density * LAYERS.thickness)
    np.testing.assert_allclose(wind_change / wind_change[0], LAYERS.centres / LAYERS.centres[0], rtol=1e-6)


def test_mirrored_winds_are_changed_alike() -> None:
    lattice = Lattice(np.linspace(-3.0, 3.0, 7), np.linspace(-4.0, 4.0, 9))
    east, north = any_fluxes(lattice)
    plain = closed_columns(lattice, east, north)
    westward = closed_columns(lattice, -east[:, :, ::-1], north[:, :, ::-1])
    southward = closed_columns(lattice, east[:, ::-1], -north[:, ::-1])
    scale = 1e-12 * np.abs(east).max()
    np.testing.assert_allclose(westward[0], -plain[0][:, :, ::-1], rtol=0, atol=scale)
    np.testing.assert_allclose(southward[1], -plain[1][:, ::-1], rtol=0, atol=scale)
