"""Stored models: they come back as they were, and one that cannot be trusted is refused by name, with a way out."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import skops.io

from hazecast.errors import ArchiveError, ModelRefused
from hazecast.forecast.climatology import fit_climatology
from hazecast.forecast.correction.fitting import learn
from hazecast.forecast.learning import Lesson
from hazecast.forecast.model_card import ModelCard, Trial, feature_names, lead_group_ends, read_card, skill_of, versions_now
from hazecast.forecast.model_store import MODEL_FILE, StoredModel, champion_as_of, content_sha256, keep_model, load_model, stored_models
from hazecast.forecast.strengths import Strengths
from hazecast.forecast.trained import Trained
from tests.unit.test_forecast_correction import HORIZON, KNOWN, climatology_of, series, world

AS_OF = datetime(2026, 2, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def trained() -> Trained:
    data, lesson = series(world()), Lesson(KNOWN, 0, HORIZON, 3000, 0)
    strengths = Strengths(np.ones((4, 5)), np.stack([np.eye(5)] * 4), np.arange(4), 0.7)
    return Trained(strengths, fit_climatology(data, lesson), learn(data, climatology_of(data).by_hour, lesson, lambda _: None), 35)


def card(trained: Trained, as_of: datetime = AS_OF, champion: bool = True, trial: Trial | None = None) -> ModelCard:
    return ModelCard(
        id=f"{as_of:%Y%m%dT%H%MZ}",
        as_of=as_of,
        learnt_until=as_of - timedelta(days=1),
        sha256=content_sha256(trained),
        settings_sha256="0" * 64,
        versions=versions_now(),
        features=feature_names(),
        regions=("beijing", "elsewhere"),
        stations=("s1", "s2"),
        days=trained.days,
        lead_group_ends=lead_group_ends(),
        skill=skill_of(trained),
        champion=champion,
        trial=trial,
    )


@pytest.fixture(scope="module")
def kept(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> StoredModel:
    return keep_model(tmp_path_factory.mktemp("archive"), card(trained), trained)


@pytest.fixture
def copied(kept: StoredModel, tmp_path: Path) -> StoredModel:
    """One that a test may spoil."""
    return StoredModel(Path(shutil.copytree(kept.folder, tmp_path / kept.id)), kept.card)


def test_a_model_comes_back_as_it_was(kept: StoredModel, trained: Trained) -> None:
    back = load_model(kept)
    assert content_sha256(back) == content_sha256(trained) == kept.card.sha256
    assert back.correction is not None
    assert trained.correction is not None
    data = series(world())
    from tests.unit.test_correction_experience import ahead

    one, other = (correction.foretold(data, ahead()) for correction in (back.correction, trained.correction))
    np.testing.assert_array_equal(one.centre, other.centre)
    np.testing.assert_array_equal(one.spread, other.spread)
    assert back.correction.learnt_until == trained.correction.learnt_until
    assert list(back.correction.cases) == list(trained.correction.cases)


def test_the_same_content_has_the_same_hash_and_another_one_another(trained: Trained) -> None:
    assert trained.strengths is not None
    other = replace(trained, strengths=replace(trained.strengths, first_guess=0.70001))
    assert content_sha256(other) != content_sha256(trained) == content_sha256(replace(trained))


def test_what_could_not_be_learnt_is_kept_as_such(tmp_path: Path) -> None:
    nothing = Trained(None, None, None, 0)
    back = load_model(keep_model(tmp_path, card(nothing), nothing))
    assert (back.strengths, back.climatology, back.correction, back.days) == (None, None, None, 0)


def test_the_card_tells_versions_features_period_and_scores(kept: StoredModel) -> None:
    read = read_card(kept.folder)
    assert read == kept.card
    assert read.versions["scikit-learn"]
    assert read.features == feature_names()
    assert read.skill[0].lacking == ()
    assert all(value is None or value > 0 for step in read.skill for value in step.rmse)


def test_which_model_forecasts_follows_from_the_cards(tmp_path: Path) -> None:
    nothing = Trained(None, None, None, 0)
    for days, champion in ((0, True), (30, False), (60, True)):
        keep_model(tmp_path, card(nothing, AS_OF + timedelta(days=days), champion), nothing)
    assert len(stored_models(tmp_path)) == 3
    assert champion_as_of(tmp_path, AS_OF - timedelta(hours=1)) is None
    for days, expected in ((0, 0), (31, 0), (59, 0), (60, 60), (400, 60)):
        found = champion_as_of(tmp_path, AS_OF + timedelta(days=days))
        assert found is not None
        assert found.card.as_of == AS_OF + timedelta(days=expected)


def test_a_model_of_another_version_is_refused_with_a_way_out(kept: StoredModel) -> None:
    old = replace(kept, card=replace(kept.card, versions={**kept.card.versions, "scikit-learn": "0.1"}))
    with pytest.raises(ModelRefused, match=r"scikit-learn 0\.1 \(now .*hazecast train"):
        load_model(old)


def test_a_model_of_other_features_is_refused(kept: StoredModel) -> None:
    with pytest.raises(ModelRefused, match="other features"):
        load_model(replace(kept, card=replace(kept.card, features=("tea leaves",))))


def test_a_file_that_was_changed_is_refused(copied: StoredModel, trained: Trained) -> None:
    assert trained.strengths is not None
    keep_model(copied.folder.parent, replace(copied.card, id="other"), replace(trained, days=36))
    shutil.copy(copied.folder.parent / "models" / "other" / MODEL_FILE, copied.folder / MODEL_FILE)
    with pytest.raises(ModelRefused, match="not as it was stored"):
        load_model(copied)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 but no more", b"\x80\x05\x95pickle"])
def test_a_file_that_is_no_model_is_refused(copied: StoredModel, content: bytes) -> None:
    (copied.folder / MODEL_FILE).write_bytes(content)
    with pytest.raises(ModelRefused, match="cannot be read"):
        load_model(copied)


class Foreign:
    """Something that nobody asked for."""


def test_a_file_that_holds_anything_else_is_refused_and_nothing_of_it_is_run(copied: StoredModel) -> None:
    skops.io.dump({"strengths": Foreign()}, copied.folder / MODEL_FILE)
    with pytest.raises(ModelRefused, match="Foreign"):
        load_model(copied)


def test_a_card_that_cannot_be_read_is_named(copied: StoredModel) -> None:
    file = copied.folder / "card.json"
    told = json.loads(file.read_text())
    del told["features"]
    file.write_text(json.dumps(told))
    with pytest.raises(ArchiveError, match=r"(?s)card\.json is not a readable model card.*features"):
        read_card(copied.folder)


def test_a_card_cannot_know_the_future(kept: StoredModel) -> None:
    with pytest.raises(ValueError, match="learnt until"):
        replace(kept.card, learnt_until=AS_OF + timedelta(hours=1))


def test_a_challenger_wins_by_a_smaller_loss() -> None:
    assert Trial("a", AS_OF, 100, 2.0, 1.9).won
    assert not Trial("a", AS_OF, 100, 2.0, 2.0).won
