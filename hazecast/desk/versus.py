"""Engine against forecaster: what each said of an area's first window against what came, and how often the engine changed its mind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hazecast.archive.bulletin_facts import load_windows
from hazecast.archive.ledger import CycleStatus
from hazecast.archive.reviews import ReviewState, releases_of, review_of
from hazecast.backtest.events.flip_flop import FlipFlop, flip_flop
from hazecast.backtest.events.hours import WarnedHours, hours_of_levels
from hazecast.backtest.events.steps import steps_of
from hazecast.backtest.value import Expense, expense_of
from hazecast.bulletins.situation import Period
from hazecast.desk.came import Observed, Terms, observed_by
from hazecast.desk.desk import Desk
from hazecast.errors import HazecastError
from hazecast.records import AreaDecision, Choice, Level, WindowAssessment
from hazecast.warnings.decided import first_window
from hazecast.warnings.edition import Edition, load_edition

LEAST_TOLD = 20  # windows of which it is known what came; of fewer, no score is given
Levels = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Said:
    """Of one area in one cycle whose bulletin went out: what the engine proposed, what was released, and what came; `changed` by a person.

    `chances` are the engine's of each level or a higher one, None where not known.
    """

    cycle_key: str
    area_id: str
    proposed: Choice
    released: Choice
    changed: bool
    chances: tuple[tuple[Level, float | None], ...]
    came: Level

    def at_ratio(self, ratio: float) -> Level:
        """The highest level whose chance reaches a ratio of cost to loss; UNKNOWN where no chance is known."""
        known = [(level, chance) for level, chance in self.chances if chance is not None]
        reached = [level for level, chance in known if chance >= ratio]
        return max(reached, default=Level.NONE) if known else Level.UNKNOWN


@dataclass(frozen=True, slots=True)
class LevelScore:
    """Windows warned of a level or a higher one, `counts` being of windows; `expense` is None where there are too few to tell."""

    level: Level
    counts: WarnedHours
    expense: Expense | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one speaker fared: windows of which is known what came, by how many levels it was off and on which side, and its scores.

    `error` and `bias` (said minus came) are means in levels, None where there are too few windows to tell.
    """

    windows: int
    error: float | None
    bias: float | None
    levels: tuple[LevelScore, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """The engine, what was released, and who acts on the engine's chances at the ratio, on the same windows; `unknown` are left out."""

    windows: int
    unknown: int
    engine: Standing
    released: Standing
    at_ratio: Standing


def said_of(desk: Desk, cycles: Sequence[CycleStatus], terms: Terms) -> tuple[Said, ...]:
    """What was said in `cycles`, the newest first, of windows that are over by the newest; of those of the terms' edition alone.

    Cycles whose files cannot be read are passed over, as are bulletins that never went out.
    """
    found: list[Said] = []
    came = _came(desk, cycles, terms)
    for status in cycles:
        key = status.cycle.key
        review = review_of(desk.database, key)
        if review is not None and review.state is not ReviewState.RELEASED:
            continue
        windows = first_windows(desk.archive / key, load_edition(terms.edition).name)
        chosen = {d.decision.area_id: d.decision for release in releases_of(desk.database, key) for d in release.decisions}
        told = (_said(window, key, chosen.get(window.area_id), came) for window in windows)
        found += [one for one in told if one is not None]
    return tuple(found)


def compared(said: Sequence[Said], levels: Sequence[Level], ratio: float) -> Compared:
    """Hold all of `said` against what came, at a ratio of cost to loss between 0 and 1; windows with anything unknown are left out."""
    series = np.array([(one.came, one.proposed.level, one.released.level, one.at_ratio(ratio)) for one in said], dtype=np.int8).reshape(
        -1, 4
    )
    known = series[(series != Level.UNKNOWN).all(axis=1)]
    engine, released, at_ratio = (_standing(known[:, 0], known[:, speaker], levels, ratio) for speaker in (1, 2, 3))
    return Compared(len(known), len(series) - len(known), engine, released, at_ratio)


def minds_changed(desk: Desk, cycles: Sequence[CycleStatus], edition: Edition) -> FlipFlop:
    """How often the engine's level of one and the same window changed over `cycles`, the newest first."""
    levels: dict[tuple[str, object], dict[int, int]] = {}
    for number, status in enumerate(reversed(cycles)):
        for window in _windows(desk.archive / status.cycle.key, edition.name):
            levels.setdefault((window.area_id, window.valid_from), {})[number] = int(window.level)
    table = np.full((len(levels), len(cycles)), Level.UNKNOWN, dtype=np.int8)
    for row, by_cycle in enumerate(levels.values()):
        for column, level in by_cycle.items():
            table[row, column] = level
    return flip_flop(table, [row.level for row in edition.levels])


def first_windows(folder: Path, edition: str) -> tuple[WindowAssessment, ...]:
    """Each area's first window as a cycle's engine assessed it; none of a cycle of another edition or that cannot be read."""
    windows = _windows(folder, edition)
    found = (first_window(windows, area_id) for area_id in dict.fromkeys(window.area_id for window in windows))
    return tuple(window for window in found if window is not None)


@lru_cache(maxsize=256)
def _windows(folder: Path, edition: str) -> tuple[WindowAssessment, ...]:
    try:
        decided = load_windows(folder)
    except HazecastError:
        return ()
    return decided.windows if decided.edition == edition else ()


def _said(
    window: WindowAssessment, key: str, decision: AreaDecision | None, came: Callable[[str, Period, datetime], Level | None]
) -> Said | None:
    proposed = Choice(window.level, window.valid_from, window.valid_until)
    released = proposed if decision is None else decision.chosen
    both = Period(min(proposed.valid_from, released.valid_from), max(proposed.valid_until, released.valid_until))
    level = came(window.area_id, both, proposed.valid_from)
    if level is None:
        return None
    chances = tuple((chance.level, chance.probability) for chance in window.chances)
    return Said(key, window.area_id, proposed, released, decision is not None and decision.changes, chances, level)


def _came(desk: Desk, cycles: Sequence[CycleStatus], terms: Terms) -> Callable[[str, Period, datetime], Level | None]:
    """What came in a period, for who counts days from a time on; None where it is not over by the newest of `cycles`.

    Each cycle keeps three days of observations: the last one of each day (UTC) has them all, and is read alone.
    """
    last_of_days = {status.cycle.init_time.date(): status.cycle for status in reversed(cycles)}
    folders = tuple(desk.archive / cycle.key for cycle in reversed(last_of_days.values()))

    @cache
    def seen(days_from: int) -> Observed:
        return observed_by(folders, terms, days_from)

    def came(area_id: str, period: Period, days_from: datetime) -> Level | None:
        return None if cycles[0].cycle.init_time < period.end else seen(days_from.hour).level_in(area_id, period)

    return came


def _standing(came: Levels, said: Levels, levels: Sequence[Level], ratio: float) -> Standing:
    enough, off = came.size >= LEAST_TOLD, steps_of(said, levels) - steps_of(came, levels)
    return Standing(
        windows=came.size,
        error=float(np.abs(off).mean()) if enough else None,
        bias=float(off.mean()) if enough else None,
        levels=tuple(_score(came, said, level, ratio, enough) for level in levels),
    )


def _score(came: Levels, said: Levels, level: Level, ratio: float, enough: bool) -> LevelScore:
    counts = hours_of_levels(came, said, level)
    return LevelScore(level, counts, expense_of(counts, ratio) if enough else None)
