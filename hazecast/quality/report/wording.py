"""What the report says of reasons, findings and quantities."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import numpy as np

from hazecast.records import Finding, FindingKind, Origin, Reason
from hazecast.vocabulary import VARIABLES

REASONS: Mapping[Reason, tuple[str, str]] = MappingProxyType(
    {
        Reason.RANGE: ("outside the physical range", "no instrument in ambient air measures this"),
        Reason.SENTINEL: (
            "code for a missing value",
            "a number such as -999, 9999, or 0 where the air was not clean, or the end of a scale",
        ),
        Reason.BELOW_DETECTION: ("below the detection limit", "says only that there was little; computed with at the limit"),
        Reason.UNITS: ("other units", "a thousand times too large or too small for a while"),
        Reason.CUMULATED: ("added up", "each value is the sum of the hours so far"),
        Reason.FLAT: ("flat line", "the same value for longer than chance allows"),
        Reason.NETWORK_FROZEN: ("network frozen", "nearly all stations repeat their last value"),
        Reason.DUPLICATE: ("duplicate station", "the numbers of another station"),
        Reason.SPIKE: ("spike", "leaps out of its own series and back, without its neighbours"),
        Reason.STEP: ("step", "leaps and does not come back, without its neighbours"),
        Reason.NEIGHBOURS: ("far from its neighbours", "beyond what is usual for the station and what the neighbours differ by"),
        Reason.PARTICLES: ("PM2.5 above PM10", "a part cannot be more than the whole"),
        Reason.TIME_BASE: ("clock in doubt", "see the findings"),
        Reason.FOREIGN: ("of another place", "goes with none of its neighbours; see the findings"),
        Reason.DEW_POINT: ("dew point above temperature", "one of the two is wrong"),
        Reason.WIND_CODE: ("coded wind direction", "directions counted from 1 to 16 taken for degrees"),
    }
)

ORIGINS: Mapping[Origin, str] = MappingProxyType(
    {
        Origin.OBSERVED: "observed by an instrument",
        Origin.FILLED: "filled in",
        Origin.MODELLED: "from a model; kept apart, checked by nobody here and never taken for an observation",
    }
)


def finding_in_words(finding: Finding, names: Mapping[str, str]) -> str:
    """What was found, with its evidence."""
    said = _SAID[finding.kind](finding, [names.get(id, id) for id in finding.station_ids])
    return f"{said} {_span(finding.first, finding.last)}"


def _time_shifted(f: Finding, names: list[str]) -> str:
    lag, heard = f.number("lag_hours"), f.number("neighbours")
    against = "the known weather" if f.key else f"{heard:.0f} neighbour{'' if heard == 1 else 's'}"
    more = " Hours called by their start and not by their end would look like this." if abs(lag) == 1 else ""
    alone = " Against one neighbour alone nobody can say whose clock it is." if heard == 1 and not f.key else ""
    side = "after" if lag > 0 else "before"
    return (
        f"{names[0]}: values come {abs(lag):g} h {side} those of {against}. Changes from hour to hour correlate "
        f"{f.number('correlation'):.2f} at that lag and {f.number('correlation_unshifted'):.2f} at none ({f.number('pairs'):,.0f} pairs)."
        f"{more}{alone}"
    )


def _day_shifted(f: Finding, names: list[str]) -> str:
    who = names[0] if names else f"{f.number('stations'):.0f} stations"
    peak = f.number("solar_hour_of_peak")
    return (
        f"{who}: {variable_name(f.key)} is highest at {peak:.1f} h solar time on a mean day, not in the afternoon: "
        "is the clock local and taken for UTC?"
    )


def _duplicate(f: Finding, names: list[str]) -> str:
    return (
        f"{names[0]} has the {variable_name(f.key)} of {names[1]}: {f.number('values'):,.0f} values on end are the same, and "
        f"{f.number('share'):.0%} of all that both have."
    )


def _foreign(f: Finding, names: list[str]) -> str:
    return (
        f"{names[0]} goes with none of its neighbours at any lag (correlation {f.number('correlation'):.2f}), while these go with one "
        f"another ({f.number('correlation_among_neighbours'):.2f}): is this the file of another place?"
    )


def _frozen(f: Finding, _names: list[str]) -> str:
    what = variable_name(f.key) if f.key else "all that they measure"
    return f"Nearly all stations repeat {what} for {f.number('hours'):.0f} h in {f.number('spells'):.0f} spells."


def _units(f: Finding, names: list[str]) -> str:
    return f"{names[0]}: {f.number('values'):,.0f} values of {variable_name(f.key)} are decades off; were they in other units?"


def _cumulated(f: Finding, names: list[str]) -> str:
    return f"{names[0]}: {f.number('values'):,.0f} values of {variable_name(f.key)} are sums of the hours so far."


def _wind_code(f: Finding, names: list[str]) -> str:
    return f"{names[0]}: its {f.number('values'):,.0f} winds all come from 1 to 16 degrees; these are codes of directions."


_SAID = MappingProxyType(
    {
        FindingKind.TIME_SHIFTED: _time_shifted,
        FindingKind.DAY_SHIFTED: _day_shifted,
        FindingKind.DUPLICATE: _duplicate,
        FindingKind.FOREIGN: _foreign,
        FindingKind.NETWORK_FROZEN: _frozen,
        FindingKind.UNITS: _units,
        FindingKind.CUMULATED: _cumulated,
        FindingKind.WIND_CODE: _wind_code,
    }
)


def _span(first: datetime, last: datetime) -> str:
    return f"({first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC)"


def variable_name(key: str) -> str:
    """As in a sentence: PM2.5, ozone."""
    name = VARIABLES[key].long_name
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def units_of(key: str) -> str:
    """As people write them, such as µg/m³."""
    return {"µg m-3": "µg/m³", "mg m-3": "mg/m³", "m s-1": "m/s", "W m-2": "W/m²"}.get(VARIABLES[key].units, VARIABLES[key].units)


def moment(time: np.datetime64 | None) -> str:
    """A time in UTC to the minute; a dash for none."""
    return "–" if time is None else str(time)[:16].replace("T", " ")


def number(value: float) -> str:
    """Three digits or so; a dash for what is not known."""
    if np.isnan(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
