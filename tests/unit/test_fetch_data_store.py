"""The Copernicus data stores: a request becomes a job, the job a file; nothing is asked for twice."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hazecast.errors import FetchError, SettingsError, WrongDelivery
from hazecast.fetch.folder import Outcome, Standing, fetch_plan
from hazecast.fetch.plan import Plan
from hazecast.fetch.sources import cams, era5
from hazecast.fetch.sources.cams import CAMSRequest
from hazecast.fetch.sources.era5 import ERA5Request
from hazecast.fetch.web import Web
from hazecast.fetch.wishes import Box, Period
from tests.commands import files_below
from tests.web_server import Asked, FakeTime, WebServer, cut_off, file_answer, quick_web, serving, status_answer

KEY = "11112222-secret-key"
BOX = Box(39.1, 41.0, 115.3, 117.5)
MONTH = Period(datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC))
NETCDF = b"\x89HDF\r\n\x1a\n\x02\x08\x08\x00" + bytes(16) + (300).to_bytes(8, "little") + bytes(264)
GRIB = b"GRIB\0\0\0\x02" + (90).to_bytes(8, "big") + b"\x11" * 70 + b"7777"
PROCESSES, JOBS = "/api/retrieve/v1/processes", "/api/retrieve/v1/jobs"


class Store:
    """A data store: a job is accepted, then runs, then has its result."""

    def __init__(self, server: WebServer, content: bytes) -> None:
        self.server, self.content = server, content
        self.posted: list[dict[str, Any]] = []
        self.statuses = ["accepted", "running", "successful"]

    def open(self, dataset: str) -> "Store":
        self.server.route(f"{PROCESSES}/{dataset}/execution", self.execute)
        return self

    def execute(self, asked: Asked) -> None:
        if asked.headers.get("private-token") != KEY:
            asked.answer(401, b'{"title": "authentication required", "detail": "operation not allowed"}')
            return
        assert (asked.method, asked.headers["content-type"]) == ("POST", "application/json")
        self.posted.append(json.loads(asked.body)["inputs"])
        job = f"job-{len(self.posted)}"
        self.server.route(f"{JOBS}/{job}", *(self.status(job, status) for status in self.statuses))
        href = f"{self.server.url}/results/{job}.nc"
        value = {"type": "application/netcdf", "href": href, "file:size": len(self.content), "file:checksum": "abc"}
        self.server.route(f"{JOBS}/{job}/results", status_answer(200, json.dumps({"asset": {"value": value}}).encode()))
        self.server.route(f"/results/{job}.nc", file_answer(self.content))
        asked.answer(201, json.dumps({"jobID": job, "status": "accepted", "processID": "x"}).encode())

    def status(self, job: str, status: str) -> Any:
        return status_answer(200, json.dumps({"jobID": job, "status": status, "links": []}).encode())


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture
def store(server: WebServer) -> Store:
    return Store(server, NETCDF).open("reanalysis-era5-single-levels").open("reanalysis-era5-pressure-levels")


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def web(time: FakeTime) -> Iterator[Web]:
    with quick_web(time) as web:
        yield web


def request(server: WebServer, variables: tuple[str, ...] = ("air_temperature",), key: str = KEY, period: Period = MONTH) -> ERA5Request:
    return ERA5Request(BOX, period, key, variables, (1000, 850), f"{server.url}/api")


def planned(wanted: ERA5Request | CAMSRequest, web: Web) -> Plan:
    return era5.plan(wanted, web, print) if isinstance(wanted, ERA5Request) else cams.plan(wanted, web, print)


def fetched(web: Web, wanted: ERA5Request | CAMSRequest, folder: Path) -> Outcome:
    return fetch_plan(web, planned(wanted, web), folder, "era5")


def test_a_request_is_posted_waited_for_and_fetched(server: WebServer, store: Store, web: Web, time: FakeTime, tmp_path: Path) -> None:
    (done,) = fetched(web, request(server), tmp_path).done
    assert (tmp_path / "era5-202402-instant.nc").read_bytes() == NETCDF
    assert store.posted == [
        {
            "product_type": ["reanalysis"],
            "variable": ["2m_temperature"],
            "year": ["2024"],
            "month": ["02"],
            "day": [f"{day:02d}" for day in range(1, 30)],
            "time": [f"{hour:02d}:00" for hour in range(24)],
            "area": [41.25, 115.0, 38.75, 117.75],
            "data_format": "netcdf",
            "download_format": "unarchived",
        }
    ]
    assert time.naps == [2.0, 3.0]
    assert done.entry.url == f"{server.url}/results/job-1.nc"


@pytest.mark.usefixtures("store")
def test_the_key_goes_to_the_store_and_neither_to_the_results_nor_anywhere_else(server: WebServer, web: Web, tmp_path: Path) -> None:
    wanted = request(server)
    outcome = fetched(web, wanted, tmp_path)
    tokens = {asked.path.split("/")[1]: asked.headers.get("private-token") for asked in server.asked}
    assert tokens == {"api": KEY, "results": None}
    assert KEY not in repr(wanted) + repr(outcome) + repr(files_below(tmp_path)) + repr(planned(wanted, web))


def test_who_comes_again_waits_on_for_the_same_job(server: WebServer, store: Store, time: FakeTime, tmp_path: Path) -> None:
    with quick_web(time) as web:
        nap, time.naps = time.sleep, []

        def interrupted(seconds: float) -> None:
            nap(seconds)
            web.stop.set()

        stopping = Web(web.client, web.patience, web.clock, interrupted, web.stop, web.monotonic)
        with pytest.raises(FetchError, match="was stopped"):
            fetched(stopping, request(server), tmp_path)
    memo = json.loads((tmp_path / ".era5-202402-instant.nc.request").read_text())
    assert memo["job"] == "job-1"
    with quick_web(time) as web:
        assert fetched(web, request(server), tmp_path).done[0].standing is Standing.FETCHED
    assert len(store.posted) == 1
    assert not (tmp_path / ".era5-202402-instant.nc.request").exists()


def test_a_download_that_broke_off_goes_on_in_the_next_run_without_a_new_job(
    server: WebServer, store: Store, web: Web, tmp_path: Path
) -> None:
    store.statuses = ["successful"]
    execute = store.execute

    def breaking(asked: Asked) -> None:
        execute(asked)
        server.route("/results/job-1.nc", cut_off(NETCDF, 200), status_answer(503))

    server.route(f"{PROCESSES}/reanalysis-era5-single-levels/execution", breaking)
    with pytest.raises(FetchError, match="answers 503"):
        fetched(web, request(server), tmp_path)
    server.route("/results/job-1.nc", file_answer(NETCDF))
    with quick_web(FakeTime()) as later:
        fetched(later, request(server), tmp_path)
    assert (len(store.posted), server.headers("Range")[-1]) == (1, "bytes=200-")
    assert (tmp_path / "era5-202402-instant.nc").read_bytes() == NETCDF


@pytest.mark.parametrize(
    "memo", [b"", b"{}", b"\xff", b'{"address": "a", "asked": "b", "job": "../../x"}', b'{"address": "a", "asked": "b", "job": "job-1"}']
)
def test_a_reminder_of_something_else_is_not_heeded(memo: bytes, server: WebServer, store: Store, web: Web, tmp_path: Path) -> None:
    (tmp_path / ".era5-202402-instant.nc.request").write_bytes(memo)
    fetched(web, request(server), tmp_path)
    assert len(store.posted) == 1


def test_a_job_that_the_store_has_forgotten_is_posted_anew(server: WebServer, store: Store, web: Web, tmp_path: Path) -> None:
    fetched(web, request(server), tmp_path)
    (tmp_path / "era5-202402-instant.nc").unlink()
    item = planned(request(server), web).items[0]
    memo = tmp_path / ".era5-202402-instant.nc.request"
    item.locate(web, memo)
    server.route(f"{JOBS}/job-2", status_answer(404, b'{"title": "job not found"}'))
    item.locate(web, memo)
    assert (len(store.posted), json.loads(memo.read_text())["job"]) == (3, "job-3")


@pytest.mark.parametrize("status", ["failed", "rejected", "dismissed"])
def test_a_job_that_failed_is_told_in_the_words_of_the_store(
    status: str, server: WebServer, store: Store, web: Web, tmp_path: Path
) -> None:
    store.statuses = [status]
    execute = store.execute

    def failing(asked: Asked) -> None:
        execute(asked)
        words = {"title": "The job has failed", "detail": "None of the data you have requested is available yet", "traceback": KEY}
        server.route(f"{JOBS}/job-1/results", status_answer(400, json.dumps(words).encode()))

    server.route(f"{PROCESSES}/reanalysis-era5-single-levels/execution", failing)
    outcome = fetched(web, request(server), tmp_path)
    error = outcome.failures[0].error
    assert isinstance(error, WrongDelivery)
    assert f"ended as '{status}'" in error.problem
    assert "None of the data you have requested is available yet" in error.problem
    assert [name for name in files_below(tmp_path) if name.endswith(".request")] == []


@pytest.mark.usefixtures("store")
def test_a_key_that_the_store_does_not_take_is_not_repeated(server: WebServer, web: Web, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"answers 401 .*operation not allowed") as refused:
        fetched(web, request(server, key="wrong-wrong-wrong"), tmp_path)
    assert "wrong-wrong-wrong" not in str(refused.value)
    assert "accepted the licence" in refused.value.remedy


def test_a_store_out_of_breath_is_asked_with_patience(server: WebServer, store: Store, web: Web, time: FakeTime, tmp_path: Path) -> None:
    path = f"{PROCESSES}/reanalysis-era5-single-levels/execution"
    server.route(path, status_answer(429, Retry_After="5"), status_answer(502), store.execute)
    fetched(web, request(server), tmp_path)
    assert time.naps == [5.0, 2.0, 2.0, 3.0]


def test_a_job_that_takes_more_than_a_day_is_left_for_another_time(
    server: WebServer, store: Store, web: Web, time: FakeTime, tmp_path: Path
) -> None:
    store.statuses = ["accepted"]
    with pytest.raises(FetchError, match="is still accepted after 24 hours"):
        fetched(web, request(server), tmp_path)
    assert max(time.naps) == 120.0
    assert (tmp_path / ".era5-202402-instant.nc.request").exists()


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        (f"{PROCESSES}/reanalysis-era5-single-levels/execution", b"<html>", r"without a proper JSON object"),
        (f"{PROCESSES}/reanalysis-era5-single-levels/execution", b"{}", r"without a proper jobID"),
        (f"{PROCESSES}/reanalysis-era5-single-levels/execution", b'{"jobID": "../x?y", "status": "a"}', r"without a proper jobID"),
        (f"{PROCESSES}/reanalysis-era5-single-levels/execution", b"[" * 5000, r"without a proper JSON object"),
    ],
)
def test_what_is_no_answer_of_a_store_is_refused(path: str, body: bytes, said: str, server: WebServer, web: Web, tmp_path: Path) -> None:
    server.route(path, status_answer(201, body))
    outcome = fetched(web, request(server), tmp_path)
    assert isinstance(outcome.failures[0].error, WrongDelivery)
    with pytest.raises(WrongDelivery, match=said):
        raise outcome.failures[0].error


@pytest.mark.parametrize(
    ("asset", "said"),
    [
        ({}, "without a proper asset"),
        ({"asset": {"value": {"href": "x", "file:size": -1}}}, "without a proper asset.value.file:size"),
        ({"asset": {"value": {"href": "file:///etc/passwd"}}}, "not on the web"),
    ],
)
def test_a_result_that_leads_nowhere_is_refused(
    asset: object, said: str, server: WebServer, store: Store, web: Web, tmp_path: Path
) -> None:
    execute = store.execute

    def misleading(asked: Asked) -> None:
        execute(asked)
        server.route(f"{JOBS}/job-1/results", status_answer(200, json.dumps(asset).encode()))

    server.route(f"{PROCESSES}/reanalysis-era5-single-levels/execution", misleading)
    with pytest.raises(FetchError, match=said):
        planned(request(server), web).items[0].locate(web, tmp_path / "memo")


def test_a_zip_where_netcdf_was_expected_is_refused(server: WebServer, web: Web, tmp_path: Path) -> None:
    Store(server, b"PK\x03\x04" + bytes(50)).open("reanalysis-era5-single-levels")
    outcome = fetched(web, request(server), tmp_path)
    assert "something that begins b'PK\\x03\\x04" in outcome.failures[0].error.problem


def test_moments_sums_and_levels_are_asked_for_apart_month_by_month(server: WebServer, web: Web) -> None:
    period = Period(datetime(2023, 12, 30, 12, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC))
    keys = ("precipitation", "eastward_wind", "geopotential_height_aloft", "eastward_wind_aloft")
    plan = planned(request(server, keys, period=period), web)
    assert [item.name for item in plan.items] == [
        f"era5-{span}-{label}.nc" for span in ("20231230-20231231", "202401") for label in ("instant", "summed", "aloft")
    ]
    asked = [json.loads(item.asked.partition("\n")[2]) for item in plan.items]
    assert [inputs["variable"] for _, inputs in asked[:3]] == [
        ["10m_u_component_of_wind"],
        ["total_precipitation"],
        ["geopotential", "u_component_of_wind"],
    ]
    assert (asked[2][0], asked[2][1]["pressure_level"]) == ("reanalysis-era5-pressure-levels", ["1000", "850"])
    assert "pressure_level" not in asked[0][1]
    assert asked[0][1]["day"] == ["30", "31"]


def test_cams_comes_as_grib_the_gases_apart(server: WebServer, web: Web, tmp_path: Path) -> None:
    store = Store(server, GRIB).open("cams-global-atmospheric-composition-forecasts")
    run = datetime(2024, 2, 29, 12, tzinfo=UTC)
    wanted = CAMSRequest(BOX, run, (0, 1, 2, 3, 6), KEY, ("pm25", "o3"), f"{server.url}/api")
    outcome = fetched(web, wanted, tmp_path)
    assert [one.entry.name for one in outcome.done] == ["cams-20240229T12Z-surface.grib", "cams-20240229T12Z-gases.grib"]
    surface, gases = sorted(store.posted, key=lambda inputs: "model_level" in inputs)
    assert surface == {
        "variable": ["particulate_matter_2.5um"],
        "date": ["2024-02-29/2024-02-29"],
        "time": ["12:00"],
        "leadtime_hour": ["0", "1", "2", "3", "6"],
        "type": ["forecast"],
        "data_format": "grib",
        "area": [41.6, 114.8, 38.4, 118.0],
    }
    assert gases["variable"] == ["ozone", "surface_pressure", "2m_temperature"], "without them a share of the air is no concentration"
    assert (gases["model_level"], gases["leadtime_hour"]) == (["137"], ["0", "3", "6"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"run": datetime(2024, 2, 29, 6, tzinfo=UTC)}, "CAMS has no run of"),
        ({"lead_hours": (121,)}, "no lead times 121 h"),
        ({"lead_hours": ()}, "no lead times"),
        ({"variables": ("mixing_height",)}, "asked for 'mixing_height'"),
        ({"variables": ("o3",), "lead_hours": (1, 2)}, "gases every 3 hours only"),
        ({"base": "http://8.8.8.8/api"}, "without encryption"),
    ],
)
def test_what_cams_does_not_have_is_refused_beforehand(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        CAMSRequest(**{"box": BOX, "run": datetime(2024, 2, 29, tzinfo=UTC), "lead_hours": (0, 3), "key": KEY, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"variables": ("pm25",)}, "asked for 'pm25'"),
        ({"levels": (990,)}, "asked for the levels 990 hPa"),
        ({"levels": ()}, "none given"),
        ({"base": "cds"}, "cannot be fetched from"),
    ],
)
def test_what_era5_does_not_have_is_refused_beforehand(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        ERA5Request(**{"box": BOX, "period": MONTH, "key": KEY, **changes})
