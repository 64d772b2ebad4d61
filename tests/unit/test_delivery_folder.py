import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hazecast.delivery.folder import deliver_to_folder
from hazecast.errors import ArchiveError
from hazecast.records import Bulletin, Document

BULLETIN = Bulletin(
    id="20180427T00Z-1",
    cycle_key="20180427T00Z",
    expires_at=datetime(2018, 4, 27, 12, tzinfo=UTC),
    documents=(Document("report.txt", "text/plain", "zh", "霾".encode()), Document("map.png", "image/png", "", b"\x89PNG")),
)


def test_documents_arrive_in_a_folder_named_for_the_bulletin(tmp_path: Path) -> None:
    place = deliver_to_folder(BULLETIN, tmp_path / "outbox")
    assert place == tmp_path / "outbox" / "20180427T00Z-1"
    assert {p.name: p.read_bytes() for p in place.iterdir()} == {"report.txt": "霾".encode(), "map.png": b"\x89PNG"}


def test_delivering_again_changes_nothing(tmp_path: Path) -> None:
    place = deliver_to_folder(BULLETIN, tmp_path)
    before = [(p, p.stat().st_ino, p.stat().st_mtime_ns) for p in sorted(place.iterdir())]
    assert deliver_to_folder(BULLETIN, tmp_path) == place
    assert [(p, p.stat().st_ino, p.stat().st_mtime_ns) for p in sorted(place.iterdir())] == before
    assert list(tmp_path.iterdir()) == [place]


def test_what_a_receiver_put_beside_the_documents_stays(tmp_path: Path) -> None:
    (deliver_to_folder(BULLETIN, tmp_path) / "read").mkdir()
    assert (deliver_to_folder(BULLETIN, tmp_path) / "read").is_dir()


def test_what_was_delivered_is_not_overwritten_by_other_content(tmp_path: Path) -> None:
    place = deliver_to_folder(BULLETIN, tmp_path)
    other = replace(BULLETIN, documents=(Document("report.txt", "text/plain", "zh", b"no haze"), *BULLETIN.documents[1:]))
    with pytest.raises(ArchiveError, match=r"report\.txt differ or are lacking"):
        deliver_to_folder(other, tmp_path)
    assert (place / "report.txt").read_bytes() == "霾".encode()


def test_a_delivered_document_that_was_removed_is_noticed(tmp_path: Path) -> None:
    (deliver_to_folder(BULLETIN, tmp_path) / "map.png").unlink()
    with pytest.raises(ArchiveError, match=r"map\.png differ or are lacking"):
        deliver_to_folder(BULLETIN, tmp_path)


@pytest.mark.parametrize("refused", ["fsync", "rename"])
def test_a_full_disk_leaves_nothing_half_delivered(tmp_path: Path, refused: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, refused, refuse)
    with pytest.raises(OSError, match="No space left"):
        deliver_to_folder(BULLETIN, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_a_run_that_died_are_removed(tmp_path: Path) -> None:
    (tmp_path / ".20180427T00Z-1.partial-0a1b2c3d").mkdir()
    (tmp_path / ".20180427T00Z-1.partial-0a1b2c3d" / "report.txt").write_bytes(b"half")
    place = deliver_to_folder(BULLETIN, tmp_path)
    assert list(tmp_path.iterdir()) == [place]


@pytest.mark.parametrize("bulletin_id", ["../escaped", "a/b", ".hidden", "..", ""])
def test_a_bulletin_stays_in_the_folder(tmp_path: Path, bulletin_id: str) -> None:
    with pytest.raises(ValueError, match="cannot name a folder"):
        deliver_to_folder(replace(BULLETIN, id=bulletin_id), tmp_path / "outbox")
    assert list(tmp_path.iterdir()) == []
