"""Login, logout, and the choice of a language."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from hazecast.archive.accounts import account_and_hash
from hazecast.archive.sessions import close_session, failed_login, must_wait
from hazecast.bulletins.wording import N_, languages
from hazecast.desk.desk import desk_of
from hazecast.desk.forms import Form, form_of
from hazecast.desk.passwords import fits
from hazecast.desk.refusals import Refusal
from hazecast.desk.rendering import LANGUAGE_COOKIE, page
from hazecast.desk.visits import COOKIE, Posted, Visitor, address_of, let_in

router = APIRouter(include_in_schema=False)
TOO_MANY = N_("Too many logins have failed. Wait a quarter of an hour.")
YEAR = int(timedelta(days=365).total_seconds())


def inside(path: str) -> str:
    """A path of the desk's own to go back to; its first page for anything else."""
    harmless = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if harmless else "/"


def login_form(request: Request, status: int = 200, *, back: str, name: str = "", fault: str = "") -> Response:
    """The page to log in by, in the ways that the settings have."""
    settings = desk_of(request).settings.desk
    provider = None if settings.openid is None else settings.openid.name
    return page(
        request,
        "login.html.j2",
        status,
        back=back,
        name=name,
        fault=fault,
        by_password=settings.password_login,
        provider=provider,
        at_provider=f"/login/openid?{urlencode({'back': back})}",
    )


@router.get("/login")
def login_page(request: Request, back: str = "/") -> Response:
    """The form to log in by."""
    return login_form(request, back=inside(back))


@router.post("/login")
def login(request: Request, form: Annotated[Form, Depends(form_of)]) -> Response:
    """Let somebody in, by a new session; the same answer for a name that there is not and a wrong password."""
    desk, now, address = desk_of(request), desk_of(request).clock(), address_of(request)
    if not desk.settings.desk.password_login:
        raise Refusal(403, "Nobody logs in with a password here.")
    name, back = form.get("name", "").strip().lower()[:64], inside(form.get("back", "/"))
    if must_wait(desk.database, name, address, now):
        return login_form(request, 429, back=back, name=name, fault=TOO_MANY)
    found = account_and_hash(desk.database, name)
    if not fits(form.get("password", ""), found[1] if found else None) or found is None:
        failed_login(desk.database, name, address, now)
        return login_form(request, 401, back=back, name=name, fault=N_("The name or the password is wrong."))
    answer = RedirectResponse(back, 303)
    let_in(request, answer, found[0])
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
