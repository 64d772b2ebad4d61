"""What bulletins say of an edition is what its own file has; without one they show its key and codes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hazecast.bulletins.compose import compose
from hazecast.bulletins.editions import called_in_words, condition_in_words, edition_in_words, pm25_limits
from hazecast.bulletins.page import page
from hazecast.bulletins.phrases import guidance
from hazecast.bulletins.wording import languages, wording
from hazecast.records import Assessment, BulletinFacts, ConditionFacts, Level
from hazecast.warnings.edition import known_editions, load_edition
from hazecast.warnings.telling import facts_of
from tests.bulletin_facts import calm_facts, episode_facts
from tests.pictures import draw_nothing

Says = Callable[[str], Assessment]


@pytest.fixture(scope="module")
def calm() -> BulletinFacts:
    return calm_facts()


@pytest.fixture(scope="module")
def by(calm: BulletinFacts) -> Says:
    """An assessment by the edition of that name."""

    def assessed(name: str) -> Assessment:
        return replace(calm.assessment, edition=name, standard=facts_of(load_edition(name)))

    return assessed


def decided_by(name: str, level: Level, condition: str) -> BulletinFacts:
    """An episode whose every warning and window of a level is by one level of an edition."""
    facts = episode_facts()
    assessment = facts.assessment
    windows = tuple(replace(w, level=level, condition=condition) if w.level > Level.NONE else w for w in assessment.windows)
    raised = [m for m in assessment.messages if m.level > Level.NONE]
    messages = tuple(replace(m, edition=name, level=level, condition=condition, replaces=()) for m in raised)
    in_force = tuple(message for message in messages if message.level > Level.NONE)
    told = replace(
        assessment, edition=name, standard=facts_of(load_edition(name)), windows=windows, messages=messages, in_force=in_force, reasons=()
    )
    return replace(facts, edition=name, assessment=told, in_force_before=(), previous=None)


@pytest.mark.parametrize("name", known_editions())
@pytest.mark.parametrize("language", languages())
def test_every_edition_says_all_in_every_language(by: Says, name: str, language: str) -> None:
    assessment, words = by(name), wording(language)
    assert edition_in_words(assessment, words) not in ("", name)
    assert assessment.standard is not None
    for level in assessment.standard.levels:
        own = next(g for g in level.guidance if g.language == language)
        assert guidance({level.level}, assessment, words) == tuple(f"{line}{'.' if language == 'en' else '。'}" for line in own.lines)
        assert all(name not in condition_in_words(assessment, c.code, words) for c in level.conditions)
    assert language in {text.language for text in assessment.standard.called}


def test_a_condition_without_words_is_told_by_its_bounds(by: Says) -> None:
    haze = by("cma-haze-2013")
    assert condition_in_words(haze, "yellow-1", wording("en")) == "visibility below 3000 m and humidity below 80%"
    assert condition_in_words(haze, "orange-2", wording("en")) == (
        "visibility below 2000 m, humidity of 80% or more and PM2.5 above 150 µg/m³"
    )
    assert condition_in_words(haze, "red-3", wording("zh")) == "能见度小于5000米，且PM2.5浓度大于500 µg/m³"
    assert condition_in_words(haze, "yellow-1", wording("ja")) == "視程3000 m未満、かつ相対湿度80%未満"


def test_limits_that_are_drawn_hold_at_any_humidity(by: Says) -> None:
    assert dict(pm25_limits(by("cma-haze-2013").standard)) == {Level.YELLOW: 150.0, Level.ORANGE: 250.0, Level.RED: 500.0}
    assert dict(pm25_limits(by("regional-haze-6h").standard)) == {Level.YELLOW: 150.0, Level.ORANGE: 250.0, Level.RED: 500.0}
    assert dict(pm25_limits(by("cma-haze-2007").standard)) == {}


def test_old_facts_show_the_key_and_the_codes(calm: BulletinFacts) -> None:
    old = replace(calm.assessment, edition="delta-2031", standard=None)
    assert condition_in_words(old, "orange-4", wording("en")) == "condition orange-4 of delta-2031"
    assert edition_in_words(old, wording("en")) == "delta-2031"
    assert dict(pm25_limits(old.standard)) == {}
    assert called_in_words(old, wording("zh")) == "预警"
    assert len(guidance({Level.RED, Level.UNKNOWN}, old, wording("en"))) == 10


def test_what_a_file_lacks_in_the_language_falls_back(by: Says) -> None:
    told = by("japan-pm25-advisory").standard
    assert told is not None
    level = replace(told.levels[0], grade=(), guidance=(), conditions=(ConditionFacts("yellow-9"),))
    bare = replace(by("japan-pm25-advisory"), standard=replace(told, called=(), levels=(level,)))
    assert called_in_words(bare, wording("ja")) == "PM2.5注意喚起警報"
    assert condition_in_words(bare, "yellow-9", wording("en")) == "condition yellow-9 of japan-pm25-advisory"
    assert len(guidance({Level.YELLOW}, bare, wording("ja"))) == 3


def test_a_bulletin_by_the_advisory_of_japan_speaks_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    draw_nothing(monkeypatch)
    facts = decided_by("japan-pm25-advisory", Level.YELLOW, "yellow-1")
    made = compose(facts, ["ja", "en"]).documents
    documents = {document.name: document.content.decode() for document in made if not document.media_type.startswith("image/")}
    text = documents["bulletin.ja.txt"].replace("\n  ", "")
    for said in (
        "PM2.5注意喚起（黄色）",
        "注意喚起（黄色）",
        "2局で5時から7時の平均が85 µg/m³を超過",
        "換気や窓の開け閉めは必要最小限にしてください",
        "微小粒子状物質（PM2.5）注意喚起のための暫定的な指針（2013年）",
    ):
        assert said in text
    assert "煙霧警報" not in text
    assert page(facts, wording("en")).headline.startswith("PM2.5 advisory ")
    assert all("haze warning" not in documents[name].lower() for name in documents if ".en." in name)
    cap = next(content for name, content in documents.items() if name.startswith("cap."))
    for said in ("<event>PM2.5注意喚起</event>", "<urgency>Immediate</urgency>", "<severity>Moderate</severity>"):
        assert said in cap
    assert "eventCode" not in cap


def test_a_bulletin_of_heavy_pollution_shows_its_title_grade_and_guidance() -> None:
    facts = decided_by("heavy-pollution-2024", Level.ORANGE, "orange-2")
    told = page(facts, wording("zh"))
    assert "橙色重污染天气预警" in told.headline
    assert "持续重污染（橙色）" in told.conclusion
    assert told.why[0].facts[0].text == "持续重污染（橙色）：PM2.5日空气质量指数达到151及以上持续3天及以上"
    assert "重型柴油车按规定限行。" in told.guidance
    assert edition_in_words(facts.assessment, wording("zh")) == "重污染天气预警（2024年）（heavy-pollution-2024）"
