"""What anybody may see: whether the desk answers, fonts, and the feed of what was released."""

import pylopdf_fonts_jp
import pylopdf_fonts_zh_cn
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from hazecast.archive.bulletin_files import load_document, released_folder
from hazecast.archive.delivery_log import newest_bulletin
from hazecast.desk.desk import desk_of
from hazecast.desk.refusals import Refusal

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def healthz(request: Request) -> Response:
    """Whether the ledger can be read."""
    desk_of(request).done_cycles()
    return JSONResponse({"status": "ok"})


@router.get("/fonts/{language}.otf")
def font(language: str) -> Response:
    """A font with the characters of a language, for browsers that have none of their own."""
    packages = {"zh": pylopdf_fonts_zh_cn, "ja": pylopdf_fonts_jp}
    if language not in packages:
        raise Refusal(404, "There is no such page.")
    return FileResponse(packages[language].sans_path(), media_type="font/otf", headers={"cache-control": "public, max-age=31536000"})


@router.get("/feed/{language}.xml")
def feed(request: Request, language: str) -> Response:
    """The Atom feed of the newest bulletin that went out, in one of the site's languages."""
    desk = desk_of(request)
    newest = newest_bulletin(desk.database)
    if newest is None or language not in desk.settings.site.languages:
        raise Refusal(404, "There is no such page.")
    apart = released_folder(desk.archive, newest.bulletin_id).is_dir()
    found = load_document(desk.archive, newest.bulletin_id if apart else newest.cycle_key, f"feed.{language}.xml")
    return Response(found.content, media_type="application/atom+xml", headers={"cache-control": "public, max-age=60"})
