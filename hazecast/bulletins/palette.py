"""How each warning level looks, on paper, on screens and to readers who do not see colours."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hazecast.records import Level


@dataclass(frozen=True, slots=True)
class LevelStyle:
    """The look of a level: `css` names it in style sheets, `hatch` and `marker` are matplotlib's."""

    css: str
    fill: str
    ink: str
    hatch: str
    marker: str


STYLES: Mapping[Level, LevelStyle] = MappingProxyType(
    {
        Level.UNKNOWN: LevelStyle("unknown", "#d3d6d9", "#22272b", "xxx", "X"),
        Level.NONE: LevelStyle("none", "#deeee0", "#1f3a2a", "", "o"),
        Level.BLUE: LevelStyle("blue", "#2b6cc4", "#ffffff", "...", "v"),
        Level.YELLOW: LevelStyle("yellow", "#ffd92e", "#221c00", "...", "^"),
        Level.ORANGE: LevelStyle("orange", "#f58a1f", "#231200", "///", "s"),
        Level.RED: LevelStyle("red", "#c8102e", "#ffffff", "\\\\\\\\", "D"),
    }
)
