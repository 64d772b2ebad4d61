"""A run is killed before every change it makes on the disk and in the ledger, then taken up: as if nothing had happened."""

import os
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.archive.bulletin_files import bulletin_files, load_bulletin
from hazecast.archive.database import LEDGER_NAME, open_database
from hazecast.archive.deliveries import ATTEMPT_TIME, DeliveryState, Outcome, delivery_states
from hazecast.archive.ledger import LEASE, CycleResults, Standing, State, claim_cycle, cycle_states, finish_cycle, recorded_products
from hazecast.archive.manifest import verify_products
from hazecast.archive.netcdf import write_dataset
from hazecast.archive.products import store_products
from hazecast.archive.warning_log import warning_history
from hazecast.delivery.folder import folder_channel
from hazecast.delivery.outbox import drain
from hazecast.delivery.routing import Occasion, Recipient, deliveries_of
from hazecast.drills.apart import die_at
from hazecast.records import Action, Bulletin, Cycle, Document, HazeWarning, InputFile, Level, Receipt

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")

INIT = datetime(2020, 2, 29, 18, tzinfo=UTC)
START = INIT + timedelta(minutes=30)
KILLED = 9
FORECAST = xr.Dataset({"pm25": (("lead_time", "station"), np.arange(12.0).reshape(6, 2))})


def message(cycle: Cycle) -> HazeWarning:
    return HazeWarning(
        id=f"beijing-{cycle.key}",
        area_id="beijing",
        edition="cma-haze-2013",
        action=Action.ISSUE,
        level=Level.ORANGE,
        valid_from=cycle.init_time,
        valid_until=cycle.end_time,
        issued_at=cycle.as_of,
        cycle_key=cycle.key,
        condition="orange (3)",
        probability=0.7,
        replaces=(),
    )


def bulletin(cycle: Cycle) -> Bulletin:
    text = f"Haze warning of cycle {cycle.key} as of {cycle.as_of}.".encode()
    documents = (Document("report.txt", "text/plain", "en", text), Document("report.html", "text/html", "en", b"<p>" + text))
    return Bulletin(f"b-{cycle.key}", cycle.key, cycle.init_time + timedelta(hours=12), documents)


def run(folder: Path, now: datetime) -> tuple[Standing, tuple[Receipt, ...]]:
    """The whole way of a cycle through archive and outbox."""
    archive = folder / "archive"
    database = open_database(archive)
    claim = claim_cycle(database, Cycle(INIT, now, timedelta(hours=6)), "one", "settings", now)
    if claim.standing is Standing.CLAIMED:
        told = bulletin(claim.cycle)
        files = bulletin_files(told) | {"stations.nc": partial(write_dataset, FORECAST)}
        products = store_products(database, archive, claim, files)
        inputs = (InputFile(Path("/data/era5.nc"), "aa", 10, "meteorology"),)
        rows = deliveries_of(told, (Recipient("all", "folder"),), Occasion((), now, lambda _recipient, _channel: None))
        finish_cycle(database, claim, CycleResults(inputs, products, (message(claim.cycle),), rows, "0.1.0"), now)
    receipts = drain(database, {"folder": folder_channel(folder / "outbox")}, partial(load_bulletin, archive), now)
    database.dispose()
    return claim.standing, receipts


def run_and_die_at(step: int, folder: Path) -> None:
    """Run a cycle and end the process, as kill -9 would, just before its `step`-th change; exits with 0 if it gets through."""
    die_at(step, folder)
    run(folder, START)
    os._exit(0)


def run_in_a_process_that_dies_at(step: int, folder: Path) -> bool:
    """Whether the process died; False if it has fewer steps."""
    child = os.fork()
    if child == 0:
        try:
            run_and_die_at(step, folder)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in {0, -KILLED}
    return os.waitstatus_to_exitcode(status) == -KILLED


def delivered(folder: Path) -> dict[str, bytes]:
    outbox = folder / "outbox"
    return {p.relative_to(outbox).as_posix(): p.read_bytes() for p in outbox.rglob("*") if p.is_file()}


def identity(folder: Path) -> dict[str, tuple[int, int]]:
    found = (folder / "outbox").glob("b-*/*")
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in found}


def stored(folder: Path) -> dict[str, bytes]:
    archive = folder / "archive"
    files = (p for p in archive.rglob("*") if p.is_file() and LEDGER_NAME not in p.name)
    return {p.relative_to(archive).as_posix(): p.read_bytes() for p in files}


def check_nothing_is_half_there(folder: Path) -> None:
    """What a reader sees between the death of one run and the next: whole folders under their final names, or none."""
    for cycle_folder in (folder / "archive").glob("2*"):
        verify_products(cycle_folder)
    for bulletin_folder in (folder / "outbox").glob("b-*"):
        assert sorted(p.name for p in bulletin_folder.iterdir()) == ["report.html", "report.txt"]


def check_all_is_as_after_an_undisturbed_run(folder: Path, undisturbed: Path, as_of: datetime) -> None:
    cycle = Cycle(INIT, as_of, timedelta(hours=6))
    database = open_database(folder / "archive")
    (status,) = cycle_states(database)
    assert (status.state, status.cycle) == (State.DONE, cycle)
    assert verify_products(folder / "archive" / cycle.key) == recorded_products(database, cycle.key)
    assert warning_history(database, "beijing") == (message(cycle),)
    (delivery,) = delivery_states(database, cycle.key)
    database.dispose()
    assert delivery.state is DeliveryState.DELIVERED
    assert [a.outcome for a in delivery.attempts].count(Outcome.DELIVERED) == 1
    assert delivered(folder) == {f"b-{cycle.key}/{d.name}": d.content for d in bulletin(cycle).documents}
    if as_of == START:
        assert stored(folder) == stored(undisturbed)


def test_a_cycle_killed_at_any_step_and_taken_up_gives_the_same_products_and_exactly_one_delivery(tmp_path: Path) -> None:
    undisturbed = tmp_path / "undisturbed"
    run(undisturbed, START)
    later = START + max(LEASE, ATTEMPT_TIME) + timedelta(minutes=1)
    step, states, taken_up_later = 1, set(), 0
    while run_in_a_process_that_dies_at(step, folder := tmp_path / str(step)):
        check_nothing_is_half_there(folder)
        before = identity(folder)
        standing, _ = run(folder, later)
        states.add(standing)
        database = open_database(folder / "archive")
        as_of = cycle_states(database)[0].cycle.as_of
        database.dispose()
        taken_up_later += as_of == later
        check_all_is_as_after_an_undisturbed_run(folder, undisturbed, as_of)
        assert before.items() <= identity(folder).items(), "what had been delivered was not touched"
        assert run(folder, later + timedelta(hours=1)) == (Standing.DONE, ())
        step += 1
    check_all_is_as_after_an_undisturbed_run(folder, undisturbed, START)
    assert step > 30, f"only {step} changes were seen; the test has lost sight of them"
    assert states == {Standing.CLAIMED, Standing.DONE}
    assert 0 < taken_up_later < step / 2, "only what died before its claim has a later as_of"


def test_a_run_killed_while_it_replaces_the_products_of_an_earlier_one_leaves_them_whole_or_away(tmp_path: Path) -> None:
    """The narrowest place: between the two renames no products stand, and none are recorded either."""

    def prepare(folder: Path) -> None:
        database = open_database(folder / "archive")
        claim = claim_cycle(database, Cycle(INIT, START, timedelta(hours=6)), "old", "settings", START - 2 * LEASE)
        store_products(database, folder / "archive", claim, {"stations.nc": lambda path: path.write_bytes(b"of older software")})
        database.dispose()

    step, between_renames = 1, 0
    while True:
        folder = tmp_path / str(step)
        prepare(folder)
        if not run_in_a_process_that_dies_at(step, folder):
            break
        between_renames += not (folder / "archive" / "20200229T18Z").exists()
        check_nothing_is_half_there(folder)
        later = START + 2 * LEASE
        run(folder, later)
        check_nothing_is_half_there(folder)
        assert {p.split("/")[0] for p in stored(folder)} == {"20200229T18Z"}, "no leftovers"
        assert len(delivered(folder)) == 2
        step += 1
    assert (step > 30, between_renames) == (True, 1)
