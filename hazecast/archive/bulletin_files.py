"""A bulletin among the products of its cycle: written there before it is delivered, and read back for every delivery."""

import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from hazecast.archive.manifest import RESTORE_REMEDY, read_manifest
from hazecast.archive.products import FileWriter, bytes_writer
from hazecast.errors import ArchiveError
from hazecast.records import Bulletin, Document

FOLDER = "bulletin"
INDEX_NAME = "bulletin.json"


def bulletin_files(bulletin: Bulletin) -> dict[str, FileWriter]:
    """The files of `bulletin` by product name, for `store_products`."""
    if any(d.name == INDEX_NAME for d in bulletin.documents):
        raise ValueError(f"A document cannot be named {INDEX_NAME}; that file lists the documents.")
    contents = {d.name: d.content for d in bulletin.documents} | {INDEX_NAME: _index(bulletin)}
    return {f"{FOLDER}/{name}": bytes_writer(content) for name, content in contents.items()}


def load_bulletin(archive_folder: Path, cycle_key: str) -> Bulletin:
    """The bulletin of a cycle as it was stored.

    Raises ArchiveError when a file of it is lacking or changed.
    """
    folder = archive_folder / cycle_key
    hashes = {p.name: p.sha256 for p in read_manifest(folder)}
    index = json.loads(_read(folder, INDEX_NAME, hashes))
    documents = tuple(_document(folder, d, hashes) for d in index["documents"])
    return Bulletin(index["id"], index["cycle_key"], datetime.fromisoformat(index["expires_at"]), documents, index.get("exercise", False))


def _index(bulletin: Bulletin) -> bytes:
    listed = [{"name": d.name, "media_type": d.media_type, "language": d.language} for d in bulletin.documents]
    mark = {"exercise": True} if bulletin.exercise else {}
    index = {"id": bulletin.id, "cycle_key": bulletin.cycle_key, "expires_at": bulletin.expires_at.isoformat(), **mark, "documents": listed}
    return (json.dumps(index, ensure_ascii=False, indent=1) + "\n").encode()


def _document(folder: Path, listed: dict[str, Any], hashes: dict[str, str]) -> Document:
    return Document(listed["name"], listed["media_type"], listed["language"], _read(folder, listed["name"], hashes))


def _read(folder: Path, name: str, hashes: dict[str, str]) -> bytes:
    file = folder / FOLDER / name
    try:
        content = file.read_bytes()
    except OSError as lacking:
        raise ArchiveError(
            f"{file} cannot be read: {lacking}.",
            RESTORE_REMEDY,
        ) from lacking
    if sha256(content).hexdigest() != hashes.get(f"{FOLDER}/{name}"):
        raise ArchiveError(
            f"{file} is not as it was stored.",
            RESTORE_REMEDY,
        )
    return content
