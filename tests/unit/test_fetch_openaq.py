"""OpenAQ's archive: a list of objects in XML, and one gzipped CSV a location and day."""

import gzip
import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from hazecast.errors import FetchError, SettingsError, WrongDelivery
from hazecast.fetch.folder import Standing, fetch_plan
from hazecast.fetch.plan import Plan
from hazecast.fetch.sources.openaq import OpenAQRequest, plan
from hazecast.fetch.web import Web
from hazecast.fetch.wishes import Period
from hazecast.intake.monitoring.openaq_csv import read
from tests.web_server import Asked, FakeTime, WebServer, file_answer, quick_web, serving, status_answer

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
PERIOD = Period(datetime(2023, 12, 30, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC))


def csv_of(location: int, day: str) -> bytes:
    rows = [f"{location},7,Here,{day}T{hour:02d}:00:00+08:00,39.9,116.4,pm25,µg/m³,{hour + 1}.5" for hour in range(1, 24)]
    return gzip.compress("\n".join(["location_id,sensors_id,location,datetime,lat,lon,parameter,units,value", *rows, ""]).encode(), mtime=0)


def key_of(location: int, day: str) -> str:
    year, month, _ = day.split("-")
    return f"records/csv.gz/locationid={location}/year={year}/month={month}/location-{location}-{day.replace('-', '')}.csv.gz"


def contents(key: str, size: int, etag: str) -> str:
    changed = "<LastModified>2024-01-05T00:00:00.000Z</LastModified>"
    return f"<Contents><Key>{key}</Key>{changed}<ETag>&quot;{etag}&quot;</ETag><Size>{size}</Size></Contents>"


class Archive:
    """A store of objects that lists them a few at a time."""

    def __init__(self, server: WebServer, page: int = 2) -> None:
        self.server, self.page, self.objects = server, page, dict[str, bytes]()
        server.route("/", self.list)

    def put(self, key: str, content: bytes) -> None:
        self.objects[key] = content
        self.server.route(f"/{key}", file_answer(content))

    def list(self, asked: Asked) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}
        keys = sorted(key for key in self.objects if key.startswith(query["prefix"]))
        start = int(query.get("continuation-token", "0"))
        shown, more = keys[start : start + self.page], start + self.page < len(keys)
        body = "".join(contents(key, len(self.objects[key]), self.etag(key)) for key in shown)
        token = f"<NextContinuationToken>{start + self.page}</NextContinuationToken>" if more else ""
        asked.answer(200, f"{HEAD}<IsTruncated>{str(more).lower()}</IsTruncated>{token}{body}</ListBucketResult>".encode())

    def etag(self, key: str) -> str:
        return hashlib.md5(self.objects[key], usedforsecurity=False).hexdigest()


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture
def archive(server: WebServer) -> Archive:
    archive = Archive(server)
    for day in ("2023-12-28", "2023-12-29", "2023-12-30", "2023-12-31", "2024-01-01", "2024-01-02", "2024-01-03"):
        archive.put(key_of(7423, day), csv_of(7423, day))
    return archive


@pytest.fixture
def web() -> Iterator[Web]:
    with quick_web(FakeTime()) as web:
        yield web


def request(server: WebServer, locations: Sequence[int] = (7423,), period: Period = PERIOD) -> OpenAQRequest:
    return OpenAQRequest(tuple(locations), period, server.url)


def planned(server: WebServer, web: Web, locations: Sequence[int] = (7423,)) -> Plan:
    return plan(request(server, locations), web, lambda _share: None)


@pytest.mark.usefixtures("archive")
def test_every_day_that_an_hour_of_the_period_can_be_filed_under_is_fetched(server: WebServer, web: Web, tmp_path: Path) -> None:
    shares: list[float] = []
    found = plan(request(server), web, shares.append)
    outcome = fetch_plan(web, found, tmp_path, "openaq")
    names = [f"location-7423-{day}.csv.gz" for day in ("20231229", "20231230", "20231231", "20240101", "20240102")]
    assert [one.entry.name for one in outcome.done] == names
    assert shares == [0.5, 1.0]
    table = read(tmp_path / names[2])
    assert set(table["station_id"]) == {"7423"}
    assert len(table) == 23


def test_a_file_that_the_archive_replaced_is_fetched_again_and_no_other(
    server: WebServer, archive: Archive, web: Web, tmp_path: Path
) -> None:
    fetch_plan(web, planned(server, web), tmp_path, "openaq")
    archive.put(key_of(7423, "2024-01-01"), csv_of(7423, "2024-01-01") + gzip.compress(b""))
    outcome = fetch_plan(web, planned(server, web), tmp_path, "openaq")
    assert [one.entry.name for one in outcome.done if one.standing is Standing.FETCHED] == ["location-7423-20240101.csv.gz"]


@pytest.mark.usefixtures("archive")
def test_a_file_that_is_not_what_was_listed_is_not_taken(server: WebServer, web: Web, tmp_path: Path) -> None:
    other = csv_of(7423, "2024-01-01")[:-9] + b"\0" * 9
    server.route(f"/{key_of(7423, '2024-01-01')}", file_answer(other))
    outcome = fetch_plan(web, planned(server, web), tmp_path, "openaq")
    assert [failure.name for failure in outcome.failures] == ["location-7423-20240101.csv.gz"]
    assert "its MD5 is" in outcome.failures[0].error.problem


@pytest.mark.usefixtures("archive")
def test_locations_without_files_are_named(server: WebServer, web: Web) -> None:
    assert planned(server, web, (7423, 8, 9)).notes == ("OpenAQ's archive has nothing of locations 8, 9 in this period.",)
    assert planned(server, web).notes == ()
    with pytest.raises(WrongDelivery, match="nothing of location 8 on the days 2023-12-29 to 2024-01-02"):
        planned(server, web, (8,))


@pytest.mark.parametrize(
    "key",
    [
        "records/csv.gz/locationid=7423/year=2024/month=01/../../../../location-7423-20240101.csv.gz",
        "records/csv.gz/locationid=7423/year=2024/month=01/location-7423-20240101.csv.gz/../../x",
        "records/csv.gz/locationid=7423/year=2024/month=01/location-7423-20240101.csv.gz&#10;",
        "records/csv.gz/locationid=7423/year=2024/month=02/location-7423-20240101.csv.gz",
        "records/csv.gz/locationid=7423/year=2024/month=01/location-999-20240101.csv.gz",
        "records/csv.gz/locationid=7423/year=2024/month=13/location-7423-20241301.csv.gz",
        "records/csv.gz/locationid=7423/year=2024/month=01/",
        "/etc/passwd",
        "records/csv.gz/locationid=7423/year=2024/month=01/location-7423-２０240101.csv.gz",
    ],
)
def test_keys_of_another_form_are_left_alone(key: str, server: WebServer, web: Web) -> None:
    good = contents(key_of(7423, "2024-01-01"), 10, "a" * 32)
    body = f"{HEAD}<IsTruncated>false</IsTruncated>{contents(key, 10, 'b' * 32)}{good}</ListBucketResult>"
    server.route("/", status_answer(200, body.encode()), status_answer(200, f"{HEAD}</ListBucketResult>".encode()))
    assert [item.asked for item in planned(server, web).items] == [key_of(7423, "2024-01-01")]


def test_the_hash_of_what_was_sent_in_parts_is_not_known(server: WebServer, web: Web) -> None:
    body = f"{HEAD}{contents(key_of(7423, '2024-01-01'), 10, 'c' * 32 + '-2')}</ListBucketResult>"
    server.route("/", status_answer(200, body.encode()), status_answer(200, f"{HEAD}</ListBucketResult>".encode()))
    (item,) = planned(server, web).items
    assert item.known is not None
    assert (item.known.md5, item.known.size_bytes) == ("", 10)


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><ListBucketResult>&i;</ListBucketResult>"
)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (BOMB, r"XML that cannot be read \(DTDForbidden\)"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><ListBucketResult/>', "XML that cannot be read"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><ListBucketResult>&e;</ListBucketResult>', "XML that cannot be read"),
        ("", r"XML that cannot be read \(ParseError\)"),
        (f"{HEAD}<Contents><Key>a", "XML that cannot be read"),
        ("<html><body>Log in</body></html>", "sent <html>"),
        ('{"a": 1}', "XML that cannot be read"),
        ('<?xml version="1.0" encoding="no-such"?><ListBucketResult/>', "XML that cannot be read"),
        (f"{HEAD}<Contents><Key>a</Key><Size>many</Size></Contents></ListBucketResult>", "size 'many'"),
        (f"{HEAD}<Contents><Size>1</Size></Contents></ListBucketResult>", "an object of the name ''"),
        (f"{HEAD}<IsTruncated>true</IsTruncated></ListBucketResult>", "does not end"),
        (f"{HEAD}<IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>", "does not end"),
    ],
)
def test_what_is_no_list_of_objects_is_refused(body: str, said: str, server: WebServer, web: Web) -> None:
    server.route("/", status_answer(200, body.encode()))
    with pytest.raises(WrongDelivery, match=said):
        planned(server, web)
    assert len(server.asked) < 4


def test_a_list_is_asked_for_with_patience(server: WebServer, archive: Archive, web: Web) -> None:
    server.route("/", status_answer(503), status_answer(429, Retry_After="3"), archive.list)
    assert len(planned(server, web).items) == 5


@pytest.mark.parametrize("locations", [(), (0,), (-4,), (7, 7), (10**13,)])
def test_locations_are_positive_numbers_each_once(locations: tuple[int, ...]) -> None:
    with pytest.raises(SettingsError, match="OpenAQ has no locations"):
        OpenAQRequest(locations, PERIOD)


def test_days_are_widened_by_the_time_zones_of_the_earth() -> None:
    noon = Period(datetime(2024, 3, 1, 11, tzinfo=UTC), datetime(2024, 3, 1, 12, tzinfo=UTC))
    assert OpenAQRequest((1,), noon).days == (date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 2))


def test_a_mirror_must_be_an_address() -> None:
    with pytest.raises(SettingsError):
        OpenAQRequest((1,), PERIOD, "ftp://mirror.example")


def test_an_archive_out_of_reach_is_an_error(server: WebServer, web: Web) -> None:
    server.route("/", status_answer(500))
    with pytest.raises(FetchError, match="answers 500"):
        planned(server, web)
