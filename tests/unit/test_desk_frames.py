"""Frames of maps: north is up, missing looks like nothing else, and no hour is taken for another."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hazecast.archive.bulletin_facts import GRID_FILE
from hazecast.archive.netcdf import write_dataset
from hazecast.bulletins.palette import STYLES
from hazecast.desk.frames import UNKNOWN_DARK, UNKNOWN_LIGHT, WIDTH, Field, MapFrame, borders_svg, frame_png, hours_of
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
