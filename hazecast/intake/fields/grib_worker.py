"""The process that decodes GRIB. Nothing else in hazecast imports eccodes.

The library crashes, aborts or hangs on some damaged messages, and prints as it likes. Here it can do so without harm: whoever asked
sees that the answer does not come. It asks nothing of hazecast but the form of the frames.
"""

import os
import sys
import threading
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hazecast.intake.fields.grib_frames import receive, send

IDLE_SECONDS = 60.0
MOST_VALUES = 100_000_000
_MISSING = 1e36  # no weather has it; the library's own 9999 is a fine pressure
_TYPES = {"str": str, "int": int, "float": float}
Array = NDArray[np.float64]


def serve() -> None:
    """Answer frames from standard input on standard output until it closes, or nobody asked for a while."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the library may print
    eccodes, asked, at_work = _library(), threading.Event(), threading.Event()
    threading.Thread(target=_end_when_idle, args=(asked, at_work), daemon=True).start()
    while True:
        try:
            question, message = receive(sys.stdin.buffer)
        except EOFError:
            return
        asked.set()
        at_work.set()
        words, arrays = _answered(eccodes, question, message)
        send(replies, {**words, "number": question["number"]}, b"".join(a.tobytes() for a in arrays))
        at_work.clear()


def _library() -> ModuleType | None:
    try:
        import eccodes
    except (ImportError, OSError, RuntimeError):  # the last where the wheel's own library is not found
        return None
    library: ModuleType = eccodes
    return library


def _end_when_idle(asked: threading.Event, at_work: threading.Event) -> None:
    while asked.wait(IDLE_SECONDS) or at_work.is_set():
        asked.clear()
    os._exit(0)


def _answered(eccodes: ModuleType | None, question: dict[str, Any], message: bytes) -> tuple[dict[str, Any], list[Array]]:
    if eccodes is None:
        return {"absent": True}, []
    try:
        return answer(eccodes, question, message)
    except (eccodes.CodesInternalError, MemoryError, ValueError) as fault:
        return {"fault": str(fault) or type(fault).__name__}, []


def answer(eccodes: ModuleType, question: dict[str, Any], message: bytes) -> tuple[dict[str, Any], list[Array]]:
    """The keys asked for that the message has, and the arrays asked for, missing values as NaN.

    Raises the library's errors, and ValueError for an array that is too large to be one.
    """
    handle = eccodes.codes_new_from_message(message)
    try:
        for key, value in question["set"].items():
            eccodes.codes_set(handle, key, value)
        keys = {key: _key(eccodes, handle, key, kind) for key, kind in question["keys"].items()}
        arrays = [_array(eccodes, handle, key) for key in question["arrays"]]
    finally:
        eccodes.codes_release(handle)
    return {"keys": {key: value for key, value in keys.items() if value is not None}, "sizes": [a.size for a in arrays]}, arrays


def _key(eccodes: ModuleType, handle: int, key: str, kind: str) -> str | int | float | None:
    try:
        value: str | int | float = eccodes.codes_get(handle, key, _TYPES[kind])
    except eccodes.CodesInternalError:
        return None
    return value


def _array(eccodes: ModuleType, handle: int, key: str) -> Array:
    size = eccodes.codes_get_size(handle, key)
    if size > MOST_VALUES:
        raise ValueError(f"It has {size} {key}, which is more than {MOST_VALUES}")
    eccodes.codes_set(handle, "missingValue", _MISSING)
    values = np.asarray(eccodes.codes_get_array(handle, key), dtype=np.float64)
    return np.where(values == _MISSING, np.nan, values)
