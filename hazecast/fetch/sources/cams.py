"""The global forecasts of CAMS through the Atmosphere Data Store: GRIB, one file for fields at the ground and one for gases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from hazecast import vocabulary as v
from hazecast.errors import SettingsError
from hazecast.fetch.kinds import GRIB
from hazecast.fetch.plan import Item, Plan
from hazecast.fetch.source import Progress, Source
from hazecast.fetch.sources.data_store import Inputs, Store, item
from hazecast.fetch.web import Web
from hazecast.fetch.wishes import Box, require_run, require_variables
from hazecast.vocabulary import Variable

BASE = "https://ads.atmosphere.copernicus.eu/api"
DATASET = "cams-global-atmospheric-composition-forecasts"
RUNS_EVERY_HOURS, RUN_IS_OUT_AFTER_HOURS = 12, 10
LAST_HOUR, HOURS_BETWEEN_GASES = 120, 3
LOWEST_MODEL_LEVEL = "137"
SPACING, MARGIN = 0.4, 0.4

SURFACE: Mapping[Variable, str] = MappingProxyType(
    {
        v.EASTWARD_WIND: "10m_u_component_of_wind",
        v.NORTHWARD_WIND: "10m_v_component_of_wind",
        v.AIR_TEMPERATURE: "2m_temperature",
        v.DEW_POINT: "2m_dewpoint_temperature",
        v.SURFACE_PRESSURE: "surface_pressure",
        v.PRECIPITATION: "total_precipitation",
        v.CLOUD_COVER: "total_cloud_cover",
        v.PM25: "particulate_matter_2.5um",
        v.PM10: "particulate_matter_10um",
    }
)
GASES: Mapping[Variable, str] = MappingProxyType(
    {v.SO2: "sulphur_dioxide", v.NO2: "nitrogen_dioxide", v.O3: "ozone", v.CO: "carbon_monoxide"}
)
DENSITY_OF_AIR = (SURFACE[v.SURFACE_PRESSURE], SURFACE[v.AIR_TEMPERATURE])  # gases come as shares of the air's mass: a file tells it itself
USUAL = tuple(variable.key for variable in SURFACE)


@dataclass(frozen=True, slots=True)
class CAMSRequest:
    """One run over a box, its lead times in hours, and the variables by our keys."""

    box: Box
    run: datetime
    lead_hours: tuple[int, ...]
    key: str = field(repr=False)
    variables: tuple[str, ...] = USUAL
    base: str = BASE

    def __post_init__(self) -> None:
        Store(self.base, self.key)
        require_run(self.run, RUNS_EVERY_HOURS, "CAMS")
        wanted = require_variables(self.variables, (*SURFACE, *GASES), "CAMS")
        wrong = [hour for hour in self.lead_hours if not 0 <= hour <= LAST_HOUR]
        if wrong or not self.lead_hours or len(set(self.lead_hours)) < len(self.lead_hours):
            raise SettingsError(
                f"CAMS has no lead times {', '.join(map(str, wrong or self.lead_hours)) or '(none given)'} h; expected each once.",
                f"It goes to {LAST_HOUR} hours: choose --hours and --every so.",
            )
        if any(variable in GASES for variable in wanted) and not self.gas_hours:
            raise SettingsError(
                f"CAMS has its gases every {HOURS_BETWEEN_GASES} hours only, and none of these is among the lead times.",
                f"Choose --every {HOURS_BETWEEN_GASES}, or leave out the gases.",
            )

    @property
    def gas_hours(self) -> tuple[int, ...]:
        """Those of the lead times at which there are gases."""
        return tuple(hour for hour in self.lead_hours if hour % HOURS_BETWEEN_GASES == 0)


def plan(request: CAMSRequest, _web: Web, _progress: Progress) -> Plan:
    """A file of the fields at the ground, and one of the gases in the lowest model level with the density of the air."""
    return Plan(tuple(_items(request)))


def _items(request: CAMSRequest) -> Iterator[Item]:
    wanted = require_variables(request.variables, (*SURFACE, *GASES), "CAMS")
    store = Store(request.base, request.key)
    for label, names, beside, hours, level in (
        ("surface", SURFACE, (), request.lead_hours, ()),
        ("gases", GASES, DENSITY_OF_AIR, request.gas_hours, (LOWEST_MODEL_LEVEL,)),
    ):
        if asked := [names[variable] for variable in wanted if variable in names]:
            inputs = _inputs(request, [*asked, *beside], hours, level)
            yield item(store, DATASET, inputs, f"cams-{request.run:%Y%m%dT%HZ}-{label}.grib", GRIB)


def _inputs(request: CAMSRequest, names: list[str], hours: tuple[int, ...], level: tuple[str, ...]) -> Inputs:
    box, day = request.box.widened(MARGIN, SPACING), f"{request.run:%Y-%m-%d}"
    return {
        "variable": names,
        "date": [f"{day}/{day}"],
        "time": [f"{request.run:%H}:00"],
        "leadtime_hour": [str(hour) for hour in hours],
        "type": ["forecast"],
        "data_format": "grib",
        "area": [box.north, box.west, box.south, box.east],
        **({"model_level": list(level)} if level else {}),
    }


SOURCE = Source("cams", "CAMS global forecasts from the Atmosphere Data Store", "a key of the store, and its licence accepted once", plan)
