"""Polygons of a GeoJSON file (RFC 7946), in degrees."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hazecast.errors import SettingsError, UnreadableInput
from hazecast.intake.source_regions.rings import rings_of_polygon
from hazecast.records import Polygon

Array = NDArray[np.float64]
MOST_BYTES = 1 << 29
IN_DEGREES = re.compile(r"CRS:?84$|EPSG:+(?:[\d.]*:)?(?:4326|4490|4258|4269|4979)$", re.IGNORECASE)
MOST_TOLD = 8
_AS_A_RULE = "GeoJSON has [longitude, latitude] in degrees."


@dataclass(frozen=True, slots=True)
class Choice:
    """The features whose property `name` has one of `values`."""

    name: str
    values: Sequence[str]


def read_polygons(file: Path, choice: Choice | None = None) -> tuple[Array, ...]:
    """The rings (point, 2), longitude and latitude, of all polygons of a file, or of those of the chosen features.

    Outlines run anticlockwise, holes clockwise. Raises UnreadableInput for what is no GeoJSON of polygons in degrees, SettingsError for
    a choice that no feature answers to.
    """
    whole = [[_open(file, ring) for ring in polygon] for polygon in _polygons_of(file, choice)]
    return tuple(ring for outline, *holes in whole for ring in rings_of_polygon(outline, holes))


def read_outlines(file: Path, choice: Choice | None = None) -> tuple[Polygon, ...]:
    """The same polygon by polygon, as they are drawn; raises UnreadableInput also for a ring that does not end where it begins."""
    return tuple(tuple(_closed(file, ring) for ring in polygon) for polygon in _polygons_of(file, choice))


def _polygons_of(file: Path, choice: Choice | None) -> list[list[Array]]:
    document = _document(file)
    _require_degrees(file, document)
    features = list(_features(file, document))
    chosen = features if choice is None else _chosen(file, features, choice)
    polygons = [polygon for feature in chosen for polygon in _polygons(file, feature.get("geometry"))]
    if not polygons:
        raise UnreadableInput(f"{file} holds no polygon.", "Give the outline of the region as Polygon or MultiPolygon.")
    return polygons


def _document(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as broken:
        raise UnreadableInput(f"{file} is not a whole JSON file: {broken!s:.200}.", "Deliver the polygons as GeoJSON.") from broken
    if not isinstance(document, dict) or "type" not in document:
        raise UnreadableInput(f"{file} is JSON, but no GeoJSON: it has no type.", "Deliver the polygons as GeoJSON.")
    return document


def _require_degrees(file: Path, document: dict[str, Any]) -> None:
    """Of the old `crs` member, which says what coordinates are in; without one they are in degrees."""
    crs = document.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if crs is not None and not (isinstance(name, str) and IN_DEGREES.search(name)):
        raise UnreadableInput(
            f"{file} is in the coordinates {str(name or crs)[:80]!r}; expected degrees of longitude and latitude.",
            "Bring it to degrees, such as with: ogr2ogr -t_srs EPSG:4326 new.geojson old.geojson",
        )


def _features(file: Path, document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if document["type"] != "FeatureCollection":
        yield document if document["type"] == "Feature" else {"geometry": document}
        return
    features = document.get("features")
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise UnreadableInput(f"{file} has no list of features.", "Deliver a whole GeoJSON FeatureCollection.")
    yield from features


def _chosen(file: Path, features: Sequence[dict[str, Any]], choice: Choice) -> list[dict[str, Any]]:
    properties = [found if isinstance(found := feature.get("properties"), dict) else {} for feature in features]
    known = dict.fromkeys(name for own in properties for name in own)
    if choice.name not in known:
        raise SettingsError(
            f"No feature of {file} has a property {choice.name!r}; they have {_told(list(known), choice.name)}.", "Name one of these."
        )
    told = [_as_text(own.get(choice.name)) for own in properties]
    if absent := [value for value in choice.values if value not in told]:
        raise SettingsError(
            f"No feature of {file} has {choice.name} = {absent[0]!r}; there are {_told(list(dict.fromkeys(told)), absent[0])}.",
            "Name one of these.",
        )
    return [feature for feature, value in zip(features, told, strict=True) if value in choice.values]


def _as_text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _told(names: Sequence[str], wanted: str) -> str:
    """A few of the names, those that are like the one wanted first."""
    ordered = list(dict.fromkeys([*get_close_matches(wanted, names, 3), *names]))
    return (", ".join(repr(name[:60]) for name in ordered[:MOST_TOLD]) or "none") + (" …" if len(ordered) > MOST_TOLD else "")


def _polygons(file: Path, geometry: Any) -> Iterator[list[Array]]:
    if geometry is None:
        return
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    inside = geometry.get("geometries" if kind == "GeometryCollection" else "coordinates") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon", "GeometryCollection") or not isinstance(inside, list):
        raise UnreadableInput(
            f"{file} has a geometry of the type {str(kind)[:40]!r}; expected Polygon or MultiPolygon, each with its coordinates.",
            "Deliver the outline of the region, not its lines or points.",
        )
    if kind == "GeometryCollection":
        for part in inside:
            yield from _polygons(file, part)
        return
    for polygon in inside if kind == "MultiPolygon" else [inside]:
        if isinstance(polygon, list) and polygon:
            yield [_ring(file, positions) for positions in polygon]


def _ring(file: Path, positions: Any) -> Array:
    """(point, 2), as it stands there."""
    try:
        points = np.array([[_number(x), _number(y)] for x, y, *_ in positions], dtype=np.float64).reshape(-1, 2)
    except (TypeError, ValueError) as broken:
        raise UnreadableInput(f"{file} has a ring that is no list of positions: {str(positions)[:60]}.", _AS_A_RULE) from broken
    _require_on_earth(file, points)
    return points


def _open(file: Path, points: Array) -> Array:
    """Without the last point where it is the first once more."""
    if len(points) > 1 and (points[0] == points[-1]).all():
        points = points[:-1]
    if len(points) < 3:
        raise UnreadableInput(f"{file} has a ring of {len(points)} points; expected three or more.", "Deliver it whole.")
    return points


def _closed(file: Path, points: Array) -> Array:
    _open(file, points)
    if (points[0] != points[-1]).any():
        first, last = (f"{longitude:g}, {latitude:g}" for longitude, latitude in points[[0, -1]])
        raise UnreadableInput(
            f"{file} has a ring that begins at {first} and ends at {last}; expected it to end where it begins.",
            "Close it, with its first point once more at its end.",
        )
    return points


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _require_on_earth(file: Path, points: Array) -> None:
    outside = ~((points[:, 0] >= -360.0) & (points[:, 0] <= 540.0) & (np.abs(points[:, 1]) <= 90.0))
    if not outside.any():
        return
    first, second = (f"{number:g}" for number in points[outside][0])
    if np.abs(points[outside]).max() > 540.0:
        raise UnreadableInput(
            f"{file} has a point at {first}, {second}, which are no degrees: perhaps metres of a projection.",
            "Bring it to degrees, such as with: ogr2ogr -t_srs EPSG:4326 new.geojson old.geojson",
        )
    raise UnreadableInput(
        f"{file} has a point at longitude {first}, latitude {second}; expected latitudes from -90 to 90.",
        f"See whether latitude stands first: {_AS_A_RULE}",
    )
