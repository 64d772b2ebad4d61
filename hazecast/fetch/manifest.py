"""The manifest of a folder of fetched files: where each came from and when, and what it must still be. Without keys."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from hazecast.archive.disk import sync
from hazecast.errors import FetchError
from hazecast.fetch.names import require_plain_name
from hazecast.records import require_utc

MANIFEST_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One fetched file. `asked` identifies what was asked of the source: another question needs another file."""

    name: str
    url: str
    size_bytes: int
    sha256: str
    fetched_at: datetime
    source: str
    asked: str

    def __post_init__(self) -> None:
        require_plain_name(self.name)
        require_utc("fetched_at", self.fetched_at)


def read_manifest(folder: Path) -> dict[str, Entry]:
    """What the manifest of `folder` lists, by name; nothing where there is none. Raises FetchError for one that cannot be read."""
    file = folder / MANIFEST_NAME
    try:
        listed = json.loads(file.read_bytes())["files"]
        entries = [Entry(**{**one, "fetched_at": datetime.fromisoformat(one["fetched_at"])}) for one in listed]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as broken:
        raise FetchError(
            f"{file} is not the manifest of fetched files: {broken!r}.",
            "Fetch into another folder, or move it away: files are then fetched again.",
        ) from broken
    return {entry.name: entry for entry in entries}


def write_manifest(folder: Path, entries: Mapping[str, Entry]) -> None:
    """Replace the manifest in one step; raises FetchError when that is refused."""
    listed = [{**asdict(entry), "fetched_at": entry.fetched_at.isoformat()} for _, entry in sorted(entries.items())]
    partial = folder / f".{MANIFEST_NAME}.partial"
    try:
        partial.write_bytes(json.dumps({"files": listed}, ensure_ascii=False, indent=1).encode() + b"\n")
        sync(partial)
        partial.replace(folder / MANIFEST_NAME)
        sync(folder)
    except OSError as refused:
        raise FetchError(
            f"The manifest of {folder} cannot be written: {refused.strerror}.",
            "See that its disk has room and that the folder may be written to.",
        ) from refused


def digest_of(asked: str) -> str:
    """A short name for what was asked of a source."""
    return hashlib.sha256(asked.encode()).hexdigest()[:16]
