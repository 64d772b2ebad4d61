"""What an answer's status means, and short answers read whole."""

import json

import httpx2

from hazecast.errors import FetchError, WrongDelivery
from hazecast.fetch.patience import LATER, Interrupted, patiently, seconds_asked_for
from hazecast.fetch.web import Question, Web, answered

WORTH_TRYING_AGAIN = (408, 425, 429, 500, 501, 502, 503, 504)
REFUSED = (401, 403, 407)
ABSENT = (404, 410)
MOST_WORDS = 300
MOST_SHORT_BYTES = 32 * 2**20
_WORDS_OF_JSON = ("title", "detail", "reason", "message")


def require_success(web: Web, question: Question, response: httpx2.Response) -> None:
    """Raise unless the status says that here is what was asked for.

    Interrupted for what may pass, WrongDelivery for what is not there, FetchError for anything else.
    """
    status = response.status_code
    if status in (200, 201, 202, 206):
        return
    problem = f"{question.shown} answers {status} {response.reason_phrase}{_quoted(question.secrets.struck_from(words_of(response)))}."
    if status in WORTH_TRYING_AGAIN:
        raise _to_be_tried_again(web, response, problem)
    if status in ABSENT:
        raise WrongDelivery(problem, "See whether it is published already, or under another name.")
    if status in REFUSED:
        raise FetchError(problem, "See whether it needs a key, and whether the key is right and its owner has accepted the licence.")
    raise FetchError(problem, "Correct what was asked for; see docs/fetching.md.")


def _to_be_tried_again(web: Web, response: httpx2.Response, problem: str) -> FetchError:
    asked = seconds_asked_for(response.headers.get("Retry-After"), response.headers.get("Date"), web.clock())
    if asked is not None and asked > web.patience.longest_asked:
        return FetchError(f"{problem[:-1]}, and asks for {asked / 60:.0f} minutes of quiet.", LATER)
    return Interrupted(problem, asked)


def words_of(response: httpx2.Response) -> str:
    """What the other side says about its refusal, if it says it in JSON."""
    try:
        said = json.loads(read_short(response, 2**16))
    except (ValueError, RecursionError, httpx2.HTTPError, WrongDelivery):
        return ""
    if not isinstance(said, dict):
        return ""
    return ": ".join(str(said[name]) for name in _WORDS_OF_JSON if isinstance(said.get(name), str))


def _quoted(words: str) -> str:
    return f" ({words[:MOST_WORDS]})" if words else ""


def read_short(response: httpx2.Response, most_bytes: int = MOST_SHORT_BYTES) -> bytes:
    """The whole body; raises WrongDelivery when it is longer than `most_bytes`."""
    body = bytearray()
    for piece in response.iter_bytes(2**16):
        body += piece
        if len(body) > most_bytes:
            raise WrongDelivery(f"An answer is longer than {most_bytes:,} bytes; a short one was expected.", "Try another mirror.")
    return bytes(body)


def ask(web: Web, question: Question) -> bytes:
    """The body of a short answer, with patience; raises FetchError."""

    def once() -> bytes:
        with answered(web, question) as response:
            require_success(web, question, response)
            return read_short(response)

    return patiently(web, once)


def ask_text(web: Web, question: Question) -> str:
    """The same as text; raises WrongDelivery for what is none."""
    try:
        return ask(web, question).decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise WrongDelivery(f"{question.shown} gives no text: {wrong}.", "Try again later, or another mirror.") from wrong
