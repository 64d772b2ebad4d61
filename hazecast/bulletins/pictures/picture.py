"""What a picture is once it is drawn, and for whom it is drawn."""

from dataclasses import dataclass

from hazecast.bulletins.page import Page
from hazecast.bulletins.telling import Telling


@dataclass(frozen=True, slots=True)
class Copy:
    """One language's copy of a bulletin: the page that the pictures belong to, and how its facts are told."""

    page: Page
    telling: Telling


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture in one language; `alt` says in numbers what it shows, to those who do not see it; `area` is empty for one of all."""

    name: str
    language: str
    alt: str
    png: bytes
    svg: bytes
    area: str = ""

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ValueError(f"Picture {self.name!r} in {self.language!r} needs words for those who do not see it.")
