"""What the checks found, as the remarks that every product carries."""

from collections.abc import Sequence

from hazecast.records import Finding, FindingKind, Note, NoteCode, Station, Trust, Vetted
from hazecast.vocabulary import VARIABLES

OF_STATIONS = (
    (NoteCode.CLOCKS_DOUBTED, (FindingKind.TIME_SHIFTED, FindingKind.DAY_SHIFTED)),
    (NoteCode.STATIONS_DUPLICATE, (FindingKind.DUPLICATE,)),
    (NoteCode.STATIONS_FOREIGN, (FindingKind.FOREIGN,)),
    (NoteCode.UNITS_DOUBTED, (FindingKind.UNITS,)),
    (NoteCode.VALUES_CUMULATED, (FindingKind.CUMULATED,)),
)


def rejected_counts(vetted: Vetted) -> dict[str, int]:
    """By variable how many values are rejected, those without any left out."""
    counts = {str(key): int((trust == Trust.REJECTED).sum()) for key, trust in vetted.trust.data_vars.items()}
    return {key: count for key, count in counts.items() if count}


def notes_of(vetted: Vetted, stations: Sequence[Station]) -> tuple[Note, ...]:
    """One note of all values rejected, and one a kind of finding with the `stations` it concerns."""
    names = {s.id: s.name for s in stations}
    rejected = rejected_counts(vetted)
    told = ", ".join(VARIABLES[key].long_name for key in rejected)
    values = (Note(NoteCode.VALUES_REJECTED, sum(rejected.values()), told),) if rejected else ()
    kinds = (_of_stations(code, [f for f in vetted.findings if f.kind in kinds], names) for code, kinds in OF_STATIONS)
    return (*values, *(note for note in kinds if note is not None), *_frozen(vetted.findings))


def _of_stations(code: NoteCode, findings: Sequence[Finding], names: dict[str, str]) -> Note | None:
    """A finding that names no station concerns all of them."""
    if not findings:
        return None
    if any(not f.station_ids for f in findings):
        return Note(code, len(names))
    concerned = dict.fromkeys(_called(f, names) for f in findings)
    return Note(code, len({f.station_ids[0] for f in findings}), ", ".join(concerned))


def _called(finding: Finding, names: dict[str, str]) -> str:
    """The station, with how many hours its clock is off or whose values it has."""
    first, *others = (names.get(id, id) for id in finding.station_ids)
    if finding.kind is FindingKind.TIME_SHIFTED:
        return f"{first} ({finding.number('lag_hours'):+g} h)"
    return f"{first} = {others[0]}" if finding.kind is FindingKind.DUPLICATE else first


def _frozen(findings: Sequence[Finding]) -> tuple[Note, ...]:
    """The hours in which all pollutants stood still, and those of the one that stood still the longest by itself."""
    hours: dict[str, float] = {}
    for finding in findings:
        if finding.kind is FindingKind.NETWORK_FROZEN:
            hours[finding.key] = hours.get(finding.key, 0.0) + finding.number("hours")
    total = hours.pop("", 0.0) + max(hours.values(), default=0.0)
    return (Note(NoteCode.NETWORK_FROZEN, round(total)),) if total else ()
