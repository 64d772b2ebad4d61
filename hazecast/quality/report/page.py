"""The report's page: everything that the template shows, worked out once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from jinja2 import Environment, PackageLoader, StrictUndefined

from hazecast.quality.report.cases import Case, worst_cases
from hazecast.quality.report.counting import (
    ReasonCount,
    Tally,
    expected_hours,
    origin_counts,
    reason_counts,
    tallies_of_stations,
    tally_of_network,
)
from hazecast.quality.report.pictures import drawn, picture
from hazecast.quality.report.wording import ORIGINS, REASONS, finding_in_words, moment, number, units_of
from hazecast.quality.thresholds import Thresholds
from hazecast.records import Note, Station, Vetted
from hazecast.vocabulary import VARIABLES


@dataclass(frozen=True, slots=True)
class Heading:
    """Whose observations they are, and what checked them."""

    title: str
    source: str
    software_version: str
    exercise: bool


@dataclass(frozen=True, slots=True)
class VariableRow:
    """One variable of the whole network."""

    key: str
    name: str
    units: str
    stations: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class StationRow:
    """One station: its tally of each variable, None of those it never measured."""

    id: str
    name: str
    tallies: tuple[Tally | None, ...]


@dataclass(frozen=True, slots=True)
class ShownCase:
    """One of the worst cases: what is said above and below its picture."""

    heading: str
    text: str
    svg: str


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report."""

    heading: Heading
    first: str
    last: str
    hours: int
    hours_heard: int
    variables: tuple[VariableRow, ...]
    stations: tuple[StationRow, ...]
    silent: tuple[str, ...]
    findings: tuple[str, ...]
    reasons: tuple[ReasonCount, ...]
    origins: tuple[tuple[str, int], ...]
    modelled_points: tuple[str, ...]
    cases: tuple[ShownCase, ...]
    notes: tuple[Note, ...]


def page_of(
    heading: Heading,
    vetted: Vetted,
    stations: Sequence[Station],
    modelled: xr.Dataset,
    notes: tuple[Note, ...],
    thresholds: Thresholds,
) -> Page:
    """Everything that the report shows of vetted observations; those `modelled` are counted beside them."""
    names = {s.id: s.name for s in stations}
    times = vetted.raw["time"].values
    keys = [str(key) for key in vetted.raw.data_vars if vetted.raw[key].notnull().any()]
    rows = _station_rows(vetted, keys, names)
    return Page(
        heading=heading,
        first=moment(times[0]),
        last=moment(times[-1]),
        hours=expected_hours(times),
        hours_heard=int(times.size),
        variables=tuple(_variable_row(vetted, key) for key in keys),
        stations=tuple(row for row in rows if any(row.tallies)),
        silent=tuple(row.name for row in rows if not any(row.tallies)),
        findings=tuple(finding_in_words(finding, names) for finding in vetted.findings),
        reasons=reason_counts(vetted),
        origins=tuple((ORIGINS[origin], count) for origin, count in origin_counts(vetted, modelled).items() if count),
        modelled_points=tuple(str(name) for name in modelled["name"].values) if modelled.sizes.get("station") else (),
        cases=tuple(_shown(vetted, stations, case, names, thresholds) for case in worst_cases(vetted)),
        notes=notes,
    )


def _variable_row(vetted: Vetted, key: str) -> VariableRow:
    heard = int(vetted.raw[key].notnull().any("time").sum())
    return VariableRow(key, VARIABLES[key].long_name, units_of(key), heard, tally_of_network(vetted, key))


def _station_rows(vetted: Vetted, keys: Sequence[str], names: Mapping[str, str]) -> tuple[StationRow, ...]:
    columns = [tallies_of_stations(vetted, key) for key in keys]
    ids = [str(id) for id in vetted.raw["station"].values]
    return tuple(
        StationRow(id, names.get(id, id), tuple(column[place] if column[place].values else None for column in columns))
        for place, id in enumerate(ids)
    )


def _shown(vetted: Vetted, stations: Sequence[Station], case: Case, names: Mapping[str, str], thresholds: Thresholds) -> ShownCase:
    id = str(vetted.raw["station"].values[case.station])
    label, meaning = REASONS[case.reason]
    span = moment(case.first) if case.first == case.last else f"{moment(case.first)} to {moment(case.last)}"
    what = f"{case.rejected:,} value{'' if case.rejected == 1 else 's'} rejected, {span} UTC" if case.rejected else f"{span} UTC"
    shown = drawn(vetted, stations, case, thresholds)
    heading = f"{label[:1].upper()}{label[1:]}: {VARIABLES[case.key].long_name} at {names.get(id, id)}"
    return ShownCase(heading, f"{what}; {meaning}.", picture(shown, case.key))


def html(page: Page) -> bytes:
    """The report as one file that needs no other."""
    environment = Environment(
        loader=PackageLoader("hazecast", "templates"), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(number=number, moment=moment, reasons=REASONS, reason_keys=_reason_keys, shade=_shade)
    return environment.get_template("quality.html.j2").render(page=page).encode("utf-8")


def _reason_keys(page: Page) -> list[tuple[str, str, list[ReasonCount | None]]]:
    """By reason its label, what it means, and its count of each variable."""
    found = {(count.reason, count.key): count for count in page.reasons}
    listed = [reason for reason in REASONS if any(count.reason is reason for count in page.reasons)]
    return [(*REASONS[reason], [found.get((reason, row.key)) for row in page.variables]) for reason in listed]


def _shade(share: float) -> str:
    """A background that is darker the less there is."""
    strength = np.clip(1.0 - share, 0.0, 1.0) ** 0.6
    return f"rgb(196 18 47 / {0.55 * strength:.2f})"
