"""Stored forecasts by EDR: the values that the cycle stored, for who may see them, and nothing of the nearest place or hour."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import xarray as xr
from fastapi import FastAPI
from starlette.testclient import TestClient

from hazecast.archive.netcdf import read_dataset
from hazecast.archive.sessions import make_token
from hazecast.desk import visits
from hazecast.desk.app import create_app
from hazecast.desk.edr import answering
from hazecast.desk.edr.selecting import MOST_VALUES
from hazecast.desk.refusals import Refusal
from tests.desk_archive import CALM, INIT, READY, archive_that_waits

KEY = "20300113T22Z"
EDR = "/api/v1/edr"
MAPS, STATIONS = f"{EDR}/collections/maps", f"{EDR}/collections/stations"
BOX = "POLYGON((117 38.9, 118.6 38.9, 118.6 40.1, 117 40.1, 117 38.9))"


@dataclass
class Program:
    """Programs by the token of an account, and what the cycle stored."""

    app: FastAPI
    client: TestClient
    tokens: dict[str, str]
    grid: xr.Dataset
    stations: xr.Dataset

    def ask(self, path: str, name: str = "li", **query: str) -> Any:
        params = {key.replace("_", "-"): value for key, value in query.items()}
        return self.client.get(path, params=params, headers={"authorization": f"Bearer {self.tokens[name]}"})


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("edr")
    with pytest.MonkeyPatch.context() as patch:
        app = create_app(archive_that_waits(folder, patch, *CALM), folder / "hazecast.toml", lambda: READY)
    stored = folder / "archive" / KEY
    with TestClient(app, base_url="http://desk.test") as client:
        database = app.state.desk.database
        tokens = {name: make_token(database, name, "edr", INIT, timedelta(days=30), "root") for name in ("li", "ministry", "root")}
        yield Program(app, client, tokens, read_dataset(stored / "grid.nc"), read_dataset(stored / "stations.nc"))


def values(coverage: dict[str, Any], name: str) -> list[float]:
    return [np.nan if value is None else value for value in coverage["ranges"][name]["values"]]


def test_a_place_has_the_values_of_the_cell_that_it_lies_in(program: Program) -> None:
    answer = program.ask(f"{MAPS}/position", coords="POINT(118.2 39.6)")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/prs.coverage+json")
    coverage = answer.json()
    cell = program.grid.sel(latitude=39.5, longitude=118.0)
    assert coverage["domain"]["domainType"] == "PointSeries"
    assert (coverage["domain"]["axes"]["x"], coverage["domain"]["axes"]["y"]) == ({"values": [118.0]}, {"values": [39.5]})
    assert coverage["domain"]["axes"]["t"]["values"][:2] == ["2030-01-13T23:00:00Z", "2030-01-14T00:00:00Z"]
    assert set(coverage["ranges"]) == set(coverage["parameters"]) == {"pm25", "relative_humidity", "visibility", "level"}
    for name in coverage["ranges"]:
        np.testing.assert_array_equal(values(coverage, name), np.where(cell[name] < 0, np.nan, cell[name]))
    assert coverage["parameters"]["pm25"]["unit"] == {"symbol": "µg m-3"}
    assert coverage["parameters"]["level"]["categoryEncoding"] == {"none": 0, "blue": 1, "yellow": 2, "orange": 3, "red": 4}
    same = program.ask(f"{MAPS}/instances/{KEY}/position", coords="POINT(-241.8 39.6)").json()
    assert same == coverage, "the same meridian counted westward, of the same cycle by its name"


def test_an_area_has_the_cells_with_their_middle_in_it_and_null_beside(program: Program) -> None:
    corner = "POLYGON((116.9 38.9, 118.2 38.9, 116.9 40.2, 116.9 38.9))"
    coverage = program.ask(f"{MAPS}/area", coords=corner, parameter_name="pm25,level", datetime="2030-01-14T06:00Z/..").json()
    axes, found = coverage["domain"]["axes"], coverage["ranges"]["pm25"]
    assert (axes["x"]["values"], axes["y"]["values"]) == ([117.0, 117.5, 118.0], [39.0, 39.5, 40.0])
    assert axes["t"]["values"][0] == "2030-01-14T06:00:00Z"
    assert (found["axisNames"], found["shape"]) == (["t", "y", "x"], [91, 3, 3])
    expected = program.grid["pm25"].sel(latitude=slice(39, 40), longitude=slice(117, 118)).isel(lead_time=slice(7, None)).values
    inside = np.array([[True, True, True], [True, True, False], [True, False, False]])
    np.testing.assert_array_equal(np.reshape(values(coverage, "pm25"), (91, 3, 3)), np.where(inside, expected, np.nan))
    assert {type(value) for value in coverage["ranges"]["level"]["values"]} == {int, type(None)}


def test_a_station_is_found_where_it_stands_and_what_it_lacks_is_null(program: Program) -> None:
    facts = answering.load_stored_facts(program.app.state.desk.archive / KEY)
    for station in facts.stations:
        answer = program.ask(f"{STATIONS}/position", coords=f"POINT({station.longitude:.2f} {station.latitude:.2f})")
        coverage = answer.json()
        assert coverage["id"] == station.id
        np.testing.assert_array_equal(values(coverage, "pm25"), program.stations["pm25"].sel(station=station.id))
    taiyuan = next(s for s in facts.stations if s.id == "taiyuan-0")
    lacking = program.ask(f"{STATIONS}/position", coords=f"POINT({taiyuan.longitude} {taiyuan.latitude})").json()
    assert set(lacking["ranges"]["level"]["values"][-10:]) == {None}
    beside = program.ask(f"{STATIONS}/position", coords=f"POINT({taiyuan.longitude + 0.05} {taiyuan.latitude})")
    assert beside.status_code == 404


def test_an_agency_sees_the_newest_cycle_that_is_out_and_its_own_stations(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = program.ask(f"{STATIONS}/area", coords="POLYGON((110 30, 120 30, 120 45, 110 45, 110 30))")
    assert len({one["id"] for one in everything.json()["coverages"]}) == 6
    for path in (f"{MAPS}/position", f"{MAPS}/instances/{KEY}/position", f"{STATIONS}/position", MAPS, f"{MAPS}/instances/{KEY}"):
        assert program.ask(path, "ministry", coords="POINT(118.2 39.6)").status_code == 404, "nothing is out"
    monkeypatch.setattr("hazecast.desk.cases.is_out", lambda *_: True)
    own = program.ask(f"{STATIONS}/area", "ministry", coords="POLYGON((110 30, 120 30, 120 45, 110 45, 110 30))").json()
    assert {one["id"].rpartition("-")[0] for one in own["coverages"]} == {"tangshan"}
    assert program.ask(f"{MAPS}/position", "ministry", coords="POINT(118.2 39.6)").status_code == 200


def test_nobody_gets_anything_without_a_token(program: Program) -> None:
    paths = [path for path in program.client.get("/api/v1/openapi.json", headers=_bearer(program)).json()["paths"] if path.startswith(EDR)]
    assert len(paths) == 10
    for path in paths:
        filled = path.format(collection="maps", cycle_key=KEY)
        for headers in ({}, {"authorization": "Bearer nonsense"}, {"cookie": f"{visits.COOKIE}=nonsense"}):
            assert program.client.get(filled, params={"coords": "POINT(118 39)"}, headers=headers).status_code == 401, path


def _bearer(program: Program) -> dict[str, str]:
    return {"authorization": f"Bearer {program.tokens['root']}"}


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ({"coords": "POINT(-60 -30)"}, 404, "outside the map"),
        ({"coords": "POINT(119.26 39)"}, 404, "outside the map"),
        ({"coords": "POINT(118 39)", "datetime": "2050-01-01"}, 404, "no hour then"),
        ({"coords": "POINT(118 39)", "datetime": "2030-01-14T06:30Z"}, 404, "no hour then"),
        ({"coords": "POINT(118 39)", "datetime": "2030-01-15/2030-01-14"}, 400, "ends before"),
        ({"coords": "POINT(118 39)", "datetime": "tomorrow"}, 400, "cannot be read"),
        ({"coords": "POINT(118 39)", "datetime": "0001-01-01T00:00+10:00"}, 400, "cannot be read"),
        ({"coords": "POINT(118 39)", "parameter_name": "pm25,gold"}, 400, "not there"),
        ({"coords": "POINT(nan 39)"}, 400, "no WKT"),
        ({"coords": "POINT(1e400 39)"}, 400, "no WKT"),
        ({"coords": "POINT EMPTY"}, 400, "no WKT"),
        ({"coords": "POINT Z (118 39 5)"}, 400, "no point"),
        ({"coords": "LINESTRING(118 39, 119 39)"}, 400, "no point"),
        ({"coords": "118,39"}, 400, "no WKT"),
        ({"coords": "POINT(118 39)", "crs": "EPSG:3857"}, 422, "cannot be understood"),
        ({"coords": "POINT(118 39)", "f": "NetCDF"}, 422, "cannot be understood"),
        ({}, 422, "cannot be understood"),
    ],
)
def test_what_is_not_there_is_refused_and_never_taken_from_nearby(query: dict[str, str], status: int, said: str, program: Program) -> None:
    answer = program.ask(f"{MAPS}/position", **query)
    assert answer.status_code == status
    assert said in answer.json()["error"]


@pytest.mark.parametrize(
    ("coords", "status"),
    [("POLYGON((0 0, 1 0, 1 1, 0 0))", 404), ("POLYGON((115 39, 117 41, 117 39, 115 41, 115 39))", 400), ("POINT(115 39)", 400)],
)
def test_an_area_that_holds_nothing_or_is_none_is_refused(coords: str, status: int, program: Program) -> None:
    for collection in (MAPS, STATIONS):
        assert program.ask(f"{collection}/area", coords=coords).status_code == status


def test_no_more_is_given_than_a_machine_can_bear(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_VALUES >= 200 * 280, "a whole map of one hour"
    monkeypatch.setattr("hazecast.desk.edr.selecting.MOST_VALUES", 100)
    assert program.ask(f"{MAPS}/area", coords=BOX, datetime="2030-01-14T06:00Z", parameter_name="pm25").status_code == 200
    assert program.ask(f"{MAPS}/area", coords=BOX).status_code == 400


def test_a_collection_tells_where_when_and_what_it_has(program: Program) -> None:
    maps, stations = program.ask(f"{EDR}/collections").json()["collections"]
    assert (maps["id"], stations["id"]) == ("maps", "stations")
    assert maps["extent"]["spatial"]["bbox"] == [[112.25, 35.75, 119.25, 41.25]]
    assert maps["extent"]["temporal"]["interval"] == [["2030-01-13T23:00:00Z", "2030-01-18T00:00:00Z"]]
    assert set(stations["parameter_names"]) >= {"pm25", "level"}
    assert program.ask(maps["data_queries"]["position"]["link"]["href"], coords="POINT(118 39)").status_code == 200
    (instance,) = program.ask(maps["data_queries"]["instances"]["link"]["href"]).json()["instances"]
    assert program.ask(instance["links"][0]["href"]).json() == instance | {"id": KEY}
    assert program.ask(f"{MAPS}/instances/20300113T23Z/position", coords="POINT(118 39)").status_code == 404
    for link in program.ask(EDR).json()["links"]:
        assert program.ask(link["href"]).status_code == 200


def test_refusals_are_sentences_that_say_what_to_do() -> None:
    with pytest.raises(Refusal) as refused:
        answering.point_of("POINT(1)")
    assert "expected a point" in refused.value.reason
