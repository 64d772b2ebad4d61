"""An emission inventory, a file or a folder of them, read for one year and region."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hazecast.errors import MissingVariable, UnreadableInput
from hazecast.intake.emissions.formats import INVENTORY_FORMATS, format_of
from hazecast.intake.emissions.inventory import Inventory, inventory_of, with_pm25_of_carbon
from hazecast.intake.emissions.layout import Contents, InventoryFormat, Layer
from hazecast.intake.fields.layout import Box
from hazecast.intake.files import files_below, guarded
from hazecast.records import Note, NoteCode

CARBON = ("bc", "oc")


@dataclass(frozen=True, slots=True)
class InventoryRead:
    """An inventory, the files it was read from, and what a reader must know of it."""

    inventory: Inventory
    files: tuple[Path, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    format: InventoryFormat
    contents: Contents


def read_inventory(path: Path, year: int, box: Box) -> InventoryRead:
    """The inventory's whole year nearest to `year`, the earlier of two, over the cells that `box` needs.

    Of pollutants beside PM2.5 what is of that same year. Raises UnreadableInput, UnknownUnits, NoDataInPeriod, MissingVariable where
    there is neither PM2.5 nor carbon, or InputError where it has no part of the box.
    """
    files = [_looked_into(file) for file in inventory_files(path)]
    chosen = _chosen_year(path, files, year)
    used = [file for file in files if chosen in file.contents.years and file.contents.pollutant is not None]
    layers: list[Layer] = []
    for file in used:
        with guarded(file.path):
            layers += file.format.read(file.path, chosen, box)
    try:
        inventory = inventory_of(layers, chosen)
    except UnreadableInput as unfit:
        raise UnreadableInput(f"{path}: {unfit.problem}", unfit.remedy) from unfit
    paths = tuple(file.path for file in used)
    if "pm25" in inventory.data:
        return InventoryRead(inventory, paths, ())
    return InventoryRead(with_pm25_of_carbon(inventory), paths, (Note(NoteCode.EMISSIONS_FROM_CARBON),))


def inventory_files(path: Path) -> tuple[Path, ...]:
    """The files of inventories below `path`, in order of their names; raises NoDataInPeriod where there are none."""
    patterns = tuple(dict.fromkeys(pattern for f in INVENTORY_FORMATS for pattern in f.patterns))
    return files_below(path, patterns, "emission inventories")


def _looked_into(file: Path) -> _File:
    with guarded(file):
        found = format_of(file)
        return _File(file, found, found.contents(file))


def _chosen_year(path: Path, files: Iterable[_File], year: int) -> int:
    """Of the years of PM2.5 or, without it, of those that have both kinds of carbon."""
    offered = _whole_years(path, files, "pm25") or _whole_years(path, files, "bc") & _whole_years(path, files, "oc")
    if not offered:
        raise MissingVariable(
            f"{path} holds no emission of PM2.5, nor of black and organic carbon together; it has {_offer(files)}.",
            "Add the inventory's files of PM2.5.",
        )
    return min(offered, key=lambda y: (abs(y - year), y > year))


def _whole_years(path: Path, files: Iterable[_File], pollutant: str) -> set[int]:
    """Those of which every part is there that is there of any year: an inventory of half its sectors looks like clean air."""
    parts: dict[int, set[str]] = {}
    for file in files:
        if file.contents.pollutant == pollutant:
            for year in file.contents.years:
                parts.setdefault(year, set()).add(file.contents.part)
    every = set().union(*parts.values())
    whole = {year for year, there in parts.items() if there == every}
    if parts and not whole:
        year, there = max(parts.items(), key=lambda item: len(item[1]))
        raise UnreadableInput(
            f"{path} has no year of {pollutant} with every sector and month that others have; {year} lacks "
            f"{', '.join(sorted(every - there)[:6])}.",
            "Add the files that are lacking, or leave one year alone.",
        )
    return whole


def _offer(files: Iterable[_File]) -> str:
    offer: Mapping[str, None] = dict.fromkeys(f"{f.contents.pollutant or 'others'} of {f.contents.years[-1:]}" for f in files)
    return ", ".join(offer)
