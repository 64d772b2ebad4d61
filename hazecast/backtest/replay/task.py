"""A task of a backtest: a few words say all of it, so that any process that sees the same files can do it, and twice does no harm."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock

from hazecast import __version__
from hazecast.archive.manifest import Product
from hazecast.archive.memory import Memory
from hazecast.backtest.replay.attempts import attempt, put_in_place
from hazecast.backtest.replay.folder import SETTINGS_FILE
from hazecast.backtest.replay.looking_ahead import require_no_look_ahead
from hazecast.backtest.replay.memory import copied_memory
from hazecast.config import Settings
from hazecast.cycle import Surroundings, run_cycle
from hazecast.errors import NoDataInPeriod, SettingsError
from hazecast.forecast.weather_errors.gathered import with_weather_errors
from hazecast.intake.gather import gather
from hazecast.records import Cycle, Gathered

_ONE_AT_A_TIME = Lock()  # a worker may have several threads; the kernels share one pool of them


@dataclass(frozen=True, slots=True)
class CycleTask:
    """Run `cycle` for the backtest in the folder `out`, by the settings that stand there and have this hash."""

    out: Path
    cycle: Cycle
    settings_sha256: str
    software_version: str
    weather_errors: bool = False


@dataclass(frozen=True, slots=True)
class CycleDone:
    """What came of it: the products with their hashes; none, and the `lacking` inputs, where there was nothing to forecast from."""

    cycle_key: str
    products: tuple[Product, ...]
    lacking: str = ""


def run_task(task: CycleTask) -> CycleDone:
    """Run one cycle and put its products in place; raises HazecastError for what a user can mend."""
    with _ONE_AT_A_TIME, attempt(task.out, task.cycle.key) as folder, copied_memory(task.out, folder) as memory:
        settings = settings_of(task.out, task.settings_sha256, task.software_version)
        around = _surroundings(task, folder, memory)
        try:
            outcome = run_cycle(task.cycle, settings, around, _quiet, announces=False)
        except NoDataInPeriod as lacking:
            return CycleDone(task.cycle.key, (), lacking.problem)
        return CycleDone(task.cycle.key, put_in_place(outcome.folder, task.out))


def gathering_then(memory: Memory, weather_errors: bool) -> Callable[[Cycle, Settings], Gathered]:
    """How a cycle gathers what was known then, and nothing else; with `weather_errors` those of a forecast are put into an analysis."""
    return partial(_gather_then, memory=memory, weather_errors=weather_errors)


def settings_of(out: Path, sha256: str, software_version: str) -> Settings:
    """The settings of a backtest, as its folder has them; raises SettingsError for others, and where this hazecast is another."""
    file = out / SETTINGS_FILE
    if software_version != __version__:
        raise SettingsError(
            f"A worker has hazecast {__version__}; the backtest in {out} is made by {software_version}.",
            f"Install hazecast {software_version} on every worker.",
        )
    try:
        settings = Settings.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as lacking:
        raise SettingsError(
            f"{file} cannot be read: {lacking}.", "Every worker must see the folder of the backtest and its inputs under the same path."
        ) from lacking
    if settings.sha256() != sha256:
        raise SettingsError(f"{file} is not what the backtest began with.", "Begin another with --out.")
    return settings


def _surroundings(task: CycleTask, archive: Path, memory: Memory) -> Surroundings:
    """What a cycle met then: a clock that stands at its `as_of`, an archive of its own, the models trained by then, nobody to tell."""
    return Surroundings(
        gather=gathering_then(memory, task.weather_errors),
        database=memory.ledger,
        archive=archive,
        channels={},
        recipients=(),
        clock=lambda: task.cycle.as_of,
        owner="backtest",
        composes=False,
        models=task.out,
    )


def _gather_then(cycle: Cycle, settings: Settings, memory: Memory, weather_errors: bool) -> Gathered:
    gathered = require_no_look_ahead(gather(cycle, settings, memory))
    return with_weather_errors(gathered, settings.forecast.random_seed) if weather_errors else gathered


def _quiet(_stage: str, _done: float) -> None:
    """Whoever waits is told of whole cycles."""
