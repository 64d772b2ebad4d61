"""When a warning is raised."""

from pathlib import Path

from pydantic import Field, model_validator

from hazecast.config.fields import Filled, LocalHour, Number, Section, Whole


class WarningSettings(Section):
    """When a warning is raised."""

    edition: Filled = Field("cma-haze-2013", description="The edition of the standard, or a .toml file of your own; see docs/warnings.md.")
    raise_probability: Number | None = Field(
        None, gt=0, lt=1, description="A level is raised when its probability reaches this; left out: as the edition has it."
    )
    clear_probability: Number | None = Field(
        None, gt=0, lt=1, description="A level in force is kept down to this; left out: in the edition's proportion to raise_probability."
    )
    cost_ratio: str | None = Field(
        None,
        pattern=r"^\d+(\.\d+)?:\d+(\.\d+)?$",
        description="A false alarm to a miss, such as '1:8': raised from 1 / (1 + 8) on, in place of raise_probability.",
    )
    hold_hours: Whole | None = Field(None, ge=0, le=72, description="A warning stands for so long; left out: as the edition has it.")
    merge_hours: Whole | None = Field(
        None, ge=0, le=72, description="A warning so soon after another goes on with it; left out: as the edition has it."
    )
    area_share: Number = Field(0.3, gt=0, le=1, description="Share of an area's stations that must reach the level.")
    minimum_hours: Whole = Field(3, ge=1, le=24, description="Consecutive hours for which they must reach it.")
    window_start_hours: tuple[LocalHour, ...] = Field(
        (8, 20), min_length=1, description="Local hours at which a 24-hour validity window may begin."
    )
    backtest: Path | None = Field(None, description="Folder of a backtest whose scores bulletins quote; left out: skill is not known.")

    @model_validator(mode="after")
    def _probabilities_agree(self) -> "WarningSettings":
        if self.cost_ratio is not None and self.raise_probability is not None:
            raise ValueError("cost_ratio and raise_probability both say where a level is raised; expected one of them")
        if self.cost_ratio is not None and not all(float(part) > 0 for part in self.cost_ratio.split(":")):
            raise ValueError(f"cost_ratio is {self.cost_ratio!r}; expected two numbers above 0, such as '1:8'")
        if None not in (self.clear_probability, self.raise_probability) and self.clear_probability > self.raise_probability:  # type: ignore[operator]
            raise ValueError(f"a level would be cleared at {self.clear_probability}, above where it is raised")
        return self
