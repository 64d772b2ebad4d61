"""Deciding: a draft of one area, the preview of the whole bulletin, and the signature that sends it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from hazecast.archive.reviews import Conflict, save_draft
from hazecast.bulletins.wording import N_
from hazecast.desk.cases import AreaCase, CycleCase, cycle_case, cycle_seen, grounds, proposal_of
from hazecast.desk.desk import Desk, desk_of
from hazecast.desk.forms import Form
from hazecast.desk.founding import weak_areas
from hazecast.desk.guard import DOCUMENT_POLICY
from hazecast.desk.reasons import reasons_of
from hazecast.desk.refusals import Refusal
from hazecast.desk.rendering import page, speaking_to
from hazecast.desk.visits import Decider, Posted
from hazecast.records import AreaDecision, Choice, Level, PlaceName, Visit
from hazecast.release.composing import preview
from hazecast.release.releasing import Signed, approve

router = APIRouter(include_in_schema=False)
LONGEST_TEXT = 600


@router.get("/cycles/{cycle_key}/areas/{area_id}")
def area_page(request: Request, visit: Decider, cycle_key: str, area_id: str) -> Response:
    """The form of one area."""
    case = _case(request, visit, cycle_key)
    return _form_page(request, case, case.area(area_id), None, "")


@router.post("/cycles/{cycle_key}/areas/{area_id}")
def save(request: Request, visit: Decider, form: Posted, cycle_key: str, area_id: str) -> Response:
    """Keep a draft; where somebody else was first, show both and lose neither."""
    desk, case = desk_of(request), _case(request, visit, cycle_key)
    area = case.area(area_id)
    try:
        decision, version = _decision(area, form, _choices(case), desk), int(form.get("version", ""))
    except ValueError:
        return _form_page(request, case, area, form, _fault(form), 422)
    try:
        save_draft(desk.database, cycle_key, decision, version, visit.account.name, desk.clock())
    except Conflict:
        again = _case(request, visit, cycle_key)
        fault = N_("Somebody else changed this area meanwhile. What you wrote is below; what they wrote stands beside it.")
        return _form_page(request, again, again.area(area_id), form, fault, 409)
    return RedirectResponse(f"/cycles/{cycle_key}#{area_id}", 303)


@router.get("/cycles/{cycle_key}/preview")
def preview_page(request: Request, visit: Decider, cycle_key: str, language: str = "") -> Response:
    """The bulletin in one language as it would go, and the button to sign it."""
    desk, case = desk_of(request), _case(request, visit, cycle_key)
    spoken = desk.settings.site.languages
    shown = language if language in spoken else next((one for one in (speaking_to(request).words.language,) if one in spoken), spoken[0])
    signed = visit.account.name in {signature.account for signature in case.signatures}
    return page(request, "preview.html.j2", case=case, shown=shown, spoken=spoken, signed=signed)


@router.get("/cycles/{cycle_key}/preview/{name}")
def preview_document(request: Request, visit: Decider, cycle_key: str, name: str) -> Response:
    """The bulletin itself; its pictures are those that the cycle stored."""
    desk = desk_of(request)
    cycle_seen(desk, visit.account, cycle_key)
    language = name.removeprefix("bulletin.").removesuffix(".html")
    if language not in desk.settings.site.languages:
        return RedirectResponse(f"/bulletins/{cycle_key}/{name}", 303)
    content = preview(desk.settings, desk.database, cycle_key, language, desk.clock(), visit.account.name)
    return Response(content, media_type="text/html", headers={"content-security-policy": DOCUMENT_POLICY})


@router.post("/cycles/{cycle_key}/sign")
def sign(request: Request, visit: Decider, form: Posted, cycle_key: str) -> Response:
    """Sign what was looked at; the bulletin goes out once enough people have."""
    desk = desk_of(request)
    cycle_seen(desk, visit.account, cycle_key)
    try:
        done = approve(desk.settings, desk.database, cycle_key, visit.account, form.get("content", ""), desk.clock)
    except Conflict as conflict:
        raise Refusal(409, "Somebody changed, signed or released this since you looked. Look at it again.") from conflict
    return RedirectResponse(f"/cycles/{cycle_key}?{'out' if done is Signed.RELEASED else 'signed'}=1#status", 303)


def _case(request: Request, visit: Visit, cycle_key: str) -> CycleCase:
    desk = desk_of(request)
    case = cycle_case(desk, visit.account, cycle_seen(desk, visit.account, cycle_key))
    if not case.may_be_changed:
        raise Refusal(409, N_("A later cycle has taken the place of this one. Decide on that."))
    return case


def _form_page(request: Request, case: CycleCase, area: AreaCase, sent: Form | None, fault: str, status: int = 200) -> Response:
    desk, speaking = desk_of(request), speaking_to(request)
    proposal_of(area)
    weak = area.area.id in weak_areas(desk.archive / case.key)
    return page(
        request,
        "area.html.j2",
        status,
        case=case,
        one=area,
        grounds=grounds(area, case.facts, speaking, weak=weak),
        weak=weak,
        reasons=reasons_of(desk.archive / case.key, area.area.id, speaking.words.language),
        fields=_fields(area, desk) if sent is None else sent,
        theirs=_fields(area, desk) if sent is not None and status == 409 else None,
        version=0 if area.draft is None else area.draft.version,
        fault=fault,
        choices=_choices(case),
        spoken=desk.settings.site.languages,
        zone=desk.settings.site.time_zone,
    )


def _fields(area: AreaCase, desk: Desk) -> Form:
    """What the form holds before anybody wrote in it: the draft, what was decided, or the proposal."""
    latest, proposal = area.latest, proposal_of(area)
    chosen = proposal if latest is None else latest.chosen
    said = {} if latest is None else {f"words_{name.language}": name.text for name in latest.words}
    return {
        "level": chosen.level.name.lower(),
        "valid_from": f"{chosen.valid_from.astimezone(desk.zone):%Y-%m-%dT%H:%M}",
        "valid_until": f"{chosen.valid_until.astimezone(desk.zone):%Y-%m-%dT%H:%M}",
        "reason": "" if latest is None else latest.reason,
        **said,
    }


def _choices(case: CycleCase) -> tuple[Level, ...]:
    return (Level.NONE, *case.facts.levels)


def _decision(area: AreaCase, form: Form, choices: tuple[Level, ...], desk: Desk) -> AreaDecision:
    """What the form says; raises ValueError for what cannot be."""
    proposed, spoken = proposal_of(area), desk.settings.site.languages
    level = next((one for one in choices if one.name.lower() == form.get("level", "")), None)
    if level is None:
        raise ValueError("no level of the edition")
    start, end = (_moment(form.get(key, ""), desk.zone) for key in ("valid_from", "valid_until"))
    words = tuple(PlaceName(language, text) for language in spoken if (text := _text(form, f"words_{language}")))
    chosen = Choice(level, start, end)
    if chosen.valid_until <= desk.clock() < area_end(area):
        raise ValueError("it would be over")
    return AreaDecision(area.area.id, proposed, chosen, _text(form, "reason"), words)


def area_end(area: AreaCase) -> datetime:
    """When the engine's window ends."""
    return proposal_of(area).valid_until


def _moment(text: str, zone: ZoneInfo) -> datetime:
    local = datetime.strptime(text, "%Y-%m-%dT%H:%M")
    return local.replace(tzinfo=zone).astimezone(UTC)


def _text(form: Form, key: str) -> str:
    text = form.get(key, "").strip()
    if len(text) > LONGEST_TEXT or any(ord(c) < 32 and c != "\n" for c in text):
        raise ValueError("too long, or not printable")
    return text


def _fault(form: Form) -> str:
    if not form.get("reason", "").strip():
        return N_("A change needs a reason.")
    return N_("A level, a time or a text cannot be taken as it is. The end comes after the beginning; texts have 600 characters at most.")
