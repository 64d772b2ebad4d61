"""Look: maps hour by hour, the meteogram of a place, and the stations with what was found about them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hazecast.archive.bulletin_facts import StoredArea, StoredFacts, load_stored_facts
from hazecast.archive.bulletin_files import load_bulletin_index, load_document
from hazecast.archive.cycle_files import STATIONS_FILE
from hazecast.archive.netcdf import variables_in
from hazecast.bulletins.wording import N_
from hazecast.desk.air import air_at
from hazecast.desk.cases import chosen_cycle, cycle_seen, visible_cycles
from hazecast.desk.desk import Desk, desk_of
from hazecast.desk.frames import WIDTH, Field, borders_svg, frame_png, hours_of, legend
from hazecast.desk.guard import DOCUMENT_POLICY
from hazecast.desk.reasons import reasons_of
from hazecast.desk.refusals import Refusal
from hazecast.desk.rendering import page, speaking_to
from hazecast.desk.visits import Visitor
from hazecast.desk.winds import winds_svg
from hazecast.records import Account

router = APIRouter(include_in_schema=False)
NAMES: Mapping[Field, str] = {
    Field.PM25: N_("PM2.5, µg/m³"),
    Field.VISIBILITY: N_("Visibility, km"),
    Field.LEVEL: N_("Level"),
    Field.CHANCE: N_("Chance of a warning level at the stations"),
}
KEPT = {"cache-control": "private, max-age=3600"}


@router.get("/look")
def look(
    request: Request, visit: Visitor, cycle: str = "", field: Field = Field.PM25, hour: int = 0, area: str = "", air: bool = False
) -> Response:
    """A map of one hour, and the meteogram, the reasons and perhaps the air of one area."""
    desk = desk_of(request)
    seen = visible_cycles(desk, visit.account)
    status = chosen_cycle(desk, visit.account, cycle, seen)
    if status is None:
        return page(request, "empty.html.j2")
    folder = desk.archive / status.cycle.key
    facts, hours = load_stored_facts(folder), hours_of(folder)
    hour = min(max(hour, 0), len(hours.valid_times) - 1)
    own = [one for one in facts.areas if visit.account.sees(one.id)]
    speaking, chosen = speaking_to(request), next((one for one in own if one.id == area), None)
    return page(
        request,
        "look.html.j2",
        cycle=status,
        cycles=seen,
        fields=[one for one in Field if one is not Field.CHANCE or _knows_chances(folder)],
        names=NAMES,
        field=field,
        hour=hour,
        moments=[speaking.moment(moment) for moment in hours.valid_times],
        width=WIDTH,
        height=hours.frame.height,
        marks=[(one, *hours.frame.place(*_centre(one, facts))) for one in own],
        legend=legend(field, hours.valid_times[hour], facts.levels),
        chosen=chosen,
        air_at=None if chosen is None else air_at(facts, chosen.id),
        air=air and chosen is not None and visit.account.role.operates,
        reasons=None if chosen is None else reasons_of(folder, chosen.id, speaking.words.language),
        own=own,
    )


@router.get("/look/{cycle_key}/{field}/{hour}.png")
def frame(request: Request, visit: Visitor, cycle_key: str, field: Field, hour: int) -> Response:
    """One hour of one field."""
    folder = _folder(desk_of(request), visit.account, cycle_key)
    if not 0 <= hour < len(hours_of(folder).valid_times) or (field is Field.CHANCE and not _knows_chances(folder)):
        raise Refusal(404, "There is no such page.")
    return Response(frame_png(folder, field, hour), media_type="image/png", headers=KEPT)


@router.get("/look/{cycle_key}/wind/{hour}.svg")
def wind(request: Request, visit: Visitor, cycle_key: str, hour: int) -> Response:
    """The arrows of one hour over the maps."""
    folder = _folder(desk_of(request), visit.account, cycle_key)
    if not 0 <= hour < len(hours_of(folder).valid_times):
        raise Refusal(404, "There is no such page.")
    return Response(winds_svg(folder, hour), media_type="image/svg+xml", headers=KEPT | {"content-security-policy": DOCUMENT_POLICY})


@router.get("/look/{cycle_key}/borders.svg")
def borders(request: Request, visit: Visitor, cycle_key: str) -> Response:
    """The borders over the maps."""
    found = borders_svg(hours_of(_folder(desk_of(request), visit.account, cycle_key)).frame)
    return Response(found, media_type="image/svg+xml", headers=KEPT | {"content-security-policy": DOCUMENT_POLICY})


@router.get("/look/{cycle_key}/areas/{area_id}.svg")
def meteogram(request: Request, visit: Visitor, cycle_key: str, area_id: str) -> Response:
    """The meteogram of an area as the cycle drew it, in the language of who asks or the site's main one."""
    desk = desk_of(request)
    folder, language = _folder(desk, visit.account, cycle_key), speaking_to(request).words.language
    area = next((one for one in load_stored_facts(folder).areas if one.id == area_id and visit.account.sees(one.id)), None)
    if area is None:
        raise Refusal(404, "There is no such page.")
    spoken = language if language in desk.settings.site.languages else desk.settings.site.languages[0]
    listed = load_bulletin_index(desk.archive, cycle_key)
    png = next((name for name, lang, shown in listed if shown == area.name_in(spoken) and lang == spoken and name.endswith(".png")), None)
    if png is None:
        raise Refusal(404, "There is no such page.")
    found = load_document(desk.archive, cycle_key, png.removesuffix(".png") + ".svg")
    return Response(found.content, media_type=found.media_type, headers=KEPT | {"content-security-policy": DOCUMENT_POLICY})


@router.get("/stations")
def stations(request: Request, visit: Visitor, cycle: str = "") -> Response:
    """Every station with its area, and what the checks of the cycle found about it."""
    desk = desk_of(request)
    seen = visible_cycles(desk, visit.account)
    status = chosen_cycle(desk, visit.account, cycle, seen)
    if status is None:
        return page(request, "empty.html.j2")
    folder = desk.archive / status.cycle.key
    facts = load_stored_facts(folder)
    areas = {id: area for area in facts.areas if visit.account.sees(area.id) for id in area.station_ids}
    own = [station for station in facts.stations if station.id in areas or not visit.account.areas]
    return page(request, "stations.html.j2", cycle=status, cycles=seen, stations=own, areas=areas, findings=_findings(folder))


def _folder(desk: Desk, account: Account, cycle_key: str) -> Path:
    return desk.archive / cycle_seen(desk, account, cycle_key).cycle.key


def _centre(area: StoredArea, facts: StoredFacts) -> tuple[float, float]:
    """The middle of an area's stations or, without any, of the outlines of its ground."""
    places = [(station.latitude, station.longitude) for station in facts.stations if station.id in area.station_ids]
    places = places or [(y, x) for polygon in area.polygons for x, y in polygon[0]]
    return sum(latitude for latitude, _ in places) / len(places), sum(longitude for _, longitude in places) / len(places)


def _knows_chances(folder: Path) -> bool:
    return "level_probability" in variables_in(folder / STATIONS_FILE)


def _findings(folder: Path) -> dict[str, list[Mapping[str, Any]]]:
    """What the checks found, by station; nothing of cycles that kept no checks."""
    file = folder / "quality.json"
    if not file.is_file():
        return {}
    by_station: dict[str, list[Mapping[str, Any]]] = {}
    for finding in json.loads(file.read_text(encoding="utf-8"))["findings"]:
        for id in finding["stations"]:
            by_station.setdefault(id, []).append(finding)
    return by_station
