"""Every variable hazecast knows, once: its key, CF standard name, unit and plausible range.

Sources translate into these keys and units in their own lexicons; nothing else in the house knows a source's names.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Variable:
    """A physical quantity: `key` inside hazecast, `standard_name` and `units` in files, range of plausible values."""

    key: str
    standard_name: str
    units: str
    lowest: float
    highest: float
    long_name: str

    def __post_init__(self) -> None:
        if not self.lowest < self.highest:
            raise ValueError(f"{self.key}: plausible range {self.lowest} to {self.highest} is empty.")


EASTWARD_WIND = Variable("eastward_wind", "eastward_wind", "m s-1", -90.0, 90.0, "Eastward wind at 10 m")
NORTHWARD_WIND = Variable("northward_wind", "northward_wind", "m s-1", -90.0, 90.0, "Northward wind at 10 m")
AIR_TEMPERATURE = Variable("air_temperature", "air_temperature", "K", 180.0, 340.0, "Air temperature at 2 m")
DEW_POINT = Variable("dew_point", "dew_point_temperature", "K", 150.0, 320.0, "Dew point at 2 m")
SURFACE_PRESSURE = Variable("surface_pressure", "surface_air_pressure", "Pa", 4.0e4, 1.1e5, "Surface pressure")
PRECIPITATION = Variable("precipitation", "lwe_thickness_of_precipitation_amount", "mm", 0.0, 400.0, "Precipitation of the past hour")
MIXING_HEIGHT = Variable("mixing_height", "atmosphere_boundary_layer_thickness", "m", 1.0, 9000.0, "Mixing height")
SOLAR_RADIATION = Variable("solar_radiation", "surface_downwelling_shortwave_flux_in_air", "W m-2", -5.0, 1500.0, "Solar radiation")
CLOUD_COVER = Variable("cloud_cover", "cloud_area_fraction", "1", -0.01, 1.01, "Cloud cover")
EASTWARD_WIND_ALOFT = Variable("eastward_wind_aloft", "eastward_wind", "m s-1", -150.0, 150.0, "Eastward wind aloft")
NORTHWARD_WIND_ALOFT = Variable("northward_wind_aloft", "northward_wind", "m s-1", -150.0, 150.0, "Northward wind aloft")
VERTICAL_VELOCITY_ALOFT = Variable(
    "vertical_velocity_aloft", "lagrangian_tendency_of_air_pressure", "Pa s-1", -100.0, 100.0, "Vertical velocity aloft"
)
AIR_TEMPERATURE_ALOFT = Variable("air_temperature_aloft", "air_temperature", "K", 150.0, 340.0, "Air temperature aloft")
GEOPOTENTIAL_HEIGHT_ALOFT = Variable("geopotential_height_aloft", "geopotential_height", "m", -1000.0, 60_000.0, "Geopotential height")
RELATIVE_HUMIDITY = Variable("relative_humidity", "relative_humidity", "%", 0.0, 110.0, "Relative humidity at 2 m")
VISIBILITY = Variable("visibility", "visibility_in_air", "m", 0.0, 400_000.0, "Visibility")
WIND_SPEED = Variable("wind_speed", "wind_speed", "m s-1", 0.0, 120.0, "Wind speed at 10 m")
WIND_DIRECTION = Variable("wind_direction", "wind_from_direction", "degree", 0.0, 360.0, "Wind direction at 10 m")

PM25 = Variable("pm25", "mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air", "µg m-3", 0.5, 2000.0, "PM2.5")
PM10 = Variable("pm10", "mass_concentration_of_pm10_ambient_aerosol_particles_in_air", "µg m-3", 0.5, 5000.0, "PM10")
SO2 = Variable("so2", "mass_concentration_of_sulfur_dioxide_in_air", "µg m-3", 0.0, 3000.0, "Sulfur dioxide")
NO2 = Variable("no2", "mass_concentration_of_nitrogen_dioxide_in_air", "µg m-3", 0.0, 1000.0, "Nitrogen dioxide")
O3 = Variable("o3", "mass_concentration_of_ozone_in_air", "µg m-3", 0.0, 1200.0, "Ozone")
CO = Variable("co", "mass_concentration_of_carbon_monoxide_in_air", "mg m-3", 0.0, 100.0, "Carbon monoxide")

METEOROLOGY = (
    EASTWARD_WIND,
    NORTHWARD_WIND,
    AIR_TEMPERATURE,
    DEW_POINT,
    SURFACE_PRESSURE,
    PRECIPITATION,
    MIXING_HEIGHT,
    SOLAR_RADIATION,
    CLOUD_COVER,
)
ALOFT = (EASTWARD_WIND_ALOFT, NORTHWARD_WIND_ALOFT, VERTICAL_VELOCITY_ALOFT, AIR_TEMPERATURE_ALOFT, GEOPOTENTIAL_HEIGHT_ALOFT)
POLAR_WIND = (WIND_SPEED, WIND_DIRECTION)  # as stations deliver it; inside hazecast wind has two components
REQUIRED_METEOROLOGY = (EASTWARD_WIND, NORTHWARD_WIND)
POLLUTANTS = (PM25, PM10, SO2, NO2, O3, CO)
VARIABLES = MappingProxyType({v.key: v for v in (*METEOROLOGY, *ALOFT, RELATIVE_HUMIDITY, VISIBILITY, *POLLUTANTS)})

EMITTED = ("pm25", "pm10", "so2", "nox", "co", "nh3", "bc", "oc")  # what inventories are read for; nox as NO2
EMISSION_UNITS = "kg m-2 s-1"


class Sector(StrEnum):
    """The handful of sectors that every inventory's own are mapped to; each emits by its own clock and calendar."""

    POWER = "power"
    INDUSTRY = "industry"
    RESIDENTIAL = "residential"
    TRANSPORT = "transport"
    AGRICULTURE = "agriculture"
    OTHER = "other"


class HazeRule(StrEnum):
    """By what a day is called one of haze."""

    VISIBILITY = "visibility"
    PM25 = "pm25"
