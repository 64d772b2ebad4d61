"""Whatever a program asks of the desk's API, it is answered as its own description says, and never by a fault of the desk's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from httpx2 import InvalidURL
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from hazecast.archive.sessions import make_token
from hazecast.desk.app import create_app
from tests.desk_archive import CALM, INIT, READY, archive_that_waits

KEY = "20300113T22Z"
KNOWN = {
    "cycle_key": (KEY, "20300113T23Z", "99999999T99Z"),
    "other_key": (KEY, "00000000T00Z"),
    "area_id": ("tangshan", "handan", "../..", "%00"),
    "collection": ("maps", "stations"),
    "coords": ("POINT(118 39)", "POLYGON((117 38.9, 118.6 38.9, 117 40, 117 38.9))", "POINT(1e400 0)", "GEOMETRYCOLLECTION EMPTY"),
    "datetime": ("2030-01-14T06:00Z", "../2030-01-15", "0001-01-01/9999-12-31"),
    "parameter-name": ("pm25", "pm25,level"),
}
CHECKS: list[Callable[..., Any]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
QUICK = settings(max_examples=2, derandomize=True, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
LONG = settings(QUICK, max_examples=30)


@dataclass(frozen=True)
class Program:
    """Programs with the tokens of several accounts or none, and the operations that the description lists."""

    client: TestClient
    headers: dict[str, dict[str, str]]
    operations: tuple[APIOperation[Any, Any, Any, Any], ...]

    def answering(self, mode: GenerationMode) -> list[APIOperation[Any, Any, Any, Any]]:
        """Where nothing is asked for nothing can be asked wrongly."""
        return [one for one in self.operations if mode is GenerationMode.POSITIVE or one.path_parameters or one.query]

    def ask(self, data: st.DataObject, operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, who: str) -> int:
        case = data.draw(operation.as_strategy(generation_mode=mode), label=operation.path)
        if mode is GenerationMode.POSITIVE:
            for given_ones in (case.path_parameters, case.query):
                for name in given_ones or {}:
                    if name in KNOWN and data.draw(st.booleans()):
                        given_ones[name] = data.draw(st.sampled_from(KNOWN[name]), label=name)
        checks = [*CHECKS, negative_data_rejection] if mode is GenerationMode.NEGATIVE and who == "li" else CHECKS
        if operation.path.endswith("/air"):  # there is no weather here, which is said by the 503 that is described
            checks = [check for check in checks if check is not not_a_server_error]
        asked = case.as_transport_kwargs(base_url="http://desk.test")
        try:
            answer = self.client.request(asked["method"], asked["url"], params=asked.get("params"), headers=self.headers[who])
        except InvalidURL:  # longer than any client sends
            reject()
        case.validate_response(answer, checks=checks)
        assert answer.status_code in (200, 503) or set(answer.json()) == {"error"}
        return answer.status_code


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        app = create_app(archive_that_waits(folder, patch, *CALM), folder / "hazecast.toml", lambda: READY)
    with TestClient(app, base_url="http://desk.test", raise_server_exceptions=True) as client:
        database, lifetime = app.state.desk.database, timedelta(days=30)
        tokens = {name: make_token(database, name, "conforms", INIT, lifetime, "root") for name in ("li", "ministry")}
        headers = {name: {"authorization": f"Bearer {token}"} for name, token in tokens.items()}
        told = client.get("/api/v1/openapi.json", headers=headers["li"]).json()
        del told["security"]  # who asks is not drawn but told
        schema = schemathesis.openapi.from_dict(told)
        operations = tuple(found.ok() for found in schema.get_all_operations())
        yield Program(client, headers | {"nobody": {}}, operations)


@pytest.mark.parametrize("mode", list(GenerationMode))
@QUICK
@given(data=st.data())
def test_every_answer_is_one_that_the_description_has(mode: GenerationMode, data: st.DataObject, program: Program) -> None:
    for operation in program.answering(mode):
        program.ask(data, operation, mode, "li")


@pytest.mark.slow
@pytest.mark.parametrize("who", ["li", "ministry"])
@pytest.mark.parametrize("mode", list(GenerationMode))
@LONG
@given(data=st.data())
def test_every_answer_is_one_that_the_description_has_after_many(
    mode: GenerationMode, who: str, data: st.DataObject, program: Program
) -> None:
    for operation in program.answering(mode):
        program.ask(data, operation, mode, who)


@settings(QUICK, max_examples=1)
@given(data=st.data())
def test_without_a_token_every_answer_is_that_one_is_needed(data: st.DataObject, program: Program) -> None:
    assert {program.ask(data, operation, GenerationMode.POSITIVE, "nobody") for operation in program.operations} <= {401, 422}


def test_what_the_description_asks_for_is_answered(program: Program) -> None:
    """So that the tests above do not see refusals alone."""
    for operation in program.operations:
        path = operation.path.format(**{name: values[0] for name, values in KNOWN.items()})
        coords = KNOWN["coords"]["/area" in path] if path.endswith(("/position", "/area")) else ""
        answer = program.client.get(path, params={"coords": coords} if coords else {}, headers=program.headers["li"])
        assert answer.status_code == (503 if path.endswith("/air") else 200), path  # there is no weather here
        assert answer.json() is not None
