"""What CF files call the variables: by standard name first, and else by the names that are in use.

Standard names are those of the CF Standard Name Table; where they leave the height open, the coordinate of the height decides.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hazecast import vocabulary as v
from hazecast.vocabulary import Variable

SPECIFIC_HUMIDITY = Variable("specific_humidity", "specific_humidity", "1", 0.0, 0.06, "Specific humidity at 2 m")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name stands for near the ground and aloft; `along_grid` for wind along the grid's own axes, None where it is not said."""

    near: Variable | None
    aloft: Variable | None = None
    along_grid: bool | None = None


_EASTWARD = (v.EASTWARD_WIND, v.EASTWARD_WIND_ALOFT)
_NORTHWARD = (v.NORTHWARD_WIND, v.NORTHWARD_WIND_ALOFT)
_TEMPERATURE = Meaning(v.AIR_TEMPERATURE, v.AIR_TEMPERATURE_ALOFT)
_HEIGHT = Meaning(None, v.GEOPOTENTIAL_HEIGHT_ALOFT)
_RAIN = Meaning(v.PRECIPITATION)
_SUN = Meaning(v.SOLAR_RADIATION)

BY_STANDARD_NAME: Mapping[str, Meaning] = MappingProxyType(
    {
        "eastward_wind": Meaning(*_EASTWARD, along_grid=False),
        "northward_wind": Meaning(*_NORTHWARD, along_grid=False),
        **dict.fromkeys(("x_wind", "grid_eastward_wind"), Meaning(*_EASTWARD, along_grid=True)),
        **dict.fromkeys(("y_wind", "grid_northward_wind"), Meaning(*_NORTHWARD, along_grid=True)),
        "air_temperature": _TEMPERATURE,
        "dew_point_temperature": Meaning(v.DEW_POINT),
        "relative_humidity": Meaning(v.RELATIVE_HUMIDITY),
        "specific_humidity": Meaning(SPECIFIC_HUMIDITY),
        "surface_air_pressure": Meaning(v.SURFACE_PRESSURE),
        "atmosphere_boundary_layer_thickness": Meaning(v.MIXING_HEIGHT),
        **dict.fromkeys(
            (
                "lwe_thickness_of_precipitation_amount",
                "thickness_of_rainfall_amount",
                "precipitation_amount",
                "rainfall_amount",
                "precipitation_flux",
                "rainfall_flux",
                "lwe_precipitation_rate",
                "rainfall_rate",
            ),
            _RAIN,
        ),
        "surface_downwelling_shortwave_flux_in_air": _SUN,
        "integral_wrt_time_of_surface_downwelling_shortwave_flux_in_air": _SUN,
        "cloud_area_fraction": Meaning(v.CLOUD_COVER),
        "lagrangian_tendency_of_air_pressure": Meaning(None, v.VERTICAL_VELOCITY_ALOFT),
        **dict.fromkeys(("geopotential_height", "geopotential"), _HEIGHT),
        **{p.standard_name: Meaning(p) for p in v.POLLUTANTS},
        **{p.standard_name.replace("pm2p5_ambient", "pm2p5_dry").replace("pm10_ambient", "pm10_dry"): Meaning(p) for p in (v.PM25, v.PM10)},
    }
)

# As `plain_name` makes them. Those of one line are near the ground by their name alone, whatever else is said.
NEAR_BY_NAME: Mapping[str, Variable] = MappingProxyType(
    {
        **dict.fromkeys(("u10", "10u", "uas", "u_10m", "u10m", "10m_u_component_of_wind", "ugrd_10maboveground"), v.EASTWARD_WIND),
        **dict.fromkeys(("v10", "10v", "vas", "v_10m", "v10m", "10m_v_component_of_wind", "vgrd_10maboveground"), v.NORTHWARD_WIND),
        **dict.fromkeys(("10_metre_u_wind_component", "wind_u_10m"), v.EASTWARD_WIND),
        **dict.fromkeys(("10_metre_v_wind_component", "wind_v_10m"), v.NORTHWARD_WIND),
        **dict.fromkeys(("t2m", "2t", "tas", "t_2m", "t2", "2m_temperature", "2_metre_temperature", "temperature_2m"), v.AIR_TEMPERATURE),
        "tmp_2maboveground": v.AIR_TEMPERATURE,
        **dict.fromkeys(("d2m", "2d", "td_2m", "tdps", "td2m", "2m_dewpoint_temperature", "2_metre_dewpoint_temperature"), v.DEW_POINT),
        "dpt_2maboveground": v.DEW_POINT,
        **dict.fromkeys(("hurs", "rh2m", "rh_2m", "r2", "relhum_2m", "rh_2maboveground"), v.RELATIVE_HUMIDITY),
        **dict.fromkeys(("huss", "q2m", "qv_2m", "sh2", "spfh_2maboveground"), SPECIFIC_HUMIDITY),
        **dict.fromkeys(("sp", "ps", "psfc", "surface_pressure", "pres_surface"), v.SURFACE_PRESSURE),
        **dict.fromkeys(
            ("tp", "pr", "prate", "precip", "tot_prec", "total_precipitation", "prate_surface", "apcp_surface"), v.PRECIPITATION
        ),
        **dict.fromkeys(("blh", "hpbl", "zmla", "pblh", "boundary_layer_height", "hpbl_surface", "mlht"), v.MIXING_HEIGHT),
        **dict.fromkeys(("ssrd", "rsds", "dswrf", "swdown", "dswrf_surface", "surface_solar_radiation_downwards"), v.SOLAR_RADIATION),
        **dict.fromkeys(("tcc", "clt", "tcdc", "clct", "total_cloud_cover"), v.CLOUD_COVER),
        **dict.fromkeys(("pm2p5", "pm25", "pm2_5", "pm2p5_conc"), v.PM25),
        **dict.fromkeys(("pm10", "pm10_conc"), v.PM10),
    }
)
# These mean something at a level only.
ALOFT_BY_NAME: Mapping[str, Variable] = MappingProxyType(
    {
        **dict.fromkeys(("u", "ua", "u_component_of_wind", "uwnd", "ugrd"), v.EASTWARD_WIND_ALOFT),
        **dict.fromkeys(("v", "va", "v_component_of_wind", "vwnd", "vgrd"), v.NORTHWARD_WIND_ALOFT),
        **dict.fromkeys(("t", "ta", "temperature", "air", "tmp"), v.AIR_TEMPERATURE_ALOFT),
        **dict.fromkeys(("w", "wap", "omega", "vertical_velocity", "vvel"), v.VERTICAL_VELOCITY_ALOFT),
        **dict.fromkeys(("z", "zg", "gh", "hgt", "geopotential", "geopotential_height"), v.GEOPOTENTIAL_HEIGHT_ALOFT),
    }
)
WINDS = frozenset({v.EASTWARD_WIND.key, v.NORTHWARD_WIND.key, v.EASTWARD_WIND_ALOFT.key, v.NORTHWARD_WIND_ALOFT.key})
NEAR_GROUND_M: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        **dict.fromkeys((v.EASTWARD_WIND.key, v.NORTHWARD_WIND.key), (9.0, 11.0)),
        **dict.fromkeys((v.AIR_TEMPERATURE.key, v.DEW_POINT.key, v.RELATIVE_HUMIDITY.key, SPECIFIC_HUMIDITY.key), (1.0, 3.0)),
    }
)
"""The heights in m that count as the one that the variable is defined at: 10 m, and 2 m with the 1.5 m of some services."""


def plain_name(name: str) -> str:
    """`10 metre U wind component` and `10_metre_u_wind_component` are one."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
