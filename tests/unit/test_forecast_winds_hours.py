from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core.indexing import ExplicitIndexer, IndexingSupport, LazilyIndexedArray, explicit_indexing_adapter

from hazecast.forecast.transport.hour import Hour
from hazecast.forecast.transport.layers import Layers, default_layers
from hazecast.forecast.winds.consistency import column_divergence
from hazecast.forecast.winds.hours import hours_of
from hazecast.grids.lattice import Lattice

Array = NDArray[np.float64]
LATTICE = Lattice(np.linspace(38.0, 41.0, 7), np.linspace(114.0, 118.0, 9))
SMALLEST = Lattice(np.array([38.0, 39.0, 40.0]), np.array([114.0, 115.5, 117.0]))
START = np.datetime64("2026-01-10T00", "ns")
DIMS, DIMS_ALOFT = ("time", "latitude", "longitude"), ("time", "level", "latitude", "longitude")
LAYERS = default_layers()


def coords(hours: int, lattice: Lattice) -> dict[str, object]:
    return {"time": START + np.arange(hours) * np.timedelta64(1, "h"), "latitude": lattice.latitude, "longitude": lattice.longitude}


def weather(hours: int = 4, lattice: Lattice = LATTICE, **fields: float) -> xr.Dataset:
    """A wind of 3 m/s to the east and 1 to the north at first, 1 m/s more to the east each hour, everywhere alike."""
    hour = np.arange(hours)[:, None, None] + np.zeros((hours, *lattice.shape))
    values = {"eastward_wind": 3.0 + hour, "northward_wind": 1.0 + 0.0 * hour} | {key: value + 0.0 * hour for key, value in fields.items()}
    return xr.Dataset({key: (DIMS, value) for key, value in values.items()}, coords=coords(hours, lattice))


def gusty(lattice: Lattice = LATTICE, hours: int = 2) -> xr.Dataset:
    chance = np.random.default_rng(8)
    return weather(hours, lattice).map(lambda field: field + chance.normal(0.0, 2.0, field.shape))


def aloft(levels: tuple[float, ...], wind: Callable[[Array], Array], hours: int = 4, kind: str = "height") -> xr.Dataset:
    """Wind to the east by height or whatever the levels are in, everywhere alike."""
    values = wind(np.array(levels))[None, :, None, None] + np.zeros((hours, 1, *LATTICE.shape))
    fields = {"eastward_wind_aloft": (DIMS_ALOFT, values), "northward_wind_aloft": (DIMS_ALOFT, 0.0 * values)}
    return xr.Dataset(fields, coords=coords(hours, LATTICE) | {"level": ("level", np.array(levels), {"kind": kind})})


def driven(data: xr.Dataset, high: xr.Dataset | None = None, layers: Layers = LAYERS) -> list[Hour]:
    hours = list(hours_of(data, high, layers))
    assert None not in hours
    return [hour for hour in hours if hour is not None]


def eastward(hour: Hour, lattice: Lattice = LATTICE) -> Array:
    """The wind through the faces of the middle row, of each layer."""
    row = lattice.shape[0] // 2
    return hour.east_flux[:, row, 3] / (LAYERS.density * LAYERS.thickness * lattice.east_face_length[row])


def test_the_wind_of_an_hour_is_the_mean_of_its_beginning_and_its_end() -> None:
    """In the lowest layer, by the speed that the friction velocity is in proportion to."""
    hours = driven(weather(cloud_cover=1.0, mixing_height=700.0))
    first, second = eastward(hours[0])[0], eastward(hours[1])[0]
    assert first / second == pytest.approx(np.hypot(3.0, 1.0) / np.hypot(3.5, 1.0), rel=0.1)
    assert first < second < eastward(hours[2])[0] < eastward(hours[3])[0]


def test_after_an_hour_without_wind_that_at_its_end_counts_alone() -> None:
    data = weather()
    data["eastward_wind"][1, 2, 3] = np.nan
    hours = list(hours_of(data, None, LAYERS))
    assert hours[1] is None
    again = next(hours_of(data.isel(time=slice(2, None)), None, LAYERS))
    assert again is not None
    assert hours[2] is not None
    np.testing.assert_allclose(hours[2].east_flux, again.east_flux, rtol=1e-6)


@pytest.mark.parametrize("key", ["eastward_wind", "northward_wind"])
def test_an_hour_without_wind_somewhere_is_none(key: str) -> None:
    data = weather()
    data[key][2:, 0, 0] = np.nan
    assert [hour is None for hour in hours_of(data, None, LAYERS)] == [False, False, True, True]


def test_a_mixing_height_is_taken_as_delivered_and_diagnosed_where_it_lacks() -> None:
    data = weather(mixing_height=500.0)
    data["mixing_height"][1:] = 700.0
    data["mixing_height"][3, 1, 1] = np.nan
    hours = driven(data)
    assert [float(hour.mixing_height[4, 4]) for hour in hours] == [500.0, 600.0, 700.0, 700.0]
    assert hours[3].mixing_height[1, 1] not in (500.0, 600.0, 700.0)
    assert np.isfinite(driven(weather())[2].mixing_height).all()


def test_what_the_processes_need_besides() -> None:
    hour = driven(weather(hours=12, precipitation=2.0))[4]  # noon at 116 degrees east
    assert (hour.rain == 2.0).all()
    assert (hour.cosine_of_zenith > 0.3).all()
    assert (hour.inverse_obukhov < 0.0).all()
    assert (hour.friction_velocity > 0.1).all()
    night = driven(weather(hours=20))[16]
    assert (night.cosine_of_zenith < 0.0).all()
    assert (night.inverse_obukhov > 0.0).all()
    assert not night.rain.any()
    assert night.east_flux.dtype == night.friction_velocity.dtype == np.float32


@pytest.mark.parametrize("lattice", [LATTICE, SMALLEST], ids=["lattice", "smallest"])
def test_winds_raised_from_the_ground_leave_every_column_full(lattice: Lattice) -> None:
    for hour in driven(gusty(lattice)):
        flux = hour.east_flux.sum(axis=0)
        assert np.abs(column_divergence(hour.east_flux, hour.north_flux)).max() < 1e-5 * np.abs(flux).max()
        below = np.diff(hour.east_flux[:3], axis=2) + np.diff(hour.north_flux[:3], axis=1)
        assert np.abs(below.sum(axis=0)).max() > 1e-3 * np.abs(flux).max()  # air does rise and sink within the column


def test_winds_of_one_level_leave_every_column_full_and_those_of_several_may_pass_the_top() -> None:
    chance = np.random.default_rng(9)
    one, two = aloft((540.0,), lambda z: z / 100, 2), aloft((540.0, 1500.0), lambda z: z / 100, 2)
    for high, full in ((one, True), (two, False)):
        gusts = high.map(lambda field: field + chance.normal(0.0, 3.0, field.shape[-2:]))
        hour = driven(gusty(), gusts)[1]
        divergence = np.abs(column_divergence(hour.east_flux, hour.north_flux)).max()
        assert (divergence < 1e-5 * np.abs(hour.east_flux.sum(axis=0)).max()) == full


def test_winds_aloft_are_taken_linearly_to_the_layers() -> None:
    wind = eastward(driven(weather(), aloft((50.0, 600.0, 4000.0), lambda z: 4.0 + 0.002 * z))[2])
    np.testing.assert_allclose(wind[1:], 4.0 + 0.002 * LAYERS.centres[1:], rtol=1e-5)


def test_levels_of_pressure_stand_over_the_ground() -> None:
    """The same wind on the same level, over the sea and at 95,000 Pa: there it stands 540 m lower."""
    high = aloft((90_000.0, 70_000.0), lambda p: (100_000.0 - p) / 1000.0, kind="pressure")
    low, raised = (eastward(driven(weather(surface_pressure=pressure), high)[1]) for pressure in (101_325.0, 95_000.0))
    assert raised[3] > low[3] + 1.0


def test_hours_that_are_not_aloft_do_with_the_wind_at_10_m() -> None:
    high = aloft((50.0, 600.0, 4000.0), lambda z: 20.0 + 0.0 * z).isel(time=[2])
    hours, alone = driven(weather(), high), driven(weather())
    np.testing.assert_array_equal(hours[1].east_flux, alone[1].east_flux)
    np.testing.assert_allclose(eastward(hours[2])[2:], 20.0, rtol=1e-5)
    np.testing.assert_array_equal(hours[3].east_flux, alone[3].east_flux)


def test_levels_that_all_lack_or_have_no_height_do_with_the_wind_at_10_m() -> None:
    lacking = aloft((50.0, 600.0), lambda z: np.nan * z)
    nowhere = aloft((1.0, 2.0), lambda z: 9.0 * z, kind="hybrid")
    for high in (lacking, nowhere, nowhere.drop_vars("northward_wind_aloft")):
        for got, alone in zip(driven(weather(), high), driven(weather()), strict=True):
            np.testing.assert_array_equal(got.east_flux, alone.east_flux)


def test_a_wind_at_10_m_that_was_estimated_from_aloft_follows_the_time_of_day() -> None:
    """Aloft always the same: near the ground the wind drops at night and backs from it, and picks up by day."""
    high, data = aloft((540.0,), lambda z: 8.0 + 0.0 * z, 24), weather(24)
    data["eastward_wind"][:], data["northward_wind"][:] = 4.5, 0.0
    data["eastward_wind"].attrs["estimated_from"] = "950 hPa"
    hours = driven(data, high)
    noon, night = hours[5], hours[20]
    assert eastward(noon)[0] > 1.3 * eastward(night)[0]
    assert (night.north_flux[0] > 1.5 * noon.north_flux[0]).all()
    np.testing.assert_allclose(eastward(night)[4:], 8.0, rtol=0.02)


def test_layers_may_be_others() -> None:
    hour = driven(weather(), None, Layers(np.array([20.0, 100.0, 1000.0])))[0]
    assert hour.east_flux.shape == (3, 7, 10)
    assert hour.north_flux.shape == (3, 8, 9)


# ---- read hour by hour ----


class Recorded(BackendArray):
    """A field as a file on disk gives it, which remembers how many hours were ever read at once."""

    def __init__(self, values: Array, asked: list[int]) -> None:
        self.values, self.asked, self.shape, self.dtype = values, asked, values.shape, values.dtype

    def __getitem__(self, key: ExplicitIndexer) -> Array:
        return np.asarray(explicit_indexing_adapter(key, self.shape, IndexingSupport.BASIC, self._read))

    def _read(self, key: tuple[int | slice, ...]) -> Array:
        self.asked.append(1 if isinstance(key[0], int | np.integer) else len(range(*key[0].indices(self.shape[0]))))
        return self.values[key]


def lazy(data: xr.Dataset, asked: list[int]) -> xr.Dataset:
    return data.assign({key: xr.Variable(v.dims, LazilyIndexedArray(Recorded(v.values, asked))) for key, v in data.data_vars.items()})


def test_fields_are_read_one_hour_at_a_time() -> None:
    asked: list[int] = []
    data, high = weather(6, mixing_height=400.0), aloft((300.0, 900.0), lambda z: z / 100, 6)
    got = driven(lazy(data, asked), lazy(high, asked))
    assert set(asked) == {1}
    assert len(asked) == 6 * (3 + 2)
    for hour, expected in zip(got, driven(data, high), strict=True):
        np.testing.assert_array_equal(hour.east_flux, expected.east_flux)
