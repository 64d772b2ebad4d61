"""Which of the fields of a GRIB file are taken: one for each variable, time, run and level."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hazecast import vocabulary as v
from hazecast.errors import UnreadableInput
from hazecast.intake.fields.grib_fields import Field
from hazecast.intake.fields.grib_lexicon import LOG_PRESSURE, NEAR_AIR_TEMPERATURE, LevelKind, variable_aloft, variable_near_ground
from hazecast.intake.fields.layout import Wanted
from hazecast.intake.fields.mixing_ratio import is_mixing_ratio
from hazecast.vocabulary import Variable

Entry = tuple[int, int]  # valid time and beginning of the run in ns; an analysis, whose run is NaT, comes first
Slot = tuple[str, Entry, float]
_KINDS_NEAR_GROUND: Sequence[LevelKind] = ("ground", "height", "hybrid", "pressure")
_KINDS_ALOFT: Sequence[LevelKind] = ("pressure", "height", "hybrid")
_HOUR = np.timedelta64(1, "h")
_WINDS_ALOFT = (v.EASTWARD_WIND_ALOFT.key, v.NORTHWARD_WIND_ALOFT.key)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The fields taken, by variable, entry along time, and level; `levels` stand in order from the ground up.

    Near the ground there is one level for each variable, and `levels` is empty.
    """

    kind: LevelKind
    levels: tuple[float, ...]
    variables: Mapping[str, Variable]
    fields: Mapping[Slot, Field]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The times, and the runs of each, in order."""
        return tuple(sorted({entry for _, entry, _ in self.fields}))

    @property
    def valid_times(self) -> NDArray[np.datetime64]:
        """The valid time of each entry."""
        return np.array([valid for valid, _ in self.entries], dtype=np.int64).astype("datetime64[ns]")

    @property
    def init_times(self) -> NDArray[np.datetime64]:
        """The run of each entry, NaT for an analysis."""
        return np.array([run for _, run in self.entries], dtype=np.int64).astype("datetime64[ns]")

    def slots_of(self, key: str) -> dict[tuple[Entry, float], Field]:
        """The fields of one variable."""
        return {(entry, level): f for (name, entry, level), f in self.fields.items() if name == key}


def is_of_use(field: Field) -> bool:
    """Whether it is a variable of hazecast, near the ground or aloft."""
    near = variable_near_ground(field.symbol, field.kind, field.level, field.is_lowest)
    return near is not None or variable_aloft(field.symbol, field.kind) is not None


def chosen_near_ground(file: Path, fields: Iterable[Field], wanted: Wanted) -> Choice:
    """What is wanted at the ground: of each variable on one kind of level, its lowest, and in one way of putting it.

    Sums come before instants, and of two sums for one time that over the shorter span, as long as it is an hour.
    """
    found: dict[str, list[Field]] = defaultdict(list)
    variables: dict[str, Variable] = {}
    for one in fields:
        variable = variable_near_ground(one.symbol, one.kind, one.level, one.is_lowest)
        if variable is not None and _is_wanted(one, wanted.hours_of, wanted):
            variables[variable.key] = variable
            found[variable.key].append(one)
    if not any(is_mixing_ratio(f.units) for some in found.values() for f in some):
        found.pop(NEAR_AIR_TEMPERATURE.key, None)
    alike = {key: _of_the_best_kind(some) for key, some in found.items()}
    taken = {slot: f for key, some in alike.items() for slot, f in _one_a_slot(file, variables[key], some, with_level=False).items()}
    return Choice("ground", (), {key: variables[key] for key in alike}, taken)


def chosen_aloft(file: Path, fields: Sequence[Field], wanted: Wanted) -> Choice | None:
    """What is wanted aloft on one kind of level: pressure if there is any, else heights, else hybrid levels; None if there is none.

    Where there is wind, levels without it are left out.
    """
    for kind in _KINDS_ALOFT:
        known = [f for f in fields if f.kind == kind and variable_aloft(f.symbol, kind) is not None]
        if kind == "height" and not any(variable_near_ground(f.symbol, f.kind, f.level, f.is_lowest) is None for f in known):
            continue  # no more than wind at 10 m and temperature at 2 m
        if known:
            return _aloft_on(file, kind, [f for f in known if _is_wanted(f, wanted.hours_aloft_of, wanted)])
    return None


def _aloft_on(file: Path, kind: LevelKind, fields: Sequence[Field]) -> Choice:
    variables = {f.symbol: variable_aloft(f.symbol, kind) for f in fields}
    found = {variable: [f for f in fields if f.symbol == symbol] for symbol, variable in variables.items() if variable is not None}
    taken = {slot: f for variable, some in found.items() for slot, f in _one_a_slot(file, variable, some, with_level=True).items()}
    levels = _levels_of(taken)
    upwards = sorted(levels, reverse=kind == "pressure" or (kind == "hybrid" and any(f.counts_downwards for f in fields)))
    return Choice(kind, tuple(upwards), {var.key: var for var in found}, {slot: f for slot, f in taken.items() if slot[2] in levels})


def _levels_of(taken: Iterable[Slot]) -> set[float]:
    by_variable: dict[str, set[float]] = defaultdict(set)
    for key, _, level in taken:
        by_variable[key].add(level)
    with_wind = by_variable[_WINDS_ALOFT[0]] & by_variable[_WINDS_ALOFT[1]]
    return with_wind or set().union(*by_variable.values())


def _is_wanted(field: Field, hours: Callable[[Any], Any], wanted: Wanted) -> bool:
    return bool(hours(np.array([field.valid_time]))[0] and wanted.runs_of(np.array([field.init_time]))[0])


def _of_the_best_kind(fields: Sequence[Field]) -> list[Field]:
    best = min(_rank(f) for f in fields)
    return [f for f in fields if _rank(f) == best]


def _rank(field: Field) -> tuple[bool, bool, bool, bool, int, float]:
    """Less is better."""
    level = -field.level if field.kind == "pressure" else field.level
    instead = field.symbol in ("rate", LOG_PRESSURE)
    return instead, field.summed_from is None, field.is_mean, is_mixing_ratio(field.units), _KINDS_NEAR_GROUND.index(field.kind), level


def _one_a_slot(file: Path, variable: Variable, fields: Sequence[Field], *, with_level: bool) -> dict[Slot, Field]:
    candidates: dict[Slot, list[Field]] = defaultdict(list)
    for f in fields:
        entry = (int(f.valid_time.astype(np.int64)), int(f.init_time.astype(np.int64)))
        candidates[variable.key, entry, f.level if with_level else 0.0].append(f)
    return {slot: _best(file, variable, some) for slot, some in candidates.items()}


def _best(file: Path, variable: Variable, fields: Sequence[Field]) -> Field:
    """Final before preliminary, the later run, the sum over the shorter span; and the one that stands later in the file."""
    sources = {f.source for f in fields}
    if len(sources) > 1:
        raise UnreadableInput(
            f"{file} has {variable.long_name} of {str(fields[0].valid_time)[:16]} from several models or members: {sorted(sources)}; "
            "expected one (centre, subcentre, member).",
            "Deliver one model and one member a file.",
        )
    return max(fields, key=_precedence)


def _precedence(field: Field) -> tuple[bool, int, bool, int, int]:
    span = np.timedelta64(0, "ns") if field.summed_from is None or np.isnat(field.summed_from) else field.valid_time - field.summed_from
    shortness = -int(span.astype(np.int64))
    return field.is_final, int(field.run_time.astype(np.int64)), bool(span >= _HOUR), shortness, field.message.number
