"""The formats of monitoring data that hazecast reads: one line each. A new one is a file beside this and a line here."""

from dataclasses import replace
from pathlib import Path

from hazecast.config import ColumnSettings
from hazecast.errors import UnreadableInput
from hazecast.intake.monitoring import aurn_csv, cnemc_csv, cnemc_json, open_meteo, openaq_api, openaq_csv, table_csv
from hazecast.intake.monitoring.layout import MonitoringFormat

MONITORING_FORMATS: tuple[MonitoringFormat, ...] = (
    cnemc_csv.FORMAT,
    cnemc_json.FORMAT,
    openaq_api.FORMAT,
    open_meteo.FORMAT,
    aurn_csv.FORMAT,
    openaq_csv.FORMAT,  # every other CSV
)


def formats_with(columns: ColumnSettings | None) -> tuple[MonitoringFormat, ...]:
    """All formats in the order in which they are asked; where the settings lay out tables, every other CSV is taken for one of them."""
    if columns is None:
        return MONITORING_FORMATS
    table = table_csv.format_of_columns(columns)
    openaq = replace(openaq_csv.FORMAT, recognises=openaq_csv.has_its_columns)
    return (table, *MONITORING_FORMATS[:-1], openaq, replace(table, recognises=table_csv.is_table))


def format_of(file: Path, columns: ColumnSettings | None = None) -> MonitoringFormat:
    """The first format that recognises the file; raises UnreadableInput where none does."""
    formats = formats_with(columns)
    for candidate in formats:
        if candidate.recognises(file):
            return candidate
    raise UnreadableInput(
        f"{file} is in no format that hazecast knows; it knows {', '.join(dict.fromkeys(f.name for f in formats))}.",
        "Deliver it as its source writes it; see docs/sources.md.",
    )
