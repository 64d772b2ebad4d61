"""`hazecast fetch` as it is typed, interrupted, killed, and typed again."""

import gzip
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hazecast.cli import wishes
from hazecast.errors import SettingsError
from hazecast.fetch.sources.table import SOURCES
from hazecast.survey.settings_file import settings_text
from tests.commands import files_below, hazecast
from tests.small_case import SmallCase, small_settings
from tests.web_server import Answer, Asked, WebServer, etag_of, file_answer, serving, status_answer

KEY = "12345678-secret-key"
CONTENT = gzip.compress(os.urandom(300_000), compresslevel=0)
KEY_7 = "records/csv.gz/locationid=7/year=2024/month=01/location-7-20240101.csv.gz"
PERIOD = ("--from", "2024-01-01T20", "--to", "2024-01-01T21")


def plain(text: str) -> str:
    return " ".join(re.sub(r"\x1b\[[0-9;]*m|[╭╮╰╯─│]", " ", text).split())


@pytest.fixture(autouse=True)
def _no_proxies_no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "CDSAPI_KEY", "CDSAPI_RC", "ECMWF_DATASTORES_KEY", "ECMWF_DATASTORES_RC_FILE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as server:
        yield server


def listing(content: bytes, key: str = KEY_7) -> Answer:
    etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
    one = f"<Contents><Key>{key}</Key><Size>{len(content)}</Size><ETag>{etag}</ETag></Contents>"
    return status_answer(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{one}</ListBucketResult>".encode())


def publish(server: WebServer, *answers: Answer) -> tuple[str, ...]:
    """A location with one file; the arguments that fetch it."""
    server.route("/", listing(CONTENT))
    server.route(f"/{KEY_7}", *(answers or (file_answer(CONTENT),)))
    return ("fetch", "openaq", "--location", "7", *PERIOD, "--out", "data", "--base-url", server.url)


@pytest.mark.parametrize("source", [source.name for source in SOURCES])
def test_every_source_has_a_command_that_explains_itself(source: str, tmp_path: Path) -> None:
    done = hazecast("fetch", source, "--help", cwd=tmp_path)
    assert (done.status, files_below(tmp_path)) == (0, {})
    assert f"Usage: hazecast fetch {source}" in plain(done.out)


def test_a_fetch_ends_with_few_lines_and_one_with_nothing_to_do_too(server: WebServer, tmp_path: Path) -> None:
    arguments = publish(server)
    done = hazecast(*arguments, cwd=tmp_path)
    assert (done.status, done.err) == (0, "")
    assert done.out == ("OpenAQ's archive of monitoring data: 1 file fetched (300.0 kB).\nThey are in data, listed in manifest.json.\n")
    assert (tmp_path / "data" / "location-7-20240101.csv.gz").read_bytes() == CONTENT
    assert "0 files fetched (0 bytes), 1 there already." in hazecast(*arguments, cwd=tmp_path).out
    assert "1 file fetched" in hazecast(*arguments, "--again", cwd=tmp_path).out


def test_a_program_reads_one_json_object(server: WebServer, tmp_path: Path) -> None:
    arguments = publish(server)
    facts = json.loads(hazecast(*arguments, "--location", "8", "--json", cwd=tmp_path).out)
    assert facts == {
        "source": "openaq",
        "folder": "data",
        "manifest": "data/manifest.json",
        "fetched": ["location-7-20240101.csv.gz"],
        "held": [],
        "bytes": len(CONTENT),
        "failed": [],
        "not_begun": 0,
        "notes": ["OpenAQ's archive has nothing of location 8 in this period."],
    }


def test_a_file_that_cannot_be_had_is_an_error_after_the_others_came(server: WebServer, tmp_path: Path) -> None:
    arguments = publish(server, status_answer(200, b"<html>maintenance</html>"))
    done = hazecast(*arguments, cwd=tmp_path)
    assert done.status == 2
    assert "0 files fetched" in done.out
    assert done.err.startswith("hazecast: 1 file could not be had. location-7-20240101.csv.gz: http://127.0.0.1")
    assert len(done.err.splitlines()) == 2


def process(arguments: tuple[str, ...], cwd: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "hazecast", *arguments], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def stalling(after: int, sent: threading.Event, over: threading.Event) -> Answer:
    """Sends a part and then keeps silent, with the connection open, until it is over."""

    def answer(asked: Asked) -> None:
        asked.begin(200, len(CONTENT), ETag=etag_of(CONTENT))
        asked.send(CONTENT[:after])
        sent.set()
        over.wait(30)

    return answer


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(("blow", "status"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_a_process_that_was_ended_midway_leaves_what_the_next_one_continues(
    blow: signal.Signals, status: int, server: WebServer, tmp_path: Path
) -> None:
    sent, over, after = threading.Event(), threading.Event(), 200_000
    arguments = publish(server, stalling(after, sent, over), file_answer(CONTENT))
    part = tmp_path / "data" / ".location-7-20240101.csv.gz.partial"
    with process(arguments, tmp_path) as running:
        assert sent.wait(30)
        wait_until(lambda: part.is_file() and part.stat().st_size == after)
        running.send_signal(blow)
        out, err = running.communicate(timeout=20)
    over.set()
    assert (running.returncode, out) == (status, "")
    assert ("goes on from there" in err) is (blow is signal.SIGINT)
    assert not (tmp_path / "data" / "location-7-20240101.csv.gz").exists()
    done = hazecast(*arguments, cwd=tmp_path)
    assert (done.status, "1 file fetched" in done.out) == (0, True)
    assert server.headers("Range")[-1] == f"bytes={after}-"
    left = {name for name in files_below(tmp_path / "data") if name != ".fetch.lock"}
    assert left == {"location-7-20240101.csv.gz", "manifest.json"}
    assert (tmp_path / "data" / "location-7-20240101.csv.gz").read_bytes() == CONTENT


def test_a_disk_that_takes_no_more_leaves_nothing_half_written(server: WebServer, tmp_path: Path) -> None:
    arguments = publish(server)
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000));"
        "from hazecast.cli import main; sys.argv = ['hazecast', *sys.argv[1:]]; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "location-7-20240101.csv.gz cannot be written: File too large." in done.stderr
    assert {name for name in files_below(tmp_path / "data") if "location" in name} == set()


def test_keys_are_shown_nowhere(server: WebServer, tmp_path: Path) -> None:
    (tmp_path / "rc").write_text(f"url: https://cds.climate.copernicus.eu/api\nkey: {KEY}\n")
    path = "/api/retrieve/v1/processes/reanalysis-era5-single-levels/execution"
    server.route(path, status_answer(403, json.dumps({"title": f"{KEY} has not accepted the licence"}).encode()))
    out = ("--out", "data", "--key-file", "rc", "--base-url", f"{server.url}/api")
    done = hazecast("fetch", "era5", "--box", "39,41,115,117", "--from", "2024-01-01", "--to", "2024-01-02", *out, cwd=tmp_path)
    assert (done.status, server.headers("PRIVATE-TOKEN")[0]) == (2, KEY)
    assert "*** has not accepted the licence" in done.err
    assert KEY not in done.out + done.err + repr(files_below(tmp_path / "data"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("openaq", "--location", "7"), "--to is lacking."),
        (("openaq", "--location", "7", "--to", "2024-01-01"), "--from is lacking."),
        (("openaq", *PERIOD), "--location is lacking."),
        (("openaq", *PERIOD, "--location", "-7"), "OpenAQ has no locations -7"),
        (("openaq", "--location", "7", "--from", "2024-01-02", "--to", "2024-01-01"), "is empty or longer than a century"),
        (("openaq", "--location", "7", "--from", "noon", "--to", "2024-01-01"), "--from is 'noon'; expected a time in UTC."),
        (("openaq", "--location", "7", *PERIOD, "--base-url", "file:///x"), "'file:///x' cannot be fetched from"),
        (("gfs", "--run", "2024-01-01T01"), "GFS has no run of 2024-01-01 01:00"),
        (("gfs", "--run", "2024-01-01", "--hours", "400"), "GFS has no lead times"),
        (("gfs", "--run", "2024-01-01", "--variable", "u10"), "GFS is asked for 'u10'"),
        (("open-meteo", "--place", "a:1,2", *PERIOD, "--product", "tea"), "--product is 'tea'"),
        (("open-meteo", "--place", "beijing", *PERIOD), "--place is 'beijing'"),
        (("open-meteo", "--place", "a:95,2", *PERIOD), "--place is 'a:95,2'"),
        (("open-meteo", *PERIOD), "--place is lacking."),
        (("era5", *PERIOD), "--box is lacking."),
        (("era5", *PERIOD, "--box", "1,2,3"), "--box is '1,2,3'; expected four numbers."),
        (("era5", *PERIOD, "--box", "2,1,3,4"), "The box from 2 to 1 north and 3 to 4 east is none."),
        (("era5", *PERIOD, "--box", "1,2,3,4"), "needs a key, and there is none"),
        (("cams", "--box", "1,2,3,4", "--key-file", "absent"), "The key cannot be read from absent"),
        (("era5", *PERIOD, "--config", "absent.toml"), "There is no settings file absent.toml."),
    ],
)
def test_what_cannot_be_fetched_is_said_before_anything_is_asked_or_made(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = hazecast("fetch", *arguments, "--out", "data", cwd=tmp_path)
    assert (done.status, done.out, files_below(tmp_path)) == (2, "", {})
    assert said in done.err


def test_what_is_not_given_comes_from_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wishes, "now", lambda: datetime(2024, 3, 1, 5, 30, tzinfo=UTC))
    settings = small_settings(SmallCase(tmp_path))
    file = tmp_path / "case.toml"
    file.write_text(settings_text(settings, tmp_path), encoding="utf-8")
    period = wishes.period_of("", "", file)
    assert (period.end, (period.end - period.start).days) == (datetime(2024, 3, 1, 5, tzinfo=UTC), settings.forecast.history_days)
    box = wishes.box_of("", file)
    assert (box.south, box.north, box.west, box.east) == tuple(
        getattr(settings.domain, edge) for edge in ("south", "north", "west", "east")
    )
    assert wishes.lead_hours_of(None, 3, file)[-1] == settings.forecast.horizon_hours // 3 * 3
    assert wishes.lead_hours_of(None, 6, None) == tuple(range(0, 97, 6))
    assert [place.id for place in wishes.places_of((), file)] == [station.id for station in settings.stations]
    assert wishes.run_of("", 6, 5) == datetime(2024, 3, 1, tzinfo=UTC)
    assert wishes.locations_of((), file) == (1001, 1002, 1003, 1004, 1005)
    named = tuple(station.model_copy(update={"id": f"s-{station.id}"}) for station in settings.stations)
    monkeypatch.setattr(wishes, "load_settings", lambda _file: settings.model_copy(update={"stations": named}))
    with pytest.raises(SettingsError, match="has no number of OpenAQ's as its id"):
        wishes.locations_of((), file)


def test_a_domain_across_the_date_line_is_a_box_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = small_settings(SmallCase(tmp_path))
    domain = settings.domain.model_copy(update={"west": 350.0, "east": 370.0})
    monkeypatch.setattr(wishes, "load_settings", lambda _file: settings.model_copy(update={"domain": domain}))
    box = wishes.box_of("", tmp_path)
    assert (box.west, box.east) == (-10.0, 10.0)


def test_a_box_is_four_numbers() -> None:
    assert wishes.box_of("-36.5, -33,-71,-70.25", None).south == -36.5
