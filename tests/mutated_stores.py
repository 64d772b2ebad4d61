"""Ways in which a folder of files that are one thing (a Zarr store, a segment of observations) can be wrong."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.mutations import HTML, Mutation

CHANGES = 40
ODD_METADATA = (
    ('"shape":', '"shape":[99999999999,12,12],"was":'),
    ('"shape":', '"shape":[-1],"was":'),
    ('"shape":', '"shape":"../../x","was":'),
    ('"chunk_shape":', '"chunk_shape":[0,0,0],"was":'),
    ('"chunk_shape":', '"chunk_shape":[999999999999],"was":'),
    ('"data_type":', '"data_type":"float16","was":'),
    ('"data_type":', '"data_type":"../../x","was":'),
    ('"data_type":', '"data_type":"string","was":'),
    ('"fill_value":', '"fill_value":1e999,"was":'),
    ('"dimension_names":', '"dimension_names":["../../x","/etc","y"],"was":'),
    ('"name": "bytes"', '"name": "../../x"'),
    ('"name":"bytes"', '"name":"../../x"'),
    ('"little"', '"big"'),
    ('"codecs":', '"codecs":[],"was":'),
    ('"separator":', '"separator":"/../","was":'),
    ('"zarr_format":', '"zarr_format":9,"was":'),
    ('"node_type":', '"node_type":"../../x","was":'),
    ('"attributes":', '"attributes":7,"was":'),
)


def mutations_of_store(good: Path, changes: int = CHANGES, seed: int = 7) -> Iterator[Mutation]:
    """Each of its files in turn cut, flipped, emptied, lost, a page, a link or a folder; and metadata that say odd things."""
    dice = random.Random(seed)
    members = sorted(f.relative_to(good) for f in good.rglob("*") if f.is_file())
    for n in range(changes):
        member = members[n % len(members)]
        changed = _changed(dice, (good / member).read_bytes(), n // len(members))
        yield _other(f"{member} {n}", member, lambda f, c=changed: f.write_bytes(c), may_differ=True)  # type: ignore[misc]
    for member in members:
        yield _other(f"{member} empty", member, lambda f: f.write_bytes(b""))
        yield _other(f"{member} a page", member, lambda f: f.write_bytes(HTML))
        yield _other(f"{member} lost", member, Path.unlink, may_differ=True)
        yield _other(f"{member} a folder", member, lambda f: (f.unlink(), f.mkdir()), may_differ=True)
        yield _other(f"{member} a link out", member, lambda f: (f.unlink(), f.symlink_to("/etc/passwd")), may_differ=True)
        yield _other(f"{member} with more behind", member, lambda f: f.write_bytes(f.read_bytes() + b"more"), may_differ=True)
    texts = [m for m in members if m.suffix == ".json" or m.name.startswith(".z")]
    for member in texts:
        for found, instead in ODD_METADATA:
            text = (good / member).read_text()
            if found in text:
                yield _other(
                    f"{instead} in {member}", member, lambda f, a=found, b=instead: f.write_text(f.read_text().replace(a, b)), True
                )  # type: ignore[misc]
    yield Mutation("an empty folder", lambda folder: _emptied(folder))


def _other(name: str, member: Path, change: Callable[[Path], object], may_differ: bool = False) -> Mutation:
    def make(folder: Path) -> Path:
        change(folder / member)
        return folder

    return Mutation(name, make, may_differ)


def _changed(dice: random.Random, good: bytes, kind: int) -> bytes:
    at = dice.randrange(max(len(good), 1))
    if kind % 3 == 0:
        return good[:at]
    if kind % 3 == 1:
        return good[:at] + bytes([good[at] ^ (1 << dice.randrange(8))]) + good[at + 1 :] if good else b"x"
    return good[:at] + dice.randbytes(8) + good[at + 8 :]


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder)
    folder.mkdir()
    return folder
