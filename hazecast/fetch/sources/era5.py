"""ERA5, the reanalysis of ECMWF, through the Climate Data Store: NetCDF, a file a month and kind of field."""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from hazecast import vocabulary as v
from hazecast.errors import SettingsError
from hazecast.fetch.kinds import NETCDF
from hazecast.fetch.plan import Item, Plan
from hazecast.fetch.source import Progress, Source
from hazecast.fetch.sources.data_store import Inputs, Store, item
from hazecast.fetch.web import Web
from hazecast.fetch.wishes import Box, Period, require_variables
from hazecast.vocabulary import Variable

BASE = "https://cds.climate.copernicus.eu/api"
SINGLE_LEVELS, PRESSURE_LEVELS = "reanalysis-era5-single-levels", "reanalysis-era5-pressure-levels"
SPACING, MARGIN = 0.25, 0.25
LEVELS = (1000, 975, 950, 925, 900, 875, 850, 825, 800, 775, 750, 700, 650, 600, 550, 500)
USUAL_LEVELS = (1000, 975, 950, 925, 900, 850, 800, 750, 700)

# The store puts fields of a moment and sums of an hour into two files, and an archive round them: they are asked for apart.
INSTANT: Mapping[Variable, str] = MappingProxyType(
    {
        v.EASTWARD_WIND: "10m_u_component_of_wind",
        v.NORTHWARD_WIND: "10m_v_component_of_wind",
        v.AIR_TEMPERATURE: "2m_temperature",
        v.DEW_POINT: "2m_dewpoint_temperature",
        v.SURFACE_PRESSURE: "surface_pressure",
        v.MIXING_HEIGHT: "boundary_layer_height",
        v.CLOUD_COVER: "total_cloud_cover",
    }
)
SUMMED: Mapping[Variable, str] = MappingProxyType(
    {v.PRECIPITATION: "total_precipitation", v.SOLAR_RADIATION: "surface_solar_radiation_downwards"}
)
ALOFT: Mapping[Variable, str] = MappingProxyType(
    {
        v.EASTWARD_WIND_ALOFT: "u_component_of_wind",
        v.NORTHWARD_WIND_ALOFT: "v_component_of_wind",
        v.VERTICAL_VELOCITY_ALOFT: "vertical_velocity",
        v.AIR_TEMPERATURE_ALOFT: "temperature",
        v.GEOPOTENTIAL_HEIGHT_ALOFT: "geopotential",
    }
)
USUAL = tuple(variable.key for variable in (*INSTANT, *SUMMED))


@dataclass(frozen=True, slots=True)
class ERA5Request:
    """A box over a period, by whole days; the variables by our keys, and the levels of those aloft in hPa."""

    box: Box
    period: Period
    key: str = field(repr=False)
    variables: tuple[str, ...] = USUAL
    levels: tuple[int, ...] = USUAL_LEVELS
    base: str = BASE

    def __post_init__(self) -> None:
        Store(self.base, self.key)
        require_variables(self.variables, (*INSTANT, *SUMMED, *ALOFT), "ERA5")
        strange = [level for level in self.levels if level not in LEVELS]
        if strange or not self.levels or len(set(self.levels)) < len(self.levels):
            raise SettingsError(
                f"ERA5 is asked for the levels {', '.join(map(str, self.levels)) or '(none given)'} hPa.",
                f"Choose --level from {', '.join(map(str, LEVELS))}, each once.",
            )


def plan(request: ERA5Request, _web: Web, _progress: Progress) -> Plan:
    """A file a month for the fields of a moment, one for the sums, and one for what is aloft; of what is asked for."""
    return Plan(tuple(made for days in request.period.months() for made in _month(request, days)))


def _month(request: ERA5Request, days: tuple[date, ...]) -> Iterator[Item]:
    wanted = require_variables(request.variables, (*INSTANT, *SUMMED, *ALOFT), "ERA5")
    store = Store(request.base, request.key)
    for label, dataset, names in (
        ("instant", SINGLE_LEVELS, INSTANT),
        ("summed", SINGLE_LEVELS, SUMMED),
        ("aloft", PRESSURE_LEVELS, ALOFT),
    ):
        if asked := [names[variable] for variable in wanted if variable in names]:
            inputs = _inputs(request, days, asked, with_levels=dataset == PRESSURE_LEVELS)
            yield item(store, dataset, inputs, f"era5-{_span(days)}-{label}.nc", NETCDF)


def _inputs(request: ERA5Request, days: tuple[date, ...], names: list[str], *, with_levels: bool) -> Inputs:
    box = request.box.widened(MARGIN, SPACING)
    levels = {"pressure_level": [str(level) for level in request.levels]} if with_levels else {}
    return {
        "product_type": ["reanalysis"],
        "variable": names,
        "year": [f"{days[0]:%Y}"],
        "month": [f"{days[0]:%m}"],
        "day": [f"{day:%d}" for day in days],
        "time": [f"{hour:02d}:00" for hour in range(24)],
        "area": [box.north, box.west, box.south, box.east],
        "data_format": "netcdf",
        "download_format": "unarchived",
        **levels,
    }


def _span(days: tuple[date, ...]) -> str:
    whole = days[0].day == 1 and days[-1].day == calendar.monthrange(days[0].year, days[0].month)[1]
    return f"{days[0]:%Y%m}" if whole else f"{days[0]:%Y%m%d}-{days[-1]:%Y%m%d}"


SOURCE = Source("era5", "ERA5 from the Climate Data Store", "a key of the store, and its licence accepted once", plan)
