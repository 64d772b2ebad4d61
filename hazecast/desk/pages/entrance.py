"""Login, logout, and the choice of a language."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from hazecast.archive.accounts import account_and_hash
from hazecast.archive.sessions import close_session, failed_login, must_wait, open_session
from hazecast.bulletins.wording import N_, languages
from hazecast.desk.desk import desk_of
from hazecast.desk.forms import Form, form_of
from hazecast.desk.passwords import fits
from hazecast.desk.refusals import Refusal
from hazecast.desk.rendering import LANGUAGE_COOKIE, page
from hazecast.desk.visits import COOKIE, Posted, Visitor

router = APIRouter(include_in_schema=False)
YEAR = int(timedelta(days=365).total_seconds())


def inside(path: str) -> str:
    """A path of the desk's own to go back to; its first page for anything else."""
    harmless = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if harmless else "/"


@router.get("/login")
def login_page(request: Request, back: str = "/") -> Response:
    """The form to log in by."""
    return page(request, "login.html.j2", back=inside(back), name="", fault="")


@router.post("/login")
def login(request: Request, form: Annotated[Form, Depends(form_of)]) -> Response:
    """Let somebody in, by a new session; the same answer for a name that there is not and a wrong password."""
    desk, now = desk_of(request), desk_of(request).clock()
    name, back = form.get("name", "").strip().lower()[:64], inside(form.get("back", "/"))
    address = request.client.host if request.client else "unknown"
    if must_wait(desk.database, name, address, now):
        fault = N_("Too many logins have failed. Wait a quarter of an hour.")
        return page(request, "login.html.j2", 429, back=back, name=name, fault=fault)
    found = account_and_hash(desk.database, name)
    if not fits(form.get("password", ""), found[1] if found else None) or found is None:
        failed_login(desk.database, name, address, now)
        fault = N_("The name or the password is wrong.")
        return page(request, "login.html.j2", 401, back=back, name=name, fault=fault)
    lifetime = timedelta(hours=desk.settings.desk.session_hours)
    secret = open_session(desk.database, found[0], now, lifetime, address)
    answer = RedirectResponse(back, 303)
    https, seconds = desk.settings.desk.https, int(lifetime.total_seconds())
    answer.set_cookie(COOKIE, secret, max_age=seconds, httponly=True, samesite="strict", secure=https, path="/")
    return answer


@router.post("/logout")
def logout(request: Request, visit: Visitor, form: Posted) -> Response:  # noqa: ARG001 - the form must bear the session's word
    """End the session."""
    desk = desk_of(request)
    close_session(desk.database, request.cookies[COOKIE], desk.clock(), visit.account.name)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


@router.get("/language/{language}")
def choose_language(request: Request, language: str, back: str = "/") -> Response:
    """Speak another language from now on."""
    if language not in languages():
        raise Refusal(404, "There is no such page.")
    answer = RedirectResponse(inside(back), 303)
    https = desk_of(request).settings.desk.https
    answer.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR, httponly=True, samesite="lax", secure=https, path="/")
    return answer
