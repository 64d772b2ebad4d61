"""Partners: members of the cooperation that get the bulletins of those they work with, in their own language and for information."""

from collections.abc import Iterable
from dataclasses import dataclass

from hazecast.config import Settings
from hazecast.config.delivery import RecipientSettings
from hazecast.config.places import AreaSettings
from hazecast.errors import SettingsError
from hazecast.gazetteer.cooperation import Member, member, members, partners_of


@dataclass(frozen=True, slots=True)
class Partner:
    """A member that reads along: whose bulletins it gets, and the ids of the areas that are theirs."""

    reader: Member
    told_of: tuple[Member, ...]
    areas: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.told_of or not self.areas:
            raise ValueError(f"{self.reader.id!r} is a partner of nobody here; expected members and areas of theirs.")


def member_of(area: AreaSettings) -> Member | None:
    """The member that an area belongs to: the one that it names, or the one whose id it has; None where it has neither.

    Raises SettingsError for a name that is no member's.
    """
    if area.member is not None:
        return member(area.member)
    return next((known for known in members() if known.id == area.id), None)


def partner_of(recipient: RecipientSettings, settings: Settings) -> Partner | None:
    """As whom a recipient reads along; None for one that is no partner.

    Raises SettingsError for a member that there is not, and for one that works with nobody whose areas are in the settings.
    """
    if recipient.partner is None:
        return None
    reader = member(recipient.partner)
    paired = partners_of(reader.id, settings.cooperation.pairs)
    owners = {area.id: owner for area in settings.areas if (owner := member_of(area)) in paired}
    if not owners:
        known = ", ".join(one.id for one in paired) or "nobody"
        raise SettingsError(
            f"Recipient {recipient.id!r} is the partner {reader.id!r}, which works with {known}; none of the areas is theirs.",
            "Say with member = '…' whose an area is, or add to cooperation.pairs; see `hazecast partners`.",
        )
    return Partner(reader, tuple(one for one in paired if one in owners.values()), tuple(owners))


def languages_of(recipient: RecipientSettings, partner: Partner | None, spoken: Iterable[str]) -> tuple[str, ...]:
    """The languages of a recipient's documents: those it asks for, or else a partner's own; empty for all.

    Raises SettingsError where bulletins are not written in the partner's language.
    """
    if recipient.languages is not None or partner is None:
        return recipient.languages or ()
    own = partner.reader.language
    if own not in spoken:
        raise SettingsError(
            f"Recipient {recipient.id!r} reads {own!r}; bulletins are written in {', '.join(spoken)}.",
            f"Add {own!r} to site.languages, or give the recipient languages of its own.",
        )
    return (own,)
