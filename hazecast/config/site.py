"""Whom the forecast is for, and where."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from hazecast.config.fields import Distinct, Filled, Number, Section, TimeZone, YesOrNo
from hazecast.records import NO_SENDER

MOST_CELLS = 1_000_000


def _one_line(name: str) -> str:
    if not name.isprintable() or name != name.strip():
        raise ValueError(f"{name!r} is no name in one line; expected one such as 'Li Wei'")
    return name


class SiteSettings(Section):
    """Whom the forecast is for."""

    titles: Annotated[dict[str, Filled], Field(min_length=1)] = Field(description="Heads every bulletin, by language.")
    time_zone: TimeZone = Field(description="Validity windows and bulletins are written in this zone.")
    languages: Distinct = Field(("zh", "en"), description="Languages of the bulletins, the main one first.")
    exercise: YesOrNo = Field(False, description="true marks every product as an exercise.")
    forecaster: Annotated[str, AfterValidator(_one_line)] = Field(
        "", max_length=80, description="Who answers for the bulletins; empty: they are automatic and say so."
    )
    sender: Annotated[str, Field(pattern=r"^[^\s,<&]+$")] = Field(
        NO_SENDER, description="Who warns, in CAP messages: a mail address or domain of your own."
    )


class DomainSettings(Section):
    """The lattice of the forecast: cell centres from south to north and west to east."""

    south: Number = Field(ge=-89, le=89, description="Southernmost cell centre, degrees north.")
    north: Number = Field(ge=-89, le=89, description="Northernmost cell centre, degrees north.")
    west: Number = Field(ge=-180, le=360, description="Westernmost cell centre, degrees east.")
    east: Number = Field(ge=-180, le=540, description="Easternmost cell centre, degrees east.")
    spacing: Number = Field(gt=0, le=5, description="Cell width, degrees.")

    @model_validator(mode="after")
    def _has_cells(self) -> "DomainSettings":
        if self.north - self.south < 2 * self.spacing or self.east - self.west < 2 * self.spacing:
            raise ValueError(f"the domain needs at least three cells each way; {self.spacing}° cells leave fewer")
        cells = ((self.north - self.south) / self.spacing + 1) * ((self.east - self.west) / self.spacing + 1)
        if cells > MOST_CELLS:
            raise ValueError(f"{self.spacing}° cells make a lattice of {cells:,.0f}; expected {MOST_CELLS:,} at most")
        if max(abs(self.south), abs(self.north)) + self.spacing / 2 > 90 or self.east - self.west > 360:
            raise ValueError("the cells reach beyond a pole, or more than once round the Earth")
        return self


class CooperationSettings(Section):
    """Who works together for clean air; `hazecast partners` lists the pairs that hazecast knows."""

    pairs: tuple[tuple[Filled, Filled], ...] = Field((), description="Further pairs of members, such as [['dalian', 'kitakyushu']].")
