"""Ways in which a delivered file can be wrong, whatever its format. The same seed gives the same mutations."""

import gzip
import random
from collections.abc import Iterator
from dataclasses import dataclass

HTML = b"<!DOCTYPE html><html><head><title>503</title></head><body><h1>Service unavailable</h1></body></html>"
CUTS, FLIPS, BLOCKS = 70, 90, 40


@dataclass(frozen=True)
class Mutation:
    """A mutated file. `may_differ` where no reader can know: a flipped bit in a number is another number."""

    name: str
    content: bytes
    may_differ: bool = False


def mutations(good: bytes, seed: int = 20130112) -> Iterator[Mutation]:
    """At least 200 mutations of any file: cut, flipped, zeroed, torn, swapped, doubled, or another thing altogether."""
    dice = random.Random(seed)
    yield Mutation("empty", b"")
    yield Mutation("a web page", HTML)
    yield Mutation("a web page in front", HTML + good)
    yield Mutation("a message in JSON", b'{"error": "quota exceeded", "status": 429}')
    yield Mutation("a PNG", b"\x89PNG\r\n\x1a\n" + bytes(200))
    yield Mutation("a zip", b"PK\x03\x04" + bytes(200))
    yield Mutation("zeros", bytes(len(good)))
    yield Mutation("noise", dice.randbytes(len(good)))
    yield Mutation("zipped once more", gzip.compress(good, mtime=0))
    for n in range(CUTS):
        yield Mutation(f"cut {n}", good[: dice.randrange(1, len(good))])
    for n in range(FLIPS):
        flipped = bytearray(good)
        for _ in range(1 + n % 3):
            flipped[_place(dice, len(good), n)] ^= 1 << dice.randrange(8)
        yield Mutation(f"bits flipped {n}", bytes(flipped), may_differ=True)
    for n in range(BLOCKS):
        length = min(dice.choice([2, 8, 64, 512]), len(good) // 2)
        at = _place(dice, len(good) - length, n)
        filler = dice.choice([bytes(length), b"\xff" * length, dice.randbytes(length)])
        yield Mutation(f"block overwritten {n}", good[:at] + filler + good[at + length :], may_differ=True)
        if n % 4 == 0:
            yield Mutation(f"block lost {n}", good[:at] + good[at + length :], may_differ=True)
            yield Mutation(f"block doubled {n}", good[: at + length] + good[at:], may_differ=True)


def _place(dice: random.Random, length: int, n: int) -> int:
    """Every other one near the beginning, where headers are."""
    return dice.randrange(min(length, 400)) if n % 2 else dice.randrange(length)
