"""GRIB files taken apart: what a field is, and what a damaged file is told to be."""

import struct
from pathlib import Path

import numpy as np
import pytest

from hazecast.errors import UnreadableInput
from hazecast.intake.fields.grib_messages import messages_of
from tests.grib_samples import RAIN, T2M, U10, V10, over, regular, written

VALUES = np.arange(12.0).reshape(3, 4) + 270.0
ONE = regular(VALUES, **T2M)
OLD = regular(VALUES, edition=1, shortName="2t")


def sections_of(message: bytes) -> dict[int, bytes]:
    """The sections of a message of edition 2 that has each once."""
    found, offset = {}, 16
    while message[offset : offset + 4] != b"7777":
        length, number = struct.unpack(">IB", message[offset : offset + 5])
        found[number] = message[offset : offset + length]
        offset += length
    return found


def joined(start: bytes, sections: bytes) -> bytes:
    return start[:8] + struct.pack(">Q", 20 + len(sections)) + sections + b"7777"


def test_the_fields_of_a_file_are_told_by_their_codes(tmp_path: Path) -> None:
    file = written(tmp_path / "x.grib2", ONE, OLD, regular(VALUES, **RAIN, **over(0, 3)))
    found = list(messages_of(file))
    assert [m.number for m in found] == [1, 2, 3]
    assert [m.edition for m in found] == [2, 1, 2]
    assert [m.code for m in found] == [(0, 0, 0), None, (0, 1, 8)]
    assert [m.template for m in found] == [0, None, 8]
    with file.open("rb") as stream:
        assert [m.read(stream) for m in found] == [ONE, OLD, regular(VALUES, **RAIN, **over(0, 3))]


def test_a_header_is_small_however_large_the_field(tmp_path: Path) -> None:
    large = np.random.default_rng(1).normal(280.0, 10.0, (100, 100))
    file = written(tmp_path / "x.grib", regular(large, **T2M, step=0.1), regular(large, step=0.1, edition=1, shortName="2t"))
    assert file.stat().st_size > 50_000
    assert [len(m.header) < 300 for m in messages_of(file)] == [True, True]


@pytest.mark.parametrize("junk", [b"\0" * 5000, b"\x01\r\r\n123\r\r\nHTXX01 ECMF 100000\r\r\n", b" \n", b"x" * 1000])
def test_little_or_blank_junk_between_messages_is_passed_over(junk: bytes, tmp_path: Path) -> None:
    file = written(tmp_path / "x.grib2", junk, ONE, junk, OLD, junk)
    assert [m.edition for m in messages_of(file)] == [2, 1]


def test_a_magic_word_across_two_blocks_is_found(tmp_path: Path) -> None:
    file = written(tmp_path / "x.grib2", b"\0" * (65536 - 2), ONE)
    assert [m.code for m in messages_of(file)] == [(0, 0, 0)]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"", "is empty", id="nothing"),
        pytest.param(b"<html>Service unavailable</html>", "no GRIB message; it begins with b'<html>", id="a web page"),
        pytest.param(b"x" * 2000 + ONE, "something else than GRIB messages", id="much junk"),
        pytest.param(ONE + b"y" * 1025, "something else than GRIB messages", id="much junk at the end"),
        pytest.param(b"GRUB" + ONE[4:] + OLD, "damaged", id="a magic word with a wrong letter"),
        pytest.param(ONE[:7] + b"\3" + ONE[8:], "edition 3", id="an edition that does not exist"),
        pytest.param(ONE[:-1] + b"8", "does not end", id="a wrong end"),
        pytest.param(ONE[:8] + struct.pack(">Q", len(ONE) - 1) + ONE[16:], "does not end", id="a wrong length"),
        pytest.param(ONE[:8] + struct.pack(">Q", 5) + ONE[16:], "does not end", id="an absurdly small length"),
        pytest.param(ONE[:8] + struct.pack(">Q", 1 << 63) + ONE[16:], "lacks its last", id="an absurdly large length"),
        pytest.param(ONE[:16] + struct.pack(">I", 1 << 30) + ONE[20:], "do not fit", id="a section longer than its message"),
        pytest.param(ONE[:16] + struct.pack(">I", 0) + ONE[20:], "do not fit", id="a section of no length"),
        pytest.param(ONE[:20] + b"\x09" + ONE[21:], "do not fit", id="a section of a number that does not exist"),
        pytest.param(OLD[:8] + b"\0\0\4" + OLD[11:], "too short", id="edition 1, a product section too short"),
        pytest.param(OLD[:8] + b"\xff\xff\xff" + OLD[11:], "do not fit", id="edition 1, a product section too long"),
        pytest.param(joined(ONE, b"".join(s for n, s in sections_of(ONE).items() if n != 3)), "lacks a section", id="no grid"),
        pytest.param(joined(ONE, b"".join(s for n, s in sections_of(ONE).items() if n != 7)), "do not fill", id="no data"),
    ],
)
def test_what_is_no_whole_message_is_refused_with_the_name_of_the_file(content: bytes, told: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=told) as refused:
        list(messages_of(written(tmp_path / "broken.grib2", content)))
    assert "broken.grib2" in str(refused.value)


@pytest.mark.parametrize("whole", [ONE, OLD], ids=["edition 2", "edition 1"])
def test_a_message_cut_off_anywhere_is_refused(whole: bytes, tmp_path: Path) -> None:
    for length in range(4, len(whole)):
        with pytest.raises(UnreadableInput):
            list(messages_of(written(tmp_path / "cut.grib2", whole[:length])))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"absent\.grib cannot be read"):
        list(messages_of(tmp_path / "absent.grib"))


def test_a_message_with_two_fields_is_parted_and_what_is_not_repeated_stays(tmp_path: Path) -> None:
    u, v = regular(VALUES, **U10), regular(VALUES + 1.0, **V10)
    second = b"".join(s for n, s in sections_of(v).items() if n >= 4)
    file = written(tmp_path / "x.grib2", joined(u, b"".join(sections_of(u).values()) + second), ONE)
    found = list(messages_of(file))
    assert [(m.number, m.code) for m in found] == [(1, (0, 2, 2)), (2, (0, 2, 3)), (3, (0, 0, 0))]
    with file.open("rb") as stream:
        assert [m.read(stream) for m in found] == [u, v, ONE]


def test_a_bitmap_that_stands_for_the_next_field_too_is_given_to_it(tmp_path: Path) -> None:
    gaps = np.where(VALUES == 275.0, np.nan, VALUES)
    u, v = regular(gaps, **U10), regular(gaps + 1.0, **V10)
    again = {**sections_of(v), 6: struct.pack(">IBB", 6, 6, 254)}
    second = b"".join(s for n, s in again.items() if n >= 4)
    file = written(tmp_path / "x.grib2", joined(u, b"".join(sections_of(u).values()) + second))
    with file.open("rb") as stream:
        assert [m.read(stream) for m in messages_of(file)] == [u, v]


def test_edition_1_beyond_8_mib_has_its_length_in_units_of_120_bytes(tmp_path: Path) -> None:
    large = np.random.default_rng(2).normal(280.0, 10.0, (2000, 1440))
    message = regular(large, edition=1, south=0.0, west=0.0, step=0.04, shortName="2t")
    assert len(message) > 1 << 23
    assert message[4] & 0x80
    file = written(tmp_path / "large.grib", message, OLD)
    found = list(messages_of(file))
    assert len(found) == 2
    with file.open("rb") as stream:
        assert len(found[0].read(stream)) == len(message)
