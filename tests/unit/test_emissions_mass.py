"""From the files of every inventory to the cells of a lattice not a gram is made or lost, cells cut by the lattice's edge included."""

import calendar
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.config import DomainSettings, EmissionSettings
from hazecast.grids.lattice import EARTH_RADIUS_M, lattice_of_domain
from hazecast.grids.sources import emissions_on
from hazecast.intake.emissions.gathering import gather_sources
from tests.inventories import LATITUDE, LONGITUDE, SHAPE, Array, write_cams, write_edgar, write_htap, write_meic

DAY_S = 86_400.0
MONTH_S = np.array([calendar.monthrange(2018, month)[1] for month in range(1, 13)]) * DAY_S
DOMAINS = {
    "whole cells": DomainSettings(south=36.1, north=37.2, west=116.5, east=117.6, spacing=0.1),
    "cut cells": DomainSettings(south=36.13, north=37.13, west=116.57, east=117.47, spacing=0.05),
    "coarse cells": DomainSettings(south=36.3, north=37.02, west=116.6, east=117.32, spacing=0.18),
}
Domain = pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS.keys())


def shares(centres: Array, width: float, low: float, high: float, bent: bool) -> Array:
    """How much of each strip of a grid lies between two edges; parallels bound areas that go by the sine."""
    bend: Callable[[Array], Array] = (lambda degrees: np.sin(np.deg2rad(degrees))) if bent else (lambda degrees: degrees)
    inside = bend(np.clip(centres + width / 2, low, high)) - bend(np.clip(centres - width / 2, low, high))
    return inside / (bend(centres + width / 2) - bend(centres - width / 2))


def within(tonnes: Array, domain: DomainSettings, latitude: Array, longitude: Array, width: float) -> Array:
    """What of `tonnes` of each cell (…, latitude, longitude) lies in the domain."""
    half = domain.spacing / 2
    rows = shares(latitude, width, domain.south - half, domain.north + half, True)
    columns = shares(longitude, width, domain.west - half, domain.east + half, False)
    return np.einsum("...yx,y,x->...", tonnes, rows, columns)


def arrived(path: Path, domain: DomainSettings) -> Array:
    """kg s-1 of PM2.5 in the whole domain by month, after the way that a cycle takes."""
    sources = gather_sources(EmissionSettings(path=path), domain, 2018)
    assert sources.emissions is not None
    lattice = lattice_of_domain(domain)
    flux = emissions_on(lattice, sources.emissions)["pm25"].sum("sector").transpose("month", "latitude", "longitude").values
    return np.einsum("myx,y->m", flux, lattice.cell_area)


def tonnes(*leading: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).lognormal(0.0, 1.5, (*leading, *SHAPE))


def area(latitude: Array, width: float) -> Array:
    south, north = np.deg2rad(latitude - width / 2), np.deg2rad(latitude + width / 2)
    return EARTH_RADIUS_M**2 * np.deg2rad(width) * (np.sin(north) - np.sin(south))


@Domain
def test_edgar_in_tonnes_of_a_year(domain: DomainSettings, tmp_path: Path) -> None:
    energy, roads = tonnes(seed=1), tonnes(seed=2)
    for sector, values in (("ENE", energy), ("TRO", roads)):
        write_edgar(tmp_path, sector, values, "Tonnes", "emissions")
    expected = within(energy + roads, domain, LATITUDE, LONGITUDE, 0.1) * 1000.0 / (365 * DAY_S)
    np.testing.assert_allclose(arrived(tmp_path, domain), expected, rtol=1e-9)


@Domain
def test_edgar_as_rates(domain: DomainSettings, tmp_path: Path) -> None:
    flux = tonnes() * 1e-9
    write_edgar(tmp_path, "IND", flux)
    expected = within(flux * area(LATITUDE, 0.1)[:, None], domain, LATITUDE, LONGITUDE, 0.1)
    np.testing.assert_allclose(arrived(tmp_path, domain), expected, rtol=1e-9)


@Domain
def test_htap_in_tonnes_of_each_month(domain: DomainSettings, tmp_path: Path) -> None:
    industry, roads = tonnes(12, seed=3), tonnes(12, seed=4)
    fields = {"HTAPv3_4_1_Industry": industry, "HTAPv3_5_1_Road_Transport": roads}
    write_htap(tmp_path / "edgar_HTAPv3_2018_PM2.5.nc", fields, "t/month")
    expected = within(industry + roads, domain, LATITUDE, LONGITUDE, 0.1) * 1000.0 / MONTH_S
    np.testing.assert_allclose(arrived(tmp_path, domain), expected, rtol=1e-9)


@pytest.mark.parametrize("suffix", ["asc", "nc"])
@Domain
def test_meic_in_tonnes_of_each_month(domain: DomainSettings, suffix: str, tmp_path: Path) -> None:
    values = np.random.default_rng(5).lognormal(0.0, 1.5, (12, 9, 10))
    for month, field in enumerate(values, 1):
        write_meic(tmp_path / f"2018_{month:02d}_power_PM25.{suffix}", field)
    latitude, longitude = 35.5 + 0.25 * (0.5 + np.arange(9)), 115.5 + 0.25 * (0.5 + np.arange(10))
    expected = within(values, domain, latitude, longitude, 0.25) * 1000.0 / MONTH_S
    np.testing.assert_allclose(arrived(tmp_path, domain), expected, rtol=1e-9)


@Domain
def test_cams_in_rates_of_each_month(domain: DomainSettings, tmp_path: Path) -> None:
    flux = tonnes(12) * 1e-9
    times = [f"2018-{month:02d}-01" for month in range(1, 13)]
    write_cams(tmp_path / "CAMS-GLOB-ANT_Glb_0.1x0.1_anthro_pm25_v6.2_monthly.nc", {"res": 0.4 * flux, "tro": 0.6 * flux}, times)
    expected = within(flux * area(LATITUDE, 0.1)[:, None], domain, LATITUDE, LONGITUDE, 0.1)
    np.testing.assert_allclose(arrived(tmp_path, domain), expected, rtol=1e-9)


@pytest.mark.parametrize("first", [0.0, -180.0])
def test_round_the_globe_and_across_the_date_line(first: float, tmp_path: Path) -> None:
    latitude, longitude = -19.5 + np.arange(10), first + 0.5 + np.arange(360)
    values = np.random.default_rng(6).lognormal(0.0, 1.5, (10, 360))
    emitted = xr.Dataset({"emissions": (("lat", "lon"), values, {"units": "Mg"})}, coords={"lat": latitude, "lon": longitude})
    emitted.to_netcdf(tmp_path / "v8.1_FT2022_AP_PM2.5_2018_ENE_emi.nc")
    domain = DomainSettings(south=-16.6, north=-13.0, west=177.3, east=182.1, spacing=0.3)
    turned = np.where(longitude < 90.0, longitude + 360.0, longitude)
    expected = within(values, domain, latitude, turned, 1.0) * 1000.0 / (365 * DAY_S)
    np.testing.assert_allclose(arrived(tmp_path, domain), expected, rtol=1e-9)
