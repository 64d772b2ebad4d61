"""Everything that one installation forecasts by, and what of it makes the forecast."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field, model_validator

from hazecast.config.content import OWN_EDITION, content_sha256
from hazecast.config.delivery import ChannelName, ChannelSettings, RecipientSettings, require_fitting
from hazecast.config.desk import DeskSettings
from hazecast.config.fields import Section
from hazecast.config.forecast import ForecastSettings, QualitySettings, TransportSettings, VisibilitySettings
from hazecast.config.inputs import BaseForecastSettings, EmissionSettings, MeteorologySettings, ObservationSettings
from hazecast.config.output import OutputSettings, SigningSettings
from hazecast.config.places import AreaSettings, SourceSettings, StationSettings, outline_files
from hazecast.config.schedule import BackupSettings, DatabaseSettings, OperatorSettings, RetentionSettings, ScheduleSettings
from hazecast.config.site import CooperationSettings, DomainSettings, SiteSettings
from hazecast.config.warning import WarningSettings
from hazecast.records import MeteorologyKind

_NOT_THE_FORECAST = (
    *("schedule", "output", "database", "desk", "backup", "retention", "operator"),
    *("channels", "recipients", "signing", "cooperation"),
)


class Settings(Section):
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
