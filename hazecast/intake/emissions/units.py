"""Units of emission as inventories write them, turned into kg m-2 s-1."""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hazecast.errors import UnknownUnits
from hazecast.intake.emissions.layout import WHOLE_YEAR

Array = NDArray[np.float64]

DAY_S = 86_400.0
_KILOGRAMS: Mapping[str, float] = MappingProxyType(
    {"kg": 1.0, "g": 1e-3, "Mg": 1e3, "t": 1e3, "ton": 1e3, "tons": 1e3, "tonne": 1e3, "tonnes": 1e3, "Gg": 1e6, "kt": 1e6}
)
_AREA, _SECOND = ("m-2", "m2"), ("s-1", "s", "sec", "sec-1", "second")
_MONTH, _YEAR = ("month", "month-1", "mon", "mon-1"), ("year", "year-1", "yr", "yr-1", "y", "a", "a-1")
_CELL = ("cell", "cell-1", "grid", "grid-1", "gridcell", "gridcell-1")
_EXPECTED = "kg m-2 s-1, or t (Mg, kg) for each cell and month or year"


@dataclass(frozen=True, slots=True)
class Rate:
    """Mass in kg for each m2 and second, or for each cell and a period: a `month`, a year, or, None, that of the layer itself."""

    kilograms: float
    for_cell: bool
    month: bool | None

    def flux(self, values: Array, area: Array, year: int, month: int) -> Array:
        """`values` (latitude, longitude) as kg m-2 s-1; `area` of the cells in m2, `month` that of the layer."""
        if not self.for_cell:
            return values * self.kilograms
        return values * self.kilograms / (area * self._period(year, month))

    def _period(self, year: int, month: int) -> float:
        if self.month is None:
            return seconds_of(year, month)
        if not self.month:
            return seconds_of(year, WHOLE_YEAR)
        return seconds_of(year, month) if month != WHOLE_YEAR else seconds_of(year, WHOLE_YEAR) / 12


def seconds_of(year: int, month: int) -> float:
    """Seconds of a month, or of the year for `WHOLE_YEAR`."""
    days = 365 + calendar.isleap(year) if month == WHOLE_YEAR else calendar.monthrange(year, month)[1]
    return days * DAY_S


def rate_of(units: str, where: str) -> Rate:
    """What `units` say; raises UnknownUnits, naming `where` they stand."""
    words = [w for w in re.split(r"[\s/*.()]+", _plain(units)) if w not in ("", "per", "substance")]
    mass, of = (words[0] if words else ""), set(words[1:])
    kilograms = _KILOGRAMS.get(mass, _KILOGRAMS.get(mass.lower() if mass.lower() != "mg" else mass))
    if kilograms is not None and len(of) == 2 and of & set(_AREA) and of & set(_SECOND):
        return Rate(kilograms, False, None)
    period = [w for w in of if w not in _CELL]
    if kilograms is None or len(period) > 1 or not all(w in (*_MONTH, *_YEAR) for w in period):
        found = f"is in {units!r}" if units.strip() else "has no units"
        raise UnknownUnits(f"{where} {found}; expected {_EXPECTED}.", "Correct the units of the inventory.")
    return Rate(kilograms, True, period[0] in _MONTH if period else None)


def _plain(units: str) -> str:
    text = units.strip().replace("**", "").replace("^", "").replace("²", "2").replace("⁻", "-").replace("¹", "1")
    return re.sub(r"[\d.]+ ?deg\w* ?x ?[\d.]+ ?deg\w*", "cell", text).replace("grid cell", "cell")
