from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hazecast.archive.bulletin_files import bulletin_files, load_bulletin
from hazecast.archive.database import open_database
from hazecast.archive.ledger import claim_cycle
from hazecast.archive.products import store_products
from hazecast.errors import ArchiveError
from hazecast.records import Bulletin, Cycle, Document

INIT = datetime(2018, 4, 27, 0, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT, timedelta(hours=24))
BULLETIN = Bulletin(
    id="20180427T00Z-1",
    cycle_key=CYCLE.key,
    expires_at=INIT + timedelta(hours=12, microseconds=1),
    documents=(
        Document("report.zh.html", "text/html; charset=utf-8", "zh", "<p>霾黄色预警</p>".encode()),
        Document("map.png", "image/png", "", b"\x89PNG\r\n"),
    ),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(tmp_path)
    yield opened
    opened.dispose()


def store(database: Engine, archive: Path) -> Path:
    store_products(database, archive, claim_cycle(database, CYCLE, "one", "settings", INIT), bulletin_files(BULLETIN))
    return archive / CYCLE.key / "bulletin"


def test_a_stored_bulletin_comes_back_as_it_was(tmp_path: Path, database: Engine) -> None:
    store(database, tmp_path)
    assert load_bulletin(tmp_path, CYCLE.key) == BULLETIN


def test_documents_keep_their_names_in_the_archive(tmp_path: Path, database: Engine) -> None:
    folder = store(database, tmp_path)
    assert sorted(p.name for p in folder.iterdir()) == ["bulletin.json", "map.png", "report.zh.html"]
    assert (folder / "map.png").read_bytes() == b"\x89PNG\r\n"


@pytest.mark.parametrize("name", ["bulletin.json", "report.zh.html"])
def test_a_bulletin_that_was_tampered_with_is_not_delivered(tmp_path: Path, database: Engine, name: str) -> None:
    file = store(database, tmp_path) / name
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(ArchiveError, match=f"{name} is not as it was stored"):
        load_bulletin(tmp_path, CYCLE.key)


def test_a_document_that_is_lacking_is_named(tmp_path: Path, database: Engine) -> None:
    (store(database, tmp_path) / "map.png").unlink()
    with pytest.raises(ArchiveError, match=r"map\.png cannot be read"):
        load_bulletin(tmp_path, CYCLE.key)


def test_a_cycle_that_was_never_stored_has_no_bulletin(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="is not a readable manifest"):
        load_bulletin(tmp_path, CYCLE.key)


def test_no_document_takes_the_name_of_the_index() -> None:
    taken = Bulletin("b", CYCLE.key, INIT, (Document("bulletin.json", "application/json", "", b"{}"),))
    with pytest.raises(ValueError, match=r"cannot be named bulletin\.json"):
        bulletin_files(taken)
