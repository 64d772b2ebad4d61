"""What of the ground settings speak of: stations, areas that are warned, and regions that emit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from hazecast.config.fields import Filled, Number, OneOrMore, Section, distinct
from hazecast.records import RESERVED

China = Annotated[OneOrMore | None, Field(description="It is these provinces or prefectures of China, by their full Chinese names.")]
Polygons = Annotated[Path | None, Field(description="Or: a GeoJSON file of polygons in degrees.")]
Property = Annotated[Filled | None, Field(description="Of that file only the features whose property of this name …")]
Value = Annotated[OneOrMore | None, Field(description="… has this value, or one of these.")]
Mask = Annotated[Path | None, Field(description="Or: a NetCDF file of the share of each cell, 0 to 1.")]
Variable = Annotated[Filled | None, Field(description="Its variable, where the file has several.")]
OUTLINES = ("china", "polygons", "mask")


class StationSettings(Section):
    """A station that is forecast."""

    id: Filled = Field(description="As in the observations.")
    name: Filled = Field(description="As shown.")
    latitude: Number = Field(ge=-90, le=90, description="Degrees north.")
    longitude: Number = Field(ge=-180, le=360, description="Degrees east.")


class AreaSettings(Section):
    """A city, district or province that is warned as one: its stations, or all the ground within an outline."""

    id: Filled = Field(description="Short and lasting: warnings are kept under it.")
    names: dict[Filled, Filled] = Field(min_length=1, description="Its name by language.")
    stations: Annotated[tuple[Filled, ...], AfterValidator(distinct)] = Field(
        (), description="Ids of its stations; left out where it has an outline: those inside."
    )
    region: dict[Filled, Filled] | None = Field(
        None, min_length=1, description="Province or region under which sentences gather it, by language; left out: it stands alone."
    )
    member: Filled | None = Field(
        None, description="The member of the cooperation that it belongs to; left out: the one that has its id, if there is one."
    )
    china: China = None
    polygons: Polygons = None
    property: Property = None
    value: Value = None
    mask: Mask = None
    variable: Variable = None

    @model_validator(mode="after")
    def _lies_somewhere(self) -> "AreaSettings":
        given = _given(self, OUTLINES)
        if len(given) > 1:
            raise ValueError(f"area {self.id!r} has {' and '.join(given)}; expected one of them")
        if not given and not self.stations:
            raise ValueError(f"area {self.id!r} has no stations, and none of {', '.join(OUTLINES)}")
        _require_belonging(self, f"area {self.id!r}")
        return self


def _free_id(id: str) -> str:
    if id in RESERVED:
        raise ValueError(f"the id {id!r} is hazecast's own; expected another than {', '.join(RESERVED)}")
    return id


class SourceSettings(Section):
    """A region whose part in the air is told apart; where two overlap, the ground belongs to the first."""

    id: Annotated[Filled, AfterValidator(_free_id)] = Field(description="Short and lasting, as in the products.")
    names: dict[Filled, Filled] = Field(min_length=1, description="Its name by language.")
    china: China = None
    around_area: Filled | None = Field(None, description="It is a circle round the stations of the area with this id.")
    radius_km: Number | None = Field(None, gt=0, le=2000, description="The radius of that circle.")
    polygons: Polygons = None
    property: Property = None
    value: Value = None
    mask: Mask = None
    variable: Variable = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> "SourceSettings":
        kinds = (*OUTLINES, "around_area")
        if len(given := _given(self, kinds)) != 1:
            raise ValueError(f"source {self.id!r} has {' and '.join(given) or 'none'} of {', '.join(kinds)}; expected one of them")
        if (self.around_area is None) != (self.radius_km is None):
            raise ValueError(f"source {self.id!r}: around_area and radius_km belong together")
        _require_belonging(self, f"source {self.id!r}")
        return self


def has_outline(area: AreaSettings) -> bool:
    """Whether an area is ground, and not only a group of stations."""
    return bool(_given(area, OUTLINES))


def outline_files(place: AreaSettings | SourceSettings) -> tuple[Path, ...]:
    """The files that an outline is in."""
    return tuple(file for file in (place.polygons, place.mask) if file is not None)


def _given(place: Section, kinds: Sequence[str]) -> list[str]:
    return [kind for kind in kinds if getattr(place, kind) is not None]


def _require_belonging(place: AreaSettings | SourceSettings, called: str) -> None:
    if (place.property is None) != (place.value is None) or (place.property is not None and place.polygons is None):
        raise ValueError(f"{called}: property and value belong together, and to polygons")
    if place.variable is not None and place.mask is None:
        raise ValueError(f"{called}: variable belongs to mask")
