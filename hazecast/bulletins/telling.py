"""One bulletin's facts as they are told in one language."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from hazecast.bulletins.editions import called_in_words, condition_in_words
from hazecast.bulletins.gathering import areas_in_words
from hazecast.bulletins.phrases import LEVELS, haze_in_words
from hazecast.bulletins.situation import AreaView, Period, areas_on, periods
from hazecast.bulletins.text_layout import plain
from hazecast.bulletins.wording import LocalTime, Wording
from hazecast.records import DECIDED_BY_PERSON, Area, BulletinFacts, Level, WindowAssessment, name_in


@dataclass(frozen=True)
class Telling:
    """Facts, the words for them, and how names, times and quantities are written."""

    facts: BulletinFacts
    wording: Wording

    @cached_property
    def clock(self) -> LocalTime:
        """Times in the bulletin's zone."""
        return LocalTime(self.wording, ZoneInfo(self.facts.time_zone))

    @cached_property
    def title(self) -> str:
        """What heads the bulletin."""
        return plain(name_in(self.wording.language, self.facts.titles))

    @cached_property
    def exercise_mark(self) -> str:
        """What stands before every headline of an exercise; nothing where it is none."""
        return self.wording.say("EXERCISE") + self.wording.say_as("after a mark", ": ") if self.facts.exercise else ""

    @cached_property
    def period(self) -> Period | None:
        """The first validity window."""
        return next(iter(periods(self.facts)), None)

    @cached_property
    def views(self) -> tuple[AreaView, ...]:
        """Every area in the first window."""
        return areas_on(self.facts, 0)

    @cached_property
    def _area_names(self) -> dict[str, str]:
        return {area.id: self.area(area) for area in self.facts.areas}

    @cached_property
    def _regions(self) -> dict[str, str]:
        language = self.wording.language
        return {area.id: plain(name_in(language, area.region)) for area in self.facts.areas if area.region}

    @cached_property
    def _station_names(self) -> dict[str, str]:
        return {station.id: plain(station.name) for station in self.facts.stations}

    def area(self, area: Area) -> str:
        """The name of an area."""
        return plain(area.name_in(self.wording.language))

    def areas(self, area_ids: Sequence[str]) -> str:
        """The names of areas as a list in a sentence, those of one region gathered under its name."""
        return areas_in_words(area_ids, self._area_names, self._regions, self.wording)

    def station(self, station_id: str) -> str:
        """The name of a station."""
        return self._station_names.get(station_id, plain(station_id))

    def worse_place(self, window: WindowAssessment) -> tuple[Level, str] | None:
        """The level and the name of the station of an area that has more than the area; of an area of one station there is none."""
        worst, area = window.worst_station_id, next((a for a in self.facts.areas if a.id == window.area_id), None)
        alone = area is not None and area.station_ids == (worst,)
        if worst is None or alone or window.worst_station_level <= max(window.level, Level.NONE):
            return None
        return window.worst_station_level, self.station(worst)

    def level(self, level: Level) -> str:
        """The colour of a level, or that there is none, or that it is unknown."""
        return self.wording.say(LEVELS[level])

    def haze(self, level: Level) -> str:
        """What a level means in the air, with its colour."""
        return haze_in_words(self.facts.assessment, level, self.wording)

    def condition(self, code: str) -> str:
        """A condition of the edition, or that a person set the level."""
        if code == DECIDED_BY_PERSON:
            return self.wording.say("set by the forecaster on duty")
        return condition_in_words(self.facts.assessment, code, self.wording)

    def warned(self, sentence: str, level: Level, area_ids: Sequence[str]) -> str:
        """A sentence on warnings for areas, in which they are called what the edition calls them."""
        called = called_in_words(self.facts.assessment, self.wording)
        said = self.wording.say(sentence, called=called, level=self.level(level), areas=self.areas(area_ids))
        return said[:1].upper() + said[1:]

    def chance(self, probability: float | None) -> str:
        """A probability in whole percent; never 0 or 100, for nothing is certain."""
        return self.wording.chance(probability)

    def concentration(self, value: float | None) -> str:
        """PM2.5 in whole µg/m³, the unit left to the heading."""
        return self.wording.unknown() if value is None else self.wording.number(value)

    def visibility(self, metres: float | None) -> str:
        """A distance in kilometres, rounded down so that it never looks better than it is."""
        if metres is None:
            return self.wording.unknown()
        if metres < 10_000:
            return self.wording.say("%(distance)s km", distance=self.wording.number(math.floor(metres / 100) / 10, 1))
        return self.wording.say("%(distance)s km", distance=self.wording.number(math.floor(metres / 1000)))

    def moment(self, moment: datetime | None) -> str:
        """Day and hour, with the offset where it is not that of the beginning of the forecast."""
        if moment is None:
            return self.wording.unknown()
        usual = self.clock.offset(moment) == self.clock.offset(self.facts.cycle.init_time)
        return self.clock.moment(moment) if usual else self.clock.with_offset(moment)
