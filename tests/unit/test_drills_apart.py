import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from hazecast.archive.database import open_database
from hazecast.archive.ledger import cycle_states, expire_cycle
from hazecast.drills.apart import REFUSED, SURPRISED, run_apart
from hazecast.drills.faults import ANSWERS, OF_INPUT, FaultKind, planned
from hazecast.drills.scene import MONTHS, arrivals_of
from hazecast.errors import ArchiveError
from hazecast.records import Cycle
from tests.serving_case import INIT

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


def write_three(folder: Path) -> None:
    for name in "abc":
        (folder / name).write_text(name, encoding="utf-8")


def test_work_dies_just_before_the_change_that_is_named(tmp_path: Path) -> None:
    assert run_apart(lambda: write_three(tmp_path), tmp_path, dies_at=3) == -signal.SIGKILL
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert run_apart(lambda: write_three(tmp_path), tmp_path, dies_at=4) == 0


def test_work_dies_before_a_database_takes_it(tmp_path: Path) -> None:
    def expire() -> None:
        expire_cycle(open_database(tmp_path), Cycle(INIT, INIT, timedelta(days=1)), "too late", INIT)

    open_database(tmp_path).dispose()
    assert [run_apart(expire, tmp_path, dies_at=step) for step in (1, 2, 3)] == [-signal.SIGKILL] * 3
    database = open_database(tmp_path)
    assert cycle_states(database) == ()
    database.dispose()


def test_a_full_disk_takes_nothing_and_errors_of_our_own_are_told(tmp_path: Path) -> None:
    def refuse() -> None:
        raise ArchiveError("no", "none")

    assert run_apart(refuse, tmp_path) == REFUSED
    assert not (tmp_path / "surprises").exists()
    assert run_apart(lambda: write_three(tmp_path), tmp_path, disk_full=True) == SURPRISED
    assert "File too large" in (tmp_path / "surprises").read_text(encoding="utf-8")


def test_the_same_seed_plans_the_same_faults_and_every_kind_is_among_them() -> None:
    first = datetime(2024, 2, 27, tzinfo=UTC)
    one, other = (planned(Random(seed), first, 33, 200) for seed in (0, 1))
    assert one == planned(Random(0), first, 33, 200) != other
    assert {fault.kind for fault in one} == {*FaultKind} == {*ANSWERS}
    assert [fault.at for fault in one] == sorted(fault.at for fault in one)


def test_a_fault_of_input_befalls_a_file_that_nothing_else_befell() -> None:
    month = MONTHS[0]
    faults = planned(Random(0), month.first, month.days - 10, 40, OF_INPUT)
    arrivals, struck = arrivals_of(month, faults)
    befallen = [(arrival.of, arrival.is_weather) for arrival in arrivals if arrival.fault is not None]
    late = sum(fault.kind is FaultKind.LATE_FILE for fault in struck)
    assert len({*befallen}) == len(befallen) == len(struck) - late
    assert len(struck) == 40
