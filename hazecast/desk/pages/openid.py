"""Login by the word of an OpenID Connect provider: on to it, and back. Needs the optional part 'openid'."""

import hmac
import logging
import secrets

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from hazecast.archive.identities import LONGEST_LOGIN, account_of_identity, begin_login, end_login
from hazecast.archive.sessions import failed_login, must_wait
from hazecast.bulletins.wording import N_
from hazecast.config.openid import OpenIdSettings
from hazecast.desk.desk import desk_of
from hazecast.desk.openid import NotVouchedFor, ProviderSilent, Words, address_to_log_in, identity_of, words_of
from hazecast.desk.pages.entrance import TOO_MANY, inside, login_form
from hazecast.desk.rendering import page
from hazecast.desk.visits import address_of, let_in
from hazecast.records import Identity

router = APIRouter(include_in_schema=False)
COOKIE, PATH = "hazecast_login", "/login/openid"
WHO = "OpenID Connect"  # in the audit trail, while it is not known whose login it is; no account can be called so
NOT_REACHED = N_("The login service cannot be reached. Try again in a few minutes.")
NOT_FINISHED = N_("The login was not finished in time, or not in this browser. Begin again.")
NOT_LET_IN = N_("The login service did not let you in.")
NOT_LINKED = N_("The login service knows you, but no account here is yours. Ask those who administer this desk.")

_LOGGER = logging.getLogger(__name__)


@router.get(PATH)
def begin(request: Request, back: str = "/") -> Response:
    """On to the provider, with a secret that stays with this browser."""
    desk, settings, secret = desk_of(request), _settings(request), secrets.token_urlsafe(32)
    back, words, now = inside(back), words_of(secret), desk.clock()
    if must_wait(desk.database, None, address_of(request), now) or not begin_login(desk.database, words.state, back, now):
        return login_form(request, 429, back=back, fault=TOO_MANY)
    try:
        answer = RedirectResponse(address_to_log_in(settings, words), 303)
    except ProviderSilent as silent:
        _LOGGER.warning("%s cannot be asked for logins: %s", settings.issuer, silent)
        return login_form(request, 502, back=back, fault=NOT_REACHED)
    seconds = int(LONGEST_LOGIN.total_seconds())
    # Lax, for the provider's page is what sends the browser back.
    answer.set_cookie(COOKIE, secret, max_age=seconds, httponly=True, samesite="lax", secure=desk.settings.desk.https, path=PATH)
    return answer


@router.get(f"{PATH}/back")
def end(request: Request, state: str = "", code: str = "", error: str = "", iss: str = "") -> Response:
    """Back from the provider: let in whom it vouches for, if an account is linked with that person, by a new session."""
    desk, settings, now = desk_of(request), _settings(request), desk_of(request).clock()
    if not (state or error):
        return RedirectResponse("/login", 303)  # from a page that told of a failure, to its other languages
    words = words_of(request.cookies.get(COOKIE, ""))
    if must_wait(desk.database, None, address_of(request), now):
        return login_form(request, 429, back="/", fault=TOO_MANY)
    mine = COOKIE in request.cookies and hmac.compare_digest(state.encode(), words.state.encode())
    back = end_login(desk.database, state, now) if mine else None
    if back is None:
        return _refused(request, 401, NOT_FINISHED, "a state that is unknown, too old, of another browser, or back before")
    try:
        identity = _vouched_for(settings, words, code, error, iss, request)
    except NotVouchedFor as refused:
        return _refused(request, 401, NOT_LET_IN, str(refused), back)
    except ProviderSilent as silent:
        _LOGGER.warning("%s cannot be asked for logins: %s", settings.issuer, silent)
        return login_form(request, 502, back=back, fault=NOT_REACHED)
    account = account_of_identity(desk.database, identity)
    if account is None:
        return _refused(request, 403, NOT_LINKED, f"no account in use is linked with the {identity.claim} {identity.value}", back)
    # A page and no redirection: a browser that another site sent here would not bring a strict cookie along to where it is sent on.
    answer = page(request, "let_in.html.j2", back=back)
    let_in(request, answer, account, f"by {identity.issuer} as {identity.claim} {identity.value}")
    answer.delete_cookie(COOKIE, path=PATH)
    return answer


def _vouched_for(settings: OpenIdSettings, words: Words, code: str, error: str, iss: str, request: Request) -> Identity:
    if error or not code:
        raise NotVouchedFor(f"the provider answered {error!r:.100}")
    if iss and iss != settings.issuer:
        raise NotVouchedFor(f"the answer is of {iss!r:.200}")
    return identity_of(settings, words, code, desk_of(request).clock())


def _refused(request: Request, status: int, fault: str, why: str, back: str = "/") -> Response:
    desk = desk_of(request)
    failed_login(desk.database, WHO, address_of(request), desk.clock(), why)
    answer = login_form(request, status, back=back, fault=fault)
    answer.delete_cookie(COOKIE, path=PATH)
    return answer


def _settings(request: Request) -> OpenIdSettings:
    settings = desk_of(request).settings.desk.openid
    assert settings is not None, "these routes are there only where a provider is set"
    return settings
