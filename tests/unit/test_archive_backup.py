import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hazecast.archive.backup import copies, make_backup
from hazecast.archive.database import open_database
from hazecast.archive.ledger import CycleResults, State, claim_cycle, cycle_states, finish_cycle
from hazecast.archive.manifest import differing_names, read_retired, verify_products
from hazecast.archive.memory import open_memory
from hazecast.archive.observations.store import verify
from hazecast.archive.observations.watch import Watching
from hazecast.archive.products import bytes_writer, store_products
from hazecast.archive.retention import retire
from hazecast.errors import ArchiveError
from hazecast.intake.ingesting import ingest
from hazecast.records import Cycle
from tests.serving_case import settings_in
from tests.small_case import HOURS, STATIONS, write_small_case

INIT = datetime(2019, 1, 12, tzinfo=UTC)
FILES = {"grid.nc": bytes_writer(b"grid"), "stations.nc": bytes_writer(b"stations"), "bulletin/a.txt": bytes_writer(b"haze")}


def run(archive: Path, init_time: datetime) -> str:
    database = open_database(archive)
    claim = claim_cycle(database, Cycle(init_time, init_time, timedelta(hours=6)), "one", "settings", init_time)
    products = store_products(database, archive, claim, FILES)
    finish_cycle(database, claim, CycleResults((), products, (), (), "0.1.0"), init_time)
    database.dispose()
    return claim.cycle.key


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    write_small_case(tmp_path)
    with open_memory(tmp_path / "archive") as memory:
        ingest(settings_in(tmp_path), memory, Watching.LIVE, lambda: INIT)
    run(tmp_path / "archive", INIT)
    return tmp_path / "archive"


def test_a_copy_is_whole_and_an_archive_that_hazecast_goes_on_with(archive: Path, tmp_path: Path) -> None:
    with open_memory(archive):  # others have it open meanwhile
        made = make_backup(archive, tmp_path / "backup", INIT, keep=2)
    names = {product.name for product in verify_products(made)}
    assert {"ledger.sqlite", "observations/catalogue.sqlite", "20190112T00Z/grid.nc", "20190112T00Z/manifest.json"} <= names
    shutil.rmtree(archive)
    shutil.copytree(made, archive)
    with open_memory(archive) as memory:
        assert [s.state for s in cycle_states(memory.ledger)] == [State.DONE]
        assert verify(memory.observations) == len(STATIONS) * HOURS
    assert verify_products(archive / "20190112T00Z")


def test_what_the_copy_before_has_is_linked_and_old_copies_go(archive: Path, tmp_path: Path) -> None:
    made = []
    for day in range(3):
        run(archive, INIT + timedelta(days=1 + day))
        made.append(make_backup(archive, tmp_path / "backup", INIT + timedelta(days=day), keep=2))
    assert copies(tmp_path / "backup") == tuple(made[1:])
    old, new = (copy / "20190112T00Z" / "grid.nc" for copy in made[1:])
    assert old.samefile(new)
    assert not old.samefile(archive / "20190112T00Z" / "grid.nc"), "a copy shares no file with the archive"
    for copy in made[1:]:
        verify_products(copy)


def test_a_copy_that_was_made_is_not_made_again_and_one_that_died_is_cleared_away(archive: Path, tmp_path: Path) -> None:
    leftover = tmp_path / "backup" / ".20190111T000000Z.partial-aa"
    leftover.mkdir(parents=True)
    first = make_backup(archive, tmp_path / "backup", INIT, keep=2)
    inode = (first / "ledger.sqlite").stat().st_ino
    assert make_backup(archive, tmp_path / "backup", INIT, keep=2) == first
    assert (first / "ledger.sqlite").stat().st_ino == inode
    assert not leftover.exists()


def test_a_folder_that_cannot_be_written_is_told_and_nothing_half_made_stays(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_source: object, _target: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(shutil, "copy2", full)
        with pytest.raises(ArchiveError, match="No space left on device"):
            make_backup(archive, tmp_path / "backup", INIT, keep=2)
    assert list((tmp_path / "backup").iterdir()) == []


def test_copies_inside_the_archive_are_refused(archive: Path) -> None:
    with pytest.raises(ArchiveError, match="would lie inside the archive"):
        make_backup(archive, archive / "backup", INIT, keep=2)


def test_large_files_of_old_cycles_go_and_the_rest_is_whole_with_the_hash_of_what_went(archive: Path) -> None:
    young = run(archive, INIT + timedelta(days=30))
    database = open_database(archive)
    old = "20190112T00Z"
    assert retire(database, archive, ("grid.nc",), INIT + timedelta(days=1)) == (old,)
    assert [p.name for p in verify_products(archive / old)] == ["bulletin/a.txt", "stations.nc"]
    assert [(p.name, p.size_bytes) for p in read_retired(archive / old)] == [("grid.nc", 4)]
    assert (archive / young / "grid.nc").exists()
    assert retire(database, archive, ("grid.nc",), INIT + timedelta(days=1)) == ()
    database.dispose()


def test_one_that_died_before_it_removed_the_file_goes_on(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(archive)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Path, "unlink", lambda _self, **_given: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            retire(database, archive, ("grid.nc",), INIT + timedelta(days=1))
    assert (archive / "20190112T00Z" / "grid.nc").exists()
    assert retire(database, archive, ("grid.nc",), INIT + timedelta(days=1)) == ("20190112T00Z",)
    assert differing_names(verify_products(archive / "20190112T00Z"), ()) == ("bulletin/a.txt", "stations.nc")
    database.dispose()
