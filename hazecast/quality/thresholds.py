"""What the checks go by, as data: `thresholds.toml`, and what an installation sets otherwise. Each key is explained in the file."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hazecast.config import QualitySettings

Pair = Annotated[tuple[float, ...], Field(min_length=2, max_length=2)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CodeThresholds(_Table):
    """Numbers that stand for a missing value."""

    never: tuple[float, ...]
    also: tuple[float, ...]
    caps: tuple[float, ...]
    misfit: float
    near_hours: int
    far_hours: int


class FlatThresholds(_Table):
    """How long a value may stay the same."""

    scale: float
    least_chance: float
    floor_chance: float
    floor_share: float
    floor_below: float
    floor_steps: int
    doubtful: float
    rejected: float
    station_rejected: float
    longest_gap: int
    network_share: float
    network_steps: float
    network_stations: int
    network_rejected: float


class UnitThresholds(_Table):
    """How many decades off is a slip of units."""

    least_decades: float
    reach: int
    least_known: int


class CumulatedThresholds(_Table):
    """How long a series may rise."""

    rise_hours: int
    least_rises: int
    excess: float
    misfit: float
    alone_hours: int
    growth_alone: float
    longest_gap: int


class DuplicateThresholds(_Table):
    """How long two stations may be the same."""

    steps: int
    changes: int
    most_pairs: int


class JumpThresholds(_Table):
    """How far a value may be from those before and after."""

    reach: int
    volatile_reach: int
    least_scale: float
    doubtful: float
    doubtful_scales: float
    rejected: float
    rejected_scales: float
    step: float
    step_scales: float
    companion_scales: float


class NeighbourThresholds(_Table):
    """Who is a neighbour, and how far a value may be from theirs."""

    reach_km: float
    most: int
    least: int
    block_hours: int
    least_scale: float
    doubtful: float
    doubtful_scales: float
    rejected: float
    rejected_scales: float


class ParticleThresholds(_Table):
    """How far PM2.5 may be above PM10."""

    ratio: float
    excess: float
    gross_ratio: float
    gross_excess: float
    misfit: float
    fit: float


class TimeBaseThresholds(_Table):
    """When a clock is taken to be wrong."""

    most_hours: int
    least_known: int
    correlation: float
    gain: float
    gain_errors: float
    offset: float
    rounds: int
    block_days: int
    block_steps: int
    doubtful_hours: float
    least_days: int
    ozone_peak: Pair
    temperature_peak: Pair
    least_kelvin: float
    least_amplitude: float


class ForeignThresholds(_Table):
    """When a series is taken to be of another place."""

    correlation: float
    neighbours_correlation: float
    least_known: int


class WeatherThresholds(_Table):
    """What measured weather cannot be."""

    dew_point_excess: float
    full_humidity: float
    wind_codes: int
    least_winds: int


class PollutantThresholds(_Table):
    """Limits of one pollutant, in its units.

    Below `lowest` no noise explains a value, below `detection` it says only that there was little; `offset` is added before a
    logarithm is taken; where the level around is above `near_zero`, nothing near zero is believed; `typical` bounds the median of a
    whole series; `caps` are further ones of its own.
    """

    lowest: float
    detection: float
    highest: float
    offset: float
    near_zero: float
    typical: Pair
    caps: tuple[float, ...] = ()


class Thresholds(_Table):
    """All of them."""

    codes: CodeThresholds
    flat: FlatThresholds
    units: UnitThresholds
    cumulated: CumulatedThresholds
    duplicates: DuplicateThresholds
    jumps: JumpThresholds
    neighbours: NeighbourThresholds
    particles: ParticleThresholds
    time_base: TimeBaseThresholds
    foreign: ForeignThresholds
    weather: WeatherThresholds
    pm25: PollutantThresholds
    pm10: PollutantThresholds
    so2: PollutantThresholds
    no2: PollutantThresholds
    o3: PollutantThresholds
    co: PollutantThresholds

    def of(self, key: str) -> PollutantThresholds:
        """Those of the pollutant of that key."""
        limits = getattr(self, key)
        assert isinstance(limits, PollutantThresholds)
        return limits


@cache
def default_thresholds() -> Thresholds:
    """Those that hazecast comes with."""
    return Thresholds.model_validate(tomllib.loads((files("hazecast.quality") / "thresholds.toml").read_text(encoding="utf-8")))


def thresholds_for(settings: QualitySettings) -> Thresholds:
    """Those of hazecast with what the settings set otherwise."""
    common = default_thresholds()
    codes = common.codes.model_copy(update={"never": (*common.codes.never, *settings.missing_codes)})
    neighbours = common.neighbours.model_copy(update={"reach_km": settings.neighbour_reach_km})
    own = {key: common.of(key).model_copy(update={"highest": value}) for key, value in settings.highest.items()}
    return common.model_copy(update={"codes": codes, "neighbours": neighbours, **own})
