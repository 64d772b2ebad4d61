"""Ways in which a table, a JSON document or a grid in text can be wrong that only who knows its form can think of."""

import gzip
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.mutations import Mutation, content

PATHS = ("../../../etc/passwd", "/etc/passwd", "..\\..\\x", "a/b", "x\x00y", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "x" * 5000)
ODD_VALUES = (
    "1e308",
    "-1e308",
    "1e999",
    "inf",
    "-inf",
    "nan",
    "0x1F",
    "1_000",
    "１２",
    "true",
    "12,5",
    "1.2.3",
    "--5",
    "∞",
    "9" * 400,
    "\x00",
)
ODD_TIMES = ("", "0", "now", "9999-99-99", "1e18", "-1", "２０２０", "2020-02-30T00:00:00Z", "0000-00-00", "99999999999999999999")
BOMB_BYTES = 1 << 28
NUMBER = re.compile(r"^-?\d+\.?\d*(?:e-?\d+)?$")


def mutations_of_table(good: bytes, delimiter: str = ",") -> Iterator[Mutation]:
    """Of a CSV, gzipped or not: fields, columns and rows that are other than they should be."""
    is_packed = good.startswith(b"\x1f\x8b")
    text = (gzip.decompress(good) if is_packed else good).decode()
    dice = random.Random(7)

    def other(name: str, changed: str, may_differ: bool = False) -> Mutation:
        raw = changed.encode("utf-8", errors="surrogatepass")
        return content(name, gzip.compress(raw, mtime=0) if is_packed else raw, may_differ)

    lines = text.splitlines()
    head = next(i for i, line in enumerate(lines) if line.count(delimiter) >= 2 and line[0].isalpha())
    rows = lines[head + 1 :]
    fields = [row.split(delimiter) for row in rows]
    whole = [row for row in fields if len(row) == max(map(len, fields))]
    numeric = [i for i in range(len(whole[0])) if NUMBER.match(whole[len(whole) // 2][i])]
    times = [i for i in range(len(whole[0])) if re.search(r"\d{4}.?\d{2}.?\d{2}|\d{2}-\d{2}-\d{4}", whole[0][i])]

    def with_field(column: int, value: str, only: int | None = None) -> str:
        changed = [[*f[:column], value, *f[column + 1 :]] if len(f) > column and only in (None, n) else f for n, f in enumerate(fields)]
        return "\n".join([*lines[: head + 1], *(delimiter.join(f) for f in changed)]) + "\n"

    for n, value in enumerate(ODD_VALUES):
        column, row = numeric[n % len(numeric)], dice.randrange(len(rows))
        yield other(f"the number {value[:20]!r} in column {column}, row {row}", with_field(column, value, row), may_differ=True)
    for value in ODD_TIMES:
        yield other(f"the time {value!r}", with_field(times[0], value, dice.randrange(len(rows))))
    for column in range(len(whole[0])):
        path = PATHS[column % len(PATHS)]
        yield other(f"{path[:20]!r} all along column {column}", with_field(column, path), may_differ=True)
        yield other(f"nothing in column {column}", with_field(column, ""), may_differ=True)
    swapped = list(fields)
    yield other("columns the other way round", "\n".join([*lines[:head], *(delimiter.join(f[::-1]) for f in [lines[head].split(delimiter), *fields])]) + "\n", may_differ=True)  # fmt: skip  # noqa: E501
    yield other("rows turned into columns", "\n".join(map(delimiter.join, zip(*swapped, strict=False))) + "\n")
    yield other("a header without rows", "\n".join(lines[: head + 1]) + "\n", may_differ=True)
    yield other("rows without a header", "\n".join(rows) + "\n")
    yield other("a row without end", text + delimiter * 1_000_000 + "\n")
    yield other("a quote that is not closed", text + '"' + text)
    yield other("a line of 8 MB", text + "9" * (8 << 20))
    yield other("100,000 columns", delimiter.join(f"c{n}" for n in range(100_000)) + "\n" + text)
    yield other("another delimiter", text.replace(delimiter, "|"), may_differ=True)
    yield other("decimals with a comma", re.sub(r"(\d)\.(\d)", r"\1,\2", text), may_differ=True)
    yield content("UTF-16", text.encode("utf-16"))
    yield content("bytes of another alphabet", good[: len(good) // 2] + b"\xff\xfe\xfd" + good[len(good) // 2 :])
    yield content("NUL between all letters", text.encode("utf-16-le"))
    yield Mutation("a zip bomb", _packed_bomb(lines[head].encode() + b"\n", rows[0].encode() + b"\n"))
    yield Mutation("a zip bomb in zeros", _packed_bomb(b"", b"0" * 64))


def _packed_bomb(head: bytes, repeated: bytes) -> Callable[[Path], Path]:
    """As gzip under a name that says so."""

    def make(file: Path) -> Path:
        file.unlink()
        bomb = file.with_name(file.name if file.name.endswith(".gz") else f"{file.name}.gz")
        block = repeated * ((1 << 20) // len(repeated))
        bomb.write_bytes(gzip.compress(head, mtime=0) + gzip.compress(block, mtime=0) * (BOMB_BYTES // len(block)))
        return bomb

    return make


def mutations_of_json(good: bytes) -> Iterator[Mutation]:
    """Of a JSON document: each of its places, in turn, holds something else."""
    document = json.loads(good)
    odd: tuple[Any, ...] = (None, "", "x", -1, 1e308, True, [], {}, [[]], "../../../etc/passwd", "1e999", 10**30)
    places = _different(list(_places(document)))
    for n, place in enumerate(places):
        for value in odd[n % 3 :: 3]:
            yield content(f"{value!r} at {place}", json.dumps(_with(document, place, value)).encode(), may_differ=True)
        yield content(f"nothing at {place}", json.dumps(_with(document, place, ...)).encode(), may_differ=True)
    text = good.decode()
    yield content("100,000 brackets", b"[" * 100_000)
    yield content("100,000 objects", b'{"a":' * 100_000)
    yield content("a number of 100,000 digits", re.sub(r"(?<=: )\d+", "9" * 100_000, text, count=1).encode(), may_differ=True)
    yield content("NaN where a number was", re.sub(r"(?<=: )\d+\.\d+", "NaN", text).encode(), may_differ=True)
    yield content("Infinity where a number was", re.sub(r"(?<=: )\d+\.\d+", "Infinity", text).encode(), may_differ=True)
    yield content("numbers as words", re.sub(r"(?<=[:\[] )(\d+\.\d+)", r'"\1"', text).encode(), may_differ=True)
    yield content("twice", good + b"\n" + good)
    yield content("in a list", b"[" + good + b"]", may_differ=True)
    yield content("UTF-16", text.encode("utf-16"))
    yield Mutation("a zip bomb", _packed_bomb(good[: len(good) // 2], b'{"results": []}\n'))
    yield Mutation("a zip bomb in blanks", _packed_bomb(b"[", b" " * 64))


Place = tuple[str | int, ...]
MOST_PLACES = 24


def _places(part: Any, above: Place = ()) -> Iterator[Place]:
    inside = part.items() if isinstance(part, dict) else enumerate(part[:2]) if isinstance(part, list) else ()
    for key, below in inside:
        yield (*above, key)
        yield from _places(below, (*above, key))


def _different(places: list[Place]) -> list[Place]:
    """One of those that differ in nothing but a number, and no more than MOST_PLACES, evenly."""
    kinds = list({tuple("" if isinstance(step, int) else step for step in place): place for place in places}.values())
    return kinds[:: max(1, len(kinds) // MOST_PLACES)]


def _with(document: Any, place: Place, value: Any) -> Any:
    """A copy of the document with `value` at a place, or without the place where it is `...`."""
    copy = json.loads(json.dumps(document))
    holder = copy
    for step in place[:-1]:
        holder = holder[step]
    if value is ...:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return copy


def mutations_of_ascii_grid(good: bytes) -> Iterator[Mutation]:
    """Of a grid in text: each line of its header says something else, or its rows are not what the header says."""
    lines = good.decode().splitlines()
    header, rows = lines[:6], [line.split() for line in lines[6:]]
    odd = ("", "x", "0", "-1", "1", "2", "1e9", "999999", "3.5", "nan", "inf", "1e308", "../../x")
    for n, line in enumerate(header):
        for value in odd:
            changed = [*header[:n], f"{line.split()[0]} {value}", *header[n + 1 :], *lines[6:]]
            yield content(f"{value!r} for {line.split()[0]}", _text(changed), may_differ=n >= 2)
        yield content(f"without {line.split()[0]}", _text([*header[:n], *header[n + 1 :], *lines[6:]]), may_differ=n == 5)
    yield content("rows and columns the other way round", _text([*header, *map(" ".join, zip(*rows, strict=True))]))
    yield content("a block of missing values", _text([*header, *(" ".join(["-9999"] * len(row)) for row in rows[:3]), *lines[9:]]))
    yield content("a block of NaN", _text([*header, *(" ".join(["nan"] * len(row)) for row in rows[:3]), *lines[9:]]))
    for value in ("x", "1e999", "-5", "inf", "0x10", "1_0"):
        yield content(f"{value!r} among the values", _text([*header, " ".join([value, *rows[0][1:]]), *lines[7:]]))
    yield content("a row too many", _text([*lines, lines[-1]]))
    yield content("a row too few", _text(lines[:-1]))
    yield content("a line of 8 MB", _text([*header, "1 " * (4 << 20)]))
    yield Mutation("a zip bomb", _packed_bomb(_text(header), b"0 " * 32))


def mutations_of_toml(good: bytes) -> Iterator[Mutation]:
    """Of a settings file: each value in turn is another, and some files that no parser likes."""
    lines = good.decode().splitlines()
    odd = ("", "-1", "1e999", "nan", '"../../x"', "[]", "{}", "true", "9" * 5000, '"\\u0000"', "1979-05-27", "[[[[1]]]]")
    settings = [n for n, line in enumerate(lines) if re.match(r"^\w+ = ", line)]
    for order, n in enumerate(settings):
        for value in odd[order % 3 :: 3]:
            key = lines[n].partition(" = ")[0]
            yield content(f"{key} = {value[:20]}", _text([*lines[:n], f"{key} = {value}", *lines[n + 1 :]]), may_differ=True)
    yield content("100,000 brackets", b"x = " + b"[" * 100_000)
    yield content("100,000 tables", b"x = " + b"{a=" * 100_000)
    yield content("a key of 10,000 parts", b".".join([b"a"] * 10_000) + b" = 1")
    yield content("a header of 10,000 parts", b"[" + b".".join([b"a"] * 10_000) + b"]\n")
    yield content("UTF-16", good.decode().encode("utf-16"))
    yield content("twice", good + good)


def _text(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
