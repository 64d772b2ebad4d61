"""Where the haze comes from: what is chosen, how it is rounded, and how it is said."""

import html
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import xarray as xr

from hazecast.bulletins.compose import compose
from hazecast.bulletins.page import page
from hazecast.bulletins.situation import areas_on
from hazecast.bulletins.source_sentences import source_sentences, sources_basis
from hazecast.bulletins.source_series import largest_sources, source_series
from hazecast.bulletins.sources import PeakSources, peak_sources, told_window, whole_percents
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import wording
from hazecast.records import Area, Attribution, BulletinFacts, Level, Note, NoteCode, PlaceName, Source, WindowAssessment
from hazecast.records.sources import EDGES, ELSEWHERE, INITIAL
from tests.bulletin_facts import NORTH_CHINA, Scenario, episode_facts, facts_of
from tests.pictures import draw_nothing

INIT = episode_facts().cycle.init_time
TIMES = np.datetime64(INIT.replace(tzinfo=None), "ns") + np.arange(1, 99) * np.timedelta64(1, "h")
TANGSHAN = next(place for place in NORTH_CHINA if place.id == "tangshan")
REGIONS = {"tangshan": ("唐山", "Tangshan"), "tianjin": ("天津", "Tianjin"), "hebei": ("河北", "Hebei"), "shanxi": ("山西", "Shanxi")}


def attribution(shares: dict[str, float], own: str = "tangshan", members: int = 12, secondary: float = 0.34) -> Attribution:
    """The same shares at all hours, each 0.1 more or less."""
    sources = tuple(Source(i, tuple(map(PlaceName, ("zh", "en"), REGIONS[i])) if i in REGIONS else ()) for i in shares)
    share = np.tile(np.array(list(shares.values())), (1, len(TIMES), 1))
    dims = ("area", "lead_time", "source")
    areas = xr.Dataset(
        {
            "share": (dims, share),
            "share_low": (dims, np.maximum(share - 0.1, 0)),
            "share_high": (dims, share + 0.1),
            "secondary_share": (dims[:2], np.full(share.shape[:2], secondary)),
            "own_source": ("area", [own]),
        },
        {"area": ["tangshan"], "lead_time": np.arange(1, 99), "source": list(shares), "valid_time": ("lead_time", TIMES)},
    )
    return Attribution(sources, areas, members)


def without(given: Attribution, hours: slice, variables: tuple[str, ...] = ("share", "share_low", "share_high")) -> Attribution:
    """Nothing known at some hours."""
    areas = given.areas.copy(deep=True)
    for name in variables:
        areas[name].values[:, hours] = np.nan
    return replace(given, areas=areas)


COMMON = {"tianjin": 0.214, "tangshan": 0.576, EDGES: 0.09, "shanxi": 0.04, ELSEWHERE: 0.045, INITIAL: 0.035}


def facts(given: Attribution | None = None, places: str = "yy--") -> BulletinFacts:
    place = replace(TANGSHAN, days=places)
    scenario = Scenario("华北", "Asia/Shanghai", INIT, (place,), np.arange(38, 41, 0.25), np.arange(117, 119, 0.25), ())
    return replace(facts_of(scenario), attribution=given)


def sentence(given: Attribution, language: str = "en", **changes: object) -> str:
    made = replace(facts(given), **changes)  # type: ignore[arg-type]
    (said,) = source_sentences(Telling(made, wording(language)))
    return said


def windows_of(made: BulletinFacts) -> list[WindowAssessment]:
    return list(made.assessment.windows)


def chosen(given: Attribution) -> PeakSources:
    found = peak_sources("tangshan", windows_of(facts()), given)
    assert found is not None
    return found


def test_the_own_city_comes_first_then_the_largest_and_the_small_are_gathered() -> None:
    assert sentence(attribution(COMMON)) == (
        "Of the 188 µg/m³ expected in Tangshan at the peak (Mon 14 Jan 23:00), 58% (47–68%) is of the city itself, 21% (11–32%) is from "
        "Tianjin, 9% (0–19%) came over the edges of the domain and 12% is from other sources; of all this 34% was formed on the way."
    )
    assert sentence(attribution(COMMON), "zh") == (
        "唐山峰值（1月14日23时）预计188 µg/m³，其中58%（47–68%）来自本地，21%（11–32%）来自天津，9%（0–19%）由模拟区域边界外输入，"
        "12%来自其他来源；总量中34%为途中二次生成。"
    )


def test_what_is_of_no_region_has_words_of_its_own() -> None:
    shares = {"tangshan": 0.5, ELSEWHERE: 0.3, INITIAL: 0.2}
    said = [sentence(attribution(shares), language) for language in ("en", "zh")]
    assert "30% (20–40%) is from elsewhere in the domain and 20% (10–30%) was in the air when the forecast started;" in said[0]
    assert "30%（20–40%）来自模拟区域内其他地方，20%（10–30%）起报时已在空气中；" in said[1]


def test_a_region_that_the_city_only_lies_in_is_not_called_the_city() -> None:
    given = attribution({"tianjin": 0.6, "hebei": 0.4}, own="hebei")
    assert "Mon 14 Jan 23:00), 40% (30–50%) is from within Hebei and 60% (50–70%) is from Tianjin;" in sentence(given)
    assert "40%（30–50%）来自所在的河北境内，60%" in sentence(given, "zh")


def test_without_an_own_region_the_largest_comes_first() -> None:
    shares = chosen(attribution({"tangshan": 0.3, "tianjin": 0.7}, own="")).shares
    assert [(s.source.id if s.source else "", s.own) for s in shares] == [("tianjin", False), ("tangshan", False)]
    assert "30% (20–40%) is from Tangshan" in sentence(attribution({"tangshan": 0.3, "tianjin": 0.7}, own=""))


def test_a_small_own_share_is_named_and_never_called_nothing() -> None:
    said = sentence(attribution({"tianjin": 0.998, "tangshan": 0.002}, secondary=0.001))
    assert "), <1% (0–11%) is of the city itself and 100% (89–100%) is from Tianjin; of all this <1% was formed" in said


def test_at_most_five_are_named() -> None:
    shares = chosen(attribution({"tangshan": 0.1, "tianjin": 0.3, "hebei": 0.2, "shanxi": 0.15, EDGES: 0.13, INITIAL: 0.12})).shares
    assert [s.source.id if s.source else "rest" for s in shares] == ["tangshan", "tianjin", "hebei", "shanxi", EDGES, "rest"]
    assert shares[-1].percent == 12
    assert (shares[-1].low, shares[-1].high) == (None, None)


@pytest.mark.parametrize(
    ("parts", "percents"),
    [
        ([1 / 3, 1 / 3, 1 / 3], [34, 33, 33]),
        ([0.576, 0.214, 0.09, 0.12], [58, 21, 9, 12]),
        ([0.005] * 200, [1] * 100 + [0] * 100),
        ([0.29, 0.57, 0.14], [29, 57, 14]),
        ([2.0, 1.0, 1.0], [50, 25, 25]),
        ([1.0, 0.0], [100, 0]),
        ([0.996, 0.004], [100, 0]),
    ],
)
def test_whole_percents_add_up_to_a_hundred(parts: list[float], percents: list[int]) -> None:
    assert whole_percents(parts) == percents


def test_any_shares_add_up_and_lie_in_their_ranges() -> None:
    random = np.random.default_rng(3)
    for parts in random.dirichlet(np.full(4, 0.6), 200):
        given = attribution(dict(zip((*REGIONS,), parts, strict=True)))
        shares = chosen(given).shares
        assert sum(share.percent for share in shares) == 100
        assert all(s.low <= s.percent <= s.high for s in shares if s.low is not None and s.high is not None)


def test_shares_are_the_mean_of_the_hours_about_the_peak() -> None:
    given = attribution({"tangshan": 0.5, "tianjin": 0.5})
    peak = int(np.flatnonzero(np.datetime64(chosen(given).window.peak_time.replace(tzinfo=None), "ns") == TIMES)[0])  # type: ignore[union-attr]
    areas = given.areas.copy(deep=True)
    areas["share"].values[0, :, 0] = np.where(np.abs(np.arange(98) - peak) <= 3, 0.2, 1.0)
    areas["share"].values[0, peak + 3, 0] = 0.9
    areas["share"].values[0, :, 1] = 1 - areas["share"].values[0, :, 0]
    assert [share.percent for share in chosen(replace(given, areas=areas)).shares] == [30, 70]  # (6 · 0.2 + 0.9) / 7


def test_hours_that_are_not_known_are_left_out_and_never_count_as_nothing() -> None:
    given = attribution(COMMON)
    peak = chosen(given)
    assert chosen(without(given, slice(0, 16))).shares == peak.shares  # four of seven hours are left
    lacking = without(given, slice(0, 17))
    assert chosen(lacking).shares == ()
    assert sentence(lacking) == (
        "Where the 188 µg/m³ expected in Tangshan at the peak (Mon 14 Jan 23:00) come from cannot be told: "
        "the transport model does not know these hours."
    )
    assert sentence(lacking, "zh") == "唐山峰值（1月14日23时）预计188 µg/m³，来源无法判断：传输模式没有这些时次的结果。"


def test_an_area_that_the_model_does_not_know_has_no_shares() -> None:
    given = attribution(COMMON)
    other = replace(given, areas=given.areas.assign_coords(area=["elsewhere-city"]))
    assert "cannot be told" in sentence(other)


def test_a_spread_or_a_secondary_part_that_is_not_known_is_left_out() -> None:
    bare = without(without(attribution(COMMON, members=1), slice(None), ("share_low", "share_high")), slice(None), ("secondary_share",))
    assert sentence(bare).endswith(
        "), 58% is of the city itself, 21% is from Tianjin, 9% came over the edges of the domain and 12% is from other sources."
    )
    assert "the model ran only once" in sources_basis(Telling(facts(bare), wording("en")))


def test_without_an_attribution_one_line_says_so() -> None:
    for language, said in (
        ("en", "Where the haze comes from cannot be told: the transport model could not run."),
        ("zh", "霾的来源无法判断：传输模式未能运行。"),
    ):
        told = page(facts(None), wording(language))
        assert (told.sources, told.sources_basis) == ((), "")
        assert told.lacks[-1] == said
        assert said not in page(facts(attribution(COMMON)), wording(language)).lacks


def test_areas_without_a_peak_share_a_sentence() -> None:
    said = source_sentences(Telling(facts(attribution(COMMON), "????"), wording("en")))
    assert said == ("No peak is forecast for Hebei (Tangshan), so nothing can be told of the sources there.",)


def test_a_much_higher_peak_after_the_first_window_is_the_one_explained() -> None:
    same, higher = (windows_of(facts(None, days)) for days in ("yy--", "-yr-"))
    a_little = [same[0], replace(same[1], peak_pm25=1.4 * (same[0].peak_pm25 or 0.0)), *same[2:]]
    assert told_window(a_little[::-1]) is same[0]
    assert told_window(higher) is higher[2]
    assert told_window([replace(w, peak_pm25=None) for w in same]) is None
    unknown_first = [replace(same[0], level=Level.UNKNOWN, peak_pm25=None, peak_time=None), *same[1:]]
    assert told_window(unknown_first) is same[1]
    said = source_sentences(Telling(facts(attribution(COMMON), "-yr-"), wording("en")))[0]
    assert said.startswith("Of the 548 µg/m³ expected in Tangshan at the highest peak after the first window (Wed 16 Jan 23:00), 58%")


def test_what_the_shares_rest_on_is_said_with_them() -> None:
    made = facts(attribution(COMMON))
    plain = sources_basis(Telling(made, wording("en")))
    assert "12 runs with winds and emissions changed at random" in plain
    assert "within 3 hours of the peak" in plain
    assert "proxy" not in plain
    by_proxy = replace(made, notes=(Note(NoteCode.EMISSIONS_ARE_PROXY, detail="cities-by-population"),))
    assert "A proxy stands in for an emission inventory, and the shares" in sources_basis(Telling(by_proxy, wording("en")))
    assert "12次模拟" in sources_basis(Telling(by_proxy, wording("zh")))
    assert "替代量" in sources_basis(Telling(by_proxy, wording("zh")))


def test_markup_in_a_name_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    draw_nothing(monkeypatch)
    given = attribution(COMMON)
    evil = "<script>alert('$x$')\n</script>"
    named = tuple(replace(s, names=(PlaceName("en", evil),)) if s.id == "tianjin" else s for s in given.sources)
    documents = {
        d.name: d.content.decode() for d in compose(facts(replace(given, sources=named))).documents if d.name.startswith("bulletin")
    }
    assert "<script" not in documents["bulletin.en.html"] + documents["bulletin.zh.html"]
    assert html.escape("from <script>alert('$x$') </script>").replace("&#x27;", "&#39;") in documents["bulletin.en.html"]
    assert "<script>alert('$x$') </script>" in " ".join(documents["bulletin.en.txt"].split())


def test_the_parts_of_a_curve_are_shares_of_its_median() -> None:
    made = facts(without(attribution(COMMON), slice(50, 60)))
    assert made.attribution is not None
    series = source_series(areas_on(made, 0)[0], made.attribution, Telling(made, wording("en")))
    known = ~np.isnan(series.parts.sum(axis=0))
    assert known.sum() == 88
    assert not known[50:60].any()
    assert series.parts[:, known].sum(axis=0) == pytest.approx(series.total[known])
    assert series.parts[1, :50] == pytest.approx(0.576 * series.total[:50])
    assert series.at(INIT + timedelta(hours=1)) == series.total[0]
    assert np.isnan(series.at(INIT - timedelta(hours=5)))
    assert series.own == "tangshan"
    assert largest_sources([series], range(6), 2) == [0, 1]


def test_a_forecast_of_other_hours_than_the_model_has_is_divided_where_both_are_known() -> None:
    given = attribution(COMMON)
    made = facts(replace(given, areas=given.areas.isel(lead_time=slice(10, 40))))
    assert made.attribution is not None
    series = source_series(areas_on(made, 0)[0], made.attribution, Telling(made, wording("en")))
    assert np.flatnonzero(~np.isnan(series.parts[0])).tolist() == list(range(10, 40))


def test_an_area_is_known_by_its_id_or_its_name() -> None:
    given = attribution(COMMON)
    named = Area("ts-2", (PlaceName("zh", "唐山"),), ("tangshan-0",), "Asia/Shanghai")
    areas = given.areas.assign_coords(area=["ts-2"])
    made = facts(replace(given, areas=areas))
    windows = tuple(replace(window, area_id="ts-2") for window in made.assessment.windows)
    made = replace(made, areas=(named,), assessment=replace(made.assessment, windows=windows))
    assert "58% (47–68%) is of the city itself" in source_sentences(Telling(made, wording("en")))[0]
