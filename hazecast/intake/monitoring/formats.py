"""The formats of monitoring data that hazecast reads: one line each. A new one is a file beside this and a line here."""

from pathlib import Path

from hazecast.errors import UnreadableInput
from hazecast.intake.monitoring import openaq_csv
from hazecast.intake.monitoring.layout import MonitoringFormat

MONITORING_FORMATS: tuple[MonitoringFormat, ...] = (openaq_csv.FORMAT,)


def format_of(file: Path) -> MonitoringFormat:
    """The first format that recognises the file; raises UnreadableInput where none does."""
    for candidate in MONITORING_FORMATS:
        if candidate.recognises(file):
            return candidate
    raise UnreadableInput(
        f"{file} is in no format that hazecast knows; it knows {', '.join(f.name for f in MONITORING_FORMATS)}.",
        "Deliver it as its source writes it; see docs/sources.md.",
    )
