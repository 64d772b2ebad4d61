import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from hazecast.forecast.emissions import DIURNAL_PROFILE, Emission, steady
from hazecast.forecast.transport import carrying as transport
from hazecast.forecast.transport.carrying import (
    CENTRE_M,
    HOUR_S,
    LEAST_DIFFUSIVITY,
    SPIN_UP_HOURS,
    THICKNESS_M,
    WIND_EXPONENT,
    air_fluxes,
    carry,
)
from hazecast.grids.lattice import Lattice
from hazecast.records import EmissionProxy

Array = NDArray[np.float64]
LATTICE = Lattice(np.linspace(39, 40, 5), np.linspace(115, 116.25, 6))
START = np.datetime64("2026-01-10T00", "ns")
DIMS = ("time", "latitude", "longitude")


def weather(hours: int, eastward: float = 0.0, northward: float = 0.0, depth: float = 500.0, rain: float | None = None) -> xr.Dataset:
    """The same everywhere and always."""
    values = {"eastward_wind": eastward, "northward_wind": northward, "mixing_height": depth}
    fields = {key: (DIMS, np.full((hours, *LATTICE.shape), value)) for key, value in values.items()}
    if rain is not None:
        fields["precipitation"] = (DIMS, np.full((hours, *LATTICE.shape), rain))
    times = START + np.arange(hours) * np.timedelta64(1, "h")
    return xr.Dataset(fields, coords={"time": times, "latitude": LATTICE.latitude, "longitude": LATTICE.longitude})


def even() -> Array:
    return np.ones(LATTICE.shape)


def one_cell(row: int, column: int) -> Array:
    emission = np.zeros(LATTICE.shape)
    emission[row, column] = 1.0
    return emission


def by_day(data: xr.Dataset, density: Array) -> Emission:
    return steady(density, data["time"].values, LATTICE, EmissionProxy.STATIONS)


def carried(data: xr.Dataset, density: Array) -> Array:
    return carry(data, by_day(data, density), lambda _: None).values


def is_known(result: Array) -> list[bool]:
    """By hour; every hour is known everywhere or nowhere."""
    known = ~np.isnan(result)
    assert (known.all(axis=(1, 2)) == known.any(axis=(1, 2))).all()
    return known.all(axis=(1, 2)).tolist()


# ---- what is known when ----


def test_the_first_hours_are_unknown_until_the_air_has_filled() -> None:
    assert is_known(carried(weather(SPIN_UP_HOURS + 3), even())) == [False] * SPIN_UP_HOURS + [True] * 3


@pytest.mark.parametrize("key", ["eastward_wind", "northward_wind"])
def test_an_hour_without_wind_and_a_spin_up_after_it_are_unknown(key: str) -> None:
    data = weather(2 * SPIN_UP_HOURS + 10)
    data[key][SPIN_UP_HOURS + 5, 2, 3] = np.nan
    expected = [False] * SPIN_UP_HOURS + [True] * 5 + [False] * (SPIN_UP_HOURS + 1) + [True] * 4
    assert is_known(carried(data, even())) == expected


def test_after_a_gap_the_air_starts_empty_and_not_with_what_it_held() -> None:
    gap = 30
    data = weather(gap + 1 + SPIN_UP_HOURS + 2, eastward=1.0)
    data["eastward_wind"][gap] = np.nan
    after_gap = data.isel(time=slice(gap + 1, None))
    np.testing.assert_array_equal(carried(data, even())[gap + 1 :], carried(after_gap, even()))


def test_a_mixing_height_that_lacks_is_diagnosed_and_interrupts_nothing() -> None:
    data = weather(SPIN_UP_HOURS + 6, eastward=3.0)
    data["mixing_height"][SPIN_UP_HOURS + 1] = np.nan
    assert is_known(carried(data, even())) == [False] * SPIN_UP_HOURS + [True] * 6


def test_without_any_wind_at_all_nothing_is_known() -> None:
    assert not any(is_known(carried(weather(30, eastward=np.nan), even())))


def test_progress_rises_to_one_even_where_weather_lacks() -> None:
    data = weather(5)
    data["eastward_wind"][3:] = np.nan
    told: list[float] = []
    carry(data, by_day(data, even()), told.append)
    assert told == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


def test_the_result_is_labelled_as_the_weather_is() -> None:
    data = weather(3)
    result = carry(data, by_day(data, even()), lambda _: None)
    assert result.dims == DIMS
    assert result.attrs == {"units": "m-3"}
    for dim in DIMS:
        np.testing.assert_array_equal(result[dim], data[dim])


# ---- where it goes, and how much ----


def test_in_calm_air_a_column_gathers_what_is_emitted_into_it() -> None:
    """Against the matrix of diffusion, hour by hour; calm air does not deposit, and the layers above 60 m mix only a little."""
    hours = 40
    result = carried(weather(hours, depth=60.0), even())
    change = np.zeros((THICKNESS_M.size, THICKNESS_M.size))
    for k, velocity in enumerate(LEAST_DIFFUSIVITY / np.diff(CENTRE_M)):
        change[k : k + 2, k : k + 2] += velocity * np.array([[-1.0, 1.0], [1.0, -1.0]])
    step = np.linalg.inv(np.eye(THICKNESS_M.size) - HOUR_S * change / THICKNESS_M[:, None])
    column, expected = np.zeros(THICKNESS_M.size), []
    solar = (np.arange(hours) + LATTICE.longitude.mean() / 15) % 24
    for hour in solar.astype(int):
        column[0] += DIURNAL_PROFILE[hour] * HOUR_S / THICKNESS_M[0]
        column = step @ column
        expected.append(column[0])
    for place in ((0, 0), (2, 3), (-1, -1)):
        np.testing.assert_allclose(result[SPIN_UP_HOURS:, *place], expected[SPIN_UP_HOURS:], rtol=1e-10)


def test_the_result_is_proportional_to_the_emission() -> None:
    data = weather(SPIN_UP_HOURS + 2, eastward=3.0, northward=-2.0)
    emission = np.random.default_rng(0).uniform(0, 1, LATTICE.shape)
    np.testing.assert_allclose(carried(data, 3 * emission), 3 * carried(data, emission), rtol=1e-12)


@pytest.mark.parametrize(
    ("eastward", "northward", "row", "column"), [(3, 0, 2, 4), (-3, 0, 2, 1), (0, 3, 3, 2), (0, -3, 1, 2)], ids=["W", "E", "S", "N"]
)
def test_the_plume_lies_downwind_of_its_source(eastward: float, northward: float, row: int, column: int) -> None:
    last = carried(weather(SPIN_UP_HOURS + 1, eastward, northward), one_cell(2, 3 if eastward else 2))[-1]
    upwind = 2 * np.array([2, 3 if eastward else 2]) - np.array([row, column])
    assert last[row, column] > 100 * last[tuple(upwind)]
    assert (last >= 0).all()


def test_wind_thins_what_calm_air_gathers() -> None:
    calm, windy = (carried(weather(SPIN_UP_HOURS + 1, eastward=speed), even())[-1] for speed in (0.5, 8.0))
    assert (windy < 0.5 * calm).all()


def test_a_deep_mixed_layer_thins_it_too() -> None:
    shallow, deep = (carried(weather(SPIN_UP_HOURS + 1, 1.0, depth=depth), even())[-1] for depth in (100.0, 2000.0))
    assert (deep < 0.5 * shallow).all()


def test_what_settles_on_the_ground_is_missing_from_the_air(monkeypatch: pytest.MonkeyPatch) -> None:
    data = weather(SPIN_UP_HOURS + 1, eastward=2.0)
    with_deposition = carried(data, even())[-1]
    monkeypatch.setattr(transport, "DEPOSITION_OVER_FRICTION", 0.0)
    assert (with_deposition < 0.999 * carried(data, even())[-1]).all()


def test_rain_washes_the_air_and_rain_that_is_not_known_does_not() -> None:
    hours = SPIN_UP_HOURS + 1
    dry, wet = carried(weather(hours, 1.0), even())[-1], carried(weather(hours, 1.0, rain=5.0), even())[-1]
    assert (wet < 0.9 * dry).all()
    assert wet.mean() < 0.7 * dry.mean()
    np.testing.assert_array_equal(carried(weather(hours, 1.0, rain=np.nan), even())[-1], dry)


# ---- air through faces ----


def test_fluxes_are_wind_times_face_in_every_layer() -> None:
    east, north = air_fluxes(np.full(LATTICE.shape, 3.0), np.full(LATTICE.shape, -2.0), LATTICE)
    rows, columns = LATTICE.shape
    layers = THICKNESS_M.size
    assert east.shape == (layers, rows, columns + 1)
    assert north.shape == (layers, rows + 1, columns)
    raised = (CENTRE_M / 10) ** WIND_EXPONENT * THICKNESS_M
    np.testing.assert_allclose(east, 3.0 * raised[:, None, None] * LATTICE.east_face_length[:, None] * np.ones(columns + 1))
    np.testing.assert_allclose(north, -2.0 * raised[:, None, None] * LATTICE.north_face_length[:, None] * np.ones(columns))


def test_the_wind_at_a_face_is_the_mean_of_its_two_cells_and_at_an_edge_that_of_the_cell() -> None:
    wind = np.zeros(LATTICE.shape)
    wind[1, 1] = 4.0
    east, north = air_fluxes(wind, wind, LATTICE)
    per_wind_east, per_wind_north = air_fluxes(np.ones(LATTICE.shape), np.ones(LATTICE.shape), LATTICE)
    assert (east / per_wind_east)[0, 1].tolist() == [0, 2, 2, 0, 0, 0, 0]
    assert (north / per_wind_north)[0, :, 1].tolist() == [0, 2, 2, 0, 0, 0]
    wind[:] = np.arange(6) * np.ones((5, 1))
    np.testing.assert_allclose((air_fluxes(wind, wind, LATTICE)[0] / per_wind_east)[0, 0], [0, 0.5, 1.5, 2.5, 3.5, 4.5, 5])
