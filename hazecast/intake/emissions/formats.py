"""The formats of emission inventories that hazecast reads: one line each. A new one is a file beside this and a line here."""

from pathlib import Path

from hazecast.errors import UnreadableInput
from hazecast.intake.emissions import cams_glob_ant, edgar, htap, meic_ascii, meic_netcdf
from hazecast.intake.emissions.header import header_of, is_netcdf
from hazecast.intake.emissions.layout import InventoryFormat

INVENTORY_FORMATS: tuple[InventoryFormat, ...] = (
    meic_netcdf.FORMAT,
    meic_ascii.FORMAT,
    htap.FORMAT,
    cams_glob_ant.FORMAT,
    edgar.FORMAT,
)


def format_of(file: Path) -> InventoryFormat:
    """The format that recognises the file by its content; raises UnreadableInput where none does, or where it is not whole."""
    header = header_of(file) if is_netcdf(file) or file.suffix in (".nc", ".nc4") else None
    for candidate in INVENTORY_FORMATS:
        if candidate.recognises(file, header):
            return candidate
    found = "" if header is None else f"; it has {', '.join(list(header.variables)[:8]) or 'no variable'}"
    raise UnreadableInput(
        f"{file} is no emission inventory that hazecast knows{found}; it knows {', '.join(f.name for f in INVENTORY_FORMATS)}.",
        "Deliver it as its source writes it; see docs/sources.md.",
    )
