"""Drawing for tests, and standing in for it where only words are wanted."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from io import BytesIO

import pytest
from PIL import Image

from hazecast.bulletins.page import page
from hazecast.bulletins.pictures import album
from hazecast.bulletins.pictures.picture import Copy, Picture
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import wording
from hazecast.records import BulletinFacts

Draw = Callable[[BulletinFacts, Sequence[Copy]], Iterable[Picture]]


def copies(facts: BulletinFacts, *languages: str) -> list[Copy]:
    return [Copy(page(facts, wording(language)), Telling(facts, wording(language))) for language in languages]


def first_picture(draw: Draw, facts: BulletinFacts, language: str = "en") -> Picture:
    return next(iter(draw(facts, copies(facts, language))))


def names_of(facts: BulletinFacts) -> list[str]:
    """The pictures of a bulletin, in their order."""
    sources = ["sources"] if facts.attribution is not None else []
    return ["map", "pm25", "visibility", "stations", *sources, *(f"meteogram-{n + 1:02d}" for n in range(len(facts.areas)))]


@cache
def blank_png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), "white").save(file, format="png")
    return file.getvalue()


def draw_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures take their time and have tests of their own."""

    def blank(facts: BulletinFacts, copies: Sequence[Copy]) -> Iterator[Picture]:
        for name in names_of(facts):
            for copy in copies:
                area = f"area {name[-2:]}" if name.startswith("meteogram") else ""
                yield Picture(name, copy.telling.wording.language, f"what the picture {name} shows", blank_png(), b"a drawing", area)

    monkeypatch.setattr(album, "draw_all", blank)
