"""What the name of a file of MEIC tells: month, sector and pollutant, such as 2016_01_power_PM25 or 2016_01__power__PM25."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from hazecast.errors import UnreadableInput
from hazecast.intake.emissions.layout import WHOLE_YEAR
from hazecast.vocabulary import Sector

POLLUTANTS: Mapping[str, str] = MappingProxyType(
    {"PM25": "pm25", "PM2.5": "pm25", "PM10": "pm10", "SO2": "so2", "NOX": "nox", "CO": "co", "NH3": "nh3", "BC": "bc", "OC": "oc"}
)
LEXICON: Mapping[str, Sector] = MappingProxyType(
    {
        "power": Sector.POWER,
        "industry": Sector.INDUSTRY,
        "residential": Sector.RESIDENTIAL,
        "transportation": Sector.TRANSPORT,
        "transport": Sector.TRANSPORT,
        "agriculture": Sector.AGRICULTURE,
        "total": Sector.OTHER,
    }
)
TOTAL = "total"
NAME = re.compile(
    rf"^(?P<year>(?:19|20)\d\d)(?:_+(?P<month>\d\d))?_+(?P<sector>{'|'.join(LEXICON)})_+(?P<pollutant>[A-Za-z0-9.]+)$", re.IGNORECASE
)
UNITS = "t cell-1"  # of the month, or of the year where no month is named; the files do not say so themselves
MISSING = -9999.0


@dataclass(frozen=True, slots=True)
class MeicName:
    """`pollutant` is None for one that hazecast has no use for, `month` is 0 for a whole year."""

    year: int
    month: int
    source: str
    pollutant: str | None

    @property
    def sector(self) -> Sector:
        """The sector that MEIC's own is mapped to."""
        return LEXICON[self.source]

    @property
    def part(self) -> str:
        """Which of the files of a year."""
        return f"{self.source} of month {self.month}" if self.month else self.source

    @property
    def scheme(self) -> str:
        """Whether it is one of the sectors or their sum."""
        return TOTAL if self.source == TOTAL else "sectors"


def is_meic_name(file: Path) -> bool:
    """Whether the file is named as MEIC names its files."""
    return NAME.match(file.stem) is not None


def meic_name(file: Path) -> MeicName:
    """What the name tells; raises UnreadableInput where it tells nothing, or no such month."""
    found = NAME.match(file.stem)
    if found is None or int(found["month"] or 0) > 12:
        raise UnreadableInput(
            f"{file}: the name does not tell month, sector and pollutant; expected such as 2016_01_power_PM25{file.suffix}.",
            "Keep the name that MEIC gives the file.",
        )
    pollutant = POLLUTANTS.get(found["pollutant"].upper())
    return MeicName(int(found["year"]), int(found["month"] or WHOLE_YEAR), found["sector"].lower(), pollutant)
