"""Warnings in the Common Alerting Protocol 1.2 (OASIS standard of 1 July 2010): one message a file, all languages in it."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hazecast.bulletins.area_warning import area_warning
from hazecast.bulletins.editions import event_in_words, level_facts
from hazecast.bulletins.footprints import circle_round, stations_of
from hazecast.bulletins.formats.signature import Sign, unsigned
from hazecast.bulletins.formats.xml import Element, child, written
from hazecast.bulletins.outlines import alert_polygons
from hazecast.bulletins.phrases import LEVELS, guidance
from hazecast.bulletins.remarks import is_perfect_prognosis
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import Wording
from hazecast.records import Action, BulletinFacts, Document, HazeWarning, Level, NoteCode, StandardFacts

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"
LIKELY, POSSIBLE = 0.5, 0.05
CERTAINTIES = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")


@dataclass(frozen=True, slots=True)
class Alert:
    """One message and the earlier ones that it replaces, all of them: CAP knows by its references alone which it ends."""

    warning: HazeWarning
    replaced: tuple[HazeWarning, ...]

    def __post_init__(self) -> None:
        if {old.id for old in self.replaced} != set(self.warning.replaces):
            known = ", ".join(old.id for old in self.replaced) or "none"
            raise ValueError(f"Warning {self.warning.id} replaces {', '.join(self.warning.replaces)}, of which {known} is known.")
        if self.warning.action is Action.LIFT and not self.replaced:
            raise ValueError(f"Warning {self.warning.id} lifts nothing; a Cancel must refer to what it ends.")

    @property
    def message_type(self) -> str:
        """What CAP calls it: Cancel for a lift, Update where it replaces others, else Alert."""
        if self.warning.action is Action.LIFT:
            return "Cancel"
        return "Update" if self.replaced else "Alert"

    @property
    def level(self) -> Level:
        """The level that the message speaks of: of a lift, the highest that it lifts."""
        lifted = max((old.level for old in self.replaced), default=Level.NONE)
        return lifted if self.warning.action is Action.LIFT else self.warning.level


def cap_documents(facts: BulletinFacts, wordings: Sequence[Wording], sign: Sign = unsigned) -> tuple[Document, ...]:
    """A document for each message of the cycle, with an info block in each language, as `sign` leaves it."""
    return tuple(
        Document(cap_name(message), MEDIA_TYPE, "", sign(written(_alert(alert_of(message, facts), facts, wordings), NAMESPACE)))
        for message in facts.assessment.messages
    )


def cap_name(warning: HazeWarning) -> str:
    """The name of the document of a message."""
    return f"cap.{warning.id}.xml"


def alert_of(warning: HazeWarning, facts: BulletinFacts) -> Alert:
    """A message with those that it replaces, whether they were still in force when its cycle began or had ended lately."""
    before = {old.id: old for old in (*facts.in_force_before, *facts.replaced)}
    return Alert(warning, tuple(before[id] for id in warning.replaces if id in before))


def status(facts: BulletinFacts) -> str:
    """Exercise; Test where no true forecast is behind it and so nobody may act on it; else Actual."""
    if facts.exercise:
        return "Exercise"
    trial = any(note.code is NoteCode.WEATHER_ERRORS_ADDED for note in (*facts.notes, *facts.forecast.notes))
    return "Test" if trial or is_perfect_prognosis(facts) else "Actual"


def _alert(alert: Alert, facts: BulletinFacts, wordings: Sequence[Wording]) -> Element:
    warning, zone = alert.warning, ZoneInfo(facts.time_zone)
    root = ET.Element(f"{{{NAMESPACE}}}alert")
    child(root, "identifier", warning.id)
    child(root, "sender", facts.sender)
    child(root, "sent", _moment(warning.issued_at, zone))
    child(root, "status", status(facts))
    child(root, "msgType", alert.message_type)
    child(root, "scope", "Public")
    if facts.exercise:
        child(root, "note", "; ".join(wording.say("EXERCISE – this is not a real warning") for wording in wordings))
    if alert.replaced:
        child(root, "references", " ".join(_as_sent(old, facts) for old in alert.replaced))
    for wording in wordings:
        _info(root, alert, Telling(facts, wording))
    return root


def _as_sent(old: HazeWarning, facts: BulletinFacts) -> str:
    """What names a message: its sender, identifier and time as they were written, though the settings have others by now."""
    zone = ZoneInfo(old.time_zone or facts.time_zone)
    return f"{old.sender or facts.sender},{old.id},{_moment(old.issued_at, zone)}"


def _info(root: Element, alert: Alert, telling: Telling) -> None:
    warning, facts, zone = alert.warning, telling.facts, telling.clock.zone
    told = area_warning(warning, telling)
    info = child(root, "info")
    child(info, "language", _language(telling.wording))
    child(info, "category", "Met")
    child(info, "event", event_in_words(facts.assessment, telling.wording))
    child(info, "responseType", _response(alert))
    child(info, "urgency", "Past" if alert.message_type == "Cancel" else _urgency(warning, facts.assessment.standard))
    child(info, "severity", _severity(alert.level, facts.assessment.standard))
    child(info, "certainty", _certainty(warning.probability, facts.assessment.standard))
    if facts.assessment.standard and facts.assessment.standard.cap_event_code:
        _named(info, "eventCode", "CMA", facts.assessment.standard.cap_event_code)
    for tag, moment in (("effective", warning.issued_at), ("onset", warning.valid_from), ("expires", warning.valid_until)):
        child(info, tag, _moment(moment, zone))
    child(info, "senderName", telling.title)
    child(info, "headline", telling.exercise_mark + told.headline)
    child(info, "description", "\n".join(told.sentences))
    child(info, "instruction", "\n".join(guidance({warning.level}, facts.assessment, telling.wording)))
    _parameters(info, warning, telling)
    _area(info, warning, telling)


def _language(wording: Wording) -> str:
    """As RFC 3066 has it: the language, and the country where the catalogue names one."""
    territory = wording.locale.territory
    return f"{wording.locale.language}-{territory}" if territory else str(wording.locale.language)


def _response(alert: Alert) -> str:
    if alert.message_type == "Cancel":
        return "AllClear"
    return "Avoid" if alert.level >= Level.ORANGE else "Prepare"


def _severity(level: Level, standard: StandardFacts | None) -> str:
    told = level_facts(standard, level)
    return told.cap_severity if told else "Unknown"


def _urgency(warning: HazeWarning, standard: StandardFacts | None) -> str:
    if standard:
        return standard.cap_urgency
    ahead = warning.valid_from - warning.issued_at
    return "Immediate" if ahead <= timedelta(0) else "Expected" if ahead <= timedelta(hours=1) else "Future"


def _certainty(probability: float | None, standard: StandardFacts | None) -> str:
    """The edition's, but never more than the chance bears out; by the chance alone where the edition says nothing."""
    by_chance = _certainty_by_chance(probability)
    if standard is None:
        return by_chance
    return standard.cap_certainty if probability is None else max(standard.cap_certainty, by_chance, key=CERTAINTIES.index)


def _certainty_by_chance(probability: float | None) -> str:
    if probability is None:
        return "Unknown"
    return "Likely" if probability > LIKELY else "Possible" if probability >= POSSIBLE else "Unlikely"


def _parameters(info: Element, warning: HazeWarning, telling: Telling) -> None:
    facts = telling.facts
    probability = "" if warning.probability is None else f"{warning.probability:.3f}"
    for name, value in (
        ("level", warning.level.name.lower()),
        ("levelInWords", telling.wording.say(LEVELS[warning.level])),
        ("edition", facts.edition),
        ("condition", warning.condition),
        ("probability", probability),
        ("cycle", warning.cycle_key),
        ("forecaster", facts.forecaster),
    ):
        if value:
            _named(info, "parameter", f"hazecast:{name}", value)


def _area(info: Element, warning: HazeWarning, telling: Telling) -> None:
    own = next((area for area in telling.facts.areas if area.id == warning.area_id), None)
    place = child(info, "area")
    child(place, "areaDesc", telling.areas([warning.area_id]))
    polygons = alert_polygons(own.territory) if own and own.territory else ()
    for polygon in polygons:
        child(place, "polygon", " ".join(f"{latitude:.4f},{longitude:.4f}" for latitude, longitude in polygon))
    stations = stations_of(own, telling.facts.stations) if own and not polygons else ()
    if stations:
        circle = circle_round(stations)
        child(place, "circle", f"{circle.latitude:.4f},{circle.longitude:.4f} {circle.radius_km:.1f}")
    _named(place, "geocode", "hazecast:area", warning.area_id)


def _named(parent: Element, tag: str, name: str, value: str) -> None:
    pair = child(parent, tag)
    child(pair, "valueName", name)
    child(pair, "value", value)


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    """With seconds and the offset of the zone; CAP knows no Z."""
    return moment.astimezone(zone).replace(microsecond=0).isoformat()
