"""Units as sources write them."""

import numpy as np
import pytest

from hazecast import vocabulary as v
from hazecast.errors import UnknownUnits
from hazecast.intake.units import conversion_to
from hazecast.vocabulary import VARIABLES, Variable


@pytest.mark.parametrize(
    ("variable", "units", "value", "expected"),
    [
        (v.EASTWARD_WIND, "m s**-1", 5.0, 5.0),
        (v.EASTWARD_WIND, "m s^-1", 5.0, 5.0),
        (v.EASTWARD_WIND, "km/h", 36.0, 10.0),
        (v.AIR_TEMPERATURE, "K", 280.0, 280.0),
        (v.AIR_TEMPERATURE, "degC", 10.0, 283.15),
        (v.DEW_POINT, "celsius", -3.15, 270.0),
        (v.SURFACE_PRESSURE, "hPa", 1013.25, 101325.0),
        (v.SURFACE_PRESSURE, "Pa", 101325.0, 101325.0),
        (v.MIXING_HEIGHT, "km", 1.2, 1200.0),
        (v.PRECIPITATION, "m", 0.003, 3.0),
        (v.PRECIPITATION, "kg m**-2", 3.0, 3.0),
        (v.SOLAR_RADIATION, "J m**-2", 3.6e6, 1000.0),
        (v.SOLAR_RADIATION, "W m**-2", 500.0, 500.0),
        (v.CLOUD_COVER, "(0 - 1)", 0.4, 0.4),
        (v.CLOUD_COVER, "%", 40.0, 0.4),
        (v.PM25, "\u00b5g/m\u00b3", 35.0, 35.0),
        (v.PM25, "\u03bcg/m\u00b3", 35.0, 35.0),
        (v.PM25, "mg/m3", 0.035, 35.0),
        (v.CO, "µg/m³", 700.0, 0.7),
        (v.CO, "mg/m³", 0.7, 0.7),
    ],
)
def test_a_value_comes_to_the_unit_of_the_vocabulary(variable: Variable, units: str, value: float, expected: float) -> None:
    assert conversion_to(variable, units, "x")(np.array([value])) == pytest.approx([expected])


@pytest.mark.parametrize("variable", [*v.METEOROLOGY, *v.POLLUTANTS], ids=lambda variable: variable.key)
def test_every_variable_that_is_read_knows_its_own_unit(variable: Variable) -> None:
    values = np.array([variable.lowest, variable.highest])
    assert conversion_to(variable, variable.units, "x")(values).tolist() == values.tolist()


@pytest.mark.parametrize(("units", "said"), [("ppm", "is in 'ppm'"), ("ug", "is in 'ug'"), ("", "has no units"), ("  ", "has no units")])
def test_other_units_are_refused_with_the_place_and_those_that_are_known(units: str, said: str) -> None:
    with pytest.raises(UnknownUnits) as refused:
        conversion_to(VARIABLES["pm25"], units, "station.csv")
    assert refused.value.problem == f"station.csv: PM2.5 {said}; expected one of: µg/m3, ug/m3, µg m-3, ug m-3, mg/m3."
    assert refused.value.remedy
