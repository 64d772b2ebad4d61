"""What the readers of emission inventories share: units, months, cells, and grids as text."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.errors import UnknownUnits, UnreadableInput
from hazecast.grids.lattice import EARTH_RADIUS_M, Lattice
from hazecast.intake.emissions.ascii_grid import is_ascii_grid, read_ascii_grid
from hazecast.intake.emissions.cells import cells_within
from hazecast.intake.emissions.layout import WHOLE_YEAR, Contents, Layer
from hazecast.intake.emissions.months import months_of
from hazecast.intake.emissions.units import rate_of, seconds_of
from hazecast.intake.fields.layout import Box
from hazecast.vocabulary import Sector

FILE = Path("some.nc")
AREA = np.full((1, 1), 2e6)
ONE = np.ones((1, 1))
DAY_S = 86_400.0


# ---- units ----


@pytest.mark.parametrize(
    "units", ["kg m-2 s-1", "kg/m2/s", "kg m**-2 s**-1", "kg m^-2 s^-1", "kg/(m2 s)", "kg.m-2.s-1", "kg substance /m2 /s", "kg m⁻² s⁻¹"]
)
def test_a_rate_in_any_spelling(units: str) -> None:
    assert rate_of(units, "x").flux(ONE, AREA, 2018, 1).item() == 1.0


@pytest.mark.parametrize(
    ("units", "month", "seconds", "kilograms"),
    [
        ("Tonnes", WHOLE_YEAR, 365 * DAY_S, 1000),
        ("Tonnes", 2, 28 * DAY_S, 1000),
        ("ton/month/grid", 4, 30 * DAY_S, 1000),
        ("Mg month-1", 1, 31 * DAY_S, 1000),
        ("Mg/month", WHOLE_YEAR, 365 * DAY_S / 12, 1000),
        ("t per cell per year", 3, 365 * DAY_S, 1000),
        ("kg/year", WHOLE_YEAR, 365 * DAY_S, 1),
        ("Gg yr-1", WHOLE_YEAR, 365 * DAY_S, 1e6),
        ("ton substance / 0.1degree x 0.1degree / year", WHOLE_YEAR, 365 * DAY_S, 1000),
        ("g m-2 s-1", 1, None, 1e-3),
    ],
)
def test_mass_for_each_cell_and_period(units: str, month: int, seconds: float | None, kilograms: float) -> None:
    expected = kilograms if seconds is None else kilograms / (2e6 * seconds)
    assert rate_of(units, "x").flux(ONE, AREA, 2018, month).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("units", ["", "1", "mg", "kg m-2", "kg s-1", "t/week", "µg m-3", "month", "kg m-2 month-1"])
def test_units_that_are_no_emission(units: str) -> None:
    with pytest.raises(UnknownUnits, match=r"^the place .*; expected kg m-2 s-1, or t"):
        rate_of(units, "the place")


def test_a_leap_year_is_a_day_longer() -> None:
    assert seconds_of(2020, WHOLE_YEAR) - seconds_of(2019, WHOLE_YEAR) == DAY_S
    assert seconds_of(2020, 2) == 29 * DAY_S


# ---- months ----


def times_in(file: Path, values: list[float], units: str, calendar: str = "standard") -> Path:
    attrs = {"units": units, "calendar": calendar}
    xr.Dataset(coords={"time": ("time", np.array(values), attrs)}).to_netcdf(file)
    return file


@pytest.mark.parametrize(
    ("values", "units", "calendar"),
    [
        ([0.0, 31.0, 59.0], "days since 2018-01-01", "standard"),
        ([0.0, 31.0, 59.0], "days since 2018-01-01", "gregorian"),
        ([15.0, 45.0, 74.0], "days since 2018-01-01", "365_day"),
        ([0.0, 744.0, 1416.0], "hours since 2018-01-01 00:00:00", "standard"),
        ([0.0, 1.0, 2.0], "months since 2018-01-01", "standard"),
        ([12.5, 13.5, 14.5], "month since 2017-01-01", "standard"),
    ],
)
def test_times_become_months(values: list[float], units: str, calendar: str, tmp_path: Path) -> None:
    assert months_of(times_in(tmp_path / "t.nc", values, units, calendar)) == ((2018, 1), (2018, 2), (2018, 3))


@pytest.mark.parametrize(
    ("values", "units", "said"),
    [
        ([0.0, 1.0], "days since 2018-01-01", "a month is there twice"),
        ([0.0, 40.0], "parsecs since 2018-01-01", "parsecs"),
        ([np.nan, 1.0], "days since 2018-01-01", "they are"),
        ([1e30, 2e30], "days since 2018-01-01", "they are"),
        ([0.0, 5000.0], "months since 2018-01-01", "they run from the year 2018 to 2434"),
    ],
)
def test_times_that_are_no_months(values: list[float], units: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=f"t.nc: its times cannot be read, for .*{said}"):
        months_of(times_in(tmp_path / "t.nc", values, units))


def test_no_time_at_all(tmp_path: Path) -> None:
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(tmp_path / "t.nc")
    with pytest.raises(UnreadableInput, match="there is no time"):
        months_of(tmp_path / "t.nc")


# ---- cells ----


def test_areas_are_exact_and_those_of_a_lattice() -> None:
    latitude, longitude = 30.0 + 0.5 * np.arange(8), 110.0 + 0.25 * np.arange(9)
    cells = cells_within(FILE, latitude, longitude, Box(-90.0, 90.0, 110.0, 112.0))
    np.testing.assert_allclose(cells.area[:, 0], Lattice(latitude, longitude).cell_area, rtol=1e-12)


def test_the_whole_globe_has_the_area_of_a_sphere() -> None:
    latitude, longitude = -89.5 + np.arange(180), 0.5 + np.arange(360)
    cells = cells_within(FILE, latitude[::-1], longitude, Box(-90.0, 90.0, -180.0, 180.0))
    assert cells.longitude.size == 360
    assert cells.area.sum() * 360 == pytest.approx(4 * np.pi * EARTH_RADIUS_M**2, rel=1e-12)
    assert cells.longitude[[0, -1]].tolist() == [-179.5, 179.5]


@pytest.mark.parametrize("turn", [0.0, 360.0, -360.0])
def test_a_region_is_found_in_any_turn(turn: float) -> None:
    longitude = -1.0 + 0.1 * np.arange(21)
    file_has = np.where(longitude < 0, longitude + 360.0, longitude)
    cells = cells_within(FILE, 50.0 + 0.1 * np.arange(20), file_has, Box(50.5, 51.0, turn - 0.32, turn + 0.32))
    np.testing.assert_allclose(cells.longitude, turn + np.linspace(-0.4, 0.4, 9), atol=1e-9)
    np.testing.assert_allclose(file_has[cells.columns] % 360, cells.longitude % 360, atol=1e-9)


def test_a_domain_smaller_than_a_cell_still_gets_three() -> None:
    axis = 30.5 + np.arange(10)
    cells = cells_within(FILE, axis, axis + 80, Box(30.2, 30.4, 115.4, 115.6))
    assert cells.latitude.tolist() == [30.5, 31.5, 32.5]
    assert cells.longitude.size == 3


@pytest.mark.parametrize(
    ("latitude", "said"),
    [
        (np.array([30.0, 31.0, 33.0, 34.0]), "latitude has 4 values with steps from 1 to 2 degrees"),
        (np.array([30.0, 31.0]), "latitude has 2 values"),
        (np.array([30.0]), "expected two or more values"),
        (np.array([30.0, np.nan, 32.0]), "expected two or more values"),
        (np.array([60.0, 75.0, 90.0]), "cells reach beyond a pole, from 60 to 90"),
    ],
)
def test_axes_that_are_no_centres_of_cells(latitude: np.ndarray, said: str) -> None:
    with pytest.raises(UnreadableInput, match=said):
        cells_within(FILE, latitude, 110.0 + np.arange(5), Box(30.0, 90.0, 110.0, 114.0))


# ---- layers ----


def test_layers_and_contents_are_checked_at_birth() -> None:
    field = xr.DataArray(np.zeros((3, 3)), dims=("latitude", "longitude"))
    with pytest.raises(ValueError, match="month 13"):
        Layer("pm25", Sector.POWER, "ENE", "sectors", 13, field)
    with pytest.raises(ValueError, match="dimensions"):
        Layer("pm25", Sector.POWER, "ENE", "sectors", 1, field.T)
    with pytest.raises(ValueError, match="'dust'"):
        Contents("dust", (2018,))


# ---- grids as text ----

HEADER = "ncols 3\nnrows 3\nxllcorner 110\nyllcorner 30\ncellsize 1\nNODATA_value -1\n"
ROWS = "7 8 9\n4 5 -1\n1 2 3\n"


def text(tmp_path: Path, content: str) -> Path:
    file = tmp_path / "2018_01_power_PM25.asc"
    file.write_bytes(content.encode())
    return file


def test_an_ascii_grid_is_read_from_the_north(tmp_path: Path) -> None:
    got = read_ascii_grid(text(tmp_path, HEADER + ROWS))
    assert got.latitude.tolist() == [32.5, 31.5, 30.5]
    assert got.longitude.tolist() == [110.5, 111.5, 112.5]
    np.testing.assert_array_equal(got.values, [[7, 8, 9], [4, 5, np.nan], [1, 2, 3]])


def test_centres_may_be_given_instead_of_corners(tmp_path: Path) -> None:
    got = read_ascii_grid(text(tmp_path, (HEADER + ROWS).replace("llcorner", "llcenter").replace("\n", "\r\n")))
    assert got.latitude.tolist() == [32.0, 31.0, 30.0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEADER + ROWS[:-1], "ends inside a line"),
        (HEADER + "7 8 9\n4 5 6\n", r"has 2 rows of \[3\] values; its header says 3 of 3"),
        (HEADER + "7 8 9\n4 5\n1 2 3\n", r"has 3 rows of \[2, 3\] values"),
        (HEADER + ROWS + "1 2 3\n", "has 4 rows"),
        (HEADER + ROWS.replace("5", "five"), "holds something that is no number"),
        (HEADER.replace("cellsize 1\n", "") + ROWS, "the header lacks cellsize"),
        (HEADER.replace("xllcorner 110\n", "") + ROWS, "the header lacks xllcorner"),
        (HEADER.replace("ncols 3", "ncols 2000000000") + ROWS, "the header says 2e.09 × 3 cells"),
        (HEADER.replace("ncols 3", "ncols") + ROWS, "the header has 'ncols'; expected a name and a number"),
        (HEADER.replace("cellsize 1", "cellsize nan") + ROWS, "cells of nan degrees"),
    ],
)
def test_an_ascii_grid_that_is_not_whole(content: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=said):
        read_ascii_grid(text(tmp_path, content))


def test_an_ascii_grid_is_recognised_by_its_header(tmp_path: Path) -> None:
    assert is_ascii_grid(text(tmp_path, HEADER + ROWS))
    assert not is_ascii_grid(text(tmp_path, "name,value\n1,2\n"))
    assert not is_ascii_grid(tmp_path / "absent.asc")
