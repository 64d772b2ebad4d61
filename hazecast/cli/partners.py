"""`hazecast partners`: who works together for clean air, and who of them gets whose bulletins."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hazecast.cli.app import JsonOption, app
from hazecast.cli.output import print_result

if TYPE_CHECKING:
    from hazecast.config import Settings
    from hazecast.gazetteer.cooperation import Member, Pair


@app.command()
def partners(
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE.toml", help="Settings, to see whose their areas are.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the members of the cooperation with their partners and, with settings, whose areas they have and who reads along."""
    from hazecast.config import load_settings

    settings = None if config is None else load_settings(config)
    members = _members(settings.cooperation.pairs if settings else ())
    areas, readers = (_areas(settings), _readers(settings)) if settings else ([], [])
    facts = {"members": members, "areas": areas, "recipients": readers}
    print_result(as_json, facts if settings else {"members": members}, _lines(members, areas, readers))


def _members(further: "tuple[Pair, ...]") -> list[dict[str, Any]]:
    from hazecast.gazetteer.cooperation import members, partners_of

    return [_facts(one) | {"partners": [other.id for other in partners_of(one.id, further)]} for one in members()]


def _facts(one: "Member") -> dict[str, Any]:
    return {"id": one.id, "kind": one.kind.value, "language": one.language, "names": {name.language: name.text for name in one.names}}


def _areas(settings: "Settings") -> list[dict[str, Any]]:
    from hazecast.delivery.partners import member_of

    return [{"area": area.id, "member": owner.id if (owner := member_of(area)) else None} for area in settings.areas]


def _readers(settings: "Settings") -> list[dict[str, Any]]:
    from hazecast.delivery.partners import languages_of, partner_of

    return [
        {
            "recipient": one.id,
            "partner": partner.reader.id,
            "told_of": [other.id for other in partner.told_of],
            "areas": list(partner.areas),
            "languages": list(languages_of(one, partner, settings.site.languages)),
        }
        for one in settings.recipients
        if (partner := partner_of(one, settings))
    ]


def _lines(members: list[dict[str, Any]], areas: list[dict[str, Any]], readers: list[dict[str, Any]]) -> list[str]:
    owned = [area for area in areas if area["member"]]
    return [
        *(f"{one['id']:12}{one['kind']:12}{', '.join(one['partners']) or '–':24}{' '.join(one['names'].values())}" for one in members),
        *(["", "Areas"] if areas else []),
        *(f"  {area['area']} is of {area['member']}" for area in owned),
        *(["  None is of a member: say with member = '…' whose an area is."] if areas and not owned else []),
        *(["", "Recipients that read along"] if readers else []),
        *map(_reader_line, readers),
    ]


def _reader_line(one: dict[str, Any]) -> str:
    theirs, areas, languages = (", ".join(one[key]) for key in ("told_of", "areas", "languages"))
    return f"  {one['recipient']} is {one['partner']} and reads of {theirs} ({areas}) in {languages}"
