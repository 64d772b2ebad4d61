"""The small case without its grid: the stations measure temperature, humidity or dew point, and pressure themselves."""

import gzip
from pathlib import Path

import numpy as np

from hazecast.config import MeteorologySettings, Settings
from hazecast.records import MeteorologyKind
from tests.small_case import HEADER, HOURS, STATIONS, SmallCase, hours_from_first, observed, small_settings

WET = (("relativehumidity", "%"), ("dewpoint", "c"))  # what the stations measure of moisture, in turn


def write_station_case(folder: Path, weather: bool = True) -> SmallCase:
    case = SmallCase(folder)
    case.observations.mkdir(parents=True)
    for number in range(len(STATIONS)):
        (case.observations / f"{STATIONS[number][0]}.csv.gz").write_bytes(gzip.compress(rows_of(number, weather).encode(), mtime=0))
    return case


def station_settings(case: SmallCase, kind: MeteorologyKind = MeteorologyKind.ANALYSIS) -> Settings:
    return small_settings(case).model_copy(update={"meteorology": MeteorologySettings(kind=kind)})


def celsius() -> np.ndarray:
    """(hour,), the same at all stations."""
    return 2.0 + 5.0 * np.cos(2 * np.pi * (np.arange(HOURS) - 6) / 24)


def rows_of(number: int, weather: bool) -> str:
    id, name, latitude, longitude = STATIONS[number]
    wet, unit = WET[number % 2]
    lines = [HEADER]
    for time, pm25, warmth in zip(hours_from_first(HOURS), observed()[:, number], celsius(), strict=True):
        values = [("pm25", "µg/m³", pm25)]
        if weather:
            values += [("temperature", "c", warmth), ("pressure", "hpa", 1020.0), (wet, unit, 60.0 if wet != "dewpoint" else warmth - 7.0)]
        lines += [f"{id},{id}1,{name},{time}+00:00,{latitude},{longitude},{key},{units},{value}" for key, units, value in values]
    return "\n".join(lines) + "\n"
