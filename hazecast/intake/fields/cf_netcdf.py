"""Any NetCDF file that follows the CF conventions, or nearly so."""

from functools import partial
from pathlib import Path

from hazecast.archive.netcdf import read_dataset
from hazecast.intake.fields.cf_reading import read_cf
from hazecast.intake.fields.layout import FieldFormat, Part, Wanted

SUFFIXES = (".nc", ".nc4", ".cdf")
SIGNATURES = (b"CDF", b"\x89HDF")


def recognises(file: Path) -> bool:
    """Whether it begins as NetCDF does, or is named so: then reading it says what is wrong."""
    if file.is_dir():
        return False
    if file.suffix in SUFFIXES:
        return True
    try:
        with file.open("rb") as stream:
            return stream.read(4).startswith(SIGNATURES)
    except OSError:
        return False


def read(file: Path, wanted: Wanted) -> Part:
    """The hours and the region that are wanted of one file."""
    return read_cf(file, wanted, partial(read_dataset, file))


FORMAT = FieldFormat("CF NetCDF", tuple(f"*{suffix}" for suffix in SUFFIXES), recognises, read)
