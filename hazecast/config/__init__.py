"""The settings file (TOML) as frozen models. An unknown key is an error; each field's description is its comment in the file."""

from hazecast.config.forecast import ForecastSettings as ForecastSettings
from hazecast.config.forecast import QualitySettings as QualitySettings
from hazecast.config.forecast import TransportSettings as TransportSettings
from hazecast.config.forecast import VisibilitySettings as VisibilitySettings
from hazecast.config.inputs import BaseForecastSettings as BaseForecastSettings
from hazecast.config.inputs import ColumnSettings as ColumnSettings
from hazecast.config.inputs import EmissionSettings as EmissionSettings
from hazecast.config.inputs import MeteorologySettings as MeteorologySettings
from hazecast.config.inputs import ObservationSettings as ObservationSettings
from hazecast.config.inputs import ValueSettings as ValueSettings
from hazecast.config.loading import load_settings as load_settings
from hazecast.config.loading import looking_back as looking_back
from hazecast.config.loading import with_forecaster as with_forecaster
from hazecast.config.output import OutputSettings as OutputSettings
from hazecast.config.output import SigningSettings as SigningSettings
from hazecast.config.places import AreaSettings as AreaSettings
from hazecast.config.places import StationSettings as StationSettings
from hazecast.config.settings import Settings as Settings
from hazecast.config.site import CooperationSettings as CooperationSettings
from hazecast.config.site import DomainSettings as DomainSettings
from hazecast.config.site import SiteSettings as SiteSettings
from hazecast.config.warning import WarningSettings as WarningSettings
