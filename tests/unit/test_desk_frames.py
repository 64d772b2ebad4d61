"""Frames of maps: north is up, missing looks like nothing else, and no hour is taken for another."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from PIL import Image

from hazecast.archive.bulletin_facts import GRID_FILE, facts_files
from hazecast.archive.netcdf import write_dataset
from hazecast.bulletins.palette import STYLES
from hazecast.desk.differences import LEVEL, PM25, difference_png, shared_hours
from hazecast.desk.frames import UNKNOWN_DARK, UNKNOWN_LIGHT, WIDTH, Field, MapFrame, borders_svg, frame_png, hours_of
from hazecast.desk.winds import winds_svg
from hazecast.records import Level
from tests.desk_archive import CALM, waiting_facts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The north-west corner is unknown, the south-east is foul in the second hour alone; the lattice runs from south to north."""
    made, facts = tmp_path_factory.mktemp("frames"), waiting_facts(*CALM)
    grid = facts.forecast.grid.isel(lead_time=slice(0, 3)).copy(deep=True)
    grid["pm25"].values[:] = 20.0
    grid["pm25"].values[1, :3, -3:] = 400.0
    grid["pm25"].values[:, -3:, :3] = np.nan
    level = np.where(np.isnan(grid["pm25"].values), Level.UNKNOWN, np.where(grid["pm25"].values > 100, Level.RED, Level.NONE))
    write_dataset(grid.assign(level=(grid["pm25"].dims, level.astype(np.int8))), made / GRID_FILE)
    return made


def pixel(folder: Path, field: Field, hour: int, across: float, down: float) -> tuple[int, ...]:
    picture = Image.open(io.BytesIO(frame_png(folder, field, hour))).convert("RGB")
    assert picture.size == (WIDTH, hours_of(folder).frame.height)
    found = picture.getpixel((int(across * (picture.width - 1)), int(down * (picture.height - 1))))
    assert isinstance(found, tuple)
    return found


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def test_levels_stand_where_they_belong(folder: Path) -> None:
    assert pixel(folder, Field.LEVEL, 1, 1, 1) == rgb(STYLES[Level.RED].fill)
    assert pixel(folder, Field.LEVEL, 0, 1, 1) == rgb(STYLES[Level.NONE].fill)
    assert pixel(folder, Field.LEVEL, 1, 1, 0) == rgb(STYLES[Level.NONE].fill)
    assert pixel(folder, Field.LEVEL, 1, 0, 0) in (UNKNOWN_DARK, UNKNOWN_LIGHT)


@pytest.mark.parametrize("field", [Field.PM25, Field.LEVEL])
def test_what_is_unknown_looks_like_no_value(folder: Path, field: Field) -> None:
    corner = {pixel(folder, field, 1, x / 100, y / 100) for x in range(8) for y in range(8)}
    others = {pixel(folder, field, hour, x / 10, 0.9) for x in range(11) for hour in range(3)}
    assert corner == {UNKNOWN_DARK, UNKNOWN_LIGHT}
    assert not others & corner


def test_no_known_pixel_takes_its_colour_from_what_is_unknown(folder: Path) -> None:
    assert pixel(folder, Field.PM25, 0, 0.5, 0.1) == pixel(folder, Field.PM25, 0, 0.5, 0.9)


def test_a_place_is_found_and_a_degree_is_as_long_both_ways() -> None:
    frame = MapFrame(110.0, 59.0, 112.0, 61.0)
    assert frame.height == pytest.approx(2 * WIDTH, rel=0.01)  # at 60° a degree to the east is half as long
    assert frame.place(61.0, 110.0) == (0.0, 0.0)
    assert frame.place(60.0, 111.0) == pytest.approx((WIDTH / 2, frame.height / 2))
    over_the_date_line = MapFrame(170.0, -10.0, 190.0, 10.0)
    assert over_the_date_line.place(0.0, -175.0)[0] == pytest.approx(0.75 * WIDTH)


def test_borders_are_lines_in_the_frame(folder: Path) -> None:
    svg = borders_svg(hours_of(folder).frame).decode()
    assert svg.count("<path") >= 2
    assert 'fill="none"' in svg


def test_arrows_point_where_the_air_goes_and_what_is_not_known_has_none(tmp_path: Path) -> None:
    facts = waiting_facts(*CALM)
    names = [station.id for station in facts.stations]
    times = facts.forecast.grid["valid_time"].values
    east, north = (np.zeros((times.size, len(names))) for _ in range(2))
    east[1], north[2], east[3] = 4.0, 4.0, np.nan
    winds = {"eastward_wind": (("time", "station"), east), "northward_wind": (("time", "station"), north)}
    weather = xr.Dataset(winds, {"time": times, "station": names})
    for name, write in facts_files(replace(facts, weather=weather)).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(tmp_path / name)
    write_dataset(facts.forecast.grid, tmp_path / GRID_FILE)
    calm, eastward, northward, unknown = (winds_svg(tmp_path, hour).decode() for hour in range(4))
    assert "<circle" in calm
    assert "<path" not in calm
    for svg, axis, sign in ((eastward, 0, 1), (northward, 1, -1)):
        tail, tip = (tuple(map(float, part.split(" "))) for part in svg.split('d="M')[1].split("M")[0].split("L"))
        assert (tip[axis] - tail[axis]) * sign == pytest.approx(24.0, abs=0.2)
        assert tip[1 - axis] == pytest.approx(tail[1 - axis], abs=0.2)
    assert "<circle" not in unknown
    assert "<path" not in unknown


def test_a_difference_is_taken_at_one_time_and_unknown_in_either_is_striped(folder: Path, tmp_path: Path) -> None:
    later = waiting_facts(*CALM).forecast.grid.isel(lead_time=slice(1, 4)).copy(deep=True)
    later["pm25"].values[:] = 100.0
    later["pm25"].values[0, -3:, -3:] = np.nan
    write_dataset(later.assign(level=xr.zeros_like(later["pm25"], dtype=np.int8)), tmp_path / GRID_FILE)

    def at(png: bytes | None, across: float, down: float) -> tuple[int, ...]:
        assert png is not None
        picture = Image.open(io.BytesIO(png)).convert("RGB")
        found = picture.getpixel((int(across * (picture.width - 1)), int(down * (picture.height - 1))))
        assert isinstance(found, tuple)
        return found

    less = difference_png(folder, 1, tmp_path, Field.PM25)
    assert at(less, 1, 1) == rgb(PM25.colours[-1])  # 400 less 100
    assert at(less, 0.5, 0.5) == rgb(PM25.colours[1])  # 20 less 100
    assert at(less, 0, 0) in (UNKNOWN_DARK, UNKNOWN_LIGHT)
    assert at(less, 1, 0) in (UNKNOWN_DARK, UNKNOWN_LIGHT)
    assert at(difference_png(tmp_path, 0, folder, Field.PM25), 1, 1) == rgb(PM25.colours[0])
    assert at(difference_png(folder, 1, tmp_path, Field.LEVEL), 1, 1) == rgb(LEVEL.colours[-1])
    assert difference_png(folder, 0, tmp_path, Field.PM25) is None
    shared = shared_hours(hours_of(folder), hours_of(tmp_path))
    assert shared is not None
    assert (shared.first, shared.first_of_other, len(shared.valid_times), shared.alike) == (1, 0, 2, True)
