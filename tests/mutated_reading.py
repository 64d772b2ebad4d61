"""Mutated files, read in a process of their own that is forked off a warm one: a crash or a hang of it is a fault found."""

import faulthandler
import multiprocessing
import resource
import shutil
import signal
import warnings
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import xarray as xr

from hazecast.archive import netcdf_probe
from hazecast.archive.fetched import Entry, write_manifest
from hazecast.errors import HazecastError
from hazecast.vocabulary import VARIABLES
from tests.mutated_formats import FORMATS
from tests.mutations import Mutation

SECONDS_A_FILE = 30
MOST_MEMORY = 2 << 30
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.mutated_reading"])


class _HangsError(Exception):
    pass


def outcomes(name: str, folder: Path, numbers: Sequence[int]) -> Iterator[tuple[int, str, str]]:
    """What came of these mutations of a format: the number of each, and the outcome without and with the manifest of a fetch.

    A process that dies or hangs is started again behind the mutation that it died of.
    """
    left = list(numbers)
    while left:
        receiving, sending = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=_read_all, args=(name, str(folder), tuple(left), sending), daemon=True)
        process.start()
        sending.close()
        crashed = False
        try:
            while left and receiving.poll(6 * SECONDS_A_FILE):
                number, outcome, checked = receiving.recv()
                left.remove(number)
                yield number, outcome, checked
        except EOFError:
            crashed = True
            process.join()
        if left:
            yield left.pop(0), f"crashed ({process.exitcode})" if crashed else "hangs", ""
        receiving.close()
        process.kill()
        process.join()


def _read_all(name: str, folder: str, numbers: Sequence[int], sending: Connection) -> None:
    faulthandler.enable()
    warnings.simplefilter("ignore")  # a command shows none either
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    signal.signal(signal.SIGALRM, _give_up)
    netcdf_probe.PATIENCE_SECONDS = 5.0  # a file of these is looked through in milliseconds
    form = FORMATS[name]
    good = Path(folder, "good", form.file_name)
    expected = form.read(good)
    wanted = set(numbers)
    for number, mutation in enumerate(form.all_mutations(good)):
        if number in wanted:
            sending.send((number, *_outcomes(name, good, mutation, Path(folder, str(number)), expected)))


def _give_up(_number: int, _frame: FrameType | None) -> None:
    raise _HangsError


def _outcomes(name: str, good: Path, mutation: Mutation, folder: Path, expected: Any) -> tuple[str, str]:
    """Without a manifest, and with one where such a file may have been fetched."""
    folder.mkdir(parents=True)
    copy = folder / good.name
    shutil.copytree(good, copy) if good.is_dir() else shutil.copyfile(good, copy)
    try:
        file = mutation.make(copy)
    except (ValueError, TypeError, OSError, RuntimeError, OverflowError, KeyError) as refused:
        shutil.rmtree(folder)
        return f"not made: {refused}", ""
    outcome, checked = _outcome(name, file, expected), ""
    if FORMATS[name].fetched and file == copy and file.is_file() and file.stat().st_size < 1 << 24:
        list_as_fetched(good, folder)
        checked = "same" if file.read_bytes() == good.read_bytes() else _outcome(name, file, expected)
    shutil.rmtree(folder)
    return outcome, checked


def list_as_fetched(good: Path, folder: Path) -> None:
    """A manifest in `folder` as if the good file had been fetched there."""
    content = good.read_bytes()
    fetched_at = datetime(2024, 1, 1, tzinfo=UTC)
    entry = Entry(good.name, "https://a.example/x", len(content), sha256(content).hexdigest(), fetched_at, "gfs", "0" * 16)
    write_manifest(folder, {good.name: entry})


def _outcome(name: str, file: Path, expected: Any) -> str:
    signal.alarm(SECONDS_A_FILE)
    try:
        return _compared(FORMATS[name].read(file), expected)
    except HazecastError as refused:
        named = any(part in refused.problem for part in (file.name, file.parent.name, repr(file.name)[1:-1]))
        return f"refused: {refused}" if named and refused.remedy else f"refused without its name: {refused}"
    except _HangsError:
        return "hangs"
    except BaseException as fault:
        return f"not ours: {type(fault).__name__}: {fault}"
    finally:
        signal.alarm(0)


def _compared(got: Any, expected: Any) -> str:
    """`same`; `flagged` where values lack that were there, or are such as no check lets through; or `different`."""
    if not isinstance(expected, xr.Dataset):
        return "same" if got == expected else "flagged" if got.items() < expected.items() else "different"
    if surplus := set(got.data_vars) - set(expected.data_vars):
        return f"different: variables {sorted(map(str, surplus))}"
    outcome = "same" if set(got.data_vars) == set(expected.data_vars) else "flagged"
    for key in got.data_vars:
        told = _values_compared(got[key], expected[key])
        if told.startswith("different"):
            return told
        outcome = told if outcome == "same" else outcome
    return outcome


def _values_compared(got: xr.DataArray, expected: xr.DataArray) -> str:
    try:
        one, other = xr.align(got, expected, join="outer")
    except ValueError as unlike:
        return f"different: {got.name}: {unlike}"
    if one.shape != expected.shape:
        return f"different: {got.name} has other places or hours"
    if one.dtype.kind not in "iuf":
        return "same" if np.array_equal(one.values.astype(str), other.values.astype(str)) else f"different: {got.name}"
    lacking = np.isnan(one.values) & ~np.isnan(other.values)
    differs = ~np.isnan(one.values) & ~np.isclose(one.values, other.values, rtol=1e-6, atol=1e-30, equal_nan=False)
    impossible = differs & _implausible(str(got.name), one.values)
    if (differs & ~impossible).any():
        return f"different: {int((differs & ~impossible).sum())} values of {got.name}"
    return "flagged" if lacking.any() or impossible.any() else "same"


def _implausible(key: str, values: Any) -> Any:
    """What the checks of observations never let through."""
    known = VARIABLES.get(key)
    return np.zeros(values.shape, dtype=bool) if known is None else (values < known.lowest) | (values > known.highest)
