"""Where a bulletin came from: enough to find the inputs and settings behind each of its numbers."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from hazecast.bulletins.editions import edition_in_words
from hazecast.bulletins.headline import Fact
from hazecast.bulletins.phrases import ROLES
from hazecast.bulletins.text_layout import plain
from hazecast.bulletins.wording import Wording
from hazecast.records import BulletinFacts, InputFile

DIGITS = 12
MOST_FILES_OF_A_ROLE = 12


@dataclass(frozen=True, slots=True)
class InputRow:
    """An input file, or all files of one role where there are many."""

    role: str
    name: str
    size: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The origin of a bulletin; `number` is its identity. `made_by` stands at its head, before that, and `answered_for` at its end."""

    number: str
    made_by: str
    answered_for: str
    facts: tuple[Fact, ...]
    inputs: tuple[InputRow, ...]


def trace(facts: BulletinFacts, bulletin_id: str, wording: Wording) -> Trace:
    """The origin of the bulletin that is made from `facts`."""
    say, cycle = wording.say, facts.cycle
    messages = ", ".join(message.id for message in facts.assessment.messages)
    lines = (
        Fact(say("Bulletin"), bulletin_id),
        Fact(say("Cycle"), cycle.key),
        Fact(say("Forecast starts (init_time)"), _utc(cycle.init_time)),
        Fact(say("Knowledge as of (as_of)"), _utc(cycle.as_of)),
        Fact(say("Rules"), edition_in_words(facts.assessment, wording)),
        Fact(say("Warning messages"), messages or wording.say_as("warning", "none")),
        Fact(say("Software"), f"hazecast {facts.software_version}"),
        Fact(say("Settings (SHA-256)"), facts.settings_sha256[:DIGITS]),
    )
    return Trace(bulletin_id, *_authorship(plain(facts.forecaster), wording), lines, _inputs(facts.inputs, wording))


def _authorship(forecaster: str, wording: Wording) -> tuple[str, str]:
    if not forecaster:
        automatic = wording.say("Automatic bulletin, made by a program and not reviewed by a forecaster.")
        return wording.say("Automatic bulletin"), automatic
    return (
        wording.say("Forecaster: %(name)s · Bulletin", name=forecaster),
        wording.say("Made by a program under the responsibility of the forecaster %(name)s.", name=forecaster),
    )


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _inputs(inputs: tuple[InputFile, ...], wording: Wording) -> tuple[InputRow, ...]:
    by_role: dict[str, list[InputFile]] = {}
    for file in inputs:
        by_role.setdefault(file.role, []).append(file)
    rows: list[InputRow] = []
    for role, files in by_role.items():
        if len(files) > MOST_FILES_OF_A_ROLE:
            rows.append(_row_of_many(role, files, wording))
        else:
            rows += [_row(role, file.path.name, file.size_bytes, file.sha256, wording) for file in files]
    return tuple(rows)


def _row_of_many(role: str, files: list[InputFile], wording: Wording) -> InputRow:
    together = "".join(f"{file.sha256}  {file.path.name}\n" for file in sorted(files, key=lambda file: (file.path.name, file.sha256)))
    name = wording.say("%(count)d files; SHA-256 of their list", count=len(files))
    return _row(role, name, sum(file.size_bytes for file in files), hashlib.sha256(together.encode()).hexdigest(), wording)


def _row(role: str, name: str, size: int, sha256: str, wording: Wording) -> InputRow:
    return InputRow(wording.say(ROLES[role]) if role in ROLES else plain(role), plain(name), f"{size:,}", sha256[:DIGITS])
