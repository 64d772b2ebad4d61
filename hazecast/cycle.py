"""One cycle from its inputs to its bulletins: the only place that knows the order.

    gather -> vet -> regrid -> forecast -> assess -> compose -> store -> send

The clock, the sources, the archive and the channels are handed in: a backtest is the same path with an earlier clock and no channels.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr
from sqlalchemy import Engine

from hazecast import __version__
from hazecast.archive.bulletin_facts import facts_files
from hazecast.archive.bulletin_files import bulletin_files, load_bulletin
from hazecast.archive.cycle_files import Description, driver_files, forecast_files, source_files
from hazecast.archive.decisions import DECISIONS_FILE, ORIGIN_FILE, decisions_json, origin_json
from hazecast.archive.deliveries import Delivery, last_level
from hazecast.archive.ledger import LEASE, Claim, CycleResults, Standing, claim_cycle, fail_cycle, finish_cycle, renew_lease
from hazecast.archive.previous import last_cycle, last_decisions, last_drivers, previous_bulletin
from hazecast.archive.products import FileWriter, bytes_writer, store_products, written_beside
from hazecast.archive.reviews import Waiting, release_time
from hazecast.archive.situations import SITUATIONS_FILE, Situations, past_situations, situations_json
from hazecast.archive.warning_log import warnings_in_force, warnings_known
from hazecast.bulletins.compose import compose
from hazecast.bulletins.formats.signature import unsigned
from hazecast.config import Settings, looking_back
from hazecast.delivery.channel import Channel
from hazecast.delivery.outbox import drain
from hazecast.delivery.routing import Occasion, Recipient, area_levels, deliveries_of
from hazecast.errors import ArchiveError, ModelRefused
from hazecast.forecast.attribution.areas import attribution_of
from hazecast.forecast.draws.territory import forecast_on_territory
from hazecast.forecast.model_store import StoredModel, champion_as_of, load_model
from hazecast.forecast.predict import predict
from hazecast.grids.gridding import to_grid
from hazecast.grids.lattice import lattice_of_domain
from hazecast.intake.territories import areas_of
from hazecast.quality.keeping import QUALITY_FILE, REJECTED_FILE, quality_json, rejected_csv
from hazecast.quality.usable import only_usable
from hazecast.records import (
    Area,
    Assessment,
    Bulletin,
    BulletinFacts,
    Cycle,
    Forecast,
    Gathered,
    Gridded,
    HazeWarning,
    PlaceName,
    Receipt,
    TerritoryForecast,
    Vetted,
    name_in,
)
from hazecast.signing import signer_of
from hazecast.warnings.assess import assess
from hazecast.warnings.ground import notes_on_ground
from hazecast.warnings.life import REMEMBERED
from hazecast.warnings.sender import sent_by
from hazecast.warnings.why.explain import Past, explained
from hazecast.warnings.why.situation import what_came
from hazecast.warnings.why.skill import backtest_scores

Progress = Callable[[str, float], None]
Clock = Callable[[], datetime]

CURVE_HOURS = 72  # how much of the past a bulletin shows before the forecast


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a cycle meets: where its inputs come from, where its products go, whom it tells, and what time it is.

    `late_delivery` is for cycles of the past that somebody asks for: so long after the run a bulletin is delivered although its
    time is over. A scheduled one never is. One that does not `composes` makes no bulletin, and so tells nobody.
    `models` is the archive whose stored models it forecasts by; where there is none by then, a cycle learns for itself.
    The claim is renewed for another `lease` as the cycle gets on; None where somebody else renews it. A drill hands in a `forecaster`
    and a `composer` that take milliseconds.
    """

    gather: Callable[[Cycle, Settings], Gathered]
    database: Engine
    archive: Path
    channels: Mapping[str, Channel]
    recipients: tuple[Recipient, ...]
    clock: Clock
    owner: str
    late_delivery: timedelta = timedelta(0)
    composes: bool = True
    models: Path | None = None
    lease: timedelta | None = LEASE
    forecaster: Callable[..., Forecast] = predict
    composer: Callable[..., Bulletin] = compose


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a cycle; `forecast` and `assessment` are None unless this call ran it."""

    standing: Standing
    cycle: Cycle
    folder: Path
    forecast: Forecast | None
    assessment: Assessment | None
    receipts: tuple[Receipt, ...]


def run_cycle(cycle: Cycle, settings: Settings, around: Surroundings, progress: Progress, *, announces: bool = True) -> Outcome:
    """Run `cycle` unless it is done or somebody else is at it; without `announces` it is kept, and nobody is told.

    Raises HazecastError for inputs that cannot be used; the cycle is then recorded as failed, with the reason.
    """
    claim = claim_cycle(around.database, cycle, around.owner, settings.sha256(), around.clock())
    if claim.standing is not Standing.CLAIMED:
        receipts = send(around) if claim.standing is Standing.DONE else ()
        return Outcome(claim.standing, claim.cycle, around.archive / claim.cycle.key, None, None, receipts)
    return run_claimed(claim, settings, around, progress, announces=announces)


def run_claimed(claim: Claim, settings: Settings, around: Surroundings, progress: Progress, *, announces: bool = True) -> Outcome:
    """Run the cycle of a claim; as `run_cycle`. Raises CycleError when somebody else has taken it up meanwhile: nothing is kept then."""
    with _failure_recorded(around, claim):
        told = _holding_the_claim(progress, around, claim)
        areas, sign = areas_of(settings), signer_of(settings) if around.composes else unsigned
        model = champion_as_of(around.models, claim.cycle.as_of) if around.models else None
        gathered, vetted = only_usable(_gathered(claim.cycle, settings, around, model), settings.quality)
        gridded = to_grid(gathered, lattice_of_domain(settings.domain))
        delay = timedelta(hours=settings.observations.arrival_delay_hours)
        last = last_cycle(around.database, claim.cycle) if around.composes else None
        forecast = around.forecaster(
            gridded,
            settings.forecast,
            settings.transport,
            settings.visibility,
            delay,
            told,
            time_zone=settings.site.time_zone,
            stored=None if model is None else load_model(model),
            earlier=last_drivers(around.archive, last),
        )
        ground = on_territories(forecast, areas, settings)
        forecast = replace(forecast, notes=(*forecast.notes, *notes_on_ground(areas, ground, gathered.stations, settings.warnings)))
        known = warnings_known(around.database, forecast.cycle.as_of, forecast.cycle.as_of - REMEMBERED)
        assessment = _assessed(forecast, areas, ground, known, gathered.observations, settings, around, announces)
        past = _past(claim.cycle, last, assessment, settings, around) if around.composes else None
        if past is not None:
            assessment = explained(assessment, forecast, areas, settings.warnings, gathered.observations, past, ground)
        assessment = sent_by(assessment, settings.site.sender, settings.site.time_zone)
        told("bulletin", 0.0)
        facts = _facts(gridded, forecast, areas, assessment, known, settings, around)
        described = Description(name_in("en", _names(settings.site.titles)), __version__, gathered, forecast.notes)
        with written_beside(around.database, around.archive, claim, _fields(facts, past, described)) as fields:
            languages, pdf_languages = settings.site.languages, settings.pdf_languages
            bulletin = around.composer(facts, languages, sign, pdf_languages=pdf_languages) if around.composes else None
            told("bulletin", 1.0)
            _keep(claim, gathered, vetted, facts, past, bulletin, fields, settings, around, announces)
    receipts = send(around) if announces else ()
    return Outcome(claim.standing, claim.cycle, around.archive / claim.cycle.key, forecast, assessment, receipts)


def send(around: Surroundings) -> tuple[Receipt, ...]:
    """Make every delivery that is due."""
    return drain(around.database, around.channels, partial(load_bulletin, around.archive), around.clock())


def on_territories(forecast: Forecast, areas: Sequence[Area], settings: Settings) -> tuple[TerritoryForecast, ...]:
    """What is forecast on the ground of each area that has a territory; of one forecast and settings always the same."""
    optics, seed = settings.visibility, settings.forecast.random_seed
    return tuple(forecast_on_territory(area.id, area.territory, forecast, optics, seed) for area in areas if area.territory is not None)


def _names(by_language: Mapping[str, str]) -> tuple[PlaceName, ...]:
    return tuple(PlaceName(language, text) for language, text in by_language.items())


def _gathered(cycle: Cycle, settings: Settings, around: Surroundings, model: StoredModel | None) -> Gathered:
    """What had arrived; of the past no more than is needed, and with the model among the inputs, where one is stored."""
    if model is None:
        return around.gather(cycle, settings)
    gathered = around.gather(cycle, looking_back(settings, settings.forecast.recent_days))
    _require_regions(gathered, model)
    return replace(gathered, inputs=(*gathered.inputs, model.as_input()))


def _require_regions(gathered: Gathered, model: StoredModel) -> None:
    now, then = tuple(region.id for region in gathered.regions), model.card.regions
    if now != then:
        raise ModelRefused(
            f"Model {model.id} knows the source regions {', '.join(then) or 'none'}; the settings have {', '.join(now) or 'none'}.",
            "Train anew with: hazecast train --config SETTINGS",
        )


@contextmanager
def _failure_recorded(around: Surroundings, claim: Claim) -> Iterator[None]:
    try:
        yield
    except BaseException as failure:
        with suppress(ArchiveError):  # the first failure says more; an unrecorded one lapses with its lease
            fail_cycle(around.database, claim, f"{type(failure).__name__}: {failure}", around.clock())
        raise


def _holding_the_claim(progress: Progress, around: Surroundings, claim: Claim) -> Progress:
    """Progress that also renews the lease, now and then: a cycle that gets on is not taken for dead."""
    renewed = around.clock()

    def report(stage: str, done: float) -> None:
        nonlocal renewed
        if around.lease is not None and around.clock() - renewed > timedelta(minutes=1):
            renewed = around.clock()
            renew_lease(around.database, claim, renewed, around.lease)
        progress(stage, done)

    return report


def _assessed(
    forecast: Forecast,
    areas: tuple[Area, ...],
    ground: Sequence[TerritoryForecast],
    known: tuple[HazeWarning, ...],
    observed: xr.Dataset,
    settings: Settings,
    around: Surroundings,
    announces: bool,
) -> Assessment:
    assessment = assess(forecast, areas, settings.warnings, known, observed, ground)
    in_force = warnings_in_force(around.database, forecast.cycle.as_of)
    return assessment if announces else replace(assessment, messages=(), in_force=in_force, statuses=())


def _past(cycle: Cycle, last: Cycle | None, assessment: Assessment, settings: Settings, around: Surroundings) -> Past:
    """What reasons are given from: of cycles before alone, so that none knows what came after it."""
    before, backtest = past_situations(around.database, around.archive, cycle), settings.warnings.backtest
    scores = None if backtest is None else backtest_scores(backtest, assessment.edition, cycle.as_of)
    return Past(last_decisions(around.archive, last), scores, before.expected, before.came)


def _facts(
    gridded: Gridded,
    forecast: Forecast,
    areas: tuple[Area, ...],
    assessment: Assessment,
    known: tuple[HazeWarning, ...],
    settings: Settings,
    around: Surroundings,
) -> BulletinFacts:
    gathered = gridded.gathered
    replaced = {id for message in assessment.messages for id in message.replaces}
    shown_from = np.datetime64(forecast.cycle.init_time.replace(tzinfo=None), "ns") - np.timedelta64(CURVE_HOURS, "h")
    return BulletinFacts(
        titles=_names(settings.site.titles),
        issued_at=forecast.cycle.as_of,
        time_zone=settings.site.time_zone,
        cycle=forecast.cycle,
        edition=assessment.edition,
        software_version=__version__,
        settings_sha256=settings.sha256(),
        areas=areas,
        stations=gathered.stations,
        assessment=assessment,
        forecast=forecast,
        observations=gathered.observations.sel(time=slice(shown_from, None)),
        inputs=gathered.inputs,
        notes=forecast.notes,
        exercise=settings.site.exercise,
        attribution=attribution_of(forecast.sources, areas, gridded),
        in_force_before=warnings_in_force(around.database, forecast.cycle.as_of),
        sender=settings.site.sender,
        weather=gridded.station_weather.sel(time=slice(shown_from, None)),
        previous=previous_bulletin(around.database, around.archive, forecast.cycle),
        replaced=tuple(warning for warning in known if warning.id in replaced),
        forecaster=settings.site.forecaster,
    )


def _fields(facts: BulletinFacts, past: Past | None, described: Description) -> dict[str, FileWriter]:
    """What takes long to write."""
    drivers = {} if past is None else driver_files(facts.forecast, described)
    sources = source_files(facts.forecast, facts.attribution, described)
    return sources | forecast_files(facts.forecast, facts.assessment, described) | drivers


def _keep(
    claim: Claim,
    gathered: Gathered,
    vetted: Vetted,
    facts: BulletinFacts,
    past: Past | None,
    bulletin: Bulletin | None,
    fields: Mapping[str, FileWriter],
    settings: Settings,
    around: Surroundings,
    announces: bool,
) -> None:
    forecast, assessment = facts.forecast, facts.assessment
    files: dict[str, FileWriter] = {
        **fields,
        DECISIONS_FILE: bytes_writer(decisions_json(assessment, forecast.notes)),
        **({} if past is None else {SITUATIONS_FILE: bytes_writer(_situations(facts, gathered, past))}),
        ORIGIN_FILE: bytes_writer(
            origin_json(
                claim.cycle, __version__, settings.sha256(), gathered.inputs, forecast.notes, gathered.asked, settings.site.forecaster
            )
        ),
        QUALITY_FILE: bytes_writer(quality_json(vetted)),
        REJECTED_FILE: bytes_writer(rejected_csv(vetted)),
        **({} if bulletin is None else bulletin_files(bulletin) | facts_files(facts)),
    }
    products = store_products(around.database, around.archive, claim, files)
    waits = _waiting(bulletin, claim.cycle.as_of, settings, around) if bulletin is not None and announces and settings.desk.review else None
    deliveries = () if bulletin is None or not announces or waits else _deliveries(bulletin, assessment, around)
    messages = () if waits else assessment.messages
    results = CycleResults(gathered.inputs, products, messages, deliveries, __version__, gathered.asked, waits)
    finish_cycle(around.database, claim, results, around.clock())


def _situations(facts: BulletinFacts, gathered: Gathered, past: Past) -> bytes:
    """What was expected, and what has come of what was, for later cycles."""
    came = what_came(past.situations, facts.areas, gathered.observations, facts.cycle.init_time)
    expected = tuple(why.situation for why in facts.assessment.reasons if why.situation is not None)
    return situations_json(Situations(expected, came))


def _deliveries(bulletin: Bulletin, assessment: Assessment, around: Surroundings) -> tuple[Delivery, ...]:
    until = max(bulletin.expires_at, around.clock() + around.late_delivery) if around.late_delivery else bulletin.expires_at
    occasion = Occasion(area_levels(assessment), around.clock(), partial(last_level, around.database, exercise=bulletin.exercise))
    return tuple(replace(d, expires_at=until) for d in deliveries_of(bulletin, around.recipients, occasion))


def _waiting(bulletin: Bulletin, as_of: datetime, settings: Settings, around: Surroundings) -> Waiting:
    """Until when the bulletin waits for a person; of a cycle of the past, it then speaks as of that cycle's own time."""
    now = around.clock()
    release_at = release_time(now, settings.desk.release_after, settings.desk.longest_wait_minutes, settings.site.time_zone)
    if bulletin.expires_at > now:
        return Waiting(release_at, bulletin.expires_at, None)
    return Waiting(release_at, release_at + around.late_delivery, as_of)
