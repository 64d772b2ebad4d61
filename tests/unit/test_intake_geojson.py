"""Polygons of GeoJSON: every shape that the standard has, and what is wrong is named."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hazecast.errors import HazecastError, SettingsError, UnreadableInput
from hazecast.intake.source_regions.geojson import Choice, read_polygons

OUTLINE = [[116.0, 39.0], [117.0, 39.0], [117.0, 40.0], [116.0, 40.0], [116.0, 39.0]]
HOLE = [[116.4, 39.4], [116.6, 39.4], [116.6, 39.6], [116.4, 39.6], [116.4, 39.4]]
POLYGON = {"type": "Polygon", "coordinates": [OUTLINE, HOLE]}
ISLANDS = {"type": "MultiPolygon", "coordinates": [[OUTLINE], [[[x + 3.0, y] for x, y in OUTLINE]]]}


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: object, **more: object) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **more}


def written(folder: Path, document: object) -> Path:
    file = folder / "regions.geojson"
    file.write_text(document if isinstance(document, str) else json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return file


def signed_area(ring: np.ndarray) -> float:
    x, y = ring.T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2


@pytest.mark.parametrize(
    ("document", "areas"),
    [
        (POLYGON, [1.0, -0.04]),
        (feature(POLYGON), [1.0, -0.04]),
        (collection(feature(POLYGON), feature(None), feature(ISLANDS)), [1.0, -0.04, 1.0, 1.0]),
        ({"type": "GeometryCollection", "geometries": [POLYGON, ISLANDS]}, [1.0, -0.04, 1.0, 1.0]),
        ({"type": "Polygon", "coordinates": [OUTLINE[::-1], HOLE]}, [1.0, -0.04]),
        ({"type": "Polygon", "coordinates": [[[*point, 50.0] for point in OUTLINE]]}, [1.0]),
        ({"type": "Polygon", "coordinates": [OUTLINE[:-1]]}, [1.0]),
        ({"type": "Polygon", "coordinates": [[[179, 0], [179, 1], [-179, 1], [-179, 0]]]}, [None]),
    ],
    ids=["polygon", "feature", "collection", "geometries", "wrong way round", "with heights", "not closed", "across the date line"],
)
def test_rings_run_as_they_should(document: object, areas: list[float | None], tmp_path: Path) -> None:
    rings = read_polygons(written(tmp_path, document))
    assert len(rings) == len(areas)
    for ring, area in zip(rings, areas, strict=True):
        if area is not None:
            assert signed_area(ring) == pytest.approx(area)
    if areas == [None]:
        assert rings[0][0].tolist() == [-179, 0]  # turned round: it ran clockwise over the line


def test_features_are_chosen_by_a_property(tmp_path: Path) -> None:
    file = written(tmp_path, "\ufeff" + json.dumps(collection(feature(POLYGON, adcode=110000.0), feature(ISLANDS, adcode="120000"))))
    assert len(read_polygons(file, Choice("adcode", ("110000",)))) == 2
    assert len(read_polygons(file, Choice("adcode", ("110000", "120000")))) == 4


@pytest.mark.parametrize(
    "crs", ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4490", "EPSG:4326", "urn:ogc:def:crs:EPSG:6.9:4326"]
)
def test_degrees_are_taken_whatever_they_are_called(crs: str, tmp_path: Path) -> None:
    document = collection(feature(POLYGON), crs={"type": "name", "properties": {"name": crs}})
    assert len(read_polygons(written(tmp_path, document))) == 2


def polygon_of(*points: object) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(points)]}


MERCATOR = {"properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "is not a whole JSON file"),
        ('{"type": "Polygon", "coordinates": [[[1', "is not a whole JSON file"),
        ("[" * 100_000, "is not a whole JSON file"),
        ([1, 2], "is JSON, but no GeoJSON"),
        ({"a": 1}, "is JSON, but no GeoJSON"),
        ({"type": "FeatureCollection"}, "has no list of features"),
        (collection(1), "has no list of features"),
        (collection(), "holds no polygon"),
        (collection(feature(None)), "holds no polygon"),
        ({"type": "Polygon", "coordinates": []}, "holds no polygon"),
        ({"type": "Topology", "arcs": []}, "a geometry of the type 'Topology'"),
        (feature({"type": "Point", "coordinates": [1, 2]}), "a geometry of the type 'Point'"),
        (feature({"type": "Polygon"}), "a geometry of the type 'Polygon'; expected Polygon or MultiPolygon, each with its coordinates"),
        (feature(7), "a geometry of the type 'None'"),
        (polygon_of([1, 2], [3, 4], [1, 2]), "a ring of 2 points"),
        (polygon_of([1, 2], [3], [5, 6]), "a ring that is no list of positions"),
        (polygon_of([1, 2], ["3", 4], [5, 6]), "a ring that is no list of positions"),
        (polygon_of([1, 2], [True, 4], [5, 6]), "a ring that is no list of positions"),
        ({"type": "Polygon", "coordinates": [[1, 2], [3, 4], [5, 6]]}, "a ring that is no list of positions"),
        ({"type": "Polygon", "coordinates": [7]}, "a ring that is no list of positions"),
        (polygon_of([1, 2], [3, float("nan")], [5, 6]), "a point at longitude 3, latitude nan"),
        (polygon_of([39, 116], [40, 116], [40, 117]), "longitude 39, latitude 116; expected latitudes from -90 to 90"),
        (polygon_of([12913000.0, 4853000.0], [12914000.0, 4853000.0], [12914000.0, 4854000.0]), "perhaps metres of a projection"),
        (collection(feature(POLYGON), crs=MERCATOR), "in the coordinates 'urn:ogc:def:crs:EPSG::3857'"),
        (collection(feature(POLYGON), crs={"type": "link"}), "in the coordinates \"{'type': 'link'}\""),
    ],
)
def test_what_is_wrong_is_named_with_the_file(document: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput) as refused:
        read_polygons(written(tmp_path, document))
    assert said in refused.value.problem
    assert str(tmp_path / "regions.geojson") in refused.value.problem
    assert refused.value.remedy
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (Choice("NAME", ("x",)), "has a property 'NAME'; they have 'name', 'code'."),
        (Choice("name", ("Tienjin",)), "has name = 'Tienjin'; there are 'Tianjin', 'Beijing'."),
        (Choice("code", ("2", "3")), "has code = '3'; there are '1', '2'."),
    ],
)
def test_a_choice_that_nothing_answers_to_is_told_what_there_is(choice: Choice, said: str, tmp_path: Path) -> None:
    file = written(tmp_path, collection(feature(POLYGON, name="Beijing", code=1), feature(ISLANDS, name="Tianjin", code=2)))
    with pytest.raises(SettingsError) as refused:
        read_polygons(file, choice)
    assert said in refused.value.problem


def test_a_file_that_is_not_there_or_is_a_folder_is_named(tmp_path: Path) -> None:
    for file in (tmp_path / "absent.geojson", tmp_path):
        with pytest.raises(HazecastError, match=str(file)):
            read_polygons(file)
