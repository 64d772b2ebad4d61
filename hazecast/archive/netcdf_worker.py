"""The process that looks into NetCDF files before hazecast does. It asks nothing of hazecast.

Damaged HDF5 makes the library crash, or turn in circles for ever. Here it can do so without harm: whoever asked sees that no answer comes.
"""

import contextlib
import gc
import json
import os
import sys

import netCDF4

READY, SURVIVED = b">", b"."
LIBRARY_FAULTS = (OSError, RuntimeError, ValueError, AttributeError, IndexError, KeyError, TypeError, MemoryError, OverflowError)


def serve() -> None:
    """Look into each file that is named on standard input, as JSON in a line, and write a byte when ready and whenever that is survived."""
    replies = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the library may print
    gc.freeze()  # what stands now need not be looked through after each file
    os.write(replies, READY)
    for line in sys.stdin.buffer:
        with contextlib.suppress(*LIBRARY_FAULTS):  # whoever asked will meet it too, and tell of it
            look_into(json.loads(line))
        gc.collect()  # what could not be opened whole is closed only now, and some files are the death of the library then
        os.write(replies, SURVIVED)


def look_into(path: str) -> None:
    """Open a file as a reader does, and read of each variable what is said of it and one value at either end."""
    with netCDF4.Dataset(path) as data:
        for variable in data.variables.values():
            variable.filters()
            for name in variable.ncattrs():
                variable.getncattr(name)
            if variable.size:
                variable.set_auto_maskandscale(False)
                variable[tuple(0 for _ in variable.shape)]
                variable[tuple(size - 1 for size in variable.shape)]
