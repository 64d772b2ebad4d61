"""Finding a source's files, and knowing them again."""

import hashlib
from pathlib import Path

import pytest

from hazecast.errors import NoDataInPeriod, UnreadableInput
from hazecast.intake.files import files_below, identified
from hazecast.records import InputFile


def test_files_come_in_the_order_of_their_names_each_once(tmp_path: Path) -> None:
    for name in ("b.nc", "a.nc", "c.nc4", "d.txt"):
        (tmp_path / name).touch()
    assert [f.name for f in files_below(tmp_path, ("*.nc", "*.nc4", "a.*"), "weather")] == ["a.nc", "b.nc", "c.nc4"]


def test_a_file_is_taken_by_itself_whatever_its_name(tmp_path: Path) -> None:
    file = tmp_path / "weather.dat"
    file.touch()
    assert files_below(file, ("*.nc",), "weather") == (file,)


def test_folders_and_hidden_names_are_left_out_at_any_depth(tmp_path: Path) -> None:
    (tmp_path / "folder.nc").mkdir()
    (tmp_path / ".partial").mkdir()
    for name in (".x.nc", ".partial/y.nc", "z.nc"):
        (tmp_path / name).touch()
    assert files_below(tmp_path, ("**/*.nc",), "weather") == (tmp_path / "z.nc",)


def test_a_hidden_folder_above_the_data_does_not_hide_it(tmp_path: Path) -> None:
    folder = tmp_path / ".cache"
    folder.mkdir()
    (folder / "a.nc").touch()
    assert len(files_below(folder, ("*.nc",), "weather")) == 1


@pytest.mark.parametrize(("name", "state"), [("absent", "is not there"), ("empty", "holds none")])
def test_nothing_found_says_what_was_looked_for_and_where(name: str, state: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoDataInPeriod, match=rf"{name} {state}; expected weather \(\*\.nc, \*\.nc4\)"):
        files_below(tmp_path / name, ("*.nc", "*.nc4"), "weather")


def test_a_file_is_identified_by_its_content_and_size(tmp_path: Path) -> None:
    file = tmp_path / "a.nc"
    file.write_bytes(b"weather")
    assert identified([file], "meteorology") == (InputFile(file, hashlib.sha256(b"weather").hexdigest(), 7, "meteorology"),)


@pytest.mark.parametrize("refusal", [FileNotFoundError(2, "No such file or directory"), PermissionError(13, "Permission denied")])
def test_a_file_that_can_be_read_no_more_is_named(refusal: OSError, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise refusal

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnreadableInput, match=rf"a\.nc cannot be read: {refusal.strerror}"):
        identified([tmp_path / "a.nc"], "meteorology")


def test_a_folder_that_may_not_be_looked_into_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(UnreadableInput, match="cannot be looked into: Permission denied"):
        files_below(tmp_path, ("*.nc",), "weather")
