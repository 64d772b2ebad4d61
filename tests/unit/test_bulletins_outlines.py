"""Outlines of areas in CAP and GeoJSON: never narrower than the ground, in few points, and the right way round."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import capvalidator
import numpy as np
import pytest
import shapely
import xarray as xr

from hazecast.bulletins.formats.documents import documents_for_machines
from hazecast.bulletins.outlines import MOST_POINTS, MOST_POLYGONS, alert_polygons, map_geometry
from hazecast.bulletins.wording import wording
from hazecast.records import Action, BulletinFacts, Level, Polygon, Territory
from tests.bulletin_facts import episode_facts

CAP = {"cap": "urn:oasis:names:tc:emergency:cap:1.2"}
SHARE = xr.DataArray(np.ones((3, 3)), {"latitude": [38.0, 39.0, 40.0], "longitude": [115.0, 116.0, 117.0]}, ("latitude", "longitude"))
SQUARE = np.array([[115.0, 38.0], [117.0, 38.0], [117.0, 40.0], [115.0, 40.0], [115.0, 38.0]])
HOLE = np.array([[115.5, 38.5], [116.0, 38.5], [116.0, 39.0], [115.5, 39.0], [115.5, 38.5]])


def territory(*polygons: Polygon) -> Territory:
    return Territory(polygons, SHARE)


def coast(middle: tuple[float, float], points: int, seed: int) -> np.ndarray:
    """A ragged ring of so many points."""
    angle = np.linspace(0.0, 2.0 * np.pi, points, endpoint=False)
    radius = 1.0 + 0.03 * np.random.default_rng(seed).standard_normal(points).clip(-2, 2)
    ring = np.stack([middle[0] + radius * np.cos(angle), middle[1] + radius * np.sin(angle)], axis=-1)
    return np.concatenate([ring, ring[:1]])


def polygons_of(outlines: tuple[np.ndarray, ...]) -> shapely.Geometry:
    return shapely.union_all([shapely.Polygon(outline[:, ::-1]) for outline in outlines])


def test_a_plain_outline_stays_as_it_is_with_latitude_first_and_its_holes_filled() -> None:
    (outline,) = alert_polygons(territory((SQUARE, HOLE)))
    assert {tuple(point) for point in outline.tolist()} == {(latitude, longitude) for longitude, latitude in SQUARE.tolist()}
    assert len(outline) == 5
    assert (outline[0] == outline[-1]).all()


def test_a_ragged_outline_gets_few_points_and_loses_no_ground() -> None:
    ring = coast((116.0, 39.0), 3_000, 1)
    outlines = alert_polygons(territory((ring,)))
    ground, drawn = shapely.Polygon(ring), polygons_of(outlines)
    assert max(len(outline) for outline in outlines) <= MOST_POINTS
    assert shapely.difference(ground, drawn).area < 1e-6 * ground.area
    assert drawn.area < 1.2 * ground.area


def test_many_islands_become_few_polygons_that_hold_them_all() -> None:
    islands = [SQUARE * 0.01 + np.array([114.0 + 0.5 * (i % 8), 37.0 + 0.5 * (i // 8)]) for i in range(64)]
    outlines = alert_polygons(territory(*((island,) for island in islands)))
    assert len(outlines) <= MOST_POLYGONS
    assert shapely.covers(polygons_of(outlines), shapely.union_all([shapely.Polygon(island) for island in islands]))


def test_ground_beyond_the_date_line_is_cut_there() -> None:
    across = np.array([[179.0, -18.0], [181.0, -18.0], [181.0, -16.0], [179.0, -16.0], [179.0, -18.0]])
    longitudes = [sorted({longitude for _, longitude in outline.tolist()}) for outline in alert_polygons(territory((across,)))]
    assert sorted(longitudes) == [[-180.0, -179.0], [179.0, 180.0]]


def test_the_geometry_for_maps_is_exact_and_runs_by_the_right_hand() -> None:
    found = map_geometry(territory((SQUARE[::-1], HOLE)))
    assert found["type"] == "MultiPolygon"
    ((outline, hole),) = found["coordinates"]
    assert shapely.LinearRing(outline).is_ccw
    assert not shapely.LinearRing(hole).is_ccw
    assert shapely.Polygon(outline, [hole]).equals(shapely.Polygon(SQUARE, [HOLE]))


@pytest.fixture(scope="module")
def facts() -> BulletinFacts:
    """Beijing as ground of two parts."""
    plain = replace(episode_facts(), notes=())
    ground = territory((SQUARE, HOLE), (SQUARE + np.array([3.0, 0.0]),))
    return replace(plain, areas=tuple(replace(area, territory=ground) if area.id == "beijing" else area for area in plain.areas))


def test_a_message_for_ground_has_its_polygons_and_one_for_stations_its_circle(facts: BulletinFacts) -> None:
    written = [d for d in documents_for_machines(facts, "the-id", [wording("en")]) if d.name.startswith("cap.")]
    assert all(capvalidator.check_schema(document.content).passed for document in written)
    places = {}
    for document in written:
        area = ET.fromstring(document.content).find("cap:info/cap:area", CAP)
        assert area is not None
        places[area.findtext("cap:geocode/cap:value", "", CAP)] = [
            [part.text or "" for part in area.findall(f"cap:{kind}", CAP)] for kind in ("polygon", "circle")
        ]
    polygons, circles = places["beijing"]
    assert (len(polygons), circles) == (2, [])
    for polygon in polygons:
        pairs = polygon.split()
        assert pairs[0] == pairs[-1]
        assert all(38.0 <= float(pair.split(",")[0]) <= 40.0 for pair in pairs)
    assert [len(kind) for kind in places["langfang"]] == [0, 1]


def test_geojson_has_the_ground_of_an_area(facts: BulletinFacts) -> None:
    document = next(d for d in documents_for_machines(facts, "the-id", [wording("en")]) if d.name == "areas.geojson")
    kinds = {f["id"]: f["geometry"]["type"] for f in json.loads(document.content)["features"] if f["properties"]["kind"] == "area"}
    assert (kinds["area:beijing"], kinds["area:langfang"]) == ("MultiPolygon", "MultiPoint")


def test_a_message_refers_to_a_warning_that_ended_before_it_and_goes_on_with_it(facts: BulletinFacts) -> None:
    old = next(w for w in facts.in_force_before if w.area_id == "beijing")
    ended = replace(facts, in_force_before=(), replaced=facts.in_force_before)
    content = next(
        root
        for d in documents_for_machines(ended, "the-id", [wording("en")])
        if d.name.startswith("cap.") and (root := ET.fromstring(d.content)).findtext(".//cap:geocode/cap:value", "", CAP) == "beijing"
    )
    assert content.findtext("cap:msgType", "", CAP) == "Update"
    assert content.findtext("cap:references", "", CAP).split(",")[1] == old.id


@pytest.mark.parametrize("action", [Action.LIFT, Action.CONTINUE])
def test_a_message_whose_references_are_not_known_is_not_written(facts: BulletinFacts, action: Action) -> None:
    old = next(m for m in facts.assessment.messages if m.replaces)
    level = Level.NONE if action is Action.LIFT else old.level
    lost = replace(old, action=action, level=level, replaces=("nobody-knows",))
    broken = replace(facts, assessment=replace(facts.assessment, messages=(lost,)))
    with pytest.raises(ValueError, match="nobody-knows"):
        documents_for_machines(broken, "the-id", [wording("en")])
