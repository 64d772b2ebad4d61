"""What the stages of a cycle hand to each other: small, frozen, and checked when they are made.

The order is that of the cycle: Cycle -> Gathered -> Gridded -> Forecast -> Assessment -> BulletinFacts -> Bulletin -> Receipt.
Times are UTC and aware. Datasets inside records use the keys and units of `hazecast.vocabulary` and are not changed in place.
"""

from hazecast.records.bulletins import NO_SENDER, Bulletin, BulletinFacts, Document, PreviousBulletin, Receipt
from hazecast.records.checks import require_dims, require_places, require_sources, require_utc, utc
from hazecast.records.codes import (
    Action,
    Arrivals,
    EmissionProxy,
    Ground,
    InputRole,
    Level,
    MeteorologyKind,
    Note,
    NoteCode,
    Rung,
    Status,
)
from hazecast.records.people import Account, AuditEntry, Role, Token, Visit
from hazecast.records.places import Area, Placement, PlaceName, Station, name_in
from hazecast.records.quality import Evidence, Finding, FindingKind, Origin, Reason, Trust, Vetted
from hazecast.records.review import DECIDED_BY_PERSON, AreaDecision, Choice, Reviewed
from hazecast.records.sources import EDGES, ELSEWHERE, INITIAL, RESERVED, Attribution, Source, SourceForecast, SourceRegion
from hazecast.records.stages import AnsweredQuestion, Cycle, Forecast, Gathered, Gridded, InputFile, ObservationQuestion
from hazecast.records.warnings import (
    AreaStatus,
    Assessment,
    ConditionFacts,
    Guidance,
    HazeWarning,
    LevelChance,
    LevelFacts,
    StandardFacts,
    WindowAssessment,
)

__all__ = [
    "DECIDED_BY_PERSON",
    "EDGES",
    "ELSEWHERE",
    "INITIAL",
    "NO_SENDER",
    "RESERVED",
    "Account",
    "Action",
    "AnsweredQuestion",
    "Area",
    "AreaDecision",
    "AreaStatus",
    "Arrivals",
    "Assessment",
    "Attribution",
    "AuditEntry",
    "Bulletin",
    "BulletinFacts",
    "Choice",
    "ConditionFacts",
    "Cycle",
    "Document",
    "EmissionProxy",
    "Evidence",
    "Finding",
    "FindingKind",
    "Forecast",
    "Gathered",
    "Gridded",
    "Ground",
    "Guidance",
    "HazeWarning",
    "InputFile",
    "InputRole",
    "Level",
    "LevelChance",
    "LevelFacts",
    "MeteorologyKind",
    "Note",
    "NoteCode",
    "ObservationQuestion",
    "Origin",
    "PlaceName",
    "Placement",
    "PreviousBulletin",
    "Reason",
    "Receipt",
    "Reviewed",
    "Role",
    "Rung",
    "Source",
    "SourceForecast",
    "SourceRegion",
    "StandardFacts",
    "Station",
    "Status",
    "Token",
    "Trust",
    "Vetted",
    "Visit",
    "WindowAssessment",
    "name_in",
    "require_dims",
    "require_places",
    "require_sources",
    "require_utc",
    "utc",
]
