"""Who gets a bulletin: by level, area, language and format, not in quiet hours, and an exercise only where it is wanted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hazecast.archive.deliveries import Delivery
from hazecast.delivery.choosing import chosen
from hazecast.records import Assessment, Bulletin, Level


class Kinds(StrEnum):
    """Which bulletins a channel takes."""

    REAL = "real"
    EXERCISES = "exercises"
    BOTH = "both"

    def take(self, bulletin: Bulletin) -> bool:
        """Whether `bulletin` is of them."""
        return self is Kinds.BOTH or (self is Kinds.EXERCISES) == bulletin.exercise


@dataclass(frozen=True, slots=True)
class Quiet:
    """Local hours, from one to the next other, in which a bulletin below `below` waits for their end."""

    from_hour: int
    until_hour: int
    below: Level
    time_zone: str

    def end(self, now: datetime) -> datetime | None:
        """When the quiet hours end that hold at `now`, in UTC; None when none hold."""
        local = now.astimezone(zone := ZoneInfo(self.time_zone))
        over_midnight = self.from_hour > self.until_hour
        after, before = local.hour >= self.from_hour, local.hour < self.until_hour
        if not ((after or before) if over_midnight else (after and before)):
            return None
        day = local.date() + timedelta(days=1 if over_midnight and after else 0)
        return datetime(day.year, day.month, day.day, self.until_hour, tzinfo=zone).astimezone(now.tzinfo)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets bulletins, and the channel by which. What is left empty is everything."""

    id: str
    channel: str
    languages: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    least_level: Level = Level.NONE
    quiet: Quiet | None = None
    kinds: Kinds = Kinds.BOTH


@dataclass(frozen=True, slots=True)
class AreaLevel:
    """What a bulletin says of an area: the highest level, and whether a higher one can be ruled out."""

    area_id: str
    level: Level
    known: bool


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is told, when, and what of it each recipient heard last; by id and channel, None where nothing is known of that."""

    levels: tuple[AreaLevel, ...]
    now: datetime
    heard_last: Callable[[str, str], Level | None]


def area_levels(assessment: Assessment) -> tuple[AreaLevel, ...]:
    """By area the highest of the level in the first window, of the warnings in force and of those that are sent."""
    first = {w.area_id: w for w in reversed(assessment.windows)}
    warned = (*assessment.messages, *assessment.in_force)
    areas = dict.fromkeys((*first, *(w.area_id for w in warned)))
    return tuple(
        AreaLevel(
            area_id=area,
            level=max((Level.NONE, *(w.level for w in warned if w.area_id == area), *((first[area].level,) if area in first else ()))),
            known=area in first and first[area].level is not Level.UNKNOWN,
        )
        for area in areas
    )


def deliveries_of(bulletin: Bulletin, recipients: tuple[Recipient, ...], occasion: Occasion) -> tuple[Delivery, ...]:
    """The deliveries of `bulletin`, keyed so that the same bulletin, recipient and channel are always one delivery."""
    return tuple(
        _delivery(bulletin, recipient, level, occasion.now)
        for recipient in recipients
        if recipient.kinds.take(bulletin)
        if _concerns(recipient, level := _level_for(recipient, occasion.levels), occasion)
    )


def _level_for(recipient: Recipient, levels: tuple[AreaLevel, ...]) -> Level:
    """The highest of the recipient's areas; UNKNOWN where it is below what is asked for and could be anything."""
    own = [one for one in levels if not recipient.areas or one.area_id in recipient.areas]
    highest = max((one.level for one in own), default=Level.NONE if levels else Level.UNKNOWN)
    unsure = not all(one.known for one in own)
    return Level.UNKNOWN if unsure and highest < max(recipient.least_level, Level.BLUE) else highest


def _concerns(recipient: Recipient, level: Level, occasion: Occasion) -> bool:
    """Whether a level is high enough or not known, or whether what was heard last was, and this says that it is over."""
    if level is Level.UNKNOWN or level >= recipient.least_level:
        return True
    last = occasion.heard_last(recipient.id, recipient.channel)
    return last is not None and (last is Level.UNKNOWN or last >= recipient.least_level)


def _delivery(bulletin: Bulletin, recipient: Recipient, level: Level, now: datetime) -> Delivery:
    quiet = recipient.quiet
    documents = chosen(bulletin.documents, recipient.languages, recipient.formats)
    return Delivery(
        key=f"{bulletin.id}/{recipient.channel}/{recipient.id}",
        bulletin_id=bulletin.id,
        cycle_key=bulletin.cycle_key,
        recipient=recipient.id,
        channel=recipient.channel,
        expires_at=bulletin.expires_at,
        not_before=quiet.end(now) if quiet is not None and level < quiet.below else None,
        level=level,
        exercise=bulletin.exercise,
        documents=tuple(d.name for d in documents),
    )
