"""Large files of old cycles, removed. The manifest says first what goes and keeps its hash, so that one that died on the way goes on."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from hazecast.archive.disk import sync
from hazecast.archive.ledger import State, cycle_states
from hazecast.archive.manifest import MANIFEST_NAME, manifest_text, read_manifest, read_retired
from hazecast.errors import ArchiveError


def retire(database: Engine, archive: Path, names: Collection[str], before: datetime) -> tuple[str, ...]:
    """Remove the products `names` of every cycle that began before a time; returns the keys of the cycles that had some.

    Raises ArchiveError where a manifest cannot be read, or a file not removed.
    """
    old = [s.cycle.key for s in cycle_states(database) if s.state is State.DONE and s.cycle.init_time < before]
    return tuple(key for key in old if (archive / key / MANIFEST_NAME).is_file() and _retired(archive / key, names))


def _retired(folder: Path, names: Collection[str]) -> bool:
    products, gone = read_manifest(folder), read_retired(folder)
    going = tuple(product for product in products if product.name in names)
    left_over = [folder / product.name for product in (*gone, *going) if (folder / product.name).exists()]
    if not going and not left_over:
        return False
    try:
        if going:
            partial = folder.with_name(f".{folder.name}.manifest.partial")
            partial.write_text(manifest_text(tuple(p for p in products if p not in going), (*gone, *going)), encoding="utf-8")
            sync(partial)
            partial.replace(folder / MANIFEST_NAME)
            sync(folder)
        for file in left_over:
            file.unlink()
    except OSError as refused:
        raise ArchiveError(f"Old files of {folder} cannot be removed: {refused}.", "See that the archive may be written to.") from refused
    return True
