"""Each variable once."""

import re

import pytest

from hazecast import vocabulary as v
from hazecast.intake.fields import era5_netcdf
from hazecast.intake.monitoring import openaq_csv
from hazecast.vocabulary import VARIABLES, Variable


def test_keys_standard_names_and_long_names_are_each_used_once() -> None:
    for name in ("key", "standard_name", "long_name"):
        values = [getattr(variable, name) for variable in VARIABLES.values() if variable not in v.ALOFT or name != "standard_name"]
        assert len(set(values)) == len(values)
    assert all(re.fullmatch("[a-z0-9_]+", key) and variable.key == key for key, variable in VARIABLES.items())


def test_a_variable_whose_range_is_empty_cannot_be_made() -> None:
    with pytest.raises(ValueError, match=r"x: plausible range 2.* to 2.* is empty"):
        Variable("x", "x", "1", 2.0, 2.0, "X")


def test_sources_translate_into_the_vocabulary_and_nothing_else() -> None:
    assert set(era5_netcdf.LEXICON.values()) == set(v.METEOROLOGY)
    assert set(v.POLLUTANTS) < set(openaq_csv.LEXICON.values())
    assert set(v.REQUIRED_METEOROLOGY) <= set(v.METEOROLOGY)


@pytest.mark.parametrize("key", ["pm25", "pm10"])
def test_codes_for_missing_are_no_plausible_concentration(key: str) -> None:
    variable = VARIABLES[key]
    assert not any(variable.lowest <= code <= variable.highest for code in (-9999, -999, -1, -1e-9, 0, 9999, 99999))
