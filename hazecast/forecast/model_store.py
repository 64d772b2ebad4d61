"""Stored models: each a folder of its own that is never changed, below the archive.

    models/20151031T00Z/model.skops  what was learnt
                        card.json    what is told of it

A model is known by the time it was decided on. Which one forecasts follows from the cards alone: the newest champion by then.
"""

import secrets
import shutil
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hazecast.archive.content import content_digest
from hazecast.archive.disk import sync
from hazecast.errors import ArchiveError, ModelRefused
from hazecast.forecast.model_card import CARD_FILE, ModelCard, feature_names, read_card, versions_now, write_card
from hazecast.forecast.plain_state import fingerprint, plain, restored
from hazecast.forecast.trained import Trained
from hazecast.records import InputFile, InputRole

MODELS_FOLDER = "models"
MODEL_FILE = "model.skops"
TRUSTED = ["sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]
REMEDY = "Train anew with: hazecast train --config SETTINGS, or remove its folder."


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model in an archive."""

    folder: Path
    card: ModelCard

    @property
    def id(self) -> str:
        """Its name."""
        return self.card.id

    def as_input(self) -> InputFile:
        """As a cycle names what it was made from: the card, which has the hash of what was learnt; the file is never the same twice."""
        file = self.folder / CARD_FILE
        return InputFile(file.absolute(), content_digest(file), file.stat().st_size, InputRole.MODEL)


def stored_models(archive: Path) -> tuple[StoredModel, ...]:
    """Every model of an archive, the oldest first; raises ArchiveError for a card that cannot be read."""
    folders = sorted(f for f in (archive / MODELS_FOLDER).glob("*") if f.is_dir() and not f.name.startswith("."))
    return tuple(sorted((StoredModel(folder, read_card(folder)) for folder in folders), key=lambda model: model.card.as_of))


def champion_as_of(archive: Path, as_of: datetime) -> StoredModel | None:
    """The model that forecasts at a time: the newest champion that had been decided on by then; None where there is none."""
    champions = [model for model in stored_models(archive) if model.card.champion and model.card.as_of <= as_of]
    return champions[-1] if champions else None


def keep_model(archive: Path, card: ModelCard, trained: Trained) -> StoredModel:
    """Put a model into an archive, whole or not at all; raises ArchiveError where it cannot be written."""
    import skops.io  # here, for it takes seconds to import and most of hazecast never needs it

    folder = archive / MODELS_FOLDER / card.id
    temporary = folder.with_name(f".{card.id}.partial-{secrets.token_hex(4)}")
    try:
        temporary.mkdir(parents=True)
        skops.io.dump(plain(trained), temporary / MODEL_FILE, compression=zipfile.ZIP_DEFLATED)
        write_card(temporary, card)
        for file in temporary.iterdir():
            sync(file)
        temporary.replace(folder)
    except OSError as refused:
        raise ArchiveError(
            f"Model {card.id} could not be written to {folder}: {refused}.",
            "See that its disk has room and that it may be written; nothing was changed.",
        ) from refused
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return StoredModel(folder, card)


def load_model(stored: StoredModel) -> Trained:
    """What was learnt, read back; raises ModelRefused for one of other versions or features, or that is not as it was stored."""
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    _require_same_versions(stored)
    try:
        state = skops.io.load(stored.folder / MODEL_FILE, trusted=TRUSTED)
        found = fingerprint(state)
        trained = restored(Trained, state)
    except UntrustedTypesFoundException as foreign:
        raise ModelRefused(f"{stored.folder / MODEL_FILE} holds what no model of hazecast does: {foreign}.", REMEDY) from foreign
    except (OSError, ValueError, TypeError, KeyError, AttributeError, zipfile.BadZipFile) as broken:
        raise ModelRefused(f"{stored.folder / MODEL_FILE} cannot be read: {broken}.", REMEDY) from broken
    if found != stored.card.sha256:
        raise ModelRefused(f"{stored.folder / MODEL_FILE} is not as it was stored: its hash is {found}, not {stored.card.sha256}.", REMEDY)
    assert isinstance(trained, Trained)
    return trained


def content_sha256(trained: Trained) -> str:
    """The hash of what a model holds, the same for the same content."""
    return fingerprint(plain(trained))


def _require_same_versions(stored: StoredModel) -> None:
    now, then = versions_now(), stored.card.versions
    if other := [f"{name} {then.get(name, 'none')} (now {version})" for name, version in now.items() if then.get(name) != version]:
        raise ModelRefused(f"Model {stored.id} was trained with other versions: {', '.join(other)}.", REMEDY)
    if stored.card.features != feature_names():
        raise ModelRefused(f"Model {stored.id} was trained on other features than this version of hazecast has.", REMEDY)
