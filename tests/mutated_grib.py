"""Ways in which GRIB can be wrong that only who knows its sections can think of."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import eccodes

from tests.mutations import Mutation, content

ODD_KEYS: Mapping[int, tuple[tuple[str, Any], ...]] = {
    2: (
        ("Ni", 65_535), ("Ni", 0), ("Ni", 1), ("Nj", 100_000), ("Nj", 0), ("numberOfDataPoints", 2**31), ("numberOfValues", 1),
        ("bitsPerValue", 0), ("bitsPerValue", 8), ("bitsPerValue", 255), ("binaryScaleFactor", 32_000), ("binaryScaleFactor", -32_000),
        ("decimalScaleFactor", 300), ("decimalScaleFactor", -300), ("referenceValue", 1e30), ("latitudeOfFirstGridPoint", 95_000_000),
        ("latitudeOfLastGridPoint", -95_000_000), ("longitudeOfFirstGridPoint", 720_000_000), ("longitudeOfLastGridPoint", 2**31 - 1),
        ("iDirectionIncrement", 0), ("jDirectionIncrement", 0), ("iScansNegatively", 1), ("jScansPositively", 1),
        ("jPointsAreConsecutive", 1), ("alternativeRowScanning", 1), ("year", 0), ("year", 9999), ("month", 13), ("day", 31), ("hour", 25),
        ("minute", 99), ("forecastTime", 2**31 - 1), ("indicatorOfUnitOfTimeRange", 99), ("parameterCategory", 250),
        ("parameterNumber", 250), ("discipline", 9),
         ("typeOfFirstFixedSurface", 250), ("scaledValueOfFirstFixedSurface", 2**31 - 1), ("centre", 9999),
        ("scaleFactorOfFirstFixedSurface", 100), ("shapeOfTheEarth", 99), ("tablesVersion", 99), ("typeOfProcessedData", 77),
    ),
    1: (
        ("Ni", 65_534), ("Ni", 0), ("Ni", 1), ("Nj", 65_534), ("Nj", 0), ("bitsPerValue", 0), ("bitsPerValue", 8), ("bitsPerValue", 255),
        ("binaryScaleFactor", 32_000), ("binaryScaleFactor", -32_000), ("decimalScaleFactor", 300), ("decimalScaleFactor", -300),
        ("latitudeOfFirstGridPoint", 95_000), ("latitudeOfLastGridPoint", -95_000), ("longitudeOfFirstGridPoint", 720_000),
        ("longitudeOfLastGridPoint", 999_999), ("iDirectionIncrement", 0), ("jDirectionIncrement", 0), ("iScansNegatively", 1),
        ("jScansPositively", 1), ("jPointsAreConsecutive", 1), ("yearOfCentury", 200), ("month", 13), ("day", 31), ("hour", 25),
        ("minute", 99), ("unitOfTimeRange", 99), ("P1", 255), ("P2", 255), ("timeRangeIndicator", 99), ("indicatorOfParameter", 250),
        ("indicatorOfTypeOfLevel", 250), ("level", 65_535), ("table2Version", 250), ("centre", 250), ("centuryOfReferenceTimeOfData", 255),
    ),
}  # fmt: skip


def mutations_of_grib(good: bytes) -> Iterator[Mutation]:
    """Keys with odd values, as the library writes them, and messages that lack, are doubled, out of order, or between something else."""
    messages = _messages(good)
    edition = good[7]
    for number, (key, value) in itertools.product((0, len(messages) - 1), ODD_KEYS[edition]):
        changed = _changed(messages[number], key, value)
        if changed is not None:
            yield content(f"{key} {value} in message {number}", _joined(messages, number, changed), may_differ=True)
    for number, message in enumerate(messages):
        yield content(f"without message {number}", _joined(messages, number, b""), may_differ=True)
        yield content(f"message {number} twice", _joined(messages, number, message + message))
        yield content(f"a page before message {number}", _joined(messages, number, b"<html>" + message))
        yield content(f"zeros before message {number}", _joined(messages, number, bytes(1000) + message))
        yield content(f"an absurd length of message {number}", _joined(messages, number, _with_length(message, edition, 2**23 - 1)))
        yield content(f"no length of message {number}", _joined(messages, number, _with_length(message, edition, 0)))
        yield content(f"another edition of message {number}", _joined(messages, number, message[:7] + bytes([3]) + message[8:]))
        yield content(f"the sections of message {number} alone", _joined(messages, number, message[8:]))
    yield content("messages the other way round", b"".join(reversed(messages)))
    yield content("GRIB and nothing more", b"GRIB")
    yield content("GRIB ten thousand times", b"GRIB" * 10_000)
    yield content("a thousand empty messages", (b"GRIB\0\0\0\2" + (20).to_bytes(8, "big") + b"7777") * 1000)


def _messages(good: bytes) -> list[bytes]:
    starts = [i for i in range(len(good)) if good.startswith(b"GRIB", i)]
    return [good[a:b] for a, b in zip(starts, [*starts[1:], len(good)], strict=True)]


def _joined(messages: list[bytes], number: int, changed: bytes) -> bytes:
    return b"".join([*messages[:number], changed, *messages[number + 1 :]])


def _with_length(message: bytes, edition: int, length: int) -> bytes:
    return message[:4] + length.to_bytes(3, "big") + message[7:] if edition == 1 else message[:8] + length.to_bytes(8, "big") + message[16:]


def _changed(message: bytes, key: str, value: Any) -> bytes | None:
    """None where the library refuses to write it so."""
    handle = eccodes.codes_new_from_message(message)
    try:
        eccodes.codes_set(handle, key, value)
        changed: bytes = eccodes.codes_get_message(handle)
    except eccodes.CodesInternalError:
        return None
    finally:
        eccodes.codes_release(handle)
    return changed if len(changed) == len(message) else None
