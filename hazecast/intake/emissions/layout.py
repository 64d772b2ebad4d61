"""What every reader of emission inventories gives, whatever its format: layers, each of one sector and one month or year."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from hazecast.errors import UnreadableInput
from hazecast.intake.emissions.header import Header
from hazecast.intake.fields.layout import Box
from hazecast.vocabulary import EMITTED, Sector

WHOLE_YEAR = 0  # in place of a month: the mean of the year
MOST_EMISSION = 1e-2  # kg m-2 s-1; the strongest stacks give a hundred-thousandth of it to a cell of a kilometre


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds, told from its header and name; `pollutant` is None for one that hazecast has no use for.

    `part` names what of a year's inventory it is, such as a sector or a sector and month, where a year is spread over several files.
    """

    pollutant: str | None
    years: tuple[int, ...]
    part: str = ""

    def __post_init__(self) -> None:
        if not (self.pollutant is None or self.pollutant in EMITTED):
            raise ValueError(f"The pollutant is {self.pollutant!r}; expected one of {', '.join(EMITTED)}, or None.")


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One sector of one pollutant over one month, 1 to 12, or `WHOLE_YEAR`, as mean kg m-2 s-1.

    `source` is the sector as the inventory names it, `scheme` the classification that the name is of: layers of two schemes hold the
    same emission twice. `field` has (latitude, longitude), both ascending, NaN where the inventory has no value.
    """

    pollutant: str
    sector: Sector
    source: str
    scheme: str
    month: int
    field: xr.DataArray

    def __post_init__(self) -> None:
        if self.field.dims != ("latitude", "longitude") or not WHOLE_YEAR <= self.month <= 12:
            raise ValueError(f"A layer has the dimensions {self.field.dims} and the month {self.month}.")


@dataclass(frozen=True, slots=True)
class InventoryFormat:
    """A format of emission inventories.

    `recognises` is handed the file and its NetCDF header, None where it is not NetCDF, and never raises for another format; `contents`
    and `read`, which is asked for one year and a region, raise UnreadableInput, UnknownUnits or MissingVariable, naming the file.
    """

    name: str
    patterns: tuple[str, ...]
    recognises: Callable[[Path, Header | None], bool]
    contents: Callable[[Path], Contents]
    read: Callable[[Path, int, Box], tuple[Layer, ...]]


def require_emission(file: Path, name: str, flux: xr.DataArray, highest: float = MOST_EMISSION) -> None:
    """Raise UnreadableInput for a value that is negative, or above what can be."""
    worst = flux.where((flux < 0.0) | (flux > highest))
    if worst.notnull().any():
        raise UnreadableInput(
            f"{file}: {name} has {int(worst.notnull().sum())} values below zero or above {highest:g}, such as {float(worst.min()):g}; "
            "expected what can be, and missing values marked as such.",
            "Deliver the inventory as its source writes it; a sink is not an emission.",
        )
