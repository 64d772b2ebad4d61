"""How an area stands with its warning: since when the episode and its level last, and on what ground beside the forecast it stays."""

from collections.abc import Mapping
from types import MappingProxyType

from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import N_
from hazecast.records import AreaStatus, Ground, Status

GROUNDS: Mapping[Ground, str] = MappingProxyType(
    {
        Ground.KEPT: N_("level kept: its chance has not fallen far enough to end it"),
        Ground.LACKING: N_("level kept for want of input: what lacks could bear it out"),
        Ground.HELD: N_("level held: it has not stood for its least time"),
        Ground.AHEAD: N_("not lifted: the hours before the window may need it"),
    }
)


def standing_in_words(area_id: str, telling: Telling) -> tuple[str, ...]:
    """Phrases on the warning in force in an area; none without one, and nothing of the time of one that is only now issued."""
    status = next((status for status in telling.facts.assessment.statuses if status.area_id == area_id), None)
    if status is None or status.since is None:
        return ()
    since = () if status.status is Status.ISSUED else (_since(status, telling),)
    ground = (telling.wording.say(GROUNDS[status.ground]),) if status.ground in GROUNDS else ()
    return (*since, *ground)


def _since(status: AreaStatus, telling: Telling) -> str:
    since = telling.moment(status.since)
    if status.level_since == status.since:
        return telling.wording.say("in force since %(since)s", since=since)
    level_since = telling.moment(status.level_since)
    return telling.wording.say("in force since %(since)s, at this level since %(level_since)s", since=since, level_since=level_since)
