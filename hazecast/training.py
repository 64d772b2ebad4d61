"""A model trained with what had arrived by a time, and whether it takes over from the one before.

The first model of an archive learns from all that was known and is champion. A later one learns without the last `TRIAL` and is held
against the champion on them, which neither has seen; it is champion if it wins. Every model is kept, with what came of that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from hazecast.config import Settings, looking_back
from hazecast.forecast.correction.experience import TrialErrors
from hazecast.forecast.model_card import ModelCard, Trial, feature_names, lead_group_ends, skill_of, versions_now
from hazecast.forecast.model_store import StoredModel, champion_as_of, content_sha256, keep_model, load_model, stored_models
from hazecast.forecast.predict import train, trial
from hazecast.forecast.trained import Trained
from hazecast.grids.gridding import to_grid
from hazecast.grids.lattice import lattice_of_domain
from hazecast.quality.usable import only_usable
from hazecast.records import Cycle, Gathered, Gridded

Gather = Callable[[Cycle, Settings], Gathered]
Progress = Callable[[str, float], None]

TRIAL = timedelta(days=14)
LEAST_PAIRS = 500  # by which a champion can be dethroned


@dataclass(frozen=True, slots=True)
class _Sides:
    """The models of a trial: the challenger, and the champion as it was stored."""

    challenger: Trained
    champion: Trained


def training_due(archive: Path, as_of: datetime, settings: Settings) -> bool:
    """Whether no model was trained within `retrain_days` before a time."""
    before = [model.card.as_of for model in stored_models(archive) if model.card.as_of <= as_of]
    return not before or as_of - before[-1] >= timedelta(days=settings.forecast.retrain_days)


def train_model(cycle: Cycle, settings: Settings, archive: Path, gather: Gather, progress: Progress) -> StoredModel:
    """Train with what had arrived by the cycle's `as_of`, and keep the model; one that is kept already is not trained again.

    Raises HazecastError for inputs that cannot be used, ModelRefused for a champion of other versions, and ArchiveError.
    """
    id = f"{cycle.as_of:%Y%m%dT%H%MZ}"
    if done := [model for model in stored_models(archive) if model.id == id]:
        return done[0]
    champion = champion_as_of(archive, cycle.as_of)
    lesson = cycle if champion is None else Cycle(*(2 * (_full_hour(cycle.as_of - TRIAL),)), cycle.horizon)
    gridded = _gridded(lesson, settings, gather)
    learnt = train(gridded, settings.forecast, settings.transport, _delay(settings), progress, time_zone=settings.site.time_zone)
    held = None if champion is None else _trial(cycle, settings, gather, champion, _Sides(learnt, load_model(champion)))
    card = ModelCard(
        id=id,
        as_of=cycle.as_of,
        learnt_until=_learnt_until(learnt, lesson),
        sha256=content_sha256(learnt),
        settings_sha256=settings.sha256(),
        versions=versions_now(),
        features=feature_names(),
        regions=tuple(region.id for region in gridded.gathered.regions),
        stations=tuple(station.id for station in gridded.gathered.stations),
        days=learnt.days,
        lead_group_ends=lead_group_ends(),
        skill=skill_of(learnt),
        champion=held is None or held.won,
        trial=held,
    )
    return keep_model(archive, card, learnt)


def _trial(cycle: Cycle, settings: Settings, gather: Gather, champion: StoredModel, sides: _Sides) -> Trial:
    since = cycle.as_of - TRIAL
    gridded = _gridded(cycle, looking_back(settings, settings.forecast.recent_days + TRIAL.days), gather)
    given = gridded, settings.forecast, settings.transport, _delay(settings)
    own, other = (trial(*given, time_zone=settings.site.time_zone, stored=side, since=since) for side in (sides.challenger, sides.champion))
    pairs, own_loss, champion_loss = _compared(own, other)
    return Trial(champion.id, since, pairs, champion_loss, own_loss)


def _compared(own: TrialErrors | None, champion: TrialErrors | None) -> tuple[int, float, float]:
    """How many pairs both have, and their mean losses on these; of too few pairs no side is the better, and a champion stays."""
    if own is None or champion is None:
        return 0, float(own is None), float(champion is None)
    assert np.array_equal(own.rows, champion.rows)
    both = ~(np.isnan(own.loss) | np.isnan(champion.loss))
    if both.sum() < LEAST_PAIRS:
        return int(both.sum()), 0.0, 0.0
    return int(both.sum()), float(own.loss[both].mean()), float(champion.loss[both].mean())


def _gridded(cycle: Cycle, settings: Settings, gather: Gather) -> Gridded:
    gathered, _ = only_usable(gather(cycle, settings), settings.quality)
    return to_grid(gathered, lattice_of_domain(settings.domain))


def _delay(settings: Settings) -> timedelta:
    return timedelta(hours=settings.observations.arrival_delay_hours)


def _learnt_until(learnt: Trained, lesson: Cycle) -> datetime:
    if learnt.correction is None:
        return lesson.as_of
    seconds = learnt.correction.learnt_until.astype("datetime64[s]").astype(np.int64)
    return datetime.fromtimestamp(int(seconds), UTC)


def _full_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
