import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.winds.aloft import heights_above_ground

Array = NDArray[np.float64]
SHAPE = (2, 3)


def level(kind: str, *values: float) -> xr.DataArray:
    return xr.DataArray(np.array(values), dims="level", attrs={"kind": kind})


def everywhere(*values: float) -> Array:
    return np.repeat(np.array(values), 6).reshape(len(values), *SHAPE)


def at(kind: str, values: tuple[float, ...], heights: Array | None = None, pressure: float | None = None) -> Array:
    """Heights of the levels in the first cell."""
    got = heights_above_ground(level(kind, *values), heights, None if pressure is None else np.full(SHAPE, pressure), SHAPE)
    assert got is not None
    assert got.dtype == np.float32
    assert got.shape == (len(values), *SHAPE)
    assert (got == got[:, :1, :1]).all()
    return got[:, 0, 0].astype(np.float64)


def test_levels_of_height_stand_where_they_say() -> None:
    assert at("height", (100.0, 500.0), everywhere(800.0, 1300.0), 9e4).tolist() == [100.0, 500.0]


def test_levels_of_pressure_stand_in_the_standard_atmosphere_over_the_sea() -> None:
    np.testing.assert_allclose(at("pressure", (95_000.0, 85_000.0, 70_000.0)), [540.0, 1457.0, 3012.0], atol=1.0)


def test_the_height_of_the_ground_comes_off_by_its_pressure() -> None:
    np.testing.assert_allclose(at("pressure", (95_000.0, 85_000.0), pressure=95_000.0), [0.0, 1457.0 - 540.0], atol=1.0)
    assert at("pressure", (100_000.0,), pressure=103_000.0)[0] == pytest.approx(248.0, abs=2.0)


def test_geopotential_heights_give_the_thickness_down_to_the_ground() -> None:
    heights = everywhere(300.0, 750.0, 1700.0)  # in a high: the sea lies at about 104,000 Pa
    levels = (100_000.0, 95_000.0, 85_000.0)
    ground = 300.0 + np.log(100_000 / 98_000) / np.log(100_000 / 95_000) * 450.0
    np.testing.assert_allclose(at("pressure", levels, heights, 98_000.0), np.array([300.0, 750.0, 1700.0]) - ground, atol=0.1)
    below = 300.0 - np.log(1.04) / np.log(100_000 / 95_000) * 450.0
    np.testing.assert_allclose(at("pressure", levels, heights, 104_000.0), np.array([300.0, 750.0, 1700.0]) - below, atol=0.1)
    high = 750.0 + np.log(95_000 / 80_000) / np.log(95_000 / 85_000) * 950.0
    np.testing.assert_allclose(at("pressure", levels, heights, 80_000.0), np.array([300.0, 750.0, 1700.0]) - high, atol=0.1)


def test_without_surface_pressure_geopotential_heights_stand_over_the_sea() -> None:
    assert at("pressure", (95_000.0, 85_000.0), everywhere(560.0, 1500.0)).tolist() == [560.0, 1500.0]


def test_one_level_with_a_height_stands_over_the_ground_by_the_standard_atmosphere() -> None:
    assert at("pressure", (85_000.0,), everywhere(1500.0), 95_000.0)[0] == pytest.approx(917.0, abs=2.0)


def test_model_levels_stand_over_a_ground_to_which_the_lowest_two_are_continued() -> None:
    np.testing.assert_allclose(at("hybrid", (0.99, 0.97, 0.94), everywhere(540.0, 620.0, 750.0)), [40.0, 120.0, 250.0])
    np.testing.assert_allclose(at("hybrid", (1.0, 2.0), everywhere(540.0, 620.0)), [40.0, 120.0])
    np.testing.assert_allclose(at("hybrid", (137.0, 136.0), everywhere(510.0, 530.0)), [10.0, 30.0])


def test_model_levels_without_heights_are_of_no_use() -> None:
    assert heights_above_ground(level("hybrid", 1.0, 2.0), None, np.full(SHAPE, 1e5), SHAPE) is None
    assert heights_above_ground(level("hybrid", 1.0), everywhere(500.0), None, SHAPE) is None
