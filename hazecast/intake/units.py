"""Units as sources write them, turned into those of the vocabulary."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hazecast import vocabulary as v
from hazecast.errors import UnknownUnits
from hazecast.vocabulary import Variable

SECONDS_PER_HOUR = 3600.0
STANDARD_GRAVITY = 9.80665  # m s-2, CGPM 1901; turns geopotential into geopotential height
GAS_CONSTANT = 8.314462618  # J mol-1 K-1, CODATA 2018

# Numbers that stand for a missing value. Those of the second line are also measured now and then, such as a pressure of 999 hPa.
CODES = (-99999.0, -9999.0, -999.0, 9999.0, 99999.0, 999999.0)
CODES_OR_VALUES = (-99.0, 999.0)


@dataclass(frozen=True, slots=True)
class ReferenceState:
    """The temperature in K and pressure in Pa for which a convention states the mass of a gas in a volume of air."""

    temperature: float
    pressure: float
    convention: str


CHINA_UNTIL_AUGUST_2018 = ReferenceState(273.0, 101_325.0, "GB 3095-2012, 3.14, standard state")
CHINA = ReferenceState(298.15, 101_325.0, "GB 3095-2012 as amended from 1 September 2018, 3.14, reference state")
UNITED_STATES = ReferenceState(298.15, 101_325.0, "40 CFR 50.3; also what OpenAQ and the WHO go by")
EUROPEAN_UNION = ReferenceState(293.0, 101_300.0, "Directive 2008/50/EC, Annex VI; also UK-AIR")

MOLAR_MASSES: Mapping[str, float] = MappingProxyType({v.SO2.key: 64.066, v.NO2.key: 46.006, v.O3.key: 47.998, v.CO.key: 28.010})
"""In g mol-1, from the IUPAC standard atomic weights."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A linear change of units: value × `factor` + `offset`."""

    factor: float = 1.0
    offset: float = 0.0

    def __call__(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """The values in the units of the vocabulary."""
        return values * self.factor + self.offset


@dataclass(frozen=True, slots=True)
class Sectors(Conversion):
    """Sixteenths of the compass, numbered from 1 on with the sun, turned into degrees; `north` is the number of the northern one."""

    north: int = 1

    def __call__(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """The directions in degrees, NaN for what is no sector, such as the 0 or 17 of a calm."""
        return np.where(np.isin(values, np.arange(1, 17)), (values - self.north) % 16 * 22.5, np.nan)


_SAME = Conversion()
_CELSIUS = Conversion(1.0, 273.15)
_FAHRENHEIT = Conversion(5 / 9, 273.15 - 160 / 9)

_RAIN_RATES: Mapping[str, Conversion] = MappingProxyType(
    {
        **dict.fromkeys(("mm/h", "mm h-1", "mm/hr", "mm hr-1", "kg m-2 h-1"), _SAME),
        **dict.fromkeys(("kg m-2 s-1", "kg/m2/s", "mm s-1", "mm/s"), Conversion(SECONDS_PER_HOUR)),
        **dict.fromkeys(("mm/day", "mm day-1", "kg m-2 day-1"), Conversion(1 / 24)),
        "m s-1": Conversion(1000.0 * SECONDS_PER_HOUR),
    }
)

# By unit of the vocabulary, then by what sources write (after `_plain`).
_CONVERSIONS: Mapping[str, Mapping[str, Conversion]] = MappingProxyType(
    {
        "m s-1": {"m s-1": _SAME, "m/s": _SAME, "km/h": Conversion(1 / 3.6), "km h-1": Conversion(1 / 3.6)},
        "K": {"k": _SAME, "degc": _CELSIUS, "c": _CELSIUS, "celsius": _CELSIUS, "°c": _CELSIUS, "f": _FAHRENHEIT, "°f": _FAHRENHEIT},
        "Pa": {"pa": _SAME, "hpa": Conversion(100.0), "mbar": Conversion(100.0), "mb": Conversion(100.0), "kpa": Conversion(1000.0)},
        "Pa s-1": {"pa s-1": _SAME, "pa/s": _SAME, "hpa s-1": Conversion(100.0)},
        "m": {"m": _SAME, "km": Conversion(1000.0), "gpm": _SAME, "m2 s-2": Conversion(1 / STANDARD_GRAVITY)},
        "mm": {"m": Conversion(1000.0), "cm": Conversion(10.0), "mm": _SAME, "kg m-2": _SAME, **_RAIN_RATES},
        "W m-2": {"w m-2": _SAME, "w/m2": _SAME, **dict.fromkeys(("j m-2", "j/m2", "w s m-2"), Conversion(1 / SECONDS_PER_HOUR))},
        "1": {
            "1": _SAME,
            "(0 - 1)": _SAME,
            "0-1": _SAME,
            "kg kg-1": _SAME,
            "g kg-1": Conversion(0.001),
            "%": Conversion(0.01),
            "percent": Conversion(0.01),
        },
        "%": {"%": _SAME, "0-1": Conversion(100.0)},
        "degree": {
            "degree": _SAME,
            "degrees": _SAME,
            "deg": _SAME,
            "°": _SAME,
            "1-16 from n": Sectors(north=1),
            "1-16 from nne": Sectors(north=16),
        },
        "µg m-3": {
            "µg/m3": _SAME,
            "ug/m3": _SAME,
            "µg m-3": _SAME,
            "ug m-3": _SAME,
            "mg/m3": Conversion(1000.0),
            "kg m-3": Conversion(1e9),
        },
        "mg m-3": {"mg/m3": _SAME, "mg m-3": _SAME, "µg/m3": Conversion(0.001), "ug/m3": Conversion(0.001), "kg m-3": Conversion(1e6)},
    }
)
_PARTS = MappingProxyType({"ppb": 1e-9, "ppbv": 1e-9, "ppm": 1e-6, "ppmv": 1e-6, "mol mol-1": 1.0})


def _plain(units: str) -> str:
    """`m s**-1`, `m s^-1` and `m s-1` are one; so are the two letters µ and the raised digits."""
    text = units.strip().lower().replace("**", "").replace("^", "")
    return text.replace("\u03bc", "µ").replace("³", "3").replace("²", "2")


def conversion_to(variable: Variable, units: str, where: str, state: ReferenceState = UNITED_STATES) -> Conversion:
    """The conversion from `units` to those of `variable`; raises UnknownUnits, naming `where` they stand.

    Gases may come as parts of air (ppb, ppm); `state` is then that of the source's convention.
    """
    known = {**_CONVERSIONS.get(variable.units, {}), **_of_parts(variable, state)}
    try:
        return known[_plain(units)]
    except KeyError:
        found = f"is in {units!r}" if units.strip() else "has no units"
        raise UnknownUnits(
            f"{where}: {variable.long_name} {found}; expected one of: {', '.join(known)}.",
            "Correct the units attribute or column of the source.",
        ) from None


def is_sum(variable: Variable, units: str) -> bool:
    """Whether `units` are those of an amount that gathers over time, such as mm of rain or J m-2 of sunshine, and not of a rate."""
    rates = {"mm": _RAIN_RATES, "W m-2": ("w m-2", "w/m2")}
    return variable.units in rates and _plain(units) not in rates[variable.units]


def _of_parts(variable: Variable, state: ReferenceState) -> Mapping[str, Conversion]:
    """From parts of air to mass in a volume, by the law of ideal gases: parts × molar mass × pressure / (gas constant × temperature)."""
    if variable.key not in MOLAR_MASSES:
        return {}
    g_m3 = MOLAR_MASSES[variable.key] * state.pressure / (GAS_CONSTANT * state.temperature)
    per_g = 1e3 if variable.units == "mg m-3" else 1e6
    return {name: Conversion(parts * g_m3 * per_g) for name, parts in _PARTS.items()}


def coded_or_converted(values: NDArray[np.floating], convert: Conversion, variable: Variable) -> NDArray[np.floating]:
    """The values in the units of `variable`; numbers that stand for a missing value are left as they are, to be known as such.

    A code is converted like any other number where, left as it is, it would pass for a value; and one of CODES_OR_VALUES where it is
    plausible as a value in its own units.
    """
    converted = convert(values)
    always = np.isin(values, [c for c in CODES if not _plausible(c, variable)])
    unless_plausible = np.isin(values, [c for c in CODES_OR_VALUES if not _plausible(c, variable)])
    implausible = (converted < variable.lowest) | (converted > variable.highest)
    return np.where(always | (unless_plausible & implausible), values, converted)


def _plausible(number: float, variable: Variable) -> bool:
    return variable.lowest <= number <= variable.highest
