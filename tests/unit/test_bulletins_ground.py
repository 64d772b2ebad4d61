"""An area of ground in which no station lies: what is forecast on its cells, where its haze comes from, and how it is stored."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hazecast.archive.attribution_file import AREA_SOURCES_FILE, attribution_data
from hazecast.archive.bulletin_facts import FACTS_FILE, facts_files, load_facts, load_told_facts
from hazecast.archive.cycle_files import GRID_FILE, STATIONS_FILE
from hazecast.archive.netcdf import write_dataset
from hazecast.bulletins.area_series import area_series
from hazecast.bulletins.area_weather import area_weather
from hazecast.bulletins.page import page
from hazecast.bulletins.pictures import meteogram
from hazecast.bulletins.situation import areas_on
from hazecast.bulletins.wording import wording
from hazecast.config import VisibilitySettings
from hazecast.errors import ArchiveError
from hazecast.forecast.draws.territory import forecast_on_territory
from hazecast.grids.lattice import Lattice
from hazecast.grids.territories import territory_within
from hazecast.records import BulletinFacts
from tests import territories
from tests.bulletin_facts import calm_facts
from tests.pictures import copies

BOX = np.array([[-0.32, 51.36], [-0.13, 51.36], [-0.13, 51.64], [-0.32, 51.64], [-0.32, 51.36]])


def on_ground(facts: BulletinFacts) -> BulletinFacts:
    """West London as ground without a station, and a forecast with a band and visibility on the grid."""
    grid = facts.forecast.grid
    territory = territory_within("Area 'west'", ((BOX,),), Lattice(grid["latitude"].values, grid["longitude"].values))
    areas = tuple(replace(area, station_ids=(), territory=territory) if area.id == "west" else area for area in facts.areas)
    banded = grid.assign(pm25_low=0.8 * grid["pm25"], pm25_high=1.3 * grid["pm25"])
    return replace(facts, areas=areas, forecast=replace(facts.forecast, grid=banded))


@pytest.fixture(scope="module")
def facts() -> BulletinFacts:
    return on_ground(calm_facts())


@pytest.fixture(scope="module")
def folder(facts: BulletinFacts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cycle")
    (made / "facts").mkdir()
    assert facts.attribution is not None
    series = {
        GRID_FILE: facts.forecast.grid.assign(level=facts.assessment.grid_level),
        STATIONS_FILE: facts.forecast.stations.assign(level=facts.assessment.station_level),
        AREA_SOURCES_FILE: attribution_data(facts.attribution),
    }
    for name, write in (facts_files(facts) | {name: partial(write_dataset, data) for name, data in series.items()}).items():
        write(made / name)
    return made


def test_its_curve_has_the_peaks_that_its_windows_are_judged_by() -> None:
    pm25 = np.random.default_rng(5).uniform(20.0, 300.0, (24, *territories.LATTICE.shape))
    made, ground = territories.forecast(pm25), territories.box(112.6, 36.3, 114.9, 38.2)
    judged = forecast_on_territory("x", ground, made, VisibilitySettings(), 0)
    own = judged.forecast.stations["pm25_quantile"]
    told = area_series(areas_on(_with_area(made, ground), 0)[0], _with_area(made, ground))
    for probability in (0.05, 0.5, 0.95):
        cells = own.sel(quantile=probability, method="nearest").transpose("station", "lead_time").values
        for hour in (0, 11, 23):
            order = np.argsort(cells[:, hour])
            below = np.cumsum(judged.ground[order]) / judged.ground.sum()
            assert told.at(probability)[hour] == pytest.approx(cells[order, hour][np.searchsorted(below, 0.5)], rel=1e-4)
    assert np.isnan(told.at(0.25)).all()


def _with_area(made: territories.Forecast, ground: territories.Territory) -> BulletinFacts:
    return replace(calm_facts(), areas=(territories.area(ground),), forecast=made, cycle=made.cycle)


def test_of_ground_that_is_half_unknown_or_more_nothing_is_told(facts: BulletinFacts) -> None:
    grid = facts.forecast.grid
    blind = replace(facts, forecast=replace(facts.forecast, grid=grid.assign(pm25=grid["pm25"].where(grid["latitude"] > 51.55))))
    view = next(view for view in areas_on(blind, 0) if view.area.id == "west")
    assert np.isnan(area_series(view, blind).at(0.5)).all()


def test_it_has_a_meteogram_that_says_what_is_told_at_stations_alone(facts: BulletinFacts) -> None:
    view = next(view for view in areas_on(facts, 0) if view.area.id == "west")
    weather, ahead = area_weather(view, facts), -facts.forecast.grid.sizes["lead_time"]
    assert np.isfinite(weather.humidity[ahead:]).all()
    assert np.isfinite(weather.visibility[ahead:]).all()
    west = replace(facts, areas=(view.area,))
    for language, reason in (("en", "none lies here"), ("zh", "本地区没有站点"), ("ja", "測定局がない")):
        (drawn,) = meteogram.draw(west, copies(facts, language))
        assert drawn.svg.decode().count(reason) == 2, "of wind and of the mixing height"
        assert "µg/m³" in drawn.alt


def test_what_is_stored_of_it_comes_back_and_is_told_alike(facts: BulletinFacts, folder: Path) -> None:
    back, told = load_facts(folder), load_told_facts(folder)
    for stored in (back, told):
        for one, other in zip(facts.areas, stored.areas, strict=True):
            assert (one.id, one.names, one.station_ids, one.region) == (other.id, other.names, other.station_ids, other.region)
        west = next(area for area in stored.areas if area.id == "west")
        sent = next(area for area in facts.areas if area.id == "west")
        assert west.territory is not None
        assert sent.territory is not None
        xr.testing.assert_allclose(west.territory.share, sent.territory.share)
        assert [ring.tolist() for polygon in west.territory.polygons for ring in polygon] == [BOX.tolist()]
        assert stored.assessment.windows == facts.assessment.windows
        assert stored.assessment.reasons == facts.assessment.reasons
    for language in ("en", "zh", "ja"):
        assert page(back, wording(language)) == page(facts, wording(language))
    view, before = (next(v for v in areas_on(one, 0) if v.area.id == "west") for one in (back, facts))
    np.testing.assert_allclose(area_series(view, back).forecast, area_series(before, facts).forecast, rtol=1e-5)


@pytest.mark.parametrize("load", [load_facts, load_told_facts])
def test_without_its_stored_ground_it_is_an_error_of_the_archive(
    load: Callable[[Path], BulletinFacts], facts: BulletinFacts, tmp_path: Path
) -> None:
    (tmp_path / FACTS_FILE).parent.mkdir()
    facts_files(facts)[FACTS_FILE](tmp_path / FACTS_FILE)
    with pytest.raises(ArchiveError, match=r"ground\.nc is lacking, and west cannot be told without it"):
        load(tmp_path)
