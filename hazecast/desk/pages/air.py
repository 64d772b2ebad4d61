"""The paths of an area's air over the maps; for those who see how the machine fares, for they cost it something."""

from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hazecast.archive.bulletin_facts import load_stored_facts
from hazecast.bulletins.text_layout import wrapped
from hazecast.desk.air import AirFrom, air_from, paths_svg
from hazecast.desk.cases import cycle_seen
from hazecast.desk.desk import Desk, desk_of
from hazecast.desk.frames import WIDTH, hours_of
from hazecast.desk.guard import DOCUMENT_POLICY
from hazecast.desk.pages.look import KEPT
from hazecast.desk.refusals import Refusal
from hazecast.desk.rendering import speaking_to
from hazecast.desk.visits import Operator
from hazecast.errors import HazecastError
from hazecast.records import Account

router = APIRouter(include_in_schema=False)
COLUMNS = 64  # that a line of words on a map has room for


@router.get("/look/{cycle_key}/areas/{area_id}/air.svg")
def air(request: Request, visit: Operator, cycle_key: str, area_id: str) -> Response:
    """Lines over the map, or in words why there are none: a picture that is lacking would look like air from nowhere."""
    desk = desk_of(request)
    try:
        found = air_of(desk, visit.account, cycle_key, area_id)
        svg, headers = paths_svg(found, hours_of(desk.archive / cycle_key).frame), KEPT
    except (HazecastError, Refusal) as lacking:
        if isinstance(lacking, Refusal) and lacking.status != 503:
            raise
        reason = lacking.reason if isinstance(lacking, Refusal) else lacking.problem
        say = speaking_to(request).words.say
        svg, headers = _words(say("Where its air came from cannot be told:"), say(reason)), {"cache-control": "no-store"}
    return Response(svg, media_type="image/svg+xml", headers=headers | {"content-security-policy": DOCUMENT_POLICY})


def air_of(desk: Desk, account: Account, cycle_key: str, area_id: str) -> AirFrom:
    """The same for an account; raises Refusal for an area that the cycle has not, and as `air_from` does."""
    cycle = cycle_seen(desk, account, cycle_key).cycle
    if not any(one.id == area_id for one in load_stored_facts(desk.archive / cycle.key).areas):
        raise Refusal(404, "There is no such page.")
    return air_from(desk.settings, cycle, area_id)


def _words(*sentences: str) -> bytes:
    """Large, for on a phone the map has half its size."""
    lines = [line for sentence in sentences for line in wrapped(sentence, columns=COLUMNS).splitlines()]
    said = "".join(f'<text x="12" y="{30 + 30 * n}">{escape(line)}</text>' for n, line in enumerate(lines))
    ground = f'<rect width="{WIDTH}" height="{30 * len(lines) + 16}" fill="#fff6df"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {WIDTH}" font-size="23">{ground}{said}</svg>'.encode()
