"""The warnings of a backtest beside what came, as a table: `python -m tests.real.january_warnings BACKTEST AREA STATION-ID`."""

import json
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import xarray as xr

from hazecast.archive.netcdf import read_dataset

LEVELS = ("yellow", "orange", "red")


@dataclass(frozen=True, slots=True)
class Message:
    """What a morning's cycle sent for the area."""

    action: str
    level: str
    probability: float | None


def main() -> None:
    folder, area, station = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    observed = read_dataset(folder / "observed.nc")["pm25"].sel(station=station)
    print("| from 08:00 of | warning | its chance | hours above 150 | above 250 | highest hour |", "|---" * 6 + "|", sep="\n")
    for cycle in json.loads((folder / "warnings.json").read_text(encoding="utf-8"))["cycles"]:
        sent = next((Message(m["action"], m["level"], m["probability"]) for m in cycle["messages"] if m["area_id"] == area), None)
        print(row(datetime.strptime(cycle["cycle"], "%Y%m%dT%HZ"), sent, observed))


def row(begin: datetime, sent: Message | None, observed: xr.DataArray) -> str:
    """One day of 24 hours after `begin` (UTC)."""
    first = np.datetime64(begin, "ns")
    day = observed.sel(time=slice(first + np.timedelta64(1, "h"), first + np.timedelta64(24, "h"))).values
    above = (str(int((day > limit).sum())) for limit in (150, 250))
    highest = f"{np.nanmax(day):.0f}" if np.isfinite(day).any() else "not measured"
    return "| " + " | ".join((f"{begin:%-d %b}", *said(sent), *above, highest)) + " |"


def said(sent: Message | None) -> tuple[str, str]:
    if sent is None:
        return "–", "–"
    warned = f"**{sent.level}**" if sent.level in LEVELS else sent.level
    return f"{warned}, {sent.action}", "–" if sent.probability is None else f"{sent.probability:.0%}".replace("%", " %")


if __name__ == "__main__":
    main()
