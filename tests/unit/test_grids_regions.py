"""Source regions on a lattice: areas that are known otherwise, and what must hold of every cell."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hazecast.errors import InputError, SettingsError
from hazecast.grids.lattice import EARTH_RADIUS_M, Lattice
from hazecast.grids.regions import region_shares
from hazecast.records import PlaceName, SourceRegion

Array = NDArray[np.float64]


def lattice(south: float, west: float, spacing: float = 0.25, rows: int = 20, columns: int = 24) -> Lattice:
    return Lattice(south + spacing * np.arange(rows), west + spacing * np.arange(columns))


def region(id: str, *rings: Array, mask: xr.DataArray | None = None) -> SourceRegion:
    return SourceRegion(id, (PlaceName("en", id.title()),), rings, mask)


def box(west: float, south: float, east: float, north: float) -> Array:
    return np.array([(west, south), (east, south), (east, north), (west, north)], dtype=float)


def circle(latitude: float, longitude: float, radius_m: float, points: int = 720) -> Array:
    angle = 2 * np.pi * np.arange(points) / points
    phi, reach = np.deg2rad(latitude), radius_m / EARTH_RADIUS_M
    north = np.arcsin(np.sin(phi) * np.cos(reach) + np.cos(phi) * np.sin(reach) * np.cos(angle))
    east = np.arctan2(np.sin(angle) * np.sin(reach) * np.cos(phi), np.cos(reach) - np.sin(phi) * np.sin(north))
    return np.stack([longitude + np.rad2deg(east), np.rad2deg(north)], axis=-1)


def area(shares: xr.DataArray, on: Lattice, id: str) -> float:
    return float((shares.sel(region=id).values * on.cell_area[:, None]).sum())


def mask(values: Array, south: float, west: float, spacing: float) -> xr.DataArray:
    coords = {"latitude": south + spacing * np.arange(values.shape[0]), "longitude": west + spacing * np.arange(values.shape[1])}
    return xr.DataArray(values, coords=coords, dims=("latitude", "longitude"))


def test_a_circle_has_its_area() -> None:
    on = lattice(36.0, 114.0)
    found = area(region_shares(on, [region("city", circle(38.3, 116.9, 100e3))]), on, "city")
    assert found == pytest.approx(2 * np.pi * EARTH_RADIUS_M**2 * (1 - np.cos(100e3 / EARTH_RADIUS_M)), rel=2e-4)


def test_a_box_between_parallels_has_its_area_and_a_hole_is_not_in_it() -> None:
    on = lattice(36.0, 114.0)
    outer, inner = box(114.6, 36.4, 118.3, 40.1), box(115.3, 37.7, 116.9, 39.2)[::-1]
    found = area(region_shares(on, [region("ring", outer, inner)]), on, "ring")

    def exact(west: float, south: float, east: float, north: float) -> float:
        return EARTH_RADIUS_M**2 * np.deg2rad(east - west) * (np.sin(np.deg2rad(north)) - np.sin(np.deg2rad(south)))

    assert found == pytest.approx(exact(114.6, 36.4, 118.3, 40.1) - exact(115.3, 37.7, 116.9, 39.2), rel=3e-3)


@pytest.mark.parametrize("west", [177.0, -183.0])
@pytest.mark.parametrize(
    "ring", [box(179.0, 36.5, 181.0, 38.5), box(-181.0, 36.5, -179.0, 38.5), box(179.0, 36.5, -179.0, 38.5)], ids=["on", "back", "jump"]
)
def test_a_region_across_the_date_line_is_one_however_it_is_counted(west: float, ring: Array) -> None:
    on = lattice(36.0, west)
    shares = region_shares(on, [region("sea", ring)]).sel(region="sea").values
    np.testing.assert_allclose(shares, region_shares(lattice(36.0, -3.0), [region("sea", box(-1, 36.5, 1, 38.5))]).values[0], atol=1e-6)


def test_a_lattice_round_the_globe_meets_a_region_on_both_sides_of_its_seam() -> None:
    on = Lattice(np.arange(-60.0, 61.0, 10.0), np.arange(-180.0, 180.0, 10.0))
    shares = region_shares(on, [region("seam", box(170.0, 0.0, 190.0, 20.0)), region("all", box(-180.0, -90.0, 180.0, 90.0))])
    assert area(shares, on, "seam") == pytest.approx(EARTH_RADIUS_M**2 * np.deg2rad(20.0) * np.sin(np.deg2rad(20.0)), rel=5e-3)
    assert float(shares.sel(region="elsewhere").max()) == 0.0


def test_a_region_far_smaller_than_a_cell_has_its_area_in_that_cell() -> None:
    on = lattice(36.0, 114.0)
    shares = region_shares(on, [region("works", circle(38.30, 116.90, 500.0))])
    assert area(shares, on, "works") == pytest.approx(np.pi * 500.0**2, rel=0.02)
    assert int((shares.sel(region="works") > 0).sum()) == 1


def test_a_city_is_cut_out_of_the_province_after_it() -> None:
    on = lattice(36.0, 114.0)
    city, province = region("city", circle(38.3, 116.9, 60e3)), region("province", box(114.5, 36.5, 119.0, 40.0))
    both, alone = region_shares(on, [city, province]), region_shares(on, [province])
    assert both["region"].values.tolist() == ["city", "province", "elsewhere"]
    assert both.dims == ("region", "latitude", "longitude")
    np.testing.assert_allclose(both.sel(region=["city", "province"]).sum("region"), alone.sel(region="province"), atol=1e-6)


def test_a_mask_takes_what_is_left_of_each_cell() -> None:
    on = lattice(36.0, 114.0, spacing=0.5, rows=4, columns=4)
    half = region("half", box(113.75, 35.75, 114.75, 38.0))
    fine = mask(np.tile([1.0, 0.25], (9, 5)), 35.875, 113.875, 0.25)  # two by two cells of it to each cell of the lattice
    shares = region_shares(on, [half, region("drawn", mask=fine), region("rest", box(110, 30, 120, 40))])
    np.testing.assert_allclose(shares.sel(region="drawn").values[0], [0.0, 0.0, 0.625, 0.625], atol=1e-6)
    np.testing.assert_allclose(shares.sel(region="rest").values[0], [0.0, 0.0, 0.375, 0.375], atol=1e-6)
    assert area(region_shares(on, [region("drawn", mask=fine), half]), on, "half") > 0.0


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(0, 6),
    spacing=st.sampled_from([0.1, 0.25, 0.4]),
)
def test_the_shares_of_every_cell_add_up_to_exactly_one(seed: int, count: int, spacing: float) -> None:
    chance, on = np.random.default_rng(seed), lattice(36.0, 114.0, spacing, 9, 11)
    regions = []
    for i in range(count):
        west, south = on.longitude[int(chance.integers(11))], on.latitude[int(chance.integers(9))]
        ring = np.array([west, south]) + chance.normal(0.0, 4 * spacing, (int(chance.integers(3, 12)), 2))
        regions.append(region(f"r{i}", ring))
    regions.append(region("mask", mask=mask(chance.random((30, 30)), 35.0, 113.0, 0.2)))
    try:
        shares = region_shares(on, regions)
    except SettingsError:  # a region that those before it hide
        return
    assert (shares.values >= 0.0).all()
    for dtype in (np.float64, np.float32):
        assert (shares.values.astype(dtype).sum(axis=0) == 1.0).all()
        assert (shares.values.astype(dtype)[::-1].sum(axis=0) == 1.0).all()


def test_without_regions_all_is_elsewhere() -> None:
    shares = region_shares(lattice(36.0, 114.0), [])
    assert shares["region"].values.tolist() == ["elsewhere"]
    assert (shares.values == 1.0).all()


@pytest.mark.parametrize(
    ("others", "lost"),
    [
        ([], region("paris", box(2.0, 48.0, 3.0, 49.0))),
        ([region("all", box(110, 30, 130, 50))], region("paris", box(115.0, 37.0, 116.0, 38.0))),
        ([], region("paris", mask=mask(np.eye(4), 48.0, 2.0, 0.5))),
    ],
    ids=["outside", "hidden", "mask"],
)
def test_a_region_without_a_part_of_the_domain_is_named(others: list[SourceRegion], lost: SourceRegion) -> None:
    with pytest.raises(SettingsError, match=r"Source region 'paris' lies from \d+ to [\d.]+ degrees north .*has nothing of the domain"):
        region_shares(lattice(36.0, 114.0), [*others, lost])


def test_a_ring_round_a_pole_is_refused() -> None:
    arctic = np.stack([np.arange(-180.0, 180.0, 30.0), np.full(12, 66.0)], axis=-1)
    with pytest.raises(InputError, match=r"'arctic' has a ring round a pole.*Cut it"):
        region_shares(lattice(36.0, 114.0), [region("arctic", arctic)])
