"""The life of warnings over the cycles of a backtest: each cycle meets those that the one before left in force."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from pydantic import TypeAdapter

from hazecast.archive.cycle_files import DRAWS_FILE, GRID_FILE, STATIONS_FILE
from hazecast.archive.netcdf import read_dataset
from hazecast.backtest.replay.folder import CYCLES, WARNINGS_FILE
from hazecast.config import Settings
from hazecast.cycle import on_territories
from hazecast.errors import ArchiveError
from hazecast.intake.territories import areas_of
from hazecast.records import Cycle, Forecast, HazeWarning, Level
from hazecast.warnings.assess import assess
from hazecast.warnings.life import REMEMBERED

_messages = TypeAdapter(list[HazeWarning])


@dataclass(frozen=True, slots=True)
class CycleWarnings:
    """The messages of one cycle, and the warnings that are in force once they are sent."""

    cycle_key: str
    messages: tuple[HazeWarning, ...]
    in_force: tuple[HazeWarning, ...]


def replay_warnings(out: Path, settings: Settings, cycles: Sequence[Cycle], observed: xr.Dataset | None = None) -> Iterator[CycleWarnings]:
    """Assess the stored forecasts one after the other, in the order of time; of `observed` pm25 (time, station) each sees what was past."""
    known: tuple[HazeWarning, ...] = ()
    areas = areas_of(settings)
    on_ground = any(area.territory is not None for area in areas)
    delay = timedelta(hours=settings.observations.arrival_delay_hours)
    for cycle in cycles:
        seen = None if observed is None else _arrived(observed, cycle.as_of - delay)
        known = tuple(w for w in known if w.valid_until > cycle.as_of - REMEMBERED)
        forecast = _forecast(out / CYCLES / cycle.key, cycle, on_ground)
        assessment = assess(forecast, areas, settings.warnings, known, seen, on_territories(forecast, areas, settings))
        known += assessment.messages
        yield CycleWarnings(cycle.key, assessment.messages, assessment.in_force)


def write_warnings(out: Path, told: Sequence[CycleWarnings]) -> Path:
    """Write `warnings.json`."""
    file = out / WARNINGS_FILE
    partial = file.with_name(f".{file.name}.partial")
    content = [{"cycle": t.cycle_key, "messages": [_plain(m) for m in t.messages], "in_force": [w.id for w in t.in_force]} for t in told]
    partial.write_text(json.dumps({"cycles": content}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(file)
    return file


def read_warnings(file: Path) -> tuple[CycleWarnings, ...]:
    """Read back what `write_warnings` wrote; raises ArchiveError where it cannot be read."""
    try:
        listed = json.loads(file.read_text(encoding="utf-8"))["cycles"]
        messages = [tuple(_messages.validate_python([_record(m) for m in cycle["messages"]])) for cycle in listed]
        by_id = {message.id: message for of_cycle in messages for message in of_cycle}
        in_force = [tuple(by_id[id] for id in cycle["in_force"]) for cycle in listed]
        return tuple(CycleWarnings(c["cycle"], m, f) for c, m, f in zip(listed, messages, in_force, strict=True))
    except (OSError, ValueError, KeyError, TypeError) as broken:
        raise ArchiveError(f"{file} cannot be read: {broken}.", "Start the backtest again; it writes the file anew.") from broken


def _forecast(folder: Path, cycle: Cycle, on_ground: bool) -> Forecast:
    """As it is stored, but of the grid one cell alone where no area is warned by its ground."""
    cell = read_dataset(folder / GRID_FILE, lambda grid: grid if on_ground else grid.isel(latitude=[0], longitude=[0]))
    stations: xr.Dataset = read_dataset(folder / STATIONS_FILE)
    drawn = folder / DRAWS_FILE
    return Forecast(cycle, cell, stations, (), draws=read_dataset(drawn) if drawn.exists() else None)


def _arrived(observed: xr.Dataset, by: datetime) -> xr.Dataset:
    return observed.sel(time=observed["time"] <= np.datetime64(by.replace(tzinfo=None), "ns"))


def _plain(message: HazeWarning) -> dict[str, Any]:
    told = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(message).items()}
    return told | {"level": message.level.name.lower(), "action": message.action.value}


def _record(told: dict[str, Any]) -> dict[str, Any]:
    return told | {"level": Level[told["level"].upper()]}
