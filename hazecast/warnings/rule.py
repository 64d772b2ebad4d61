"""By what an agency raises, keeps and joins warnings: the edition's own figures, and in their place those of the settings."""

from dataclasses import dataclass
from datetime import timedelta

from hazecast.config import WarningSettings
from hazecast.errors import SettingsError
from hazecast.warnings.standard import Standard


@dataclass(frozen=True, slots=True)
class Rule:
    """Probabilities to raise and to clear at, the share of an area and the consecutive hours that a level needs, and how warnings live.

    A warning stands for `hold` at least; one that begins within `merge` of the end of another goes on with it.
    """

    raise_probability: float
    clear_probability: float
    area_share: float
    minimum_hours: int
    hold: timedelta
    merge: timedelta

    def __post_init__(self) -> None:
        if not 0.0 < self.clear_probability <= self.raise_probability < 1.0:
            raise SettingsError(
                f"A level would be raised at {self.raise_probability:g} and cleared at {self.clear_probability:g}.",
                "Set warnings.clear_probability to no more than the probability to raise at, both within 0 and 1.",
            )


def rule_of(settings: WarningSettings, edition: Standard) -> Rule:
    """What the settings say, and where they say nothing, the edition.

    Without a probability to clear at, it keeps the edition's proportion to that to raise at. Raises SettingsError if it is above that.
    """
    raising = _raise_probability(settings, edition)
    clearing = settings.clear_probability
    if clearing is None:
        clearing = raising * edition.clear_probability / edition.raise_probability
    return Rule(
        raising,
        clearing,
        settings.area_share,
        settings.minimum_hours,
        timedelta(hours=edition.hold_hours if settings.hold_hours is None else settings.hold_hours),
        timedelta(hours=edition.merge_hours if settings.merge_hours is None else settings.merge_hours),
    )


def _raise_probability(settings: WarningSettings, edition: Standard) -> float:
    """Where a warning pays: p × loss by a miss outweighs (1 - p) × cost of a false alarm from cost / (cost + loss) on."""
    if settings.cost_ratio is not None:
        cost, loss = (float(part) for part in settings.cost_ratio.split(":"))
        return cost / (cost + loss)
    return edition.raise_probability if settings.raise_probability is None else settings.raise_probability
