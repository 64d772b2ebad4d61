"""What was gathered, with its usable observations alone."""

from dataclasses import replace

from hazecast.config import QualitySettings
from hazecast.quality.telling import notes_of
from hazecast.quality.thresholds import thresholds_for
from hazecast.quality.vet import vet
from hazecast.records import Gathered, Vetted


def only_usable(raw: Gathered, settings: QualitySettings) -> tuple[Gathered, Vetted]:
    """What was found about the observations comes among the notes, and the verdict on each value beside."""
    vetted = vet(raw.observations, raw.stations, thresholds_for(settings))
    return replace(raw, observations=vetted.usable(), notes=(*raw.notes, *notes_of(vetted, raw.stations))), vetted
