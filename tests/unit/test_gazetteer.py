"""The cities that hazecast knows, and who works together."""

from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from tzfpy import get_tz

from hazecast.errors import SettingsError
from hazecast.gazetteer.cooperation import known_pairs, member, members, partners_of
from hazecast.gazetteer.places import LANGUAGES, known_places, place


def ids(found: object) -> list[str]:
    assert isinstance(found, tuple)
    return [member.id for member in found]


def test_every_city_has_a_place_a_zone_that_holds_there_and_a_name_in_each_language() -> None:
    places = known_places()
    assert len({p.id for p in places}) == len(places) > 30
    for known in places:
        assert get_tz(known.longitude, known.latitude) == ZoneInfo(known.time_zone).key, known.id
        assert [name.language for name in known.names] == list(LANGUAGES)
        assert all(name.text for name in known.names)


def test_cities_of_a_province_are_told_under_it_and_those_that_are_one_are_not() -> None:
    assert [name.text for name in place("langfang").region] == ["Hebei", "河北", "河北省"]
    assert [place(id).region for id in ("beijing", "tianjin", "shanghai", "chongqing", "kitakyushu")] == [()] * 5
    assert {place(known.seat.id).region[1].text[:2] for known in members() if known.kind == "province"} == {
        "江苏",
        "河北",
        "广东",
        "辽宁",
        "山西",
    }


def test_seventeen_members_in_china_and_eleven_in_japan_take_part() -> None:
    assert len({m.id for m in members()}) == 28
    assert Counter(m.language for m in members()) == {"zh": 17, "ja": 11}
    assert {m.language: {n.seat.time_zone for n in members() if n.language == m.language} for m in members()} == {
        "zh": {"Asia/Shanghai"},
        "ja": {"Asia/Tokyo"},
    }
    assert [member("hyogo").name_in(language) for language in LANGUAGES] == ["Hyogo Prefecture", "兵库县", "兵庫県"]


def test_each_pair_has_a_member_of_either_country() -> None:
    assert {(member(one).language, member(other).language) for one, other in known_pairs()} == {("zh", "ja")}


def test_partners_hold_both_ways_and_further_ones_come_after() -> None:
    assert ids(partners_of("kitakyushu")) == ["shanghai", "tianjin"]
    assert ids(partners_of("shenyang")) == ["kawasaki"]
    assert ids(partners_of("jiangsu")) == ["fukuoka"]
    assert ids(partners_of("xiamen")) == []
    further = (("xiamen", "kobe"), ("kitakyushu", "shanghai"), ("dalian", "kitakyushu"))
    assert ids(partners_of("kobe", further)) == ["xiamen"]
    assert ids(partners_of("kitakyushu", further)) == ["shanghai", "tianjin", "dalian"]


def test_who_is_not_known_is_named() -> None:
    with pytest.raises(SettingsError, match=r"'atlantis'.*Choose one of: beijing"):
        place("atlantis")
    with pytest.raises(SettingsError, match=r"'atlantis' is not among"):
        partners_of("kobe", [("kobe", "atlantis")])
