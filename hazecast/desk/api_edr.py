"""The desk for programs, continued: the stored maps and stations by OGC EDR, each cycle an instance of both collections."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse

from hazecast.desk.api import BASE, FAULTS, CycleKey, Fault
from hazecast.desk.cases import visible_cycles
from hazecast.desk.desk import desk_of
from hazecast.desk.edr import answering
from hazecast.desk.edr.answering import Asked, Collection
from hazecast.desk.edr.asked import MOST_CHARACTERS
from hazecast.desk.edr.coverages import MEDIA_TYPE
from hazecast.desk.edr.telling import CONFORMS, collection_told, instance_told
from hazecast.desk.visits import Program

Told = dict[str, Any]

router = APIRouter(tags=["edr"])
EDR = f"{BASE}/edr"
ONE = f"{EDR}/collections/{{collection}}"
OF_CYCLE = f"{ONE}/instances/{{cycle_key}}"
_FAULT = {"application/json": {"schema": {"$ref": f"#/components/schemas/{Fault.__name__}"}}}
ASKED_FAULTS: dict[int | str, Told] = {status: {"content": _FAULT} for status in (400, *FAULTS)}
"""Not by their model, which would be described as CoverageJSON, as what is asked for is."""


class CoverageJson(JSONResponse):
    """CoverageJSON."""

    media_type = MEDIA_TYPE


Coords = Annotated[str, Query(max_length=MOST_CHARACTERS, description="WKT, in degrees east and north.")]


def asked_of(
    datetime: Annotated[
        str | None, Query(max_length=80, description="A time of ISO 8601, or two with a slash between; `..` is open.")
    ] = None,
    parameter_name: Annotated[str | None, Query(alias="parameter-name", max_length=400, description="Names with commas between.")] = None,
    crs: Literal["CRS84"] = "CRS84",  # noqa: ARG001 - the only one there is
    f: Literal["CoverageJSON"] = "CoverageJSON",  # noqa: ARG001
) -> Asked:
    """What every query for values may say besides where."""
    return Asked(datetime, parameter_name)


Said = Annotated[Asked, Depends(asked_of)]


@router.get(EDR, responses=FAULTS)
def landing(program: Program) -> Told:  # noqa: ARG001 - only those who are let in
    """What there is, and where."""
    places = {"self": EDR, "conformance": f"{EDR}/conformance", "data": f"{EDR}/collections", "service-desc": f"{BASE}/openapi.json"}
    return {"title": "hazecast", "links": [{"rel": rel, "href": href, "type": "application/json"} for rel, href in places.items()]}


@router.get(f"{EDR}/conformance", responses=FAULTS)
def conformance(program: Program) -> Told:  # noqa: ARG001
    """The classes of the standard that are kept to."""
    return {"conformsTo": list(CONFORMS)}


@router.get(f"{EDR}/collections", responses=FAULTS)
def collections(request: Request, program: Program) -> Told:
    """The maps and the stations, as of the newest cycle that you see."""
    folder = answering.folder_of(desk_of(request), program.account, None)
    told = [collection_told(one, f"{EDR}/collections/{one}", folder) for one in Collection]
    return {"links": [{"rel": "self", "href": f"{EDR}/collections", "type": "application/json"}], "collections": told}


@router.get(ONE, responses=FAULTS)
def collection(request: Request, program: Program, collection: Collection) -> Told:
    """One of both."""
    folder = answering.folder_of(desk_of(request), program.account, None)
    return collection_told(collection, f"{EDR}/collections/{collection}", folder)


@router.get(f"{ONE}/instances", responses=FAULTS)
def instances(request: Request, program: Program, collection: Collection) -> Told:
    """The newest cycles that you see, the newest first."""
    desk, place = desk_of(request), f"{EDR}/collections/{collection}/instances"
    seen = visible_cycles(desk, program.account)
    told = [instance_told(collection, f"{place}/{s.cycle.key}", desk.archive / s.cycle.key) for s in seen]
    return {"links": [{"rel": "self", "href": place, "type": "application/json"}], "instances": told}


@router.get(OF_CYCLE, responses=FAULTS)
def instance(request: Request, program: Program, collection: Collection, cycle_key: CycleKey) -> Told:
    """One cycle."""
    folder = answering.folder_of(desk_of(request), program.account, cycle_key)
    return instance_told(collection, f"{EDR}/collections/{collection}/instances/{cycle_key}", folder)


@router.get(f"{ONE}/position", responses=ASKED_FAULTS, response_class=CoverageJson)
def position(request: Request, program: Program, collection: Collection, coords: Coords, said: Said) -> CoverageJson:
    """The newest forecast of a place: of the cell that it lies in, or of a station of yours within a kilometre."""
    return CoverageJson(answering.at_place(desk_of(request), program.account, collection, None, coords, said))


@router.get(f"{OF_CYCLE}/position", responses=ASKED_FAULTS, response_class=CoverageJson)
def position_of_cycle(
    request: Request, program: Program, collection: Collection, cycle_key: CycleKey, coords: Coords, said: Said
) -> CoverageJson:
    """The same of one cycle."""
    return CoverageJson(answering.at_place(desk_of(request), program.account, collection, cycle_key, coords, said))


@router.get(f"{ONE}/area", responses=ASKED_FAULTS, response_class=CoverageJson)
def area(request: Request, program: Program, collection: Collection, coords: Coords, said: Said) -> CoverageJson:
    """The newest forecast of the cells whose middle lies in an area, or of your stations there."""
    return CoverageJson(answering.in_area(desk_of(request), program.account, collection, None, coords, said))


@router.get(f"{OF_CYCLE}/area", responses=ASKED_FAULTS, response_class=CoverageJson)
def area_of_cycle(
    request: Request, program: Program, collection: Collection, cycle_key: CycleKey, coords: Coords, said: Said
) -> CoverageJson:
    """The same of one cycle."""
    return CoverageJson(answering.in_area(desk_of(request), program.account, collection, cycle_key, coords, said))
