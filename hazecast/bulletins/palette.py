"""How each warning level looks, on paper, on screens and to readers who do not see colours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
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


@dataclass(frozen=True, slots=True)
class Classes:
    """Ranges of a quantity by their lower ends, ascending, and the colour of each; the last has no upper end."""

    starts: tuple[float, ...]
    colours: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.starts) != len(self.colours) or list(self.starts) != sorted(set(self.starts)):
            raise ValueError(f"Classes need ascending lower ends, and as many colours; got {self.starts} and {self.colours}.")


AQI_COLOURS = ("#00e400", "#ffff00", "#ff7e00", "#ff0000", "#99004c", "#7e0023")
"""HJ 633: excellent, good, light, moderate, heavy and severe pollution, as the standard has them in RGB."""
_PM25_2012 = Classes((0.0, 35.0, 75.0, 115.0, 150.0, 250.0), AQI_COLOURS)
_PM25_2026 = Classes((0.0, 35.0, 60.0, 115.0, 150.0, 250.0), AQI_COLOURS)
_IN_FORCE_2026 = datetime(2026, 2, 28, 16, tzinfo=UTC)  # 1 March in China

VISIBILITY = Classes((0.0, 1.0, 2.0, 3.0, 5.0, 10.0), ("#4a2513", "#93512a", "#cf8a4b", "#eec381", "#f8ebc8", "#eef5f9"))
"""Kilometres, by the limits of the haze warnings; darker is worse, so that it reads in grey."""


def pm25_classes(moment: datetime) -> Classes:
    """Classes of 24-hour means of PM2.5 (µg m-3) by the edition of HJ 633 in force at `moment`."""
    return _PM25_2026 if moment >= _IN_FORCE_2026 else _PM25_2012
