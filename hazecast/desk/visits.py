"""Who asks, and whether they may."""

import hmac
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request, Response

from hazecast.archive.sessions import open_session, visit_by_session, visit_by_token
from hazecast.desk.desk import desk_of
from hazecast.desk.forms import Form, form_of
from hazecast.desk.refusals import LoginNeeded, Refusal
from hazecast.records import Account, Visit

COOKIE = "hazecast_session"


def visit_of(request: Request) -> Visit:
    """The session of the browser that asks; raises LoginNeeded without one."""
    desk, secret = desk_of(request), request.cookies.get(COOKIE, "")
    visit = visit_by_session(desk.database, secret, desk.clock()) if secret else None
    if visit is None:
        raise LoginNeeded
    request.state.visit = visit
    return visit


def program_of(request: Request) -> Visit:
    """The token of the program that asks, or the session of a browser; raises Refusal without either."""
    desk, header = desk_of(request), request.headers.get("authorization", "")
    scheme, _, secret = header.partition(" ")
    if header:
        visit = visit_by_token(desk.database, secret.strip(), desk.clock()) if scheme.lower() == "bearer" else None
    else:
        cookie = request.cookies.get(COOKIE, "")
        visit = visit_by_session(desk.database, cookie, desk.clock()) if cookie else None
    if visit is None:
        raise Refusal(401, "Log in, or send a token.")
    return visit


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else "unknown"


def let_in(request: Request, answer: Response, account: Account, by: str = "") -> None:
    """Open a new session for an account and hand it to the browser with `answer`; `by` is who vouched for it, if another did."""
    desk = desk_of(request)
    lifetime = timedelta(hours=desk.settings.desk.session_hours)
    secret = open_session(desk.database, account, desk.clock(), lifetime, address_of(request), by)
    https, seconds = desk.settings.desk.https, int(lifetime.total_seconds())
    answer.set_cookie(COOKIE, secret, max_age=seconds, httponly=True, samesite="strict", secure=https, path="/")


Visitor = Annotated[Visit, Depends(visit_of)]
Program = Annotated[Visit, Depends(program_of)]


def decider_of(visit: Visitor) -> Visit:
    """Somebody who may decide; raises Refusal for others."""
    if not visit.account.role.decides:
        raise Refusal(403, "Your account may read, and decide nothing.")
    return visit


def operator_of(visit: Visitor) -> Visit:
    """Somebody who may see how the machine fares; raises Refusal for others."""
    if not visit.account.role.operates:
        raise Refusal(403, "Your account sees what concerns its own areas alone.")
    return visit


def posted_of(visit: Visitor, form: Annotated[Form, Depends(form_of)]) -> Form:
    """A form of the desk's own pages; raises Refusal for one that does not bear the session's word."""
    if visit.form_word is None or not hmac.compare_digest(form.get("form_word", "").encode(), visit.form_word.encode()):
        raise Refusal(403, "The form is not of your session. Load the page again.")
    return form


Decider = Annotated[Visit, Depends(decider_of)]
Operator = Annotated[Visit, Depends(operator_of)]
Posted = Annotated[Form, Depends(posted_of)]
