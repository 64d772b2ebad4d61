"""Words, numbers and times of one language.

English is written in the code; every other language is one file `locale/<language>.po`, whose header names its locale.
The catalogues are compiled in memory when they are first needed.
"""

import gettext
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from hazecast.errors import SettingsError

SOURCE_LANGUAGE = "en"
LOCALES = files("hazecast.bulletins") / "locale"


def N_(text: str) -> str:  # noqa: N802 - the customary mark of a text that is translated where it is used
    """Mark `text` for translation."""
    return text


def N_many(one: str, many: str) -> tuple[str, str]:  # noqa: N802
    """Mark a text in its forms for one and for many for translation."""
    return one, many


@dataclass(frozen=True)
class Wording:
    """How one language says things. Texts hold `%(name)s` fields and a percent sign is written twice."""

    language: str
    locale: Locale
    catalog: gettext.NullTranslations

    @property
    def tag(self) -> str:
        """The language as HTML's `lang` wants it."""
        return str(self.locale).replace("_", "-")

    def say(self, text: str, **values: Any) -> str:
        """`text` in this language, with its fields filled in."""
        return self.catalog.gettext(text) % values

    def say_many(self, one: str, many: str, count: int, **values: Any) -> str:
        """`one` or `many` in this language by `count`, which is also the field `count`; marked together with `N_many`."""
        return self.catalog.ngettext(one, many, count) % {"count": count, **values}

    def say_as(self, context: str, text: str) -> str:
        """`text` in this language where the same English text needs several translations; no fields."""
        return self.catalog.pgettext(context, text)

    def listing(self, names: Sequence[str], at_most: int = 8) -> str:
        """`names` as a list in a sentence; what exceeds `at_most` is counted instead of named."""
        if len(names) > at_most:
            rest = len(names) - at_most + 1
            names = (*names[: at_most - 1], self.say_many("%(count)d more", "%(count)d more", rest))
        if len(names) < 2:
            return "".join(names)
        comma, last = self.say_as("between names", ", "), self.say_as("before the last name", " and ")
        return comma.join(names[:-1]) + last + names[-1]

    def clauses(self, clauses: Sequence[str]) -> str:
        """Clauses joined inside one sentence."""
        return self.say_as("between clauses", "; ").join(clauses)

    def number(self, value: float, decimals: int = 0) -> str:
        """A rounded number in the digits of this language."""
        return str(format_decimal(round(value, decimals), format="0" if not decimals else "0." + "0" * decimals, locale=self.locale))

    def chance(self, probability: float | None) -> str:
        """A probability in whole percent; never 0 or 100, for nothing is certain."""
        if probability is None:
            return self.unknown()
        percent = round(100 * probability)
        if percent < 1:
            return self.say("<1%%")
        if percent > 99:
            return self.say(">99%%")
        return self.say("%(percent)d%%", percent=percent)

    def unknown(self) -> str:
        """What stands where a value is lacking."""
        return self.say_as("value", "unknown")


@dataclass(frozen=True)
class LocalTime:
    """Times as the readers of one bulletin see them: in one zone, with its UTC offset written."""

    wording: Wording
    zone: ZoneInfo

    def moment(self, moment: datetime) -> str:
        """Day and hour, without year and offset."""
        local = moment.astimezone(self.zone)
        if local.minute:
            return self._format(local, self.wording.say_as("time pattern between hours", "EEE d MMM HH:mm"))
        return self._format(local, self.wording.say_as("time pattern on the hour", "EEE d MMM HH:mm"))

    def with_offset(self, moment: datetime) -> str:
        """Day and hour with offset."""
        return self.wording.say("%(moment)s (%(offset)s)", moment=self.moment(moment), offset=self.offset(moment))

    def offset(self, moment: datetime) -> str:
        """The zone's distance from UTC at `moment`."""
        digits = f"{moment.astimezone(self.zone):%z}"
        return f"UTC{digits[:3]}:{digits[3:5]}"

    def span(self, start: datetime, end: datetime) -> str:
        """From when to when; one offset if both ends share it."""
        before, after = self.offset(start), self.offset(end)
        first = self.moment(start) if before == after else self.with_offset(start)
        return self.wording.say("%(start)s to %(end)s (%(offset)s)", start=first, end=self.moment(end), offset=after)

    def stamp(self, moment: datetime) -> str:
        """The full date and time with offset."""
        local = moment.astimezone(self.zone)
        return self.wording.say("%(moment)s (%(offset)s)", moment=f"{local:%Y-%m-%d %H:%M}", offset=self.offset(moment))

    def _format(self, local: datetime, pattern: str) -> str:
        return str(format_datetime(local, pattern, tzinfo=self.zone, locale=self.wording.locale))


@cache
def wording(language: str) -> Wording:
    """The wording of `language`; raises SettingsError if it is not one of `languages()`."""
    if language not in languages():
        raise SettingsError(f"There are no bulletins in the language {language!r}.", f"Choose from: {', '.join(languages())}.")
    if language == SOURCE_LANGUAGE:
        return Wording(language, Locale.parse(language), gettext.NullTranslations())
    with (LOCALES / f"{language}.po").open("rb") as file:
        catalog = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Wording(language, Locale.parse(str(catalog.locale)), gettext.GNUTranslations(compiled))


@cache
def languages() -> tuple[str, ...]:
    """The languages there are: those of the catalogues, then English."""
    translated = sorted(entry.name.removesuffix(".po") for entry in LOCALES.iterdir() if entry.name.endswith(".po"))
    return (*translated, SOURCE_LANGUAGE)
