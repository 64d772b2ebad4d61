"""Whatever a program asks of the desk's API, it is answered as its own description says, and never by a fault of the desk's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from hazecast.archive.sessions import make_token
from hazecast.desk.app import create_app
from tests.desk_archive import CALM, INIT, READY, archive_that_waits

KEYS = ("20300113T22Z", "20300113T23Z", "99999999T99Z", "00000000T00Z")
ODD = (
    "",
    "0",
    "-1",
    "1e309",
    "nan",
    "99999999999999999999",
    "true",
    "null",
    "../..",
    "%00",
    "\x00",
    "٣",
    "tangshan",
    "'; drop table cycles; --",
)


@dataclass(frozen=True)
class Program:
    """A program with a forecaster's token, and the operations that the description lists."""

    client: TestClient
    headers: dict[str, str]
    operations: tuple[tuple[str, dict[str, Any]], ...]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        app = create_app(archive_that_waits(folder, patch, *CALM), folder / "hazecast.toml", lambda: READY)
        with TestClient(app, base_url="http://desk.test", raise_server_exceptions=True) as client:
            secret = make_token(app.state.desk.database, "li", "fuzz", INIT, timedelta(days=30), "root")
            headers = {"authorization": f"Bearer {secret}"}
            paths = client.get("/api/v1/openapi.json", headers=headers).json()["paths"]
            yield Program(client, headers, tuple((path, item["get"]) for path, item in paths.items()))


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_every_answer_is_one_that_the_description_lists(data: st.DataObject, program: Program) -> None:
    text = st.one_of(st.sampled_from(KEYS), st.sampled_from(ODD), st.text(max_size=40), st.integers().map(str), st.floats().map(str))
    for path, operation in program.operations:
        query = {}
        for parameter in operation.get("parameters", ()):
            value = data.draw(text, label=f"{path} {parameter['name']}")
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", quote(value, safe="") or "-")
            else:
                query[parameter["name"]] = value
        answer = program.client.get(path, params=query, headers=program.headers)
        assert str(answer.status_code) in operation["responses"], (path, query, answer.status_code)
        assert answer.status_code == 200 or set(answer.json()) == {"error"}


def test_what_the_description_asks_for_is_answered(program: Program) -> None:
    """So that the test above does not see refusals alone."""
    for path, operation in program.operations:
        known = {"cycle_key": KEYS[0], "other_key": KEYS[0], "area_id": "tangshan"}
        names = [parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "path"]
        answer = program.client.get(path.format(**{name: known[name] for name in names}), headers=program.headers)
        assert answer.status_code == (503 if path.endswith("/air") else 200), path  # there is no weather here
        assert answer.json() is not None
