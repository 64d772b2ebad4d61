"""Small files of monitoring data as their sources would write them, with made-up values."""

import json
from collections.abc import Sequence
from typing import Any

CNEMC_SITES_HEADER = "Date,Hour,WatchPoint,AQI,Level,PrimaryPollution,PM2.5,PM10,CO,NO2,O3_1h,O3_8h,SO2"
AURN_STATUS_LINE = "Status: R =Ratified P=Provisional,P*=As supplied"
PM25, PM10 = "PM<sub>2.5</sub> particulate matter (Hourly measured)", "PM<sub>10</sub> particulate matter (Hourly measured)"


def cnemc_sites(rows: Sequence[str]) -> str:
    """China's national network, one site and hour a row."""
    return "\n".join([CNEMC_SITES_HEADER, *rows]) + "\n"


def cnemc_by_pollutant(hours: int = 3) -> str:
    """The same, one hour and pollutant a row."""
    rows = [f"20200101,{h},{name},{10 + h},{20 + h}.5,{30 + h}" for h in range(hours) for name in ("AQI", "PM2.5", "PM2.5_24h", "O3", "CO")]
    return "\n".join(["date,hour,type,1001A,1002A,1003A", *rows]) + "\n"


def cnemc_site(code: str = "1001A", time: str = "2018-02-20T07:00:00", **changed: str) -> dict[str, str]:
    """The properties of a site in the national network's JSON."""
    told = {"area": "北京市", "positionname": "万寿西宫", "stationcode": code, "timepoint": time, "aqi": "54", "quality": "良"}
    values = {"co": "0.7", "no2": "17", "o3": "84", "o3_8h": "37", "pm10": "-;", "pm2_5": "38", "pm2_5_24h": "134", "so2": "3"}
    return {**told, **values, **changed}


def cnemc_features(sites: Sequence[dict[str, str]], longitude: float = 116.366, latitude: float = 39.8673) -> str:
    """The national network's JSON of one hour."""
    point = {"type": "Point", "coordinates": [longitude, latitude]}
    features = [{"type": "Feature", "geometry": point, "properties": site} for site in sites]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def openaq_hour(end: str, value: float | None, parameter: str = "pm25", units: str = "µg/m³", begin: str | None = None) -> dict[str, Any]:
    """One result of /v3/sensors/{id}/hours."""
    return {
        "value": value,
        "flagInfo": {"hasFlags": False},
        "parameter": {"id": 2, "name": parameter, "units": units, "displayName": None},
        "period": {
            "label": "1hour",
            "interval": "01:00:00",
            "datetimeFrom": None if begin is None else {"utc": begin, "local": begin},
            "datetimeTo": {"utc": end, "local": end},
        },
        "coordinates": None,
        "coverage": {"expectedCount": 1, "observedCount": 1, "percentComplete": 100.0},
    }


def openaq_location(id: int, sensors: Sequence[int], latitude: float = 30.0, longitude: float = 120.0) -> dict[str, Any]:
    """One result of /v3/locations."""
    told = [{"id": s, "name": "pm25 µg/m³", "parameter": {"id": 2, "name": "pm25", "units": "µg/m³"}} for s in sensors]
    return {"id": id, "name": f"Location {id}", "coordinates": {"latitude": latitude, "longitude": longitude}, "sensors": told}


def openaq_answer(results: Sequence[dict[str, Any]]) -> str:
    """An answer of OpenAQ's API."""
    return json.dumps({"meta": {"name": "openaq-api", "page": 1, "found": len(results)}, "results": list(results)}, ensure_ascii=False)


def open_meteo_place(hours: int = 3, offset: int = 28800, **variables: tuple[str, list[Any]]) -> dict[str, Any]:
    """Open-Meteo's answer for one place; `variables` by name, with units and values."""
    told = variables or {"pm2_5": ("μg/m³", [10.5 + h for h in range(hours)]), "temperature_2m": ("°C", [1.5] * hours)}
    return {
        "latitude": 39.9,
        "longitude": 116.4,
        "utc_offset_seconds": offset,
        "timezone": "Asia/Shanghai",
        "elevation": 44.0,
        "hourly_units": {"time": "iso8601", **{name: units for name, (units, _) in told.items()}},
        "hourly": {"time": [f"2024-01-01T{h:02}:00" for h in range(hours)], **{name: values for name, (_, values) in told.items()}},
    }


def aurn(rows: Sequence[str], site: str = "Cardiff Centre", names: Sequence[str] = (PM10, "Ozone", PM25)) -> str:
    """A file of UK-AIR, one site."""
    header = ",".join(["Date,time", *(f'"{name}",status,unit' for name in names)])
    lines = ["Data supplied by UK-AIR on 1/5/2026", "All Data GMT hour ending ", AURN_STATUS_LINE, f",,{site},,,,,,,", header, " "]
    return "\n".join([*lines, *rows]) + "\n"
