"""Mail: what came into the mailboxes on this machine, where a channel is one."""

from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hazecast.delivery.maildir import mailboxes_of
from hazecast.desk.desk import desk_of
from hazecast.desk.guard import DOCUMENT_POLICY
from hazecast.desk.mails import Mail, mail_of, newest_heads
from hazecast.desk.refusals import Refusal
from hazecast.desk.rendering import page
from hazecast.desk.visits import Operator

router = APIRouter(include_in_schema=False)
MAILS_SHOWN = 60


@router.get("/mail")
def newest(request: Request, visit: Operator) -> Response:  # noqa: ARG001 - only operators come here
    """The mails that came last, and the newest of them opened."""
    heads = newest_heads(_mailboxes(request), MAILS_SHOWN)
    return page(request, "mail.html.j2", heads=heads, mail=_found(request, heads[0].key) if heads else None)


@router.get("/mail/{key}")
def one(request: Request, visit: Operator, key: str) -> Response:  # noqa: ARG001
    """The same list, and one mail opened."""
    return page(request, "mail.html.j2", heads=newest_heads(_mailboxes(request), MAILS_SHOWN), mail=_found(request, key))


@router.get("/mail/{key}/{number}")
def part(request: Request, visit: Operator, key: str, number: int) -> Response:  # noqa: ARG001
    """One part of a mail: its page, a picture inside that, or an attachment to be kept."""
    found = next((one for one in _found(request, key).parts if one.number == number), None)
    if found is None:
        raise Refusal(404, "There is no such page.")
    kept = {"content-disposition": f"attachment; filename*=UTF-8''{quote(found.name)}"} if found.name else {}
    return Response(found.content, media_type=found.media_type, headers={"content-security-policy": DOCUMENT_POLICY, **kept})


def _found(request: Request, key: str) -> Mail:
    found = mail_of(_mailboxes(request), key, f"/mail/{key}")
    if found is None:
        raise Refusal(404, "There is no such page.")
    return found


def _mailboxes(request: Request) -> tuple[Path, ...]:
    mailboxes = mailboxes_of(desk_of(request).settings)
    if not mailboxes:
        raise Refusal(404, "There is no such page.")
    return mailboxes
