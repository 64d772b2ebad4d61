"""Two runs side by side: the same hour as two cycles forecast it, and the difference."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hazecast.archive.bulletin_facts import load_stored_facts
from hazecast.desk.cases import chosen_cycle, cycle_seen, visible_cycles
from hazecast.desk.desk import desk_of
from hazecast.desk.differences import FIELDS, classes_of, difference_png, shared_hours
from hazecast.desk.frames import WIDTH, Field, hours_of, legend
from hazecast.desk.pages.look import KEPT, NAMES
from hazecast.desk.refusals import Refusal
from hazecast.desk.rendering import page, speaking_to
from hazecast.desk.visits import Visitor

router = APIRouter(include_in_schema=False)


@router.get("/look/beside")
def beside(request: Request, visit: Visitor, cycle: str = "", other: str = "", field: Field = Field.PM25, hour: int = 0) -> Response:
    """Two maps of one hour and their difference; without a choice, the newest cycle and the one before it."""
    desk = desk_of(request)
    seen = visible_cycles(desk, visit.account, 30)
    one = chosen_cycle(desk, visit.account, cycle, seen)
    if one is None:
        return page(request, "empty.html.j2")
    before = tuple(status for status in seen if status.cycle.init_time < one.cycle.init_time) or seen
    two = chosen_cycle(desk, visit.account, other, before) or one
    hours, others = hours_of(desk.archive / one.cycle.key), hours_of(desk.archive / two.cycle.key)
    shared, speaking = shared_hours(hours, others), speaking_to(request)
    field = field if field in FIELDS else Field.PM25
    times = () if shared is None else shared.valid_times
    hour = min(max(hour, 0), max(len(times) - 1, 0))
    levels = load_stored_facts(desk.archive / one.cycle.key).levels
    classes = classes_of(field)
    return page(
        request,
        "beside.html.j2",
        cycle=one,
        other=two,
        cycles=seen,
        fields=FIELDS,
        names=NAMES,
        field=field,
        hour=hour,
        shared=shared,
        moments=[speaking.moment(moment) for moment in times],
        width=WIDTH,
        height=hours.frame.height,
        other_height=others.frame.height,
        legend=legend(field, times[hour], levels) if times else (),
        differences=tuple(zip(classes.starts, classes.colours, strict=True)),
    )


@router.get("/look/{cycle_key}/less/{other_key}/{field}/{hour}.png")
def difference(request: Request, visit: Visitor, cycle_key: str, other_key: str, field: Field, hour: int) -> Response:
    """One hour of one cycle less the same hour of another."""
    desk = desk_of(request)
    one, two = (desk.archive / cycle_seen(desk, visit.account, key).cycle.key for key in (cycle_key, other_key))
    found = difference_png(one, hour, two, field) if field in FIELDS and 0 <= hour < len(hours_of(one).valid_times) else None
    if found is None:
        raise Refusal(404, "There is no such page.")
    return Response(found, media_type="image/png", headers=KEPT)
