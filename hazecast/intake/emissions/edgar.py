"""EDGAR, v4.3 and later: one pollutant, sector and year a file, told by its name, as rates or as mass for each cell; annual or monthly.

Names such as v8.1_FT2022_AP_PM2.5_2022_TRO_flx.nc, v8.1_FT2022_AP_PM2.5_2022_bkl_TRANSPORT_emi.nc (eight groups of sectors, twelve
months) or v61_AP_PM2.5_2018_ENE.0.1x0.1.nc. The variable is `fluxes`, `emissions` or `emi_` and the pollutant.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from hazecast.errors import UnreadableInput
from hazecast.intake.emissions.gridded import read_layers
from hazecast.intake.emissions.header import Header, header_of
from hazecast.intake.emissions.layout import WHOLE_YEAR, Contents, InventoryFormat, Layer
from hazecast.intake.fields.layout import Box
from hazecast.vocabulary import Sector

POLLUTANTS: Mapping[str, str] = MappingProxyType(
    {"PM2.5": "pm25", "PM25": "pm25", "PM10": "pm10", "SO2": "so2", "NOX": "nox", "CO": "co", "NH3": "nh3", "BC": "bc", "OC": "oc"}
)
TOTAL, GROUPS, SECTORS = "total", "eight groups of sectors", "sectors"
ALOFT = ("TNR_AVIATION_CDS", "TNR_AVIATION_CRS", "TNR_AVIATION_SPS")  # climbing, cruising, supersonic: not emitted where people breathe
LEXICON: Mapping[str, Sector] = MappingProxyType(
    {
        "ENE": Sector.POWER,
        "IND": Sector.INDUSTRY,
        "REF_TRF": Sector.INDUSTRY,
        "CHE": Sector.INDUSTRY,
        "FOO_PAP": Sector.INDUSTRY,
        "IRO": Sector.INDUSTRY,
        "NFE": Sector.INDUSTRY,
        "NMM": Sector.INDUSTRY,
        "NEU": Sector.INDUSTRY,
        "PRO": Sector.INDUSTRY,
        "PRU_SOL": Sector.INDUSTRY,
        "SOL": Sector.INDUSTRY,
        "RCO": Sector.RESIDENTIAL,
        "TRO": Sector.TRANSPORT,
        "TNR_OTHER": Sector.TRANSPORT,
        "TNR_SHIP": Sector.OTHER,
        "TNR_AVIATION_LTO": Sector.OTHER,
        "AGS": Sector.AGRICULTURE,
        "MNM": Sector.AGRICULTURE,
        "AWB": Sector.AGRICULTURE,
        "ENF": Sector.AGRICULTURE,
        "N2O": Sector.OTHER,
        "IDE": Sector.OTHER,
        "FFF": Sector.OTHER,
        "SWD": Sector.OTHER,
        "WWT": Sector.OTHER,
        "BKL_POWER_INDUSTRY": Sector.POWER,
        "BKL_IND_COMBUSTION": Sector.INDUSTRY,
        "BKL_IND_PROCESSES": Sector.INDUSTRY,
        "BKL_FUEL_EXPLOITATION": Sector.INDUSTRY,
        "BKL_BUILDINGS": Sector.RESIDENTIAL,
        "BKL_TRANSPORT": Sector.TRANSPORT,
        "BKL_AGRICULTURE": Sector.AGRICULTURE,
        "BKL_WASTE": Sector.OTHER,
        "TOTALS": Sector.OTHER,
    }
)
NAME = re.compile(
    r"^(?:.*_)?(?P<pollutant>(?!(?:bio|fossil)_)[A-Z][A-Z0-9.]*?)(?P<part>_bio|_fossil)?_(?P<year>(?:19|20)\d\d)(?:_(?P<month>1[0-2]|0?[1-9]))?"
    r"(?:_(?P<sector>[A-Z][A-Z0-9_]*?))?(?:_(?:emi|flx)(?:_nc)?)?(?:\.[\d.]+x[\d.]+)?\.nc4?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Named:
    """What a file's name says; `sector` in capitals, `month` 0 where none is named."""

    pollutant: str
    year: int
    month: int
    sector: str


def recognises(file: Path, header: Header | None) -> bool:  # noqa: ARG001
    """By a variable of EDGAR's on a grid."""
    return header is not None and _variable(header) is not None


def contents(file: Path) -> Contents:
    """By the file's name."""
    named = _named(file)
    part = named.sector + (f" of month {named.month}" if named.month else "")
    return Contents(POLLUTANTS.get(named.pollutant), () if named.sector in ALOFT else (named.year,), part)


def read(file: Path, year: int, box: Box) -> tuple[Layer, ...]:
    """The months of the file, or its year, in the region."""
    named, header = _named(file), header_of(file)
    variable = _variable(header)
    if variable is None:
        raise UnreadableInput(f"{file} has lost its variable while it was read.", "Deliver it again.")
    months = _months(file, header, variable, named)
    scheme = TOTAL if named.sector == "TOTALS" else GROUPS if named.sector.startswith("BKL_") else SECTORS
    sector = _sector(file, named.sector)
    fields = read_layers(file, variable, header.variables[variable].units, year, months, box)
    return tuple(
        Layer(POLLUTANTS[named.pollutant], sector, named.sector, scheme, month, field) for month, field in zip(months, fields, strict=True)
    )


FORMAT = InventoryFormat("EDGAR", ("*.nc", "*.nc4"), recognises, contents, read)


def _variable(header: Header) -> str | None:
    names = (*header.having("lat", "lon"), *header.having("latitude", "longitude"))
    return next((n for n in names if n in ("fluxes", "emissions") or n.startswith("emi_")), None)


def _named(file: Path) -> _Named:
    found = NAME.match(file.name)
    if found is None:
        raise UnreadableInput(
            f"{file}: the name does not tell pollutant, year and sector; expected such as v8.1_FT2022_AP_PM2.5_2022_TRO_flx.nc.",
            "Keep the name that EDGAR gives the file.",
        )
    sector = (found["sector"] or "TOTALS").upper() + (found["part"] or "").upper()
    return _Named(found["pollutant"].upper(), int(found["year"]), int(found["month"] or WHOLE_YEAR), sector)


def _sector(file: Path, name: str) -> Sector:
    """By the whole name, or by what stands before an underscore: TRO_noRES is of TRO."""
    parts = name.split("_")
    for count in range(len(parts), 0, -1):
        if (known := LEXICON.get("_".join(parts[:count]))) is not None:
            return known
    raise UnreadableInput(
        f"{file}: {name!r} is no sector of EDGAR that hazecast knows; it knows {', '.join(LEXICON)}.",
        "Leave the file out, or give it the name of a known sector.",
    )


def _months(file: Path, header: Header, variable: str, named: _Named) -> tuple[int, ...]:
    about = header.variables[variable]
    others = {dim: size for dim, size in zip(about.dims, about.shape, strict=True) if dim not in ("lat", "lon", "latitude", "longitude")}
    if set(others.values()) <= {1}:
        return (named.month,)
    if others == {"time": 12}:
        return tuple(range(1, 13))
    raise UnreadableInput(
        f"{file}: {variable} has {', '.join(f'{size} entries along {dim}' for dim, size in others.items())}; "
        "expected one year, or its twelve months along time.",
        "Deliver the file as EDGAR writes it.",
    )
