"""What GRIB calls things: WMO's own codes of edition 2 first, then the short names of the library, then hazecast's vocabulary."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from hazecast import vocabulary as v
from hazecast.intake.fields.grib_messages import Code, Message
from hazecast.intake.fields.near_ground import is_near_ground
from hazecast.vocabulary import Variable

LOG_PRESSURE = "lnsp"  # the natural logarithm of the surface pressure in Pa, at ECMWF
LevelKind = Literal["ground", "pressure", "height", "hybrid"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A physical quantity, whatever its level and time: by a symbol, and the height in m if its name says it.

    `units` are those of the code table; None where the library knows them.
    """

    symbol: str
    units: str | None = None
    height: float | None = None


_TABLE: Mapping[Code, Quantity] = MappingProxyType(
    {
        (0, 0, 0): Quantity("t", "K"),
        (0, 0, 6): Quantity("d", "K"),
        (0, 1, 1): Quantity("r", "%"),
        (0, 1, 7): Quantity("rate", "kg m-2 s-1"),
        (0, 1, 8): Quantity("tp", "kg m-2"),
        (0, 1, 52): Quantity("rate", "kg m-2 s-1"),
        (0, 2, 2): Quantity("u", "m s-1"),
        (0, 2, 3): Quantity("v", "m s-1"),
        (0, 2, 8): Quantity("w", "Pa s-1"),
        (0, 3, 0): Quantity("p", "Pa"),
        (0, 3, 4): Quantity("gh", "m2 s-2"),
        (0, 3, 5): Quantity("gh", "m"),
        (0, 3, 18): Quantity("blh", "m"),
        (0, 4, 7): Quantity("sun", "W m-2"),
        (0, 6, 1): Quantity("tcc", "%"),
        (0, 19, 0): Quantity("vis", "m"),
    }
)
_NCEP_TABLE: Mapping[Code, Quantity] = MappingProxyType({(0, 3, 196): Quantity("blh", "m"), (0, 4, 192): Quantity("sun", "W m-2")})
_SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        **{name: name for name in ("t", "d", "r", "u", "v", "w", "gh", "tp", "blh", "tcc", "vis", LOG_PRESSURE)},
        **{name: name for name in ("pm2p5", "pm10", "go3", "no2", "so2", "co")},
        "z": "gh",
        "sp": "p",
        "hpbl": "blh",
        **dict.fromkeys(("ssrd", "sdswrf", "dswrf", "avg_sdswrf", "msdwswrf"), "sun"),
        **dict.fromkeys(("prate", "tprate", "avg_tprate", "mtpr"), "rate"),
    }
)
_CONSTITUENTS: Mapping[int, str] = MappingProxyType({0: "go3", 4: "co", 5: "no2", 8: "so2", 40008: "pm10", 40009: "pm2p5"})
_BY_HEIGHT = re.compile(r"(\d+)([uvtdr])")
_CHEMISTRY = (0, 20)
_MASS_DENSITY, _MASS_MIXING_RATIO = (0, 20, 0), (0, 20, 2)
_KINDS_OF_PRODUCT = frozenset({0, 1, 8, 11, 40, 41, 42, 43, 44, 45, 46, 48, 60, 61})  # no probabilities, spreads, quantiles

NEAR_AIR_TEMPERATURE = replace(v.AIR_TEMPERATURE, key="near_air_temperature")

_AT_GROUND: Mapping[str, Variable] = MappingProxyType(
    {
        "p": v.SURFACE_PRESSURE,
        "tp": v.PRECIPITATION,
        "rate": v.PRECIPITATION,
        "sun": v.SOLAR_RADIATION,
        "blh": v.MIXING_HEIGHT,
        "tcc": v.CLOUD_COVER,
        "vis": v.VISIBILITY,
    }
)
_AT_HEIGHT: Mapping[tuple[str, float], Variable] = MappingProxyType(
    {
        ("u", 10.0): v.EASTWARD_WIND,
        ("v", 10.0): v.NORTHWARD_WIND,
        ("t", 2.0): v.AIR_TEMPERATURE,
        ("d", 2.0): v.DEW_POINT,
        ("r", 2.0): v.RELATIVE_HUMIDITY,
    }
)
_ALOFT: Mapping[str, Variable] = MappingProxyType(
    {
        "u": v.EASTWARD_WIND_ALOFT,
        "v": v.NORTHWARD_WIND_ALOFT,
        "w": v.VERTICAL_VELOCITY_ALOFT,
        "t": v.AIR_TEMPERATURE_ALOFT,
        "gh": v.GEOPOTENTIAL_HEIGHT_ALOFT,
    }
)
_POLLUTANTS: Mapping[str, Variable] = MappingProxyType(
    {"pm2p5": v.PM25, "pm10": v.PM10, "go3": v.O3, "no2": v.NO2, "so2": v.SO2, "co": v.CO}
)
_LEVEL_KINDS: Mapping[str, tuple[LevelKind, float]] = MappingProxyType(
    {
        **dict.fromkeys(("surface", "atmosphere", "entireAtmosphere", "atmosphereSingleLayer"), ("ground", 0.0)),
        "isobaricInhPa": ("pressure", 100.0),
        "isobaricInPa": ("pressure", 1.0),
        "heightAboveGround": ("height", 1.0),
        "hybrid": ("hybrid", 1.0),
    }
)


def may_be_known(message: Message) -> bool:
    """Whether a message can be of something that hazecast reads, as far as its own codes tell; cheaply, without the library."""
    if message.code is None:
        return True
    if message.template not in _KINDS_OF_PRODUCT:
        return False
    is_local = max(message.code) >= 192
    return is_local or message.code in _TABLE or message.code[:2] == _CHEMISTRY


def needs_short_name(message: Message) -> bool:
    """Whether only the library's short name tells what it is."""
    return message.code not in _TABLE


def quantity_of(code: Code | None, short_name: str, centre: str, constituent: int | None) -> Quantity | None:
    """What a message is of; None if nothing that hazecast reads."""
    if code is not None and code in _TABLE:
        return _TABLE[code]
    if code is not None and centre == "kwbc" and code in _NCEP_TABLE:
        return _NCEP_TABLE[code]
    if short_name in _SYMBOLS:
        return Quantity(_SYMBOLS[short_name])
    if named := _BY_HEIGHT.fullmatch(short_name):
        return Quantity(named[2], None, float(named[1]))
    if code in (_MASS_DENSITY, _MASS_MIXING_RATIO) and constituent is not None and constituent in _CONSTITUENTS:
        return Quantity(_CONSTITUENTS[constituent], "kg m-3" if code == _MASS_DENSITY else "kg kg-1")
    return None


def level_of(quantity: Quantity, type_of_level: str, level: float) -> tuple[LevelKind, float] | None:
    """The kind of level, and the level in Pa, m above ground or as a number; None for a kind that is not read."""
    if quantity.height is not None:
        return "height", quantity.height
    if type_of_level not in _LEVEL_KINDS:
        return None
    kind, factor = _LEVEL_KINDS[type_of_level]
    return kind, level * factor


def variable_near_ground(symbol: str, kind: LevelKind, level: float, is_lowest: bool) -> Variable | None:
    """The variable of the surface that a quantity at a level is; `is_lowest` tells of a hybrid level that none lies below."""
    if kind == "ground" and symbol in _AT_GROUND:
        return _AT_GROUND[symbol]
    if kind == "height" and (symbol, level) in _AT_HEIGHT:
        return _AT_HEIGHT[symbol, level]
    if symbol == LOG_PRESSURE:
        return v.SURFACE_PRESSURE
    near = kind == "ground" or (is_lowest if kind == "hybrid" else is_near_ground(kind, level))
    if near and symbol == "t" and kind in ("hybrid", "pressure"):
        return NEAR_AIR_TEMPERATURE
    return _POLLUTANTS.get(symbol) if near else None


def variable_aloft(symbol: str, kind: LevelKind) -> Variable | None:
    """The variable aloft that a quantity at a level of this kind is."""
    return None if kind == "ground" else _ALOFT.get(symbol)
