"""Who may look at the desk and decide there."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hazecast.records.checks import require_utc

ACCOUNT_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
MOST_CHARACTERS = 255  # of a subject, by OpenID Connect Core 1.0, section 2


class Role(StrEnum):
    """What an account may do.

    FORECASTER decides and releases; SUPERVISOR does so too and signs second. AGENCY reads what concerns its own areas. ADMINISTRATOR
    reads everything, operation and the audit trail included, and decides nothing.
    """

    FORECASTER = "forecaster"
    SUPERVISOR = "supervisor"
    AGENCY = "agency"
    ADMINISTRATOR = "administrator"

    @property
    def decides(self) -> bool:
        """Whether it may change, release and withdraw."""
        return self in (Role.FORECASTER, Role.SUPERVISOR)

    @property
    def operates(self) -> bool:
        """Whether it may see cycles, inputs, deliveries, models and settings."""
        return self is not Role.AGENCY


@dataclass(frozen=True, slots=True)
class Account:
    """A person or an agency. `areas` are those that an agency sees; empty for everybody else, who see all."""

    name: str
    role: Role
    areas: tuple[str, ...]
    created_at: datetime
    disabled_at: datetime | None = None

    def __post_init__(self) -> None:
        if not ACCOUNT_NAME.fullmatch(self.name):
            raise ValueError(f"An account cannot be called {self.name!r}; expected up to 32 of a-z, 0-9, '.', '_' and '-'.")
        if (self.role is Role.AGENCY) != bool(self.areas):
            raise ValueError(
                f"{self.name} is {self.role} with the areas {list(self.areas)}; an agency needs areas, and nobody else has any."
            )
        require_utc("created_at", self.created_at)

    def sees(self, area_id: str) -> bool:
        """Whether it may see an area."""
        return not self.areas or area_id in self.areas


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom a provider of logins knows somebody: its address, and the value of one claim of its ID tokens."""

    issuer: str
    claim: str
    value: str

    def __post_init__(self) -> None:
        if not (self.value.strip() == self.value and 0 < len(self.value) <= MOST_CHARACTERS and self.value.isprintable()):
            raise ValueError(f"{self.value!r:.300} is nobody's {self.claim}; expected 1 to {MOST_CHARACTERS} characters in one line.")


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks: a session in a browser, with the word that its forms must bear, or a token of a program, which has none."""

    account: Account
    form_word: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A read-only key of a program; what it is made of is shown once and not kept."""

    id: int
    account: str
    label: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Something that somebody did, chained to the entry before by its hash."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str
    previous_sha256: str
    sha256: str
