"""How forecasts are verified."""

from dataclasses import dataclass, field

from hazecast.config import Settings, VisibilitySettings
from hazecast.warnings.edition import Edition, load_edition
from hazecast.warnings.rule import rule_of

FORECAST = "hazecast"
PERSISTENCE = "persistence"
DIURNAL_PERSISTENCE = "diurnal persistence"
CLIMATOLOGY = "climatology"
UNCORRECTED = "uncorrected"
BASELINES = (PERSISTENCE, DIURNAL_PERSISTENCE, CLIMATOLOGY, UNCORRECTED)
FORECASTS = (FORECAST, *BASELINES)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a level is, when days begin, what was known when, which thresholds (µg m-3) count, and how intervals are drawn.

    `observation_lag_hours` is how long after its hour a value was known; `confidence` is the probability that an interval holds.
    """

    edition: Edition = field(default_factory=lambda: load_edition("cma-haze-2013"))
    optics: VisibilitySettings = field(default_factory=VisibilitySettings)
    time_zone: str = "UTC"
    window_start_hours: tuple[int, ...] = (8, 20)
    observation_lag_hours: float = 0.0
    raise_probability: float = 0.5
    thresholds: tuple[float, ...] = (75.0, 115.0, 150.0, 250.0)
    block_days: int = 6
    resamples: int = 1000
    confidence: float = 0.95
    seed: int = 1

    def __post_init__(self) -> None:
        if self.observation_lag_hours < 0 or self.block_days < 1 or self.resamples < 0:
            raise ValueError(
                f"Lag {self.observation_lag_hours} h, blocks of {self.block_days} days, {self.resamples} resamples; "
                "expected a lag and resamples of 0 or more, and blocks of a day or more."
            )
        if not (0 < self.raise_probability < 1 and 0 < self.confidence < 1):
            raise ValueError(f"Probabilities {self.raise_probability} and {self.confidence}; expected both within 0 to 1.")
        if not self.thresholds or list(self.thresholds) != sorted(set(self.thresholds)):
            raise ValueError(f"The thresholds are {self.thresholds}; expected some, ascending.")


def terms_of(settings: Settings) -> Terms:
    """The terms that follow from a settings file."""
    edition = load_edition(settings.warnings.edition)
    return Terms(
        edition=edition,
        optics=settings.visibility,
        time_zone=settings.site.time_zone,
        window_start_hours=settings.warnings.window_start_hours,
        observation_lag_hours=settings.observations.arrival_delay_hours,
        raise_probability=rule_of(settings.warnings, edition).raise_probability,
    )
