"""What a forecast is made from, and where it lies."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from hazecast.config.fields import Filled, Number, OneOrMore, Section, TimeZone
from hazecast.records import MeteorologyKind
from hazecast.vocabulary import POLAR_WIND, VARIABLES


def _known_variable(key: str) -> str:
    if key not in (known := [*VARIABLES, *(polar.key for polar in POLAR_WIND)]):
        raise ValueError(f"{key!r} is no variable; expected one of {', '.join(known)}")
    return key


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
    except (LookupError, ValueError) as missing:
        raise ValueError(f"{name!r} is no encoding; expected a name such as utf-8 or gb18030") from missing
    return name


class MeteorologySettings(Section):
    """Weather: gridded or, without a path, that of the stations themselves."""

    path: Path | None = Field(None, description="A file or a folder of them; left out: what the stations measure of it.")
    kind: MeteorologyKind = Field(
        description="'forecast', 'analysis' of what came (each product then says: perfect prognosis), or 'past': none of the hours ahead."
    )
    arrival_delay_hours: Number = Field(0.0, ge=0, le=48, description="A run that nobody saw come is known from init_time plus this on.")

    @model_validator(mode="after")
    def _stations_forecast_nothing(self) -> "MeteorologySettings":
        if self.path is None and self.kind is MeteorologyKind.FORECAST:
            raise ValueError("a forecast needs a path; stations measure what is past: expected kind 'past' or 'analysis'")
        return self


class ValueSettings(Section):
    """What a table of your own calls a variable."""

    name: Filled = Field(description="Its column; in a long table, what the column `parameter` says.")
    units: str = Field("", description="Its units; empty where the column `units` says them.")


class ColumnSettings(Section):
    """How the columns of CSV tables of your own are named; tables in a layout that hazecast knows need none of this."""

    values: Annotated[dict[Annotated[str, AfterValidator(_known_variable)], ValueSettings], Field(min_length=1)] = Field(
        description="What the table calls each variable, such as pm25 = { name = 'PM2.5', units = 'µg/m³' }."
    )
    time: OneOrMore = Field(description="Column of the time, or several whose texts make it up, joined by blanks.")
    time_format: str = Field("", description="As of strptime, such as '%d.%m.%Y %H:%M'; empty: ISO 8601.")
    time_zone: TimeZone = Field("UTC", description="Zone of times that do not give their offset.")
    hour_label: Literal["start", "end"] = Field("end", description="Whether an hour is called by its start or by its end.")
    station: str = Field("", description="Column of the station's id; empty: each file is of one station and called after it.")
    station_name: str = Field("", description="Column of the station's name, if there is one.")
    latitude: str = Field("", description="Column of the latitude in degrees north, if there is one.")
    longitude: str = Field("", description="Column of the longitude in degrees east, if there is one.")
    parameter: str = Field("", description="In a long table, one value a row: column that says which variable it is.")
    value: str = Field("", description="In a long table: column of the value.")
    units: str = Field("", description="In a long table: column of the units, if there is one.")
    missing: tuple[str, ...] = Field((), description="Further codes for a missing value.")
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = Field(",", description="What stands between two fields.")
    decimal: Literal[".", ","] = Field(".", description="What stands before the decimals of a number.")
    encoding: Annotated[str, AfterValidator(_known_encoding)] = Field("utf-8", description="Such as utf-8, gb18030 or cp1252.")
    reference_temperature: Number = Field(298.15, ge=250, le=320, description="K at 1013.25 hPa, for gases in ppb or ppm.")

    @model_validator(mode="after")
    def _is_long_or_wide(self) -> "ColumnSettings":
        if bool(self.parameter) != bool(self.value) or (self.units and not self.value):
            raise ValueError("a long table needs the columns parameter and value, a wide one neither of them nor units")
        if without := [] if self.units else [key for key, told in self.values.items() if not told.units]:
            raise ValueError(f"the units of {', '.join(without)} are lacking")
        if self.delimiter == self.decimal:
            raise ValueError(f"{self.delimiter!r} cannot stand both between fields and before decimals")
        return self


class ObservationSettings(Section):
    """Monitoring data."""

    path: Path = Field(description="A folder of files in the layouts of docs/sources.md.")
    arrival_delay_hours: Number = Field(0.0, ge=0, le=48, description="A value of hour t is known to a cycle from t plus this on.")
    columns: ColumnSettings | None = Field(None, description="How tables of your own are laid out.")


class EmissionSettings(Section):
    """What is emitted; without an inventory people stand in for it, and every product says so."""

    path: Path | None = Field(None, description="An inventory: EDGAR, HTAP, MEIC, CAMS-GLOB-ANT; see docs/emissions.md.")
    population: Path | None = Field(None, description="A population grid, which stands in where there is no inventory.")


class BaseForecastSettings(Section):
    """PM2.5 as another model forecasts it, such as CAMS: the base forecast beside hazecast's own transport."""

    arrival_delay_hours: Number = Field(10.0, ge=0, le=48, description="A run is known to a cycle from its init_time plus this on.")
    path: Path | None = Field(None, description="A file or a folder of them; left out: PM2.5 beside the weather, where it stands there.")
