"""Documents of bulletins as they were stored: those of cycles, and those that were released."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hazecast.archive.bulletin_files import load_document
from hazecast.desk.cases import cycle_seen
from hazecast.desk.desk import desk_of
from hazecast.desk.guard import DOCUMENT_POLICY
from hazecast.desk.refusals import Refusal
from hazecast.desk.visits import Operator
from hazecast.errors import ArchiveError

router = APIRouter(include_in_schema=False)


@router.get("/bulletins/{key}/{name}")
def document(request: Request, visit: Operator, key: str, name: str) -> Response:
    """One document, by the key of its cycle or the id of its bulletin; only what the bulletin lists is there."""
    desk = desk_of(request)
    cycle_seen(desk, visit.account, key.partition("-")[0])
    try:
        found = load_document(desk.archive, key, name)
    except ArchiveError as lacking:
        raise Refusal(404, "There is no such page.") from lacking
    headers = {"content-security-policy": DOCUMENT_POLICY, "cache-control": "private, max-age=300"}
    return Response(found.content, media_type=found.media_type, headers=headers)
