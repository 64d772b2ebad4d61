"""Timing two things in turn, and what came of it.

A machine's pace changes from second to second, so each round runs every contestant once, one after the other, and a ratio is the
median of the rounds' ratios. Nothing is said about seconds but by the way.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

STATUS = Path("/proc/self/status")

Contestant = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: `value` in `unit` is ours, `ratio` how many times faster we are than what is named in `against`."""

    name: str
    value: float
    unit: str
    against: str
    ratio: float
    goal: float | None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and math.isfinite(self.ratio) and self.value > 0 and self.ratio > 0):
            raise ValueError(f"{self.name}: value {self.value} and ratio {self.ratio}; both must be above zero.")

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        return None if self.goal is None else self.ratio >= self.goal


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of each round, ours and those of every peer."""

    ours: tuple[float, ...]
    peers: Mapping[str, tuple[float, ...]]

    def ratio(self, peer: str) -> float:
        """How many times as long the peer took."""
        return median(theirs / ours for theirs, ours in zip(self.peers[peer], self.ours, strict=True))


def in_turn(ours: Contestant, peers: Mapping[str, Contestant], rounds: int) -> Times:
    """Run everything once to warm up (compilation, caches), then `rounds` times in turn."""
    for contestant in (ours, *peers.values()):
        contestant()
    seconds = [[_seconds(contestant) for contestant in (ours, *peers.values())] for _ in range(rounds)]
    own, *others = zip(*seconds, strict=True)
    return Times(own, dict(zip(peers, others, strict=True)))


def _seconds(contestant: Contestant) -> float:
    start = time.perf_counter()
    contestant()
    return time.perf_counter() - start


def table(rows: Sequence[Row]) -> str:
    """The rows as a table in Markdown."""
    lines = ["| what | ours | against | times as fast | goal | reached |", "|---|---|---|---|---|---|"]
    for row in rows:
        goal = "–" if row.goal is None else f"{row.goal:g}"
        reached = "–" if row.reached is None else "yes" if row.reached else "no"
        lines.append(f"| {row.name} | {row.value:.3g} {row.unit} | {row.against} | {row.ratio:.3g} | {goal} | {reached} |")
    return "\n".join(lines)


def peak_mib() -> float:
    """Most memory of this program, by the kernel's own count: `ru_maxrss` begins with that of the process which started it."""
    (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
