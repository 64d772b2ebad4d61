"""Interpolated values never leave the range of the values around them, and follow the source as a whole."""

import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from hazecast.grids.regridding import to_stations
from hazecast.records import Station

HOUR = np.array(["2026-01-10T00"], dtype="datetime64[ns]")
LATITUDE, LONGITUDE = np.arange(38.0, 42.0), np.arange(114.0, 119.0)
PLACES = st.lists(st.tuples(st.floats(37.0, 42.0), st.floats(113.0, 119.0)), min_size=1, max_size=8)
SEEDS = st.integers(0, 2**32 - 1)


def source(seed: int, lacking: float) -> xr.Dataset:
    chance = np.random.default_rng(seed)
    values = chance.normal(size=(1, LATITUDE.size, LONGITUDE.size))
    values[chance.random(values.shape) < lacking] = np.nan
    coords = {"time": HOUR, "latitude": LATITUDE, "longitude": LONGITUDE}
    return xr.Dataset({"x": (("time", "latitude", "longitude"), values)}, coords=coords)


def at(data: xr.Dataset, places: list[tuple[float, float]]) -> np.ndarray:
    stations = [Station(str(i), str(i), latitude, longitude) for i, (latitude, longitude) in enumerate(places)]
    return to_stations(data, stations)["x"].values[0]


@settings(max_examples=50)
@given(SEEDS, st.floats(0.0, 1.0), PLACES)
def test_a_value_lies_between_the_least_and_the_greatest_of_its_corners(
    seed: int, lacking: float, places: list[tuple[float, float]]
) -> None:
    data = source(seed, lacking)
    field = data["x"].values[0]
    for value, (latitude, longitude) in zip(at(data, places), places, strict=True):
        row, column = np.clip(int(latitude - 38), 0, 2), np.clip(int(longitude - 114), 0, 3)
        corners = field[row : row + 2, column : column + 2]
        if not np.isnan(value):
            assert np.nanmin(corners) - 1e-12 <= value <= np.nanmax(corners) + 1e-12
        else:
            assert np.isnan(corners).any()


@settings(max_examples=50)
@given(SEEDS, st.floats(0.0, 0.5), PLACES, st.floats(-5, 5), st.floats(-3, 3))
def test_a_source_stretched_and_shifted_gives_values_stretched_and_shifted(
    seed: int, lacking: float, places: list[tuple[float, float]], shift: float, stretch: float
) -> None:
    data = source(seed, lacking)
    np.testing.assert_allclose(at(stretch * data + shift, places), stretch * at(data, places) + shift, atol=1e-10)
