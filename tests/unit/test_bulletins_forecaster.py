"""A bulletin is automatic and says so, or somebody answers for it and is named."""

from dataclasses import replace

import pytest

from hazecast.bulletins import render
from hazecast.bulletins.page import page
from hazecast.bulletins.trace import trace
from hazecast.bulletins.wording import wording
from tests.bulletin_facts import blind_facts

SAID = {
    "en": (
        "Automatic bulletin",
        "not reviewed by a forecaster",
        "Forecaster: Li & Wei · Bulletin",
        "responsibility of the forecaster Li & Wei.",
    ),
    "zh": ("自动生成的公报", "未经预报员审核", "预报员：Li & Wei · 公报", "由预报员Li & Wei负责"),
    "ja": ("自動作成の情報", "予報官の確認を経ていません", "予報官：Li & Wei · 情報", "予報官Li & Weiが責任を負います"),
}


@pytest.mark.parametrize("language", SAID)
def test_the_bulletin_says_who_answers_for_it_or_that_nobody_does(language: str) -> None:
    spoken = wording(language)
    *automatic, head, foot = SAID[language]
    for forecaster, said, unsaid in (("", automatic, (head, foot)), ("Li & Wei", (head, foot), automatic)):
        facts = replace(blind_facts(), forecaster=forecaster)
        told, origin = page(facts, spoken), trace(facts, "the-id", spoken)
        text = " ".join(render.text(told, origin, spoken).decode().split()).replace(" ", "")
        html = render.html(told, origin, spoken, {}).decode().replace(" ", "")
        for part in (part.replace(" ", "") for part in said):
            assert part in text
            assert part.replace("&", "&amp;") in html
        assert not any(part.replace(" ", "") in text for part in unsaid)
