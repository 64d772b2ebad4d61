"""Stacked curves of where the haze comes from: what is drawn in which colour, and what is left empty."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import xarray as xr
from PIL import Image

from hazecast.bulletins.pictures import source_stacks
from hazecast.bulletins.pictures.canvas import EXERCISE, figure
from hazecast.bulletins.pictures.layers import LOOKS, OTHERS, REGION_COLOURS, Layer, layers_of, name_layers, with_own_apart
from hazecast.bulletins.pictures.plot import Panel
from hazecast.bulletins.pictures.sheet import Sheet
from hazecast.bulletins.situation import areas_on
from hazecast.bulletins.source_series import SourceSeries, source_series
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import wording
from hazecast.records import Attribution, BulletinFacts, PlaceName, Source
from tests.bulletin_facts import blind_facts, calm_facts, episode_facts
from tests.pictures import first_picture


def picture(facts: BulletinFacts, language: str = "en") -> np.ndarray:
    content = first_picture(source_stacks.draw, facts, language)
    return np.asarray(Image.open(BytesIO(content.png)).convert("RGB"))


def share_of(colour: str, pixels: np.ndarray) -> float:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return float((pixels == wanted).all(axis=-1).mean())


def lacking(facts: BulletinFacts, hours: slice) -> BulletinFacts:
    assert facts.attribution is not None
    areas = facts.attribution.areas.copy(deep=True)
    areas["share"].values[:, hours] = np.nan
    return replace(facts, attribution=replace(facts.attribution, areas=areas))


def series_of(facts: BulletinFacts) -> list[SourceSeries]:
    assert facts.attribution is not None
    return [source_series(view, facts.attribution, Telling(facts, wording("en"))) for view in areas_on(facts, 0)]


def test_a_picture_has_the_size_of_a_page_and_every_region_its_colour() -> None:
    pixels = picture(episode_facts(), "zh")
    assert 900 <= pixels.shape[1] <= 1700
    assert 500 <= pixels.shape[0] <= 2000
    assert min(share_of(colour, pixels) for colour in REGION_COLOURS) > 0.0005


def test_hours_that_are_not_known_are_left_empty() -> None:
    whole, half, none = (picture(lacking(calm_facts(), slice(first, None))) for first in (200, 49, 0))
    shares = [sum(share_of(colour, pixels) for colour in REGION_COLOURS[:3]) for pixels in (whole, half, none)]
    assert shares[0] > 1.5 * shares[1] > 10 * shares[2]
    assert share_of(EXERCISE, none) > 0.0003  # "Sources not known"
    assert share_of(EXERCISE, half) < 0.0003


def test_an_area_without_a_forecast_says_so() -> None:
    blind = replace(blind_facts(), attribution=episode_facts().attribution, exercise=False)
    assert share_of(EXERCISE, picture(blind)) > 0.0003


def test_the_mark_of_an_exercise_stands_across() -> None:
    calm, exercise = (picture(replace(calm_facts(), exercise=exercise)) for exercise in (False, True))
    assert calm.shape == exercise.shape
    assert (calm != exercise).any(axis=-1).mean() > 0.02


def test_without_an_attribution_there_is_nothing_to_draw() -> None:
    with pytest.raises(ValueError, match="need an attribution"):
        picture(blind_facts())


def test_a_source_keeps_its_colour_and_those_without_one_are_gathered() -> None:
    facts = episode_facts()
    given = facts.attribution
    assert given is not None
    few = layers_of(series_of(facts), given, wording("en"))
    assert [layer.source_id for layer in few] == [source.id for source in given.sources[:8]] + ["elsewhere", "edges", "initial"]
    assert [layer.hatch for layer in few[8:]] == [LOOKS[i][2] for i in ("elsewhere", "edges", "initial")]
    more = with_regions(given, ("a", "b"))
    crowded = layers_of(series_of(replace(facts, attribution=more)), more, wording("zh"))
    assert crowded[8].name == "其他地区"
    assert len(crowded) == 12
    assert len({layer.colour for layer in crowded}) == 12
    assert sorted(number for layer in crowded for number in layer.numbers) == list(range(13))


def with_regions(given: Attribution, ids: Sequence[str]) -> Attribution:
    """A tenth of the share of the first region goes to each of more regions."""
    areas = given.areas
    for name in ids:
        areas = areas.assign_coords(source=areas["source"].astype(object))
        part = areas.isel(source=[0]).assign_coords(source=np.array([name], dtype=object))
        extra = part[["share", "share_low", "share_high"]] * 0.1
        both = {key: np.concatenate([areas[key].values, extra[key].values], axis=2) for key in extra.data_vars}
        labels = [*areas["source"].values.tolist(), name]
        areas = (
            areas.drop_dims("source")
            .assign_coords(source=labels)
            .assign({k: (("area", "lead_time", "source"), v) for k, v in both.items()})
        )
    return Attribution((*given.sources, *(Source(i, (PlaceName("en", i),)) for i in ids)), areas, given.members)


def test_the_layers_of_a_panel_add_up_to_the_curve() -> None:
    facts = calm_facts()
    given = facts.attribution
    assert given is not None
    one = series_of(facts)[1]
    bands = list(source_stacks._bands(one, layers_of([one], given, wording("en")), Telling(facts, wording("en"))))
    assert bands[0][0].source_id == one.own == one.view.area.id
    assert bands[-1][2] == pytest.approx(one.total)
    assert all((low <= high).all() for _, low, high in bands)


def test_a_name_is_written_where_it_fits_and_not_across_a_gap_or_a_mark() -> None:
    layer, thin = (Layer(i, i, (0,), "#332288", "#332288", "") for i in ("Place", "Thin"))
    days, low, high = np.linspace(0.0, 10.0, 101), np.zeros(101), np.full(101, 5.0)
    high[40:] = np.nan
    with figure(4, 3) as drawn:
        sheet, panel = Sheet(drawn), Panel(drawn, 0.0, 0.0, 4.0, 3.0, (0.0, 10.0), (0.0, 10.0))
        name_layers(sheet, panel, days, [(layer, low, high), (thin, low, low + 0.05)], 0.5)
        (word,) = drawn.texts
        left, bottom, right, top = sheet.extent(word)
    assert word.get_text() == "Place"
    assert (bottom + top) / 2 == pytest.approx(0.75, abs=0.03)
    assert panel.x(0.5) < left < right < panel.x(4.0)


@pytest.mark.parametrize("areas", [1, 4, 5])
def test_any_number_of_areas_can_be_drawn(areas: int) -> None:
    facts = episode_facts()
    assert picture(replace(facts, areas=facts.areas[:areas])).size > 0


def test_an_own_region_among_those_gathered_is_taken_out_of_them() -> None:
    regions = [Source(f"r{n}", (PlaceName("en", f"Region {n}"),)) for n in range(3)]
    attribution = replace_sources(regions)
    gathered = [Layer("r0", "Region 0", (0,), "#332288", "#332288", ""), Layer("", "other regions", (1, 2), *OTHERS)]
    apart = with_own_apart(gathered, "r2", attribution, wording("en"))
    assert [(layer.source_id, layer.numbers) for layer in apart] == [("r0", (0,)), ("r2", (2,)), ("", (1,))]
    assert apart[1].name == "Region 2"
    alone = with_own_apart([Layer("", "other regions", (1,), *OTHERS)], "r1", attribution, wording("en"))
    assert [(layer.source_id, layer.numbers) for layer in alone] == [("r1", (1,))]
    for own in ("r0", "", "nowhere"):
        assert with_own_apart(gathered, own, attribution, wording("en")) == gathered


def replace_sources(regions: list[Source]) -> Attribution:
    """An attribution of these sources that knows no area."""
    coords = {"area": ["a"], "lead_time": [1], "source": [source.id for source in regions]}
    shares = xr.DataArray(np.full((1, 1, len(regions)), np.nan), coords, ("area", "lead_time", "source"))
    return Attribution(tuple(regions), shares.to_dataset(name="share"), 0)
