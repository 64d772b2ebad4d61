"""Emission inventories in the layouts of their sources, all brought into one form."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.errors import InputError, MissingVariable, NoDataInPeriod, UnknownUnits, UnreadableInput
from hazecast.grids.lattice import EARTH_RADIUS_M
from hazecast.intake.emissions.formats import INVENTORY_FORMATS, format_of
from hazecast.intake.emissions.inventory import OC_TO_ORGANIC_MATTER, Inventory
from hazecast.intake.emissions.reading import InventoryRead, read_inventory
from hazecast.intake.fields.layout import Box
from hazecast.records import Note, NoteCode
from hazecast.vocabulary import Sector
from tests.inventories import (
    LATITUDE,
    LONGITUDE,
    REGION,
    SHAPE,
    grid,
    plume_source,
    write_cams,
    write_edgar,
    write_htap,
    write_meic,
)

YEAR = 2018
DAY_S = 86_400.0
MONTHLY = np.linspace(0.5, 1.5, 12)[:, None, None] * plume_source()
MONTHS_2018 = [f"2018-{month:02d}-01" for month in range(1, 13)]


def read(path: Path, year: int = YEAR, box: Box = REGION) -> InventoryRead:
    return read_inventory(path, year, box)


def pm25(path: Path, year: int = YEAR) -> xr.DataArray:
    return read(path, year).inventory.data["pm25"]


def cell_area(south: float, north: float, width: float) -> float:
    return float(EARTH_RADIUS_M**2 * np.deg2rad(width) * (np.sin(np.deg2rad(north)) - np.sin(np.deg2rad(south))))


def in_region(field: np.ndarray) -> np.ndarray:
    """What the region needs of the whole field, with a cell more each side."""
    rows = (REGION.south - 0.15 < LATITUDE) & (REGION.north + 0.15 > LATITUDE)
    columns = (REGION.west - 0.15 < LONGITUDE) & (REGION.east + 0.15 > LONGITUDE)
    return field[..., rows, :][..., columns]


# ---- EDGAR ----


def test_edgar_sectors_are_told_by_their_names_and_summed_by_the_sector_they_are_mapped_to(tmp_path: Path) -> None:
    for n, sector in enumerate(("ENE", "IND", "REF_TRF", "RCO", "TRO_noRES", "TRO_RES", "AGS", "SWD_INC", "TNR_Ship"), start=1):
        write_edgar(tmp_path, sector, n * plume_source())
    data = pm25(tmp_path)
    expected = {"power": 1, "industry": 2 + 3, "residential": 4, "transport": 5 + 6, "agriculture": 7, "other": 8 + 9}
    assert data["month"].values.tolist() == [0]
    for sector, times in expected.items():
        np.testing.assert_allclose(data.sel(sector=sector, month=0).values, times * in_region(plume_source()), rtol=1e-12)


def test_cruising_aircraft_emit_where_nobody_breathes(tmp_path: Path) -> None:
    write_edgar(tmp_path, "TNR_Aviation_LTO", plume_source())
    write_edgar(tmp_path, "TNR_Aviation_CRS", 50 * plume_source())
    assert float(pm25(tmp_path).max()) == pytest.approx(1e-9)


def test_edgar_tonnes_of_a_year_become_a_flux(tmp_path: Path) -> None:
    tonnes = np.zeros(SHAPE)
    tonnes[12, 6] = 1000.0
    write_edgar(tmp_path, "ENE", tonnes, "Tonnes", "emissions")
    latitude = LATITUDE[12]
    expected = 1e6 / (cell_area(latitude - 0.05, latitude + 0.05, 0.1) * 365 * DAY_S)
    assert float(pm25(tmp_path).max()) == pytest.approx(expected, rel=1e-9)


def test_edgar_tonnes_of_twelve_months_become_fluxes_by_the_days_of_each(tmp_path: Path) -> None:
    write_edgar(tmp_path, "bkl_TRANSPORT", np.full((12, *SHAPE), 10.0), "Mg", "emissions")
    data = pm25(tmp_path).sel(sector="transport").isel(latitude=5, longitude=5)
    assert data["month"].values.tolist() == list(range(1, 13))
    assert float(data.sel(month=2) / data.sel(month=1)) == pytest.approx(31 / 28)
    latitude = float(data["latitude"])
    assert float(data.sel(month=1)) == pytest.approx(1e4 / (cell_area(latitude - 0.05, latitude + 0.05, 0.1) * 31 * DAY_S))


@pytest.mark.parametrize(
    ("name", "sector", "month"),
    [
        ("v50_PM2.5_2018_ENE.0.1x0.1.nc", "power", 0),
        ("v61_AP_PM2.5_2018_RCO.0.1x0.1.nc", "residential", 0),
        ("v6.1_PM2.5_2018_7_TRO_noRES.0.1x0.1.nc", "transport", 7),
        ("v8.1_FT2022_AP_PM2.5_2018_bkl_BUILDINGS_flx.nc", "residential", 0),
        ("EDGAR_2025_AP_PM2.5_2018_IND_flx.nc", "industry", 0),
        ("v50_PM2.5_fossil_2018_TRO.0.1x0.1.nc", "transport", 0),
        ("v6.1_AP_PM2.5_2018_TOTALS.0.1x0.1.nc", "other", 0),
        ("v50_PM2.5_2018.0.1x0.1.nc", "other", 0),
    ],
)
def test_names_of_many_versions_of_edgar(name: str, sector: str, month: int, tmp_path: Path) -> None:
    write_edgar(tmp_path, "", plume_source(), variable="emi_pm2.5", name=name)
    data = pm25(tmp_path)
    assert data["sector"].values.tolist() == [sector]
    assert data["month"].values.tolist() == [month]


def test_parts_of_fossil_and_of_biological_origin_add_up(tmp_path: Path) -> None:
    for part in ("bio", "fossil"):
        write_edgar(tmp_path, "", plume_source(), variable="emi_pm2.5", name=f"v50_PM2.5_{part}_2018_RCO.0.1x0.1.nc")
    assert float(pm25(tmp_path).max()) == pytest.approx(2e-9)


def test_longitudes_of_the_whole_globe_from_zero_are_read_in_the_turn_of_the_domain(tmp_path: Path) -> None:
    latitude, longitude = -87.5 + 5.0 * np.arange(36), 2.5 + 5.0 * np.arange(72)
    field = np.broadcast_to(longitude, (36, 72)) * 1e-12
    data = xr.Dataset({"fluxes": (("lat", "lon"), field, {"units": "kg m-2 s-1"})}, coords={"lat": latitude, "lon": longitude})
    data.to_netcdf(tmp_path / "v8.1_FT2022_AP_PM2.5_2018_ENE_flx.nc")
    west_of_greenwich = read(tmp_path, box=Box(50.0, 52.0, -4.0, 4.0)).inventory.data["pm25"]
    np.testing.assert_allclose(west_of_greenwich["longitude"], [-7.5, -2.5, 2.5, 7.5])
    np.testing.assert_allclose(west_of_greenwich.isel(sector=0, month=0, latitude=0), np.array([352.5, 357.5, 2.5, 7.5]) * 1e-12)
    across_the_date_line = read(tmp_path, box=Box(50.0, 52.0, 176.0, 186.0)).inventory.data["pm25"]
    np.testing.assert_allclose(across_the_date_line["longitude"], [172.5, 177.5, 182.5, 187.5, 192.5])


def test_single_precision_leaves_even_cells(tmp_path: Path) -> None:
    grid(plume_source(), "kg m-2 s-1", "fluxes", single=True).to_netcdf(tmp_path / "v8.1_FT2022_AP_PM2.5_2018_ENE_flx.nc")
    data = pm25(tmp_path)
    assert data["latitude"].values.tolist() == pytest.approx(in_region(np.broadcast_to(LATITUDE[:, None], SHAPE))[:, 0].tolist(), abs=1e-9)


# ---- HTAP, CAMS-GLOB-ANT ----


def test_htap_has_its_sectors_in_variables_and_its_months_in_one_file(tmp_path: Path) -> None:
    names = {
        "HTAPv3_3_Energy": 1.0,
        "HTAPv3_4_1_Industry": 2.0,
        "HTAPv3_4_3_Solvents": 3.0,
        "HTAPv3_5_1_Road_Transport": 4.0,
        "HTAPv3_6_Residential": 5.0,
        "HTAPv3_8_1_Agricultural_waste_burning": 6.0,
        "HTAPv3_1_International_Shipping": 7.0,
        "HTAPv3_2_2_International_Aviation": 99.0,
    }
    write_htap(tmp_path / "edgar_HTAPv3_2018_PM2.5.nc", {name: times * MONTHLY for name, times in names.items()})
    data = pm25(tmp_path)
    expected = {"power": 1.0, "industry": 5.0, "residential": 5.0, "transport": 4.0, "agriculture": 6.0, "other": 7.0}
    for sector, times in expected.items():
        np.testing.assert_allclose(data.sel(sector=sector).values, times * in_region(MONTHLY), rtol=1e-12)


def test_htap_in_tonnes_of_each_month(tmp_path: Path) -> None:
    write_htap(tmp_path / "edgar_HTAPv3_2018_PM2.5.nc", {"HTAPv3_3_Energy": np.full((12, *SHAPE), 5.0)}, "Mg/month")
    data = pm25(tmp_path).sel(sector="power")
    assert float(data.sel(month=4).max() / data.sel(month=5).max()) == pytest.approx(31 / 30)


def carbon(folder: Path, year: int = YEAR, pollutants: tuple[str, ...] = ("bc", "oc")) -> Path:
    folder.mkdir(exist_ok=True)
    for pollutant in pollutants:
        name = f"CAMS-GLOB-ANT_Glb_0.1x0.1_anthro_{pollutant}_v5.3_monthly_{year}.nc"
        times = [f"{year}-{month:02d}-01" for month in range(1, 13)]
        write_cams(folder / name, {"ene": MONTHLY, "fef_gas": 2 * MONTHLY, "tro": 3 * MONTHLY, "sum": 6 * MONTHLY}, times)
    return folder


def test_cams_has_no_pm25_and_its_carbon_stands_in_for_it_and_is_said(tmp_path: Path) -> None:
    found = read(carbon(tmp_path))
    data = found.inventory.data
    assert found.notes == (Note(NoteCode.EMISSIONS_FROM_CARBON),)
    assert set(data.data_vars) == {"bc", "oc", "pm25"}
    np.testing.assert_allclose(data["pm25"], data["bc"] + OC_TO_ORGANIC_MATTER * data["oc"])
    for sector, times in {"power": 1.0, "industry": 2.0, "transport": 3.0}.items():
        np.testing.assert_allclose(data["bc"].sel(sector=sector).values, times * in_region(MONTHLY), rtol=1e-12)


def test_black_carbon_alone_is_not_enough(tmp_path: Path) -> None:
    with pytest.raises(MissingVariable, match=r"no emission of PM2\.5, nor of black and organic carbon together; it has bc of \(2018,\)"):
        read(carbon(tmp_path, pollutants=("bc",)))


def test_nitrogen_oxides_that_are_given_as_no_become_no2(tmp_path: Path) -> None:
    carbon(tmp_path)
    write_cams(tmp_path / "CAMS-GLOB-ANT_v4.2_nitrogen-oxides_2018.nc", {"ene": MONTHLY, "tro": MONTHLY}, MONTHS_2018)
    data = read(tmp_path).inventory.data
    assert float(data["nox"].sel(sector="power").max() / data["bc"].sel(sector="power").max()) == pytest.approx(46 / 30, rel=1e-3)
    assert bool(data["nox"].sel(sector="industry").isnull().all())  # what an inventory does not have is not nothing


def test_of_many_years_the_nearest_whole_one_is_read(tmp_path: Path) -> None:
    times = [f"{y}-{m:02d}-01" for y in (2015, 2016, 2017) for m in range(1, 13)][:-3]  # 2017 ends in September
    values = np.repeat(np.array([1.0, 2.0, 3.0]), 12)[:-3, None, None] * plume_source()
    for pollutant in ("bc", "oc"):
        write_cams(tmp_path / f"CAMS-GLOB-ANT_Glb_0.1x0.1_anthro_{pollutant}_v5.3_monthly.nc", {"ene": values, "tro": values}, times)
    for asked, given in ((2010, 2015), (2016, 2016), (2030, 2016)):
        found = read(tmp_path, asked)
        assert found.inventory.year == given
        assert float(found.inventory.data["bc"].max()) == pytest.approx((given - 2014) * 1e-9)


# ---- MEIC ----

QUARTER_ROWS = np.arange(80, dtype=np.float64).reshape(8, 10)


@pytest.mark.parametrize("suffix", ["nc", "asc"])
@pytest.mark.parametrize("between", ["_", "__"])
def test_meic_counts_its_rows_from_the_north(suffix: str, between: str, tmp_path: Path) -> None:
    write_meic(tmp_path / f"2018_01{between}power{between}PM25.{suffix}", QUARTER_ROWS)
    data = pm25(tmp_path).sel(sector="power", month=1)
    np.testing.assert_allclose(data["latitude"], 35.875 + 0.25 * np.arange(7))
    for row, column in ((2, 4), (5, 7)):
        area = cell_area(35.5 + 0.25 * row, 35.75 + 0.25 * row, 0.25)
        here = data.sel(latitude=35.625 + 0.25 * row, longitude=115.625 + 0.25 * column, method="nearest")
        assert float(here) == pytest.approx(1000 * QUARTER_ROWS[row, column] / (area * 31 * DAY_S), rel=1e-6)


@pytest.mark.parametrize("suffix", ["nc", "asc"])
def test_a_cell_that_meic_does_not_know_is_missing_and_not_clean(suffix: str, tmp_path: Path) -> None:
    rows = QUARTER_ROWS.copy()
    rows[3, 5] = np.nan
    write_meic(tmp_path / f"2018_01_power_PM25.{suffix}", rows)
    write_meic(tmp_path / f"2018_01_industry_PM25.{suffix}", QUARTER_ROWS)
    data = pm25(tmp_path).sel(month=1)
    where = {"latitude": 36.375, "longitude": 116.875}
    assert bool(data.sel(sector="power", **where, method=None).isnull())
    assert float(data.sel(sector="industry", **where)) > 0.0
    assert int(data.isnull().sum()) == 1


def test_pollutants_that_nobody_asked_for_are_passed_over(tmp_path: Path) -> None:
    for pollutant in ("PM25", "VOC", "CO2", "PMcoarse", "NOx", "NH3"):
        write_meic(tmp_path / f"2018_01_industry_{pollutant}.nc", QUARTER_ROWS)
    found = read(tmp_path)
    assert set(found.inventory.data.data_vars) == {"pm25", "nox", "nh3"}
    assert sorted(f.stem for f in found.files) == ["2018_01_industry_NH3", "2018_01_industry_NOx", "2018_01_industry_PM25"]


def test_nodes_of_a_grid_are_centres_of_cells_too(tmp_path: Path) -> None:
    file = write_meic(tmp_path / "2018_01_power_PM25.nc", QUARTER_ROWS)
    raw = xr.load_dataset(file)
    raw["x_range"][:] = [115.625, 117.875]
    raw["y_range"][:] = [35.625, 37.375]
    before = pm25(tmp_path)
    file.unlink()
    raw.to_netcdf(file, format="NETCDF3_CLASSIC")
    xr.testing.assert_allclose(pm25(tmp_path), before)


# ---- what holds for all ----


def test_each_format_is_recognised_by_itself_alone(tmp_path: Path) -> None:
    (tmp_path / "edgar").mkdir()
    files = {
        "EDGAR": write_edgar(tmp_path / "edgar", "ENE", plume_source()),
        "HTAP v3": write_htap(tmp_path / "edgar_HTAPv3_2018_PM2.5.nc", {"HTAPv3_3_Energy": MONTHLY}),
        "CAMS-GLOB-ANT": write_cams(tmp_path / "CAMS-GLOB-ANT_v4.2_ammonia_2018.nc", {"ind": MONTHLY, "tro": MONTHLY}, MONTHS_2018),
        "MEIC NetCDF": write_meic(tmp_path / "2018_01_power_PM25.nc", QUARTER_ROWS),
        "MEIC ASCII": write_meic(tmp_path / "2018_01_power_PM25.asc", QUARTER_ROWS),
    }
    assert {f.name for f in INVENTORY_FORMATS} == set(files)
    for name, file in files.items():
        assert format_of(file).name == name


def test_the_cells_read_are_those_of_the_region_and_one_more_each_side(tmp_path: Path) -> None:
    write_edgar(tmp_path, "ENE", plume_source())
    data = pm25(tmp_path)
    assert data["latitude"].values[[0, -1]].tolist() == pytest.approx([35.95, 37.35])
    assert data["longitude"].values[[0, -1]].tolist() == pytest.approx([116.35, 117.75])


def test_the_nearest_year_of_single_files_is_read_and_the_earlier_of_two(tmp_path: Path) -> None:
    for year in (2014, 2016, 2020):
        write_edgar(tmp_path, "", year * plume_source(), name=f"v8.1_FT2022_AP_PM2.5_{year}_ENE_flx.nc")
    for asked, given in ((2000, 2014), (2015, 2014), (2017, 2016), (2018, 2016), (2026, 2020)):
        found = read(tmp_path, asked)
        assert found.inventory.year == given
        assert [f.name for f in found.files] == [f"v8.1_FT2022_AP_PM2.5_{given}_ENE_flx.nc"]


def test_a_year_that_lacks_a_sector_is_no_whole_year(tmp_path: Path) -> None:
    write_edgar(tmp_path, "", plume_source(), name="v8.1_FT2022_AP_PM2.5_2018_ENE_flx.nc")
    write_edgar(tmp_path, "", plume_source(), name="v8.1_FT2022_AP_PM2.5_2019_TRO_flx.nc")
    with pytest.raises(UnreadableInput, match=r"no year of pm25 with every sector and month that others have; 2018 lacks TRO"):
        read(tmp_path)
    write_edgar(tmp_path, "", plume_source(), name="v8.1_FT2022_AP_PM2.5_2018_TRO_flx.nc")
    assert read(tmp_path, 2030).inventory.year == 2018


def test_the_same_emission_twice_is_refused(tmp_path: Path) -> None:
    write_edgar(tmp_path, "ENE", plume_source())
    write_edgar(tmp_path, "ENE", np.ones(SHAPE), "Tonnes", "emissions")
    with pytest.raises(UnreadableInput, match="has the sector ENE of one month or year more than once"):
        read(tmp_path)


@pytest.mark.parametrize("other", ["TOTALS", "bkl_TRANSPORT"])
def test_totals_or_groups_beside_sectors_are_refused(other: str, tmp_path: Path) -> None:
    write_edgar(tmp_path, "TRO_noRES", plume_source())
    write_edgar(tmp_path, other, plume_source())
    with pytest.raises(UnreadableInput, match=r"by several classifications: .*TRO_NORES"):
        read(tmp_path)


def test_months_for_some_sectors_and_a_year_for_others_are_refused(tmp_path: Path) -> None:
    write_edgar(tmp_path, "bkl_TRANSPORT", MONTHLY)
    write_edgar(tmp_path, "bkl_WASTE", plume_source())
    with pytest.raises(UnreadableInput, match="lacks the mean of the year for the sector BKL_TRANSPORT, which others have"):
        read(tmp_path)


def test_a_month_that_one_sector_lacks_is_refused(tmp_path: Path) -> None:
    for month, sector in ((1, "power"), (2, "power"), (1, "industry")):
        write_meic(tmp_path / f"2018_{month:02d}_{sector}_PM25.nc", QUARTER_ROWS)
    with pytest.raises(UnreadableInput, match="lacks the months 2 for the sector industry"):
        read(tmp_path)


def test_grids_of_two_kinds_are_refused(tmp_path: Path) -> None:
    write_meic(tmp_path / "2018_01_power_PM25.nc", QUARTER_ROWS)
    write_meic(tmp_path / "2018_01_industry_PM25.nc", QUARTER_ROWS, spacing=0.3)
    with pytest.raises(UnreadableInput, match=r"cells along latitude from .*Keep an inventory of one grid"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.where(plume_source() > 1e-10, -1e-9, 0.0), r"fluxes of 2018 has 1 values below zero or above 0.01, such as -1e-09"),
        (np.where(plume_source() > 1e-10, np.inf, 0.0), r"fluxes of 2018 has 1 values below zero or above 0.01, such as inf"),
    ],
)
def test_a_sink_is_no_emission(values: np.ndarray, said: str, tmp_path: Path) -> None:
    write_edgar(tmp_path, "ENE", values)
    with pytest.raises(UnreadableInput, match=said):
        read(tmp_path)


def test_units_that_nobody_knows_are_refused(tmp_path: Path) -> None:
    write_edgar(tmp_path, "ENE", plume_source(), "furlongs")
    with pytest.raises(UnknownUnits, match=r"flx\.nc: fluxes is in 'furlongs'; expected kg m-2 s-1, or t"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pm25.nc", "the name does not tell pollutant, year and sector"),
        ("v8.1_FT2022_AP_PM2.5_2018_XYZ_flx.nc", "'XYZ' is no sector of EDGAR"),
    ],
)
def test_a_name_that_tells_too_little_is_refused(name: str, said: str, tmp_path: Path) -> None:
    write_edgar(tmp_path, "", plume_source(), name=name)
    with pytest.raises(UnreadableInput, match=said):
        read(tmp_path)


def test_a_file_of_something_else_is_refused_by_what_it_has(tmp_path: Path) -> None:
    xr.Dataset({"t2m": (("lat", "lon"), plume_source())}, coords={"lat": LATITUDE, "lon": LONGITUDE}).to_netcdf(tmp_path / "era5.nc")
    with pytest.raises(UnreadableInput, match=r"era5.nc is no emission inventory that hazecast knows; it has t2m, lat, lon; it knows MEIC"):
        read(tmp_path)


@pytest.mark.parametrize("content", [b"", b"<html>", b"CDF\x01", b"\x89HDF\r\n\x1a\n" + bytes(50)])
def test_a_file_that_is_not_whole_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "v8.1_FT2022_AP_PM2.5_2018_ENE_flx.nc").write_bytes(content)
    with pytest.raises(UnreadableInput, match="ENE_flx"):
        read(tmp_path)


def test_nothing_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoDataInPeriod, match=r"holds none; expected emission inventories \(\*\.nc, \*\.nc4, \*\.asc, \*\.txt\)"):
        read(tmp_path)


def test_an_inventory_of_another_part_of_the_world_is_refused(tmp_path: Path) -> None:
    write_edgar(tmp_path, "ENE", plume_source())
    with pytest.raises(InputError, match=r"cells from 35.55 to 37.85 degrees of latitude, the domain lies from 50 to 52"):
        read(tmp_path, box=Box(50.0, 52.0, -1.0, 1.0))
    with pytest.raises(InputError, match=r"degrees of longitude, the domain lies from -1 to 1"):
        read(tmp_path, box=Box(36.0, 37.0, -1.0, 1.0))


@pytest.mark.parametrize(
    "change",
    [
        {"month": [0, 1]},
        {"month": [2, 1]},
        {"sector": ["power", "magic"]},
        {"latitude": [36.0, 36.1, 36.3]},
        {"longitude": [116.2, 116.1, 116.0]},
        {"values": -1.0},
        {"name": "soot"},
    ],
)
def test_an_inventory_that_exists_is_right(change: dict[str, object]) -> None:
    def inventory(
        sector: list[str], month: list[int], latitude: list[float], longitude: list[float], values: float, name: str
    ) -> Inventory:
        coords = {"sector": sector, "month": month, "latitude": latitude, "longitude": longitude}
        return Inventory(xr.Dataset({name: (tuple(coords), np.full([len(c) for c in coords.values()], values))}, coords=coords), YEAR)

    good = {
        "sector": [Sector.POWER.value, Sector.OTHER.value],
        "month": [1, 2],
        "latitude": [36.0, 36.1, 36.2],
        "longitude": [116.0, 116.1, 116.2],
        "values": 1.0,
        "name": "pm25",
    }
    inventory(**good)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="expected"):
        inventory(**(good | change))  # type: ignore[arg-type]
