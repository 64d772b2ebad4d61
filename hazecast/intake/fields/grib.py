"""GRIB of either edition: analyses and forecasts of ECMWF (ERA5 and CAMS among them), NCEP and other centres.

Winds come eastward and northward on the Earth, whatever the file's own axes. Levels stand from the ground up: pressure falling, heights
rising, hybrid levels in whichever order the model counts them (from the top where the file gives the coordinate's coefficients, or is
ECMWF's; from the ground otherwise). Every run of a file is given, also where several have an hour in common.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hazecast.errors import MissingVariable
from hazecast.intake.fields.grib_choice import Choice, chosen_aloft, chosen_near_ground, is_of_use
from hazecast.intake.fields.grib_fields import Field, fields_of
from hazecast.intake.fields.grib_messages import MAGIC, messages_of
from hazecast.intake.fields.grib_reading import FieldReader, read_aloft, read_near_ground
from hazecast.intake.fields.layout import FieldFormat, Part, Wanted

SUFFIXES = (".grib", ".grib1", ".grib2", ".grb", ".grb1", ".grb2")
PATTERNS = (*(f"*{suffix}" for suffix in SUFFIXES), "gfs.*.f[0-9][0-9][0-9]", "gfs.*.anl")  # NCEP lays indices of the same name beside
_NETCDF = (b"CDF", b"\x89HDF")  # which may speak of GRIB in its attributes
_FIRST_BYTES = 1024


def recognises(file: Path) -> bool:
    """Whether its first bytes have the magic word, or its name ends as that of GRIB: then reading it says what is wrong."""
    try:
        with file.open("rb") as stream:
            start = stream.read(_FIRST_BYTES)
    except OSError:
        return False
    return not start.startswith(_NETCDF) and (MAGIC in start or file.suffix.lower() in SUFFIXES)


def read(file: Path, wanted: Wanted) -> Part:
    """The hours, runs and region that are wanted of one file; of no other messages more than the header is read.

    Raises UnreadableInput, UnknownUnits, MissingVariable where none is known, or MissingExtra where the optional part
    `grib` is not installed.
    """
    known = tuple(fields_of(file))
    fields = tuple(f for f in known if is_of_use(f))
    if not fields:
        raise _nothing_of_use(file, known)
    near, aloft = chosen_near_ground(file, fields, wanted), chosen_aloft(file, fields, wanted)
    offered = np.unique(np.array([f.valid_time for f in fields], dtype="datetime64[ns]"))
    fields_read = FieldReader(file, wanted.box)
    surface = read_near_ground(fields_read, near)
    return Part(surface, None if aloft is None else read_aloft(fields_read, aloft), offered, _summed_from(near))


def _nothing_of_use(file: Path, known: Sequence[Field]) -> MissingVariable:
    said = ", ".join(dict.fromkeys(f"{f.symbol} on {f.kind} level {f.level:g}" for f in known[:6]))
    what = f"it has {said}, which is neither weather nor at the ground" if said else "none is of a quantity that it reads"
    return MissingVariable(
        f"{file} holds no field that hazecast knows in its {sum(1 for _ in messages_of(file))} messages: {what}.",
        "See docs/sources.md for what is read of GRIB.",
    )


FORMAT = FieldFormat("GRIB", PATTERNS, recognises, read)


def _summed_from(near: Choice) -> Mapping[str, NDArray[np.datetime64]]:
    """Since when each sum of the choice goes; where a time has none of it, a span of no length, which nothing is made of."""
    begun = {}
    for key in near.variables:
        sums = [(entry, f.summed_from) for (entry, _), f in near.slots_of(key).items() if f.summed_from is not None]
        if sums:
            starts = dict(zip(near.entries, near.valid_times, strict=True)) | dict(sums)
            begun[key] = np.array(list(starts.values()), dtype="datetime64[ns]")
    return begun
