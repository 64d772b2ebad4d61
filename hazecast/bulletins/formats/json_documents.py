"""The bulletin as JSON, and its areas and stations as GeoJSON (RFC 7946)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hazecast.bulletins.footprints import eastward
from hazecast.bulletins.formats.data import AreaData, BulletinData, StationData
from hazecast.bulletins.outlines import map_geometry
from hazecast.records import Area, Document, Territory

JSON = "application/json"
GEOJSON = "application/geo+json"


def json_document(data: BulletinData) -> Document:
    """All the facts."""
    return Document("facts.json", JSON, "", (data.model_dump_json(indent=1) + "\n").encode())


def geojson_document(data: BulletinData, areas: Sequence[Area]) -> Document:
    """A feature for each area, its ground or else the places of its stations, and one for each station."""
    stations = {station.id: station for station in data.stations}
    ground = {area.id: area.territory for area in areas if area.territory is not None}
    collection = {
        "type": "FeatureCollection",
        "bulletin": data.id,
        "exercise": data.exercise,
        "features": [_area(area, data, stations, ground.get(area.id)) for area in data.areas]
        + [_station(station, data) for station in data.stations],
    }
    return Document("areas.geojson", GEOJSON, "", (json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode())


def _area(area: AreaData, data: BulletinData, stations: Mapping[str, StationData], ground: Territory | None) -> dict[str, Any]:
    places = [_place(stations[id]) for id in area.stations if id in stations]
    in_force = [warning.model_dump(mode="json") for warning in data.in_force if warning.area == area.id]
    properties = {"kind": "area", "exercise": data.exercise, **area.model_dump(mode="json", exclude={"id"}), "in_force": in_force}
    points = {"type": "MultiPoint", "coordinates": places} if places else None
    geometry = points if ground is None else map_geometry(ground)
    return {"type": "Feature", "id": f"area:{area.id}", "geometry": geometry, "properties": properties}


def _station(station: StationData, data: BulletinData) -> dict[str, Any]:
    areas = [area.id for area in data.areas if station.id in area.stations]
    properties = {"kind": "station", "exercise": data.exercise, "name": station.name, "areas": areas}
    geometry = {"type": "Point", "coordinates": _place(station)}
    return {"type": "Feature", "id": f"station:{station.id}", "geometry": geometry, "properties": properties}


def _place(station: StationData) -> list[float]:
    return [round(eastward(station.longitude), 6), round(station.latitude, 6)]
