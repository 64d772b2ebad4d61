"""A bulletin composed anew from what its cycle stored, with what people decided and what is in force by now."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine

from hazecast.archive.bulletin_facts import load_facts
from hazecast.archive.bulletin_files import load_bulletin
from hazecast.archive.reviews import Draft, Review, ReviewState, content_of, drafts_of, releases_of, review_of
from hazecast.archive.warning_log import warnings_in_force, warnings_known
from hazecast.bulletins.compose import compose
from hazecast.config import Settings
from hazecast.records import AreaDecision, Bulletin, BulletinFacts, Level, Reviewed
from hazecast.signing import signer_of
from hazecast.warnings.decided import Release, decided
from hazecast.warnings.life import REMEMBERED
from hazecast.warnings.sender import sent_by


@dataclass(frozen=True, slots=True)
class Case:
    """What there is to release of a cycle: the next release's number, its drafts, and what earlier releases decided.

    `review` is None where the first bulletin went out without waiting; the next is then its second release.
    """

    cycle_key: str
    review: Review | None
    number: int
    drafts: tuple[Draft, ...]
    earlier: tuple[Draft, ...]

    @property
    def content_sha256(self) -> str:
        """What a signature is put under."""
        return content_of(self.drafts, self.number)

    @property
    def is_overtaken(self) -> bool:
        """Whether a later cycle's bulletin took its place before it was released."""
        return self.review is not None and self.review.state is ReviewState.OVERTAKEN

    def moment(self, now: datetime) -> datetime:
        """The time that the bulletin speaks at."""
        return now if self.review is None or self.review.waits.speaks_at is None else self.review.waits.speaks_at

    def decisions(self, fresh: tuple[Draft, ...]) -> tuple[AreaDecision, ...]:
        """The `fresh` ones, and of the earlier those that they leave as they are."""
        by_area = {draft.decision.area_id: draft.decision for draft in (*self.earlier, *fresh)}
        return tuple(by_area[area_id] for area_id in sorted(by_area))


def case_of(database: Engine, cycle_key: str) -> Case:
    """What there is to release of a cycle."""
    review, released = review_of(database, cycle_key), releases_of(database, cycle_key)
    earlier = {draft.decision.area_id: draft for release in released for draft in release.decisions}
    number = len(released) + 1 + (review is None)
    return Case(cycle_key, review, number, drafts_of(database, cycle_key), tuple(earlier.values()))


def composed(
    settings: Settings,
    database: Engine,
    case: Case,
    fresh: tuple[Draft, ...],
    now: datetime,
    signed_by: tuple[str, ...],
    *,
    with_pdf: bool = True,
) -> tuple[BulletinFacts, Bulletin]:
    """The facts and the bulletin of the next release, with what the `fresh` drafts say; automatic where nobody signed.

    Raises ArchiveError where what the cycle stored cannot be read.
    """
    folder, at = settings.output.archive / case.cycle_key, case.moment(now)
    facts, in_force = load_facts(folder), warnings_in_force(database, at)
    decisions = case.decisions(fresh)
    release = Release(case.number, at, in_force, frozenset(draft.decision.area_id for draft in fresh))
    assessment = sent_by(decided(facts.assessment, decisions, release), facts.sender, facts.time_zone)
    ids = {id for message in assessment.messages for id in message.replaces}
    revised = replace(
        facts,
        issued_at=at,
        assessment=assessment,
        in_force_before=in_force,
        replaced=tuple(warning for warning in warnings_known(database, at, at - REMEMBERED) if warning.id in ids),
        reviewed=Reviewed(bool(signed_by), case.number, decisions),
        forecaster=", ".join(signed_by),
    )
    drawn = load_bulletin(settings.output.archive, case.cycle_key)
    pdf_languages = settings.pdf_languages if with_pdf else ()
    return revised, compose(revised, settings.site.languages, signer_of(settings), drawn, pdf_languages=pdf_languages)


def preview(settings: Settings, database: Engine, cycle_key: str, language: str, now: datetime, forecaster: str) -> bytes:
    """The HTML of a cycle's next bulletin in one language, as it would be released now with all drafts and signed by `forecaster`."""
    case = case_of(database, cycle_key)
    one = settings.model_copy(update={"site": settings.site.model_copy(update={"languages": (language,)})})
    _, bulletin = composed(one, database, case, case.drafts, now, (forecaster,), with_pdf=False)
    return next(document.content for document in bulletin.documents if document.name == f"bulletin.{language}.html")


def needs_second(levels: tuple[Level, ...], case: Case) -> bool:
    """Whether two people must sign: red is proposed, in a first release, or touched by a draft."""
    proposed = case.number == 1 and Level.RED in levels
    return proposed or any(draft.decision.touches_red for draft in case.drafts)
