"""The protocol of the Copernicus data stores: a request is posted, becomes a job, is waited for, and gives one file.

A job may wait for hours. Which it is stands beside the file to come, so that who comes again waits on and asks for nothing twice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

import httpx2
from pydantic import BaseModel, Field, ValidationError

from hazecast.archive.fetched import digest_of
from hazecast.errors import FetchError, WrongDelivery
from hazecast.fetch.addresses import base_address, next_address, require_fit_for_keys
from hazecast.fetch.answers import ask
from hazecast.fetch.download import Remote
from hazecast.fetch.kinds import Kind
from hazecast.fetch.patience import LATER, require_going_on
from hazecast.fetch.plan import Item
from hazecast.fetch.secrecy import Secrets
from hazecast.fetch.web import Question, Web

JobId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,80}$")]
Inputs = Mapping[str, Any]
Reply = TypeVar("Reply", bound=BaseModel)
WAITING = ("accepted", "running")
FIRST_LOOK, LONGEST_LOOK = 2.0, 120.0
MOST_HOURS = 24
MOST_FILE_BYTES = 32 * 2**30


class _Job(BaseModel):
    id: JobId = Field(alias="jobID")
    status: str


class _Asset(BaseModel):
    href: str
    size: int | None = Field(None, alias="file:size", ge=0)


class _AssetValue(BaseModel):
    value: _Asset


class _Results(BaseModel):
    asset: _AssetValue


class _Memo(BaseModel):
    address: str
    asked: str
    job: JobId


@dataclass(frozen=True, slots=True)
class Store:
    """A data store and the key to it."""

    base: str
    key: str = field(repr=False)

    def __post_init__(self) -> None:
        require_fit_for_keys(base_address(self.base))

    @property
    def secrets(self) -> Secrets:
        """What every request to the store carries."""
        return Secrets(headers=(("PRIVATE-TOKEN", self.key),))

    def address(self, *parts: str) -> str:
        """An address of its programming interface."""
        return "/".join((base_address(self.base), "retrieve/v1", *parts))


def item(store: Store, dataset: str, inputs: Inputs, name: str, kind: Kind) -> Item:
    """The file that a request for `inputs` of `dataset` gives."""
    asked = json.dumps([dataset, inputs], sort_keys=True)

    def locate(web: Web, memo: Path) -> Remote:
        return _located(web, store, dataset, inputs, asked, memo, kind)

    return Item(name, f"{store.address(dataset)}\n{asked}", locate)


def _located(web: Web, store: Store, dataset: str, inputs: Inputs, asked: str, memo: Path, kind: Kind) -> Remote:
    known = _remembered(memo, store, asked)
    if known is not None:
        try:
            return _result(web, store, known, kind)
        except WrongDelivery:  # the store keeps jobs and their results for some days only
            memo.unlink(missing_ok=True)
    job = _posted(web, store, dataset, inputs)
    memo.write_text(_Memo(address=store.address(), asked=digest_of(asked), job=job).model_dump_json(), encoding="utf-8")
    try:
        return _result(web, store, job, kind)
    except WrongDelivery:
        memo.unlink(missing_ok=True)
        raise


def _remembered(memo: Path, store: Store, asked: str) -> str | None:
    try:
        found = _Memo.model_validate_json(memo.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return found.job if (found.address, found.asked) == (store.address(), digest_of(asked)) else None


def _posted(web: Web, store: Store, dataset: str, inputs: Inputs) -> str:
    """Post a request. One that is posted twice, for want of an answer, costs a second job and spoils nothing."""
    question = Question(
        store.address("processes", dataset, "execution"),
        method="POST",
        headers=(("Content-Type", "application/json"),),
        secrets=store.secrets,
        body=json.dumps({"inputs": inputs}).encode(),
    )
    return _job(web, question).id


def _result(web: Web, store: Store, job: str, kind: Kind) -> Remote:
    """Wait for a job, and say where its file is; raises WrongDelivery for a job that failed or is gone."""
    state = Question(store.address("jobs", job), secrets=store.secrets)
    look, until = FIRST_LOOK, web.monotonic() + MOST_HOURS * 3600
    while (status := _job(web, state).status) in WAITING:
        if web.monotonic() > until:
            raise FetchError(f"Job {job} of {store.base} is still {status} after {MOST_HOURS} hours.", LATER)
        web.sleep(look)
        require_going_on(web)
        look = min(look * 1.5, LONGEST_LOOK)
    results = Question(store.address("jobs", job, "results"), secrets=store.secrets)
    if status != "successful":
        raise WrongDelivery(
            f"Job {job} of {store.base} ended as {status[:40]!r}{_why(web, results)}.", "Ask for less at once, or try again later."
        )
    asset = _parsed(_Results, ask(web, results), results).asset.value
    place = next_address(httpx2.URL(results.url), asset.href, web.resolve)
    return Remote(str(place), kind, size_bytes=asset.size, most_bytes=MOST_FILE_BYTES)


def _why(web: Web, results: Question) -> str:
    """The results of a job that failed are the words of its failure."""
    try:
        ask(web, results)
    except FetchError as words:
        return f": {words.problem}"
    return ""


def _job(web: Web, question: Question) -> _Job:
    return _parsed(_Job, ask(web, question), question)


def _parsed(form: type[Reply], body: bytes, question: Question) -> Reply:
    try:
        return form.model_validate_json(body)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise WrongDelivery(
            f"{question.shown} sent an answer without a proper {'.'.join(map(str, first['loc'])) or 'JSON object'} ({first['type']}).",
            "See whether the address is that of a data store, and whether a proxy stands in its place.",
        ) from None
