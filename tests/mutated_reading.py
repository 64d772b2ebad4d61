"""A process of its own that reads mutated files and says what came of each: a crash or a hang of it is a fault found.

    python -m tests.mutated_reading FORMAT GOOD_FILE MUTATED_FILE ...

prints one JSON object a file.
"""

import json
import resource
import signal
import sys
from pathlib import Path
from types import FrameType

import numpy as np
import xarray as xr

from hazecast.errors import HazecastError
from tests.mutated_formats import FORMATS

SECONDS_A_FILE = 20
MOST_MEMORY = 6 * 2**30


class _HangsError(Exception):
    pass


def _give_up(_number: int, _frame: FrameType | None) -> None:
    raise _HangsError


def main(name: str, good: str, *files: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    signal.signal(signal.SIGALRM, _give_up)
    read = FORMATS[name].read
    expected = read(Path(good))
    for file in files:
        print(json.dumps({"file": file, "begun": True}), flush=True)
        signal.alarm(SECONDS_A_FILE)
        try:
            outcome = _compared(read(Path(file)), expected)
        except HazecastError as refused:
            named = Path(file).name in refused.problem or Path(file).parent.name in refused.problem
            outcome = f"refused: {refused}" if named and refused.remedy else f"refused without its name: {refused}"
        except _HangsError:
            outcome = "hangs"
        except BaseException as fault:
            outcome = f"not ours: {type(fault).__name__}: {fault}"
        signal.alarm(0)
        print(json.dumps({"file": file, "outcome": outcome}), flush=True)


def _compared(got: xr.Dataset, expected: xr.Dataset) -> str:
    """`same` also where values are lacking that were there: what lacks is seen by everybody after this."""
    if set(got.data_vars) - set(expected.data_vars):
        return f"different: variables {sorted(map(str, got.data_vars))}"
    for key in got.data_vars:
        try:
            one, other = xr.align(got[key], expected[key], join="left" if got[key].size <= expected[key].size else "outer")
        except ValueError as unlike:
            return f"different: {key}: {unlike}"
        if one.shape != got[key].shape:
            return f"different: {key} has other places or hours"
        if not np.all(np.isnan(one.values) | (one.values == other.values)):
            return f"different: {int((~np.isnan(one.values) & (one.values != other.values)).sum())} values of {key}"
    return "same"


if __name__ == "__main__":
    main(*sys.argv[1:])
