"""Pages from templates: who asks, in which language, at what time."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import isfinite
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from hazecast.archive.deliveries import DeliveryState
from hazecast.archive.ledger import State
from hazecast.bulletins.palette import STYLES
from hazecast.bulletins.phrases import LEVELS
from hazecast.bulletins.wording import N_, LocalTime, Wording, languages
from hazecast.delivery.maildir import mailboxes_of
from hazecast.desk.desk import Desk, desk_of
from hazecast.desk.words import NATIVE, desk_words, language_of
from hazecast.records import Level, Role, Visit

LANGUAGE_COOKIE = "hazecast_language"
ROLES = {
    Role.FORECASTER: N_("forecaster"),
    Role.SUPERVISOR: N_("supervisor"),
    Role.AGENCY: N_("agency"),
    Role.ADMINISTRATOR: N_("administrator"),
}
DELIVERIES = {
    DeliveryState.PENDING: N_("waits"),
    DeliveryState.DELIVERED: N_("arrived"),
    DeliveryState.EXPIRED: N_("too late"),
    DeliveryState.REFUSED: N_("refused"),
    DeliveryState.SUPERSEDED: N_("replaced by a newer one"),
}
CYCLES = {State.RUNNING: N_("runs"), State.DONE: N_("done"), State.FAILED: N_("failed"), State.EXPIRED: N_("expired")}


@dataclass(frozen=True, slots=True)
class Speaking:
    """How a page speaks: its words, and its clock in the site's zone."""

    words: Wording
    clock: LocalTime
    now: datetime

    def level(self, level: Level) -> str:
        """The colour of a level, or that there is none, or that it is unknown."""
        return self.words.say(LEVELS[level])

    def stamp(self, moment: datetime | None) -> str:
        """A full time with its offset."""
        return "–" if moment is None else self.clock.stamp(moment)

    def moment(self, moment: datetime | None) -> str:
        """Day and hour with offset."""
        return "–" if moment is None else self.clock.with_offset(moment)

    def span(self, start: datetime, end: datetime) -> str:
        """From when to when."""
        return self.clock.span(start, end)

    def local(self, moment: datetime) -> str:
        """A time as a form's field has it."""
        return f"{moment.astimezone(self.clock.zone):%Y-%m-%dT%H:%M}"

    def percent(self, probability: float | None) -> str:
        """A chance in whole percent, never 0 or 100."""
        return self.words.chance(probability)

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A rounded number."""
        return self.words.unknown() if value is None else self.words.number(value, decimals)

    def score(self, value: float | None, *, signed: bool = False) -> str:
        """A score with two decimals, with its sign where that is asked for; a dash where there is none."""
        if value is None or not isfinite(value):
            return "–"
        shown = self.words.number(abs(value), 2)
        return f"{'−' if value < 0 else '+' if signed else ''}{shown}" if round(value, 2) else self.words.number(0.0, 2)

    def signed(self, value: float) -> str:
        """A difference as it stands in a legend."""
        return f"{value:+g}".replace("-", "−")

    def wait(self, until: datetime) -> str:
        """How long it is until then."""
        minutes = max(0, round((until - self.now).total_seconds() / 60))
        return self.words.say("%(hours)d h %(minutes)02d min", hours=minutes // 60, minutes=minutes % 60)


def language_for(request: Request) -> str:
    """The language that a request is answered in."""
    desk = desk_of(request)
    return language_of(
        request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", ""), desk.settings.site.languages[0]
    )


def speaking_to(request: Request) -> Speaking:
    """How a request is answered."""
    desk, words = desk_of(request), desk_words(language_for(request))
    return Speaking(words, LocalTime(words, desk.zone), desk.clock())


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page in the language of who asks."""
    speaking = speaking_to(request)
    visit: Visit | None = getattr(request.state, "visit", None)
    desk: Desk = desk_of(request)
    known = {
        "speaking": speaking,
        "say": speaking.words.say,
        "account": None if visit is None else visit.account,
        "form_word": "" if visit is None else visit.form_word or "",
        "site_title": desk.settings.site.titles.get(speaking.words.language) or next(iter(desk.settings.site.titles.values())),
        "exercise": desk.settings.site.exercise,
        "has_mail": bool(mailboxes_of(desk.settings)),
        "roles": {role: speaking.words.say(name) for role, name in ROLES.items()},
        "here": quote(request.url.path),
        "languages": {language: NATIVE.get(language, language) for language in sorted(languages(), key=list(NATIVE).index)},
    }
    return HTMLResponse(_environment(speaking.words.language).get_template(template).render(known | values), status)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("hazecast.desk", "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(desk_words(language).catalog, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(styles=STYLES, states=DELIVERIES, states_of_cycles=CYCLES)
    return environment
