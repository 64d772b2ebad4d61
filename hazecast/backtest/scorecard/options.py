"""What a scorecard is asked for."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ScorecardOptions:
    """The ratio of the cost of acting to the loss (0 to 1) that the dial shows, another backtest's folder, and a file of control days."""

    cost_ratio: float = 1 / 8
    compare: Path | None = None
    control_days: Path | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.cost_ratio < 1.0:
            raise ValueError(f"The cost-loss ratio is {self.cost_ratio}; expected within 0 to 1.")
