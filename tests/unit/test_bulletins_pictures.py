"""Maps and curves: what they are drawn from, and that they come out for any domain."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
import shapely
import xarray as xr
from matplotlib.axes import Axes
from PIL import Image

from hazecast.bulletins.area_series import area_series, median_of_stations
from hazecast.bulletins.palette import pm25_classes
from hazecast.bulletins.pictures import curves, level_map, meteogram, source_stacks, value_maps
from hazecast.bulletins.pictures.borders import borders, land
from hazecast.bulletins.pictures.canvas import EXERCISE, figure, png
from hazecast.bulletins.pictures.cautions import cautions
from hazecast.bulletins.pictures.ground import Domain, Frame, domain_of
from hazecast.bulletins.pictures.labels import Label, write_labels
from hazecast.bulletins.pictures.projection import Plane, filled
from hazecast.bulletins.pictures.provinces import provinces
from hazecast.bulletins.pictures.sheet import Sheet
from hazecast.bulletins.situation import Period, areas_on
from hazecast.bulletins.window_levels import highest_levels
from hazecast.bulletins.wording import wording
from hazecast.records import BulletinFacts, EmissionProxy, Level, Note, NoteCode, PlaceName, Station
from tests.bulletin_facts import blind_facts, calm_facts, episode_facts
from tests.pictures import Draw, copies, first_picture

INIT = datetime(2030, 1, 13, 22, tzinfo=UTC)
NONE, YELLOW, RED, UNKNOWN = Level.NONE, Level.YELLOW, Level.RED, Level.UNKNOWN


def picture(draw: Draw, facts: BulletinFacts, language: str = "en") -> bytes:
    return first_picture(draw, facts, language).png


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(content)).convert("RGB")).reshape(-1, 3)


def share_of(colour: str, content: bytes) -> float:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return float((pixels(content) == wanted).all(axis=1).mean())


@pytest.mark.parametrize(
    ("hourly", "highest"),
    [
        ([NONE, NONE, NONE], NONE),
        ([NONE, RED, YELLOW], RED),
        ([NONE, UNKNOWN, NONE], UNKNOWN),
        ([UNKNOWN, YELLOW, NONE], YELLOW),
        ([UNKNOWN, UNKNOWN, UNKNOWN], UNKNOWN),
    ],
)
def test_a_cell_is_free_of_haze_only_if_every_hour_is_known_to_be(hourly: list[Level], highest: Level) -> None:
    levels = xr.DataArray(np.array(hourly, dtype=np.int8)[None, :, None], dims=("latitude", "lead_time", "longitude"))
    times = np.datetime64("2030-01-14T00", "ns") + np.arange(1, 4) * np.timedelta64(1, "h")
    period = Period(datetime(2030, 1, 14, tzinfo=UTC), datetime(2030, 1, 15, tzinfo=UTC))
    assert highest_levels(levels, times, period).item() == highest


def test_hours_at_the_start_of_a_window_belong_to_the_one_before_and_a_window_without_hours_is_unknown() -> None:
    levels = xr.DataArray(np.array([RED, NONE], dtype=np.int8)[:, None, None], dims=("lead_time", "latitude", "longitude"))
    times = np.array(["2030-01-14T00", "2030-01-14T01"], dtype="datetime64[ns]")
    start = datetime(2030, 1, 14, tzinfo=UTC)
    assert highest_levels(levels, times, Period(start, start + timedelta(hours=1))).item() == NONE
    assert highest_levels(levels, times, Period(start + timedelta(days=1), start + timedelta(days=2))).item() == UNKNOWN


def test_the_curve_of_an_area_is_the_median_of_its_stations() -> None:
    facts = episode_facts()
    beijing = next(view for view in areas_on(facts, 0) if view.area.id == "beijing")
    series = area_series(beijing, facts)
    own = facts.forecast.stations["pm25_quantile"].sel(station=list(beijing.area.station_ids))
    assert series.at(0.95) == pytest.approx(own.isel(quantile=4).median("station").values)
    assert np.nanmax(series.at(0.5)[2:26]) == pytest.approx(beijing.window.peak_pm25 * 1.06)  # stations differ by 6 % in these facts
    assert series.observed.shape == (3, 49)
    assert np.isnan(series.at(0.1)).all()


def test_fewer_than_half_of_the_stations_make_no_median() -> None:
    values = np.array([[1.0, 1.0, np.nan], [2.0, np.nan, np.nan], [9.0, np.nan, np.nan]])
    assert median_of_stations(values) == pytest.approx([2.0, np.nan, np.nan], nan_ok=True)
    assert np.isnan(median_of_stations(np.empty((0, 3)))).all()


@pytest.mark.parametrize(
    ("draw", "facts"),
    [(level_map.draw, episode_facts), (curves.draw, calm_facts), (value_maps.draw, blind_facts), (meteogram.draw, blind_facts)],
)
def test_a_picture_has_the_size_of_a_page_and_no_date(draw: Draw, facts: Callable[[], BulletinFacts]) -> None:
    content = picture(draw, facts(), "zh")
    image = Image.open(BytesIO(content))
    assert 900 <= image.width <= 1700
    assert 500 <= image.height <= 2000
    assert set(image.info) <= {"dpi"}


@pytest.mark.parametrize("draw", [level_map.draw, value_maps.draw, curves.draw, source_stacks.draw, meteogram.draw])
def test_the_same_facts_give_the_same_picture_whatever_was_drawn_before(draw: Draw) -> None:
    one, *_ = (p for p in draw(calm_facts(), copies(calm_facts(), "zh", "en")) if p.language == "en")
    assert one == first_picture(draw, calm_facts())
    assert len(one.alt) > 60


def test_the_map_shows_each_level_in_its_colour() -> None:
    content = picture(level_map.draw, episode_facts())
    assert min(share_of(colour, content) for colour in ("#ffd92e", "#f58a1f", "#c8102e", "#d3d6d9")) > 0.003
    calm = picture(level_map.draw, calm_facts())
    assert share_of("#deeee0", calm) > 0.2
    assert share_of("#c8102e", calm) < 0.003


def test_an_unknown_domain_is_not_drawn_in_the_colour_of_no_haze() -> None:
    facts = blind_facts()
    unknown = facts.assessment.grid_level.copy(data=np.full(facts.assessment.grid_level.shape, UNKNOWN, dtype=np.int8))
    without_window = replace(facts, assessment=replace(facts.assessment, windows=()))
    for changed in (replace(facts, assessment=replace(facts.assessment, grid_level=unknown)), without_window):
        assert share_of("#deeee0", picture(level_map.draw, changed)) < 0.003


def test_latitudes_from_north_to_south_give_the_same_map() -> None:
    facts = calm_facts()
    rising = facts.assessment.grid_level
    marked = rising.copy(data=np.where(rising["latitude"].values[:, None] > 51.5, RED, NONE).astype(np.int8) + 0 * rising.values)
    falling = marked.isel(latitude=slice(None, None, -1))
    assert picture(level_map.draw, replace(facts, assessment=replace(facts.assessment, grid_level=falling))) == picture(
        level_map.draw, replace(facts, assessment=replace(facts.assessment, grid_level=marked))
    )


def test_settings_of_the_user_do_not_change_a_picture() -> None:
    content = picture(curves.draw, calm_facts())
    with mpl.rc_context({"lines.linewidth": 9, "font.family": "serif", "axes.facecolor": "black", "savefig.dpi": 40}):
        assert picture(curves.draw, calm_facts()) == content
        assert mpl.rcParams["lines.linewidth"] == 9


def moved(facts: BulletinFacts, north: float, east: float) -> BulletinFacts:
    """The same forecast elsewhere."""
    stations = tuple(Station(s.id, s.name, s.latitude + north, s.longitude + east) for s in facts.stations)
    grid = facts.forecast.grid.assign_coords(
        latitude=facts.forecast.grid["latitude"] + north, longitude=facts.forecast.grid["longitude"] + east
    )
    level = facts.assessment.grid_level.assign_coords(latitude=grid["latitude"], longitude=grid["longitude"])
    return replace(
        facts, stations=stations, forecast=replace(facts.forecast, grid=grid), assessment=replace(facts.assessment, grid_level=level)
    )


@pytest.mark.parametrize(
    ("north", "east"),
    [(-51.5, 110.0), (-85.3, 151.0), (-54.0, 179.9), (-20.0, 190.0), (-30.0, -30.0), (16.0, 15.0)],
    ids=["equator", "Australia", "date line south", "beyond 180", "open ocean", "Svalbard"],
)
def test_a_map_can_be_drawn_anywhere(north: float, east: float) -> None:
    assert picture(level_map.draw, moved(calm_facts(), north, east)).startswith(b"\x89PNG")


def test_land_runs_on_beyond_the_date_line() -> None:
    fiji = land(176.0, -20.0, 182.0, -15.0)
    assert fiji.bounds[0] < 179.0
    assert fiji.bounds[2] > 180.0


def test_the_land_border_of_china_is_drawn_once_and_its_coast_is_no_border() -> None:
    north_east = borders(120.0, 40.0, 132.0, 46.0)
    assert not north_east.countries.is_empty
    coast = borders(117.0, 37.0, 122.0, 41.0)
    assert coast.countries.length < 0.05  # degrees: specks at the edge of the box
    assert coast.coast.length > 5.0
    assert not coast.provinces.is_empty


def test_a_plane_keeps_shapes_and_holes() -> None:
    plane = Plane.around(116.0, 39.0, 118.0, 41.0)
    east, north = plane.xy([116.95, 117.05, 117.0, 117.0], [40.0, 40.0, 39.95, 40.05]).reshape(2, 2, 2)
    assert np.linalg.norm(east[1] - east[0]) / np.linalg.norm(north[1] - north[0]) == pytest.approx(np.cos(np.deg2rad(40.0)), rel=0.005)
    ring = shapely.box(0, 0, 10, 10) - shapely.box(4, 4, 6, 6)
    path = filled(ring)
    assert path is not None
    assert [shapely.LinearRing(part).is_ccw for part in path.to_polygons()] == [True, False]  # what is filled, and its hole
    assert filled(shapely.LineString([(0, 0), (1, 1)])) is None


def test_names_on_the_map_never_cover_each_other() -> None:
    with figure(4, 4) as drawn:
        axes = drawn.add_axes((0, 0, 1, 1))
        assert isinstance(axes, Axes)
        axes.set(xlim=(0, 10), ylim=(0, 10))
        write_labels(Sheet(drawn), axes, [Label(f"Place {i}", 5 + 0.01 * i, 5) for i in range(20)], 12)
        boxes = [text.get_window_extent() for text in drawn.texts]
        assert 3 <= len(boxes) < 20
        assert [text.get_text() for text in drawn.texts][:2] == ["Place 0", "Place 1"]
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_a_name_with_the_signs_of_formulas_is_drawn_as_it_stands() -> None:
    with figure(2, 1) as drawn:
        drawn.text(0.5, 0.5, "$\\undefined{$ 北京")
        assert png(drawn).startswith(b"\x89PNG")


def test_at_most_twelve_areas_have_a_panel_and_the_rest_is_counted() -> None:
    facts = episode_facts()
    more = tuple(replace(area, id=f"{area.id}-2") for area in facts.areas)
    crowded = replace(facts, areas=(*facts.areas, *more))
    pictures = [picture(curves.draw, f) for f in (facts, crowded)]
    assert Image.open(BytesIO(pictures[0])).size == Image.open(BytesIO(pictures[1])).size
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("areas", [1, 5])
def test_any_number_of_areas_can_be_drawn(areas: int) -> None:
    facts = episode_facts()
    assert picture(curves.draw, replace(facts, areas=facts.areas[:areas])).startswith(b"\x89PNG")


def test_an_edition_without_limits_and_no_observations_can_be_drawn() -> None:
    facts = replace(calm_facts(), edition="delta-2031", observations=calm_facts().observations.isel(time=slice(0, 0)))
    assert picture(curves.draw, facts).startswith(b"\x89PNG")
    assert picture(level_map.draw, facts).startswith(b"\x89PNG")


PROXY = Note(NoteCode.EMISSIONS_ARE_PROXY, detail=EmissionProxy.CITIES)
PERFECT = Note(NoteCode.PERFECT_PROGNOSIS)


@pytest.mark.parametrize(("language", "said"), [("en", "a proxy stands in for it."), ("zh", "以替代量代替。")])
def test_a_picture_says_what_stands_in_for_an_input(language: str, said: str) -> None:
    facts = episode_facts()
    bare = replace(facts, notes=(), forecast=replace(facts.forecast, notes=()))
    assert cautions(bare, wording(language)) == ()
    assert cautions(replace(bare, notes=(PROXY,)), wording(language))[0].endswith(said)
    assert len(cautions(replace(bare, notes=(PROXY, PERFECT)), wording(language))) == 2


@pytest.mark.parametrize("draw", [level_map.draw, curves.draw])
def test_every_caution_has_its_line_in_the_picture(draw: Draw) -> None:
    facts = episode_facts()
    bare = replace(facts, notes=(), forecast=replace(facts.forecast, notes=()), exercise=False)
    content = [picture(draw, replace(bare, notes=notes)) for notes in ((), (PROXY,), (PROXY, PERFECT))]
    written = [round(share_of(EXERCISE, one) * pixels(one).shape[0]) for one in content]
    assert written[0] + 200 < written[1] < written[2] - 200
    heights = [Image.open(BytesIO(one)).height for one in content]
    assert heights[0] <= heights[1] < heights[2]


def test_a_drawing_has_text_as_text_and_asks_for_nothing() -> None:
    facts = replace(calm_facts(), titles=(PlaceName("en", "<London> & air"),))
    drawn = next(iter(level_map.draw(facts, copies(facts, "en"))))
    root = ElementTree.fromstring(drawn.svg)
    texts = [text.text for text in root.findall(".//{*}text")]
    assert {"Inner London", "Warning levels: <London> & air"} <= set(texts)
    assert root.find("{*}title").text == drawn.alt  # type: ignore[union-attr]
    assert b"<!DOCTYPE" not in drawn.svg
    addresses = [value for element in root.iter() for name, value in element.attrib.items() if name.endswith(("href", "src"))]
    assert all(address.startswith("#") for address in addresses)


def test_rounded_haze_areas_keep_the_middle_of_each_cell() -> None:
    facts = blind_facts()
    domain = domain_of(facts)
    frame = Frame.around(domain)
    levels = np.random.default_rng(5).choice([UNKNOWN, NONE, YELLOW, RED], size=(13, 17), p=[0.2, 0.3, 0.3, 0.2]).astype(np.int8)
    shapes = level_map._shapes(levels, domain, frame)
    y, x = ((edges[:-1] + edges[1:]) / 2 for edges in (domain.latitude_edges, domain.longitude_edges))
    points = shapely.points(frame.plane.xy(*np.meshgrid(x, y)))
    drawn = np.full(levels.shape, UNKNOWN)
    for level in (NONE, YELLOW, RED, UNKNOWN):  # the order in which they lie on each other
        drawn[shapely.contains(shapes[level], points)] = level
    assert (drawn == levels).all()


def test_on_maps_of_values_only_known_cells_have_a_colour() -> None:
    facts = calm_facts()
    grid = facts.forecast.grid.copy(deep=True)
    grid["pm25"].values[:, :2] = np.nan
    half = replace(facts, forecast=replace(facts.forecast, grid=grid))
    whole, lacking = (next(iter(value_maps.draw(f, copies(f, "en")))) for f in (facts, half))
    assert "unknown in 0% of the domain" in whole.alt
    assert "unknown in 40% of the domain" in lacking.alt
    grey = [share_of("#d3d6d9", picture.png) for picture in (whole, lacking)]
    assert grey[1] > grey[0] + 0.1
    nothing = replace(facts, assessment=replace(facts.assessment, windows=()))
    assert all("unknown in 100% of the domain" in picture.alt for picture in value_maps.draw(nothing, copies(nothing, "en")))


def test_the_classes_of_pm25_follow_the_standard_in_force() -> None:
    before, after = datetime(2026, 2, 28, 15, tzinfo=UTC), datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert (pm25_classes(before).starts[2], pm25_classes(after).starts[2]) == (75.0, 60.0)


@pytest.mark.parametrize(("west", "south", "shown"), [(73.0, 18.0, True), (100.0, 18.0, False), (73.0, 1.0, False)])
def test_a_map_of_china_has_the_south_china_sea_beside_it(west: float, south: float, shown: bool) -> None:
    assert Domain(np.array([south, 54.0]), np.array([west, 135.0])).shows_china is shown


def test_every_province_has_a_name_in_three_languages() -> None:
    assert len(provinces()) == 34
    assert all(len({name.language for name in province.names if name.text}) == 3 for province in provinces())
    assert next(p for p in provinces() if p.name_in("en") == "Guangdong").name_in("ja") == "広東省"
