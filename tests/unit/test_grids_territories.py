"""The ground of areas: what of it is refused, and what of each cell belongs to it."""

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.errors import InputError, SettingsError, UnreadableInput
from hazecast.grids.lattice import Lattice
from hazecast.grids.territories import stations_inside, territory_of_mask, territory_within
from hazecast.intake.source_regions.geojson import read_outlines
from hazecast.records import Polygon, Station

LATTICE = Lattice(np.arange(36.0, 41.0), np.arange(114.0, 120.0))
SQUARE = [[115.0, 37.0], [118.0, 37.0], [118.0, 39.0], [115.0, 39.0], [115.0, 37.0]]
HOLE = [[116.0, 37.5], [117.0, 37.5], [117.0, 38.5], [116.0, 38.5], [116.0, 37.5]]


def drawn(*rings: list[list[float]]) -> tuple[Polygon, ...]:
    return (tuple(np.array(ring) for ring in rings),)


def delivered(folder: Path, *rings: list[list[float]]) -> tuple[Polygon, ...]:
    file = folder / "area.geojson"
    file.write_text(json.dumps({"type": "Polygon", "coordinates": rings}))
    return read_outlines(file)


def test_the_shares_of_cells_are_those_of_the_outline_without_its_holes() -> None:
    share = territory_within("Area 'a'", drawn(SQUARE, HOLE), LATTICE).share
    assert share.sel(latitude=38.0, longitude=115.0).item() == pytest.approx(0.5)
    assert share.sel(latitude=37.0, longitude=115.0).item() == pytest.approx(0.25, abs=0.01)
    assert share.sel(latitude=38.0, longitude=116.0).item() == pytest.approx(0.5)
    assert share.sel(latitude=40.0).sum().item() == 0.0
    assert float(share.sum()) == pytest.approx(3 * 2 - 1, rel=0.01)


def test_an_outline_counted_the_other_way_round_the_earth_is_the_same() -> None:
    west = [[longitude - 360.0, latitude] for longitude, latitude in SQUARE]
    xr.testing.assert_equal(*(territory_within("Area 'a'", drawn(ring), LATTICE).share for ring in (SQUARE, west)))


def test_stations_belong_where_they_lie() -> None:
    territory = territory_within("Area 'a'", drawn(SQUARE, HOLE), LATTICE)
    places = {"in": (37.2, 115.5), "in the hole": (38.0, 116.5), "out": (36.0, 114.0), "counted on": (37.2, 475.5 - 360.0)}
    assert stations_inside(territory, [Station(id, id, *place) for id, place in places.items()]) == ("in", "counted on")


@pytest.mark.parametrize(
    ("ring", "kind", "said"),
    [
        (SQUARE[:-1], UnreadableInput, "ends at 115, 39; expected it to end where it begins"),
        ([[115, 37], [118, 39], [118, 37], [115, 39], [115, 37]], InputError, "crosses or touches itself: Self-intersection"),
        ([[37, 65], [39, 65], [39, 68], [37, 65]], SettingsError, "Make the domain larger, or the area smaller"),
        ([[179, 37], [-179, 37], [-179, 39], [179, 37]], InputError, "jumps over the date line, from 179 to -179"),
        ([[115, 37], [116, 38], [117, 39], [115, 37]], InputError, "crosses or touches itself"),
        ([[115.0, 37.0], [121.0, 37.0], [121.0, 39.0], [115.0, 37.0]], SettingsError, "115 to 121 east, beyond the domain"),
        ([[37, 115], [37, 118], [39, 118], [37, 115]], UnreadableInput, "See whether latitude stands first"),
        ([], UnreadableInput, "has a ring of 0 points"),
    ],
)
def test_an_outline_that_cannot_be_used_is_refused(ring: list[list[float]], kind: type[Exception], said: str, tmp_path: Path) -> None:
    with pytest.raises(kind) as refused:
        territory_within("Area 'a'", delivered(tmp_path, ring), LATTICE)
    assert said in str(refused.value)


def test_exchanged_coordinates_are_called_so_where_they_would_fit() -> None:
    europe = Lattice(np.arange(45.0, 55.0), np.arange(5.0, 15.0))
    with pytest.raises(SettingsError, match="seem exchanged"):
        territory_within("Area 'a'", drawn([[48, 8], [50, 8], [50, 10], [48, 8]]), europe)


def mask(values: np.ndarray, latitude: np.ndarray, longitude: np.ndarray) -> xr.DataArray:
    return xr.DataArray(values, {"latitude": latitude, "longitude": longitude}, ("latitude", "longitude"))


def test_a_mask_on_the_grid_is_kept_and_drawn_by_the_borders_of_its_cells() -> None:
    values = np.zeros(LATTICE.shape)
    values[1:3, 2], values[3, 2] = 1.0, 0.25
    territory = territory_of_mask("Area 'm'", mask(values, LATTICE.latitude, LATTICE.longitude), LATTICE)
    np.testing.assert_allclose(territory.share, values, atol=1e-6)
    ((outline,),) = territory.polygons
    assert [outline[:, 0].min(), outline[:, 0].max(), outline[:, 1].min(), outline[:, 1].max()] == [115.5, 116.5, 36.5, 38.5]


def test_a_mask_that_does_not_fit_is_refused() -> None:
    wide = np.arange(114.0, 123.0)
    with pytest.raises(SettingsError, match="beyond the domain"):
        territory_of_mask("Area 'm'", mask(np.ones((5, wide.size)), LATTICE.latitude, wide), LATTICE)
    with pytest.raises(SettingsError, match="the mask is 0 in all of the domain"):
        territory_of_mask("Area 'm'", mask(np.zeros(LATTICE.shape), LATTICE.latitude, LATTICE.longitude), LATTICE)
