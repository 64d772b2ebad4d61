import numpy as np
import pytest
import xarray as xr

from hazecast.forecast.humidity import relative_humidity, saturation_vapour_pressure

# Over water, °C and Pa, after Sonntag (1990, Z. Meteorol. 70, 340).
TABLE = ((-30, 51.03), (-20, 125.59), (-10, 286.52), (0, 611.21), (10, 1228.1), (20, 2339.2), (30, 4247.0), (40, 7385.3), (50, 12353.0))


def weather(**fields: list[float]) -> xr.Dataset:
    count = len(next(iter(fields.values())))
    wind = xr.Dataset({"eastward_wind": ("time", np.ones(count))}, coords={"time": np.arange(count)})
    return wind.assign({key: ("time", np.array(values)) for key, values in fields.items()})


@pytest.mark.parametrize(("celsius", "pascal"), TABLE)
def test_saturation_pressure_is_that_of_the_tables(celsius: float, pascal: float) -> None:
    assert float(saturation_vapour_pressure(np.array(celsius + 273.15))) == pytest.approx(pascal, rel=4e-3)


def test_humidity_is_the_vapour_of_the_dew_point_over_that_at_saturation() -> None:
    data = weather(air_temperature=[293.15, 303.15, 283.15], dew_point=[283.15, 293.15, 283.15])
    np.testing.assert_allclose(relative_humidity(data), [100 * 1228.1 / 2339.2, 100 * 2339.2 / 4247.0, 100.0], rtol=2e-3)
    assert relative_humidity(data).attrs["units"] == "%"


def test_a_dew_point_above_the_temperature_is_saturation() -> None:
    assert relative_humidity(weather(air_temperature=[280.0], dew_point=[281.5])).values.tolist() == [100.0]


def test_humidity_is_unknown_where_either_is() -> None:
    data = weather(air_temperature=[np.nan, 290.0, 290.0], dew_point=[280.0, np.nan, 280.0])
    assert np.isnan(relative_humidity(data)).values.tolist() == [True, True, False]


@pytest.mark.parametrize("lacking", ["air_temperature", "dew_point"])
def test_humidity_is_unknown_everywhere_without_one_of_the_two(lacking: str) -> None:
    got = relative_humidity(weather(air_temperature=[290.0, 291.0], dew_point=[280.0, 281.0]).drop_vars(lacking))
    assert got.shape == (2,)
    assert got.isnull().all()
