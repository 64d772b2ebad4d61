"""What a collection or one instance of it says of itself: where, when, what, and how to ask."""

from pathlib import Path
from typing import Any

from hazecast.desk.edr.answering import Collection
from hazecast.desk.edr.coverages import parameters_of, times_of
from hazecast.desk.edr.selecting import described
from hazecast.desk.frames import hours_of

CONFORMS = tuple(
    f"http://www.opengis.net/spec/ogcapi-{part}"
    for part in (
        *("common-1/1.0/conf/core", "common-1/1.0/conf/json", "common-2/1.0/conf/collections"),
        *("edr-1/1.1/conf/core", "edr-1/1.1/conf/collections", "edr-1/1.1/conf/instances", "edr-1/1.1/conf/covjson"),
        *("edr-1/1.1/conf/position", "edr-1/1.1/conf/area"),
    )
)
TITLES = {Collection.MAPS: "The forecast on the map", Collection.STATIONS: "The forecast at the stations"}
_QUERIES = {"position": "POINT(x y)", "area": "POLYGON((x y, …))"}


def collection_told(collection: Collection, place: str, folder: Path) -> dict[str, Any]:
    """The collection as of a cycle; raises UnreadableInput."""
    told = instance_told(collection, place, folder)
    instances = {"link": {"href": f"{place}/instances", "rel": "data", "variables": {"query_type": "instances"}}}
    return told | {"id": collection.value, "data_queries": told["data_queries"] | {"instances": instances}}


def instance_told(collection: Collection, place: str, folder: Path) -> dict[str, Any]:
    """A cycle of a collection; raises UnreadableInput."""
    data, frame = described(folder, of_stations=collection is Collection.STATIONS), hours_of(folder).frame
    times = times_of(data)
    return {
        "id": folder.name,
        "title": TITLES[collection],
        "links": [{"rel": "self", "href": place, "type": "application/json"}],
        "extent": {
            "spatial": {"bbox": [[frame.west, frame.south, frame.east, frame.north]], "crs": "CRS84"},
            "temporal": {"interval": [[times[0], times[-1]]], "values": times, "trs": "Gregorian"},
        },
        "data_queries": {name: _query(name, place, coords) for name, coords in _QUERIES.items()},
        "crs": ["CRS84"],
        "output_formats": ["CoverageJSON"],
        "parameter_names": parameters_of(data),
    }


def _query(name: str, place: str, coords: str) -> dict[str, Any]:
    variables = {"query_type": name, "coords": {"description": f"{coords}, in degrees east and north"}, "output_formats": ["CoverageJSON"]}
    return {"link": {"href": f"{place}/{name}", "rel": "data", "variables": variables}}
