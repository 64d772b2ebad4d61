"""Tables of a user's own among the observations: a first draft of the settings that lay them out, for the user to mend."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from hazecast.config import ColumnSettings
from hazecast.errors import SettingsError
from hazecast.intake.monitoring import openaq_csv
from hazecast.intake.monitoring.formats import format_of
from hazecast.intake.monitoring.reading import monitoring_files
from hazecast.intake.recognition import beginning
from hazecast.survey.settings_file import quoted

DELIMITERS = (";", "\t", "|", ",")
ENCODINGS = ("utf-8", "gb18030")
_WITH_UNITS = re.compile(r"(?P<name>.*?)\s*[\(\[](?P<units>[^\)\]]+)[\)\]]\s*")
_TIMES = ("datetime", "timestamp", "time", "when", "date", "zeit", "datum", "时间", "日期")
_HOURS = ("hour", "hr", "uhrzeit", "小时")
_PARTS_OF_TIME: Mapping[str, str] = MappingProxyType({"year": "%Y", "month": "%m", "day": "%d", "hour": "%H"})
_ROLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "station": ("station", "stationid", "stationcode", "site", "siteid", "sitecode", "locationid", "code", "站点", "监测点"),
        "latitude": ("latitude", "lat", "纬度"),
        "longitude": ("longitude", "lon", "lng", "long", "经度"),
        "parameter": ("parameter", "pollutant", "species", "indicator", "项目"),
        "value": ("value", "concentration", "数值"),
        "units": ("units", "unit", "单位"),
    }
)
_VARIABLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("pm25", "pm2p5"), ("pm25", "µg/m³")),
        "pm10": ("pm10", "µg/m³"),
        **dict.fromkeys(("so2", "sulfurdioxide", "sulphurdioxide"), ("so2", "µg/m³")),
        **dict.fromkeys(("no2", "nitrogendioxide"), ("no2", "µg/m³")),
        **dict.fromkeys(("o3", "ozone"), ("o3", "µg/m³")),
        **dict.fromkeys(("co", "carbonmonoxide"), ("co", "mg/m³")),
        **dict.fromkeys(("temp", "temperature", "airtemperature"), ("air_temperature", "°C")),
        **dict.fromkeys(("dewp", "dewpoint"), ("dew_point", "°C")),
        **dict.fromkeys(("humi", "humidity", "rh", "relativehumidity"), ("relative_humidity", "%")),
        **dict.fromkeys(("pres", "pressure"), ("surface_pressure", "hPa")),
        **dict.fromkeys(("wspm", "windspeed", "ws"), ("wind_speed", "m/s")),
        **dict.fromkeys(("winddirection", "wd"), ("wind_direction", "degrees")),
    }
)


def own_tables(observations: Path) -> tuple[Path, ...]:
    """The CSV files below a path that are in no layout that hazecast knows; raises NoDataInPeriod where there is no file at all."""
    return tuple(file for file in monitoring_files(observations) if format_of(file) is openaq_csv.FORMAT and _is_own(file))


def _is_own(file: Path) -> bool:
    """Whether it has columns, and few of OpenAQ's: a table of theirs that lacks some is better told what it lacks."""
    header = beginning(file).partition("\n")[0].rstrip("\r")
    names = {name.strip('"') for name in header.split(max(DELIMITERS, key=header.count))}
    return len(names) > 1 and len(names & set(openaq_csv.COLUMNS)) <= len(openaq_csv.COLUMNS) // 2


def load_columns(file: Path) -> ColumnSettings:
    """The layout of tables that a TOML file describes; raises SettingsError."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        return ColumnSettings.model_validate(table.get("observations", {}).get("columns", table))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise SettingsError(f"{file} cannot be read as TOML: {broken}.", "Name a file with the section [observations.columns].") from broken
    except ValidationError as invalid:
        first = invalid.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise SettingsError(f"{file}: {key}: {first['msg']}.", "Mend it; docs/sources.md shows an example.") from invalid


def columns_draft(file: Path) -> str:
    """The section [observations.columns] as the names of the columns suggest it; what cannot be known is marked with CHECK."""
    encoding = next((e for e in ENCODINGS if "\ufffd" not in beginning(file, encoding=e).partition("\n")[0]), ENCODINGS[-1])
    header, _, rest = beginning(file, encoding=encoding).partition("\n")
    delimiter = max(DELIMITERS, key=header.count)
    names = [name.strip().strip('"') for name in header.rstrip("\r").split(delimiter)]
    roles = {role: name for role, known in _ROLES.items() if (name := _named(names, known)) is not None}
    if "parameter" not in roles or "value" not in roles:
        roles = {role: name for role, name in roles.items() if role not in ("parameter", "value", "units")}
    lines = [
        f"# A draft after a look at {file.name}: mend what is marked CHECK. docs/sources.md says more of each line.",
        f"# Its columns: {', '.join(names)}",
        f"# Its first row: {rest.partition(chr(10))[0].strip()}",
        "[observations.columns]",
        *_time_lines(names),
        *(f"{role} = {quoted(name)}" for role, name in roles.items()),
        *([f"delimiter = {quoted(delimiter)}"] if delimiter != "," else []),
        *(['decimal = ","'] if delimiter != "," and re.search(r"\d,\d", rest) else []),
        *([f"encoding = {quoted(encoding)}"] if encoding != ENCODINGS[0] else []),
        *_value_lines(names, roles),
    ]
    return "\n".join(lines) + "\n"


def _plain(name: str) -> str:
    bare = found["name"] if (found := _WITH_UNITS.fullmatch(name)) else name
    return re.sub(r"[\s_.,-]+", "", bare.lower())


def _named(names: Sequence[str], known: Sequence[str]) -> str | None:
    """The first of `names` that is one of those known, which stand in the order of preference."""
    return next((name for word in known for name in names if _plain(name) == word), None)


def _time_lines(names: Sequence[str]) -> Iterator[str]:
    parts = {part: _named(names, (part,)) for part in _PARTS_OF_TIME}
    whole, hour = _named(names, _TIMES), _named(names, _HOURS)
    if whole is None and None not in parts.values():
        yield f"time = [{', '.join(quoted(str(name)) for name in parts.values())}]"
        yield f"time_format = {quoted(' '.join(_PARTS_OF_TIME.values()))}"
    else:
        both = [name for name in (whole, hour if whole is not None and _plain(whole) in ("date", "datum", "日期") else None) if name]
        yield f"time = [{', '.join(map(quoted, both or ['…']))}]{'' if both else '  # CHECK: the column of the time'}"
        yield 'time_format = ""  # CHECK: empty where times are as 2018-04-27T00:00; else such as "%d.%m.%Y %H:%M"'
    yield 'time_zone = "UTC"  # CHECK: the zone of the times, such as "Asia/Shanghai"'
    yield 'hour_label = "end"  # CHECK: whether an hour is called by its "start" or by its "end"'


def _value_lines(names: Sequence[str], roles: Mapping[str, str]) -> Iterator[str]:
    yield ""
    yield "[observations.columns.values]"
    if "parameter" in roles:
        units = "" if "units" in roles else ', units = "µg/m³"'
        yield f'pm25 = {{ name = "pm25"{units} }}  # CHECK: what {roles["parameter"]} says'
        return
    found = {}
    for name in names:
        if (known := _VARIABLES.get(_plain(name))) is not None and known[0] not in found:
            said = _WITH_UNITS.fullmatch(name)
            units, check = (said["units"], "") if said else (known[1], "  # CHECK the units")
            found[known[0]] = f"{{ name = {quoted(name)}, units = {quoted(units)} }}{check}"
    if "pm25" not in found:
        yield 'pm25 = { name = "…", units = "µg/m³" }  # CHECK: the column of PM2.5'
    yield from (f"{key} = {line}" for key, line in found.items())
