import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event, Timer

import pytest
from sqlalchemy import Engine

from hazecast.archive.database import LEDGER_NAME, open_database
from hazecast.archive.ledger import LEASE, Claim, CycleResults, claim_cycle, finish_cycle, recorded_products
from hazecast.archive.manifest import Product, read_manifest, require_product_name, verify_products
from hazecast.archive.products import FileWriter, bytes_writer, store_products, written_beside
from hazecast.errors import ArchiveError, CycleError
from hazecast.records import Cycle

INIT = datetime(2018, 4, 27, 0, tzinfo=UTC)
CYCLE = Cycle(INIT, INIT, timedelta(hours=24))
FILES = {"stations.nc": bytes_writer(b"stations"), "bulletin/report.txt": bytes_writer("霾".encode())}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(tmp_path)
    yield opened
    opened.dispose()


def claim(database: Engine, now: datetime = INIT) -> Claim:
    return claim_cycle(database, CYCLE, "one", "settings", now)


def finish(database: Engine, held: Claim, products: tuple[Product, ...]) -> None:
    finish_cycle(database, held, CycleResults((), products, (), (), "0.1.0"), INIT)


def folders(archive: Path) -> list[str]:
    return sorted(p.name for p in archive.iterdir() if not p.name.startswith(LEDGER_NAME))


def contents(archive: Path) -> dict[str, bytes]:
    folder = archive / CYCLE.key
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def full_disk(path: Path) -> None:
    path.write_bytes(b"the first ha")
    raise OSError(28, "No space left on device")


def test_products_stand_together_with_a_manifest_of_their_hashes(tmp_path: Path, database: Engine) -> None:
    stored = store_products(database, tmp_path, claim(database), FILES)
    assert stored == (
        Product("bulletin/report.txt", sha256("霾".encode()).hexdigest(), 3),
        Product("stations.nc", sha256(b"stations").hexdigest(), 8),
    )
    assert folders(tmp_path) == [CYCLE.key]
    assert read_manifest(tmp_path / CYCLE.key) == verify_products(tmp_path / CYCLE.key) == stored


def test_a_manifest_is_the_same_whatever_the_order_and_the_clock(tmp_path: Path, database: Engine) -> None:
    store_products(database, tmp_path, claim(database), FILES)
    first = contents(tmp_path)["manifest.json"]
    store_products(database, tmp_path, claim(database, INIT + 2 * LEASE), dict(reversed(FILES.items())))
    assert contents(tmp_path)["manifest.json"] == first
    assert list(json.loads(first)) == ["products"]


def test_folders_can_be_entered_like_others(tmp_path: Path, database: Engine) -> None:
    store_products(database, tmp_path, claim(database), FILES)
    (tmp_path / "other").mkdir()
    assert (tmp_path / CYCLE.key).stat().st_mode == (tmp_path / "other").stat().st_mode


def test_storing_the_same_again_leaves_the_folder_alone(tmp_path: Path, database: Engine) -> None:
    held = claim(database)
    store_products(database, tmp_path, held, FILES)
    inode = (tmp_path / CYCLE.key).stat().st_ino
    store_products(database, tmp_path, held, FILES)
    assert (tmp_path / CYCLE.key).stat().st_ino == inode
    assert folders(tmp_path) == [CYCLE.key]


def test_products_of_a_run_that_never_finished_are_replaced(tmp_path: Path, database: Engine) -> None:
    store_products(database, tmp_path, claim(database), {"stations.nc": bytes_writer(b"other"), "extra.nc": bytes_writer(b"more")})
    stored = store_products(database, tmp_path, claim(database, INIT + 2 * LEASE), FILES)
    assert verify_products(tmp_path / CYCLE.key) == stored
    assert contents(tmp_path).keys() == {*FILES, "manifest.json"}
    assert folders(tmp_path) == [CYCLE.key]


def test_products_of_a_done_cycle_stand_and_a_run_that_differs_is_told_where(tmp_path: Path, database: Engine) -> None:
    held = claim(database)
    finish(database, held, store_products(database, tmp_path, held, FILES))
    before = contents(tmp_path)
    other = FILES | {"stations.nc": bytes_writer(b"STATIONS"), "extra.nc": bytes_writer(b"more")}
    with pytest.raises(ArchiveError, match=r"these differ: extra\.nc, stations\.nc\."):
        store_products(database, tmp_path, claim(database), other)
    assert contents(tmp_path) == before
    assert folders(tmp_path) == [CYCLE.key]


def test_a_done_cycle_may_be_made_again_to_the_same_bytes(tmp_path: Path, database: Engine) -> None:
    held = claim(database)
    first = store_products(database, tmp_path, held, FILES)
    finish(database, held, first)
    assert store_products(database, tmp_path, claim(database), FILES) == first == recorded_products(database, CYCLE.key)


def test_a_damaged_product_of_a_done_cycle_is_mended_by_making_it_again(tmp_path: Path, database: Engine) -> None:
    held = claim(database)
    first = store_products(database, tmp_path, held, FILES)
    finish(database, held, first)
    (tmp_path / CYCLE.key / "stations.nc").write_bytes(b"tampered")
    store_products(database, tmp_path, claim(database), FILES)
    assert verify_products(tmp_path / CYCLE.key) == first


def test_a_run_that_was_overtaken_cannot_put_its_products_in_place(tmp_path: Path, database: Engine) -> None:
    slow, fast = claim(database), claim(database, INIT + 2 * LEASE)
    store_products(database, tmp_path, fast, FILES)
    with pytest.raises(CycleError, match="no longer held"):
        store_products(database, tmp_path, slow, {"stations.nc": bytes_writer(b"slow")})
    assert contents(tmp_path)["stations.nc"] == b"stations"
    assert folders(tmp_path) == [CYCLE.key]


def test_a_run_overtaken_while_it_writes_cannot_put_its_products_in_place(tmp_path: Path, database: Engine) -> None:
    slow = claim(database)

    def overtaken_meanwhile(path: Path) -> None:
        path.write_bytes(b"slow")
        store_products(database, tmp_path, claim(database, INIT + 2 * LEASE), FILES)

    with pytest.raises((CycleError, ArchiveError)):
        store_products(database, tmp_path, slow, {"stations.nc": overtaken_meanwhile})
    assert contents(tmp_path)["stations.nc"] == b"stations"
    assert folders(tmp_path) == [CYCLE.key]


def test_a_run_whose_cycle_another_finished_cannot_change_it(tmp_path: Path, database: Engine) -> None:
    slow, fast = claim(database), claim(database, INIT + 2 * LEASE)
    finish(database, fast, store_products(database, tmp_path, fast, FILES))
    with pytest.raises(ArchiveError, match=r"these differ: bulletin/report\.txt, stations\.nc"):
        store_products(database, tmp_path, slow, {"stations.nc": bytes_writer(b"slow")})
    assert contents(tmp_path)["stations.nc"] == b"stations"


@pytest.mark.parametrize("writer", ["stations.nc", "bulletin/report.txt"])
def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, database: Engine, writer: str) -> None:
    with pytest.raises(ArchiveError, match=r"could not be written to .* No space left on device"):
        store_products(database, tmp_path, claim(database), FILES | {writer: full_disk})
    assert folders(tmp_path) == []


def test_a_full_disk_leaves_what_stood_before(tmp_path: Path, database: Engine) -> None:
    held = claim(database)
    store_products(database, tmp_path, held, FILES)
    before = contents(tmp_path)
    with pytest.raises(ArchiveError, match="No space left"):
        store_products(database, tmp_path, held, {"stations.nc": full_disk})
    assert contents(tmp_path) == before
    assert folders(tmp_path) == [CYCLE.key]


@pytest.mark.parametrize("refused", ["fsync", "rename"])
def test_a_disk_that_refuses_at_the_end_leaves_nothing(
    tmp_path: Path, database: Engine, refused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(5, "Input/output error")

    held = claim(database)
    monkeypatch.setattr(os, refused, refuse)
    with pytest.raises(ArchiveError, match="Input/output error"):
        store_products(database, tmp_path, held, FILES)
    assert folders(tmp_path) == []


def test_leftovers_of_a_run_that_died_are_removed(tmp_path: Path, database: Engine) -> None:
    for leftover in (f".{CYCLE.key}.partial-0a1b2c3d", f".{CYCLE.key}.replaced-0a1b2c3d", ".20180428T00Z.partial-0a1b2c3d"):
        (tmp_path / leftover).mkdir()
        (tmp_path / leftover / "stations.nc").write_bytes(b"half")
    store_products(database, tmp_path, claim(database), FILES)
    assert folders(tmp_path) == [".20180428T00Z.partial-0a1b2c3d", CYCLE.key]


def test_a_folder_that_is_not_of_the_archive_is_not_removed(tmp_path: Path, database: Engine) -> None:
    (tmp_path / CYCLE.key).mkdir()
    (tmp_path / CYCLE.key / "thesis.txt").write_text("the only copy")
    with pytest.raises(ArchiveError, match="has no manifest"):
        store_products(database, tmp_path, claim(database), FILES)
    assert (tmp_path / CYCLE.key / "thesis.txt").read_text() == "the only copy"


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../stations.nc", "a/../../b", "a//b", "./a", "manifest.json"])
def test_a_product_stays_in_its_folder(tmp_path: Path, database: Engine, name: str) -> None:
    with pytest.raises(ValueError, match="A product cannot be named"):
        require_product_name(name)
    with pytest.raises(ValueError, match="A product cannot be named"):
        store_products(database, tmp_path, claim(database), {name: bytes_writer(b"x")})
    assert folders(tmp_path) == []


def test_a_writer_that_makes_other_files_is_a_fault(tmp_path: Path, database: Engine) -> None:
    writers: list[FileWriter] = [lambda path: path.with_name("other.nc").write_bytes(b"x"), lambda _: None]
    for write in writers:
        with pytest.raises(ValueError, match=r"writers of \['stations\.nc'\] made"):
            store_products(database, tmp_path, claim(database, INIT), {"stations.nc": write})
        assert folders(tmp_path) == []


def test_verifying_names_every_file_that_changed_is_lacking_or_was_added(tmp_path: Path, database: Engine) -> None:
    store_products(database, tmp_path, claim(database), FILES | {"third.nc": bytes_writer(b"3")})
    folder = tmp_path / CYCLE.key
    (folder / "stations.nc").write_bytes(b"Stations")
    (folder / "bulletin" / "report.txt").unlink()
    (folder / "added.nc").write_bytes(b"")
    with pytest.raises(ArchiveError, match=r"added: added\.nc, bulletin/report\.txt, stations\.nc\."):
        verify_products(folder)


@pytest.mark.parametrize(
    "text", [None, "", "{}", '{"products": [{}]}', '{"products": [{"name": "../x", "sha256": "", "size_bytes": 1}]}', "[]"]
)
def test_a_folder_without_a_readable_manifest_does_not_verify(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ArchiveError, match="is not a readable manifest"):
        verify_products(tmp_path)


def test_files_tampered_with_together_with_their_manifest_still_differ_from_the_ledger(tmp_path: Path, database: Engine) -> None:
    held = claim(database)
    finish(database, held, store_products(database, tmp_path, held, FILES))
    folder = tmp_path / CYCLE.key
    text = (folder / "manifest.json").read_text()
    (folder / "stations.nc").write_bytes(b"STATIONS")
    (folder / "manifest.json").write_text(text.replace(sha256(b"stations").hexdigest(), sha256(b"STATIONS").hexdigest()))
    assert verify_products(folder) != recorded_products(database, CYCLE.key)


# ---- files written beside other work ----


def test_files_written_beside_other_work_become_products(tmp_path: Path, database: Engine) -> None:
    held, seen = claim(database), []
    slow = {"slow.nc": lambda path: (seen.append("begun"), path.write_bytes(b"slow"))}
    with written_beside(database, tmp_path, held, slow | FILES) as beside:
        stored = store_products(database, tmp_path, held, {**beside, "more.txt": bytes_writer(b"more")})
    assert seen == ["begun"]
    assert verify_products(tmp_path / CYCLE.key) == stored
    assert contents(tmp_path).keys() == {*FILES, "slow.nc", "more.txt", "manifest.json"}
    assert folders(tmp_path) == [CYCLE.key]


def test_a_disk_that_was_full_meanwhile_is_told_when_the_file_is_wanted(tmp_path: Path, database: Engine) -> None:
    held = claim(database)
    with (
        pytest.raises(ArchiveError, match=r"could not be written to .* No space left on device"),
        written_beside(database, tmp_path, held, FILES | {"stations.nc": full_disk}) as beside,
    ):
        store_products(database, tmp_path, held, beside)
    assert folders(tmp_path) == []


def test_what_is_not_wanted_in_the_end_is_removed_and_the_rest_not_begun(tmp_path: Path, database: Engine) -> None:
    goes_on, written = Event(), []
    waiting = {"first": lambda path: (path.write_bytes(b"1"), goes_on.wait(10)), "second": written.append}
    Timer(0.1, goes_on.set).start()
    with pytest.raises(KeyError), written_beside(database, tmp_path, claim(database), waiting):
        raise KeyError
    assert written == []
    assert folders(tmp_path) == []


def test_files_begun_by_a_run_that_died_are_removed_and_by_one_overtaken_not_begun(tmp_path: Path, database: Engine) -> None:
    (tmp_path / f".{CYCLE.key}.begun-0a1b2c3d").mkdir()
    slow, fast = claim(database), claim(database, INIT + 2 * LEASE)
    with written_beside(database, tmp_path, fast, FILES) as beside:
        with pytest.raises(CycleError, match="no longer held"), written_beside(database, tmp_path, slow, FILES):
            pass
        store_products(database, tmp_path, fast, beside)
    assert folders(tmp_path) == [CYCLE.key]
