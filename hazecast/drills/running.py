"""A drill from its seed to its findings: month after month, until enough faults have struck."""

import gc
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import numba

from hazecast.archive.database import open_database
from hazecast.archive.deliveries import DeliveryState, delivery_states
from hazecast.archive.ledger import State, cycle_states
from hazecast.drills.apart import run_apart, run_here
from hazecast.drills.faults import Fault, FaultKind, planned
from hazecast.drills.invariants import INVARIANTS, Evidence
from hazecast.drills.mailbox import taken
from hazecast.drills.month import SETTLING, Drill
from hazecast.drills.scene import MONTHS, Month, init_times

FAULTS_A_MONTH = 225
SPARE = 25  # of the faults that are planned, a few find nothing to befall
REHEARSED_DAYS = 3
MOST_FOLDERS = (Path("/dev/shm"), Path(tempfile.gettempdir()))


@dataclass(frozen=True, slots=True)
class MonthResult:
    """What became of one month: its seed and fault count, the numbers, and every breach with the invariant that it breaks."""

    seed: int
    faults: int
    month: Month
    struck: tuple[Fault, ...]
    cycles: dict[State, int]
    runs: int
    deliveries: dict[DeliveryState, int]
    copies: int
    memory_mb: float
    breaches: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DrillResult:
    """All months of a drill."""

    months: tuple[MonthResult, ...]

    @property
    def struck(self) -> Counter[FaultKind]:
        """How many faults of each kind struck."""
        return Counter(fault.kind for month in self.months for fault in month.struck)

    @property
    def broken(self) -> tuple[MonthResult, ...]:
        """The months in which an invariant was broken."""
        return tuple(month for month in self.months if month.breaches)


def run_drill(faults: int, seed: int, told: Callable[[int], object] = lambda _struck: None) -> DrillResult:
    """Play months until `faults` faults have struck; `told` hears after each month how many have. The same seed, the same drill.
    SIGINT ends it with the months that are whole.

    A month with seed s is the month number s of the list, over and over. Works in a folder of its own, in memory where there is room for
    one, and removes it. To be called in a process that has not run kernels in parallel yet: its children could not.
    """
    numba.config.THREADING_LAYER = "workqueue"  # type: ignore[attr-defined]  # the one that child processes can go on with
    folder = Path(tempfile.mkdtemp(prefix="hazecast-drill-", dir=next(place for place in MOST_FOLDERS if place.is_dir())))
    months: list[MonthResult] = []
    struck = 0
    try:
        _rehearse(folder / "rehearsal")
        early = memory_mb()
        while struck < faults:
            number = min(FAULTS_A_MONTH, faults - struck + SPARE)
            months.append(_one_month(folder / str(len(months)), seed + len(months), number, early))
            struck += len(months[-1].struck)
            told(struck)
    except KeyboardInterrupt:
        if not months:
            raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return DrillResult(tuple(months))


def memory_mb() -> float:
    """What this process holds of memory at present, in MB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def _rehearse(folder: Path) -> None:
    """Days without a fault in this very process, so that all kernels are compiled and loaded before the first child begins."""
    month = MONTHS[0]
    Drill(folder, Month(month.first, REHEARSED_DAYS, month.time_zone, month.has), (), run_here).play()
    shutil.rmtree(folder)
    gc.collect()
    gc.freeze()


def _one_month(folder: Path, seed: int, number: int, memory_early: float) -> MonthResult:
    month = MONTHS[seed % len(MONTHS)]
    faults = planned(Random(seed), month.first, month.days - SETTLING // timedelta(days=1), number)
    drill = Drill(folder, month, faults, run_apart)
    played = drill.play()
    database = open_database(drill.archive)
    try:
        surprises = folder / "surprises"
        evidence = Evidence(
            ledger=database,
            archive=drill.archive,
            taken=taken(drill.mail_log),
            init_times=init_times(month)[:-1],
            announced=played.announced,
            now=drill.now,
            surprises=tuple(surprises.read_text(encoding="utf-8").split("\n\n")[:-1]) if surprises.exists() else (),
            memory_early_mb=memory_early,
            memory_late_mb=memory_mb(),
        )
        breaches = tuple((one.name, told) for one in INVARIANTS for told in one.breaches(evidence))
        states = cycle_states(database)
        statuses = [status for state in states for status in delivery_states(database, state.cycle.key)]
    finally:
        database.dispose()
    shutil.rmtree(folder)
    return MonthResult(
        seed=seed,
        faults=number,
        month=month,
        struck=tuple(played.struck),
        cycles=dict(Counter(state.state for state in states)),
        runs=played.cycle_runs,
        deliveries=dict(Counter(status.state for status in statuses)),
        copies=len(evidence.taken),
        memory_mb=evidence.memory_late_mb,
        breaches=breaches,
    )
