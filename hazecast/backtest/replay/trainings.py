"""The models of a backtest: trained one after the other, each with what had arrived by then, in the folder of the backtest alone."""

from contextlib import suppress
from pathlib import Path

from hazecast.backtest.replay.attempts import attempt
from hazecast.backtest.replay.memory import copied_memory
from hazecast.backtest.replay.plan import Plan
from hazecast.backtest.replay.task import gathering_then
from hazecast.config import Settings
from hazecast.cycle import Progress
from hazecast.errors import NoDataInPeriod
from hazecast.forecast.model_store import stored_models
from hazecast.records import Cycle
from hazecast.training import train_model

STAGE = "training"


def train_all(out: Path, plan: Plan, settings: Settings, progress: Progress) -> None:
    """Train what is not trained yet; where there was nothing to learn from there is no model, and cycles learn for themselves.

    Raises what training raises.
    """
    kept = {model.card.as_of for model in stored_models(out)}
    for number, cycle in enumerate(plan.trainings):
        progress(STAGE, number / len(plan.trainings))
        if cycle.as_of not in kept:
            _train(out, cycle, settings, plan.weather_errors)
    progress(STAGE, 1.0)


def _train(out: Path, cycle: Cycle, settings: Settings, weather_errors: bool) -> None:
    with attempt(out, f"{STAGE}-{cycle.key}") as folder, copied_memory(out, folder) as memory, suppress(NoDataInPeriod):
        train_model(cycle, settings, out, gathering_then(memory, weather_errors), lambda _stage, _done: None)
