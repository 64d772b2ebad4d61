"""Ways in which a delivered file can be wrong, whatever its format. The same seed gives the same mutations."""

import gzip
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

HTML = b"<!DOCTYPE html><html><head><title>503</title></head><body><h1>Service unavailable</h1></body></html>"
CUTS, FLIPS, BLOCKS = 42, 48, 24


@dataclass(frozen=True)
class Mutation:
    """`make` changes a good copy at a path of its own, and returns the path that is then to be read.

    `may_differ` where no reader can know without a hash: a flipped bit in a number is another number.
    """

    name: str
    make: Callable[[Path], Path]
    may_differ: bool = False


def content(name: str, changed: bytes, may_differ: bool = False) -> Mutation:
    """Other bytes under the same name."""

    def make(file: Path) -> Path:
        file.write_bytes(changed)
        return file

    return Mutation(name, make, may_differ)


def mutations_of_bytes(good: bytes, seed: int = 20130112) -> Iterator[Mutation]:
    """More than 120 mutations of any file: empty, another thing altogether, cut, flipped, overwritten, with parts lost and doubled."""
    dice = random.Random(seed)
    yield content("empty", b"")
    yield content("a web page", HTML)
    yield content("a web page in front", HTML + good)
    yield content("a message in JSON", b'{"error": "quota exceeded", "status": 429}')
    yield content("a PNG", b"\x89PNG\r\n\x1a\n" + bytes(200))
    yield content("a zip", b"PK\x03\x04" + bytes(200))
    yield content("zeros", bytes(len(good)))
    yield content("noise", dice.randbytes(len(good)))
    yield content("zipped once more", gzip.compress(good, mtime=0))
    for n in range(CUTS):
        yield content(f"cut {n}", good[: dice.randrange(1, len(good))])
    for n in range(FLIPS):
        flipped = bytearray(good)
        for _ in range(1 + n % 3):
            flipped[_place(dice, len(good), n)] ^= 1 << dice.randrange(8)
        yield content(f"bits flipped {n}", bytes(flipped), may_differ=True)
    for n in range(BLOCKS):
        length = min(dice.choice([2, 8, 64, 512]), len(good) // 2)
        at = _place(dice, len(good) - length, n)
        filler = dice.choice([bytes(length), b"\xff" * length, dice.randbytes(length)])
        yield content(f"block overwritten {n}", good[:at] + filler + good[at + length :], may_differ=True)
        if n % 4 == 0:
            yield content(f"block lost {n}", good[:at] + good[at + length :], may_differ=True)
            yield content(f"block doubled {n}", good[: at + length] + good[at:], may_differ=True)


def _place(dice: random.Random, length: int, n: int) -> int:
    """Every other one near the beginning, where headers are."""
    return dice.randrange(min(length, 400)) if n % 2 else dice.randrange(length)


# Names from outside, as a file system may have them; "{}" is the good name.
ODD_NAMES = (
    "-rf {}",
    "~root {}",
    "$(touch owned) {}",
    "`touch owned` {}",
    "%2e%2e%2f{}",
    "..\\..\\{}",
    "....{}",
    "'; DROP TABLE stations; -- {}",
    "two\nlines {}",
    "bell \a {}",
    "\u202e{}",
    "{{0.__class__}} %s %n {}",
    "\udcff\udcfe {}",
    "x" * 150 + "{}",
    "{}.part",
)


def mutations_of_names() -> Iterator[Mutation]:
    """Paths that lead elsewhere or nowhere, things that are no files, and names that somebody may take for a path or a command."""
    for odd in ODD_NAMES:
        yield Mutation(f"named {odd!r}", lambda file, odd=odd: file.rename(file.with_name(_named(odd, file.name))), may_differ=True)  # type: ignore[misc]
    yield Mutation("not there", lambda file: _instead(file, lambda _: None))
    yield Mutation("a folder", lambda file: _instead(file, Path.mkdir))
    yield Mutation("a pipe", lambda file: _instead(file, os.mkfifo))
    yield Mutation("a link to itself", lambda file: _instead(file, lambda f: f.symlink_to(f)))
    yield Mutation("a link to nothing", lambda file: _instead(file, lambda f: f.symlink_to("../../nothing")))
    yield Mutation("a link to a device", lambda file: _instead(file, lambda f: f.symlink_to("/dev/zero")))
    yield Mutation("a path above its folder", lambda file: file.parent / ".." / ".." / "etc" / file.name)


def _named(odd: str, name: str) -> str:
    return odd.replace("{}", name)


def _instead(file: Path, put: Callable[[Path], object]) -> Path:
    file.unlink()
    put(file)
    return file
