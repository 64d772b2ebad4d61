"""Where a scorecard comes from."""

from typing import Any

import pandas as pd

from hazecast import __version__
from hazecast.backtest.scorecard.evidence import Evidence
from hazecast.backtest.scorecard.wording import counted, listed

SHORT_HASH = 16


def cautions(evidence: Evidence) -> tuple[str, ...]:
    """What must be known before anything is believed."""
    record, said = evidence.backtest.record, []
    if record.get("perfect_prognosis"):
        said.append(
            "Perfect prognosis: an analysis of the weather that came stands in for a weather forecast, which flatters long lead times."
        )
    if record.get("weather_errors"):
        said.append("The weather was given errors that grow with lead time, as numerical forecasts have them.")
    if failed := record.get("failed"):
        said.append(f"{counted(len(failed), 'cycle')} could not be run and {'is' if len(failed) == 1 else 'are'} not among the scores.")
    return tuple(said)


def provenance(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    """Lines of name and value; what is not known is left out."""
    record, verification = evidence.backtest.record, evidence.verification
    models = list(dict.fromkeys(str(m) for cycle in record.get("cycles", ()) for m in cycle.get("models", ())))
    terms, hours = verification.terms, record.get("every_hours")
    every = f", every {hours} h" if hours else ""
    lines = [
        ("Command", _text(record, "command")),
        ("Cycles", f"{_hour(verification.first_cycle)} to {_hour(verification.last_cycle)} UTC, {verification.cycles:,} of them{every}"),
        ("Lead times", f"up to {verification.last_lead} h"),
        ("Stations", counted(len(verification.stations), "station")),
        ("Settings", _text(record, "settings_sha256")),
        ("Forecasts by", f"hazecast {record['software_version']}" if "software_version" in record else ""),
        ("Scored by", f"hazecast {__version__}"),
        ("Models", listed([m[:SHORT_HASH] for m in models]) if models else "trained in each cycle"),
        ("Levels", f"{terms.edition.name}, raised at a probability of {terms.raise_probability:g}"),
        ("Observed levels", "from PM2.5 and the humidity of the shortest lead time; visibility follows from both"),
        ("Observations known", f"{terms.observation_lag_hours:g} h after their hour"),
        ("Time zone", terms.time_zone),
    ]
    return tuple((name, value) for name, value in lines if value)


def _text(record: dict[str, Any], key: str) -> str:
    return str(record.get(key) or "")


def _hour(moment: object) -> str:
    return f"{pd.Timestamp(moment):%Y-%m-%d %H:%M}"  # type: ignore[arg-type]
