"""What a NetCDF file calls its variables: enough to tell which source wrote it."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from hazecast.archive.netcdf import variables_in
from hazecast.errors import UnreadableInput

_NONE: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def names_in(file: Path) -> frozenset[str]:
    """The names of the variables of a NetCDF file; empty for anything that cannot be read as one."""
    return frozenset(dimensions_in(file))


def dimensions_in(file: Path) -> Mapping[str, tuple[str, ...]]:
    """The variables of a NetCDF file with their dimensions; empty for anything that cannot be read as one."""
    try:
        state = file.stat()
    except OSError:
        return _NONE
    return _dimensions_in(file, state.st_ino, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=1024)
def _dimensions_in(file: Path, *_state: int) -> Mapping[str, tuple[str, ...]]:
    """Remembered as long as the file stays the same: every format asks of every file."""
    try:
        return variables_in(file)
    except UnreadableInput:
        return _NONE
