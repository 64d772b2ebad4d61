"""The manifest of a folder of fetched files: where each came from and when, and what it must still be. Without keys."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hazecast.archive.disk import sync
from hazecast.errors import FetchError
from hazecast.records import require_utc

MANIFEST_NAME = "manifest.json"
_OUR_KEYS = frozenset({"asked", "fetched_at"})  # of an entry; another program's manifest has neither
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=+-]{0,150}")
_NOTHING: Mapping[str, str] = MappingProxyType({})


def require_plain_name(name: str) -> None:
    """Raise ValueError unless `name` is a short one of letters, digits and `._=+-` that stays inside its folder and is not hidden."""
    if not _PLAIN.fullmatch(name) or name == MANIFEST_NAME:
        raise ValueError(f"A fetched file cannot be named {name[:80]!r}.")


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
        return _listed(json.loads(file.read_bytes()))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as broken:
        raise FetchError(
            f"{file} is not the manifest of fetched files: {broken!r}.",
            "Fetch into another folder, or move it away: files are then fetched again.",
        ) from broken


def digests_in(folder: Path) -> Mapping[str, str]:
    """The hashes that files were fetched with, by name; nothing where no manifest is, or one that another program wrote.

    Raises FetchError for one that is damaged.
    """
    file = folder / MANIFEST_NAME
    try:
        if file.exists() and not file.is_file():
            raise ValueError("it is no file")
        written = json.loads(file.read_bytes())
        return {name: entry.sha256 for name, entry in _listed(written).items()} if _is_ours(written) else _NOTHING
    except (FileNotFoundError, NotADirectoryError):
        return _NOTHING
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as broken:
        raise FetchError(
            f"{file} is not the manifest of fetched files: {broken!r}; without it nobody can say whether those beside it are whole.",
            "Fetch them again into another folder, or move it away if you trust them.",
        ) from broken


def _listed(written: Any) -> dict[str, Entry]:
    entries = [Entry(**{**one, "fetched_at": datetime.fromisoformat(one["fetched_at"])}) for one in written["files"]]
    return {entry.name: entry for entry in entries}


def _is_ours(written: Any) -> bool:
    files = written.get("files") if isinstance(written, dict) else None
    return isinstance(files, list) and any(isinstance(one, dict) and _OUR_KEYS & one.keys() for one in files)


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
