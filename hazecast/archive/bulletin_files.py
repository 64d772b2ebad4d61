"""A bulletin among the products of its cycle: written there before it is delivered, and read back for every delivery."""

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from hazecast.archive.disk import sync
from hazecast.archive.manifest import RESTORE_REMEDY, describe, read_manifest, write_manifest
from hazecast.archive.products import FileWriter, bytes_writer
from hazecast.errors import ArchiveError
from hazecast.records import Bulletin, Document

FOLDER = "bulletin"
INDEX_NAME = "bulletin.json"
RELEASED = "released"


def bulletin_files(bulletin: Bulletin) -> dict[str, FileWriter]:
    """The files of `bulletin` by product name, for `store_products`."""
    if any(d.name == INDEX_NAME for d in bulletin.documents):
        raise ValueError(f"A document cannot be named {INDEX_NAME}; that file lists the documents.")
    contents = {d.name: d.content for d in bulletin.documents} | {INDEX_NAME: _index(bulletin)}
    return {f"{FOLDER}/{name}": bytes_writer(content) for name, content in contents.items()}


def load_bulletin(archive_folder: Path, key: str) -> Bulletin:
    """The bulletin of a cycle as it was stored, by the cycle's key; or by its own id one that was composed anew when it was released.

    Raises ArchiveError when a file of it is lacking or changed.
    """
    folder, hashes, index = _opened(archive_folder, key)
    documents = tuple(_document(folder, d, hashes) for d in index["documents"])
    return Bulletin(index["id"], index["cycle_key"], datetime.fromisoformat(index["expires_at"]), documents, index.get("exercise", False))


def released_folder(archive_folder: Path, bulletin_id: str) -> Path:
    """Where a bulletin stands that was composed anew when it was released; raises ArchiveError for what is no bulletin's name."""
    if not re.fullmatch(r"\d{8}T\d\dZ-[0-9a-z-]+", bulletin_id):
        raise ArchiveError(f"{bulletin_id!r} is no name of a bulletin.", "See `hazecast outbox list` for those that there are.")
    return archive_folder / RELEASED / bulletin_id


def store_released(archive_folder: Path, bulletin: Bulletin, others: Mapping[str, FileWriter]) -> None:
    """Write a bulletin that was composed anew into a folder of its own, with a manifest, in one step; one that is there stays.

    Raises ArchiveError when it cannot be written.
    """
    final = released_folder(archive_folder, bulletin.id)
    temporary = final.with_name(f".{final.name}.partial-{secrets.token_hex(4)}")
    try:
        temporary.mkdir(parents=True)
        for name, write in (bulletin_files(bulletin) | dict(others)).items():
            (temporary / name).parent.mkdir(parents=True, exist_ok=True)
            write(temporary / name)
        write_manifest(temporary, describe(temporary))
        for path in (*temporary.rglob("*"), temporary):
            sync(path)
        if not final.exists():
            temporary.rename(final)
        sync(final.parent)
    except OSError as refused:
        raise ArchiveError(
            f"Bulletin {bulletin.id} could not be written to {final}: {refused}.", "See that its disk has room; nothing was sent."
        ) from refused
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _index(bulletin: Bulletin) -> bytes:
    listed = [_listed(document) for document in bulletin.documents]
    mark = {"exercise": True} if bulletin.exercise else {}
    index = {"id": bulletin.id, "cycle_key": bulletin.cycle_key, "expires_at": bulletin.expires_at.isoformat(), **mark, "documents": listed}
    return (json.dumps(index, ensure_ascii=False, indent=1) + "\n").encode()


def load_document(archive_folder: Path, key: str, name: str) -> Document:
    """One document of a bulletin, by the same keys; raises ArchiveError for one that the bulletin does not list, lacking or changed."""
    folder, hashes, index = _opened(archive_folder, key)
    listed = next((d for d in index["documents"] if d["name"] == name), None)
    if listed is None:
        raise ArchiveError(f"Bulletin {key} has no document {name!r}.", "See its bulletin.json for those that it has.")
    return _document(folder, listed, hashes)


def load_bulletin_index(archive_folder: Path, key: str) -> tuple[tuple[str, str, str], ...]:
    """Name, language and area of every document of a bulletin, by the same keys; raises ArchiveError as `load_document` does."""
    _, _, index = _opened(archive_folder, key)
    return tuple((d["name"], d["language"], d.get("area", "")) for d in index["documents"])


def _opened(archive_folder: Path, key: str) -> tuple[Path, dict[str, str], dict[str, Any]]:
    """The folder of a bulletin, the hashes of its files, and its list of documents."""
    folder = released_folder(archive_folder, key) if "-" in key else archive_folder / key
    hashes = {p.name: p.sha256 for p in read_manifest(folder)}
    return folder, hashes, json.loads(_read(folder, INDEX_NAME, hashes))


def _listed(document: Document) -> dict[str, str]:
    told = {"alt": document.alt, "area": document.area}
    return {
        "name": document.name,
        "media_type": document.media_type,
        "language": document.language,
        **{key: text for key, text in told.items() if text},
    }


def _document(folder: Path, listed: dict[str, Any], hashes: dict[str, str]) -> Document:
    name, content = listed["name"], _read(folder, listed["name"], hashes)
    return Document(name, listed["media_type"], listed["language"], content, listed.get("alt", ""), listed.get("area", ""))


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
