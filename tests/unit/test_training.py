"""Models trained, kept and held against each other, on the small made-up case of the forecast's tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hazecast.config import DomainSettings, MeteorologySettings, ObservationSettings, OutputSettings, Settings, SiteSettings
from hazecast.config.places import AreaSettings, StationSettings
from hazecast.forecast.model_card import Trial
from hazecast.forecast.model_store import StoredModel, champion_as_of, load_model, stored_models
from hazecast.forecast.predict import predict
from hazecast.grids.gridding import to_grid
from hazecast.records import Cycle, Gathered, MeteorologyKind
from hazecast.training import TRIAL, train_model, training_due
from tests.unit.test_forecast_predict import LATE, LATTICE, SETTINGS, STATIONS, TRANSPORT, ZONE, observations, weather

EARLY, LATER = datetime(2026, 1, 6, tzinfo=UTC), datetime(2026, 1, 20, 12, tzinfo=UTC)
HORIZON = timedelta(hours=12)


def settings(folder: Path) -> Settings:
    return Settings(
        site=SiteSettings(titles={"en": "Test"}, time_zone=ZONE, languages=("en",)),
        domain=DomainSettings(south=39.0, north=40.25, west=115.0, east=116.25, spacing=0.25),
        meteorology=MeteorologySettings(path=folder, kind=MeteorologyKind.FORECAST),
        observations=ObservationSettings(path=folder, arrival_delay_hours=LATE / timedelta(hours=1)),
        forecast=SETTINGS.model_copy(update={"horizon_hours": 12, "recent_days": 8}),
        transport=TRANSPORT,
        output=OutputSettings(archive=folder, outbox=folder),
        stations=tuple(StationSettings(id=s.id, name=s.name, latitude=s.latitude, longitude=s.longitude) for s in STATIONS),
        areas=(AreaSettings(id="a", names={"en": "A"}, stations=tuple(s.id for s in STATIONS)),),
    )


def gather(cycle: Cycle, settings: Settings, poisoned_after: datetime | None = None) -> Gathered:
    first, init, end = (
        np.datetime64(t.replace(tzinfo=None), "ns")
        for t in (cycle.init_time - timedelta(days=settings.forecast.history_days), cycle.init_time, cycle.end_time)
    )
    observed = observations().sel(time=slice(first, init))
    if poisoned_after is not None:
        observed = observed.where(observed["time"] <= np.datetime64(poisoned_after.replace(tzinfo=None), "ns"), 900.0)
    return Gathered(cycle, weather().sel(time=slice(first, end)), MeteorologyKind.FORECAST, observed, STATIONS, (), ())


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a first model, and one a fortnight later."""
    folder = tmp_path_factory.mktemp("archive")
    for moment in (EARLY, LATER):
        train_model(Cycle(moment, moment, HORIZON), settings(folder), folder, gather, lambda _stage, _done: None)
    return folder


def second(archive: Path) -> StoredModel:
    return stored_models(archive)[1]


def test_the_first_model_is_champion_and_learnt_from_all_that_was_known(archive: Path) -> None:
    first = stored_models(archive)[0]
    assert first.card.champion
    assert first.card.trial is None
    assert first.card.learnt_until == EARLY - LATE
    assert champion_as_of(archive, EARLY) == first
    assert champion_as_of(archive, EARLY - timedelta(minutes=1)) is None


def test_a_later_one_learns_without_the_days_of_its_trial_and_the_better_one_forecasts(archive: Path) -> None:
    card = second(archive).card
    assert card.learnt_until == LATER - TRIAL - LATE
    assert card.trial is not None
    assert card.trial.champion == stored_models(archive)[0].id
    assert card.trial.pairs > 1000
    assert card.champion == (card.trial.own_loss < card.trial.champion_loss)
    champion = champion_as_of(archive, LATER)
    assert champion is not None
    assert champion.id == (card.id if card.champion else card.trial.champion)


@pytest.mark.slow
def test_the_days_of_the_trial_are_not_learnt_from(archive: Path, tmp_path: Path) -> None:
    def poisoned(cycle: Cycle, given: Settings) -> Gathered:
        return gather(cycle, given, poisoned_after=LATER - TRIAL)

    for moment, source in ((EARLY, gather), (LATER, poisoned)):
        train_model(Cycle(moment, moment, HORIZON), settings(tmp_path), tmp_path, source, lambda _stage, _done: None)
    assert second(tmp_path).card.sha256 == second(archive).card.sha256
    assert second(tmp_path).card.trial != second(archive).card.trial


def test_a_model_that_is_kept_is_not_trained_again(archive: Path) -> None:
    def never(cycle: Cycle, given: Settings) -> Gathered:
        raise AssertionError(f"{cycle} was gathered for {given}")

    again = train_model(Cycle(LATER, LATER, HORIZON), settings(archive), archive, never, lambda _stage, _done: None)
    assert again == second(archive)


def test_training_is_due_as_often_as_the_settings_say(archive: Path, tmp_path: Path) -> None:
    assert training_due(tmp_path, LATER, settings(tmp_path))
    assert not training_due(archive, LATER + timedelta(days=29), settings(archive))
    assert training_due(archive, LATER + timedelta(days=30), settings(archive))
    assert training_due(archive, EARLY - timedelta(days=1), settings(archive))


def test_a_cycle_with_a_stored_model_looks_back_a_few_days_alone_and_forecasts_the_same_kind_of_values(archive: Path) -> None:
    cycle = Cycle(LATER, LATER, HORIZON)
    given = settings(archive)
    recent = given.model_copy(update={"forecast": given.forecast.model_copy(update={"history_days": 8})})
    stored = load_model(stored_models(archive)[0])

    def forecast(of: Settings, model: object) -> np.ndarray:
        gridded = to_grid(gather(cycle, of), LATTICE)
        made = predict(gridded, of.forecast, of.transport, of.visibility, LATE, lambda _s, _d: None, time_zone=ZONE, stored=model)  # type: ignore[arg-type]
        return np.asarray(made.stations["pm25"].values)

    by_stored, by_own = forecast(recent, stored), forecast(given, None)
    assert np.isfinite(by_stored).all()
    assert np.abs(by_stored / by_own - 1).mean() < 0.5
    assert (by_stored != by_own).all()


def test_with_too_few_pairs_the_champion_stays(archive: Path) -> None:
    card = second(archive).card
    assert card.trial is not None
    assert not replace(card.trial, own_loss=0.0, champion_loss=0.0).won
    assert Trial("a", LATER, 10, 1.0, 0.5).won
