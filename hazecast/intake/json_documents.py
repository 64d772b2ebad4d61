"""Reading of JSON: one document a file, or one a line."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from hazecast.errors import UnreadableInput
from hazecast.intake.text import read_text

Document = TypeVar("Document")


def read_documents(file: Path, layout: type[Document], source: str) -> list[Document]:
    """The documents of a file, gunzipped if its name says so, each checked against `layout`.

    Raises UnreadableInput for a file that is not whole or not laid out so, with the place of the first fault.
    """
    text = read_text(file, what="JSON")
    adapter: TypeAdapter[Document] = TypeAdapter(layout)
    try:
        return [adapter.validate_json(part) for part in _parts(text)]
    except ValidationError as invalid:
        fault = invalid.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise UnreadableInput(
            f"{file}{f': {place}' if place else ''}: {fault['msg']}; expected JSON as {source} writes it.",
            "Deliver it again, whole and unchanged.",
        ) from invalid


def _parts(text: str) -> list[str]:
    """Its lines, if the first is a document of its own."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 2:
        return [text]
    try:
        TypeAdapter(Any).validate_json(lines[0])
    except ValidationError:
        return [text]
    return lines
