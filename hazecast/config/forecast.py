"""How the forecast is made: what is learnt from, transport, checks of observations, and visibility."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from hazecast.config.fields import Number, Section, Whole, YesOrNo
from hazecast.vocabulary import POLLUTANTS


def _known_pollutant(key: str) -> str:
    if key not in (known := [pollutant.key for pollutant in POLLUTANTS]):
        raise ValueError(f"{key!r} is no pollutant; expected one of {', '.join(known)}")
    return key


def _rising(tops: tuple[float, ...]) -> tuple[float, ...]:
    if not 3 <= len(tops) <= 10 or any(b <= a for a, b in pairwise((0.0, *tops))) or tops[-1] > 10_000.0:
        raise ValueError("the tops of 3 to 10 layers were expected, in m and rising, up to 10,000 at most")
    return tops


class ForecastSettings(Section):
    """How far ahead, and what is learnt from."""

    horizon_hours: Whole = Field(96, ge=6, le=240, description="Lead time of the last forecast hour.")
    history_days: Whole = Field(800, ge=3, le=3650, description="How far back the correction learns from.")
    recent_days: Whole = Field(24, ge=8, le=120, description="How far back a cycle looks that forecasts by a stored model.")
    retrain_days: Whole = Field(30, ge=1, le=365, description="A new model is trained so often; it takes over where it is better.")
    learning_rows: Whole = Field(120_000, ge=2_000, le=5_000_000, description="Rows the correction learns from at most; fewer is faster.")
    draws: Whole = Field(100, ge=20, le=2_000, description="Whole trajectories that chances of hours on end are counted from.")
    random_seed: Whole = Field(0, ge=0, le=2**32 - 1, description="The same seed and inputs give the same forecast, bit for bit.")


class TransportSettings(Section):
    """The transport model, and where the haze comes from; see docs/transport.md."""

    scheme: Literal["ppm", "van-leer"] = Field("ppm", description="Advection: piecewise parabolic, or van Leer's, cheaper and less sharp.")
    layer_tops: Annotated[tuple[Number, ...], AfterValidator(_rising)] = Field(
        (60.0, 180.0, 400.0, 800.0, 1500.0, 3000.0), description="Upper bounds of the layers over the ground, m."
    )
    history_days: Whole = Field(800, ge=3, le=3650, description="How far back it runs to learn what each region emits; fewer is faster.")
    from_observations: YesOrNo = Field(True, description="Whether the forecast starts from the air as the stations last observed it.")
    members: Whole = Field(8, ge=0, le=50, description="Runs with other winds and emissions that tell how sure the shares of sources are.")


class QualitySettings(Section):
    """How observations are checked; see docs/quality.md."""

    missing_codes: tuple[Number, ...] = Field((), description="Further numbers that stand for a missing value, in the vocabulary's units.")
    neighbour_reach_km: Number = Field(150.0, ge=1, le=1000, description="Stations no farther apart than this are compared.")
    highest: dict[Annotated[str, AfterValidator(_known_pollutant)], Number] = Field(
        {}, description="Highest believable value by pollutant where it is not hazecast's, such as { pm10 = 20000.0 }."
    )


class VisibilitySettings(Section):
    """Visibility from PM2.5 and humidity; fit these where stations report visibility."""

    contrast: Number = Field(0.05, gt=0, lt=1, description="0.05 as automatic sensors and MOR; 0.02 as human observers (Koschmieder).")
    mass_scattering_efficiency: Number = Field(3.4, gt=0, lt=20, description="Dry scattering, m2 g-1.")
    mass_absorption_efficiency: Number = Field(0.6, ge=0, lt=20, description="Absorption, m2 g-1.")
    kappa: Number = Field(0.25, ge=0, lt=2, description="Growth with humidity; 0.20 to 0.34 in North China winters.")
    log_error: Number = Field(0.3, ge=0, le=1, description="How sure all this is: standard error of extinction per mass, in its logarithm.")
