"""What is told of a stored model: what it was made by and from, and how good it was on times that it had not seen."""

import platform
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import scipy
import sklearn
from pydantic import TypeAdapter

from hazecast import __version__
from hazecast.errors import ArchiveError
from hazecast.forecast.features import FEATURES
from hazecast.forecast.trained import Trained
from hazecast.forecast.uncertainty import LEAD_GROUP_ENDS
from hazecast.records import require_utc

CARD_FILE = "card.json"
LAYOUT = 1
INTENDED_USE = (
    "Corrects hazecast's own forecasts of hourly PM2.5 at the stations and in the region that it was trained on, and at new stations there."
)


@dataclass(frozen=True, slots=True)
class StepSkill:
    """One step of the ladder: what lacks on it, and by lead group the root mean square error in µg m-3 and its pairs."""

    lacking: tuple[str, ...]
    rmse: tuple[float | None, ...]
    pairs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """A challenger held against the champion on hours after both were trained: mean pinball losses in µg m-3 on the same pairs."""

    champion: str
    since: datetime
    pairs: int
    champion_loss: float
    own_loss: float

    @property
    def won(self) -> bool:
        """Whether the challenger was better."""
        return self.own_loss < self.champion_loss


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The card of one model. `as_of` is when it was decided on, `learnt_until` the last hour that it learnt from."""

    id: str
    as_of: datetime
    learnt_until: datetime
    sha256: str
    settings_sha256: str
    versions: dict[str, str]
    features: tuple[str, ...]
    regions: tuple[str, ...]
    stations: tuple[str, ...]
    days: int
    lead_group_ends: tuple[int, ...]
    skill: tuple[StepSkill, ...]
    champion: bool
    trial: Trial | None = None
    intended_use: str = INTENDED_USE
    layout: int = LAYOUT

    def __post_init__(self) -> None:
        require_utc("as_of", self.as_of)
        require_utc("learnt_until", self.learnt_until)
        if self.learnt_until > self.as_of:
            raise ValueError(f"Model {self.id} learnt until {self.learnt_until}, after {self.as_of}.")


def versions_now() -> dict[str, str]:
    """What a model is made with, and what it can be used with."""
    return {
        "hazecast": __version__,
        "python": ".".join(platform.python_version_tuple()[:2]),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    }


def feature_names() -> tuple[str, ...]:
    """Those of this version, in their order."""
    return tuple(feature.name for feature in FEATURES)


def skill_of(trained: Trained) -> tuple[StepSkill, ...]:
    """As measured while it was trained, on times left out."""
    if trained.correction is None:
        return ()
    return tuple(
        StepSkill(tuple(lacking), tuple(None if np.isnan(v) else round(float(v), 2) for v in case.rmse), tuple(map(int, case.pairs)))
        for lacking, case in trained.correction.cases.items()
    )


def lead_group_ends() -> tuple[int, ...]:
    """In hours; the last group is open."""
    return tuple(map(int, LEAD_GROUP_ENDS))


def write_card(folder: Path, card: ModelCard) -> None:
    """As JSON for people and programs."""
    (folder / CARD_FILE).write_bytes(_CARD.dump_json(card, indent=1) + b"\n")


def read_card(folder: Path) -> ModelCard:
    """Raises ArchiveError for one that cannot be read."""
    file = folder / CARD_FILE
    try:
        return _CARD.validate_json(file.read_bytes())
    except (OSError, ValueError) as broken:
        remedy = "Remove its folder; hazecast train makes a new model."
        raise ArchiveError(f"{file} is not a readable model card: {broken}.", remedy) from broken


_CARD = TypeAdapter(ModelCard)
