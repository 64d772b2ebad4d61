"""What a look at the data showed, as lines for a person and as plain values for a program."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from hazecast.survey.emissions import emission_line
from hazecast.survey.settings_file import printable
from hazecast.survey.survey import Survey

MOST_NAMES = 12


def survey_lines(found: Survey, out: Path) -> list[str]:
    """What `hazecast init` found and wrote."""
    return [*finding_lines(found), f"Written       {out}"]


def finding_lines(found: Survey) -> list[str]:
    """What a look at the data showed."""
    s, d = found.settings, found.settings.domain
    lines = [
        *_weather(found),
        f"  found       {', '.join(found.weather_found) or 'nothing'}",
        f"  lacking     {', '.join(found.weather_lacking) or 'nothing'}",
        f"Observations  {_day(found.observations_first)} to {_day(found.observations_last)} UTC",
        f"  format      {', '.join(found.sources.observation_formats)}",
        f"  found       {', '.join(found.pollutants_found)}",
        f"  lacking     {', '.join(found.pollutants_lacking) or 'nothing'}",
        *[f"  rejected    {note.count} implausible values of {note.detail}" for note in found.rejected],
        *_modelled(found),
        f"In common     {_in_common(found)}",
        *([f"Base forecast {found.sources.base}; beside it hazecast's own transport"] if found.sources.base else []),
        f"Stations      {len(s.stations)} in {_counted(len(s.areas), 'area')} ({_listed([a.names['en'] for a in s.areas])})",
        *_left_out(found),
        f"Domain        {d.south:g} to {d.north:g} °N, {d.west:g} to {d.east:g} °E",
        f"Lattice       {found.cells[0]} × {found.cells[1]} cells of {d.spacing:g}°",
        f"Time zone     {s.site.time_zone}",
        *([f"Emissions     {emission_line(found.emissions)}"] if s.meteorology.path else []),
        *([f"Sources       told apart: {_listed([source.names['en'] for source in s.sources])}; and elsewhere"] if s.sources else []),
    ]
    return [printable(line) for line in lines]


def _weather(found: Survey) -> list[str]:
    gaps = f", {found.weather_hours_lacking} h lacking between" if found.weather_hours_lacking else ""
    period = "at no hour" if np.isnat(found.weather_first) else f"{_day(found.weather_first)} to {_day(found.weather_last)} UTC{gaps}"
    if found.settings.meteorology.path is None:
        return [
            f"Weather       of the stations alone, {period}",
            "  no grid     no wind carries anything, and between the stations there is no forecast",
            '  past        of the hours ahead there is no weather; to replay what is past, kind = "analysis" takes what came',
        ]
    runs = [f"  forecasts   {found.sources.weather_runs}"] if found.sources.weather_runs else []
    return [f"Weather       {period}", f"  format      {', '.join(found.sources.weather_formats)}", *runs]


def _in_common(found: Survey) -> str:
    first = max(found.weather_first, found.observations_first)
    last = min(found.weather_last, found.observations_last)
    if not first <= last:
        return "no hour: a forecast learns from hours that both have"
    return f"{_day(first)} to {_day(last)} UTC"


def _modelled(found: Survey) -> list[str]:
    count = found.sources.places_modelled
    return [f"  not used    what is modelled and not observed, at {_counted(count, 'place')}"] if count else []


def _left_out(found: Survey) -> list[str]:
    groups = (
        ("without PM2.5", found.stations_without_pm25),
        ("left out, no weather there", found.stations_outside),
        ("left out, no place on Earth given", found.stations_without_place),
    )
    return [f"  {what}: {_listed(names)}" for what, names in groups if names]


def _listed(names: Sequence[str]) -> str:
    """All of a few; of many the first, and how many more there are."""
    more = len(names) - MOST_NAMES
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:MOST_NAMES])} and {more} more"


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def survey_facts(found: Survey, out: Path) -> dict[str, Any]:
    """The same for a program."""
    moments = ("weather_first", "weather_last", "observations_first", "observations_last")
    return {
        "settings_file": str(out),
        **{name: str(getattr(found, name)) for name in moments},
        "weather_hours_lacking": found.weather_hours_lacking,
        **asdict(found.sources),
        "weather_found": found.weather_found,
        "weather_lacking": found.weather_lacking,
        "pollutants_found": found.pollutants_found,
        "pollutants_lacking": found.pollutants_lacking,
        "stations": [s.id for s in found.settings.stations],
        "stations_without_pm25": found.stations_without_pm25,
        "stations_outside": found.stations_outside,
        "stations_without_place": found.stations_without_place,
        "values_rejected": {note.detail: note.count for note in found.rejected},
        "areas": {a.id: a.stations for a in found.settings.areas},
        "domain": found.settings.domain.model_dump(),
        "cells": found.cells,
        "time_zone": found.settings.site.time_zone,
        "emissions": asdict(found.emissions),
        "source_regions": [source.id for source in found.settings.sources],
    }


def _day(moment: np.datetime64) -> str:
    return str(moment)[:16].replace("T", " ")
