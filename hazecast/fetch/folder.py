"""A plan, fetched into a folder: several files at a time, what is there already left alone, everything in the manifest."""

import fcntl
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path

from hazecast.archive.fetched import Entry, digest_of, read_manifest, write_manifest
from hazecast.errors import FetchError, WrongDelivery
from hazecast.fetch.arrival import Damaged, Whole, look_over
from hazecast.fetch.download import Changed, Remote, download
from hazecast.fetch.patience import LATER, require_going_on
from hazecast.fetch.plan import Item, Plan
from hazecast.fetch.web import Web

AT_A_TIME = 4
MOST_FAILURES = 5
MOST_CHANGES = 3
SECONDS_BETWEEN_MANIFESTS = 2.0
LOCK_NAME = ".fetch.lock"
Progress = Callable[[float], None]


class Standing(StrEnum):
    """How a file came to be there."""

    FETCHED = "fetched"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Done:
    """A file that is there."""

    entry: Entry
    standing: Standing


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be had."""

    name: str
    error: FetchError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan, in its order; `not_begun` counts the files left out after too many failures."""

    folder: Path
    done: tuple[Done, ...]
    failures: tuple[Failure, ...]
    not_begun: int
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Shares:
    """How much has come of each file; told by several threads."""

    progress: Progress
    total: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    of: dict[str, float] = field(default_factory=dict)
    sum: float = 0.0

    def told(self, name: str, share: float) -> None:
        with self.lock:
            self.sum += share - self.of.get(name, 0.0)
            self.of[name] = share
            self.progress(min(max(self.sum / self.total, 0.0), 1.0))


@dataclass(slots=True)
class _Listing:
    """The manifest as it grows; written now and then, for a folder may have tens of thousands of files."""

    folder: Path
    entries: dict[str, Entry]
    monotonic: Callable[[], float]
    written: float

    def add(self, entry: Entry) -> None:
        self.entries[entry.name] = entry
        if self.monotonic() - self.written > SECONDS_BETWEEN_MANIFESTS:
            write_manifest(self.folder, self.entries)
            self.written = self.monotonic()


@dataclass(frozen=True, slots=True)
class _Task:
    """What every file of a plan has in common."""

    folder: Path
    source: str
    listed: Mapping[str, Entry]
    again: bool
    shares: _Shares


def fetch_plan(
    web: Web, plan: Plan, folder: Path, source: str, *, again: bool = False, progress: Progress = lambda _share: None
) -> Outcome:
    """Fetch every file of `plan` into `folder`; those that it has already, unchanged and as asked, only with `again`.

    Files that cannot be had are named in the outcome; after MOST_FAILURES of them no more are begun. Raises FetchError when the source
    is out of reach or refuses, or the folder cannot be written; what came by then stands, and is in the manifest.
    """
    with _locked(folder):
        listing = _Listing(folder, read_manifest(folder), web.monotonic, web.monotonic())
        task = _Task(folder, source, dict(listing.entries), again, _Shares(progress, max(len(plan.items), 1)))
        futures: dict[Future[Done], Item] = {}
        try:
            with _workers(web) as executor:
                futures.update((executor.submit(_bring, web, task, item), item) for item in plan.items)
                failures = _gathered(futures, listing)
        finally:
            done = tuple(f.result() for f in futures if f.done() and not f.cancelled() and f.exception() is None)
            write_manifest(folder, listing.entries | {one.entry.name: one.entry for one in done})
    return Outcome(folder, done, failures, sum(f.cancelled() for f in futures), plan.notes)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Nobody else fetches into `folder` meanwhile; the lock of a process that died is free."""
    with ExitStack() as held:
        try:
            lock = held.enter_context((folder / LOCK_NAME).open("wb"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise FetchError(f"Somebody else is fetching into {folder}.", "Wait until that is done, or choose another folder.") from busy
        except OSError as refused:
            raise FetchError(f"{folder} cannot be written to: {refused.strerror}.", "Choose a folder that may be written to.") from refused
        yield


@contextmanager
def _workers(web: Web) -> Iterator[ThreadPoolExecutor]:
    """Threads that stop when something goes wrong. Who presses Ctrl-C need not wait for a server that keeps silent."""
    executor = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="fetch")
    completed, waits = False, True
    try:
        yield executor
        completed = True
    except KeyboardInterrupt:
        waits = False
        raise
    finally:
        if not completed:
            web.stop.set()
        executor.shutdown(wait=waits, cancel_futures=True)


def _gathered(futures: Mapping[Future[Done], Item], listing: _Listing) -> tuple[Failure, ...]:
    failures: list[Failure] = []
    for future in as_completed(futures):
        error = None if future.cancelled() else future.exception()
        if isinstance(error, WrongDelivery):
            failures.append(Failure(futures[future].name, error))
            if len(failures) == MOST_FAILURES:
                for waiting in futures:
                    waiting.cancel()
        elif not future.cancelled():
            listing.add(future.result().entry)
    return tuple(failures)


def _bring(web: Web, task: _Task, item: Item) -> Done:
    require_going_on(web)
    held = None if task.again else _held(web, task, item)
    if held is None:
        memo = task.folder / f".{item.name}.request"
        remote, whole = _fetched(web, item, task.folder / item.name, memo, partial(task.shares.told, item.name))
        memo.unlink(missing_ok=True)
        held = _entry(web, task, item, remote, whole)
        standing = Standing.FETCHED
    else:
        standing = Standing.HELD
    task.shares.told(item.name, 1.0)
    return Done(held, standing)


def _fetched(web: Web, item: Item, target: Path, memo: Path, told: Callable[[float], None]) -> tuple[Remote, Whole]:
    for _ in range(MOST_CHANGES):
        remote = item.locate(web, memo)
        try:
            return remote, download(web, remote, target, told)
        except Changed:
            continue
        except WrongDelivery:
            memo.unlink(missing_ok=True)  # what the source was to be reminded of does not lead to the file
            raise
    raise WrongDelivery(f"{item.name} changed {MOST_CHANGES} times while it was fetched.", LATER)


def _held(web: Web, task: _Task, item: Item) -> Entry | None:
    """The entry of a file that is there as the manifest says and, where the source lists its files, as the source says.

    A file that a run put in place before it was killed is not in the manifest; it is taken up if the source lists its hash.
    """
    path, entry, known = task.folder / item.name, task.listed.get(item.name), item.known
    if not path.is_file():
        return None
    try:
        whole = look_over(path, known.size_bytes, known.md5, known.sha256) if known else look_over(path, None, "", "")
    except Damaged:
        return None
    if entry is not None and (entry.sha256, entry.asked, entry.source) == (whole.sha256, digest_of(item.asked), task.source):
        return entry
    return _entry(web, task, item, known, whole) if known and (known.md5 or known.sha256) else None


def _entry(web: Web, task: _Task, item: Item, remote: Remote, whole: Whole) -> Entry:
    return Entry(item.name, remote.shown, whole.size_bytes, whole.sha256, web.clock(), task.source, digest_of(item.asked))
