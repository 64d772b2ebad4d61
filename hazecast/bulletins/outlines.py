"""Where the ground of an area lies, as formats want it: exactly for maps, in few points for CAP. Needs the optional part `maps`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hazecast.records import Territory

Array = NDArray[np.float64]

MOST_POINTS = 100  # of a polygon in CAP, the first once more at its end included
MOST_POLYGONS = 20  # of an area in CAP
FINEST, COARSEST = 0.005, 6.0  # degrees by which an outline is drawn wider to have fewer points
DECIMALS_OF_MAPS = 6


def label_point(territory: Territory) -> tuple[float, float]:
    """Degrees east and north of a place inside the largest part, where a name may stand."""
    largest = max(_parts(ground_of(territory)), key=lambda part: part.area)
    inside = largest.centroid if largest.contains(largest.centroid) else largest.representative_point()
    return float(inside.x), float(inside.y)


def map_geometry(territory: Territory) -> dict[str, Any]:
    """A MultiPolygon of GeoJSON (RFC 7946): the outlines anticlockwise, holes clockwise, from -180 to 180 degrees east."""
    from shapely.geometry.polygon import orient

    rings = [[part.exterior, *part.interiors] for part in (orient(part) for part in _parts(ground_of(territory)))]
    return {
        "type": "MultiPolygon",
        "coordinates": [[np.round(np.asarray(ring.coords)[:, :2], DECIMALS_OF_MAPS).tolist() for ring in part] for part in rings],
    }


def alert_polygons(territory: Territory) -> tuple[Array, ...]:
    """Closed outlines (point, 2) of latitude and longitude, at most `MOST_POLYGONS` of at most `MOST_POINTS`, the largest first.

    They are drawn wider and never narrower, by as little as it takes; holes are filled, for CAP has none.
    """
    import shapely

    ground = shapely.union_all([shapely.Polygon(part.exterior) for part in _parts(ground_of(territory))])
    drawn, wider = ground, FINEST
    while not _is_plain(drawn) and wider <= COARSEST:
        drawn = _inside_the_world(shapely.simplify(shapely.buffer(ground, 1.1 * wider), wider))
        wider *= 1.5
    if not _is_plain(drawn):
        drawn = shapely.box(*ground.bounds)
    parts = sorted(_parts(drawn), key=lambda part: -part.area)
    return tuple(np.asarray(part.exterior.coords)[:, 1::-1] for part in parts)


def _is_plain(drawn: Any) -> bool:
    parts = _parts(drawn)
    return len(parts) <= MOST_POLYGONS and all(len(part.exterior.coords) <= MOST_POINTS for part in parts)


def ground_of(territory: Territory) -> Any:
    """All of it from -180 to 180 degrees east, cut at the date line."""
    import shapely

    ground = shapely.union_all([shapely.Polygon(polygon[0], polygon[1:]) for polygon in territory.polygons])
    turns = (shapely.transform(ground, lambda points, by=by: points + np.array([by, 0.0])) for by in (-360.0, 0.0, 360.0))
    return shapely.union_all([_inside_the_world(turned) for turned in turns])


def _inside_the_world(ground: Any) -> Any:
    import shapely

    return shapely.intersection(ground, shapely.box(-180.0, -90.0, 180.0, 90.0))


def _parts(ground: Any) -> list[Any]:
    import shapely

    return [part for part in shapely.get_parts(ground) if isinstance(part, shapely.Polygon) and part.area > 0.0]
