"""The desk as one ASGI application."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from hazecast import __version__
from hazecast.archive.database import open_database
from hazecast.bulletins.wording import N_
from hazecast.config import Settings
from hazecast.desk import api, api_edr, api_insight
from hazecast.desk.desk import Desk
from hazecast.desk.guard import Guard, TooLarge
from hazecast.desk.pages import air, beside, decide, entrance, look, mail, operate, public, stored, today, verify
from hazecast.desk.refusals import LoginNeeded, Refusal
from hazecast.desk.rendering import page
from hazecast.errors import HazecastError, MissingExtra

PAGES = (entrance, today, decide, stored, look, beside, air, verify, operate, mail, public)


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, config_path: Path, clock: Callable[[], datetime] = _now) -> FastAPI:
    """The desk over the archive that the settings name.

    Raises ArchiveError where its ledger cannot be opened, MissingExtra where the settings ask for an optional part that is lacking.
    """
    database = open_database(settings.output.archive, address=settings.database.address)

    @asynccontextmanager
    async def until_closed(_app: FastAPI) -> AsyncIterator[None]:
        yield
        database.dispose()

    app = FastAPI(
        title="hazecast",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=until_closed,
        redirect_slashes=False,
    )
    app.state.desk = Desk(settings, config_path, database, clock)
    for one in PAGES:
        app.include_router(one.router)
    if settings.desk.openid is not None:
        app.include_router(_openid())
    app.include_router(api.router)
    app.include_router(api_insight.router)
    app.include_router(api_edr.router)
    app.mount("/static", StaticFiles(directory=str(files("hazecast.desk") / "static")))
    app.add_exception_handler(LoginNeeded, _to_login)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(HTTPException, _not_found)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HazecastError, _failed)
    app.add_exception_handler(TooLarge, _too_large)
    app.add_middleware(Guard)
    return app


def _openid() -> APIRouter:
    try:
        from hazecast.desk.pages import openid  # asks for an optional part
    except ImportError as absent:
        raise MissingExtra("Login by OpenID Connect", "openid") from absent
    return openid.router


async def _to_login(request: Request, _exception: Exception) -> Response:
    if request.method != "GET":
        return _told(request, 401, N_("Your session is over. Log in again; what you wrote is in the page you came from."))
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/login?back={quote(request.url.path + query)}", 303)


async def _refused(request: Request, exception: Exception) -> Response:
    assert isinstance(exception, Refusal)
    return _told(request, exception.status, exception.reason)


async def _not_found(request: Request, exception: Exception) -> Response:
    assert isinstance(exception, HTTPException)
    reason = N_("This cannot be done here.") if exception.status_code == 405 else N_("There is no such page.")
    return _told(request, exception.status_code, reason)


async def _not_understood(request: Request, _exception: Exception) -> Response:
    return _told(request, 422, N_("The address has a value that cannot be understood."))


async def _too_large(request: Request, _exception: Exception) -> Response:
    return _told(request, 413, N_("The form is too large."))


async def _failed(request: Request, exception: Exception) -> Response:
    """What a user can mend is told to people who decide or operate, in its own words."""
    assert isinstance(exception, HazecastError)
    return _told(request, 503, N_("What is stored cannot be read."), f"{exception.problem} {exception.remedy}")


def _told(request: Request, status: int, reason: str, detail: str = "") -> Response:
    if request.url.path.startswith("/api/"):
        headers = {"www-authenticate": "Bearer"} if status == 401 else None
        return JSONResponse({"error": reason}, status, headers)
    visit = getattr(request.state, "visit", None)
    shown = detail if visit is not None and visit.account.role.operates else ""
    return page(request, "refusal.html.j2", status, reason=reason, detail=shown)
