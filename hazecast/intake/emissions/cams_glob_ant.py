"""CAMS-GLOB-ANT: one pollutant a file over months of one or more years, a variable for each sector, in kg m-2 s-1.

Names such as CAMS-GLOB-ANT_Glb_0.1x0.1_anthro_nox_v5.3_monthly.nc or CAMS-GLOB-ANT_v4.2_nitrogen-oxides_2017.nc. There is no PM2.5
among its pollutants. Nitrogen oxides are given as NO.
"""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from hazecast.errors import UnreadableInput
from hazecast.intake.emissions.gridded import read_layers
from hazecast.intake.emissions.header import Header, header_of
from hazecast.intake.emissions.layout import Contents, InventoryFormat, Layer
from hazecast.intake.emissions.months import months_of
from hazecast.intake.fields.layout import Box
from hazecast.vocabulary import Sector

POLLUTANTS: Mapping[str, str] = MappingProxyType(
    {
        "pm25": "pm25",
        "pm2_5": "pm25",
        "pm10": "pm10",
        "so2": "so2",
        "sulphur-dioxide": "so2",
        "nox": "nox",
        "nitrogen-oxides": "nox",
        "co": "co",
        "carbon-monoxide": "co",
        "nh3": "nh3",
        "ammonia": "nh3",
        "bc": "bc",
        "black-carbon": "bc",
        "oc": "oc",
        "organic-carbon": "oc",
    }
)
LEXICON: Mapping[str, Sector] = MappingProxyType(
    {
        "ene": Sector.POWER,
        "ind": Sector.INDUSTRY,
        "ref": Sector.INDUSTRY,  # refineries
        "fef": Sector.INDUSTRY,  # fugitive
        "slv": Sector.INDUSTRY,  # solvents
        "res": Sector.RESIDENTIAL,
        "com": Sector.RESIDENTIAL,  # commercial buildings
        "tro": Sector.TRANSPORT,
        "tnr": Sector.TRANSPORT,  # off the road
        "shp": Sector.OTHER,  # ships
        "swd": Sector.OTHER,  # waste
        "swl": Sector.OTHER,  # waste water
        "awb": Sector.AGRICULTURE,  # waste burning
        "agl": Sector.AGRICULTURE,  # livestock
        "ags": Sector.AGRICULTURE,  # soils
        "mma": Sector.AGRICULTURE,  # manure
    }
)
TOTAL = ("sum", "tot")
TELLING = ("ene", "ind", "res", "tro")
NO2_PER_NO = 46.0055 / 30.0061
AXES = (("time", "lat", "lon"), ("time", "latitude", "longitude"))


def recognises(file: Path, header: Header | None) -> bool:  # noqa: ARG001
    """By two or more of its main sectors as variables over time on a grid."""
    return header is not None and sum(name in TELLING for name in _on_grid(header)) >= 2


def contents(file: Path) -> Contents:
    """The pollutant by the file's name, the years by its times: whole ones or, without any, all."""
    count = Counter(year for year, _ in months_of(file))
    whole = tuple(year for year in sorted(count) if count[year] == 12)
    return Contents(_pollutant(file), whole or tuple(sorted(count)))


def read(file: Path, year: int, box: Box) -> tuple[Layer, ...]:
    """Every sector over the months of the year in the region."""
    pollutant, header = _pollutant(file), header_of(file)
    entries, months = zip(*((i, month) for i, (y, month) in enumerate(months_of(file)) if y == year), strict=True)
    layers: list[Layer] = []
    for name in _on_grid(header):
        if name not in TOTAL and pollutant is not None:
            fields = read_layers(file, name, header.variables[name].units, year, months, box, entries)
            scale = NO2_PER_NO if pollutant == "nox" else 1.0
            sector = _sector(file, name)
            layers += [Layer(pollutant, sector, name, "sectors", m, scale * f) for m, f in zip(months, fields, strict=True)]
    return tuple(layers)


FORMAT = InventoryFormat("CAMS-GLOB-ANT", ("*.nc", "*.nc4"), recognises, contents, read)


def _on_grid(header: Header) -> tuple[str, ...]:
    return tuple(name for axes in AXES for name in header.having(*axes))


def _pollutant(file: Path) -> str | None:
    """None for one that hazecast has no use for."""
    stem = re.sub(r"pm2[._]5", "pm25", file.stem.lower())
    return next((POLLUTANTS[word] for word in re.split(r"_|\s", stem) if word in POLLUTANTS), None)


def _sector(file: Path, name: str) -> Sector:
    """By its three letters: fef_gas is of fef."""
    known = LEXICON.get(name.lower().split("_")[0])
    if known is None:
        raise UnreadableInput(
            f"{file}: {name!r} is no sector of CAMS-GLOB-ANT that hazecast knows; it knows {', '.join(LEXICON)}.",
            "Leave the variable out, or give it the name of a known sector.",
        )
    return known
