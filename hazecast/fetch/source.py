"""What a source of open data is: a name, what it needs, and how a request to it becomes a plan."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from hazecast.fetch.plan import Plan
from hazecast.fetch.web import Web

Request = TypeVar("Request")
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Source(Generic[Request]):
    """A source: `plan` looks up what answers a request, telling how far it is, and raises FetchError where nothing does."""

    name: str
    title: str
    needs: str
    plan: Callable[[Request, Web, Progress], Plan]
