"""Units as sources write them, turned into those of the vocabulary."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hazecast.errors import UnknownUnits
from hazecast.vocabulary import Variable

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Conversion:
    """A linear change of units: value × `factor` + `offset`."""

    factor: float = 1.0
    offset: float = 0.0

    def __call__(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """The values in the units of the vocabulary."""
        return values * self.factor + self.offset


_SAME = Conversion()

# By unit of the vocabulary, then by what sources write (after `_plain`).
_CONVERSIONS: Mapping[str, Mapping[str, Conversion]] = MappingProxyType(
    {
        "m s-1": {"m s-1": _SAME, "m/s": _SAME, "km/h": Conversion(1 / 3.6), "km h-1": Conversion(1 / 3.6)},
        "K": {"k": _SAME, "degc": Conversion(1.0, 273.15), "c": Conversion(1.0, 273.15), "celsius": Conversion(1.0, 273.15)},
        "Pa": {"pa": _SAME, "hpa": Conversion(100.0), "mbar": Conversion(100.0)},
        "m": {"m": _SAME, "km": Conversion(1000.0)},
        "mm": {"m": Conversion(1000.0), "mm": _SAME, "kg m-2": _SAME, "mm/h": _SAME},
        "W m-2": {"w m-2": _SAME, "j m-2": Conversion(1 / SECONDS_PER_HOUR)},
        "1": {"1": _SAME, "(0 - 1)": _SAME, "0-1": _SAME, "%": Conversion(0.01)},
        "µg m-3": {"µg/m3": _SAME, "ug/m3": _SAME, "µg m-3": _SAME, "ug m-3": _SAME, "mg/m3": Conversion(1000.0)},
        "mg m-3": {"mg/m3": _SAME, "mg m-3": _SAME, "µg/m3": Conversion(0.001), "ug/m3": Conversion(0.001)},
    }
)


def _plain(units: str) -> str:
    """`m s**-1`, `m s^-1` and `m s-1` are one; so are the two letters µ and the raised digits."""
    text = units.strip().lower().replace("**", "").replace("^", "")
    return text.replace("\u03bc", "µ").replace("³", "3").replace("²", "2")


def conversion_to(variable: Variable, units: str, where: str) -> Conversion:
    """The conversion from `units` to those of `variable`; raises UnknownUnits, naming `where` they stand."""
    known = _CONVERSIONS.get(variable.units, {})
    try:
        return known[_plain(units)]
    except KeyError:
        found = f"is in {units!r}" if units.strip() else "has no units"
        raise UnknownUnits(
            f"{where}: {variable.long_name} {found}; expected one of: {', '.join(known)}.",
            "Correct the units attribute or column of the source.",
        ) from None
