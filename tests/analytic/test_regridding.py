"""Regridding converges with the square of the spacing, on latitude and longitude and on a Lambert projection."""

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.grids.conserving import conserved
from hazecast.grids.lattice import Lattice
from hazecast.grids.regridding import to_lattice, to_stations
from hazecast.records import Station

Array = NDArray[np.float64]
HOUR = np.array(["2026-01-10T00"], dtype="datetime64[ns]")
EARTH_RADIUS_KM = 6371.0
MIDDLE = np.deg2rad(38.0), np.deg2rad(115.0)  # where the cone touches, and the meridian that is straight
LATTICE = Lattice(np.arange(36.03, 40.0, 0.13), np.arange(112.04, 118.0, 0.17))


def wave(latitude: Array, longitude: Array) -> Array:
    """A smooth field, some ten degrees from crest to crest."""
    phi, lam = np.deg2rad(latitude), np.deg2rad(longitude)
    return np.sin(30 * lam + 10 * phi) * np.cos(36 * phi)


def lambert(spacing_km: float) -> xr.Dataset:
    """`wave` on a Lambert conformal conic grid of 640 by 800 km, tangent to the sphere (Snyder 1987, USGS Prof. Paper 1395, 15)."""
    y, x = np.meshgrid(*(np.arange(-half, half + 1, spacing_km) for half in (320, 400)), indexing="ij")
    phi, lam = MIDDLE
    cone = np.sin(phi)
    to_apex = EARTH_RADIUS_KM / np.tan(phi)
    radius = np.hypot(x, to_apex - y)
    latitude = 2 * np.arctan(np.tan(np.pi / 4 + phi / 2) * (to_apex / radius) ** (1 / cone)) - np.pi / 2
    longitude = lam + np.arctan2(x, to_apex - y) / cone
    return on_cells(np.rad2deg(latitude), np.rad2deg(longitude))


def on_cells(latitude: Array, longitude: Array) -> xr.Dataset:
    coords = {"time": HOUR, "latitude": (("y", "x"), latitude), "longitude": (("y", "x"), longitude)}
    return xr.Dataset({"wave": (("time", "y", "x"), wave(latitude, longitude)[None])}, coords=coords)


def regular(spacing: float) -> xr.Dataset:
    latitude, longitude = np.arange(35.0, 41.01, spacing), np.arange(111.0, 119.01, spacing)
    values = wave(latitude[:, None], longitude[None, :])
    coords = {"time": HOUR, "latitude": latitude, "longitude": longitude}
    return xr.Dataset({"wave": (("time", "latitude", "longitude"), values[None])}, coords=coords)


def error_of(regridded: xr.Dataset) -> float:
    expected = wave(LATTICE.latitude[:, None], LATTICE.longitude[None, :])
    return float(np.sqrt(((regridded["wave"].values[0] - expected) ** 2).mean()))


@pytest.mark.parametrize(("source", "spacings"), [(lambert, (80.0, 40.0, 20.0, 10.0)), (regular, (0.8, 0.4, 0.2, 0.1))])
def test_a_field_is_met_to_second_order(source: Callable[[float], xr.Dataset], spacings: tuple[float, ...]) -> None:
    errors = np.array([error_of(to_lattice(source(spacing), LATTICE)) for spacing in spacings])
    assert errors[-1] < 2e-3
    np.testing.assert_allclose(np.log2(errors[:-1] / errors[1:]), 2.0, atol=0.2)


def test_stations_on_a_lambert_grid_meet_the_field_as_closely() -> None:
    latitude, longitude = np.random.default_rng(1).uniform((36, 112), (40, 118), (200, 2)).T
    stations = [Station(str(i), str(i), *place) for i, place in enumerate(zip(latitude, longitude, strict=True))]
    worst = [np.abs(to_stations(lambert(spacing), stations)["wave"][0] - wave(latitude, longitude)).max() for spacing in (40.0, 10.0)]
    assert worst[1] < 5e-3
    assert 3.5 < np.log2(worst[0] / worst[1]) < 4.5


def test_means_over_cells_converge() -> None:
    coarse = Lattice(np.arange(36.1, 40.0, 0.9), np.arange(112.1, 118.0, 1.1))
    finest = conserved(regular(0.0125), coarse)["wave"]
    errors = np.array([float(np.abs(conserved(regular(spacing), coarse)["wave"] - finest).max()) for spacing in (0.2, 0.1, 0.05)])
    assert errors[-1] < 1e-3
    assert (np.log2(errors[:-1] / errors[1:]) > 1.0).all()
