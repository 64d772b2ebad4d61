"""Units as sources write them."""

import numpy as np
import pytest

from hazecast import vocabulary as v
from hazecast.errors import UnknownUnits
from hazecast.intake.units import (
    CHINA,
    CHINA_UNTIL_AUGUST_2018,
    CODES,
    EUROPEAN_UNION,
    UNITED_STATES,
    ReferenceState,
    coded_or_converted,
    conversion_to,
)
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
        (v.AIR_TEMPERATURE, "°C", 1.5, 274.65),
        (v.AIR_TEMPERATURE, "f", 212.0, 373.15),
        (v.SURFACE_PRESSURE, "kPa", 101.3, 101300.0),
        (v.RELATIVE_HUMIDITY, "%", 43.0, 43.0),
        (v.WIND_DIRECTION, "°", 270.0, 270.0),
        (v.WIND_DIRECTION, "1-16 from N", 1, 0.0),
        (v.WIND_DIRECTION, "1-16 from NNE", 16, 0.0),
        (v.WIND_DIRECTION, "1-16 from N", 5, 90.0),
        (v.WIND_DIRECTION, "1-16 from NNE", 4, 90.0),
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
    assert refused.value.problem == f"station.csv: PM2.5 {said}; expected one of: µg/m3, ug/m3, µg m-3, ug m-3, mg/m3, kg m-3."
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("variable", "units", "state", "factor"),
    [
        (v.O3, "ppb", UNITED_STATES, 1.9618),  # 48 g mol-1 in the 24.465 l of a mole at 25 °C and 1 atm
        (v.NO2, "ppb", UNITED_STATES, 1.8804),
        (v.SO2, "ppb", UNITED_STATES, 2.6186),
        (v.CO, "ppm", UNITED_STATES, 1.1449),
        (v.CO, "ppb", UNITED_STATES, 0.0011449),
        (v.O3, "ppm", CHINA, 1961.8),
        (v.SO2, "ppb", CHINA_UNTIL_AUGUST_2018, 2.860),
        (v.O3, "ppb", EUROPEAN_UNION, 1.9957),  # as UK-AIR tells it
        (v.NO2, "ppb", EUROPEAN_UNION, 1.9125),
        (v.SO2, "ppb", EUROPEAN_UNION, 2.6609),
        (v.CO, "ppm", EUROPEAN_UNION, 1.1642),
    ],
)
def test_parts_of_air_become_mass_at_the_state_of_the_convention(
    variable: Variable, units: str, state: ReferenceState, factor: float
) -> None:
    assert conversion_to(variable, units, "x", state)(np.array([1.0])) == pytest.approx([factor], rel=1.2e-3)


def test_gas_in_colder_air_is_more_by_the_ratio_of_temperatures() -> None:
    cold, warm = (conversion_to(v.SO2, "ppb", "x", state).factor for state in (CHINA_UNTIL_AUGUST_2018, CHINA))
    assert cold / warm == pytest.approx(298.15 / 273.0)


def test_particles_are_no_gas() -> None:
    with pytest.raises(UnknownUnits, match=r"PM10 is in 'ppb'"):
        conversion_to(v.PM10, "ppb", "x")


def told(variable: Variable, units: str, *values: float) -> list[float]:
    return coded_or_converted(np.array(values), conversion_to(variable, units, "x"), variable).tolist()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    ("variable", "units"),
    [(v.O3, "ppb"), (v.CO, "µg/m³"), (v.CO, "ppb"), (v.AIR_TEMPERATURE, "degC"), (v.PM25, "mg/m³"), (v.EASTWARD_WIND, "km/h")],
)
def test_a_code_for_missing_is_left_as_it_is_by_any_change_of_units(variable: Variable, units: str, code: float) -> None:
    assert told(variable, units, code) == [code]


def test_a_code_never_becomes_or_stays_a_plausible_value() -> None:
    for variable, units in ((v.SURFACE_PRESSURE, "hPa"), (v.VISIBILITY, "km"), (v.MIXING_HEIGHT, "km"), (v.PRECIPITATION, "m")):
        for value in told(variable, units, *CODES):
            assert not variable.lowest <= value <= variable.highest


def test_what_is_a_code_here_and_a_value_there_is_told_by_what_is_plausible() -> None:
    assert told(v.SURFACE_PRESSURE, "hPa", 999.0) == [99_900.0]
    assert told(v.CO, "µg/m³", 999.0) == pytest.approx([0.999])
    assert told(v.O3, "ppb", 999.0, -99.0) == pytest.approx([1959.9, -99.0], abs=0.1)  # 999 µg m-3 could be measured
    assert told(v.NO2, "ppb", 999.0) == pytest.approx([1878.5], abs=0.1)
    assert told(v.AIR_TEMPERATURE, "degC", -99.0, 999.0) == [-99.0, 999.0]
    assert told(v.RELATIVE_HUMIDITY, "%", 999.0) == [999.0]


def test_other_values_and_gaps_are_converted() -> None:
    values = told(v.CO, "ppm", 1.0, np.nan, 0.0, -1.0)
    assert values[0] == pytest.approx(1.145, abs=0.001)
    assert np.isnan(values[1])
    assert values[2:] == pytest.approx([0.0, -1.145], abs=0.001)


def test_numbers_that_are_no_sector_have_no_direction_and_codes_are_left() -> None:
    for units in ("1-16 from N", "1-16 from NNE"):
        assert told(v.WIND_DIRECTION, units, 0.0, 17.0, 2.5, np.nan) == pytest.approx([np.nan] * 4, nan_ok=True)
        assert told(v.WIND_DIRECTION, units, -999.0, 9999.0) == [-999.0, 9999.0]
        assert sorted(told(v.WIND_DIRECTION, units, *range(1, 17))) == [22.5 * n for n in range(16)]
