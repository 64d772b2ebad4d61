"""The report's tables as CSV."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from hazecast.quality.keeping import finding_fields, slug
from hazecast.quality.report.counting import Tally, reason_counts, tallies_of_stations
from hazecast.quality.report.wording import REASONS, finding_in_words
from hazecast.records import Origin, Station, Vetted
from hazecast.vocabulary import VARIABLES


def stations_csv(vetted: Vetted, stations: Sequence[Station], modelled: xr.Dataset) -> bytes:
    """A row a station and variable, and one a point and variable of a model; mean and maximum are over the `usable` values."""
    places = {s.id: s for s in stations}
    ids = [str(id) for id in vetted.raw["station"].values]
    rows = [
        _row(places.get(id), id, key, tally)
        for key in map(str, vetted.raw.data_vars)
        for id, tally in zip(ids, tallies_of_stations(vetted, key), strict=True)
    ]
    return _csv(pd.DataFrame([*rows, *_modelled_rows(modelled)]))


def _row(place: Station | None, id: str, key: str, tally: Tally) -> dict[str, Any]:
    return {
        "station": id,
        "name": place.name if place else "",
        "latitude": place.latitude if place else "",
        "longitude": place.longitude if place else "",
        "variable": key,
        "units": VARIABLES[key].units,
        "origin": slug(Origin.OBSERVED),
        "expected": tally.expected,
        "values": tally.values,
        "delivered_share": round(tally.delivered_share, 4),
        "good": tally.good,
        "doubtful": tally.doubtful,
        "rejected": tally.rejected,
        "usable": tally.usable,
        "usable_share": round(tally.usable_share, 4),
        "mean": _plain(tally.mean),
        "highest": _plain(tally.highest),
        "highest_at_utc": "" if tally.highest_at is None else np.datetime_as_string(tally.highest_at, unit="m"),
    }


def _modelled_rows(modelled: xr.Dataset) -> list[dict[str, Any]]:
    """Their values are counted, and nothing is worked out of them."""
    return [
        {
            "station": str(point),
            "name": str(modelled["name"].values[place]),
            "latitude": float(modelled["latitude"].values[place]),
            "longitude": float(modelled["longitude"].values[place]),
            "variable": str(key),
            "units": VARIABLES[str(key)].units,
            "origin": slug(Origin.MODELLED),
            "values": int(field.isel(station=place).notnull().sum()),
        }
        for key, field in modelled.data_vars.items()
        for place, point in enumerate(modelled["station"].values)
    ]


def reasons_csv(vetted: Vetted) -> bytes:
    """A row a variable and reason: values it speaks against, those of them rejected, and the stations concerned."""
    rows = [
        {"variable": c.key, "reason": slug(c.reason), "meaning": REASONS[c.reason][0], "flagged": c.flagged, "rejected": c.rejected}
        | {"stations": c.stations}
        for c in reason_counts(vetted)
    ]
    return _csv(pd.DataFrame(rows, columns=["variable", "reason", "meaning", "flagged", "rejected", "stations"]))


def findings_csv(vetted: Vetted, stations: Sequence[Station]) -> bytes:
    """A row a finding, with its evidence and a sentence."""
    names = {s.id: s.name for s in stations}
    columns = ["kind", "stations", "variable", "first", "last", "evidence", "sentence"]
    rows = []
    for finding in vetted.findings:
        plain = finding_fields(finding)
        evidence = " ".join(f"{name}={value:g}" for name, value in plain["evidence"].items())
        rows.append(plain | {"stations": " ".join(finding.station_ids), "evidence": evidence, "sentence": finding_in_words(finding, names)})
    return _csv(pd.DataFrame(rows, columns=columns))


def _plain(value: float) -> float | str:
    return "" if np.isnan(value) else round(value, 3)


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\n").encode()
