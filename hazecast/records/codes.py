"""The words that records use: levels, actions, rungs, and what a reader must be told."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """A warning level. UNKNOWN means that an input was lacking, and is never the same as NONE."""

    UNKNOWN = -1
    NONE = 0
    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4


class Action(StrEnum):
    """What a warning does to the one before it for the same area and edition."""

    ISSUE = "issue"
    CONTINUE = "continue"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    LIFT = "lift"


class Status(StrEnum):
    """How an area stands with its warning once a cycle has decided: what it did, or that it left things as they are.

    STANDS: an earlier warning goes on, and nothing is sent. EXPIRED: one ended lately and nothing follows it. UNKNOWN: what lacks could
    bring a level about, so that nothing is said; a warning in force goes on.
    """

    NONE = "none"
    ISSUED = "issued"
    CONTINUED = "continued"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    LIFTED = "lifted"
    STANDS = "stands"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Ground(StrEnum):
    """Why a cycle decided so on a warning, beside the level that it forecasts.

    KEPT: its chance is below that to raise a level at, but not below that to clear it at. LACKING: what lacks could bear the warning out.
    HELD: it has not stood for its least time. AHEAD: the hours ahead of the window may need it. OVERTAKEN: a later cycle has spoken. OVER:
    the window is over.
    """

    FORECAST = "forecast"
    KEPT = "kept"
    LACKING = "lacking"
    HELD = "held"
    AHEAD = "ahead"
    OVERTAKEN = "overtaken"
    OVER = "over"


class MeteorologyKind(StrEnum):
    """Whether weather was forecast at `init_time`, or is an analysis of what came that stands in for a forecast, or only what is past."""

    FORECAST = "forecast"
    ANALYSIS = "analysis"
    PAST = "past"


class Arrivals(StrEnum):
    """Whether it is known when an input arrived, or assumed: history is taken to have arrived some delay after its time."""

    ASSUMED = "assumed"
    RECORDED = "recorded"


class InputRole(StrEnum):
    """What an input file is to a cycle."""

    METEOROLOGY = "meteorology"
    OBSERVATIONS = "observations"
    BASE = "base"
    EMISSIONS = "emissions"
    POPULATION = "population"
    SOURCES = "sources"
    AREAS = "areas"
    MODEL = "model"


class Rung(IntEnum):
    """The step of the ladder a station value stands on, best first. Everything below CORRECTED is named in every product."""

    CORRECTED = 0
    WITHOUT_BASE = 1
    WITHOUT_OBSERVATIONS = 2
    WITHOUT_WEATHER = 3
    MODEL = 4
    CLIMATOLOGY = 5
    NOTHING = 6


class NoteCode(StrEnum):
    """What a reader must know about a cycle besides its numbers. Each has a sentence in every language of the bulletins."""

    PERFECT_PROGNOSIS = "perfect-prognosis"
    WEATHER_FROM_STATIONS = "weather-from-stations"
    WEATHER_ERRORS_ADDED = "weather-errors-added"
    WEATHER_HOURS_FILLED = "weather-hours-filled"
    WEATHER_CELLS_FILLED = "weather-cells-filled"
    WEATHER_HOURS_LACKING = "weather-hours-lacking"
    VARIABLE_LACKING = "variable-lacking"
    FILES_UNREADABLE = "files-unreadable"
    VALUES_REJECTED = "values-rejected"
    CLOCKS_DOUBTED = "clocks-doubted"
    STATIONS_DUPLICATE = "stations-duplicate"
    STATIONS_FOREIGN = "stations-foreign"
    NETWORK_FROZEN = "network-frozen"
    UNITS_DOUBTED = "units-doubted"
    VALUES_CUMULATED = "values-cumulated"
    STATIONS_SILENT = "stations-silent"
    STATIONS_MOVED = "stations-moved"
    STATIONS_ELSEWHERE = "stations-elsewhere"
    LOCAL_TIMES_AMBIGUOUS = "local-times-ambiguous"
    OBSERVATIONS_STALE = "observations-stale"
    WIND_FROM_ALOFT = "wind-from-aloft"
    MIXING_HEIGHT_DIAGNOSED = "mixing-height-diagnosed"
    BASE_DELIVERED = "base-delivered"
    BASE_LACKING = "base-lacking"
    EMISSIONS_ARE_PROXY = "emissions-are-proxy"
    EMISSION_CELLS_LACKING = "emission-cells-lacking"
    EMISSIONS_FROM_CARBON = "emissions-from-carbon"
    SHORT_HISTORY = "short-history"
    UNCORRECTED = "uncorrected"
    OUTSIDE_OF_LEARNT = "outside-of-learnt"
    VISIBILITY_UNKNOWN = "visibility-unknown"
    AREA_BY_STATIONS = "area-by-stations"


class EmissionProxy(StrEnum):
    """What stands in for an emission inventory; the detail of a note of `NoteCode.EMISSIONS_ARE_PROXY`."""

    POPULATION = "population-grid"
    CITIES = "cities-by-population"
    STATIONS = "even-and-around-stations"


@dataclass(frozen=True, slots=True)
class Note:
    """One remark on a cycle: its code, how many values it concerns, and names or quantities that go into its sentence."""

    code: NoteCode
    count: int | None = None
    detail: str = ""
