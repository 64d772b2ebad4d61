"""NOAA's Global Forecast System on a grid of 0.25 degrees, from its public S3 store: of each file only the messages that are used."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType

from hazecast import vocabulary as v
from hazecast.errors import SettingsError, WrongDelivery
from hazecast.fetch.addresses import base_address
from hazecast.fetch.answers import ask_text, require_success
from hazecast.fetch.download import Remote
from hazecast.fetch.kinds import GRIB
from hazecast.fetch.patience import patiently
from hazecast.fetch.plan import Item, Plan
from hazecast.fetch.ranges import range_headers, whole_length
from hazecast.fetch.source import Progress, Source
from hazecast.fetch.sources.gfs_index import Field, Message, chosen, read_index, spans_of
from hazecast.fetch.web import Question, Web, answered
from hazecast.fetch.wishes import require_run, require_variables
from hazecast.vocabulary import Variable

BASE = "https://noaa-gfs-bdp-pds.s3.amazonaws.com"
RUNS_EVERY_HOURS, RUN_IS_OUT_AFTER_HOURS = 6, 5
HOURLY_UNTIL, LAST_HOUR = 120, 384
LEVELS = (1000, 975, 950, 925, 900, 850, 800, 750, 700)
MOST_FILE_BYTES = 2**30

SURFACE: Mapping[Variable, Field] = MappingProxyType(
    {
        v.EASTWARD_WIND: Field("UGRD", "10 m above ground"),
        v.NORTHWARD_WIND: Field("VGRD", "10 m above ground"),
        v.AIR_TEMPERATURE: Field("TMP", "2 m above ground"),
        v.DEW_POINT: Field("DPT", "2 m above ground"),
        v.SURFACE_PRESSURE: Field("PRES", "surface"),
        v.MIXING_HEIGHT: Field("HPBL", "surface"),
        v.PRECIPITATION: Field("APCP", "surface"),
        v.SOLAR_RADIATION: Field("DSWRF", "surface"),
        v.CLOUD_COVER: Field("TCDC", "entire atmosphere"),
    }
)
ALOFT: Mapping[Variable, str] = MappingProxyType(
    {
        v.EASTWARD_WIND_ALOFT: "UGRD",
        v.NORTHWARD_WIND_ALOFT: "VGRD",
        v.AIR_TEMPERATURE_ALOFT: "TMP",
        v.GEOPOTENTIAL_HEIGHT_ALOFT: "HGT",
        v.VERTICAL_VELOCITY_ALOFT: "VVEL",
    }
)
USUAL = tuple(variable.key for variable in (*SURFACE, *ALOFT) if variable is not v.VERTICAL_VELOCITY_ALOFT)
MAY_LACK_AT_START = tuple(SURFACE[variable] for variable in (v.PRECIPITATION, v.SOLAR_RADIATION, v.CLOUD_COVER))


@dataclass(frozen=True, slots=True)
class GFSRequest:
    """One run, its lead times in hours, the variables by our keys, and the levels of those aloft in hPa. Fields come for all the Earth."""

    run: datetime
    lead_hours: tuple[int, ...]
    variables: tuple[str, ...] = USUAL
    levels: tuple[int, ...] = LEVELS
    base: str = BASE

    def __post_init__(self) -> None:
        base_address(self.base)
        require_run(self.run, RUNS_EVERY_HOURS, "GFS")
        require_variables(self.variables, (*SURFACE, *ALOFT), "GFS")
        wrong = [hour for hour in self.lead_hours if not 0 <= hour <= LAST_HOUR or (hour > HOURLY_UNTIL and hour % 3)]
        if wrong or not self.lead_hours or len(set(self.lead_hours)) < len(self.lead_hours):
            raise SettingsError(
                f"GFS has no lead times {', '.join(map(str, wrong or self.lead_hours)) or '(none given)'} h; expected each once.",
                f"It goes hour by hour to {HOURLY_UNTIL} and then every 3 hours to {LAST_HOUR}: choose --hours and --every so.",
            )
        if strange := [level for level in self.levels if not (100 <= level <= 1000 and level % 25 == 0)]:
            raise SettingsError(f"GFS has no level of {strange[0]} hPa.", f"Choose --level from {', '.join(map(str, LEVELS))}.")

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that are wanted of every lead time."""
        wanted = require_variables(self.variables, (*SURFACE, *ALOFT), "GFS")
        surface = [SURFACE[variable] for variable in wanted if variable in SURFACE]
        aloft = [Field(ALOFT[variable], f"{level} mb") for variable in wanted if variable in ALOFT for level in self.levels]
        return (*surface, *aloft)

    def address(self, lead_hour: int) -> str:
        """Where the file of one lead time is; its index has `.idx` after that."""
        day, hour = f"{self.run:%Y%m%d}", f"{self.run:%H}"
        return f"{base_address(self.base)}/gfs.{day}/{hour}/atmos/gfs.t{hour}z.pgrb2.0p25.f{lead_hour:03d}"


def plan(request: GFSRequest, _web: Web, _progress: Progress) -> Plan:
    """One file a lead time."""
    return Plan(tuple(_item(request, lead_hour) for lead_hour in request.lead_hours))


def _item(request: GFSRequest, lead_hour: int) -> Item:
    asked = "\n".join((request.address(lead_hour), *map(str, request.fields)))
    return Item(f"gfs-{request.run:%Y%m%dT%HZ}-f{lead_hour:03d}.grib2", asked, partial(_locate, request, lead_hour))


def _locate(request: GFSRequest, lead_hour: int, web: Web, _memo: Path) -> Remote:
    address = request.address(lead_hour)
    try:
        messages = read_index(ask_text(web, Question(f"{address}.idx")), request.run)
    except ValueError as wrong:
        raise WrongDelivery(f"{address}.idx is not the index of this run: {wrong}.", "Try again later, or another mirror.") from wrong
    picked, lacking = chosen(messages, request.fields)
    lacking = tuple(field for field in lacking if lead_hour or field not in MAY_LACK_AT_START)  # sums and means need hours before
    if lacking or not picked:
        raise WrongDelivery(
            f"{address} lacks {', '.join(map(str, lacking[:4]))}{' …' if lacking[4:] else ''}.",
            "Leave out what it lacks, with --variable and --level.",
        )
    return Remote(address, GRIB, spans=spans_of(picked, _length_if_needed(web, address, picked)), most_bytes=MOST_FILE_BYTES)


def _length_if_needed(web: Web, address: str, picked: tuple[Message, ...]) -> int | None:
    """The index does not say where the last message of a file ends."""
    if picked[-1].stop is not None:
        return None
    question = Question(address, headers=range_headers(0, 4, ""))

    def once() -> int | None:
        with answered(web, question) as response:
            require_success(web, question, response)
            return whole_length(response)

    length = patiently(web, once)
    if length is None or length <= picked[-1].start:
        raise WrongDelivery(f"{address} is {length} bytes long, and its index says more.", "It may not be all there yet: try again later.")
    return length


SOURCE = Source("gfs", "NOAA's Global Forecast System, 0.25°", "no key", plan)
