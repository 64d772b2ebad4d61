"""HTAP v3: one pollutant and year a file, a variable for each sector, twelve months, as rates or as mass for each cell.

Names such as edgar_HTAPv3_2018_PM2.5.nc; variables such as HTAPv3_5_1_Road_Transport along time, lat and lon.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from hazecast.errors import UnreadableInput
from hazecast.intake.emissions.edgar import POLLUTANTS
from hazecast.intake.emissions.gridded import read_layers
from hazecast.intake.emissions.header import Header, header_of
from hazecast.intake.emissions.layout import Contents, InventoryFormat, Layer
from hazecast.intake.fields.layout import Box
from hazecast.vocabulary import Sector

LEXICON: Mapping[str, Sector | None] = MappingProxyType(
    {
        "1": Sector.OTHER,  # international shipping
        "2_1": None,  # aviation, for the most part aloft
        "2_2": None,
        "3": Sector.POWER,
        "4_1": Sector.INDUSTRY,
        "4_2": Sector.INDUSTRY,  # fugitive
        "4_3": Sector.INDUSTRY,  # solvents
        "5_1": Sector.TRANSPORT,
        "5_2": Sector.TRANSPORT,  # brakes and tyres
        "5_3": Sector.OTHER,  # domestic shipping
        "5_4": Sector.TRANSPORT,  # other on the ground
        "6": Sector.RESIDENTIAL,
        "7": Sector.OTHER,  # waste
        "8_1": Sector.AGRICULTURE,  # waste burning
        "8_2": Sector.AGRICULTURE,  # livestock
        "8_3": Sector.AGRICULTURE,  # crops
    }
)
SECTOR = re.compile(r"^HTAPv3_(?P<number>\d(?:_\d)?)(?:_|$)", re.IGNORECASE)
NAME = re.compile(r"_(?P<year>(?:19|20)\d\d)_(?P<pollutant>[A-Za-z0-9.]+?)(?:_(?:emissions|fluxes|emi|flx))?\.nc4?$")
MONTHS = range(1, 13)


def recognises(file: Path, header: Header | None) -> bool:  # noqa: ARG001
    """By a variable of HTAP's on a grid."""
    return header is not None and bool(_sectors(header))


def contents(file: Path) -> Contents:
    """By the file's name."""
    year, pollutant = _named(file)
    return Contents(POLLUTANTS.get(pollutant.upper()), (year,))


def read(file: Path, year: int, box: Box) -> tuple[Layer, ...]:
    """Every sector and month of the file in the region, but for aviation."""
    header, pollutant = header_of(file), POLLUTANTS[_named(file)[1].upper()]
    layers: list[Layer] = []
    for name in _sectors(header):
        sector = _sector(file, name)
        if sector is not None:
            _require_months(file, name, header)
            fields = read_layers(file, name, header.variables[name].units, year, MONTHS, box)
            layers += [Layer(pollutant, sector, name, "sectors", month, f) for month, f in zip(MONTHS, fields, strict=True)]
    return tuple(layers)


FORMAT = InventoryFormat("HTAP v3", ("*.nc", "*.nc4"), recognises, contents, read)


def _sectors(header: Header) -> tuple[str, ...]:
    return tuple(name for name in (*header.having("lat", "lon"), *header.having("latitude", "longitude")) if SECTOR.match(name))


def _named(file: Path) -> tuple[int, str]:
    found = NAME.search(file.name)
    if found is None:
        raise UnreadableInput(
            f"{file}: the name does not tell year and pollutant; expected such as edgar_HTAPv3_2018_PM2.5.nc.",
            "Keep the name that HTAP gives the file.",
        )
    return int(found["year"]), found["pollutant"]


def _sector(file: Path, name: str) -> Sector | None:
    found = SECTOR.match(name)
    if found is None or found["number"] not in LEXICON:
        raise UnreadableInput(
            f"{file}: {name!r} is no sector of HTAP v3 that hazecast knows; it knows the numbers {', '.join(LEXICON)}.",
            "Leave the variable out, or give it the number of a known sector.",
        )
    return LEXICON[found["number"]]


def _require_months(file: Path, name: str, header: Header) -> None:
    about = header.variables[name]
    if dict(zip(about.dims, about.shape, strict=True)).get("time") != len(MONTHS):
        raise UnreadableInput(
            f"{file}: {name} has {about.shape} entries along {', '.join(about.dims)}; expected the twelve months of a year along time.",
            "Deliver the file as HTAP writes it.",
        )
