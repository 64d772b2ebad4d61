"""The desk for programs, continued: why a level is as it is and where haze comes from, two runs, and engine against forecaster."""

from datetime import datetime
from math import isfinite
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict

from hazecast.archive.bulletin_facts import load_stored_facts
from hazecast.desk.api import BASE, FAULTS, CycleKey, Fault, require_operator
from hazecast.desk.cases import cycle_seen, visible_cycles
from hazecast.desk.desk import desk_of
from hazecast.desk.pages.air import air_of
from hazecast.desk.pages.verify import CYCLES_SCORED, versus
from hazecast.desk.reasons import peak_of
from hazecast.desk.refusals import Refusal
from hazecast.desk.versus import Compared, Standing
from hazecast.desk.visits import Program
from hazecast.records import Level, WindowAssessment

router = APIRouter()


def _name(level: object) -> object:
    return level.name.lower() if isinstance(level, Level) else level


LevelName = Annotated[str, BeforeValidator(_name)]
Ratio = Annotated[float | None, Query(ge=0.01, le=0.99, description="What acting costs, as a part of the loss.")]
AreaId = Annotated[str, Path(max_length=200, description="As the cycle lists it, such as tangshan.")]


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class MarginOut(_Told):
    """How far a level is from being decided otherwise: in chance, as a factor of PM2.5, in µg/m³ at the peak and in m of visibility."""

    level: LevelName
    probability: float
    chance: float | None
    factor: float | None
    pm25: float | None
    visibility: float | None


class PartOut(_Told):
    """What one kind of input changed of PM2.5, µg/m³."""

    driver: str
    pm25: float | None


class ChangeOut(_Told):
    """What changed since the last cycle."""

    cycle_key: str
    level: LevelName
    former_level: LevelName | None
    chance: float | None
    chance_then: float | None
    hour: datetime | None
    pm25: float | None
    pm25_then: float | None
    parts: tuple[PartOut, ...]
    driver: str | None


class EpisodeOut(_Told):
    """A past situation like it: what was expected (peak PM2.5, µg/m³), warned of and came, and its distance in standard deviations."""

    cycle_key: str
    valid_from: datetime
    expected_level: LevelName
    warned_level: LevelName
    expected_pm25: float | None
    came_pm25: float
    distance: float


class ShareOut(_Told):
    """The part of one source in PM2.5 at the peak, in percent with its range; `source` is null for all that are not named."""

    source: str | None
    percent: int
    low: int | None
    high: int | None
    own: bool


class ReasonsOut(_Told):
    """Why the first window of an area was decided as it was, and where its PM2.5 comes from at the peak; null or empty if not known."""

    area: str
    above: MarginOut | None
    below: MarginOut | None
    change: ChangeOut | None
    episodes: tuple[EpisodeOut, ...]
    peak_time: datetime | None
    sources: tuple[ShareOut, ...]


class SideOut(_Told):
    """What one cycle says of a window."""

    level: LevelName
    peak_pm25: float | None
    peak_pm25_low: float | None
    peak_pm25_high: float | None


class BesideOut(_Told):
    """A window of an area that two cycles speak of."""

    area: str
    valid_from: datetime
    valid_until: datetime
    one: SideOut
    other: SideOut


class AirOut(_Told):
    """Air over an area `at` a time, hour by hour back, as degrees north and east; a path ends with the domain or where wind lacks."""

    area: str
    at: datetime
    paths: tuple[tuple[tuple[float, float], ...], ...]


class LevelScoreOut(_Told):
    """Windows warned of a level or a higher one, and the relative economic value of acting on it; null if too few to tell or undefined."""

    level: LevelName
    hits: int
    misses: int
    false_alarms: int
    value: float | None


class StandingOut(_Told):
    """One speaker: by how many levels it was off on average, and on balance (above 0: too high); null where there are too few."""

    error: float | None
    bias: float | None
    levels: tuple[LevelScoreOut, ...]


class ComparedOut(_Told):
    """Windows of which it is known what came, and those of which it is not."""

    windows: int
    unknown: int
    engine: StandingOut
    released: StandingOut
    at_ratio: StandingOut


class VerificationOut(_Told):
    """Engine and forecaster over the last cycles, at one ratio of cost to loss."""

    ratio: float
    cycles: int
    every: ComparedOut
    changed: ComparedOut


@router.get(f"{BASE}/cycles/{{cycle_key}}/areas/{{area_id}}/reasons", responses=FAULTS, tags=["cycles"])
def reasons(request: Request, program: Program, cycle_key: CycleKey, area_id: AreaId) -> ReasonsOut:
    """Why the engine decided so on an area, past episodes like it, and the sources of its peak."""
    desk = desk_of(request)
    folder = desk.archive / cycle_seen(desk, program.account, cycle_key).cycle.key
    stored = load_stored_facts(folder)
    if not any(area.id == area_id and program.account.sees(area.id) for area in stored.areas):
        raise Refusal(404, "There is no such page.")
    why, peak = next((one for one in stored.reasons if one.area_id == area_id), None), peak_of(folder, area_id)
    likeness = None if why is None else why.likeness
    return ReasonsOut(
        area=area_id,
        above=None if why is None or why.above is None else MarginOut.model_validate(why.above),
        below=None if why is None or why.below is None else MarginOut.model_validate(why.below),
        change=None if why is None or why.change is None else ChangeOut.model_validate(why.change),
        episodes=tuple(
            EpisodeOut(
                cycle_key=one.situation.cycle_key,
                valid_from=one.situation.valid_from,
                expected_level=one.situation.expected_level,
                warned_level=one.situation.warned_level,
                expected_pm25=one.situation.peak_pm25,
                came_pm25=one.came.pm25,
                distance=one.distance,
            )
            for one in (() if likeness is None else likeness.episodes)
        ),
        peak_time=None if peak is None else peak.window.peak_time,
        sources=tuple(
            ShareOut(source=None if s.source is None else s.source.id, percent=s.percent, low=s.low, high=s.high, own=s.own)
            for s in (() if peak is None else peak.shares)
        ),
    )


@router.get(f"{BASE}/cycles/{{cycle_key}}/areas/{{area_id}}/air", responses=FAULTS | {503: {"model": Fault}}, tags=["cycles"])
def air(request: Request, program: Program, cycle_key: CycleKey, area_id: AreaId) -> AirOut:
    """Where the air of an area came from in the 48 hours before its peak; not for agencies. It may take a minute."""
    require_operator(program)
    found = air_of(desk_of(request), program.account, cycle_key, area_id)
    return AirOut(area=area_id, at=found.at, paths=found.paths)


@router.get(f"{BASE}/cycles/{{cycle_key}}/beside/{{other_key}}", responses=FAULTS, tags=["cycles"])
def beside(request: Request, program: Program, cycle_key: CycleKey, other_key: CycleKey) -> list[BesideOut]:
    """What two cycles say of the windows that both speak of, for the areas that you see."""
    desk = desk_of(request)
    folders = [desk.archive / cycle_seen(desk, program.account, key).cycle.key for key in (cycle_key, other_key)]
    one, other = ({(w.area_id, w.valid_from, w.valid_until): w for w in load_stored_facts(folder).windows} for folder in folders)
    return [_beside(w, other[key]) for key, w in one.items() if key in other and program.account.sees(w.area_id)]


@router.get(f"{BASE}/verification", responses=FAULTS, tags=["operation"])
def verification(request: Request, program: Program, ratio: Ratio = None) -> VerificationOut:
    """Engine against forecaster at a ratio of cost to loss, by default that of the settings; not for agencies."""
    require_operator(program)
    desk = desk_of(request)
    told = versus(desk, visible_cycles(desk, program.account, CYCLES_SCORED), ratio)
    return VerificationOut(ratio=told.ratio, cycles=told.cycles, every=_compared(told.every), changed=_compared(told.changed))


def _beside(one: WindowAssessment, other: WindowAssessment) -> BesideOut:
    sides = {"one": SideOut.model_validate(one), "other": SideOut.model_validate(other)}
    return BesideOut(area=one.area_id, valid_from=one.valid_from, valid_until=one.valid_until, **sides)


def _compared(found: Compared) -> ComparedOut:
    standings = {name: _standing(getattr(found, name)) for name in ("engine", "released", "at_ratio")}
    return ComparedOut(windows=found.windows, unknown=found.unknown, **standings)


def _standing(found: Standing) -> StandingOut:
    levels = tuple(
        LevelScoreOut(
            level=s.level,
            hits=s.counts.warned,
            misses=s.counts.unwarned,
            false_alarms=s.counts.in_vain,
            value=None if s.expense is None or not isfinite(s.expense.value) else s.expense.value,
        )
        for s in found.levels
    )
    return StandingOut(error=found.error, bias=found.bias, levels=levels)
