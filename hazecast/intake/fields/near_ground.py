"""Which levels of a model of the air stand for the air at the ground, of pollutants, that models give on levels only."""

from hazecast.intake.fields.layout import LevelKind

HIGHEST_M = 10.0
LOWEST_PRESSURE = 1.0e5  # Pa
LOWEST_LEVELS_OF_ECMWF = frozenset({60, 91, 137})  # its models count their levels from the top, and have as many


def is_near_ground(kind: LevelKind, level: float) -> bool:
    """Whether a level in m above ground, in Pa, or by its number in ECMWF's models is the one at the ground, or as good."""
    if kind == "height":
        return 0.0 <= level <= HIGHEST_M
    return level >= LOWEST_PRESSURE if kind == "pressure" else level in LOWEST_LEVELS_OF_ECMWF
