"""What a form sent: plain fields, once each."""

from collections.abc import Mapping
from urllib.parse import parse_qs

from fastapi import Request

from hazecast.desk.guard import TooLarge
from hazecast.desk.refusals import Refusal

MOST_FIELDS = 40
Form = Mapping[str, str]


async def form_of(request: Request) -> Form:
    """The fields of a form; raises Refusal for what is none."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Refusal(415, "A form was expected.")
    try:
        body = await request.body()
        found = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=MOST_FIELDS, errors="strict")
    except TooLarge as large:
        raise Refusal(413, "The form is too large.") from large
    except ValueError as broken:
        raise Refusal(400, "The form cannot be read.") from broken
    if any(len(values) > 1 for values in found.values()):
        raise Refusal(400, "The form cannot be read.")
    return {name: values[0].replace("\r\n", "\n") for name, values in found.items()}
