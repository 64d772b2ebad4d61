"""The desk's own words in each language, over those of the bulletins."""

import gettext
from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from hazecast.bulletins.wording import SOURCE_LANGUAGE, Wording, languages, wording

LOCALES = files("hazecast.desk") / "locale"
NATIVE = {"zh": "中文", "en": "English", "ja": "日本語"}


@cache
def desk_words(language: str) -> Wording:
    """The wording of a language that the bulletins have; what its catalogue lacks is said as bulletins say it, or in English."""
    spoken = wording(language)
    file = LOCALES / f"{language}.po"
    if language == SOURCE_LANGUAGE or not file.is_file():
        return spoken
    compiled = BytesIO()
    with file.open("rb") as opened:
        write_mo(compiled, read_po(opened))
    compiled.seek(0)
    catalog = gettext.GNUTranslations(compiled)
    catalog.add_fallback(spoken.catalog)
    return Wording(spoken.language, spoken.locale, catalog)


def language_of(cookie: str, accepted: str, main: str) -> str:
    """The language to speak: the one that was chosen, else the first that the browser wants, else the site's main one."""
    wanted = (cookie, *(part.partition(";")[0].strip().lower()[:2] for part in accepted.split(",")), main)
    return next((language for language in wanted if language in languages()), SOURCE_LANGUAGE)
