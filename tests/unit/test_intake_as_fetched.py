"""A file that `hazecast fetch` brought is held against its manifest whenever it is read."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from hazecast.archive.fetched import MANIFEST_NAME, Entry, write_manifest
from hazecast.archive.observations.store import close_observations, open_observations
from hazecast.errors import UnreadableInput
from hazecast.intake.emissions.population import read_population
from hazecast.intake.emissions.reading import read_inventory
from hazecast.intake.fields.reading import read_weather
from hazecast.intake.monitoring.reading import read_monitoring
from hazecast.intake.monitoring.taking_in import take_in
from hazecast.records import Arrivals
from tests.inventories import REGION, SHAPE, plume_source, write_edgar, write_population
from tests.small_case import small_weather, station_csv


def weather(folder: Path) -> Path:
    small_weather(("u10", "v10"), 3).to_netcdf(folder / "era5.nc")
    return folder / "era5.nc"


def stations(folder: Path) -> Path:
    (folder / "location-1.csv").write_text(station_csv(0), encoding="utf-8")
    return folder / "location-1.csv"


def inventory(folder: Path) -> Path:
    return write_edgar(folder, "ENE", plume_source())


def people(folder: Path) -> Path:
    return write_population(folder / "people.nc", np.full(SHAPE, 100.0))


def taken_in(file: Path) -> None:
    store = open_observations(file.parent / "store")
    try:
        done = take_in(store, file, None, Arrivals.RECORDED, lambda: datetime(2024, 1, 1, tzinfo=UTC))
    finally:
        close_observations(store)
    if done.refused:
        raise done.refused[0]


ROOMS: tuple[tuple[Callable[[Path], Path], Callable[[Path], object]], ...] = (
    (weather, read_weather),
    (stations, read_monitoring),
    (stations, taken_in),
    (inventory, lambda file: read_inventory(file, 2018, REGION)),
    (people, lambda file: read_population(file, 2018, REGION)),
)
rooms = pytest.mark.parametrize(("make", "read"), ROOMS, ids=lambda f: getattr(f, "__name__", "read"))


def fetched(make: Callable[[Path], Path], folder: Path) -> Path:
    file = make(folder)
    entry = Entry(file.name, "https://a.example", 1, sha256(file.read_bytes()).hexdigest(), datetime(2024, 1, 1, tzinfo=UTC), "s", "a")
    write_manifest(folder, {file.name: entry})
    return file


def one_bit_flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@rooms
def test_a_file_as_it_was_fetched_is_read(make: Callable[[Path], Path], read: Callable[[Path], object], tmp_path: Path) -> None:
    read(fetched(make, tmp_path))


@rooms
def test_one_bit_of_difference_is_refused_by_name(make: Callable[[Path], Path], read: Callable[[Path], object], tmp_path: Path) -> None:
    file = fetched(make, tmp_path)
    one_bit_flipped(file)
    with pytest.raises(UnreadableInput, match=rf"{file.name} is not what was fetched.*manifest\.json") as refused:
        read(file)
    assert "Fetch it again" in refused.value.remedy


@rooms
@pytest.mark.parametrize("damage", ["", "{", '{"files": [{"fetched_at": "2024"}]}', "[" * 100_000])
def test_a_damaged_manifest_vouches_for_nothing(
    damage: str, make: Callable[[Path], Path], read: Callable[[Path], object], tmp_path: Path
) -> None:
    file = fetched(make, tmp_path)
    (tmp_path / MANIFEST_NAME).write_text(damage)
    with pytest.raises(UnreadableInput, match=rf"{file.name} cannot be trusted: .*not the manifest of fetched files"):
        read(file)


@pytest.mark.parametrize("foreign", ["[]", "{}", '{"files": 7}', '{"products": []}', '{"files": [{"path": "x"}]}', '{"files": []}'])
def test_the_manifest_of_another_program_is_none(foreign: str, tmp_path: Path) -> None:
    file = stations(tmp_path)
    (tmp_path / MANIFEST_NAME).write_text(foreign)
    read_monitoring(file)


def test_a_file_that_no_manifest_lists_is_not_judged(tmp_path: Path) -> None:
    fetched(stations, tmp_path)
    other = tmp_path / "mine.csv"
    other.write_text(station_csv(1), encoding="utf-8")
    assert len(read_monitoring(tmp_path).stations) == 2


def test_a_manifest_names_files_of_its_folder_alone(tmp_path: Path) -> None:
    file = fetched(stations, tmp_path)
    listed = json.loads((tmp_path / MANIFEST_NAME).read_text())
    listed["files"][0]["name"] = "../../location-1.csv"
    (tmp_path / MANIFEST_NAME).write_text(json.dumps(listed))
    with pytest.raises(UnreadableInput, match="cannot be trusted"):
        read_monitoring(file)
