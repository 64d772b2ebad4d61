"""Open-Meteo: JSON for places, a key for those who have one."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from hazecast.errors import FetchError, SettingsError
from hazecast.fetch.folder import Outcome, fetch_plan
from hazecast.fetch.sources.open_meteo import OpenMeteoRequest, Product, lexicon, plan
from hazecast.fetch.web import Web
from hazecast.fetch.wishes import Period
from hazecast.records import Station
from tests.commands import files_below
from tests.web_server import Asked, FakeTime, WebServer, quick_web, serving, status_answer

PERIOD = Period(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 3, tzinfo=UTC))
BEIJING = Station("bj 1", "Beijing", 39.9, 116.4)
KEY = "meteo-secret-key"


def answer(asked: Asked) -> None:
    names = parse_qs(urlsplit(asked.path).query)["hourly"][0].split(",")
    times = [f"2024-01-0{day}T{hour:02d}:00" for day in (1, 2) for hour in range(24)]
    hourly = {"time": times, **{name: [None] * 48 for name in names}}
    asked.answer(200, json.dumps({"latitude": 39.9, "longitude": 116.4, "hourly": hourly}).encode(), Content_Type="application/json")


def fetched(web: Web, request: OpenMeteoRequest, folder: Path) -> Outcome:
    return fetch_plan(web, plan(request, web, lambda _share: None), folder, "open-meteo")


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture
def web() -> Iterator[Web]:
    with quick_web(FakeTime(), attempts=2) as web:
        yield web


def test_every_place_has_its_file(server: WebServer, web: Web, tmp_path: Path) -> None:
    server.route("/v1/air-quality", answer)
    places = (BEIJING, Station("west", "West", -33.5, 289.5))
    outcome = fetched(web, OpenMeteoRequest(Product.AIR_QUALITY, places, PERIOD, base=server.url), tmp_path)
    assert [one.entry.name for one in outcome.done] == [
        "open-meteo-air-quality-bj-1-20240101-20240102.json",
        "open-meteo-air-quality-west-20240101-20240102.json",
    ]
    queries = sorted((parse_qs(urlsplit(path).query) for path in server.paths()), key=lambda query: query["latitude"], reverse=True)
    assert queries[0] == {
        "latitude": ["39.9"],
        "longitude": ["116.4"],
        "hourly": ["pm2_5,pm10,sulphur_dioxide,nitrogen_dioxide,ozone,carbon_monoxide"],
        "start_date": ["2024-01-01"],
        "end_date": ["2024-01-02"],
        "timezone": ["GMT"],
    }
    assert queries[1]["longitude"] == ["-70.5"]


def test_winds_come_in_metres_per_second(server: WebServer, web: Web, tmp_path: Path) -> None:
    server.route("/v1/archive", answer)
    request = OpenMeteoRequest(Product.ARCHIVE, (BEIJING,), PERIOD, ("eastward_wind", "northward_wind", "air_temperature"), server.url)
    fetched(web, request, tmp_path)
    query = parse_qs(urlsplit(server.paths()[0]).query)
    assert (query["hourly"], query["wind_speed_unit"]) == (["wind_speed_10m,wind_direction_10m,temperature_2m"], ["ms"])


def test_who_has_a_key_is_served_elsewhere_and_the_key_is_written_nowhere(server: WebServer, web: Web, tmp_path: Path) -> None:
    assert OpenMeteoRequest(Product.FORECAST, (BEIJING,), PERIOD).address == "https://api.open-meteo.com/v1/forecast"
    paying = OpenMeteoRequest(Product.AIR_QUALITY, (BEIJING,), PERIOD, key=KEY)
    assert paying.address == "https://customer-air-quality-api.open-meteo.com/v1/air-quality"
    server.route("/v1/forecast", answer)
    request = OpenMeteoRequest(Product.FORECAST, (BEIJING,), PERIOD, base=server.url, key=KEY)
    outcome = fetched(web, request, tmp_path)
    assert f"apikey={KEY}" in server.paths()[0]
    assert KEY not in repr(request) + repr(outcome) + repr(files_below(tmp_path))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": True, "reason": "Daily limit exceeded."}, "it is an error message: Daily limit exceeded."),
        ({"latitude": 1}, "no hourly values"),
        ({"hourly": {"time": []}}, "no hourly values"),
        ({"hourly": {"time": ["2024-01-01T00:00"], "pm2_5": [1.0]}}, "not one value of pm10 an hour"),
        ({"hourly": {"time": ["a", "b"], "pm2_5": [1.0], "pm10": [1.0, 2.0]}}, "not one value of pm2_5 an hour"),
    ],
)
def test_what_lacks_the_hours_is_refused(body: object, said: str, server: WebServer, web: Web, tmp_path: Path) -> None:
    server.route("/v1/air-quality", status_answer(200, json.dumps(body).encode()))
    request = OpenMeteoRequest(Product.AIR_QUALITY, (BEIJING,), PERIOD, ("pm25", "pm10"), server.url)
    outcome = fetched(web, request, tmp_path)
    assert said in outcome.failures[0].error.problem


def test_a_refusal_is_told_in_the_words_of_the_source(server: WebServer, web: Web, tmp_path: Path) -> None:
    reason = json.dumps({"error": True, "reason": "Parameter 'start_date' is out of allowed range"}).encode()
    server.route("/v1/air-quality", status_answer(400, reason))
    with pytest.raises(FetchError, match="'start_date' is out of allowed range"):
        fetched(web, OpenMeteoRequest(Product.AIR_QUALITY, (BEIJING,), PERIOD, base=server.url), tmp_path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"places": ()}, "(none given)"),
        ({"places": (BEIJING, BEIJING)}, "asked for the places"),
        ({"places": (Station("北京", "Beijing", 39.9, 116.4),)}, "asked for the places 北京"),
        ({"variables": ("visibility",)}, "asked for 'visibility'"),
        ({"product": Product.ARCHIVE, "variables": ("visibility",)}, "asked for 'visibility'"),
        ({"base": "http://8.8.8.8", "key": KEY}, "without encryption"),
    ],
)
def test_what_open_meteo_does_not_have_is_refused_beforehand(changes: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        OpenMeteoRequest(**{"product": Product.AIR_QUALITY, "places": (BEIJING,), "period": PERIOD, **changes})  # type: ignore[arg-type]
    assert said in str(refused.value)
    assert KEY not in str(refused.value)


def test_every_product_has_variables_of_ours() -> None:
    assert {product: len(lexicon(product)) for product in Product} == {Product.FORECAST: 11, Product.ARCHIVE: 10, Product.AIR_QUALITY: 6}
