"""Areas told by their regions, and the line that says what, where and when."""

from dataclasses import replace

import pytest

from hazecast.bulletins.area_warning import area_warning
from hazecast.bulletins.gathering import areas_in_words
from hazecast.bulletins.headline import headline, subject
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import wording
from hazecast.records import BulletinFacts, Level
from tests.bulletin_facts import calm_facts, episode_facts

NAMES = {"bj": "Beijing", "sjz": "Shijiazhuang", "bd": "Baoding", "lf": "Langfang", "jn": "Jinan", "qd": "Qingdao"}
REGIONS = {"sjz": "Hebei", "bd": "Hebei", "lf": "Hebei", "jn": "Shandong", "qd": "Shandong"}


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (["bj"], "Beijing"),
        (["sjz", "bj", "bd"], "Hebei (Shijiazhuang and Baoding) and Beijing"),
        (["sjz", "bd", "lf", "bj"], "all of Hebei and Beijing"),
        (["jn", "qd"], "Shandong (Jinan and Qingdao)"),  # two are not the whole of it
        (["<elsewhere>", "jn"], "<elsewhere> and Shandong (Jinan)"),
        ([], ""),
    ],
)
def test_areas_are_gathered_under_their_region(ids: list[str], said: str) -> None:
    assert areas_in_words(ids, NAMES, REGIONS, wording("en")) == said


@pytest.fixture(scope="module")
def episode() -> BulletinFacts:
    return episode_facts()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Haze warning upgraded to red for Hebei (Shijiazhuang and Baoding), Mon 14 Jan 08:00 to Tue 15 Jan 08:00 (UTC+08:00)"),
        ("zh", "霾预警升级为红色：河北（石家庄、保定），1月14日08时至1月15日08时（UTC+08:00）"),
        ("ja", "煙霧警報を赤色に引き上げ：河北省（石家荘、保定）、1月14日(月)08時から1月15日(火)08時まで（UTC+08:00）"),
    ],
)
def test_a_subject_says_what_where_and_from_when_to_when(episode: BulletinFacts, language: str, said: str) -> None:
    assert subject(Telling(episode, wording(language))) == said


def test_warnings_that_end_at_different_times_leave_the_time_to_the_lines_below(episode: BulletinFacts) -> None:
    red = [w for w in episode.assessment.in_force if w.level is Level.RED]
    shorter = replace(red[0], valid_until=red[0].valid_from.replace(hour=12, day=14))
    in_force = tuple(shorter if w is red[0] else w for w in episode.assessment.in_force)
    telling = Telling(replace(episode, assessment=replace(episode.assessment, in_force=in_force)), wording("en"))
    assert subject(telling) == headline(telling)
    calm = Telling(calm_facts(), wording("en"))
    assert subject(calm) == headline(calm)


def test_the_headline_of_one_warning_says_when_and_that_of_a_lift_does_not(episode: BulletinFacts) -> None:
    telling = Telling(episode, wording("en"))
    told = {message.action.value: area_warning(message, telling).headline for message in episode.assessment.messages}
    assert all(("08:00 to" in said) is (action != "lift") for action, said in told.items())
    assert "Hebei (Baoding), Mon 14 Jan 08:00 to Tue 15 Jan 08:00 (UTC+08:00)" in told["upgrade"] + "".join(told.values())
