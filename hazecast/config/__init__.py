"""The settings file (TOML) as frozen models. An unknown key is an error; each field's description is its comment in the file."""

import hashlib
import reprlib
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

from hazecast.config.content import OWN_EDITION, content_sha256
from hazecast.config.delivery import ChannelName, ChannelSettings, RecipientSettings, require_fitting, rooted
from hazecast.config.desk import DeskSettings
from hazecast.config.fields import Distinct, Filled, LocalHour, Number, OneOrMore, TimeZone, Whole, YesOrNo
from hazecast.config.fields import Section as _Section
from hazecast.config.places import AreaSettings, SourceSettings, StationSettings, outline_files
from hazecast.config.schedule import (
    BackupSettings,
    DatabaseSettings,
    OperatorSettings,
    RetentionSettings,
    ScheduleSettings,
)
from hazecast.errors import SettingsError
from hazecast.records import NO_SENDER, MeteorologyKind
from hazecast.vocabulary import POLAR_WIND, POLLUTANTS, VARIABLES


def _known_variable(key: str) -> str:
    if key not in (known := [*VARIABLES, *(polar.key for polar in POLAR_WIND)]):
        raise ValueError(f"{key!r} is no variable; expected one of {', '.join(known)}")
    return key


def _known_pollutant(key: str) -> str:
    if key not in (known := [pollutant.key for pollutant in POLLUTANTS]):
        raise ValueError(f"{key!r} is no pollutant; expected one of {', '.join(known)}")
    return key


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
    except (LookupError, ValueError) as missing:
        raise ValueError(f"{name!r} is no encoding; expected a name such as utf-8 or gb18030") from missing
    return name


def _one_line(name: str) -> str:
    if not name.isprintable() or name != name.strip():
        raise ValueError(f"{name!r} is no name in one line; expected one such as 'Li Wei'")
    return name


def _rising(tops: tuple[float, ...]) -> tuple[float, ...]:
    if not 3 <= len(tops) <= 10 or any(b <= a for a, b in pairwise((0.0, *tops))) or tops[-1] > 10_000.0:
        raise ValueError("the tops of 3 to 10 layers were expected, in m and rising, up to 10,000 at most")
    return tops


MOST_CELLS = 1_000_000
MOST_BYTES = 1 << 24


class SiteSettings(_Section):
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


class DomainSettings(_Section):
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


class MeteorologySettings(_Section):
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


class ValueSettings(_Section):
    """What a table of your own calls a variable."""

    name: Filled = Field(description="Its column; in a long table, what the column `parameter` says.")
    units: str = Field("", description="Its units; empty where the column `units` says them.")


class ColumnSettings(_Section):
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


class ObservationSettings(_Section):
    """Monitoring data."""

    path: Path = Field(description="A folder of files in the layouts of docs/sources.md.")
    arrival_delay_hours: Number = Field(0.0, ge=0, le=48, description="A value of hour t is known to a cycle from t plus this on.")
    columns: ColumnSettings | None = Field(None, description="How tables of your own are laid out.")


class EmissionSettings(_Section):
    """What is emitted; without an inventory people stand in for it, and every product says so."""

    path: Path | None = Field(None, description="An inventory: EDGAR, HTAP, MEIC, CAMS-GLOB-ANT; see docs/emissions.md.")
    population: Path | None = Field(None, description="A population grid, which stands in where there is no inventory.")


class BaseForecastSettings(_Section):
    """PM2.5 as another model forecasts it, such as CAMS: the base forecast beside hazecast's own transport."""

    arrival_delay_hours: Number = Field(10.0, ge=0, le=48, description="A run is known to a cycle from its init_time plus this on.")
    path: Path | None = Field(None, description="A file or a folder of them; left out: PM2.5 beside the weather, where it stands there.")


class ForecastSettings(_Section):
    """How far ahead, and what is learnt from."""

    horizon_hours: Whole = Field(96, ge=6, le=240, description="Lead time of the last forecast hour.")
    history_days: Whole = Field(800, ge=3, le=3650, description="How far back the correction learns from.")
    recent_days: Whole = Field(24, ge=8, le=120, description="How far back a cycle looks that forecasts by a stored model.")
    retrain_days: Whole = Field(30, ge=1, le=365, description="A new model is trained so often; it takes over where it is better.")
    learning_rows: Whole = Field(120_000, ge=2_000, le=5_000_000, description="Rows the correction learns from at most; fewer is faster.")
    draws: Whole = Field(100, ge=20, le=2_000, description="Whole trajectories that chances of hours on end are counted from.")
    random_seed: Whole = Field(0, ge=0, le=2**32 - 1, description="The same seed and inputs give the same forecast, bit for bit.")


class TransportSettings(_Section):
    """The transport model, and where the haze comes from; see docs/transport.md."""

    scheme: Literal["ppm", "van-leer"] = Field("ppm", description="Advection: piecewise parabolic, or van Leer's, cheaper and less sharp.")
    layer_tops: Annotated[tuple[Number, ...], AfterValidator(_rising)] = Field(
        (60.0, 180.0, 400.0, 800.0, 1500.0, 3000.0), description="Upper bounds of the layers over the ground, m."
    )
    history_days: Whole = Field(800, ge=3, le=3650, description="How far back it runs to learn what each region emits; fewer is faster.")
    from_observations: YesOrNo = Field(True, description="Whether the forecast starts from the air as the stations last observed it.")
    members: Whole = Field(8, ge=0, le=50, description="Runs with other winds and emissions that tell how sure the shares of sources are.")


class QualitySettings(_Section):
    """How observations are checked; see docs/quality.md."""

    missing_codes: tuple[Number, ...] = Field((), description="Further numbers that stand for a missing value, in the vocabulary's units.")
    neighbour_reach_km: Number = Field(150.0, ge=1, le=1000, description="Stations no farther apart than this are compared.")
    highest: dict[Annotated[str, AfterValidator(_known_pollutant)], Number] = Field(
        {}, description="Highest believable value by pollutant where it is not hazecast's, such as { pm10 = 20000.0 }."
    )


class VisibilitySettings(_Section):
    """Visibility from PM2.5 and humidity; fit these where stations report visibility."""

    contrast: Number = Field(0.05, gt=0, lt=1, description="0.05 as automatic sensors and MOR; 0.02 as human observers (Koschmieder).")
    mass_scattering_efficiency: Number = Field(3.4, gt=0, lt=20, description="Dry scattering, m2 g-1.")
    mass_absorption_efficiency: Number = Field(0.6, ge=0, lt=20, description="Absorption, m2 g-1.")
    kappa: Number = Field(0.25, ge=0, lt=2, description="Growth with humidity; 0.20 to 0.34 in North China winters.")
    log_error: Number = Field(0.3, ge=0, le=1, description="How sure all this is: standard error of extinction per mass, in its logarithm.")


class WarningSettings(_Section):
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


class SigningSettings(_Section):
    """By what CAP messages are signed; without a key they are not. Needs the optional part `cap`."""

    key_file: Path | None = Field(None, description="A private key as PEM (RSA or elliptic curve), with mode 0600.")
    certificate_file: Path | None = Field(None, description="Its certificate as PEM, or the chain, its own first.")

    @model_validator(mode="after")
    def _is_a_pair(self) -> "SigningSettings":
        if (self.key_file is None) != (self.certificate_file is None):
            raise ValueError("key_file and certificate_file belong together")
        return self


class OutputSettings(_Section):
    """Where results go."""

    archive: Path = Field(description="Folder of the ledger and of every cycle's products.")
    outbox: Path = Field(description="Folder that bulletins are delivered to.")
    pdf: YesOrNo = Field(False, description="true: every bulletin as PDF too; it needs the optional part 'pdf', see docs/bulletins.md.")


class CooperationSettings(_Section):
    """Who works together for clean air; `hazecast partners` lists the pairs that hazecast knows."""

    pairs: tuple[tuple[Filled, Filled], ...] = Field((), description="Further pairs of members, such as [['dalian', 'kitakyushu']].")


_NOT_THE_FORECAST = (
    *("schedule", "output", "database", "desk", "backup", "retention", "operator"),
    *("channels", "recipients", "signing", "cooperation"),
)


class Settings(_Section):
    """Everything one installation forecasts by."""

    site: SiteSettings
    domain: DomainSettings
    meteorology: MeteorologySettings
    observations: ObservationSettings
    emissions: EmissionSettings = EmissionSettings()
    base_forecast: BaseForecastSettings = BaseForecastSettings()
    forecast: ForecastSettings = ForecastSettings()
    transport: TransportSettings = TransportSettings()
    quality: QualitySettings = QualitySettings()
    visibility: VisibilitySettings = VisibilitySettings()
    warnings: WarningSettings = WarningSettings()
    signing: SigningSettings = SigningSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    output: OutputSettings
    database: DatabaseSettings = DatabaseSettings()
    desk: DeskSettings = DeskSettings()
    backup: BackupSettings = BackupSettings()
    retention: RetentionSettings = RetentionSettings()
    operator: OperatorSettings = OperatorSettings()
    stations: tuple[StationSettings, ...] = Field(min_length=1)
    areas: tuple[AreaSettings, ...] = Field(min_length=1)
    sources: tuple[SourceSettings, ...] = ()
    channels: dict[ChannelName, ChannelSettings] = Field(default_factory=dict)
    recipients: tuple[RecipientSettings, ...] = ()
    cooperation: CooperationSettings = CooperationSettings()

    @model_validator(mode="after")
    def _areas_know_their_stations(self) -> "Settings":
        ids = [s.id for s in self.stations]
        named = (("stations", ids), ("areas", [a.id for a in self.areas]), ("sources", [s.id for s in self.sources]))
        for what, found in named:
            if repeated := sorted({i for i in found if found.count(i) > 1}):
                raise ValueError(f"two {what} have one id: {repeated}")
        unknown = sorted({s for a in self.areas for s in a.stations} - set(ids))
        if unknown:
            raise ValueError(f"areas name stations that are not listed: {unknown}")
        areas = {a.id for a in self.areas}
        if unknown := sorted({s.around_area for s in self.sources if s.around_area is not None} - areas):
            raise ValueError(f"sources lie around areas that are not listed: {unknown}")
        bare = {a.id for a in self.areas if not a.stations}
        if unknown := sorted({s.around_area for s in self.sources if s.around_area is not None} & bare):
            raise ValueError(f"sources lie around areas that list no stations: {unknown}")
        require_fitting(self.recipients, self.channels, self.site.languages, areas)
        return self

    @property
    def pdf_languages(self) -> tuple[str, ...]:
        """The languages of the bulletins of which a PDF is wanted: all of them, or those of the recipients that ask for it by name."""
        asking = [one for one in self.recipients if "pdf" in (one.formats or ())]
        if self.output.pdf or any(one.languages is None for one in asking):
            return self.site.languages
        wanted = {language for one in asking for language in one.languages or ()}
        return tuple(language for language in self.site.languages if language in wanted)

    @model_validator(mode="after")
    def _waits_for_what_can_come(self) -> "Settings":
        forecasts = self.meteorology.kind is MeteorologyKind.FORECAST
        for name in self.schedule.wait_for:
            if name in ("gfs", "weather") and not forecasts:
                raise ValueError(f"cycles wait for {name!r} and the weather is no forecast; expected meteorology.kind 'forecast'")
            if name == "cams" and self.base_forecast.path is None:
                raise ValueError("cycles wait for 'cams' and there is no base forecast; expected base_forecast.path")
        return self

    def sha256(self) -> str:
        """Identifies what a forecast is made by, whatever the settings' layout and comments, and wherever data and results lie.

        What is in an edition, in polygons and in masks of one's own counts; where they lie does not.
        """
        own_edition = self.warnings.edition.endswith(OWN_EDITION)
        text = self.model_dump_json(
            exclude_none=True,
            exclude={
                **{section: {"path"} for section in ("meteorology", "observations", "base_forecast")},
                "emissions": {"path", "population"},
                "site": {"forecaster"},
                "areas": {"__all__": {"polygons", "mask", "member"}},
                "sources": {"__all__": {"polygons", "mask"}},
                "warnings": {"backtest", *(("edition",) if own_edition else ())},
                **dict.fromkeys(_NOT_THE_FORECAST, True),
            },
        )
        contents = [f"{what}={content_sha256(file)}" for what, file in self._own_files()]
        return hashlib.sha256("\n".join([text, *contents]).encode()).hexdigest()

    def _own_files(self) -> Iterator[tuple[str, Path]]:
        """What each is to the settings, and where it lies."""
        if self.warnings.edition.endswith(OWN_EDITION):
            yield f"edition {Path(self.warnings.edition).stem}", Path(self.warnings.edition)
        for what, places in (("area", self.areas), ("source", self.sources)):
            yield from ((f"{what} {place.id}", file) for place in places for file in outline_files(place))


def load_settings(file: Path) -> Settings:
    """Read a settings file; relative paths in it are relative to the file.

    Raises SettingsError for a file that is absent, is not TOML, or holds an unknown key or a value out of range.
    """
    try:
        table = tomllib.loads(_text(file))
    except FileNotFoundError as absent:
        raise SettingsError(f"There is no settings file {file}.", "Write one with `hazecast init`.") from absent
    except OSError as refused:
        raise SettingsError(f"{file} cannot be read: {refused.strerror}.", "Name a settings file that you may read.") from refused
    except (ValueError, RecursionError, MemoryError) as broken:
        raise SettingsError(f"{file} is not TOML: {broken!s:.300}.", "Mend it there, or write one with `hazecast init`.") from broken
    try:
        settings = Settings.model_validate(table)
    except ValidationError as invalid:
        raise SettingsError(
            f"{file}: {_first_fault(invalid)}.", "Mend it; `hazecast init` writes every setting with its comment."
        ) from invalid
    return _resolved(settings, file.resolve().parent)


def _text(file: Path) -> str:
    """Raises ValueError for what is no file or too large: a pipe would be waited for, and a device has no end."""
    if file.exists() and not file.is_dir() and not (file.is_file() and file.stat().st_size <= MOST_BYTES):
        raise ValueError(f"it is no file of {MOST_BYTES:,} bytes at most")
    return file.read_text(encoding="utf-8")


_FAULTS = MappingProxyType(
    {"extra_forbidden": "there is no such setting", "missing": "this setting is lacking", "path_type": "a path was expected, in quotes"}
)


def with_forecaster(settings: Settings, name: str) -> Settings:
    """The same settings, by which somebody answers for the bulletins; raises SettingsError for what is no name."""
    try:
        site = SiteSettings.model_validate({**dict(settings.site), "forecaster": name})
    except ValidationError as invalid:
        raise SettingsError(f"--forecaster: {_first_fault(invalid)}.", "Give a name in one line of 80 characters at most.") from invalid
    return settings.model_copy(update={"site": site})


def looking_back(settings: Settings, days: int) -> Settings:
    """The same settings with a history of no more than so many days."""
    history = min(days, settings.forecast.history_days)
    return settings.model_copy(update={"forecast": settings.forecast.model_copy(update={"history_days": history})})


def _first_fault(invalid: ValidationError) -> str:
    """The key, what was expected and what was found, of the first fault; and how many more there are."""
    faults = sorted(invalid.errors(), key=lambda fault: fault["type"] != "extra_forbidden")  # a slip in a name makes two
    first, others = faults[0], len(faults) - 1
    key = ".".join(str(p)[:100] for p in first["loc"] if p != "[key]")
    said = _FAULTS.get(first["type"], first["msg"].removeprefix("Value error, "))
    value = reprlib.repr(first["input"]) if isinstance(first["input"], dict) else repr(first["input"])
    found = (
        f" (found {value})"
        if key and not isinstance(first["input"], dict) and not (isinstance(first["input"], str) and value in said)
        else ""
    )
    more = f", and {others} more" if others else ""
    return f"{f'{key}: ' if key else ''}{said[:1].lower()}{said[1:]}{found}{more}"


def _resolved(settings: Settings, folder: Path) -> Settings:
    weather, base, edition = settings.meteorology.path, settings.base_forecast.path, settings.warnings.edition
    own_edition, backtest = str(folder / edition) if edition.endswith(OWN_EDITION) else edition, settings.warnings.backtest
    return settings.model_copy(
        update={
            "meteorology": settings.meteorology.model_copy(update={"path": weather and folder / weather}),
            "observations": settings.observations.model_copy(update={"path": folder / settings.observations.path}),
            "emissions": EmissionSettings(**{key: path and folder / path for key, path in settings.emissions}),
            "base_forecast": settings.base_forecast.model_copy(update={"path": base and folder / base}),
            "backup": rooted(settings.backup, folder),
            "desk": rooted(settings.desk, folder),
            "signing": rooted(settings.signing, folder),
            "warnings": settings.warnings.model_copy(update={"edition": own_edition, "backtest": backtest and folder / backtest}),
            "output": rooted(settings.output, folder),
            "areas": tuple(rooted(area, folder) for area in settings.areas),
            "sources": tuple(rooted(source, folder) for source in settings.sources),
            "channels": {name: rooted(channel, folder) for name, channel in settings.channels.items()},
        }
    )
