"""What the checks said of a cycle's observations, to be kept beside its products."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from hazecast.records import Finding, Origin, Reason, Trust, Vetted

QUALITY_FILE = "quality.json"
REJECTED_FILE = "rejected.csv"
COLUMNS = ("time", "station", "variable", "value", "origin", "trust", "reasons")


def quality_json(vetted: Vetted) -> bytes:
    """By variable how many values there were, how many are doubtful or rejected, and why; and all findings with their evidence."""
    content = {
        "variables": {str(key): _counts(vetted, str(key)) for key in vetted.raw.data_vars},
        "findings": [finding_fields(finding) for finding in vetted.findings],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _counts(vetted: Vetted, key: str) -> dict[str, Any]:
    known, trust, reason = vetted.raw[key].notnull().values, vetted.trust[key].values, vetted.reason[key].values
    return {
        "values": int(known.sum()),
        "doubtful": int((trust == Trust.DOUBTFUL).sum()),
        "rejected": int((trust == Trust.REJECTED).sum()),
        "reasons": {slug(why): count for why in Reason if (count := int(((reason & np.uint32(why)) != 0).sum()))},
    }


def finding_fields(finding: Finding) -> dict[str, Any]:
    """A finding as plain values."""
    return {
        "kind": finding.kind.value,
        "stations": list(finding.station_ids),
        "variable": finding.key,
        "first": finding.first.isoformat(),
        "last": finding.last.isoformat(),
        "evidence": {e.name: round(e.value, 4) for e in finding.evidence},
    }


def rejected_csv(vetted: Vetted) -> bytes:
    """Every rejected value with its reasons, by variable, time and station."""
    return _csv(flagged(vetted, Trust.REJECTED))


def flagged_csv(vetted: Vetted) -> bytes:
    """Every value that is doubtful or rejected with its reasons, by variable, time and station."""
    return _csv(flagged(vetted, Trust.DOUBTFUL))


def flagged(vetted: Vetted, least: Trust) -> pd.DataFrame:
    """The values trusted no more than `least`: time, station, variable, value, origin, trust, reasons."""
    tables = [table for table in _flagged(vetted, least) if len(table)]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)


def _flagged(vetted: Vetted, least: Trust) -> Iterator[pd.DataFrame]:
    times, stations = vetted.raw["time"].values, vetted.raw["station"].values
    for name in vetted.raw.data_vars:
        key = str(name)
        step, place = np.nonzero(vetted.trust[key].values >= least)
        yield pd.DataFrame(
            {
                "time": np.datetime_as_string(times[step], unit="m"),
                "station": stations[place],
                "variable": key,
                "value": vetted.raw[key].values[step, place],
                "origin": [slug(Origin(o)) for o in vetted.origin[key].values[step, place].tolist()],
                "trust": [slug(Trust(t)) for t in vetted.trust[key].values[step, place].tolist()],
                "reasons": [" ".join(map(slug, reasons_in(bits))) for bits in vetted.reason[key].values[step, place].tolist()],
            }
        )


def reasons_in(bits: int) -> tuple[Reason, ...]:
    """The reasons that are joined in `bits`."""
    return tuple(why for why in Reason if bits & why)


def slug(member: Reason | Trust | Origin) -> str:
    """The name of a reason, a trust or an origin as files have it."""
    return str(member.name).lower().replace("_", "-")


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\n").encode()
