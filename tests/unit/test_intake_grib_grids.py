"""Grids of GRIB messages: the order of their values, where their cells lie, and which way their winds point."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import eccodes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hazecast.errors import UnreadableInput
from hazecast.intake.fields.grib_grids import Grid, Order, grid_of
from hazecast.intake.fields.grib_messages import messages_of
from hazecast.intake.fields.layout import Box
from tests.grib_samples import T2M, U10, in_order, message, projected, regular, written

Array = NDArray[np.float64]
RADIUS = 6371229.0
ALONG_GRID = 56
LAMBERT = {
    "LaDInDegrees": 30.0,
    "LoVInDegrees": 110.0,
    "Latin1InDegrees": 30.0,
    "Latin2InDegrees": 60.0,
    "DxInMetres": 50_000.0,
    "DyInMetres": 40_000.0,
    "latitudeOfFirstGridPointInDegrees": 25.0,
    "longitudeOfFirstGridPointInDegrees": 100.0,
    "resolutionAndComponentFlags": ALONG_GRID,
}
POLAR = {
    "LaDInDegrees": 60.0,
    "orientationOfTheGridInDegrees": 249.0,
    "DxInMetres": 100_000.0,
    "DyInMetres": 100_000.0,
    "latitudeOfFirstGridPointInDegrees": 18.0,
    "longitudeOfFirstGridPointInDegrees": 217.0,
    "resolutionAndComponentFlags": ALONG_GRID,
}


def grid_in(tmp_path: Path, text: bytes, box: Box | None = None) -> Grid:
    file = written(tmp_path / "x.grib", text)
    return grid_of(file, next(messages_of(file)), box)


@given(
    shape=st.tuples(st.integers(1, 4), st.integers(1, 5)),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()),
)
def test_values_are_laid_out_in_whichever_order_they_come(shape: tuple[int, int], flags: tuple[bool, ...]) -> None:
    table = np.arange(float(np.prod(shape))).reshape(shape)
    names = ("iScansNegatively", "jScansPositively", "jPointsAreConsecutive", "alternativeRowScanning")
    order = Order(*shape, *flags)
    np.testing.assert_array_equal(order.laid_out(in_order(table, dict(zip(names, flags, strict=True)))), table)


@pytest.mark.parametrize(("i_negative", "j_positive", "consecutive"), list(product((0, 1), repeat=3)))
@pytest.mark.parametrize("edition", [1, 2])
def test_a_regular_grid_lies_the_same_however_it_is_scanned(
    edition: int, i_negative: int, j_positive: int, consecutive: int, tmp_path: Path
) -> None:
    values = np.arange(12.0).reshape(3, 4) + 270.0
    scanning = {"iScansNegatively": i_negative, "jScansPositively": j_positive, "jPointsAreConsecutive": consecutive}
    code: Mapping[str, Any] = T2M if edition == 2 else {"shortName": "2t"}
    text = regular(values, edition=edition, south=-1.0, west=-2.0, step=0.5, **code, **scanning)
    grid = grid_in(tmp_path, text)
    assert grid.dims == ("latitude", "longitude")
    np.testing.assert_allclose(grid.latitude, [-1.0, -0.5, 0.0], atol=1e-9)
    np.testing.assert_allclose(grid.longitude, [-2.0, -1.5, -1.0, -0.5], atol=1e-9)
    np.testing.assert_allclose(grid.of(in_order(values, scanning)), values)


@pytest.mark.parametrize(
    ("west", "box", "expected"),
    [
        (0.0, Box(0.0, 1.0, -6.0, 4.0), [-15.0, -10.0, -5.0, 0.0, 5.0, 10.0]),
        (160.0, Box(0.0, 1.0, 176.0, 184.0), [170.0, 175.0, 180.0, 185.0, 190.0]),
        (160.0, Box(0.0, 1.0, -184.0, -176.0), [170.0, 175.0, 180.0, 185.0, 190.0]),
        (0.0, None, list(np.arange(-180.0, 180.0, 5.0))),
    ],
)
def test_a_box_is_cut_out_across_any_seam(west: float, box: Box | None, expected: list[float], tmp_path: Path) -> None:
    columns = 72 if west == 0.0 else 8
    values = np.broadcast_to((west + 5.0 * np.arange(columns)) % 360.0, (4, columns)).copy()
    grid = grid_in(tmp_path, regular(values, south=-5.0, west=west, step=5.0, **T2M), box)
    np.testing.assert_allclose(grid.longitude, expected)
    np.testing.assert_allclose(grid.of(values[::-1].ravel())[0] % 360.0, np.array(expected) % 360.0)


def test_gaussian_latitudes_are_not_evenly_spaced(tmp_path: Path) -> None:
    handle = eccodes.codes_grib_new_from_samples("regular_gg_sfc_grib1")
    grid = grid_in(tmp_path, eccodes.codes_get_message(handle))
    eccodes.codes_release(handle)
    assert grid.latitude.shape == (64,)
    assert grid.longitude.shape == (128,)
    np.testing.assert_allclose(grid.latitude[[0, 31, 32, 63]], [-87.8638, -1.3953, 1.3953, 87.8638], atol=1e-4)


def lambert_plane(latitude: Array, longitude: Array) -> tuple[Array, Array]:
    """Snyder 1987, equations 15-1 to 15-3, on the sphere, from the pole."""
    first, second = np.deg2rad([30.0, 60.0])
    half = np.pi / 4
    n = np.log(np.cos(first) / np.cos(second)) / np.log(np.tan(half + second / 2) / np.tan(half + first / 2))
    f = np.cos(first) * np.tan(half + first / 2) ** n / n
    rho = RADIUS * f / np.tan(half + np.deg2rad(latitude) / 2) ** n
    theta = n * np.deg2rad(longitude - 110.0)
    return rho * np.sin(theta), -rho * np.cos(theta)


def polar_plane(latitude: Array, longitude: Array) -> tuple[Array, Array]:
    """Snyder 1987, equations 21-1 to 21-11, on the sphere, true at 60° N, from the pole."""
    rho = RADIUS * (1.0 + np.sin(np.deg2rad(60.0))) * np.tan(np.pi / 4 - np.deg2rad(latitude) / 2)
    theta = np.deg2rad(longitude - 249.0)
    return rho * np.sin(theta), -rho * np.cos(theta)


@pytest.mark.parametrize(("i_negative", "j_positive"), list(product((0, 1), repeat=2)))
@pytest.mark.parametrize(
    ("kind", "keys", "plane", "spacing"),
    [
        ("lambert", LAMBERT, lambert_plane, (50_000.0, 40_000.0)),
        ("polar_stereographic", POLAR, polar_plane, (100_000.0, 100_000.0)),
    ],
)
def test_cells_of_a_projection_are_evenly_spaced_on_its_plane(
    kind: str, keys: Mapping[str, Any], plane: Any, spacing: tuple[float, float], i_negative: int, j_positive: int, tmp_path: Path
) -> None:
    scanning = {"iScansNegatively": i_negative, "jScansPositively": j_positive}
    grid = grid_in(tmp_path, projected(kind, np.zeros((5, 6)), **{**keys, **scanning}, **U10))
    assert grid.dims == ("y", "x")
    x, y = plane(grid.latitude, grid.longitude)
    np.testing.assert_allclose(np.diff(x, axis=1), spacing[0], rtol=1e-6)
    np.testing.assert_allclose(np.diff(y, axis=0), spacing[1], rtol=1e-6)
    np.testing.assert_allclose(np.diff(x, axis=0), 0.0, atol=0.05)
    first = (0 if j_positive else -1, -1 if i_negative else 0)
    assert grid.latitude[first] == pytest.approx(keys["latitudeOfFirstGridPointInDegrees"], abs=1e-6)
    assert grid.longitude[first] % 360.0 == pytest.approx(keys["longitudeOfFirstGridPointInDegrees"], abs=1e-6)


def test_the_southern_pole_and_mercator_and_an_ellipsoid_are_known(tmp_path: Path) -> None:
    south = {**POLAR, "projectionCentreFlag": 128, "latitudeOfFirstGridPointInDegrees": -50.0}
    grid = grid_in(tmp_path, projected("polar_stereographic", np.zeros((5, 6)), **south, **U10))
    assert (grid.latitude < -30.0).all()
    mercator = {
        "LaDInDegrees": 20.0,
        "DiInMetres": 30_000.0,
        "DjInMetres": 30_000.0,
        "latitudeOfFirstGridPointInDegrees": 10.0,
        "longitudeOfFirstGridPointInDegrees": 179.5,
        "jScansPositively": 1,
        "shapeOfTheEarth": 4,
    }
    grid = grid_in(tmp_path, projected("mercator", np.zeros((5, 6)), **mercator, **U10))
    np.testing.assert_allclose(grid.latitude - grid.latitude[:, :1], 0.0, atol=1e-9)
    np.testing.assert_allclose(
        np.diff(grid.longitude, axis=1), 30_000.0 / (6378137.0 * np.cos(np.deg2rad(20.0))) * 180.0 / np.pi, rtol=3e-3
    )
    assert (np.diff(grid.latitude, axis=0) > 0.0).all()
    assert grid.longitude[0, 0] == pytest.approx(179.5)
    assert grid.longitude[0, -1] > 180.0


def test_a_rotated_grid_is_turned_back(tmp_path: Path) -> None:
    keys = {
        "gridType": "rotated_ll",
        "Ni": 5,
        "Nj": 3,
        "latitudeOfSouthernPoleInDegrees": -40.0,
        "longitudeOfSouthernPoleInDegrees": 10.0,
        "latitudeOfFirstGridPointInDegrees": 1.0,
        "latitudeOfLastGridPointInDegrees": -1.0,
        "longitudeOfFirstGridPointInDegrees": 358.0,
        "longitudeOfLastGridPointInDegrees": 2.0,
        "iDirectionIncrementInDegrees": 1.0,
        "jDirectionIncrementInDegrees": 1.0,
        "resolutionAndComponentFlags": ALONG_GRID,
    }
    text = message("rotated_ll_sfc_grib2", np.zeros((3, 5)), {**keys, **U10})
    grid = grid_in(tmp_path, text)
    assert grid.dims == ("y", "x")
    assert grid.latitude[1, 2] == pytest.approx(50.0)  # the turned grid's equator and meridian meet 90° north of its south pole
    assert grid.longitude[1, 2] == pytest.approx(10.0)
    np.testing.assert_allclose(grid.latitude[:, 2], [49.0, 50.0, 51.0])
    handle = eccodes.codes_new_from_message(text)
    theirs = [eccodes.codes_get_array(handle, key).reshape(3, 5)[::-1] for key in ("latitudes", "longitudes")]
    eccodes.codes_release(handle)
    np.testing.assert_allclose(grid.latitude, theirs[0], atol=1e-6)
    np.testing.assert_allclose(grid.longitude % 360.0, theirs[1] % 360.0, atol=1e-6)


@pytest.mark.parametrize(("kind", "keys"), [("lambert", LAMBERT), ("polar_stereographic", POLAR)])
def test_winds_along_the_grid_are_turned_to_the_earth(kind: str, keys: Mapping[str, Any], tmp_path: Path) -> None:
    grid = grid_in(tmp_path, projected(kind, np.zeros((30, 40)), **keys, **U10))
    assert grid.heading is not None
    cone = np.log(np.cos(np.pi / 6) / np.cos(np.pi / 3)) / np.log(np.tan(np.pi * 5 / 12) / np.tan(np.pi / 3)) if kind == "lambert" else 1.0
    turned = -cone * np.deg2rad((grid.longitude - (110.0 if kind == "lambert" else 249.0) + 180.0) % 360.0 - 180.0)
    along_x, along_y = 10.0 * np.cos(turned), -10.0 * np.sin(turned)  # 10 m/s from the west everywhere
    eastward, northward = grid.heading.to_earth(along_x, along_y)
    np.testing.assert_allclose(eastward[:, 1:-1], 10.0, atol=2e-3)
    np.testing.assert_allclose(northward[:, 1:-1], 0.0, atol=2e-3)
    np.testing.assert_allclose(northward, 0.0, atol=0.1)


def test_winds_that_the_file_calls_those_of_the_earth_stay(tmp_path: Path) -> None:
    assert (
        grid_in(tmp_path, projected("lambert", np.zeros((3, 4)), **{**LAMBERT, "resolutionAndComponentFlags": 48}, **U10)).heading is None
    )


def test_of_a_projection_the_box_is_cut_out(tmp_path: Path) -> None:
    values = np.arange(1200.0).reshape(30, 40)
    text = projected("lambert", values, **{**LAMBERT, "jScansPositively": 1}, **T2M)
    whole, part = grid_in(tmp_path, text), grid_in(tmp_path, text, Box(29.0, 31.0, 105.0, 108.0))
    inside = (whole.latitude >= 29.0) & (whole.latitude <= 31.0) & (whole.longitude >= 105.0) & (whole.longitude <= 108.0)
    cut = part.of(values.ravel())
    assert cut.shape == part.latitude.shape
    assert cut.size < 200
    assert set(values[inside]) <= set(cut.ravel())
    np.testing.assert_allclose(whole.latitude.ravel()[cut.ravel().astype(int)], part.latitude.ravel())


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"latitudeOfFirstGridPointInDegrees": 20.0}, "latitude runs from 20 to 30, against the order"),
        ({"latitudeOfFirstGridPointInDegrees": 95.0}, "latitude is"),
        ({"Ni": 1, "Nj": 12}, "longitude is"),
    ],
)
def test_a_regular_grid_that_makes_no_sense_is_refused(keys: Mapping[str, Any], told: str, tmp_path: Path) -> None:
    values = np.zeros((12, 1)) if "Ni" in keys else np.zeros((3, 4))
    with pytest.raises(UnreadableInput, match=told) as refused:
        grid_in(tmp_path, regular(values, **T2M, **keys))
    assert "x.grib" in str(refused.value)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"DxInMetres": 0.0}, "DxInMetres is 0"),
        ({"Latin1InDegrees": 30.0, "Latin2InDegrees": -30.0}, "makes no sense"),
        ({"latitudeOfFirstGridPointInDegrees": -90.0}, "makes no sense|cells' latitude"),
    ],
)
def test_a_projection_that_makes_no_sense_is_refused(keys: Mapping[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=told):
        grid_in(tmp_path, projected("lambert", np.zeros((3, 4)), **{**LAMBERT, **keys}, **T2M))


@pytest.mark.parametrize(("sample", "kind"), [("reduced_gg_pl_32_grib2", "reduced_gg"), ("reduced_gg_sfc_grib1", "reduced_gg")])
def test_rows_of_unequal_length_are_refused(sample: str, kind: str, tmp_path: Path) -> None:
    handle = eccodes.codes_grib_new_from_samples(sample)
    text = eccodes.codes_get_message(handle)
    eccodes.codes_release(handle)
    with pytest.raises(UnreadableInput, match=kind):
        grid_in(tmp_path, text)


def test_a_grid_that_is_not_known_is_refused(tmp_path: Path) -> None:
    albers = {**LAMBERT, "LaDInDegrees": 30.0}
    with pytest.raises(UnreadableInput, match=r"does not know \(albers\)"):
        grid_in(tmp_path, projected("albers", np.zeros((3, 4)), **albers, **T2M))


def test_more_or_fewer_values_than_cells_are_told() -> None:
    with pytest.raises(ValueError, match="reshape"):
        Order(3, 4).laid_out(np.zeros(11))
