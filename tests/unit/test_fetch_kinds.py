"""Whether a file is whole, by its kind."""

import contextlib
import gzip
import json
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazecast.fetch import kinds
from hazecast.fetch.arrival import Damaged, look_over, require_whole
from hazecast.fetch.kinds import GRIB, GZIP, JSON, NETCDF, Kind, looks_like_markup


def grib2(length: int) -> bytes:
    return b"GRIB\0\0\0\x02" + length.to_bytes(8, "big") + b"\x55" * (length - 20) + b"7777"


def grib1(length: int) -> bytes:
    return b"GRIB" + length.to_bytes(3, "big") + b"\x01" + b"\x55" * (length - 12) + b"7777"


def check(kind: Kind, content: bytes, folder: Path) -> None:
    (folder / "file").write_bytes(content)
    require_whole(folder / "file", kind)


@pytest.mark.parametrize(
    "content",
    [
        grib2(20),
        grib2(5000) + grib1(300) + grib2(64),
        grib2(100) + bytes(5000) + grib2(80) + bytes(3),
        b"GRIB\x80\0\0\x01" + bytes(99) + b"7777",
    ],
)
def test_whole_grib(content: bytes, tmp_path: Path) -> None:
    check(GRIB, content, tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it begins b''"),
        (b"\0" + grib2(30), "which is not GRIB"),
        (grib2(100)[:-1], "should be 100 bytes long, and 1 are lacking"),
        (grib2(100) + grib2(90)[:50], "should be 90 bytes long, and 40 are lacking"),
        (grib2(100) + b"GRI", "byte 100 should begin a message with GRIB"),
        (grib2(100)[:-4] + b"777\0", "does not end with 7777"),
        (grib2(100) + b"\r\n" + grib2(100), "byte 100 should begin"),
        (b"GRIB\0\0\0\x07" + bytes(100), "neither edition 1 nor 2"),
        (b"GRIB\0\0\0\x02" + bytes(100), "a message of 0 bytes"),
        (b"GRIB\0\0\0\x02" + b"\xff" * 100, "are lacking"),
        (b"GRIB\x80\0\0\x01" + bytes(99), "does not end with 7777"),
    ],
)
def test_grib_that_is_not_whole(content: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(Damaged, match=said):
        check(GRIB, content, tmp_path)


@pytest.mark.parametrize("form", ["NETCDF4", "NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET"])
def test_netcdf_is_whole_until_its_end_is_cut_off(form: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    with netCDF4.Dataset(path, "w", format=form) as dataset:
        dataset.createDimension("x", 500)
        dataset.createVariable("v", "f8", ("x",))[:] = np.arange(500.0)
    require_whole(path, NETCDF)
    content = path.read_bytes()
    for lost in (1, 100, len(content) - 70):
        with pytest.raises(Damaged, match="as NetCDF, "):
            check(NETCDF, content[:-lost], tmp_path)
    with pytest.raises(Damaged, match=r"as NetCDF, |which is not NetCDF"):
        check(NETCDF, content[:8], tmp_path)


@pytest.mark.parametrize(
    "content",
    [gzip.compress(b""), gzip.compress(b"one") + gzip.compress(b"two"), gzip.compress(b"padded") + bytes(8)],
    ids=["empty", "two members", "padded"],
)
def test_whole_gzip(content: bytes, tmp_path: Path) -> None:
    check(GZIP, content, tmp_path)


@pytest.mark.parametrize(
    "spoil", [lambda c: c[:-1], lambda c: c[:-8], lambda c: c[:15], lambda c: c[:40] + b"!!!!" + c[44:], lambda c: c + b"surplus"]
)
def test_gzip_that_is_not_whole(spoil: object, tmp_path: Path) -> None:
    content = gzip.compress(bytes(range(256)) * 20, compresslevel=1)
    with pytest.raises(Damaged, match="it cannot be unpacked"):
        check(GZIP, spoil(content), tmp_path)  # type: ignore[operator]


def test_a_gzip_bomb_is_no_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "MOST_UNPACKED", 3 * 2**20)
    check(GZIP, gzip.compress(bytes(3 * 2**20)), tmp_path)
    with pytest.raises(Damaged, match="unpacks to more than 3,145,728 bytes"):
        check(GZIP, gzip.compress(bytes(5 * 2**20)), tmp_path)


def test_json_parses_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(JSON, b'  {"a": [1, 2]}', tmp_path)
    check(JSON, b"[]", tmp_path)
    for broken in (b'{"a": [1, 2', b"{} {}", b'{"a": "\xff"}', b"[" * 100_000):
        with pytest.raises(Damaged, match="as JSON, "):
            check(JSON, broken, tmp_path)
    monkeypatch.setattr(kinds, "MOST_JSON", 10)
    with pytest.raises(Damaged, match="longer than 10 bytes"):
        check(JSON, json.dumps(list(range(10))).encode(), tmp_path)


@pytest.mark.parametrize(
    ("first", "markup"),
    [(b"<html>", True), (b"\n\t <?xml", True), (b"\xef\xbb\xbf<a", True), (b"GRIB", False), (b"", False), (b"a<b", False)],
)
def test_markup_is_known_by_its_beginning(first: bytes, markup: bool) -> None:
    assert looks_like_markup(first) is markup


def test_a_file_is_held_against_what_is_known_of_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    whole = look_over(path, 3, "900150983CD24FB0D6963F7D28E17F72", "")
    assert (whole.size_bytes, whole.sha256[:8]) == (3, "ba7816bf")
    with pytest.raises(Damaged, match="3 bytes instead of 4"):
        look_over(path, 4, "", "")


@given(content=st.binary(max_size=200), kind=st.sampled_from([GRIB, NETCDF, GZIP, JSON]), beginning=st.integers(0, 3))
def test_any_bytes_are_judged_without_another_error(
    content: bytes, kind: Kind, beginning: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    with contextlib.suppress(Damaged):
        check(kind, kind.beginnings[beginning % len(kind.beginnings)] + content, folder)


def test_real_files_are_whole_and_cut_ones_are_not(shared_data: Path, tmp_path: Path) -> None:
    formats = shared_data / "formats"
    files = [
        *((path, GRIB) for path in sorted(formats.glob("*.grib*")) if path.name != "empty.grib"),
        (formats / "era5_new_cds.nc", NETCDF),
    ]
    assert len(files) >= 5
    for path, kind in files:
        require_whole(path, kind)
        with pytest.raises(Damaged):
            check(kind, path.read_bytes().rstrip(b"\0")[:-3], tmp_path)  # zeros after the last message are no loss
    with pytest.raises(Damaged):
        require_whole(formats / "empty.grib", GRIB)
