"""The words of whole bulletins, byte by byte.

After a change that is meant, write the files anew, read what became different, and commit both:

    HAZECAST_WRITE_GOLDEN=1 .venv/bin/pytest tests/golden/test_bulletins.py
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hazecast.bulletins.compose import compose
from hazecast.records import BulletinFacts
from tests.bulletin_facts import blind_facts, calm_facts, episode_facts
from tests.pictures import draw_nothing

GOLDEN = Path(__file__).parent / "bulletins"
CASES: dict[str, Callable[[], BulletinFacts]] = {"episode": episode_facts, "calm": calm_facts, "blind": blind_facts}


@pytest.mark.parametrize("case", CASES)
def test_a_bulletin_says_what_was_approved(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_nothing(monkeypatch)
    words = {d.name: d.content for d in compose(CASES[case]()).documents if not d.media_type.startswith("image/")}
    folder = GOLDEN / case
    if os.environ.get("HAZECAST_WRITE_GOLDEN") == "1":
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in words.items():
            (folder / name).write_bytes(content)
    approved = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert words.keys() == approved.keys()
    for name, content in words.items():
        assert content.decode().split("\n") == approved[name].decode().split("\n"), name
        assert content == approved[name]
