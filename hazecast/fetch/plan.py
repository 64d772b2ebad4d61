"""What is to be fetched: a list of files, each of which its source finds only when its turn comes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hazecast.archive.fetched import require_plain_name
from hazecast.fetch.download import Remote
from hazecast.fetch.web import Web

Locate = Callable[[Web, Path], Remote]
"""Asks the source where a file is, at the cost of a request or a long wait; what it must not forget it keeps at the path given."""


@dataclass(frozen=True, slots=True)
class Item:
    """One file to fetch: its name here, what identifies the question, and the way to find it.

    `known` is the file as its source lists it, where it does so beforehand: then a listed change is seen.
    """

    name: str
    asked: str
    locate: Locate
    known: Remote | None = None

    def __post_init__(self) -> None:
        require_plain_name(self.name)


@dataclass(frozen=True, slots=True)
class Plan:
    """The files that answer a request, and what the asker should know about it."""

    items: tuple[Item, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [item.name for item in self.items]
        if len(set(names)) != len(names):
            raise ValueError(f"Two files of a plan have one name: {sorted({n for n in names if names.count(n) > 1})[:3]}.")
