"""The folder channel: each bulletin in a folder of its own, there as a whole or not at all."""

import secrets
import shutil
from pathlib import Path

from hazecast.archive.disk import sync
from hazecast.delivery.channel import Channel
from hazecast.errors import ArchiveError
from hazecast.records import Bulletin


def folder_channel(folder: Path) -> Channel:
    """The channel that puts bulletins into `folder`."""
    return lambda parcel: str(deliver_to_folder(parcel.bulletin, folder))


def folder_for_each(folder: Path) -> Channel:
    """The channel that puts bulletins into a folder of their recipient inside `folder`."""
    return lambda parcel: str(deliver_to_folder(parcel.bulletin, folder / parcel.recipient))


def deliver_to_folder(bulletin: Bulletin, folder: Path) -> Path:
    """Put the documents into `folder`/<bulletin id> and return that; delivering the same again changes nothing.

    Raises OSError when it cannot be written, ArchiveError when other documents were delivered under this id.
    """
    if not bulletin.id or Path(bulletin.id).name != bulletin.id or bulletin.id.startswith("."):
        raise ValueError(f"Bulletin id {bulletin.id!r} cannot name a folder.")
    final = folder / bulletin.id
    if final.exists():
        _require_same(bulletin, final)
        return final
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob(f".{bulletin.id}.partial-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    temporary = folder / f".{bulletin.id}.partial-{secrets.token_hex(4)}"
    try:
        _write(bulletin, temporary)
        temporary.rename(final)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync(folder)
    return final


def _require_same(bulletin: Bulletin, final: Path) -> None:
    differing = sorted(d.name for d in bulletin.documents if not _holds(final / d.name, d.content))
    if differing:
        raise ArchiveError(
            f"{final} holds other documents than bulletin {bulletin.id}: {', '.join(differing)} differ or are lacking.",
            "What was delivered is not overwritten; move it away to have it delivered anew.",
        )


def _holds(file: Path, content: bytes) -> bool:
    return file.is_file() and file.read_bytes() == content


def _write(bulletin: Bulletin, temporary: Path) -> None:
    temporary.mkdir()
    for document in bulletin.documents:
        (temporary / document.name).write_bytes(document.content)
        sync(temporary / document.name)
    sync(temporary)
