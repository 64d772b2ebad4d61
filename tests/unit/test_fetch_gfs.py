"""GFS: the index beside each file, and the messages that it leads to."""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hazecast.errors import SettingsError, WrongDelivery
from hazecast.fetch.folder import Outcome, Standing, fetch_plan
from hazecast.fetch.ranges import Span
from hazecast.fetch.sources.gfs import LEVELS, USUAL, GFSRequest, plan
from hazecast.fetch.sources.gfs_index import Field, chosen, read_index, spans_of
from hazecast.fetch.web import Web
from tests.commands import files_below
from tests.web_server import FakeTime, WebServer, file_answer, quick_web, serving, status_answer

RUN = datetime(2024, 2, 29, 6, tzinfo=UTC)
FILE = "/gfs.20240229/06/atmos/gfs.t06z.pgrb2.0p25.f"
SURFACE = [
    ("PRMSL", "mean sea level", "{h} hour fcst"),
    ("TMP", "1000 mb", "{h} hour fcst"),
    ("UGRD", "1000 mb", "{h} hour fcst"),
    ("VGRD", "1000 mb", "{h} hour fcst"),
    ("UGRD", "10 m above ground", "{h} hour fcst"),
    ("VGRD", "10 m above ground", "{h} hour fcst"),
    ("GUST", "surface", "{h} hour fcst"),
    ("APCP", "surface", "6-{h} hour acc fcst"),
    ("APCP", "surface", "0-{h} hour acc fcst"),
    ("TCDC", "entire atmosphere", "6-{h} hour ave fcst"),
    ("TCDC", "entire atmosphere", "{h} hour fcst"),
    ("DSWRF", "surface", "6-{h} hour ave fcst"),
    ("HPBL", "surface", "{h} hour fcst"),
    ("CAPE", "surface", "{h} hour fcst"),
]
WANTED = ("eastward_wind", "northward_wind", "precipitation", "cloud_cover", "solar_radiation", "mixing_height", "eastward_wind_aloft")


def message(number: int) -> bytes:
    length = 200 + 10 * number
    return b"GRIB\0\0\0\x02" + struct.pack(">Q", length) + bytes([number]) * (length - 20) + b"7777"


def gfs_file(hour: int, lines: list[tuple[str, str, str]] = SURFACE) -> tuple[bytes, str]:
    content, index = b"", ""
    for number, (variable, level, time) in enumerate(lines, 1):
        index += f"{number}:{len(content)}:d={RUN:%Y%m%d%H}:{variable}:{level}:{time.format(h=hour)}:\n"
        content += message(number)
    return content, index


def publish(server: WebServer, hour: int, lines: list[tuple[str, str, str]] = SURFACE) -> bytes:
    content, index = gfs_file(hour, lines)
    server.route(f"{FILE}{hour:03d}", file_answer(content))
    server.route(f"{FILE}{hour:03d}.idx", file_answer(index.encode()))
    return content


def request(server: WebServer, *hours: int, variables: tuple[str, ...] = WANTED) -> GFSRequest:
    return GFSRequest(RUN, hours, variables, (1000,), server.url)


def fetched(web: Web, wanted: GFSRequest, folder: Path) -> Outcome:
    return fetch_plan(web, plan(wanted, web, lambda _share: None), folder, "gfs")


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture
def web() -> Iterator[Web]:
    with quick_web(FakeTime()) as web:
        yield web


def test_only_the_messages_that_are_used_are_fetched_neighbours_in_one_request(server: WebServer, web: Web, tmp_path: Path) -> None:
    publish(server, 9)
    outcome = fetched(web, request(server, 9), tmp_path)
    (done,) = outcome.done
    assert done.entry.name == "gfs-20240229T06Z-f009.grib2"
    assert (tmp_path / done.entry.name).read_bytes() == b"".join(message(n) for n in (3, 5, 6, 9, 11, 12, 13))
    ranges = [asked.headers.get("range") for asked in server.asked if not asked.path.endswith(".idx")]
    assert len(ranges) == 4
    assert done.entry.url == f"{server.url}{FILE}009"


def test_the_last_message_of_a_file_ends_with_the_file(server: WebServer, web: Web, tmp_path: Path) -> None:
    content = publish(server, 9, SURFACE[:-1])
    fetched(web, request(server, 9, variables=("mixing_height",)), tmp_path)
    assert (tmp_path / "gfs-20240229T06Z-f009.grib2").read_bytes() == message(13)
    assert server.headers("Range")[-1] == f"bytes={len(content) - len(message(13))}-{len(content) - 1}"


def test_a_file_shorter_than_its_index_is_not_all_there(server: WebServer, web: Web, tmp_path: Path) -> None:
    content = publish(server, 9, SURFACE[:-1])
    server.route(f"{FILE}009", file_answer(content[:1000]))
    outcome = fetched(web, request(server, 9, variables=("mixing_height",)), tmp_path)
    assert "is 1000 bytes long, and its index says more" in outcome.failures[0].error.problem
    outcome = fetched(web, request(server, 9, variables=("eastward_wind", "solar_radiation")), tmp_path)
    assert "changed 3 times while it was fetched" in outcome.failures[0].error.problem


def test_other_variables_are_another_file_under_the_same_name(server: WebServer, web: Web, tmp_path: Path) -> None:
    publish(server, 9)
    assert fetched(web, request(server, 9), tmp_path).done[0].standing is Standing.FETCHED
    assert fetched(web, request(server, 9), tmp_path).done[0].standing is Standing.HELD
    assert fetched(web, request(server, 9, variables=("eastward_wind",)), tmp_path).done[0].standing is Standing.FETCHED
    assert (tmp_path / "gfs-20240229T06Z-f009.grib2").read_bytes() == message(5)


def test_what_is_there_already_costs_no_request(server: WebServer, web: Web, tmp_path: Path) -> None:
    publish(server, 9)
    fetched(web, request(server, 9), tmp_path)
    server.asked.clear()
    fetched(web, request(server, 9), tmp_path)
    assert server.asked == []


def test_at_the_start_there_are_no_sums_and_means(server: WebServer, web: Web, tmp_path: Path) -> None:
    lines = [line for line in SURFACE if line[0] not in ("APCP", "DSWRF", "TCDC")]
    publish(server, 0, [(variable, level, "anl") for variable, level, _ in lines])
    publish(server, 3, lines)
    outcome = fetched(web, request(server, 0, 3), tmp_path)
    assert [one.entry.name for one in outcome.done] == ["gfs-20240229T06Z-f000.grib2"]
    assert "lacks APCP:surface, TCDC:entire atmosphere, DSWRF:surface." in outcome.failures[0].error.problem


def test_a_run_that_is_not_out_yet_is_said_to_be(server: WebServer, web: Web, tmp_path: Path) -> None:
    publish(server, 3)
    outcome = fetched(web, request(server, 3, 6), tmp_path)
    assert [failure.name for failure in outcome.failures] == ["gfs-20240229T06Z-f006.grib2"]
    assert "published already" in outcome.failures[0].error.remedy


def test_a_file_replaced_while_it_is_fetched_is_looked_up_anew(server: WebServer, web: Web, tmp_path: Path) -> None:
    old, old_index = gfs_file(9)
    new, new_index = gfs_file(9, SURFACE[1:])
    server.route(f"{FILE}009", file_answer(old), file_answer(new))
    server.route(f"{FILE}009.idx", file_answer(old_index.encode()), file_answer(new_index.encode()))
    fetched(web, request(server, 9), tmp_path)
    assert (tmp_path / "gfs-20240229T06Z-f009.grib2").read_bytes() == b"".join(message(n) for n in (2, 4, 5, 8, 10, 11, 12))


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ("", "it reads ''"),
        ("<html>log in</html>", "it reads '<html>log in"),
        ("1:0:d=2024022900:UGRD:surface:anl:\n", "it is of the run 2024022900"),
        ("1:0:d=2024022906:UGRD:surface:anl:\n2:50:d=2024022906:UGRD:surface:anl:\n3:40:d=2024022906:VGRD:surface:anl:", "not in order"),
        ("1:7:d=2024022906:UGRD:surface:anl:", "not in order"),
        ("1:-7:d=2024022906:UGRD:surface:anl:", "it reads"),
        ("1:" + "9" * 30 + ":d=2024022906:UGRD:surface:anl:", "it reads"),
    ],
)
def test_what_is_no_index_of_the_run_is_refused(index: str, said: str, server: WebServer, web: Web, tmp_path: Path) -> None:
    publish(server, 9)
    server.route(f"{FILE}009.idx", status_answer(200, index.encode()))
    outcome = fetched(web, request(server, 9), tmp_path)
    assert isinstance(outcome.failures[0].error, WrongDelivery)
    assert said in outcome.failures[0].error.problem
    assert [name for name in files_below(tmp_path) if name.endswith("grib2")] == []


def test_messages_that_share_their_bytes_are_fetched_once() -> None:
    index = "1:0:d=2024022906:A:x:anl:\n2.1:10:d=2024022906:UGRD:y:anl:\n2.2:10:d=2024022906:VGRD:y:anl:\n3:30:d=2024022906:B:x:anl:"
    messages = read_index(index, RUN)
    picked, lacking = chosen(messages, (Field("VGRD", "y"), Field("UGRD", "y"), Field("C", "x")))
    assert (spans_of(picked, None), lacking) == ((Span(10, 30),), (Field("C", "x"),))
    with pytest.raises(ValueError, match="is not known"):
        spans_of(messages[3:], None)


@pytest.mark.parametrize("bounds", [(5, 5), (7, 3), (-1, 4)])
def test_a_span_holds_bytes(bounds: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="There are no bytes"):
        Span(*bounds)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"run": RUN + timedelta(hours=1)}, "has no run of 2024-02-29 07:00"),
        ({"run": RUN + timedelta(minutes=1)}, "has no run"),
        ({"lead_hours": ()}, "no lead times"),
        ({"lead_hours": (0, 385)}, "no lead times 385 h"),
        ({"lead_hours": (120, 121)}, "no lead times 121 h"),
        ({"lead_hours": (3, 3)}, "no lead times 3, 3 h"),
        ({"variables": ("pm25",)}, "asked for 'pm25'"),
        ({"variables": ()}, "no variable at all"),
        ({"levels": (990,)}, "no level of 990 hPa"),
        ({"base": "gfs"}, "cannot be fetched from"),
    ],
)
def test_what_gfs_does_not_have_is_refused_beforehand(changes: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        GFSRequest(**{"run": RUN, "lead_hours": (0, 3), **changes})  # type: ignore[arg-type]


def test_the_usual_request_is_of_nine_fields_at_the_ground_and_four_aloft() -> None:
    fields = GFSRequest(RUN, (0,)).fields
    assert len(USUAL) == 13
    assert len(fields) == 9 + 4 * len(LEVELS) == len(set(fields))
    assert Field("HGT", "925 mb") in fields
    assert Field("DPT", "2 m above ground") in fields
