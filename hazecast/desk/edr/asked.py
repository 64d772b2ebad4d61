"""What a query of EDR asks for: a place or an outline in WKT, hours, and parameters. What cannot be meant is refused, never guessed."""

from datetime import UTC, datetime

import numpy as np
import shapely
from shapely.errors import ShapelyError

from hazecast.bulletins.wording import N_
from hazecast.desk.refusals import Refusal

MOST_CHARACTERS = 5_000
OPEN_END = ".."
NO_WKT = N_("coords is no WKT; expected a point or a polygon in degrees east and north.")


def point_of(coords: str) -> tuple[float, float]:
    """Longitude and latitude of `POINT(x y)` in degrees; raises Refusal for anything else."""
    geometry = _geometry(coords)
    if not isinstance(geometry, shapely.Point) or geometry.has_z:
        raise Refusal(400, "coords is no point; expected one such as POINT(116.4 39.9).")
    return geometry.x, geometry.y


def outline_of(coords: str) -> shapely.Geometry:
    """The polygon or polygons of a WKT, in degrees; raises Refusal for anything else."""
    geometry = _geometry(coords)
    if geometry.geom_type not in ("Polygon", "MultiPolygon") or not geometry.is_valid:
        raise Refusal(400, "coords is no valid polygon; expected one such as POLYGON((115 39, 117 39, 117 41, 115 39)).")
    return geometry


def span_of(text: str) -> tuple[datetime, datetime]:
    """The first and the last moment of a time or an interval of ISO 8601, in UTC where no offset is named; raises Refusal."""
    first, slash, last = text.partition("/")
    if not slash:
        return _moment(first, datetime.min), _moment(first, datetime.max)
    start, end = _moment(first, datetime.min), _moment(last, datetime.max)
    if start > end:
        raise Refusal(400, "datetime ends before it begins.")
    return start, end


def names_of(text: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """The parameters of a list with commas, all that are known without one; raises Refusal for one that is not known."""
    names = known if text is None else tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if not set(names) <= set(known):
        raise Refusal(400, "parameter-name has a parameter that is not there; see the collection for those that are.")
    return names


def _geometry(coords: str) -> shapely.Geometry:
    try:
        with np.errstate(invalid="ignore", over="ignore"):  # of numbers that are none, which the bounds then show
            geometry = shapely.from_wkt(coords)
            west, south, east, north = shapely.bounds(geometry)
    except (ShapelyError, ValueError, UnicodeError) as broken:
        raise Refusal(400, NO_WKT) from broken
    if not (-360 <= west <= east <= 360 and -90 <= south <= north <= 90):
        raise Refusal(400, NO_WKT)
    return geometry


def _moment(text: str, end: datetime) -> datetime:
    if text in ("", OPEN_END) and end is not None:
        return end.replace(tzinfo=UTC)
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign in an address is a blank
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as broken:
        raise Refusal(400, "datetime cannot be read; expected a time such as 2030-01-14T06:00Z, or two with a slash between.") from broken
