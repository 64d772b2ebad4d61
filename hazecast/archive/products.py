"""A cycle's products, put into the archive as one: either all of them stand in the folder of the cycle, or none."""

import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from hazecast.archive.disk import sync
from hazecast.archive.ledger import Claim, products_locked
from hazecast.archive.manifest import (
    MANIFEST_NAME,
    Product,
    describe,
    differing_names,
    require_product_name,
    verify_products,
    write_manifest,
)
from hazecast.errors import ArchiveError

FileWriter = Callable[[Path], object]
"""Writes one file to the path that it is given."""


def bytes_writer(content: bytes) -> FileWriter:
    """A writer of `content`."""
    return lambda path: path.write_bytes(content)


def store_products(database: Engine, archive_folder: Path, claim: Claim, files: Mapping[str, FileWriter]) -> tuple[Product, ...]:
    """Write every file, by its name in the cycle's folder, and put them in place in one step; returns them sorted by name.

    Until the cycle is done its products are provisional: what a run that died left behind is removed or replaced. Once it is done
    they stand: the same files are put back where they were lost or damaged, and others raise ArchiveError naming those that differ.
    Raises ArchiveError also when they cannot be written, CycleError when somebody else has taken the cycle up. Either way nothing
    half-written stays.
    """
    for name in files:
        require_product_name(name)
    key = claim.cycle.key
    temporary = archive_folder / f".{key}.partial-{secrets.token_hex(4)}"
    try:
        with _refusals_told(archive_folder, key):
            with products_locked(database, claim):
                _remove_leftovers(archive_folder, key, "partial", "replaced")
            made = _write_all(temporary, files)
            with products_locked(database, claim) as recorded:
                _require_same(key, recorded, made)
                _put_in_place(temporary, archive_folder / key, made)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return made


@contextmanager
def written_beside(
    database: Engine, archive_folder: Path, claim: Claim, files: Mapping[str, FileWriter]
) -> Iterator[Mapping[str, FileWriter]]:
    """Write `files` in a thread of their own while the caller goes on with something else.

    Gives writers for `store_products`, each of which waits for its file, raises what the file's own writer raised, and moves it to its
    place. What is not moved in the end is removed. Raises ArchiveError and CycleError as `store_products` does.
    """
    key = claim.cycle.key
    begun = archive_folder / f".{key}.begun-{secrets.token_hex(4)}"
    with _refusals_told(archive_folder, key):
        with products_locked(database, claim):
            _remove_leftovers(archive_folder, key, "begun")
        begun.mkdir()
    thread = ThreadPoolExecutor(1, f"files-of-{key}")
    try:
        paths = {name: begun / str(number) for number, name in enumerate(files)}
        yield {name: partial(_moved, thread.submit(write, paths[name]), paths[name]) for name, write in files.items()}
    finally:
        thread.shutdown(cancel_futures=True)
        shutil.rmtree(begun, ignore_errors=True)


def _moved(written: Future[object], path: Path, place: Path) -> None:
    written.result()
    path.rename(place)


@contextmanager
def _refusals_told(archive_folder: Path, key: str) -> Iterator[None]:
    try:
        yield
    except OSError as refused:
        raise ArchiveError(
            f"The products of cycle {key} could not be written to {archive_folder}: {refused}.",
            "See that its disk has room and that it may be written; nothing was changed.",
        ) from refused


def _remove_leftovers(archive_folder: Path, key: str, *kinds: str) -> None:
    for kind in kinds:
        for leftover in archive_folder.glob(f".{key}.{kind}-*"):
            shutil.rmtree(leftover)


def _write_all(temporary: Path, files: Mapping[str, FileWriter]) -> tuple[Product, ...]:
    temporary.mkdir()
    for name, write in files.items():
        (temporary / name).parent.mkdir(parents=True, exist_ok=True)
        write(temporary / name)
    if not temporary.is_dir():
        raise FileNotFoundError(f"{temporary} was removed while it was being written, by another run of the cycle")
    made = describe(temporary)
    if {*files} != {p.name for p in made}:
        raise ValueError(f"The writers of {sorted(files)} made {[p.name for p in made]}.")
    write_manifest(temporary, made)
    for path in (*temporary.rglob("*"), temporary):
        sync(path)
    return made


def _require_same(key: str, recorded: tuple[Product, ...] | None, made: tuple[Product, ...]) -> None:
    different = () if recorded is None else differing_names(recorded, made)
    if different:
        raise ArchiveError(
            f"Cycle {key} is done, and this run made other products than it; these differ: {', '.join(different)}.",
            "Run it with the settings, inputs and software of then, or into another archive folder.",
        )


def _put_in_place(temporary: Path, final: Path, made: tuple[Product, ...]) -> None:
    if not final.exists():
        temporary.rename(final)
    elif not (final / MANIFEST_NAME).is_file():
        raise ArchiveError(f"{final} stands where the products of a cycle belong, and has no manifest.", "Move it away.")
    elif not _holds(final, made):
        replaced = final.with_name(f".{final.name}.replaced-{secrets.token_hex(4)}")
        final.rename(replaced)
        temporary.rename(final)
        shutil.rmtree(replaced)
    sync(final.parent)


def _holds(folder: Path, made: tuple[Product, ...]) -> bool:
    try:
        return verify_products(folder) == made
    except ArchiveError:
        return False
