"""The formats of gridded fields that hazecast reads: one line each. A new one is a file beside this and a line here."""

from pathlib import Path

from hazecast.errors import UnreadableInput
from hazecast.intake.fields import cams_netcdf, cf_netcdf, cf_zarr, era5_netcdf, grib, wrf
from hazecast.intake.fields.layout import FieldFormat

FIELD_FORMATS: tuple[FieldFormat, ...] = (
    grib.FORMAT,
    wrf.FORMAT,
    cams_netcdf.FORMAT,
    era5_netcdf.FORMAT,
    cf_zarr.FORMAT,
    cf_netcdf.FORMAT,
)


def format_of(file: Path) -> FieldFormat:
    """The first format that recognises the file; raises UnreadableInput where none does."""
    for candidate in FIELD_FORMATS:
        if candidate.recognises(file):
            return candidate
    raise UnreadableInput(
        f"{file} is in no format that hazecast knows; it knows {', '.join(f.name for f in FIELD_FORMATS)}.",
        "Deliver it as its source writes it; see docs/sources.md.",
    )
